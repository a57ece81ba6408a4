"""Prints how many vibes are understood, and of how many songs what was asked for is true: a table of each."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.settings import STARTER
from tests.measure.vibe.asking import LISTS, Vibe, asked, read
from tests.measure.vibe.judging import CHECKS, SONGS, judged


def understood(vibes: list[Vibe], catalogue: Catalogue, title: str) -> Table:
    """How many phrases of each language are known, wholly known, and taken for what they mean."""
    table = Table(title=title)
    for column in ("language", "phrases", "known", "every word", "as expected"):
        table.add_column(column, justify="right")
    every = [asked(vibe, catalogue) for vibe in vibes]
    for language in [*dict.fromkeys(vibe.language for vibe in vibes), "all"]:
        some = [each for each in every if language in {each.vibe.language, "all"}]
        shares = [
            sum(bool(each.meant) for each in some),
            sum(bool(each.meant) and not each.unknown for each in some),
            sum(each.as_expected for each in some),
        ]
        table.add_row(language, str(len(some)), *(f"{share / len(some):.1%}" for share in shares))
    return table


def phrases(vibes: list[Vibe], catalogue: Catalogue) -> Table:
    """What each phrase was taken for."""
    table = Table(title="taken for")
    for column in ("", "phrase", "taken for", "unknown"):
        table.add_column(column)
    for vibe in vibes:
        found = asked(vibe, catalogue)
        table.add_row(vibe.language, vibe.phrase, ", ".join(found.meant), ", ".join(found.unknown))
    return table


async def songs(catalogue: Catalogue, recommender: Recommender) -> Table:
    """Of how many of the first songs what was asked for is true, as far as that is known."""
    table = Table(title=f"of the first {SONGS} songs without a queue")
    for column in ("phrase", "must be", "true", "known of", "share"):
        table.add_column(column, justify="right")
    for check in CHECKS:
        found = await judged(check, catalogue, recommender)
        share = f"{found.true / found.known:.0%}" if found.known else "-"
        table.add_row(check.phrase, check.must, str(found.true), str(found.known), share)
    return table


def main(
    model: Annotated[Path, typer.Option(help="The folder of the model.")] = STARTER,
    every: Annotated[bool, typer.Option(help="Also list what each phrase was taken for.")] = False,
) -> None:
    """Measures what words of a vibe are understood, and what comes of them."""
    bundle = open_bundle(model)
    catalogue, console = Catalogue.open(bundle), Console()
    for name in LISTS:
        vibes = read(name)
        console.print(understood(vibes, catalogue, f"{len(vibes)} phrases ({name})"))
        if every:
            console.print(phrases(vibes, catalogue))
    console.print(asyncio.run(songs(catalogue, Recommender(bundle, catalogue, seed=0))))
    catalogue.close()


if __name__ == "__main__":
    typer.run(main)
