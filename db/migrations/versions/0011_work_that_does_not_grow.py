"""work that does not grow with what a party has had."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

VOTED = """
    UPDATE entries SET voted = true
    WHERE ballot IS NOT NULL AND EXISTS (SELECT 1 FROM votes WHERE votes.entry_id = entries.id)
"""


def upgrade() -> None:
    """Brings the tables forward."""
    op.add_column("entries", sa.Column("voted", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(VOTED)
    op.create_index(
        "ix_entries_party_id_state_ended_ms_added_ms",
        "entries",
        ["party_id", "state", "ended_ms", "added_ms"],
    )
    op.drop_index("ix_entries_party_id_state", "entries")
    op.create_index("ix_entries_party_id_ballot", "entries", ["party_id", "ballot"])
    op.create_index(
        "ix_entries_voted",
        "entries",
        ["party_id", "added_ms"],
        sqlite_where=sa.text("voted = 1"),
        postgresql_where=sa.text("voted"),
    )
    op.create_index(
        "ix_changes_open_ballot",
        "changes",
        ["party_id"],
        sqlite_where=sa.text("kind = 'autopilot' AND undone IS 0"),
        postgresql_where=sa.text("kind = 'autopilot' AND undone IS false"),
    )


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_index("ix_changes_open_ballot", "changes")
    op.drop_index("ix_entries_voted", "entries")
    op.drop_index("ix_entries_party_id_ballot", "entries")
    op.create_index("ix_entries_party_id_state", "entries", ["party_id", "state"])
    op.drop_index("ix_entries_party_id_state_ended_ms_added_ms", "entries")
    op.drop_column("entries", "voted")
