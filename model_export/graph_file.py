"""Graphs as files: their numbers beside them in one file, and parts of a graph as graphs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import helper, numpy_helper

DATA = "model.data"
"""The file of the numbers, in the graphs' own folder."""
SMALL = 1024
"""Numbers of fewer bytes stay in the graph."""
ALIGNED = 4096
"""Where numbers begin in their file: at a page, as whoever maps it likes."""


def written(constants: Mapping[str, npt.NDArray[Any]], path: Path) -> Iterator[onnx.TensorProto]:
    """Writes numbers into a file, and gives the tensors that say where in it they stand."""
    with path.open("wb") as file:
        for name, values in constants.items():
            if values.nbytes < SMALL:
                yield numpy_helper.from_array(values, name)
                continue
            file.write(bytes(-file.tell() % ALIGNED))
            tensor = onnx.TensorProto(
                name=name,
                data_type=helper.np_dtype_to_tensor_dtype(values.dtype),
                dims=values.shape,
                data_location=onnx.TensorProto.EXTERNAL,
            )
            where = {"location": path.name, "offset": file.tell(), "length": values.nbytes}
            for key, value in where.items():
                tensor.external_data.add(key=key, value=str(value))
            file.write(np.ascontiguousarray(values).data)
            yield tensor


def part(
    whole: onnx.ModelProto,
    inputs: Sequence[onnx.ValueInfoProto],
    outputs: Sequence[onnx.ValueInfoProto],
) -> onnx.ModelProto:
    """What of a graph leads from some of its values to others."""
    given = {each.name for each in inputs}
    needed = {each.name for each in outputs}
    nodes = []
    for node in reversed(whole.graph.node):
        if needed & (set(node.output) - given):
            nodes.append(node)
            needed |= set(_read(node))
    tensors = [each for each in whole.graph.initializer if each.name in needed]
    graph = helper.make_graph(nodes[::-1], whole.graph.name, inputs, outputs, tensors)
    return helper.make_model(
        graph,
        opset_imports=whole.opset_import,
        ir_version=whole.ir_version,
        producer_name=whole.producer_name,
    )


def _read(node: onnx.NodeProto) -> Iterable[str]:
    """The values that a node reads, those in its branches among them."""
    yield from node.input
    for attribute in node.attribute:
        for inner in attribute.g.node:
            yield from _read(inner)
