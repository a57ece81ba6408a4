"""What a training has so far, kept beside its model, so that it goes on after it was stopped or killed."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from model_export.catalogue import CatalogueError
from model_export.columns import TEXT, Songs, Texts
from model_export.folders import held
from model_export.model import Settings
from model_export.playlists import DataError, Playlists

Arrays = dict[str, npt.NDArray[Any]]

EVERY_S = 120.0
"""After so many seconds a stage keeps what it has again: it is what may be lost."""
KEY = "training.json"
FACTS = "facts"


def key_of(lists: Playlists, settings: Settings, **more: object) -> str:
    """What tells a training from every other: its playlists and its settings."""
    digest = hashlib.blake2b(digest_size=16)
    for numbers in (lists.entries, lists.bounds, np.array(lists.followers, np.int64)):
        digest.update(np.ascontiguousarray(numbers).data)
    told = [
        each.column if isinstance(each, Texts) else pa.array(each, TEXT)
        for each in (lists.parents, lists.sources, lists.kinds or [""] * len(lists))
    ]
    for table in (Songs.of(lists.songs).table, pa.Table.from_arrays(told, ["parent", "source", "kind"])):
        with pa.ipc.new_stream(pa.PythonFile(_Digested(digest), "w"), table.schema) as stream:
            stream.write_table(table)
    digest.update(json.dumps([asdict(settings), more], sort_keys=True).encode())
    return digest.hexdigest()


class _Digested(io.RawIOBase):
    """Takes bytes and keeps only their digest."""

    def __init__(self, digest: Any) -> None:
        super().__init__()
        self._digest = digest

    def writable(self) -> bool:
        return True

    def write(self, content: Any, /) -> int:
        self._digest.update(content)
        return memoryview(content).nbytes


class Checkpoint:
    """A folder of what each stage has so far; every file of it is whole at any moment."""

    def __init__(self, folder: Path, key: str) -> None:
        """Opens a folder, or makes it.

        Raises:
            DataError: it is another training's, or cannot be written.
        """
        self.folder = folder
        self._saved_at = time.monotonic()
        path, scratch = folder / KEY, folder / "key.new"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if {each.name for each in folder.iterdir()} <= {scratch.name}:
                scratch.write_text(json.dumps({"key": key}) + "\n", "utf-8")
                scratch.replace(path)
            known = json.loads(path.read_text("utf-8"))["key"] if path.exists() else None
            if known != key:
                raise DataError(
                    f"{folder} holds an unfinished training of other playlists or settings; "
                    "go on with those, or remove it to start anew"
                )
        except OSError as error:
            raise DataError(
                f"{folder} cannot be written ({error.strerror or error}); name another --out"
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{folder} cannot be used for checkpoints ({error}); remove it") from error

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps others out of the folder meanwhile; the system lets them in when this process ends.

        Raises:
            DataError: another process is at it.
        """
        with ExitStack() as stack:
            try:
                stack.enter_context(held(self.folder))
            except OSError as error:
                raise DataError(
                    f"another training is at work in {self.folder}; wait for its end, or name another --out"
                ) from error
            yield

    @property
    def due(self) -> bool:
        """Whether it is time to save again."""
        return time.monotonic() - self._saved_at >= EVERY_S

    def save(self, stage: str, arrays: Mapping[str, npt.NDArray[Any]], facts: object = None) -> None:
        """Keeps what a stage has, in place of what it had.

        Raises:
            DataError: there is no room, or no right, to write it; what was kept before still is.
        """
        path = self.folder / f"{stage}.npz"
        scratch = path.with_suffix(".new")
        try:
            with scratch.open("wb") as file:
                np.savez(file, allow_pickle=False, **{FACTS: np.array(json.dumps(facts)), **arrays})
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
        except OSError as error:
            scratch.unlink(missing_ok=True)
            raise DataError(
                f"{path} cannot be written ({error.strerror or error}); "
                "make room and run the same command again, it goes on where it was"
            ) from error
        self._saved_at = time.monotonic()

    def load(self, stage: str) -> tuple[Arrays, Any] | None:
        """What a stage had, with its facts; None if it had not begun.

        Raises:
            DataError: the file is damaged.
        """
        path = self.folder / f"{stage}.npz"
        if not path.exists():
            return None
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            return arrays, json.loads(str(arrays.pop(FACTS)))
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise DataError(f"{path} is damaged ({error}); remove {self.folder} to start anew") from error

    def has(self, *stages: str) -> bool:
        """Whether one of these stages has begun."""
        return any((self.folder / f"{stage}.npz").exists() for stage in stages)

    def drop(self, stage: str) -> None:
        """Forgets a stage that nothing needs any more."""
        (self.folder / f"{stage}.npz").unlink(missing_ok=True)

    def remove(self) -> None:
        """Takes the folder away: the model is written."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def room_for(out: Path, again: str = "it goes on where it was") -> Iterator[None]:
    """Says in a line what to do where a folder cannot be written, and what the command does again.

    Raises:
        DataError: it cannot.
    """
    try:
        yield
    except (OSError, CatalogueError) as error:
        reason = " ".join(str(error).split())
        raise DataError(
            f"{out} cannot be written ({reason}); make room and run the same command again, {again}"
        ) from error


def beside(out: Path) -> Path:
    """Where the checkpoint of a model's folder is."""
    out = out.resolve()
    return out.parent / f"{out.name}.unfinished"
