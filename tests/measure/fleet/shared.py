"""Whether several processes of one machine share the model's bytes.

`python -m tests.measure.fleet.shared [MODEL] [--processes 4]`, on Linux: each opens the model as the bot does
and answers one request; printed is what the kernel counts. With `--alone` a table of 8-bit numbers in a file
of its own is multiplied by onnxruntime, with weights packed anew at the start and without.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import onnx
import onnxruntime
import typer
from onnx import TensorProto, helper, numpy_helper
from rich.console import Console
from rich.table import Table

from bot.party.words import Signal
from bot.recommend.bundle import open_bundle
from bot.recommend.catalogue import Catalogue
from bot.recommend.recommender import Recommender
from bot.settings import STARTER
from tests.measure.fleet.processes import memory_mb
from tests.measure.memory import megabytes

SONGS, ASKED = 20, 50
TABLE = 2_262_292, 64
"""How many songs and dimensions the table alone has."""


def mapped_mb(folder: Path) -> dict[str, float]:
    """Of each of the model's files that this process has mapped: how many megabytes of it are in memory."""
    found: dict[str, float] = {}
    name = ""
    for line in Path("/proc/self/smaps").read_text("utf-8").splitlines():
        first, *rest = line.split()
        if "-" in first:
            name = rest[-1] if len(rest) == 5 else ""
        elif first == "Rss:" and name.startswith(str(folder)):
            file = Path(name).name
            found[file] = found.get(file, 0.0) + int(rest[0]) / 1024
    return found


async def hold(model: Path) -> None:
    """Opens a model as the bot does, asks it something, says so, and waits for its standard input to end."""
    bundle = open_bundle(model)
    with closing(Catalogue.open(bundle)) as catalogue:
        recommender = Recommender(bundle, catalogue, seed=0)
        told = [Signal(catalogue.track(index), 1.0, 1.0) for index in range(SONGS)]
        await recommender.suggest(told, (), ASKED)
        print(json.dumps(mapped_mb(model)), flush=True)
        await asyncio.to_thread(sys.stdin.read)


def alone(folder: Path) -> Table:
    """What a process has in memory that multiplies by a table of its own file, packed anew and not."""
    rows, columns = TABLE
    weights = np.random.default_rng(0).integers(0, 255, (rows, 1, columns), dtype=np.uint8)
    scales = np.full(rows, 0.01, dtype=np.float32)
    sizes: dict[str, Any] = {"K": columns, "N": rows, "bits": 8, "block_size": columns, "accuracy_level": 4}
    node = helper.make_node("MatMulNBits", ["x", "w", "s"], ["y"], domain="com.microsoft", **sizes)
    x, y = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, count])
        for name, count in (("x", columns), ("y", rows))
    )
    kept = [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(scales, "s")]
    graph = helper.make_graph([node], "table", [x], [y], kept)
    imports = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=imports, ir_version=9)
    onnx.save_model(model, folder / "table.onnx", save_as_external_data=True, location="table.data")
    shown = Table(title=f"a table of {weights.nbytes / 2**20:.0f} MB in a file of its own, megabytes")
    for column in ("weights", "mapped, shared", "more of its own"):
        shown.add_column(column, justify="right")
    for name, packed in (("packed anew (as onnxruntime does)", True), ("as they are", False)):
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            mapped, own = pool.apply(multiply, (folder, packed))
        shown.add_row(name, f"{mapped:.0f}", f"{own:.0f}")
    return shown


def multiply(folder: Path, packed: bool) -> tuple[float, float]:
    """Multiplies by the table; returns how much of it is mapped, and what else the process has got by it."""
    before = megabytes("RssAnon")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.add_session_config_entry("session.disable_prepacking", "0" if packed else "1")
    session = onnxruntime.InferenceSession(folder / "table.onnx", options, providers=["CPUExecutionProvider"])
    session.run(None, {"x": np.ones((1, TABLE[1]), np.float32)})
    return mapped_mb(folder).get("table.data", 0.0), megabytes("RssAnon") - before


async def look(model: Path, processes: int) -> Table:
    """Opens so many at once, and counts."""
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", __spec__.name, str(model), "--hold"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for _ in range(processes)
    ]
    shown = Table(title=f"{processes} processes with {model.name}, megabytes")
    for column in ("process", "resident (RSS)", "its share (PSS)", "of them mapped files of the model"):
        shown.add_column(column, justify="right")
    try:
        told = []
        for each in started:
            assert each.stdout is not None
            told.append(json.loads(await each.stdout.readline()))
        for number, (each, files) in enumerate(zip(started, told, strict=True)):
            rss, pss = memory_mb(each.pid)
            listed = ", ".join(f"{name} {size:.0f}" for name, size in files.items()) or "none"
            shown.add_row(str(number), f"{rss:.0f}", f"{pss:.0f}", listed)
    finally:
        for each in started:
            each.kill()
        await asyncio.gather(*(each.wait() for each in started))
    return shown


def main(
    model: Annotated[Path, typer.Argument(help="A bundle's folder.")] = STARTER,
    processes: Annotated[int, typer.Option(help="How many processes there are.")] = 4,
    table_alone: Annotated[bool, typer.Option("--alone", help="A table alone, without a model.")] = False,
    hold_it: Annotated[bool, typer.Option("--hold", hidden=True)] = False,
) -> None:
    """Counts what several processes with the same model have in memory."""
    if table_alone:
        with tempfile.TemporaryDirectory() as folder:
            Console(width=110).print(alone(Path(folder)))
    elif hold_it:
        asyncio.run(hold(model.resolve()))
    else:
        Console(width=110).print(asyncio.run(look(model, processes)))


if __name__ == "__main__":
    typer.run(main)
