"""What can be asked in the room, as messages are read."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from bot.doors.arguments import Number, OneOf, Text, Upload
from bot.doors.ask import Door
from bot.doors.commands import BY_NAME, TABLE
from bot.doors.table import of_door
from bot.party.errors import ListTooLarge, NotUnderstood, OutOfRange, TextTooLong
from bot.room.reading import MODELS, OWN, read
from bot.room.requests import LARGEST_BASE64, ROWS, SPELLINGS, OfTable, names

ALBUM = "https://open.spotify.com/album/4aawyAB9vmqN3uQ7FjRGTy"


NO_FILES: tuple[Any, ...] = (
    None,
    7,
    True,
    "YWI=",
    [],
    ["a.csv", "YWI="],
    {},
    {"name": "a.csv"},
    {"base64": "YWI="},
    {"name": None, "base64": "YWI="},
    {"name": "a.csv", "base64": None},
    {"name": "a.csv", "base64": ["YWI="]},
    {"name": "a.csv", "base64": 7},
    {"name": "x" * 10_000, "base64": "YWI="},
    *(
        {"name": "a.csv", "base64": text}
        for text in ("YWI", "YW I=", "YWI=\n", "Y-_I", "ÄÖÜß", "=", "YWI=YWI=")
    ),
)
"""What is no file, or not in base64."""


def arguments(do: str, **fields: Any) -> dict[str, Any]:
    """What the handler of a row takes."""
    request = read({"id": "a", "do": do, **fields})
    assert isinstance(request, OfTable)
    return request.arguments()


def test_every_row_can_be_asked() -> None:
    """Each row has a request by its name, rows of two words by the last one too, and no name has two."""
    rows = of_door(TABLE, Door.ROOM)
    assert [model.row for model in ROWS] == rows
    said = [*(name for model in OWN for name in get_args(model.model_fields["do"].annotation))]
    said += [name for row in rows for name in names(row)]
    assert sorted(said) == sorted(MODELS)
    assert {"spotify connect", "connect", "account", "devices", "delete-my-data"} <= {*said}
    assert "queue" not in said


def test_spellings_fill_arguments_that_there_are() -> None:
    """Another spelling belongs to a row of the table, to one of its arguments, and has a name of its own."""
    for name, spellings in SPELLINGS.items():
        have = {argument.name for argument in BY_NAME[name].arguments}
        assert {each.fills for each in spellings} <= have
        assert not {each.field for each in spellings if each.field != each.fills} & have


@pytest.mark.parametrize(
    ("do", "fields", "read_as"),
    [
        ("add", {"text": "take on me"}, {"song": "take on me"}),
        ("add", {"song": "one\r\n\ttwo\x00"}, {"song": "one \n two "}),
        ("add", {}, {}),
        ("vibe", {"text": "90s\nrock", "mood": "safe"}, {"words": "90s rock", "mood": "safe"}),
        ("vibe", {"words": "jazz"}, {"words": "jazz"}),
        ("next", {}, {}),
        ("next", {"count": 3, "mood": "adventurous", "more": 1}, {"count": 3, "mood": "adventurous"}),
        ("vote", {"entry": 7, "value": -1}, {"song": "entry:7", "vote": "down"}),
        ("vote", {"entry": 7, "value": 0}, {"song": "entry:7", "vote": "none"}),
        ("vote", {"song": "africa", "vote": "up", "entry": 7}, {"song": "africa", "vote": "up"}),
        ("skip", {}, {}),
        ("skip", {"entry": 7}, {"song": "entry:7"}),
        ("remove", {"entry": -1}, {"song": "entry:-1"}),
        ("move", {"entry": 7, "place": 2}, {"song": "entry:7", "place": 2}),
        ("why", {"song": "entry:7"}, {"song": "entry:7"}),
        ("volume", {"percent": 0}, {"percent": 0}),
        ("device", {"device": "abc"}, {"device": "device:abc"}),
        ("spotify device", {"device": "device:abc"}, {"device": "device:abc"}),
        ("devices", {}, {}),
        ("device", {"device": ""}, {"device": ""}),
        ("import", {"link": ALBUM}, {"link": ALBUM}),
        ("import", {"text": ALBUM}, {}),
        ("import", {"file": {"name": "a.csv", "base64": "YWI="}}, {"file": Upload("a.csv", b"ab")}),
        ("import", {"file": {"name": "a\n\0b", "base64": "", "x": 1}}, {"file": Upload("a  b", b"")}),
        ("play", {"song": "take on me"}, {"song": "take on me"}),
        ("play", {}, {}),
        ("delete-my-data", {"sure": "yes"}, {"sure": "yes"}),
    ],
)
def test_arguments(do: str, fields: dict[str, Any], read_as: dict[str, Any]) -> None:
    """Arguments go by the table's names or by the page's; what is left out is the handler's to choose."""
    assert arguments(do, **fields) == read_as


@pytest.mark.parametrize(
    ("do", "fields"),
    [
        ("vote", {}),
        ("vote", {"value": 1}),
        ("vote", {"song": "africa", "vote": "UP"}),
        ("vote", {"entry": 1, "value": True}),
        ("move", {"entry": 1, "place": "2"}),
        ("next", {"count": 3.0}),
        ("volume", {"percent": True}),
        ("export", {"form": "exe"}),
        ("learn", {"choice": None}),
        *(("import", {"file": file}) for file in NO_FILES),
        ("delete-my-data", {"sure": "no"}),
        ("delete-my-data", {"sure": True}),
        ("queue", {}),
        ("Spotify Connect", {}),
        ("hello", {"name": "Ann"}),
        ("search", {}),
    ],
)
def test_not_understood(do: str, fields: dict[str, Any]) -> None:
    """What is missing or of another kind is not guessed at."""
    with pytest.raises(NotUnderstood):
        arguments(do, **fields)


@pytest.mark.parametrize("row", ROWS, ids=lambda model: model.row.name)
def test_bounds(row: type[OfTable]) -> None:
    """What is too small, too large, too long or not among the choices is refused as the kind says."""
    for argument in row.row.arguments:
        match argument.kind:
            case Number(least, most):
                for number in (least - 1, most + 1, 10**30, -(10**30)):
                    with pytest.raises(OutOfRange) as refused:
                        arguments(row.row.name, **{argument.name: number})
                    assert refused.value.parts == {"least": least, "most": most}
            case Text(longest):
                with pytest.raises(TextTooLong):
                    arguments(row.row.name, **{argument.name: "x" * (longest + 1)})
            case OneOf():
                with pytest.raises(NotUnderstood):
                    arguments(row.row.name, **{argument.name: "no such thing"})


@pytest.mark.parametrize("more", [4, 100_000])
def test_too_large_a_file(more: int) -> None:
    """What cannot be a list any more is refused by its length, before it is decoded."""
    assert len(arguments("import", file={"name": "a", "base64": "A" * LARGEST_BASE64})["file"].data) > 2**20
    with pytest.raises(ListTooLarge):
        arguments("import", file={"name": "a", "base64": "!" * (LARGEST_BASE64 + more)})


@pytest.mark.parametrize(
    ("do", "fields", "slow"),
    [
        ("add", {"song": "take on me"}, False),
        ("add", {"text": ALBUM}, True),
        ("add", {"song": f"take on me\n {ALBUM}?si=x \n"}, True),
        ("add", {}, False),
        ("add", {"song": "take on me\n\n" * 10}, False),
        ("add", {"song": "take on me\n" * 11}, True),
        ("import", {}, True),
        ("vibe", {"text": ALBUM}, False),
        ("save", {}, True),
        ("account", {}, False),
        ("devices", {}, True),
    ],
)
def test_slow(do: str, fields: dict[str, Any], slow: bool) -> None:
    """What asks Spotify may take long, and so does an add of more than a few songs."""
    request = read({"id": "a", "do": do, **fields})
    assert isinstance(request, OfTable)
    assert request.slow is slow
