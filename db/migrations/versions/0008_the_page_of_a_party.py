"""the page of a party."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.create_table(
        "nicknames",
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("looks", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("seen_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_nicknames_party_id")),
        sa.PrimaryKeyConstraint("party_id", "looks", name=op.f("pk_nicknames")),
    )
    op.create_index("ix_nicknames_party_id_user_id", "nicknames", ["party_id", "user_id"])
    op.create_index("ix_nicknames_seen_ms", "nicknames", ["seen_ms"])

    op.create_table(
        "nights",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("ended_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_nights_party_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_nights")),
        sa.UniqueConstraint("party_id", "started_ms", name=op.f("uq_nights_party_id_started_ms")),
    )
    op.create_index("ix_nights_ends_ms", "nights", ["ends_ms"])

    op.create_table(
        "passes",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rights", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        sa.Column("ends_ms", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name=op.f("fk_passes_party_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_passes")),
    )
    op.create_index("ix_passes_ends_ms", "passes", ["ends_ms"])
    op.create_index("ix_passes_party_id", "passes", ["party_id"])
    op.create_index("ix_passes_platform", "passes", ["platform", "user_id"])

    op.create_index("ix_parties_active_ms", "parties", ["active_ms"])
    op.add_column("parties", sa.Column("links", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_column("parties", "links")
    op.drop_index("ix_parties_active_ms", "parties")
    op.drop_index("ix_passes_platform", "passes")
    op.drop_index("ix_passes_party_id", "passes")
    op.drop_index("ix_passes_ends_ms", "passes")
    op.drop_table("passes")
    op.drop_index("ix_nights_ends_ms", "nights")
    op.drop_table("nights")
    op.drop_index("ix_nicknames_seen_ms", "nicknames")
    op.drop_index("ix_nicknames_party_id_user_id", "nicknames")
    op.drop_table("nicknames")
