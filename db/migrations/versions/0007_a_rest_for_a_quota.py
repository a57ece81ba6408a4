"""a rest for a quota is longer each time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.add_column("rests", sa.Column("quota_ms", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_column("rests", "quota_ms")
