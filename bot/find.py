"""`python -m bot find`: what each of some texts means, without a party: no database and no port is opened."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TextIO

from bot.party.errors import PartyError
from bot.party.words import Track
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.wording.languages import language
from bot.wording.replies import Replies, short

SHOWN = 10
"""How many songs are listed as one types."""
TOLD_EVERY = 500
"""After so many texts it is told how far it has come, if somebody looks on."""
_WIDTH = 44
_SAY = Replies(language("en"), str)

Json = dict[str, Any]


def lines(given: Sequence[str], stdin: TextIO) -> Iterator[str]:
    """The texts: those of the command line, or a line of the standard input each."""
    if given:
        yield from given
    else:
        yield from (line.rstrip("\r\n") for line in stdin)


async def answers(
    catalogue: Catalogue, texts: Iterable[str], *, typing: bool
) -> AsyncIterator[tuple[Json, str]]:
    """What would happen with each text, as the fields of an object and as a row for people.

    Args:
        catalogue: the songs there are.
        texts: what people type.
        typing: whether to list what is offered as one types instead.
    """
    for text in texts:
        if typing:
            found = await catalogue.search(text, SHOWN)
            rows = [_SAY.song(track) for track in found] or ["-"]
            yield {"typed": text, "offered": [*map(_fields, found)]}, _row(text, *rows)
            continue
        try:
            meant = await catalogue.meant(text)
        except PartyError as refused:
            yield (
                {"typed": text, "outcome": "refused", **_fields(None), "offered": []},
                _row(text, f"refused: {refused}"),
            )
            continue
        song, offered = meant.track, meant.offered
        told = (
            [f"{meant.outcome}: {_SAY.song(song)}"]
            if song
            else [f"{meant.outcome}:", *map(_SAY.song, offered)]
        )
        fields = {"typed": text, "outcome": meant.outcome.value, **_fields(song)}
        yield {**fields, "offered": [*map(_fields, offered)]}, _row(text, *told)


def _fields(track: Track | None) -> Json:
    if track is None:
        return {"track_id": None, "title": None, "artist": None}
    return {"track_id": track.track_id, "title": track.title, "artist": track.artist}


def _row(text: str, first: str, *others: str) -> str:
    return "\n".join(
        [f"{short(text, _WIDTH):<{_WIDTH}}  {first}", *(f"{'':<{_WIDTH}}  {other}" for other in others)]
    )


async def find(model: Path, given: Sequence[str], *, as_json: bool, typing: bool) -> None:
    """Prints what texts mean, as a table or an object a line.

    Args:
        model: the bundle's folder.
        given: the texts; without any, the standard input is read.
        as_json: whether to print objects.
        typing: whether to list what is offered as one types instead.

    Raises:
        StartError: the bundle cannot be used.
    """
    for stream in (sys.stdin, sys.stdout):
        if isinstance(stream, io.TextIOWrapper):  # what the terminal cannot show is written out
            stream.reconfigure(errors="replace" if stream is sys.stdin else "backslashreplace")
    catalogue = Catalogue.open(open_bundle(model))
    try:
        done = 0
        async for fields, row in answers(catalogue, lines(given, sys.stdin), typing=typing):
            print(json.dumps(fields, ensure_ascii=False) if as_json else row, flush=not given)
            done += 1
            if done % TOLD_EVERY == 0 and sys.stderr.isatty():
                print(f"\r{done} texts", end="", file=sys.stderr, flush=True)
        if done >= TOLD_EVERY and sys.stderr.isatty():
            print(file=sys.stderr)
    except BrokenPipeError:  # whoever reads has enough, as head has
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    finally:
        catalogue.close()
