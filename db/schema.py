"""The tables of a party. A change here needs a migration: `make migration MESSAGE="..."`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

Number = BigInteger().with_variant(Integer(), "sqlite")
"""What numbers a row: 64 bits in both, for SQLite numbers rows of itself only in an INTEGER."""

parties = Table(
    "parties",
    metadata,
    Column("id", Number, primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("started_ms", BigInteger, nullable=False),
    Column("active_ms", BigInteger, nullable=False),
    Column("shared", Boolean, nullable=False, server_default=false()),  # may be harvested for training
    Column("rules", Text, nullable=False, server_default=text("'{}'")),  # JSON of what differs from the usual
    Column("autopilot_below", Integer, nullable=False, server_default="0"),  # of the rules; 0: it is off
    Column("card", String(64), nullable=False, server_default=text("''")),  # the message that shows the party
    Column("blocked", Text, nullable=False, server_default=text("'{}'")),  # JSON: whom and what it keeps out
    Column("links", Integer, nullable=False, server_default="0"),  # how often its links were made anew
    UniqueConstraint("platform", "workspace", "channel"),
    # The clock asks for these every second.
    Index(
        "ix_parties_autopilot_below",
        "autopilot_below",
        sqlite_where=text("autopilot_below > 0"),
        postgresql_where=text("autopilot_below > 0"),
    ),
    # And every minute for those that are over.
    Index("ix_parties_active_ms", "active_ms"),
)

members = Table(
    "members",
    metadata,
    Column("id", Number, primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("user_id", String(128).with_variant(Text(), "postgresql"), nullable=False),  # SQLite never counts
    Column("name", Text, nullable=False),
    UniqueConstraint("platform", "user_id"),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Number, primary_key=True),
    Column("party_id", ForeignKey("parties.id"), nullable=False),
    Column("state", String(16), nullable=False),
    Column("track_id", Text),  # the catalogue's; null for a song it does not know
    Column("title", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("album", Text),
    Column("year", Integer),
    Column("duration_ms", Integer),
    Column("added_by", ForeignKey("members.id")),  # null: suggested and not taken up
    Column("added_ms", BigInteger, nullable=False),
    Column("started_ms", BigInteger),
    Column("ends_ms", BigInteger),
    Column("ended_ms", BigInteger),
    Column("ballot", ForeignKey("changes.id")),  # the change that suggested it
    Column("match", Float),
    Column("because", Text),  # JSON list of titles
    Column("pin", Integer),  # the place in the queue that somebody gave it
    Column("left_ms", BigInteger),  # of what plays and stands still: how much is left
    Column("spotify_id", String(22)),  # what plays for it on Spotify
    Column("fit", Float),  # of a suggestion: how well it fits beside what fits its room best
    Column("voted", Boolean, nullable=False, server_default=false()),  # as a suggestion, by somebody
    # What is over is sought from the latest on, and suggestions, which end never, by when they were made.
    Index("ix_entries_party_id_state_ended_ms_added_ms", "party_id", "state", "ended_ms", "added_ms"),
    Index("ix_entries_ballot", "ballot"),
    Index("ix_entries_party_id_ballot", "party_id", "ballot"),
    # Few suggestions are voted on, and only those say something.
    Index(
        "ix_entries_voted",
        "party_id",
        "added_ms",
        sqlite_where=text("voted = 1"),
        postgresql_where=text("voted"),
    ),
    Index("ix_entries_added_by", "added_by"),
    # At most one song plays in a party, whatever goes wrong above; and the clock reads only those.
    Index(
        "uq_entries_playing",
        "party_id",
        unique=True,
        sqlite_where=text("state = 'playing'"),
        postgresql_where=text("state = 'playing'"),
    ),
)

votes = Table(
    "votes",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("value", Integer, nullable=False),
    Index("ix_votes_member_id", "member_id"),
)

skips = Table(
    "skips",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Index("ix_skips_member_id", "member_id"),
)

changes = Table(
    "changes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("party_id", ForeignKey("parties.id"), nullable=False),
    Column("member_id", ForeignKey("members.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("entry_id", Number),  # no foreign key: entries refer to changes
    Column("state_before", String(16)),
    Column("vote_before", Integer, nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("undone", Boolean, nullable=False, server_default=false()),
    Column("counts", Boolean, nullable=False, server_default=true()),  # who did it, when a skip is voted on
    Column("key", Text),  # the delivery's idempotency key
    UniqueConstraint("party_id", "key"),
    Index("ix_changes_party_id_at_ms", "party_id", "at_ms"),
    Index("ix_changes_party_id_member_id", "party_id", "member_id"),
    Index("ix_changes_member_id", "member_id"),
    # One of a party at most is open.
    Index(
        "ix_changes_open_ballot",
        "party_id",
        sqlite_where=text("kind = 'autopilot' AND undone IS 0"),
        postgresql_where=text("kind = 'autopilot' AND undone IS false"),
    ),
)

slack_installs = Table(
    "slack_installs",
    metadata,
    Column("id", Number, primary_key=True),
    Column(
        "enterprise_id", String(64), nullable=False
    ),  # empty: in no organisation; nulls would not be unique
    Column("team_id", String(64), nullable=False),  # empty: the whole organisation
    Column("is_org", Boolean, nullable=False),
    Column("sealed", Text, nullable=False),  # tokens and all, as JSON that only the vault opens
    Column("installed_ms", BigInteger, nullable=False),
    Column("changed_ms", BigInteger, nullable=False),
    UniqueConstraint("enterprise_id", "team_id"),
    Index("ix_slack_installs_team_id", "team_id"),
)

slack_states = Table(
    "slack_states",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256: who reads the table cannot finish an install
    Column("expires_ms", BigInteger, nullable=False),
    Index("ix_slack_states_expires_ms", "expires_ms"),
)

spotify_accounts = Table(
    "spotify_accounts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("platform", String(16), nullable=False),
    Column("user_id", Text, nullable=False),  # a member who is in no party yet may connect, too
    Column("name", Text, nullable=False),  # the member's
    Column("workspace", String(64), nullable=False),  # goes with this one; empty: with none
    Column("sealed", Text, nullable=False),  # tokens and all, as JSON that only the vault opens
    Column("linked_ms", BigInteger, nullable=False),
    Column("told", Boolean, nullable=False, server_default=false()),  # that it will end soon
    Column("busy_until_ms", BigInteger, nullable=False, server_default="0"),  # somebody renews the tokens
    UniqueConstraint("platform", "user_id"),
    Index("ix_spotify_accounts_linked_ms", "linked_ms"),
    Index("ix_spotify_accounts_workspace", "workspace"),
)

spotify_logins = Table(
    "spotify_logins",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256: who reads the table cannot finish a login
    Column("platform", String(16), nullable=False),
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("workspace", String(64), nullable=False),
    Column("browser", String(64), nullable=False),  # SHA-256 of what only that browser has; empty before it
    Column("sealed", Text, nullable=False),  # the code verifier of PKCE; empty before the browser has come
    Column("expires_ms", BigInteger, nullable=False),
    Index("ix_spotify_logins_expires_ms", "expires_ms"),
)

spotify_songs = Table(
    "spotify_songs",
    metadata,
    Column("spotify_id", String(22), primary_key=True),
    Column("title", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("album", Text),
    Column("year", Integer),
    Column("duration_ms", Integer),
    Column("found_ms", BigInteger, nullable=False),
    Index("ix_spotify_songs_found_ms", "found_ms"),
)

rests = Table(
    "rests",
    metadata,
    Column("name", String(16), primary_key=True),  # of a service that must be left alone for a while
    Column("until_ms", BigInteger, nullable=False),
    Column("quota_ms", BigInteger, nullable=False, server_default="0"),  # how long, if a quota is used up
)

playbacks = Table(
    "playbacks",
    metadata,
    Column("party_id", ForeignKey("parties.id"), primary_key=True),
    Column("host_id", ForeignKey("members.id"), nullable=False),
    Column("device_id", Text, nullable=False),  # empty: whichever is active
    Column("device_name", Text, nullable=False),
    Column("on_entry", Number),  # no foreign keys: they may be gone
    Column("ahead_entry", Number),
    Column("owner", String(32), nullable=False, server_default=text("''")),  # the process that follows it
    Column("owned_until_ms", BigInteger, nullable=False, server_default="0"),
    Column("outlet", String(16), nullable=False, server_default=text("'spotify'")),
    Index("ix_playbacks_host_id", "host_id"),
    Index("ix_playbacks_owned_until_ms", "owned_until_ms"),
)

saves = Table(
    "saves",
    metadata,
    Column("party_id", ForeignKey("parties.id"), primary_key=True),
    Column("started_ms", BigInteger, primary_key=True),  # which of the room's parties
    Column("member_id", ForeignKey("members.id"), primary_key=True),
    Column("playlist_id", String(22), nullable=False),
    Index("ix_saves_member_id", "member_id"),
)

passes = Table(
    "passes",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the link's secret
    Column("party_id", ForeignKey("parties.id"), nullable=False),
    Column("way", String(16), nullable=False),  # what it lets people in as: guest, host or member
    Column("secret", Text, nullable=False),  # of links that are shown again; empty for a member's own
    Column("platform", String(16), nullable=False),  # whose own link it is; empty for the others
    Column("user_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("rights", Text, nullable=False, server_default=text("'{}'")),  # JSON of what the member was then
    Column("made_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger, nullable=False),  # 0: only when it is made anew
    Index("ix_passes_party_id", "party_id"),
    Index("ix_passes_platform", "platform", "user_id"),
    Index("ix_passes_ends_ms", "ends_ms"),
)

nicknames = Table(
    "nicknames",
    metadata,
    Column("party_id", ForeignKey("parties.id"), primary_key=True),
    Column("looks", Text, primary_key=True),  # the name as it looks: what is told apart by no eye is one
    Column("user_id", Text, nullable=False),  # the browser's
    Column("name", Text, nullable=False),
    Column("seen_ms", BigInteger, nullable=False),
    Index("ix_nicknames_party_id_user_id", "party_id", "user_id"),
    Index("ix_nicknames_seen_ms", "seen_ms"),
)

nights = Table(
    "nights",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the link's secret
    Column("secret", Text, nullable=False),
    Column("party_id", ForeignKey("parties.id"), nullable=False),
    Column("title", Text, nullable=False),
    Column("started_ms", BigInteger, nullable=False),  # which of the room's parties
    Column("ended_ms", BigInteger, nullable=False),
    Column("ends_ms", BigInteger, nullable=False),  # of the link
    UniqueConstraint("party_id", "started_ms"),
    Index("ix_nights_ends_ms", "ends_ms"),
)

forgotten = Table(
    "forgotten",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of who asked for it, which names nobody
)

own_songs = Table(
    "own_songs",
    metadata,
    Column("id", Number, primary_key=True),
    Column("source", String(16), nullable=False),  # folder, subsonic or demo
    Column("ref", Text, nullable=False),  # what the source calls it
    Column("version", Text, nullable=False),  # what tells that it has changed
    Column("title", Text, nullable=False),
    Column("artist", Text, nullable=False),
    Column("album", Text),
    Column("year", Integer),
    Column("duration_ms", Integer),
    Column("track_id", Text),  # the catalogue's; null for a song that it lacks
    Column("kind", String(64), nullable=False),  # its MIME type
    Column("gain_db", Float),  # what levels it; null: not known yet
    Column("cover", Boolean, nullable=False, server_default=false()),  # whether it has a picture
    UniqueConstraint("source", "ref"),
    Index("ix_own_songs_track_id", "track_id"),
    sqlite_autoincrement=True,  # else it gives the number of the last song, when that is gone, to another one
)
