"""Whatever songs and people are called, Slack shows it and acts on none of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.doors.answers import Again
from bot.party import errors
from bot.party.words import Entry, Member, Mood, Party, Playback, Rules, State, Track
from bot.playback.errors import HostedAlready, HostLost, HostsDeviceGone, ManyDevices, NotOnSpotify
from bot.playback.words import Account, Device, Imported, Played, Saved
from bot.slack.blocks import ballot_card, device_choice, party_card
from bot.slack.text import link, plain, typed, words
from bot.wording.languages import LANGUAGES
from tests.fakes.slack_blocks import check_message
from tests.fakes.slack_parts import walk
from tests.hostile import hostile

EVIL = [
    "<!channel>", "<!here|x>", "<@U123>", "<#C1>", "<http://evil.example|safe>", "&lt;!channel&gt;", "&amp;",
    "*bold*", "_i_", "~s~", "`c`", "```", ":tada:", "@here", "> quote", "\u202e", "\0", "\n\n", "", " ",
]  # fmt: skip
NAMES = hostile(EVIL, most=1, characters=120) | hostile(EVIL, most=10, characters=8)
OURS = re.compile(r"<!date\^\d+\^\{time_secs\}\|\d\d:\d\d UTC>")
"""The one thing of Slack's own that our cards hold: an instant."""


def live(text: str) -> list[str]:
    """What in a text Slack would act on."""
    bare = OURS.sub("", text)
    return re.findall(r"[<>]|&(?!amp;|lt;|gt;)|@(?=here|channel|everyone)", bare)


@st.composite
def entries(draw: st.DrawFn, state: State, number: int) -> Entry:
    """An entry with hostile names."""
    track = Track(draw(NAMES), draw(NAMES))
    by = draw(st.none() | st.builds(Member, st.just("slack"), st.just("U1"), NAMES))
    because = tuple(draw(st.lists(NAMES, max_size=8)))
    votes = {f"U{each}": draw(st.sampled_from([-1, 1])) for each in range(draw(st.integers(0, 3)))}
    return Entry(number, track, state, by, 0, ends_ms=1, votes=votes, match=0.5, because=because, ballot=1)


@st.composite
def parties(draw: st.DrawFn) -> Any:
    """A queue, what plays, and a ballot."""
    queue = [draw(entries(State.QUEUED, 10 + each)) for each in range(draw(st.integers(0, 3)))]
    queue *= draw(st.sampled_from([1, 9]))
    playing = draw(st.none() | entries(State.PLAYING, 1))
    states = draw(st.lists(st.sampled_from(list(State)), min_size=1, max_size=5))
    ballot = [draw(entries(state, 100 + each)) for each, state in enumerate(states)]
    return tuple(queue), playing, tuple(ballot)


def shown(blocks: list[dict[str, Any]]) -> list[str]:
    """The texts in which Slack looks for what to act on."""
    return [str(each["text"]) for each in walk(blocks) if each.get("type") == "mrkdwn"]


@settings(max_examples=250, deadline=None)
@given(NAMES)
def test_a_text_is_harmless_and_comes_back(text: str) -> None:
    """Nothing in an escaped text is acted on, and it can be read back as it was."""
    assert live(plain(text)) == []
    bare = text.replace("\u200b", "")
    if "http" not in bare and "&" not in bare:
        assert typed(plain(bare)) == bare.strip()


@st.composite
def playbacks(draw: st.DrawFn) -> Playback:
    """Somebody's device, both with hostile names."""
    return Playback(Member("slack", "U1", draw(NAMES)), "d", draw(NAMES))


@settings(max_examples=100, deadline=None)
@given(parties(), st.none() | playbacks(), st.sampled_from([*LANGUAGES]), st.booleans(), st.integers(-1, 9))
def test_cards_are_harmless_and_within_slacks_limits(
    made: Any, playback: Playback | None, locale: str, automatic: bool, page: int
) -> None:
    """Every card is one that Slack takes, in every language, and none holds what Slack would act on."""
    queue, playing, ballot = made
    if playing is not None and playback is not None:
        playing = replace(playing, left_ms=1)
    replies = words(locale)
    party = Party(
        rules=Rules(), playing=playing, queue=queue, ballot=ballot, history=(), skippers=frozenset(),
        skips_needed=1, automatic=automatic, decides_ms=1, playback=playback,
    )  # fmt: skip
    for blocks in (
        party_card(party, replies, page),
        ballot_card(
            ballot,
            replies,
            intro="x",
            again=Again(Mood.SAFE, 5, "90s"),
            now_ms=1,
            threshold=2,
        ),
    ):
        check_message({"text": "x", "blocks": blocks})
        assert [each for text in shown(blocks) for each in live(text)] == []


@settings(max_examples=300, deadline=None)
@given(NAMES, playbacks(), entries(State.PLAYING, 1), st.sampled_from([*LANGUAGES]))
def test_what_is_said_of_spotify_is_harmless(
    name: str, playback: Playback, entry: Entry, locale: str
) -> None:
    """Whatever accounts, devices and playlists are called, Slack acts on nothing but our own link."""
    replies = words(locale)
    url = "https://open.spotify.com/playlist/0000000000000000000000"
    saved = replies.saved(Saved(link(url), 1, again=False, missing=(entry.track,) * 12))
    assert saved.count(f"<{url}>") == 1
    said = [
        saved.replace(f"<{url}>", ""),
        replies.account(Account(name, linked_ms=0)),
        replies.played(Played(playback, entry)),
        replies.played(Played(playback, None)),
        replies.paused(entry),
        replies.stopped(playback),
        replies.sounding(playback),
        replies.imported(Imported(name, 1, 1, 9, errors.QueueFull(500))),
        *(replies.error(kind(name)) for kind in (HostLost, HostsDeviceGone, HostedAlready, ManyDevices)),
        replies.error(NotOnSpotify(name)),
    ]
    assert [each for text in said for each in live(text)] == []


@settings(max_examples=200, deadline=None)
@given(st.lists(NAMES, max_size=30), st.sampled_from([*LANGUAGES]))
def test_a_choice_of_devices_is_within_slacks_limits(names: list[str], locale: str) -> None:
    """However many devices there are and whatever they are called, Slack takes the message."""
    devices = [Device(f"{each}", name, active=each == 0) for each, name in enumerate(names)]
    told = words(locale).devices(devices)
    blocks = device_choice(told, devices)
    check_message({"text": told, "blocks": blocks})
    assert [each for text in [told, *shown(blocks)] for each in live(text)] == []
