"""`places` and `code` over the room's WebSocket."""

from __future__ import annotations

import segno

from bot.room.places import AROUND
from bot.room.tv import LONGEST_ADDRESS
from bot.takeaway.mapping import COLOURS
from tests.bot.room.conftest import Enter
from tests.bot.room.visitor import Json

SONGS = ("back in black", "highway to hell", "paranoid black sabbath", "in da club")


def of_kind(shown: Json, kind: str) -> list[Json]:
    """The songs on a map that are this."""
    return [spot for spot in shown["spots"] if spot["kind"] == kind]


async def test_the_map_of_a_party(enter: Enter) -> None:
    """Everybody may look, with a name or without: the party, what is suggested, and so many songs around."""
    ann, onlooker = await enter("Ann"), await enter(None)
    for song in SONGS:
        await ann.ask("add", song=song)
    await ann.ask("next", count=3)
    await ann.ask("add", song="typed:Xyzzy by Nobody Anybody Knows")
    shown = (await onlooker.ask("places"))["map"]
    assert [spot["title"] for spot in of_kind(shown, "playing")] == ["Back In Black"]
    assert len(of_kind(shown, "queued")) == len(SONGS) - 1
    assert len(of_kind(shown, "suggested")) == 3
    assert len(of_kind(shown, "near")) == AROUND
    assert all(-1 <= spot[axis] <= 1 for spot in shown["spots"] for axis in "xyz")
    assert len({spot["id"] for spot in shown["spots"]}) == len(shown["spots"])
    assert shown["people"] == [{"name": "Ann", "colour": COLOURS[0]}]
    assert {spot["colour"] for spot in of_kind(shown, "queued")} == {COLOURS[0]}
    assert {spot["colour"] for spot in of_kind(shown, "near")} == {None}
    least = [spot for spot in shown["spots"] if spot["least"]]
    assert [spot["title"] for spot in least if spot["id"] == shown["least"][0]] == ["In Da Club"]
    assert {spot["id"] for spot in least} == set(shown["least"])
    assert len(shown["most"]) == len(shown["least"]) == 2
    assert shown["unknown"] == 1


async def test_nothing_has_no_map(enter: Enter) -> None:
    """A party without songs says so, in the guest's language."""
    onlooker = await enter(None)
    assert (await onlooker.ask("places"))["kind"] == "NothingToShow"


async def test_a_code_is_the_address(enter: Enter) -> None:
    """The path of the picture has exactly the dark squares of the code, with four light ones around."""
    onlooker = await enter(None)
    text = "https://party.example.org/party/3vJpC2o5wq0YxT1mZb8sKdLr9uQhN4ae"
    drawn = (await onlooker.ask("code", text=text))["qr"]
    rows = segno.make(text, error="m", micro=False).matrix
    dark = {(x + 4, y + 4) for y, row in enumerate(rows) for x, square in enumerate(row) if square}
    assert squares(drawn["path"]) == dark
    assert drawn["size"] == len(rows) + 8


def squares(path: str) -> set[tuple[int, int]]:
    """The squares that a path of horizontal strokes fills."""
    found = set()
    for stroke in path.split("M")[1:]:
        place, along = stroke.split("h")[:2]
        x, y = map(int, place.split())
        found |= {(x + step, y) for step in range(int(along.removesuffix("v1")))}
    return found


async def test_a_code_of_too_much(enter: Enter) -> None:
    """A code is made of an address, and no book."""
    onlooker = await enter(None)
    assert (await onlooker.ask("code", text="a" * LONGEST_ADDRESS))["ok"]
    assert (await onlooker.ask("code", text="a" * (LONGEST_ADDRESS + 1)))["kind"] == "NotUnderstood"
    assert (await onlooker.ask("code", text=""))["kind"] == "NotUnderstood"
