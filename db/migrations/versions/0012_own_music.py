"""own music: songs that a folder or a server has, and what a party sounds from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Brings the tables forward."""
    op.create_table(
        "own_songs",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("artist", sa.Text(), nullable=False),
        sa.Column("album", sa.Text(), nullable=True),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("track_id", sa.Text(), nullable=True),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("gain_db", sa.Float(), nullable=True),
        sa.Column("cover", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_songs")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_own_songs_source_ref")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_own_songs_track_id", "own_songs", ["track_id"])
    op.add_column(
        "playbacks",
        sa.Column("outlet", sa.String(16), server_default=sa.text("'spotify'"), nullable=False),
    )


def downgrade() -> None:
    """Takes the tables back."""
    op.execute("DELETE FROM playbacks WHERE outlet <> 'spotify'")
    op.drop_column("playbacks", "outlet")
    op.drop_index("ix_own_songs_track_id", "own_songs")
    op.drop_table("own_songs")
