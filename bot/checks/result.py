"""What a check finds, and how it is printed."""

from __future__ import annotations

import asyncio
import textwrap
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.party.errors import CANNOT_START, NotReached, StartError

WITHIN_S = 5.0
"""No check takes longer."""
WIDTH = 110
"""How wide the table is, in characters."""


class Standing(StrEnum):
    """How something stands."""

    WORKS = "ok"
    WRONG = "wrong"
    NOT_SET = "not set up"
    NOT_REACHED = "not reached"


@dataclass(frozen=True, slots=True)
class Result:
    """What was found of one thing.

    Args:
        name: what it is.
        standing: how it stands.
        told: what was found, or what is wrong.
        missing: what it works without.
        mend: what to do.
        notes: what else to know, a line each.
        code: the exit code of a start with it.
    """

    name: str
    standing: Standing
    told: str
    missing: str = ""
    mend: str = ""
    notes: tuple[str, ...] = ()
    code: int = 0

    @property
    def line(self) -> str:
        """All that is wrong with it, in one line."""
        return "; ".join(filter(None, [self.missing or self.told, self.mend]))


Check = Callable[[], Awaitable[Result]]


def works(name: str, told: str, *notes: str, missing: str = "", mend: str = "") -> Result:
    """Something works, if with something missing."""
    return Result(name, Standing.WORKS, told, missing, mend, notes)


def not_set(name: str, told: str) -> Result:
    """Something is not set up, which is no fault."""
    return Result(name, Standing.NOT_SET, told)


def failed(name: str, error: StartError) -> Result:
    """Something ended a check; such an error names what is wrong and, behind a semicolon, the mend."""
    told, _, mend = str(error).partition("; ")
    standing = Standing.NOT_REACHED if isinstance(error, NotReached) else Standing.WRONG
    return Result(name, standing, told, mend=mend, code=error.code)


async def found(name: str, check: Check) -> Result:
    """What a check finds, in time and whatever happens to it."""
    try:
        async with asyncio.timeout(WITHIN_S):
            return await check()
    except StartError as error:
        return failed(name, error)
    except TimeoutError:
        told = f"no answer within {WITHIN_S:.0f} seconds"
        return Result(name, Standing.NOT_REACHED, told, mend="check the network", code=CANNOT_START)


def table(results: Sequence[Result]) -> str:
    """The results as lines of text, in columns."""
    names = max(len(each.name) for each in results)
    states = max(len(each) for each in Standing)
    return "\n".join(line for each in results for line in _rows(each, names, states))


def _rows(result: Result, names: int, states: int) -> Iterator[str]:
    told = [result.told]
    told += [f"Missing: {result.missing}"] if result.missing else []
    told += [f"Mend: {result.mend}"] if result.mend else []
    lines = [line for text in told for line in textwrap.wrap(text, WIDTH - names - states - 4) or [""]]
    lines += result.notes  # with addresses in them, which are copied whole
    for number, line in enumerate(lines):
        name, standing = (result.name, str(result.standing)) if number == 0 else ("", "")
        yield f"{name:<{names}}  {standing:<{states}}  {line}".rstrip()


def exit_code(results: Sequence[Result], needed: Collection[str] = ()) -> int:
    """What a start would end with: 0 where everything works.

    Args:
        results: what was found.
        needed: the names of those without which there is no start, even if they could only not be reached.
    """
    ends = (each for each in results if each.standing is Standing.WRONG or each.name in needed)
    return max((each.code for each in ends), default=0)
