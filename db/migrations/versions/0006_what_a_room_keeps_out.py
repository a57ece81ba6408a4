"""What a room keeps out, and who counts when a skip is put to the vote."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.add_column("parties", sa.Column("blocked", sa.Text(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("changes", sa.Column("counts", sa.Boolean(), server_default=sa.true(), nullable=False))


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_column("changes", "counts")
    op.drop_column("parties", "blocked")
