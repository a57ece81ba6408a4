"""What a Subsonic server says of a song, whatever it says."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.party.limits import LONGEST_TEXT
from bot.playback.sources.subsonic_songs import KINDS, LONGEST_REF, found
from tests.fakes.subsonic_schemas import OBJECTS, schema

SIMPLE = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
ANYTHING = st.recursive(
    SIMPLE,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(sorted(schema(OBJECTS["Child"])["properties"]))
SOUND = {"id": "1", "title": "Song", "suffix": "mp3"}


@given(st.dictionaries(FIELDS, ANYTHING), st.booleans())
def test_anything_that_is_json(said: dict[str, Any], sound: bool) -> None:
    """It is a song within all bounds, or none; said again, it is the same one."""
    child = json.loads(json.dumps({**(SOUND if sound else {}), **said}))
    song = found(child, {})
    if song is None:
        return
    assert song.track is not None
    assert 0 < len(song.ref) <= LONGEST_REF
    assert song.ref.isprintable()
    assert song.kind in KINDS.values()
    assert 0 < len(song.track.title) <= LONGEST_TEXT
    assert len(song.track.artist) <= LONGEST_TEXT
    json.dumps([song.track.title, song.track.artist, song.track.album], ensure_ascii=False).encode()
    again = found(child, {song.ref: song.version})
    assert again is not None
    assert (again.ref, again.version, again.track) == (song.ref, song.version, None)
