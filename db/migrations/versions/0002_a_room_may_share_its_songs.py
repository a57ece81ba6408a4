"""a room may share its songs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    # In a batch SQLite would copy and drop a table that others refer to, which their foreign keys forbid.
    op.add_column("parties", sa.Column("shared", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_column("parties", "shared")
