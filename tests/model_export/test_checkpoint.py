"""A training that is stopped, however hard, goes on where it was."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model_export import checkpoint
from model_export.__main__ import train_command
from model_export.bundle import Learned, save_learned, write_bundle
from model_export.checkpoint import Checkpoint, beside, key_of, room_for
from model_export.columns import Songs
from model_export.learning import learn
from model_export.model import Memory
from model_export.playlists import DataError, Playlists
from tests.model_export.planted import MANY, environment, planted, write_playlists
from tests.model_export.warm import ROOT

BRIEF = replace(MANY, epochs=12, check_every=3)


def same(one: Learned, other: Learned) -> None:
    """Asserts that two learned models are equal to the last bit, their course included."""
    for name in ("factors", "weights", "track_bias"):
        np.testing.assert_array_equal(getattr(one.model, name), getattr(other.model, name))
    for mine, others in zip(matrices(one.model.memory), matrices(other.model.memory), strict=True):
        np.testing.assert_array_equal(mine, others)
    assert (one.model.blend, one.model.temper, one.model.scale, one.model.level) == (
        other.model.blend,
        other.model.temper,
        other.model.scale,
        other.model.level,
    )
    assert (one.epochs, one.metrics, list(one.curve)) == (other.epochs, other.metrics, list(other.curve))


def matrices(memory: Memory | None) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    """What a memory holds, whole."""
    return [memory.likeness.toarray(), memory.kinship.toarray()] if memory else []


class Stop(Exception):
    """Somebody pulled the plug."""


@pytest.mark.parametrize(
    ("stage", "share"),
    [
        ("start", 0.5),
        ("training", 0.1),
        ("training", 0.7),
        ("neighbours", 0),
        ("measuring", 0),
        ("everything", 0.5),
        ("all neighbours", 0),
    ],
)
def test_wherever_it_stops_the_same_model_comes_out(
    tmp_path: Path,
    lists: Playlists,
    whole: Learned,
    monkeypatch: pytest.MonkeyPatch,
    stage: str,
    share: float,
) -> None:
    """Stopped in any stage and begun again, the model is the one of a training that ran through."""
    monkeypatch.setattr(checkpoint, "EVERY_S", 0.0)

    def pulled(at: str, done: float) -> None:
        if at == stage and done >= share:
            raise Stop

    with pytest.raises(Stop):
        learn(lists, BRIEF, everything=True, told=pulled, keep=opened(tmp_path, lists))
    again: list[str] = []
    learned = learn(
        lists, BRIEF, everything=True, told=lambda at, done: again.append(at), keep=opened(tmp_path, lists)
    )
    same(learned, whole)
    if stage != "start":
        assert "start" not in again


def opened(folder: Path, lists: Playlists) -> Checkpoint:
    """The checkpoint of a training of these lists."""
    return Checkpoint(folder / "model.unfinished", key_of(lists, BRIEF))


@pytest.fixture(scope="module")
def whole(lists: Playlists) -> Learned:
    """What comes out of a training that nobody stops."""
    return learn(lists, BRIEF, everything=True)


KILLED = """
import sys
from pathlib import Path
from model_export import checkpoint
from model_export.__main__ import train_command
from model_export.learning import learn
from tests.model_export.planted import planted
from tests.model_export.test_checkpoint import BRIEF, opened
checkpoint.EVERY_S = 0.0
lists = planted()
def told(stage, done):
    print(stage, done, flush=True)
learn(lists, BRIEF, everything=True, told=told, keep=opened(Path(sys.argv[1]), lists))
"""


def test_after_a_kill_the_same_model_comes_out(tmp_path: Path, lists: Playlists, whole: Learned) -> None:
    """SIGKILL, in whatever line it comes, leaves a checkpoint from which the same model is learned."""
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-c", KILLED, str(tmp_path)],
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.PIPE,
        text=True,
    ) as command:
        assert command.stdout is not None
        for line in command.stdout:
            if line.startswith("training") and float(line.split()[1]) > 0.4:
                break
        command.kill()  # SIGKILL: nothing in it can tidy up
    assert command.returncode == -signal.SIGKILL
    told: list[float] = []
    keep = opened(tmp_path, lists)
    learned = learn(
        lists,
        BRIEF,
        everything=True,
        told=lambda stage, done: told.append(done) if stage == "training" else None,
        keep=keep,
    )
    assert not told or told[0] > 0.35
    same(learned, whole)
    keep.remove()
    assert list(tmp_path.iterdir()) == []


def test_another_trainings_checkpoint_is_named(tmp_path: Path, lists: Playlists) -> None:
    """Other playlists or other settings do not go on from it, and it stays as it is."""
    keep = opened(tmp_path, lists)
    keep.save("training", {"table": np.ones(3)}, {"steps": 1})
    others = (
        key_of(planted(seed=1), BRIEF),
        key_of(lists, replace(BRIEF, dims=9)),
        key_of(lists, BRIEF, everything=True),
    )
    for key in others:
        with pytest.raises(
            DataError, match=r"model\.unfinished holds an unfinished training of other"
        ) as refusal:
            Checkpoint(keep.folder, key)
        assert "\n" not in str(refusal.value)
    stored = opened(tmp_path, lists).load("training")
    assert stored is not None
    assert stored[1] == {"steps": 1}


def test_a_folder_of_something_else_is_no_checkpoint(tmp_path: Path, lists: Playlists) -> None:
    """Holiday pictures under that name are left alone."""
    folder = tmp_path / "model.unfinished"
    folder.mkdir()
    (folder / "beach.jpg").write_text("sand")
    with pytest.raises(DataError, match="other playlists or settings"):
        opened(tmp_path, lists)
    assert (folder / "beach.jpg").read_text() == "sand"


@pytest.mark.parametrize(
    ("field", "value"),
    [("artist", "somebody else"), ("album", "another"), ("year", 1933), ("title", ""), ("track_id", "new")],
)
def test_a_song_that_was_put_right_makes_other_playlists(
    lists: Playlists, field: str, value: str | int
) -> None:
    """What a song's rows are made of is part of the key: old ones would not fit, or mean something else."""
    put_right = [*lists.songs[:7], replace(lists.songs[7], **{field: value}), *lists.songs[8:]]  # type: ignore[arg-type]
    assert key_of(replace(lists, songs=put_right), BRIEF) != key_of(lists, BRIEF)
    assert key_of(replace(lists, songs=Songs.of(lists.songs)), BRIEF) == key_of(lists, BRIEF)


@pytest.mark.parametrize("field", ["parents", "sources", "kinds", "followers"])
def test_lists_that_count_otherwise_make_other_playlists(lists: Playlists, field: str) -> None:
    """So are who is held out, and how much each list counts."""
    told: Sequence[int] | Sequence[str] = [*range(len(lists))] if field == "followers" else ["x"] * len(lists)
    assert key_of(replace(lists, **{field: told}), BRIEF) != key_of(lists, BRIEF)  # type: ignore[arg-type]


@pytest.mark.parametrize("left", [(), ("key.new",)])
def test_a_kill_before_anything_was_kept_is_no_other_training(
    tmp_path: Path, lists: Playlists, left: Sequence[str]
) -> None:
    """A folder that is made and still empty, or holds half a key, is begun in."""
    folder = tmp_path / "model.unfinished"
    folder.mkdir()
    for name in left:
        (folder / name).write_text('{"ke')
    opened(tmp_path, lists).save("training", {})
    assert opened(tmp_path, lists).load("training") is not None


def test_two_trainings_into_one_folder_do_not_meet(tmp_path: Path, lists: Playlists) -> None:
    """The second is refused in a line while the first is at work, and let in when that is gone."""
    keep = opened(tmp_path, lists)
    with (
        keep.alone(),
        pytest.raises(DataError, match=r"^another training is at work in [^\n]*another --out$"),
        opened(tmp_path, lists).alone(),
    ):
        raise AssertionError("two at once")
    with opened(tmp_path, lists).alone():
        keep.remove()


def test_a_checkpoint_that_cannot_be_made_is_named(tmp_path: Path, lists: Playlists) -> None:
    """There is nothing to remove where a file is in the way; another place is the mend."""
    (tmp_path / "file").write_text("")
    with pytest.raises(DataError, match=r"model\.unfinished cannot be written \(Not a dir.*another --out$"):
        opened(tmp_path / "file", lists)


def test_a_place_that_is_none_is_left_as_it_was(tmp_path: Path, lists: Playlists) -> None:
    """Where no model can be written, no checkpoint is begun beside it."""
    write_playlists(tmp_path / "data", lists)
    (tmp_path / "model").write_text("no folder")
    with pytest.raises(DataError, match="is no folder; name another folder"):
        train_command([tmp_path / "data"], tmp_path / "model")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "model"]


@contextmanager
def little_room(size: int) -> Iterator[None]:
    """Lets no file grow beyond so many bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_keeps_what_was_there(tmp_path: Path, lists: Playlists) -> None:
    """A checkpoint that does not fit is one line with the mend, and the one before it still loads."""
    keep = opened(tmp_path, lists)
    keep.save("training", {"table": np.arange(5)}, 1)
    with little_room(10_000), pytest.raises(DataError, match=r"cannot be written .*make room") as refusal:
        keep.save("training", {"table": np.ones(100_000)}, 2)
    assert "\n" not in str(refusal.value)
    stored = keep.load("training")
    assert stored is not None
    assert (stored[0]["table"].tolist(), stored[1]) == ([0, 1, 2, 3, 4], 1)
    assert sorted(path.name for path in keep.folder.iterdir()) == ["training.json", "training.npz"]


def test_a_model_that_does_not_fit_is_one_line(tmp_path: Path, whole: Learned) -> None:
    """Where the disk is full while the model is written, it is named with the mend, the graph's file too."""
    for write in (save_learned, write_bundle):
        with (
            pytest.raises(
                DataError, match=r"model cannot be written .*make room .* goes on where it was"
            ) as refusal,
            little_room(2_000),
            room_for(tmp_path / "model"),
        ):
            write(whole, tmp_path)
        assert "\n" not in str(refusal.value)


def test_a_damaged_checkpoint_is_named(tmp_path: Path, lists: Playlists) -> None:
    """A file that is cut off is refused with its name and the mend."""
    keep = opened(tmp_path, lists)
    (keep.folder / "training.npz").write_bytes(b"PK\x03\x04cut off")
    with pytest.raises(DataError, match=r"training\.npz is damaged .*remove"):
        learn(lists, BRIEF, keep=keep)


def test_it_stands_beside_the_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same folder, from wherever and however the model's is named."""
    monkeypatch.chdir(tmp_path)
    assert beside(Path("model")) == beside(tmp_path / "other" / ".." / "model")
    assert beside(Path("model")) == (tmp_path / "model.unfinished").resolve()
