"""rules, cards and places."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.add_column("parties", sa.Column("rules", sa.Text(), server_default=sa.text("'{}'"), nullable=False))
    op.add_column("parties", sa.Column("autopilot_below", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "parties", sa.Column("card", sa.String(length=64), server_default=sa.text("''"), nullable=False)
    )
    op.add_column("entries", sa.Column("pin", sa.Integer(), nullable=True))
    op.create_index(
        "ix_parties_autopilot_below",
        "parties",
        ["autopilot_below"],
        sqlite_where=sa.text("autopilot_below > 0"),
        postgresql_where=sa.text("autopilot_below > 0"),
    )
    op.create_index("ix_entries_added_by", "entries", ["added_by"])
    op.create_index("ix_votes_member_id", "votes", ["member_id"])
    op.create_index("ix_skips_member_id", "skips", ["member_id"])
    op.create_index("ix_changes_member_id", "changes", ["member_id"])


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_index("ix_changes_member_id", "changes")
    op.drop_index("ix_skips_member_id", "skips")
    op.drop_index("ix_votes_member_id", "votes")
    op.drop_index("ix_entries_added_by", "entries")
    op.drop_index("ix_parties_autopilot_below", "parties")
    op.drop_column("entries", "pin")
    op.drop_column("parties", "card")
    op.drop_column("parties", "autopilot_below")
    op.drop_column("parties", "rules")
