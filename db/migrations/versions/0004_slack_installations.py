"""Slack installations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.create_table(
        "slack_installs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enterprise_id", sa.String(length=64), nullable=False),
        sa.Column("team_id", sa.String(length=64), nullable=False),
        sa.Column("is_org", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("installed_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_slack_installs"),
        sa.UniqueConstraint("enterprise_id", "team_id", name="uq_slack_installs_enterprise_id_team_id"),
    )
    op.create_index("ix_slack_installs_team_id", "slack_installs", ["team_id"])
    op.create_table(
        "slack_states",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_slack_states"),
    )
    op.create_index("ix_slack_states_expires_ms", "slack_states", ["expires_ms"])


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_table("slack_states")
    op.drop_table("slack_installs")
