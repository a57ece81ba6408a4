"""Training past one machine: least squares and neighbours, worked out by a cluster of Apache Spark.

They are what grows with the playlists; all else that training does stays as it is, so that the same model
leaves by the same export. The playlists go to Spark as numbers, in Parquet files that are written run by run
from arrays on disk; its answers come back as Parquet files too. All of it runs in Java: the cluster's
machines need neither Python nor this repository.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from scipy import sparse

from model_export import jvm
from model_export.checkpoint import Checkpoint
from model_export.learning import _as_arrays, _kept
from model_export.model import Floats, Indices, Memory, Parts, Settings
from model_export.neighbours import (
    ALL_NEIGHBOURS,
    FEWEST,
    HUB,
    REACH,
    SUPPORT,
    as_bytes,
    from_bytes,
    nothing,
    supported,
    thinned,
)
from model_export.playlists import DataError, Playlists, list_weights, parts
from model_export.start import CONFIDENCE, GROUP, ROUNDS, STAGE

RIDGE = 0.2
"""Of a row of n entries Spark weighs the ridge n times, so it is chosen apart from the one machine's."""
LEAST = 0.01
"""Spark takes only what is above zero for wanted; so much is left of a list whose confidence is hardly 1."""
AT_ONCE = 2**24
"""How many entries a block of the factorisation holds at most, so that one fits into a worker."""


@contextmanager
def cluster(master: str, folder: Path) -> Iterator[Spark]:
    """A cluster at work; see `jvm.session` for what it takes and raises."""
    folder = folder.resolve()
    with jvm.session(master, folder) as session:
        yield Spark(session, folder)


def work_ahead(
    spark: Spark,
    lists: Playlists,
    settings: Settings,
    keep: Checkpoint,
    *,
    min_parents: int = 1,
    everything: bool = False,
    told: Callable[[str], None] = lambda what: None,
) -> None:
    """Works out on a cluster what `learn` then finds in its checkpoint, as if one machine had done it before.

    Args:
        spark: the cluster.
        lists: as for `learn`, and so are the settings, `min_parents` and `everything`.
        settings: see there.
        keep: the checkpoint; what it has already is not worked out again.
        min_parents: see there.
        everything: see there.
        told: what is being worked on.
    """
    stages = {"neighbours": lists.split("train")} | ({"all-neighbours": lists} if everything else {})
    for stage, seen in stages.items():
        _, learned_from = _kept(lists, seen, min_parents)
        if np.diff(learned_from.bounds).max(initial=0) < 2:
            return  # too little to learn from, which `learn` says
        if stage == "neighbours" and not keep.has(STAGE, "training"):
            told("least squares")
            weights = list_weights(learned_from, settings.damping, settings.follower_weight)
            songs = spark.least_squares(learned_from, Parts.of(learned_from).groups, weights, settings)
            keep.save(STAGE, {"songs": songs, "lists": np.empty((0, settings.dims), np.float32)}, ROUNDS)
        if not keep.has(stage):
            told(stage.replace("-", " "))
            memory = spark.remember(learned_from, settings)
            keep.save(stage, {} if memory is None else _as_arrays(memory))


class Spark:
    """What a cluster does for training: `least_squares` and `remember` as one machine has them."""

    def __init__(self, session: Any, folder: Path) -> None:
        self._session = session
        self._folder = folder
        self._numbers = count()
        self._at_once = int(session.sparkContext.defaultParallelism)

    def least_squares(
        self, lists: Playlists, groups: sparse.csr_array, weights: Floats, settings: Settings
    ) -> Floats:
        """See `start.least_squares`: the factors of songs, (songs, dims), of MLlib's ALS.

        MLlib counts a rating r as a confidence of 1 + r where the one machine's counts 1 as nothing more than
        what is not there.
        """
        from pyspark.ml.recommendation import ALS  # noqa: PLC0415 - an extra that is not always there

        rows = self._told("rows", entries(lists, groups, weights))
        blocks = max(self._at_once, (len(lists.entries) + groups.nnz) // AT_ONCE + 1)
        solver = ALS(
            rank=settings.dims,
            maxIter=ROUNDS,
            regParam=RIDGE,
            numUserBlocks=blocks,
            numItemBlocks=blocks,
            implicitPrefs=True,
            alpha=1.0,
            userCol="row",
            itemCol="song",
            ratingCol="surer",
            seed=settings.seed,
        )
        factors = np.zeros((len(lists.songs), settings.dims), np.float32)
        for batch in self._answers("factors", solver.fit(rows).itemFactors):
            features: Any = batch.column("features")
            found = features.flatten().to_numpy().reshape(-1, settings.dims)
            factors[batch.column("id").to_numpy()] = found
        return factors

    def remember(self, lists: Playlists, settings: Settings) -> Memory | None:
        """See `neighbours.remember`."""
        if not settings.neighbours and not settings.kin:
            return None
        parts_ = Parts.of(lists)
        songs = np.arange(len(lists.songs), dtype=np.int32)
        most = min(settings.most_neighbours, max(ALL_NEIGHBOURS // max(len(songs), 1), FEWEST))
        damping = settings.length_damping
        return Memory(
            self._neighbours("songs", places(lists, songs, damping), len(songs), settings.neighbours, most),
            self._neighbours(
                "artists",
                places(lists, parts_.artist_of, damping),
                len(parts_.artists),
                settings.kin,
                settings.most_kin,
            ),
            parts_.artist_of,
        )

    def _neighbours(
        self, name: str, seen: Iterator[pa.Table], columns: int, each: int, most: int
    ) -> sparse.csr_array:
        """The shrunk cosines of each column's nearest, as they are shipped: (columns, columns)."""
        if not each:
            return nothing(columns, columns)
        from pyspark.sql import Window  # noqa: PLC0415 - an extra that is not always there
        from pyspark.sql import functions as sql  # noqa: PLC0415

        told = self._told(name, seen)
        counted = told.groupBy("of").agg(
            sql.count("list").alias("lists"),
            sql.sum("says").alias("times"),
            sql.count_distinct("parent").alias("parents"),
        )
        asked = counted.where("parents >= 2").withColumn("most", sql.expr(f"least({each} * parents, {most})"))
        # Of a hub's lists HUB, evenly spread over their order, which weigh as much as all of them together.
        in_order = Window.partitionBy("of").orderBy("list")
        sampled = (
            told.join(asked.where("most > 0"), "of")
            .withColumn("place", sql.row_number().over(in_order) - 1)
            .withColumn("pick", sql.expr(f"ceil(place * {HUB} / lists)"))
            .where(f"lists <= {HUB} or (pick < {HUB} and pick * lists div {HUB} = place)")
            .withColumn("part", sql.sum("says").over(Window.partitionBy("of")))
            .selectExpr("list", "of", "times", "most", "says * times / part as says")
        )
        near = told.where(f"of < {REACH}").selectExpr("list", "of as other")
        reached = counted.where(f"of < {REACH}").selectExpr("of as other", "times as others")
        cosine = f"together / (sqrt(times * others) + {SUPPORT}) as cosine"
        best_first = Window.partitionBy("of").orderBy(sql.desc("cosine"), "other")
        found = (
            sampled.join(near, "list")
            .where("other != of")
            .groupBy("of", "other", "times", "most")
            .agg(sql.sum("says").alias("together"))
            .join(sql.broadcast(reached), "other")
            .selectExpr("of", "other", "most", cosine)
            .withColumn("rank", sql.row_number().over(best_first))
            .where("rank <= most")
            .selectExpr("of", "other", "cast(cosine as float) as cosine")
        )
        answers = list(self._answers(f"near-{name}", found))
        of, other, cosines = (
            np.concatenate([np.empty(0, kind), *(batch.column(i).to_numpy() for batch in answers)])
            for i, kind in enumerate((np.int32, np.int32, np.float32))
        )
        small, step = as_bytes(cosines)
        return sparse.csr_array((from_bytes(small, step), (of, other)), shape=(columns, columns))

    def _told(self, name: str, tables: Iterator[pa.Table]) -> Any:
        """Tables as one DataFrame that each of the cluster's machines can read a part of."""
        folder = self._folder / f"{next(self._numbers)}-{name}"
        folder.mkdir()
        for i, table in enumerate(tables):
            pq.write_table(table, folder / f"part-{i:05}.parquet", row_group_size=2**20)
        return self.read(folder)

    def read(self, folder: Path) -> Any:
        """A folder of Parquet files as a DataFrame."""
        return self._session.read.parquet(folder.as_uri())

    def _answers(self, name: str, frame: Any) -> Iterator[pa.RecordBatch]:
        """What a DataFrame holds; the machines write it, so that none of them holds it whole."""
        folder = self._folder / f"{next(self._numbers)}-{name}"
        frame.write.parquet(folder.as_uri())
        files = sorted(folder.glob("*.parquet"))
        if not (folder / "_SUCCESS").exists() or not files:
            raise DataError(
                f"the cluster's machines wrote nothing into {folder}; "
                "name an --out in a folder that all of them see"
            )
        for path in files:
            yield from pq.ParquetFile(path).iter_batches()


def entries(lists: Playlists, groups: sparse.csr_array, weights: Floats) -> Iterator[pa.Table]:
    """What the factorisation is told: the lists, run by run, then every group as a list more."""
    for run in parts(lists.bounds):
        lengths = np.diff(lists.bounds[run.start : run.stop + 1])
        songs = lists.entries[lists.bounds[run.start] : lists.bounds[run.stop]]
        surer = np.maximum(np.float32(CONFIDENCE) * weights[run] - 1, np.float32(LEAST))
        yield _table(
            row=np.repeat(np.arange(run.start, run.stop, dtype=np.int32), lengths),
            song=songs,
            surer=np.repeat(surer, lengths).astype(np.float32),
        )
    song, group = groups.nonzero()
    yield _table(
        row=(group + len(lists)).astype(np.int32),
        song=song.astype(np.int32),
        surer=np.full(len(song), GROUP - 1, np.float32),
    )


def places(lists: Playlists, group_of: Indices, damping: float) -> Iterator[pa.Table]:
    """Which groups stand in which lists, each once, with the list's parent and what it says of two."""
    says = supported(lists, damping)
    lists = thinned(lists)
    groups = int(group_of.max(initial=-1)) + 1
    for run in parts(lists.bounds):
        lengths = np.diff(lists.bounds[run.start : run.stop + 1])
        found = group_of[lists.entries[lists.bounds[run.start] : lists.bounds[run.stop]]]
        of_list = np.repeat(np.arange(run.start, run.stop), lengths)
        pairs = np.unique(of_list[found >= 0] * groups + found[found >= 0])
        of_list = pairs // max(groups, 1)
        yield _table(
            list=of_list.astype(np.int32),
            of=(pairs % max(groups, 1)).astype(np.int32),
            parent=lists.parent_of[of_list],
            says=says[of_list],
        )


def _table(**columns: npt.NDArray[np.generic]) -> pa.Table:
    return pa.table({name: pa.array(values) for name, values in columns.items()})
