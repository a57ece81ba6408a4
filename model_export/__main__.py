"""`python -m model_export`: train a model on playlists, evaluate it, report on it, export it for the bot."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from optuna.trial import FrozenTrial, TrialState
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from model_export import jvm
from model_export.adapt import adapt, summary
from model_export.bundle import MODEL, load_learned, save_learned, write_bundle
from model_export.checkpoint import Checkpoint, beside, key_of, room_for
from model_export.course import following
from model_export.evaluate import OURS, Bundle, Line, compare, match_error, words_ndcg
from model_export.evening import evening
from model_export.folders import written_whole
from model_export.harvest import harvest
from model_export.learning import learn
from model_export.merge import merged, read_folders
from model_export.model import Settings
from model_export.playlists import DataError, Playlists, Split
from model_export.renew import apart, renew
from model_export.report import FILES, PAGE, examine, write_report
from model_export.spark import cluster, work_ahead
from model_export.synth import FORMATS, synthesise
from model_export.synth_bundle import write_random_bundle
from model_export.training import EPOCHS
from model_export.tuning import finished, load_settings, open_study, save_settings, tune

if TYPE_CHECKING:
    from model_export.exports import Counts

app = typer.Typer(
    help="Encore's recommender: from playlists to the bundle that the bot runs.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
console = Console(stderr=True)

Data = Annotated[
    list[Path],
    typer.Argument(help="Folders of playlists, each three Parquet files or mpd.slice.*.json."),
]
Cache = Annotated[
    Path | None,
    typer.Option(help="Keep what is read in this folder: the next run on the same files starts at once."),
]
_DEFAULTS = Settings()


class Engine(Enum):
    """Where what grows with the playlists is worked out."""

    HERE = "here"
    SPARK = "spark"


STOPPED = 130
"""The exit code after Ctrl-C."""
STARTER = Path(__file__).parents[1] / "models" / "starter"
"""The bundle that comes with Encore."""
ANEW = "nothing is left half written"
"""What a full disk leaves of all but a training."""
OWN = STARTER.with_name("ours")
"""Where a community's own bundle belongs."""


@app.command("train")
def train_command(
    data: Data,
    out: Annotated[Path, typer.Option(help="The folder to write the model into.")],
    min_parents: Annotated[
        int, typer.Option(min=1, help="Leave out songs in fewer different playlists.")
    ] = 1,
    dims: Annotated[int, typer.Option(min=1, help="Dimensions of the factors.")] = _DEFAULTS.dims,
    epochs: Annotated[
        int, typer.Option(min=0, help="At most so many epochs; 0 for as many as the playlists ask for.")
    ] = _DEFAULTS.epochs,
    neighbours: Annotated[
        int, typer.Option(min=0, help="How many neighbours a song remembers for each playlist; 0 for none.")
    ] = _DEFAULTS.neighbours,
    everything: Annotated[
        bool, typer.Option(help="At the end go on with all playlists, for shipping.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of everything random.")] = _DEFAULTS.seed,
    settings_file: Annotated[
        Path | None, typer.Option("--settings", help="What `tune --out` wrote; the options above count more.")
    ] = None,
    cache: Cache = None,
    engine: Annotated[
        Engine, typer.Option(help="Where least squares and neighbours are worked out: here, or by Spark.")
    ] = Engine.HERE,
    master: Annotated[
        str, typer.Option(help="Of Spark: local[2] or a cluster's, like spark://HOST:7077, yarn, k8s://HOST.")
    ] = "local[2]",
) -> None:
    """Learns a model from playlists and writes it, with its bundle, into a folder.

    What is learned is kept beside that folder until it is written: the same command goes on after a stop.
    """
    if engine is Engine.SPARK:
        jvm.check(master)
    lists = _read(data, cache)
    console.print(f"{len(lists):,} playlists, {len(lists.songs):,} songs, {len(lists.entries):,} entries")
    chosen = {"dims": dims, "epochs": epochs, "neighbours": neighbours, "seed": seed}
    asked = {name: value for name, value in chosen.items() if value != getattr(_DEFAULTS, name)}
    settings = replace(load_settings(settings_file) if settings_file else _DEFAULTS, **asked)
    whole = {"min_parents": min_parents, "everything": everything}
    with written_whole(out, MODEL, "model") as scratch, ExitStack() as stack:
        keep = Checkpoint(beside(out), key_of(lists, settings, **whole, engine=engine.value))
        stack.enter_context(keep.alone())
        course = stack.enter_context(following(everything, console))
        if engine is Engine.SPARK:
            with cluster(master, keep.folder / "spark") as spark:
                work_ahead(spark, lists, settings, keep, min_parents=min_parents, everything=everything)
        learned = learn(
            lists,
            settings,
            min_parents=min_parents,
            everything=everything,
            progress=course.after_epoch,
            told=course.told,
            keep=keep,
        )
        course.told("writing", 0)
        with room_for(out):
            save_learned(learned, scratch)
            write_bundle(learned, scratch)
    keep.remove()
    console.print(f"{len(learned.lists.songs):,} songs after {learned.epochs} epochs: {out}")


@app.command("tune")
def tune_command(
    data: Data,
    study: Annotated[Path, typer.Option(help="The file of the trials; an old one is gone on with.")],
    trials: Annotated[int, typer.Option(min=1, help="How many more.")] = 20,
    epochs: Annotated[int, typer.Option(min=1, help="Of each trial.")] = EPOCHS,
    out: Annotated[Path | None, typer.Option(help="Write the best settings here, for `train`.")] = None,
    cache: Cache = None,
) -> None:
    """Looks for settings that are better on validation; stop it with Ctrl-C and go on another day."""
    lists = _read(data, cache)
    found = open_study(study)
    base = replace(_DEFAULTS, epochs=epochs)
    with _progress() as bar:
        tasks: dict[int, TaskID] = {}

        def show(trial: int, epoch: int, loss: float, ndcg: float | None) -> None:
            if trial not in tasks:
                tasks[trial] = bar.add_task(f"trial {trial}", total=epochs, note="")
            note = f"loss {loss:.3f}" + (f", validation NDCG@100 {ndcg:.4f}" if ndcg else "")
            bar.update(tasks[trial], completed=epoch, note=note)

        tune(found, lists, trials, base, show)
    ranked = finished(found)
    Console(width=160).print(_trials(ranked))
    if out is not None and ranked:
        save_settings(replace(_DEFAULTS, **ranked[0].params), out)
        console.print(f"The best settings: {out}")


def _trials(ranked: Sequence[FrozenTrial]) -> Table:
    names = list(dict.fromkeys(name for trial in ranked for name in trial.params))
    table = Table(title="trials, best first: the mean NDCG@100 on validation, or where one was given up")
    for column in ("trial", "NDCG@100", *names):
        table.add_column(column, justify="right")
    for trial in ranked:
        given_up = "" if trial.state is TrialState.COMPLETE else f" at epoch {trial.last_step}"
        value = "" if trial.value is None else f"{trial.value:.4f}"
        chosen = (f"{trial.params[name]:.3g}" if name in trial.params else "" for name in names)
        table.add_row(str(trial.number), f"{value}{given_up}", *chosen)
    return table


@app.command("evaluate")
def evaluate_command(
    data: Data,
    model: Annotated[Path, typer.Option(help="The folder of the model.")],
    split: Annotated[str, typer.Option(help="validation or test.")] = "test",
    cache: Cache = None,
) -> None:
    """Measures a model on playlists it has not seen, beside the baselines."""
    if split not in ("validation", "test"):
        raise DataError(f"--split is {split!r}; say validation or test")
    lists = _read(data, cache)
    bundle = Bundle(model, lists)
    chosen: Split = "validation" if split == "validation" else "test"
    unseen = bundle.unseen(lists, chosen)
    with _progress() as bar:
        task = bar.add_task("evaluating", total=None, note="")
        lines = list(compare(bundle, lists, unseen, lambda what: bar.update(task, note=what)))
    Console(width=120).print(_table(lines, split))
    named, said, unsaid = words_ndcg(bundle, unseen)
    print(f"NDCG@100 from the words of {named} names alone: {said:.3f}, without them: {unsaid:.3f}")
    print(f"calibration error of match: {match_error(bundle, unseen):.3f}")


@app.command("report")
def report_command(
    data: Data,
    model: Annotated[Path, typer.Option(help="The folder that `train` wrote.")],
    out: Annotated[Path, typer.Option(help="The folder to write the page and its pictures into.")],
    word: Annotated[
        str, typer.Option(help="Playlists with this word in their name are marked on the map.")
    ] = "workout",
    cache: Cache = None,
) -> None:
    """Writes a page with pictures that shows how good and how odd a model is."""
    lists = _read(data, cache)
    with written_whole(out, FILES, "report") as scratch, _progress() as bar:
        task = bar.add_task("reporting", total=None, note="")
        report = examine(lists, model, word, lambda what: bar.update(task, note=what))
        bar.update(task, note="drawing")
        with room_for(out, ANEW):
            write_report(report, scratch)
    console.print(f"{len(report.learned.lists.songs):,} songs: {out / PAGE}")


@app.command("export")
def export_command(
    data: Data,
    model: Annotated[Path, typer.Option(help="The folder that `train` wrote.")],
    out: Annotated[Path, typer.Option(help="The folder to write the bundle into.")],
    cache: Cache = None,
) -> None:
    """Writes a trained model's bundle: what the bot needs, without the playlists' factors."""
    apart(model, out)
    learned = load_learned(model, _read(data, cache))
    with written_whole(out, MODEL, "model") as scratch, room_for(out, ANEW):
        write_bundle(learned, scratch)
    console.print(f"{len(learned.lists.songs):,} songs: {out}")


@app.command("synth-bundle")
def synth_bundle_command(
    out: Annotated[Path, typer.Option(help="The folder to write the bundle into.")],
    tracks: Annotated[int, typer.Option(min=1, help="How many songs.")] = 89_417,
    dims: Annotated[int, typer.Option(min=1, help="Dimensions of the factors.")] = _DEFAULTS.dims,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
) -> None:
    """Writes a bundle of random numbers of any size, which shows what a model of that size costs."""
    with written_whole(out, MODEL, "model") as scratch, room_for(out, ANEW):
        write_random_bundle(scratch, tracks, dims, seed)
    console.print(f"{tracks:,} made-up songs: {out}")


@app.command("renew")
def renew_command(
    old: Annotated[Path, typer.Argument(help="The folder of a bundle in this or an older form.")],
    out: Annotated[Path, typer.Option(help="The folder to write it into, in today's form.")],
) -> None:
    """Writes an older bundle in the form that the bot reads today, with the same answers."""
    apart(old, out)
    with written_whole(out, MODEL, "model") as scratch, room_for(out, ANEW):
        songs = renew(old, scratch)
    console.print(f"{songs:,} songs: {out}")


@app.command("adapt")
def adapt_command(
    bundle: Annotated[Path, typer.Argument(help="The bundle to begin with, as models/starter.")],
    data: Annotated[
        list[Path],
        typer.Argument(metavar="LISTS...", help="Folders of playlists, and exports as `read` takes them."),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write the new bundle into.")],
) -> None:
    """Teaches a bundle a community's own playlists, and says what it gains on them."""
    with _progress() as bar:
        task = bar.add_task("adapting", total=100, note="reading")
        lists, counts = _own(data, bundle)

        def told(what: str, done: float) -> None:
            bar.update(task, completed=round(100 * done), note=what)

        found = adapt(bundle, lists, out, progress=told)
        told("", 1)
    if counts:
        Console(width=160).print(_exports()[1](counts))
    print(summary(found))
    console.print(f"{found.songs:,} songs: {out}")


def _own(data: Sequence[Path], bundle: Path) -> tuple[Playlists, Counts | None]:
    """Folders of playlists and exports as one, and what became of the exports, if there are any."""
    folders = [path for path in data if _holds_playlists(path)]
    found = [_read(folders, None)] if folders else []
    exports, counts = [path for path in data if path not in folders], None
    if exports:
        _exports()
        from model_export.exports import lists_from  # noqa: PLC0415 - it brings in the bot's modules

        lists, counts = lists_from(exports, bundle)
        found.append(lists)
    return merged(found), counts


def _holds_playlists(path: Path) -> bool:
    try:
        return path.is_dir() and (any(path.glob("*.parquet")) or any(path.glob("**/mpd.slice.*.json*")))
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}); name another one") from error


@app.command("harvest")
def harvest_command(
    database_url: Annotated[str, typer.Argument(help="The bot's own, like sqlite+aiosqlite:///party.db.")],
    out: Annotated[Path, typer.Option(help="The folder to write the playlists into.")],
) -> None:
    """Makes playlists of a bot's past parties, in rooms that switched /learn on, without saying who."""
    found = harvest(database_url, out)
    console.print(f"{found.playlists:,} playlists of {found.rooms:,} rooms, {found.songs:,} songs: {out}")


@app.command("read")
def read_command(
    exports: Annotated[
        list[Path],
        typer.Argument(metavar="FROM...", help="Exports of services and players: files, archives, folders."),
    ],
    out: Annotated[Path, typer.Option(help="The folder to write the playlists into.")],
    model: Annotated[
        Path | None,
        typer.Option(help="The bundle whose catalogue knows the songs; models/starter if not said."),
    ] = None,
) -> None:
    """Makes playlists of the lists that people have: exports of services, players and DJs, and plain text."""
    read, table = _exports()
    with _progress(fleeting=True) as bar:
        task = bar.add_task("reading files", total=None, note="")

        def told(what: str, done: int, of: int) -> None:
            bar.update(task, description=what, completed=done, total=of or None)

        counts = read(exports, out, model or STARTER, told)
    Console(width=160).print(table(counts))
    console.print(f"{counts.lists:,} playlists, {counts.songs:,} songs, {counts.new:,} of them new: {out}")


def _exports() -> tuple[Callable[..., Counts], Callable[[Counts], Table]]:
    """What reads exports, and shows what was read. It brings in the bot's modules, so nothing else does."""
    try:
        from model_export.exports import read  # noqa: PLC0415
        from model_export.exports.showing import table  # noqa: PLC0415
    except ModuleNotFoundError as error:
        mend = "install what the bot needs: .venv/bin/pip install -r requirements.txt"
        raise DataError(f"{error.name} is not installed; {mend}") from error
    return read, table


@app.command("synth")
def synth_command(
    out: Annotated[Path, typer.Option(help="The folder to write the playlists into.")],
    lists: Annotated[int, typer.Option(min=1, help="How many playlists.")] = 10_000,
    tracks: Annotated[int, typer.Option(min=1, help="How many different tracks.")] = 100_000,
    seed: Annotated[int, typer.Option(min=0, help="Of everything random.")] = 0,
    form: Annotated[str, typer.Option("--format", help="parquet or slices.")] = FORMATS[0],
) -> None:
    """Makes up playlists in the Million Playlist Dataset's proportions, to show what something costs."""
    chosen = next((each for each in FORMATS if each == form), None)
    if chosen is None:
        raise DataError(f"--format is {form!r}; say {' or '.join(FORMATS)}")
    with _progress() as bar:
        task = bar.add_task("making", total=lists, note="")
        made = synthesise(out, lists, tracks, seed, chosen, lambda done: bar.update(task, completed=done))
    console.print(
        f"{made.lists:,} playlists, {made.entries:,} entries, {made.tracks:,} tracks of {made.artists:,} "
        f"artists on {made.albums:,} albums, {made.names:,} names: {out}"
    )


@app.command("evening")
def evening_command(
    database_url: Annotated[
        str,
        typer.Argument(envvar="DATABASE_URL", help="The bot's own, like sqlite+aiosqlite:///party.db."),
    ],
    lists: Annotated[
        list[Path] | None,
        typer.Option(help="A folder of playlists, or an export, to learn from every night as well."),
    ] = None,
    base: Annotated[Path, typer.Option(help="The bundle to begin with, every night the same.")] = STARTER,
    out: Annotated[Path, typer.Option(help="The bundle in use, which is replaced by a better one.")] = OWN,
) -> None:
    """Learns from a bot's latest parties, and writes a bundle if it is better on them: for a nightly timer.

    Nothing to learn from, or nothing that is better, is no failure: one line says so, with exit code 0.
    """
    own = _own(lists, base)[0] if lists else None
    with ExitStack() as stack:
        bar = stack.enter_context(_progress()) if console.is_terminal else None
        task = bar.add_task("evening", total=100, note="") if bar else TaskID(0)

        def show(what: str, done: float) -> None:
            if bar:
                bar.update(task, completed=round(100 * done), note=what)

        told = evening(database_url, base, out, own, progress=show).told
    print(told)


def _read(folders: list[Path], cache: Path | None) -> Playlists:
    """Reads folders of playlists as one, and says what was odd in them."""
    lists = read_folders(folders, cache)
    for note in lists.notes:
        print(note, file=sys.stderr)
    return lists


def _progress(*, fleeting: bool = False) -> Progress:
    """A bar; a fleeting one leaves nothing behind, and where nobody looks on there is none."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[note]}"),
        console=console,
        transient=fleeting,
        disable=fleeting and not console.is_terminal,
    )


def _table(lines: list[Line], split: str) -> Table:
    table = Table(title=f"{split} playlists, by the number of songs in the queue")
    for column in ("k", "method", "R-precision", "NDCG@100", "Recall@10", "hit@10", "coverage"):
        table.add_column(column, justify="left" if column == "method" else "right")
    table.add_column("NDCG@100, all songs", justify="right")
    for line in lines:
        found = line.quality
        figures = (
            found.r_precision,
            found.ndcg,
            found.recall_10,
            found.hit_10,
            found.coverage,
            found.ndcg_all,
        )
        table.add_row(
            str(line.length),
            line.method,
            *(f"{figure:.3f}" for figure in figures),
            style="bold" if line.method == OURS else None,
            end_section=line.method == OURS,
        )
    return table


def _stopped(arguments: list[str]) -> str:
    """What to say after Ctrl-C."""
    if arguments[:1] == ["train"]:
        return "Stopped; the same command goes on from here."
    return "Stopped; nothing is left half written."


def main() -> None:
    """Runs a command; a fault of the data is one line and exit code 2, Ctrl-C leaves nothing half written."""
    try:
        app()
    except DataError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except SystemExit as stop:
        if stop.code == STOPPED:
            print(_stopped(sys.argv[1:]), file=sys.stderr)
        raise


if __name__ == "__main__":
    main()
