"""How long, how many, how often: the numbers of a party. Durations are whole milliseconds (`..._ms`)."""

from __future__ import annotations

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
ACTIVE_FOR_MS = 30 * MINUTE_MS
"""Whoever did something this long ago still counts when a skip is voted on."""
PARTY_ENDS_AFTER_MS = 12 * HOUR_MS
"""A party in which nobody did anything for this long is over: what it played may be suggested again."""
NIGHT_LASTS_MS = 30 * 24 * HOUR_MS
"""The page of a party that is over is kept for this long."""
NIGHT_IS_NEWS_MS = 36 * HOUR_MS
"""Of a party that ended longer ago no chat is told any more."""
LEAST_OF_A_NIGHT = 3
"""A party in which fewer songs were played makes no page."""
LONGEST_NIGHT = 500
"""So many songs of a party are on its page."""
OFFER_LASTS_MS = 10 * MINUTE_MS
"""A ballot is open for this long, and its suggestions are not repeated by the next ones."""
AUTOPILOT_WAITS_MS = 45_000
"""How long people may vote before the autopilot chooses for them."""
ONE_PRESS_MS = 700
"""Who presses a button twice within this time meant to press it once."""
ONE_SKIP_MS = 2_000
"""Who asks for a skip this soon after one means the song that was skipped: they all pressed at once."""
GRACE_MS = 6_000
"""So long after a song should be over the clock waits for its device, see `Playback.is_awaited`."""
TYPICAL_SONG_MS = 210_000
"""How long a song plays whose length nobody knows."""
LONGEST_TEXT = 300
"""The longest text that can name a song, in characters."""
LONGEST_NAME = 32
"""The longest name of a member that is shown, in characters."""
LONGEST_TYPED = 8 * LONGEST_NAME
"""A longer one is cut, or refused, before anything in it is looked at."""
NICKNAME_LASTS_MS = 30 * 24 * HOUR_MS
"""A nickname on the page is free again when its owner was not there for so long."""
NICKNAME_SEEN_MS = 24 * HOUR_MS
"""That its owner is there is noted once in so long."""
MOST_NICKNAMES = 5_000
"""So many nicknames of one room are kept; past that the oldest is free again."""
LONGEST_QUEUE = 500
"""How many songs may wait in one party."""
MOST_SUGGESTIONS = 10
"""How many songs one ballot may hold."""
USUAL_SUGGESTIONS = 5
"""How many it holds when nobody says."""
MOST_BLOCKED = 100
"""How many members, and how many songs, a room may block: as many as a menu of Slack's can list."""
MOST_DJS = 50
"""How many people a room may name as DJs."""
MOST_LINES = 10
"""How many songs one request may add."""
MOST_IMPORTED = 500
"""How many songs one list may bring."""
LARGEST_LIST_BYTES = 1 << 20
"""How large a file or text with a list may be."""
OWN_LINK_LASTS_MS = 7 * DAY_MS
"""How long a member's own link to a party's page is good."""
MOST_OWN_LINKS = 5
"""How many of them one member may have in one room; the oldest gives way."""
LONGEST_SECRET = 64
"""No link's secret is longer, in characters; ours have half of it."""
PARTIES_EACH_AN_HOUR = 5
"""How many parties one person may begin on the page in an hour ..."""
PARTIES_AN_HOUR = 100
"""... and how many all of them together."""
NEW_VISITOR_MS = 3 * MINUTE_MS
"""The wishes of a visitor who came so lately do not count when a skip is put to the vote."""
MOST_WORDS = 6
"""How many words a party can be started from; more only blur what is meant."""
ACCOUNT_LASTS_MS = 180 * DAY_MS
"""An account at Spotify is connected for this long: Spotify says six months."""
KEEP_NAMES_DAYS = 90
"""Who did what is kept for so long unless whoever runs the bot says otherwise."""
