"""How good the tests of the rules are: how many small changes of the code they notice.

`python -m tests.measure.mutants`. pyproject.toml says what is changed and which tests run. mutmut changes
what is in functions; a number that is named outside of them is made ten times as large here.
"""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

MUTMUT = Path(sys.executable).with_name("mutmut")
CONFIG = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["tool"]["mutmut"]
FILES = sorted(file for pattern in CONFIG["only_mutate"] for file in Path().glob(pattern))
ENOUGH = 0.9
"""So large a part of the changes must be noticed, in every file."""
NOTICED = {"killed", "timeout"}
TENFOLD = """
import ast, importlib, sys, pytest
module, place, *arguments = sys.argv[1:]
exec(f"{place} = 10 * {place} or 1.0", vars(importlib.import_module(module)))
sys.exit(10 + pytest.main(arguments))
"""
"""A program; it ends with pytest's answer and 10, so that an error of its own is no answer."""


def main() -> None:
    """Changes, counts, prints, and fails where too little was noticed."""
    shutil.rmtree("mutants", ignore_errors=True)  # mutmut keeps what it found before the tests changed
    subprocess.run([MUTMUT, "run", "--max-children", str(os.cpu_count())], check=True)  # noqa: S603
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = [*in_functions(), *pool.map(tenfold, numbers())]
    sys.exit(not report(found))


def in_functions() -> Iterator[tuple[str, str, str]]:
    """The module, name and fate of each of mutmut's changes."""
    for line in asked("results", "--all", "true").splitlines():
        name, _, fate = line.strip().partition(": ")
        if fate:
            yield name.rpartition(".")[0], name, fate


def numbers() -> Iterator[tuple[Path, str]]:
    """Each number that is named outside functions, by its file and place."""
    for file in FILES:
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, ast.Assign):
                for place, value in places(ast.unparse(node.targets[0]), node.value):
                    if is_number(value):
                        yield file, place


def places(name: str, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """A name and what it stands for, or each place of a table."""
    if not isinstance(value, ast.Dict):
        yield name, value
        return
    for key, each in zip(value.keys, value.values, strict=True):
        if key is not None:
            yield f"{name}[{ast.unparse(key)}]", each


def is_number(node: ast.expr) -> bool:
    """Whether this is a number, with or without a sign."""
    try:
        return isinstance(ast.literal_eval(node), int | float)
    except ValueError:
        return False


def tenfold(number: tuple[Path, str]) -> tuple[str, str, str]:
    """The module, name and fate of a number that is made ten times as large, or 1 where it was 0."""
    file, place = number
    module = module_of(file)
    first = Path("tests") / file.parent / f"test_{file.name}"  # most of what is noticed is noticed there
    tests = [str(first), *CONFIG["pytest_add_cli_args_test_selection"]]
    arguments = ["-x", "-q", "-p", "no:cacheprovider", *CONFIG["pytest_add_cli_args"], *tests]
    command = [sys.executable, "-c", TENFOLD, module, place, *arguments]
    done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603 - our own command
    fates = {10: "survived", 11: "killed"}
    return module, f"{module}: ten times {place}", fates.get(done.returncode, "suspicious")


def report(found: list[tuple[str, str, str]]) -> bool:
    """Prints the figures and what nobody noticed; says whether enough was noticed in every file."""
    fates: defaultdict[str, Counter[bool]] = defaultdict(Counter)
    for module, _, fate in found:
        for row in (module, "everything"):
            fates[row][fate in NOTICED] += 1
    print(f"{'':32} {'killed':>8} {'survived':>8} {'total':>8}")
    for row in [*map(module_of, FILES), "everything"]:
        count = fates[row]
        if count:
            share = count[True] / count.total()
            print(f"{row:32} {count[True]:8} {count[False]:8} {count.total():8} {share:7.1%}")
    for module, name, fate in found:
        if fate not in NOTICED:
            print(f"\n{fate}: {name}")
            if name.startswith(f"{module}."):
                print(asked("show", name))
    return all(count[True] >= ENOUGH * count.total() for count in fates.values())


def asked(*arguments: str) -> str:
    """What mutmut answers."""
    return subprocess.run([MUTMUT, *arguments], capture_output=True, text=True, check=True).stdout  # noqa: S603


def module_of(file: Path) -> str:
    """What a file is called where it is imported."""
    return ".".join(file.with_suffix("").parts)


if __name__ == "__main__":
    main()
