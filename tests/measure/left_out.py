"""Parts one source of some playlists from the others, so that a model is trained that never saw it.

    python -m tests.measure.left_out DATA --source NAME --out out/left
    python -m model_export train out/left/others --out out/left/model
    python -m tests.measure.adapting out/left/model out/left/own --theirs out/left/others

Unlike a source that came later, nobody had it in sight who chose how adapting works.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.parquet as pq
import typer

from model_export.columns import pc

OWN, OTHERS = "own", "others"


def part(data: Path, source: str, out: Path) -> dict[str, int]:
    """Writes the lists of a source into `own` and all others into `others`, each with its songs alone.

    Args:
        data: a folder of the three Parquet tables.
        source: what parts them.
        out: the folder to write both into.

    Returns:
        How many lists went where.
    """
    all_lists, all_entries, all_tracks = (
        pq.read_table(data / f"{name}.parquet") for name in ("playlists", "entries", "tracks")
    )
    own = pc.equal(all_lists["source"], source)
    counts = {}
    for name, chosen in ((OWN, own), (OTHERS, pc.invert(own))):
        lists = all_lists.filter(chosen)
        entries = _of(all_entries, "playlist_id", lists)
        written = {"playlists": lists, "entries": entries, "tracks": _of(all_tracks, "track_id", entries)}
        (out / name).mkdir(parents=True, exist_ok=True)
        for each, table in written.items():
            pq.write_table(table, out / name / f"{each}.parquet")
        counts[name] = lists.num_rows
    return counts


def _of(table: pa.Table, column: str, others: pa.Table) -> pa.Table:
    """The rows that others speak of."""
    return table.filter(pc.is_in(table[column], value_set=others[column].combine_chunks()))


def main(
    data: Annotated[Path, typer.Argument(help="A folder of playlists, as three Parquet files.")],
    source: Annotated[str, typer.Option(help="Which of its sources is left out.")],
    out: Annotated[Path, typer.Option(help="The folder to write both parts into.")],
) -> None:
    """Parts one source from the others."""
    for name, lists in part(data, source, out).items():
        print(f"{out / name}: {lists:,} lists")


if __name__ == "__main__":
    typer.run(main)
