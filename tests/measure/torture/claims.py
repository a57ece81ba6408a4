"""What answers have claimed, held against the rows of the tables."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.party.words import BROUGHT_IN, Room
from tests.measure.torture.asks import Ask

Row = Mapping[str, Any]
Rows = Callable[[str], list[dict[str, Any]]]
"""All rows of what a SELECT finds."""
TABLES = ("parties", "members", "entries", "votes", "skips", "changes", "passes", "nicknames", "nights")
NO_PARTY: Row = {"id": 0, "rules": "{}", "blocked": "{}", "card": "", "shared": False}
SHOWN = 20
"""So many examples are kept."""


@dataclass
class Found:
    """What is not as it was claimed."""

    lost: Counter[str] = field(default_factory=Counter)  # claimed, and not so
    twice: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)

    def miss(self, what: str, ask: Ask, claim: list[Any], found: object) -> None:
        """Takes down what is not so."""
        self.lost[what] += 1
        self.show(f"{ask.act} of {ask.who} in {ask.room}, {ask.key}: {claim}, found {found!r}")

    def show(self, example: str) -> None:
        """Keeps an example."""
        if len(self.examples) < SHOWN:
            self.examples.append(example)


class Database:
    """All rows, by what they are looked for by."""

    def __init__(self, rows: Rows) -> None:
        all_rows = {table: rows(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - our own names
        self.parties = {
            Room(each["platform"], each["workspace"], each["channel"]): each for each in all_rows["parties"]
        }
        self.members = {each["id"]: each for each in all_rows["members"]}
        self.entries = {each["id"]: each for each in all_rows["entries"]}
        self.votes = {(each["entry_id"], self._who(each)): each["value"] for each in all_rows["votes"]}
        self.changes = all_rows["changes"]
        self.lines: dict[tuple[int, str], list[Row]] = defaultdict(list)
        self.ballots: dict[int, set[int]] = defaultdict(set)
        for change in self.changes:
            self.lines[change["party_id"], change["key"]].append(change)
        for entry in all_rows["entries"]:
            if entry["ballot"] is not None:
                self.ballots[entry["ballot"]].add(entry["id"])
        self.passes = {each["digest"]: each for each in all_rows["passes"]}
        self.nights = {each["digest"] for each in all_rows["nights"]}
        self.known = {(each["platform"], each["user_id"]) for each in all_rows["members"]}
        self.places = {(each["platform"], each["workspace"]) for each in all_rows["parties"]}
        self.brought = Counter(
            (each["party_id"], f"{each['key']}".rsplit("/", 1)[0] + "/")
            for each in self.changes
            if each["kind"] == BROUGHT_IN
        )
        self.put_back = {
            each["party_id"] for each in self.changes if each["kind"] in {"undo remove", "undo clear"}
        }
        self.names = {(each["party_id"], each["user_id"]): each["name"] for each in all_rows["nicknames"]}

    def _who(self, row: Row) -> str:
        member = self.members.get(row["member_id"])
        return f"{member['user_id']}" if member else ""

    def who(self, number: int | None) -> str | None:
        """The user_id of a member."""
        return self.members[number]["user_id"] if number in self.members else None

    def adder(self, number: int) -> str | None:
        """The user_id of whoever has added a song, if it is there."""
        return self.who(self.entries.get(number, {}).get("added_by"))

    def of(self, ask: Ask) -> Row:
        """The party of a request; one without a number where there is none."""
        return self.parties.get(
            ask.room, {"id": 0, "rules": "{}", "blocked": "{}", "card": "", "shared": False}
        )


LAST = {"vote": 3, "rule": 2, "dj": 2, "shared": 1, "blocked": 2, "barred": 2, "card": 1, "name": 2}
"""Claims that a later one of the same takes the place of: by so many of their words they are the same."""


LINKS = {"link": "links", "no links": "links", "host": "hosts", "no host": "hosts"}
"""Claims about links, of which the last of its kind in a room counts."""


def _line(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    _, key, kinds, entry = claim
    lines = database.lines.get((database.of(ask)["id"], key), [])
    if len(lines) != 1:
        (found.miss("a line of the diary", ask, claim, lines) if not lines else found.twice.update([key]))
        return
    [there] = lines
    if there["kind"] not in kinds or entry not in {None, there["entry_id"]}:
        found.miss("a line as it was said", ask, claim, there)
    elif database.who(there["member_id"]) != ask.who:
        found.miss("who did it", ask, claim, there)
    elif there["kind"] == "add" and database.adder(there["entry_id"]) != ask.who:
        found.miss("who added it", ask, claim, there)


def _entry(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = database.entries.get(claim[1])
    if not there or (there["track_id"], there["party_id"]) != (claim[2], database.of(ask)["id"]):
        found.miss("a song", ask, claim, there)


def _gone(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = database.entries.get(claim[1])
    if not there or (there["state"] != "removed" and there["party_id"] not in database.put_back):
        found.miss("a removal", ask, claim, there)


def _brought(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    count = database.brought[database.of(ask)["id"], claim[1]]
    if count != claim[2]:
        found.miss("the songs of a list", ask, claim, count)


def _ballot(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    lines = database.lines.get((database.of(ask)["id"], claim[1]), [])
    there = database.ballots[lines[0]["id"]] if lines else set()
    if there != {*claim[2]}:
        found.miss("a ballot", ask, claim, there)


def _vote(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = database.votes.get((claim[1], claim[2]), 0)
    if there != claim[3]:
        found.miss("a vote", ask, claim, there)


def _rule(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = json.loads(database.of(ask)["rules"]).get(claim[1], False)
    if there != claim[2]:
        found.miss("a rule", ask, claim, there)


def _dj(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = claim[1] in json.loads(database.of(ask)["rules"]).get("djs", "").split()
    if there != claim[2]:
        found.miss("a DJ", ask, claim, there)


def _shared(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = bool(database.of(ask)["shared"])
    if there != claim[1]:
        found.miss("whether songs may be learned from", ask, claim, there)


def _blocked(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = f'"{claim[1]}"' in database.of(ask)["blocked"]
    if there != claim[2]:
        found.miss("a block", ask, claim, database.of(ask)["blocked"])


def _card(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    if database.of(ask)["card"] != claim[1]:
        found.miss("a card", ask, claim, database.of(ask)["card"])


def _name(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    there = database.names.get((database.of(ask)["id"], claim[1]))
    if there != claim[2]:
        found.miss("a name", ask, claim, there)


def _pass(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    if claim[1] not in database.passes:
        found.miss("a link", ask, claim, None)


def _no_links(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    party, ways = database.of(ask)["id"], {"host"} if claim[0] == "no host" else {"guest", "member"}
    there = [each for each in database.passes.values() if each["party_id"] == party and each["way"] in ways]
    if there:
        found.miss("that links are ended", ask, claim, there)


def _night(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    if claim[1] not in database.nights:
        found.miss("a night", ask, claim, None)


def _forgotten(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    if (claim[1], claim[2]) in database.known:
        found.miss("that somebody is forgotten", ask, claim, claim)


def _left(found: Found, database: Database, ask: Ask, claim: list[Any]) -> None:
    if (claim[1], claim[2]) in database.places:
        found.miss("that a place was left", ask, claim, claim)


CHECKS = {
    "line": _line,
    "entry": _entry,
    "gone": _gone,
    "brought": _brought,
    "ballot": _ballot,
    "vote": _vote,
    "rule": _rule,
    "dj": _dj,
    "shared": _shared,
    "blocked": _blocked,
    "barred": _blocked,
    "card": _card,
    "name": _name,
    "link": _pass,
    "host": _pass,
    "pass": _pass,
    "no links": _no_links,
    "no host": _no_links,
    "night": _night,
    "forgotten": _forgotten,
    "left": _left,
}
"""How each claim is looked for, by its first word."""
