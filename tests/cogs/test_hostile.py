"""Songs, people and places with hostile names, in everything that carries them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import discord
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.doors.answers import Again, OfferFavourites
from bot.party.errors import NameTaken, QueueFull, UnknownLink, UnsureSong
from bot.party.results import (
    Added,
    AddedAll,
    Favourite,
    Favourites,
    MemberStats,
    Moved,
    Share,
    Skipped,
    Stats,
    Undone,
    Vibe,
    Voted,
    Why,
)
from bot.party.words import Entry, Member, Mood, Party, Playback, Rules, State, Track
from bot.playback.errors import HostLost, ManyDevices, NotOnSpotify
from bot.playback.words import Account, Device, Imported, Played, Saved
from bot.service import PartyService
from bot.wording.languages import LANGUAGES
from bot.wording.replies import Replies
from cogs.cards import ballot_card, party_card
from cogs.escape import TEXT_LIMIT, fitting, words_in
from cogs.favourites import favourites_card
from cogs.forms import device_card
from tests.cogs.stage import ZERO_WIDTH, live, public, read, room
from tests.fakes.discord_errors import ApiError
from tests.fakes.discord_limits import check_message
from tests.fakes.discord_model import Flag, Json
from tests.fakes.discord_parts import texts
from tests.fakes.discord_server import FakeDiscord
from tests.hostile import hostile

OURS = {"bold", "heading", "timestamp", "code"}
"""What the bot's own type setting brings: bold titles, a small line, when a ballot closes."""
SOURCE = re.compile(r"\(\[Spotify\]\(<https://open\.spotify\.com/track/0{22}>\)\)")
"""What stands behind a song that Spotify knows and our catalogue does not."""
PIECES = [
    "@everyone",
    "@here",
    "<@1>",
    "<@!1>",
    "<@&2>",
    "<#3>",
    "<t:1:R>",
    "<t:1>",
    "</add:1>",
    "<:smile:4>",
    "<a:x:4>",
    "<id:guide>",
    "[click](http://evil.example)",
    "http://a)[y](http://b",
    "discord.gg/abc",
    "**evil**",
    "__evil__",
    "~~evil~~",
    "||evil||",
    "`evil`",
    "```evil```",
    "\n# evil",
    "\n-# evil",
    "\n> evil",
    "\n- evil",
    "1. evil",
    "\\",
    "\\\\",
    ZERO_WIDTH,
    "\u202e",
    "\u2028",
    "\r",
    "\x00",
    "\ud800",
    "\udfff",
    "👩‍👩‍👧",
    "e" + "\u0301" * 40,
    "日本語",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "@",
    ":",
    "/",
    "*" * 60,
    "{0}",
    "{song}",
    "%s",
    " ",
    "a" * 70,
]
HOSTILE = hostile(PIECES, most=8, characters=8)
LONG = HOSTILE | HOSTILE.map(lambda text: (text * 4000)[:4000])
TRACKS = st.builds(Track, LONG, LONG, spotify_id=st.sampled_from([None, "0" * 22]))
MEMBERS = st.builds(Member, st.just("discord"), st.just("1"), LONG)
PLAYBACKS = st.builds(Playback, MEMBERS, st.just("1"), LONG)
VOTES = st.sampled_from([{}, {"1": 1}, {str(n): 1 for n in range(500)}, {"1": 1, "2": -1}])
CODES = st.sampled_from([*LANGUAGES])


@st.composite
def entries(draw: st.DrawFn, state: State, count: int = 1) -> list[Entry]:
    """Entries whose every text is hostile."""
    track = draw(TRACKS)
    adder = draw(MEMBERS | st.none())
    because = tuple(draw(st.lists(LONG, max_size=3)))
    votes = draw(VOTES)
    first = draw(st.integers(1, 999_999_999_990))
    return [
        Entry(first + i, track, state, adder, 0, votes=votes, match=0.5, because=because, ballot=1)
        for i in range(count)
    ]


def checked(card: discord.ui.LayoutView) -> None:
    """Holds what would be sent against Discord's limits, and looks for what would come alive."""
    body: Json = {"flags": int(Flag.COMPONENTS_V2), "components": card.to_components()}  # type: ignore[no-untyped-call]
    try:
        check_message(body, None)
    except ApiError as error:
        raise AssertionError(error.body) from None
    for text in texts(body["components"]):
        inert(text)


def inert(text: str) -> None:
    """Nothing from outside comes alive in a text; what is bold is bold by ourselves."""
    own = SOURCE.sub("(Spotify)", re.sub(r"<t:\d+:R>", "", text))
    for line in own.splitlines():
        found = live(line.removeprefix("### ").removeprefix("-# ")) - {"bold", "code", "emphasis"}
        assert not found, (found, line)
        bare = re.sub(r"\\.", "", line)
        assert bare.count("**") <= 4, line
        assert bare.count("`") <= 8, line  # our own commands and numbers stand in code


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    playing=entries(State.PLAYING),
    queue=entries(State.QUEUED, 12),
    asked=entries(State.SUGGESTED, 5),
    playback=PLAYBACKS | st.none(),
    code=CODES,
    page=st.integers(-1, 3),
)
def test_a_card_stays_within_limits_and_inert(
    playing: list[Entry],
    queue: list[Entry],
    asked: list[Entry],
    playback: Playback | None,
    code: str,
    page: int,
) -> None:
    """Whatever plays, waits and is asked about, in every language and on every page."""
    for first, those in enumerate((playing, queue, asked)):  # each has a number of its own
        those[:] = [replace(each, id=100 * first + i + 10**14) for i, each in enumerate(those)]
    party = Party(
        playing[0], tuple(queue), tuple(asked), (), frozenset(), 1, Rules(), automatic=True, decides_ms=1
    )
    party = replace(party, playback=playback)
    checked(party_card(party, words_in(code), page))
    checked(party_card(replace(party, playing=None), words_in(code), page))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    ballot=st.sampled_from(State).flatmap(lambda state: entries(state, 5)),
    words=st.lists(LONG, max_size=6),
    unknown=st.lists(LONG, max_size=8),
    code=CODES,
)
def test_a_ballot_stays_within_limits_and_inert(
    ballot: list[Entry], words: list[str], unknown: list[str], code: str
) -> None:
    """Whatever is suggested for whatever words, and whatever has become of it."""
    replies = words_in(code)
    intro = replies.vibe(Vibe(tuple(ballot), tuple(words), tuple(unknown)))
    again = Again(Mood.SAFE, 5, " ".join(" ".join(words).split()))
    checked(ballot_card(ballot, replies, intro=intro, again=again, now_ms=0, threshold=8))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    tracks=st.lists(TRACKS, max_size=10),
    said=st.lists(entries(State.QUEUED).map(lambda made: made[0]), max_size=10),
    more=st.booleans(),
    code=CODES,
)
def test_favourites_stay_within_limits_and_inert(
    tracks: list[Track], said: list[Entry], more: bool, code: str
) -> None:
    """Ten of them, and what became of ten others, in every language."""
    replies = words_in(code)
    songs = tuple(Favourite(10**14 - number, track) for number, track in enumerate(tracks))
    found = Favourites(songs, more and bool(songs), voted=True)
    added = replies.added_all(AddedAll(tuple(Added(entry, 2) for entry in said), ()))
    offered = OfferFavourites(added, replies.favourites(found), found, 10**14)
    checked(favourites_card(offered, replies))


Say = Callable[[Replies, Entry, Member, str], str]
SAID: dict[str, Say] = {
    "added": lambda r, e, m, t: r.added(Added(e, 2)),
    "again": lambda r, e, m, t: r.added(Added(e, 1, again=True)),
    "first": lambda r, e, m, t: r.added(Added(e, 0)),
    "several": lambda r, e, m, t: r.added_all(AddedAll((Added(e, 1),), ((t, UnknownLink()),)))[:2000],
    "voted": lambda r, e, m, t: r.voted(Voted(e, 1, taken_up=False, ballot=())),
    "taken up": lambda r, e, m, t: r.voted(Voted(e, 1, taken_up=True, ballot=())),
    "skip": lambda r, e, m, t: r.skipped(Skipped(e, 1, 2, None)),
    "skipped": lambda r, e, m, t: r.skipped(Skipped(e, 2, 2, e)),
    "removed": lambda r, e, m, t: r.removed(e),
    "moved": lambda r, e, m, t: r.moved(Moved(e, 1)),
    "undone": lambda r, e, m, t: r.undone(Undone("clear", e)),
    "now": lambda r, e, m, t: r.now(Party(e, (), (), (), frozenset(), 1)),
    "history": lambda r, e, m, t: fitting(
        r.history(Party(None, (), (), (e,) * 20, frozenset(), 1)), TEXT_LIMIT
    ),
    "why": lambda r, e, m, t: fitting(
        r.why(Why(e.track, 0.5, 0.0, 0.0, (Share(t, 1.0),) * 12, (Share(m.name, 0.5),) * 12)), TEXT_LIMIT
    ),
    "stats": lambda r, e, m, t: fitting(
        r.stats(Stats(1, 0, (MemberStats(m.name, 1, 1, 1, 3),) * 12, (e,) * 5)), TEXT_LIMIT
    ),
    "unsure": lambda r, e, m, t: r.error(UnsureSong(t[:300], [e.track])),
    "account": lambda r, e, m, t: r.account(Account(t, linked_ms=0)),
    "played": lambda r, e, m, t: r.played(Played(Playback(m, "1", t), e)),
    "can't find a device": lambda r, e, m, t: r.played(Played(Playback(m, "1", t), None)),
    "paused": lambda r, e, m, t: r.paused(e),
    "stopped": lambda r, e, m, t: r.stopped(Playback(m, "1", t)),
    "saved": lambda r, e, m, t: fitting(
        r.saved(Saved("", 1, again=True, missing=(e.track,) * 12)).splitlines(), TEXT_LIMIT
    ),
    "imported": lambda r, e, m, t: r.imported(Imported(t, 1, 1, 9, QueueFull(1))),
    "many devices": lambda r, e, m, t: r.error(ManyDevices(", ".join([t] * 9))),
    "not on Spotify": lambda r, e, m, t: r.error(NotOnSpotify(e.track.title)),
    "host lost": lambda r, e, m, t: r.error(HostLost(m.name)),
    "name": lambda r, e, m, t: r.error(NameTaken(m.name[:32])),
}


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    which=st.sampled_from(sorted(SAID)),
    entry=entries(State.QUEUED).map(lambda made: made[0]),
    member=MEMBERS,
    text=LONG,
    code=CODES,
)
def test_a_sentence_stays_within_limits_and_inert(
    which: str, entry: Entry, member: Member, text: str, code: str
) -> None:
    """Every answer, in every language."""
    said = SAID[which](words_in(code), entry, member, text)
    assert 0 < len(said) <= TEXT_LIMIT, which
    for line in said.splitlines():
        inert(line)


ROUNDS = [
    "[click](http://evil.example) @everyone <@1> <t:1:R> </add:1> **bold** ||x||",
    "http://a)[y](http://b @here <@&2> evil",
    "evil\r# Heading\r> quote\r* item @everyone",
    "`evil` ~~gone~~ __under__ <#3> <:smile:4> discord.gg/abc",
    "\\**evil** \\@everyone \\<@1>",
    "evil \u202e\u2066 1. <t:1> -# small",
    "evil {song} {0} %s 👩‍👩‍👧 " + "e\u0301" * 90,
]
EVE = "[Eve](http://e.vil) @everyone"


def bodies(fake: FakeDiscord) -> list[Json]:
    """Every message that the bot has sent or edited, forms and choices left out."""
    asked: list[Any] = [it.json for it in fake.requests if isinstance(it.json, dict)]
    told = [body.get("data") or body for body in asked]
    return [body for body in told if {"content", "components"} & body.keys() and "title" not in body]


@pytest.mark.parametrize("title", ROUNDS)
async def test_hostile_names_stay_text_in_every_message(
    fake: FakeDiscord, party: PartyService, title: str
) -> None:
    """No link, ping, timestamp or type setting from outside comes alive, and no message may ping anybody."""
    place = fake.add_channel(f"{title}"[:90])
    eve, ben = fake.member(EVE, permissions=1 << 5), fake.member("Ben")

    async def use(who: Any, name: str, **options: Any) -> Any:
        return await fake.slash(who, name, channel=place, options=options)

    for number, artist in enumerate(("Queen", "ABBA", "<@&2> _artist_")):
        added = (await use(eve, "add", song=f"{number} {title} - {artist}")).messages[0]
        if added.buttons:  # it may mean another song
            await fake.click(eve, added, added.buttons[-1])
    await use(ben, "add", song=f"1 {title} - ABBA")
    await use(ben, "add", song=f"zzqxv {title}")
    ballot = (await use(ben, "next")).messages[0]
    await fake.click(ben, ballot, ballot.buttons[0])
    await use(ben, "vibe", words=f"90s {title}"[:300])
    queue = (await use(ben, "queue")).messages[0]
    assert "[Eve](http://e.vil)" in read(queue.text)
    for name in ("now", "history", "settings", "export", "map"):
        await use(eve, name)
    await use(eve, "move", song="2")
    await use(ben, "why", song=f"1 {title} - ABBA")
    await use(ben, "skip")
    await use(eve, "skip")
    await use(ben, "stats")
    await use(ben, "remove", song="no such song @everyone")
    await use(eve, "clear")
    await use(eve, "undo")
    form = await use(eve, "add")
    await fake.submit(eve, form, {"songs": f"4 {title} - Queen\n5 {title}"[:3000]})
    found = bodies(fake)
    assert len(found) >= 20
    for body in found:
        assert body.get("allowed_mentions", {}).get("parse") == []
        for text in (body.get("content") or "", *texts(body.get("components") or [])):
            inert(text)
    assert (await party.insight.now(room(fake, place))).queue


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    devices=st.lists(st.builds(Device, st.text("0123456789abcdef", min_size=1), LONG), max_size=30),
    code=CODES,
)
def test_a_list_of_devices_stays_within_limits(devices: list[Device], code: str) -> None:
    """Whatever they are called, and however many there are."""
    unique = list({device.id: device for device in devices}.values())
    checked(device_card(words_in(code).devices(unique), unique))


async def test_the_list_of_songs_to_remove_shows_names_as_they_are(fake: FakeDiscord) -> None:
    """Choices are no Markdown: a title stands there without escapes."""
    eve = fake.member("Eve")
    await fake.slash(eve, "add", song="Ev*il <@1> - Wvvkj")
    offered = await fake.autocomplete(eve, "remove", song="ev*il")
    assert [name for name, _ in offered] == ["Ev*il <@1> – Wvvkj"]


async def test_a_card_reads_in_one_direction(fake: FakeDiscord, party: PartyService) -> None:
    """A song and a member whose letters run the other way are set apart, on lines and on buttons."""
    eve = Member("discord", "66", "\u202eأنا")
    for song in ("typed:Africa - TOTO", "typed:שיר - זמר", "typed:gpj\u202eexe - \u0301\u0302"):
        await party.queue.add(room(fake), eve, song)
    message = public(await fake.slash(fake.member("Anna"), "queue"))
    assert "**1.** \u2068שיר\u2069 – \u2068זמר\u2069 · added by \u2068أنا\u2069" in message.text
    assert "1. \u2068שיר\u2069" in [button.label for button in message.buttons]
    assert "\u202e" not in message.text
