"""For whom the bot works, and how much of its time each has: nobody stands in another's way.

What somebody costs is counted in the processor's time, of the event loop and of threads beside it, not in
requests. A share of it refills all the while. Whoever has used theirs up waits until there is some again, and
is refused where that takes long. Of those who wait for a thread whoever has used least comes next.
"""

from __future__ import annotations

import asyncio
import threading
import time
import types
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine, Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any, ParamSpec, TypeVar
from weakref import WeakValueDictionary

from bot.party.errors import TooFast

Args = ParamSpec("Args")
Result = TypeVar("Result")

MOST_S, PER_S = 2.0, 0.25
"""So many seconds of work one person or page may have at once, and of each second so much for long."""
HOUSEHOLD = 2.0
"""An address has so many times as much: people who share it are seldom busy all at once."""
MUCH = 0.5
"""Whoever has used more than this part of what they may have at once asks for much ..."""
TOGETHER_S, TOGETHER_PER_S = 2.0, 0.5
"""... and all of those together have so much at once, and half of each second: the rest is for others."""
LATELY_S = 0.3
"""Of the work that somebody has had half counts no more after so long, where it is about whose turn it is."""
WITHIN_S = 2.0
"""Whoever would have to wait longer for their share is told to slow down."""
ASKING_S = 0.0005
"""What asking costs by itself: it is taken in before anybody knows who asks for what."""
MOST_KNOWN = 20_000
"""The shares of so many are remembered; whoever was forgotten has a whole one."""
REMEMBERED_S = 60.0
"""Whoever asked for nothing for so long and has a whole share again is forgotten, unless a page is open."""


class Share:
    """What somebody may use, which refills.

    Args:
        most_s: how many seconds of work at once.
        per_s: how many of each second for long.
        clock: seconds from any instant on.
    """

    __slots__ = ("__weakref__", "_at_s", "_clock", "_had_s", "_left_s", "_lock", "_most_s", "_per_s", "gate")

    def __init__(
        self, most_s: float = MOST_S, per_s: float = PER_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most_s, self._per_s, self._clock = most_s, per_s, clock
        self._left_s, self._had_s, self._at_s = most_s, 0.0, clock()
        self._lock = threading.Lock()  # threads spend of it too
        self.gate = asyncio.Lock()
        """Whoever holds it may begin next: all who have waited for a share would else begin in one go."""

    @property
    def left_s(self) -> float:
        """How many seconds of work are left now; below 0 for whoever has had more."""
        with self._lock:
            return self._now()

    @property
    def used_s(self) -> float:
        """How many seconds of work were had lately."""
        return self._most_s - self.left_s

    @property
    def lately_s(self) -> float:
        """How many seconds of work were had, the less of them counted the longer ago.

        What refills is no measure for whose turn it is: of many each has had less than comes back meanwhile,
        and then whoever has had next to nothing is no better off than they are.
        """
        with self._lock:
            self._now()
            return self._had_s

    @property
    def much(self) -> bool:
        """Whether much of it was had lately."""
        return self.used_s > MUCH * self._most_s

    @property
    def wait_s(self) -> float:
        """After how many seconds there is some again; 0 where there is."""
        return max(0.0, -self.left_s / self._per_s)

    def spend(self, seconds: float) -> None:
        """Takes note of work that was done."""
        with self._lock:
            self._left_s = self._now() - seconds
            self._had_s += seconds

    def _now(self) -> float:
        at_s = self._clock()
        self._had_s *= 0.5 ** ((at_s - self._at_s) / LATELY_S)
        self._left_s = min(self._most_s, self._left_s + (at_s - self._at_s) * self._per_s)
        self._at_s = at_s
        return self._left_s


class Asker:
    """Somebody for whom work is done, on one share or several: a page's and its address's.

    Args:
        shares: all of them are spent of, and the smallest counts; the narrowest is first, the widest last.
        together: what all who ask for much have together.
    """

    __slots__ = ("shares", "together")

    def __init__(self, *shares: Share, together: Share | None = None) -> None:
        self.shares = shares
        self.together = together

    @property
    def own(self) -> Share:
        """The narrowest of the shares."""
        return self.shares[0]

    @property
    def household(self) -> Share:
        """The widest of the shares."""
        return self.shares[-1]

    @property
    def left_s(self) -> float:
        """How many seconds of work are left now."""
        return min(share.left_s for share in self.shares)

    @property
    def wait_s(self) -> float:
        """After how many seconds there is some again; 0 where there is."""
        wait_s = max(share.wait_s for share in self.shares)
        return max(wait_s, self.together.wait_s) if self.together and self.own.much else wait_s

    def spend(self, seconds: float) -> None:
        """Takes note of work that was done."""
        for share in self.shares:
            share.spend(seconds)
        if self.together and self.own.much:
            self.together.spend(seconds)

    async def ready(self, within_s: float | None = None) -> None:
        """Waits until there is some of the share left; of an address one begins after the other.

        Raises:
            TooFast: that takes longer.
        """
        end_s = time.monotonic() + (WITHIN_S if within_s is None else within_s)
        if self.wait_s > end_s - time.monotonic():
            raise TooFast  # at once, and not when those are through who came before
        async with self.household.gate:
            while (wait_s := self.wait_s) > 0:
                if time.monotonic() + wait_s > end_s:
                    raise TooFast
                await asyncio.sleep(wait_s)
            self.spend(ASKING_S)

    async def patiently(self) -> None:
        """Waits until there is some of the share left, however long that takes."""
        while (wait_s := self.wait_s) > 0:  # noqa: ASYNC110 - time alone fills it
            await asyncio.sleep(wait_s)


_ASKER: ContextVar[Asker | None] = ContextVar("asker", default=None)


def asker() -> Asker | None:
    """For whom the running task works, if that is anybody."""
    return _ASKER.get()


@contextmanager
def working_for(somebody: Asker | None) -> Iterator[None]:
    """Works for somebody meanwhile; tasks that are begun inside do so to their end."""
    before = _ASKER.set(somebody)
    try:
        yield
    finally:
        _ASKER.reset(before)


def work_for(somebody: Asker) -> None:
    """Works for somebody from now on, in this task and in those that it begins."""
    _ASKER.set(somebody)


class Shares:
    """Everybody's, by what they are known by."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._together = Share(TOGETHER_S, TOGETHER_PER_S, clock)
        self._held: WeakValueDictionary[str, Share] = WeakValueDictionary()
        self._lately: OrderedDict[str, tuple[float, Share]] = OrderedDict()  # when they asked last

    def person(self, platform: str, user_id: str) -> Asker:
        """A member of a chat."""
        return Asker(self._share(f"{platform}/{user_id}", 1.0), together=self._together)

    def page(self, address: str, times: float = HOUSEHOLD) -> Asker:
        """A page that was opened now, from an address that has so many times as much as one page."""
        shares = Share(clock=self._clock), *self.household(address, times).shares
        return Asker(*shares, together=self._together)

    def household(self, address: str, times: float = HOUSEHOLD) -> Asker:
        """Everybody who comes from an address."""
        return Asker(self._share(f"address {address}", times), together=self._together)

    @property
    def known(self) -> set[str]:
        """Who is remembered, by platform and id or by address."""
        return {*self._held.keys()}

    def _share(self, name: str, times: float) -> Share:
        share = self._held.get(name)
        if share is None:
            share = self._held[name] = Share(times * MOST_S, times * PER_S, self._clock)
        self._lately[name] = self._clock(), share
        self._lately.move_to_end(name)
        self.forget()
        return share

    def forget(self) -> None:
        """Lets go of whoever has asked longest ago; what they work on stays theirs for as long as they do."""
        while self._lately:
            at_s, oldest = next(iter(self._lately.values()))
            needed = self._clock() - at_s < REMEMBERED_S or oldest.used_s > 0
            if needed and len(self._lately) <= MOST_KNOWN:
                return
            self._lately.popitem(last=False)


async def fairly(work: Awaitable[Result], within_s: float | None = None) -> Result:
    """What some work leads to, done once its asker has some of their share left, and counted.

    Raises:
        TooFast: that takes too long; the work is not begun.
    """
    somebody = _ASKER.get()
    if somebody is None:
        return await work
    try:
        await somebody.ready(within_s)
    except BaseException:
        if isinstance(work, Coroutine):
            work.close()  # else Python would say that nobody has awaited it
        raise
    return await counted(work)


def counted(work: Awaitable[Result]) -> Awaitable[Result]:
    """The same work, with what its steps take of the event loop spent of its asker's share."""
    somebody = _ASKER.get()
    return work if somebody is None or not isinstance(work, Coroutine) else _counted(work, somebody)


async def _counted(work: Coroutine[Any, Any, Result], somebody: Asker) -> Result:
    return await _steps(work, somebody)


@types.coroutine
def _steps(work: Coroutine[Any, Any, Result], somebody: Asker) -> Generator[Any, Any, Result]:
    """Goes on with a coroutine as `await` does, one step at a time."""
    answer: Any = None
    thrown: list[BaseException] = []  # nothing that holds an error is kept: the error holds this frame
    while True:
        began_s = time.thread_time()
        try:
            waits_for = work.throw(thrown.pop()) if thrown else work.send(answer)
        except StopIteration as done:
            result: Result = done.value
            return result
        finally:
            somebody.spend(time.thread_time() - began_s)
        answer = None
        try:
            answer = yield waits_for
        except GeneratorExit:
            work.close()
            raise
        except BaseException as error:
            thrown.append(error)
        finally:
            del waits_for


async def beside(call: Callable[Args, Result], *given: Args.args, **named: Args.kwargs) -> Result:
    """What a call returns that a thread makes, in its asker's turn, and spent of their share.

    There is one thread for everybody's: each more would take as long from the event loop, for Python has one
    lock.
    """
    return await _BESIDE.run(partial(call, *given, **named))


async def paid(seconds: float) -> None:
    """Waits until the asker has some of their share left, and spends of it what another process will take."""
    somebody = _ASKER.get()
    if somebody is not None:
        await somebody.patiently()
        somebody.spend(seconds)


@dataclass(eq=False, slots=True)
class _Job:
    """Something that waits for a thread."""

    number: int
    somebody: Asker | None
    call: Callable[[], Any]
    done: Future[Any]


class Turns:
    """Threads that work for one asker after the other, for nobody in two threads at once.

    Args:
        name: of the threads.
        at_once: how many there are.
    """

    def __init__(self, name: str, at_once: int) -> None:
        self.threads = ThreadPoolExecutor(at_once, name)
        self._lock = threading.Lock()
        self._numbers = count()
        self._waiting: list[_Job] = []
        self._busy: set[Share] = set()

    async def run(self, call: Callable[..., Result], *given: object) -> Result:
        """What a call returns, made in its asker's turn; it waits until they have some of their share left.

        Where the task is cancelled meanwhile that waits for it, the call is not made.
        """
        somebody = _ASKER.get()
        if somebody is not None:
            await somebody.patiently()
        made = asyncio.wrap_future(self._put(somebody, lambda: call(*given)))
        try:
            return await made
        finally:
            del made  # it holds an error, whose traceback holds this frame

    def _put(self, somebody: Asker | None, call: Callable[[], Result]) -> Future[Result]:
        done: Future[Result] = Future()
        with self._lock:
            self._waiting.append(_Job(next(self._numbers), somebody, call, done))
        self.threads.submit(self._work)
        return done

    def close(self) -> None:
        """Waits for the calls that are being made; no other one is."""
        with self._lock:
            left, self._waiting = self._waiting, []
        for job in left:
            job.done.cancel()
        self.threads.shutdown(cancel_futures=True)

    def _work(self) -> None:
        """Makes calls until none is left that may be made now."""
        while (job := self._next()) is not None:
            try:
                if job.done.set_running_or_notify_cancel():
                    _make(job)
            finally:
                with self._lock:
                    if job.somebody is not None:
                        self._busy.discard(job.somebody.household)

    def _next(self) -> _Job | None:
        with self._lock:
            self._waiting = [job for job in self._waiting if not job.done.cancelled()]
            free = [
                job
                for job in self._waiting
                if job.somebody is None or job.somebody.household not in self._busy
            ]
            if not free:
                return None
            job = min(free, key=_rank)
            self._waiting.remove(job)
            if job.somebody is not None:
                self._busy.add(job.somebody.household)
            return job


def _rank(job: _Job) -> tuple[float, float, int]:
    """The address that has had least lately is first, of its pages the one that has, then who came first."""
    if job.somebody is None:
        return 0.0, 0.0, job.number
    return job.somebody.household.lately_s, job.somebody.own.lately_s, job.number


def _make(job: _Job) -> None:
    began_s = time.thread_time()
    try:
        result, failed = job.call(), None
    except BaseException as error:  # the task that waits for it is told
        result, failed = None, error
    if job.somebody is not None:
        job.somebody.spend(time.thread_time() - began_s)
    if failed is None:
        job.done.set_result(result)
    else:
        job.done.set_exception(failed)
    del job, failed  # an error holds this frame


_BESIDE = Turns("beside", 1)
"""For what takes longer than a blink and is no search: to read a list, say."""
