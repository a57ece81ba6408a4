"""Prints both measures for a model and one split of its data."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.table import Table

from bot.party.words import Mood, Strategy
from model_export.playlists import Split
from tests.measure import groups, votes
from tests.measure.stage import Stage, open_stage

SIZES = (2, 3, 4, 5, 6)
BEGINNINGS = (0, 1, 5, 10, 25)
"""How many songs a party knows before its first ballot."""


async def votes_table(stage: Stage) -> Table:
    """Hits with votes in between, against one list."""
    table = Table(title="songs found in five rounds of five, with votes, against one list of 25")
    for column in ("k", "mood", "playlists", "one list", "five rounds", "ratio"):
        table.add_column(column, justify="right")
    for known in BEGINNINGS:
        for mood in Mood:
            steered, static, people = await votes.measure(stage, known, mood)
            figures = (f"{static:.2f}", f"{steered:.2f}", f"{steered / static:.2f}")
            table.add_row(str(known), mood, str(people), *figures)
    return table


async def groups_table(stage: Stage, count: int) -> Table:
    """The mean and the least NDCG@100 of each strategy's members, and against pooling."""
    table = Table(title=f"NDCG@100 of the members of {count} groups of each size of {SIZES}")
    for column in ("strategy", "mean", "least", "mean against pooled", "least against pooled"):
        table.add_column(column, justify="right")
    pooled = (0.0, 0.0)
    for strategy in Strategy:
        found = [await groups.measure(stage, strategy, size, count) for size in SIZES]
        mean = sum(each.mean for each in found) / len(found)
        least = sum(each.least for each in found) / len(found)
        pooled = (mean, least) if strategy is Strategy.POOLED else pooled
        figures = (
            f"{mean:.4f}",
            f"{least:.4f}",
            f"{mean / pooled[0] - 1:+.1%}",
            f"{least / pooled[1] - 1:+.1%}",
        )
        table.add_row(strategy, *figures)
    return table


def main(
    data: Annotated[Path, typer.Argument(help="The folder of playlists that the model was trained on.")],
    model: Annotated[Path, typer.Option(help="The folder of the model.")],
    split: Annotated[str, typer.Option(help="validation or test.")] = "test",
    groups_each: Annotated[int, typer.Option("--groups", help="How many groups of each size.")] = 100,
) -> None:
    """Measures how much votes steer and how fair a group's order is."""
    (chosen,) = [each for each in get_args(Split) if each == split]
    stage = open_stage(model, data, chosen)
    console = Console(width=100)
    console.print(asyncio.run(votes_table(stage)))
    console.print(asyncio.run(groups_table(stage, groups_each)))


if __name__ == "__main__":
    typer.run(main)
