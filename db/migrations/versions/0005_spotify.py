"""Spotify: accounts and logins, songs that were looked up, where parties sound, and what was saved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.create_table(
        "rests",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_rests"),
    )
    op.create_table(
        "spotify_accounts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("linked_ms", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("busy_until_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_spotify_accounts"),
        sa.UniqueConstraint("platform", "user_id", name="uq_spotify_accounts_platform_user_id"),
    )
    op.create_index("ix_spotify_accounts_linked_ms", "spotify_accounts", ["linked_ms"])
    op.create_index("ix_spotify_accounts_workspace", "spotify_accounts", ["workspace"])
    op.create_table(
        "spotify_logins",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("platform", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("workspace", sa.String(length=64), nullable=False),
        sa.Column("browser", sa.String(length=64), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("expires_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_spotify_logins"),
    )
    op.create_index("ix_spotify_logins_expires_ms", "spotify_logins", ["expires_ms"])
    op.create_table(
        "spotify_songs",
        sa.Column("spotify_id", sa.String(length=22), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("album", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("found_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("spotify_id", name="pk_spotify_songs"),
    )
    op.create_index("ix_spotify_songs_found_ms", "spotify_songs", ["found_ms"])
    op.create_table(
        "playbacks",
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("host_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("device_name", sa.Text(), nullable=False),
        sa.Column("on_entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("ahead_entry", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("owner", sa.String(length=32), server_default=sa.text("''"), nullable=False),
        sa.Column("owned_until_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["host_id"], ["members.id"], name="fk_playbacks_host_id"),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_playbacks_party_id"),
        sa.PrimaryKeyConstraint("party_id", name="pk_playbacks"),
    )
    op.create_index("ix_playbacks_host_id", "playbacks", ["host_id"])
    op.create_index("ix_playbacks_owned_until_ms", "playbacks", ["owned_until_ms"])
    op.create_table(
        "saves",
        sa.Column("party_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("member_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("playlist_id", sa.String(length=22), nullable=False),
        sa.ForeignKeyConstraint(["member_id"], ["members.id"], name="fk_saves_member_id"),
        sa.ForeignKeyConstraint(["party_id"], ["parties.id"], name="fk_saves_party_id"),
        sa.PrimaryKeyConstraint("party_id", "started_ms", "member_id", name="pk_saves"),
    )
    op.create_index("ix_saves_member_id", "saves", ["member_id"])

    op.add_column("entries", sa.Column("left_ms", sa.BigInteger(), nullable=True))
    op.add_column("entries", sa.Column("spotify_id", sa.String(length=22), nullable=True))


def downgrade() -> None:
    """Takes the tables back."""
    op.drop_column("entries", "spotify_id")
    op.drop_column("entries", "left_ms")
    op.drop_table("saves")
    op.drop_table("playbacks")
    op.drop_table("spotify_songs")
    op.drop_table("spotify_logins")
    op.drop_table("spotify_accounts")
    op.drop_table("rests")
