"""Brings what people do to the app, and waits for what becomes of it."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

from .quiet import quiet
from .slack_errors import SlackError
from .slack_http import HttpDelivery, Retry, Signing
from .slack_model import Kind
from .slack_reply import Act, Reply
from .slack_stage import Stage

Taken = Callable[[Act, Any], None]


class Delivery(Stage):
    """Delivers over HTTP once `http` was called, over Socket Mode until then.

    A reply is complete when the app acknowledged (or its time for that is over), none of its
    requests is open, and it was quiet for `settle_s` since the last visible consequence: a message, an edit,
    a modal, an App Home. Without any, `unchanged_s` of quiet are awaited. What cannot be told apart
    (posts that use no trigger_id and no response_url) counts for every open act of the workspace.
    """

    _http: HttpDelivery | None = None

    def http(self, url: str) -> None:
        """Deliver to this URL from now on."""
        self._http = HttpDelivery(self.world, url)

    @contextlib.contextmanager
    def signing(self, how: Signing) -> Iterator[None]:
        """Deliver over HTTP with a forged, old, garbled or no signature meanwhile."""
        if self._http is None:
            raise RuntimeError("only HTTP requests are signed")
        self._http.signing = how
        try:
            yield
        finally:
            self._http.signing = "good"

    async def redeliver(self, reply: Reply, retry: Retry | None = None, *, wait: bool = True) -> Reply:
        """Deliver once more what was delivered already, as Slack does when an answer is late.

        The payload and the envelope are the same ones; a `retry` is told as Slack tells it of events.
        """
        old = reply.act
        act = Act(old.label, old.team, old.member, old.channel, old.source, old.payload)
        act.kind, act.envelope_id, act.taken = old.kind, old.envelope_id, old.taken
        act.first = old.first or old
        return await self._start(act, retry, wait=wait)

    async def settled(self, reply: Reply) -> Reply:
        """Wait for the complete answer to an act with `wait=False`; TimeoutError if none comes."""
        try:
            async with asyncio.timeout(self.world.timing.timeout_s):
                await self._until_quiet(reply.act)
        except TimeoutError:
            raise TimeoutError(self._story(reply.act)) from None
        finally:
            self.world.open_acts.discard(reply.act)
        return reply

    async def _deliver(self, kind: Kind, act: Act, taken: Taken, *, wait: bool) -> Reply:
        act.kind, act.envelope_id, act.taken = kind, secrets.token_hex(16), taken
        return await self._start(act, None, wait=wait)

    async def _start(self, act: Act, retry: Retry | None, *, wait: bool) -> Reply:
        self.world.open_acts.add(act)
        act.touch(time.monotonic())
        act.delivery = asyncio.create_task(self._send(act, retry))
        return await self.settled(Reply(act)) if wait else Reply(act)

    async def _send(self, act: Act, retry: Retry | None) -> None:
        way = self._http or self.socket
        try:
            answer = await way.send(act.kind, act.payload, retry, act.envelope_id)
        except TimeoutError:
            act.failure = "operation_timeout"
        except ConnectionError:
            act.failure = "dispatch_failed"
        else:
            act.status, act.ack, act.acked_ms = answer.status, answer.body or None, answer.elapsed_ms
            self._take(act)
        finally:
            act.delivered = True
            act.touch(time.monotonic())

    def _take(self, act: Act) -> None:
        if act.status != 200:
            act.failure = "dispatch_failed"
            return
        try:
            act.taken(act, act.ack)
        except SlackError as error:
            # The person is told that something went wrong, and nothing else happens.
            act.failure = "dispatch_failed"
            self.world.report([f"{act.label}: the acknowledgement is refused: {error.body}"])

    async def _until_quiet(self, act: Act) -> None:
        while True:
            act.changed.clear()
            quiet_s = act.quiet_s(self.world.timing)
            if quiet_s is None:
                await act.changed.wait()
            elif await quiet(act.changed, quiet_s):
                return

    def _story(self, act: Act) -> str:
        told = "\n".join(map(str, self.requests[-5:])) or "no request at all"
        return f"{act.label} has no complete answer (acknowledged: {act.delivered}):\n{told}"
