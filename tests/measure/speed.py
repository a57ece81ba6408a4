"""How fast the graph answers at 90,000 songs, beside the one product that no scoring can do without.

`python -m tests.measure.speed`. These machines are shared, so the ratio says more than the milliseconds.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import onnxruntime
from scipy import sparse

from model_export.graph import StandIns, build_graph
from model_export.model import Floats, Memory, Model
from model_export.neighbours import nothing

TRACKS, SHARED, ARTISTS, DIMS = 90_000, 4_000, 32_000, 64
NEIGHBOURS, KIN, QUEUE, LIMIT, RUNS = 700, 60, 50, 50, 200  # the queue is of songs with the most neighbours


def random_graph(rng: np.random.Generator) -> bytes:
    """A model of the largest starter's size, with random numbers."""

    def normal(*shape: int) -> Floats:
        return rng.normal(0, 0.3, shape).astype(np.float32)

    def near(rows: int, of: int, count: int) -> sparse.csr_array:
        columns = rng.integers(0, rows, of * count)
        bounds = np.concatenate([np.arange(of + 1) * count, np.full(rows - of, of * count)])
        return sparse.csr_array((rng.random(of * count, np.float32), columns, bounds), shape=(rows, rows))

    memory = Memory(
        near(TRACKS, SHARED, NEIGHBOURS),
        near(ARTISTS, SHARED // 3, KIN),
        rng.integers(0, ARTISTS, TRACKS).astype(np.int32),
    )
    model = Model(normal(TRACKS, DIMS), np.exp(normal(TRACKS)), normal(TRACKS), 0.6, memory)
    artists = StandIns(
        normal(ARTISTS, DIMS),
        np.exp(normal(ARTISTS)),
        np.arange(ARTISTS, dtype=np.int32),
        nothing(ARTISTS, TRACKS),
    )
    return bytes(build_graph(model, artists).SerializeToString())


def milliseconds(run: Callable[[], object]) -> tuple[float, float]:
    """The median and the fastest of many runs."""
    took = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        run()
        took.append(1000 * (time.perf_counter() - begun))
    return float(np.median(took)), min(took)


def main() -> None:
    """Times the graph and numpy's product, one after the other, each on one thread."""
    rng = np.random.default_rng(0)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(random_graph(rng), options)
    ones = np.ones(QUEUE, np.float32)
    inputs = {
        "queue": rng.integers(0, SHARED, QUEUE),
        "weight": ones,
        "label": ones,
        "banned": np.empty(0, np.int64),
        "limit": np.array(LIMIT),
    }
    factors, playlist = rng.random((TRACKS, DIMS), np.float32), rng.random(DIMS, np.float32)
    graph, product = milliseconds(lambda: session.run(None, inputs)), milliseconds(lambda: factors @ playlist)
    print(f"{TRACKS:,} songs, a queue of {QUEUE}, {LIMIT} asked for, {RUNS} runs: median (fastest)")
    print(f"the graph                {graph[0]:6.2f} ms ({graph[1]:.2f})")
    print(f"factors @ playlist alone {product[0]:6.2f} ms ({product[1]:.2f})")
    print(f"ratio                    {graph[0] / product[0]:6.2f}    ({graph[1] / product[1]:.2f})")


if __name__ == "__main__":
    main()
