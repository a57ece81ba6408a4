"""how a suggestion fits, in the measure of its room."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.add_column("entries", sa.Column("fit", sa.Float(), nullable=True))


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_column("entries", "fit")
