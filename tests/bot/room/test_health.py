"""What watches over the bot is told, and who is told it."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.party.vitals import LAST_COPY
from bot.party.words import Room
from bot.room import health, open_room
from bot.room.health import Watchers
from bot.service import PartyService
from tests.bot.room.conftest import Enter

TOKEN = "a-token-of-twenty-one"


async def figures(web: aiohttp.ClientSession, room: str) -> dict[str, list[Any]]:
    """All samples by their names, as Prometheus reads them."""
    async with web.get(f"{room}/metrics") as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        families = text_string_to_metric_families(await answer.text())
        found: dict[str, list[Any]] = {}
        for sample in (each for family in families for each in family.samples):
            found.setdefault(sample.name, []).append(sample)
        return found


async def test_alive(room: str, web: aiohttp.ClientSession) -> None:
    """Whoever watches over the process gets a plain ok."""
    async with web.get(f"{room}/healthz") as answer:
        assert (answer.status, await answer.text()) == (200, "ok")


async def test_ready(room: str, web: aiohttp.ClientSession) -> None:
    """The database answers, and no door waits for a connection."""
    async with web.get(f"{room}/readyz") as answer:
        assert (answer.status, await answer.json()) == (200, {"ready": True, "missing": []})


async def test_the_last_safe_copy_is_told(party: PartyService, web: aiohttp.ClientSession) -> None:
    """Beside an ok that is as ever, and among what a program reads, where copies are made."""
    made = [0.0]
    party.vitals.figure(LAST_COPY, "When", lambda: made[-1])
    async with open_room(party, "127.0.0.1", 0) as room:
        for said in ("never", "2027-01-15T08:00:00+00:00"):
            async with web.get(f"{room}/healthz") as answer:
                assert (await answer.text(), answer.headers["Last-Safe-Copy"]) == ("ok", said)
            async with web.get(f"{room}/readyz") as answer:
                assert await answer.json() == {"ready": True, "missing": [], "last_safe_copy": said}
            made.append(1_800_000_000.0)


async def test_where_no_copies_are_made_nothing_is_said(room: str, web: aiohttp.ClientSession) -> None:
    """Nobody is told of what is not set up."""
    async with web.get(f"{room}/healthz") as answer:
        assert "Last-Safe-Copy" not in answer.headers


async def test_what_is_missing_is_named(party: PartyService, web: aiohttp.ClientSession) -> None:
    """A part that does not work, until it does."""
    connected = False
    party.vitals.part("Discord", lambda: connected)
    async with open_room(party, "127.0.0.1", 0) as room:
        async with web.get(f"{room}/readyz") as answer:
            assert (answer.status, await answer.json()) == (503, {"ready": False, "missing": ["Discord"]})
        connected = True
        async with web.get(f"{room}/readyz") as answer:
            assert answer.status == 200


@pytest.mark.parametrize("fault", ["error", "silence"])
async def test_a_database_that_does_not_answer(
    party: PartyService,
    web: aiohttp.ClientSession,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    fault: str,
) -> None:
    """It is missing, in words without its address; while it is silent nobody else asks it."""
    asked = 0

    async def ask() -> None:
        nonlocal asked
        asked += 1
        if fault == "error":
            raise ConnectionError("postgresql://user:hunter2@host")
        await asyncio.Event().wait()

    monkeypatch.setattr(health, "WITHIN_S", 0.05)
    monkeypatch.setattr(health, "HOLDS_S", 3600.0)
    party.vitals.ask_database = ask
    async with open_room(party, "127.0.0.1", 0) as room:

        async def look() -> tuple[int, str]:
            async with web.get(f"{room}/readyz") as answer:
                return answer.status, await answer.text()

        told = await asyncio.gather(*(look() for _ in range(20)))
        assert set(told) == {(503, '{"ready": false, "missing": ["database"]}')}
        assert asked == 1
        up = (await figures(web, room))["encore_part_up"]
        assert {(each.labels["part"], each.value) for each in up} == {("database", 0.0)}
    assert "hunter2" not in caplog.text


async def test_figures(room: str, web: aiohttp.ClientSession, enter: Enter, party: PartyService) -> None:
    """Requests by command, door and outcome with their time, what goes on, and the process."""
    before = await figures(web, room)
    ann = await enter("Ann")
    assert (await ann.ask("add", text="mr brightside"))["ok"]
    assert not (await ann.ask("remove", song="99"))["ok"]
    party.vitals.versions = {"model": "1f2e"}
    found = await figures(web, room)

    def grown(name: str, **labels: str) -> float:
        was, now = (
            sum(float(each.value) for each in told.get(name, []) if labels.items() <= each.labels.items())
            for told in (before, found)
        )
        return now - was

    assert grown("encore_requests_total", command="add", door="the web room", outcome="ok") == 1
    assert grown("encore_requests_total", command="remove", door="the web room", outcome="refused") == 1
    assert grown("encore_request_seconds_count", command="add", door="the web room") == 1
    assert grown("encore_request_seconds_sum", command="add", door="the web room") > 0
    assert found["encore_info"][0].labels == {"model": "1f2e"}
    assert found["encore_work_under_way"][0].value >= 0
    assert (found["encore_web_connections"][0].value, found["encore_web_rooms"][0].value) == (1, 1)
    assert grown("encore_requests_total", command="hello", door="the web room", outcome="ok") == 1
    assert found["process_resident_memory_bytes"][0].value > 1_000_000
    assert {"python_info", "encore_loop_lag_seconds_bucket"} <= set(found)


async def test_a_fault_of_ours_counts_as_one(
    room: str, web: aiohttp.ClientSession, enter: Enter, party: PartyService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which is what an alert is made of."""

    async def fail(*given: object) -> None:
        raise ZeroDivisionError

    def faults(found: dict[str, list[Any]]) -> float:
        return sum(
            float(each.value)
            for each in found.get("encore_requests_total", [])
            if each.labels["outcome"] == "fault" and each.labels["command"] == "clear"
        )

    ann = await enter("Ann")
    before = faults(await figures(web, room))
    monkeypatch.setattr(party.queue, "clear", fail)
    assert not (await ann.ask("clear"))["ok"]
    assert faults(await figures(web, room)) == before + 1


async def test_cards_that_wait_are_counted_by_door(
    room: str, web: aiohttp.ClientSession, party: PartyService
) -> None:
    """Each door's own."""
    waiting = {"discord": {Room("discord", "1", "2")}, "slack": set[Room]()}
    for door, rooms in waiting.items():
        party.vitals.figure("card_edits_waiting", "Cards", rooms.__len__, door=door)
    found = (await figures(web, room))["encore_card_edits_waiting"]
    assert {each.labels["door"]: each.value for each in found} == {"discord": 1, "slack": 0}


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"X-Real-IP": "203.0.113.7"},
        {"Via": "1.1 proxy"},
        {"Host": "party.example"},
        {"Host": "192.168.1.20:8080"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {TOKEN}", "X-Forwarded-For": "203.0.113.7"},
    ],
)
async def test_figures_are_for_this_machine(
    party: PartyService, web: aiohttp.ClientSession, headers: dict[str, str]
) -> None:
    """Without a token: not through a proxy on this machine, and not by another name."""
    alone = headers == {"Authorization": "Bearer "}
    async with (
        open_room(party, "127.0.0.1", 0, names=["party.example"]) as room,
        web.get(f"{room}/metrics", headers=headers) as answer,
    ):
        assert answer.status == (200 if alone else 403)
        assert ("encore_requests" in await answer.text()) == alone


@pytest.mark.parametrize(
    ("said", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        ("Bearer wrong", 401),
        ("Bearer ", 401),
        ("", 401),
        (f"Basic {TOKEN}", 401),
        ("Bearer ä", 401),
    ],
)
async def test_with_a_token_it_is_needed(
    party: PartyService, web: aiohttp.ClientSession, said: str, status: int
) -> None:
    """From this machine too; with it they may come from anywhere."""
    headers = {"Authorization": said, "X-Forwarded-For": "203.0.113.7"}
    async with (
        open_room(party, "127.0.0.1", 0, watchers=Watchers(TOKEN)) as room,
        web.get(f"{room}/metrics", headers=headers) as answer,
    ):
        assert answer.status == status
        assert ("encore_requests" in await answer.text()) == (status == 200)
        assert answer.headers.get("WWW-Authenticate") == (None if status == 200 else "Bearer")
