"""How Slack shows what the handlers answer."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from bot.doors.answers import (
    AccountStatus,
    Again,
    Answer,
    AskForSettings,
    AskForSongs,
    AskWhich,
    ConfirmErasure,
    OfferDevices,
    OfferFavourites,
    OfferLink,
    Said,
    SavedPlaylist,
    Sections,
    SendFile,
    ShowBallot,
    ShowCard,
)
from bot.doors.presses import Forget, More, Noted, Outcome, Replace, Settled, TurnPage, UpdateBallot
from bot.party.limits import USUAL_SUGGESTIONS
from bot.party.words import Entry, Mood
from bot.slack import forms, which
from bot.slack.asked import Asked
from bot.slack.blocks import (
    OPENED,
    Json,
    account_block,
    actions,
    ballot_card,
    button,
    device_choice,
    favourite_blocks,
    section,
    sections,
)
from bot.slack.card import SlackCards
from bot.slack.text import link

MOST_ASKING = 1_000
"""So many messages that ask are remembered."""


@dataclass(slots=True)
class _Asking:
    """What became of a message's questions in this run: who presses fast does so before it shows."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    texts: dict[int, str] = field(default_factory=dict)


class Answering:
    """Shows answers, each to whom it is for."""

    def __init__(self, cards: SlackCards) -> None:
        self._cards = cards
        self._asking: OrderedDict[str, _Asking] = OrderedDict()

    async def show(self, asked: Asked, answer: Answer, *, alone: bool = False) -> None:
        """Shows an answer.

        Args:
            asked: what is answered.
            answer: what a handler returned.
            alone: whether only the asker sees what others might.
        """
        match answer:
            case Said(text, private):
                await asked.say(text, quiet=alone or private)
            case ShowCard():
                await self._cards.show(asked.room)
            case ShowBallot(entries, intro, again):
                text = f"{intro}\n{asked.replies.asked_aloud(entries)}"
                await asked.say(text, await ballot(asked, entries, intro, again), quiet=alone)
            case AskForSongs():
                await forms.open_add(asked)
            case AskForSettings(rules, blocked):
                await forms.open_settings(asked, rules, blocked)
            case SendFile(name, data, text):
                await forms.upload(asked, data, name, text, alone=alone)
            case _:
                await _tell(asked, answer)

    async def show_outcome(self, asked: Asked, outcome: Outcome, message: Json, action: Json) -> None:
        """Shows what came of a press.

        Args:
            asked: who pressed.
            outcome: what came of it.
            message: on which they pressed; empty where only they see it.
            action: what they pressed.

        Raises:
            PartyError: it is told besides.
        """
        match outcome:
            case Noted():
                pass
            case TurnPage(page):
                self._cards.turn(asked.room, page)
            case UpdateBallot(entries, error):
                intro, again = _kept(message)
                await _replace(asked, ShowBallot(entries, intro or asked.replies.offered(entries), again))
                if error is not None:
                    raise error
            case Replace(answer):
                await _replace(asked, answer)
            case Settled(text):
                await self._settle(asked, text, action)
            case _:
                await self.show(asked, outcome)

    async def _settle(self, asked: Asked, text: str, action: Json) -> None:
        """Shows what became of a question in its place; the others in the message stay."""
        pressed = which.read(action)
        if pressed is None:
            await asked.replace(text, sections(text))
            return
        known = self._asking.setdefault(pressed.asking.mark, _Asking())
        if len(self._asking) > MOST_ASKING:
            self._asking.popitem(last=False)
        async with known.lock:
            known.texts[pressed.at] = text
            await asked.replace(*which.shown(pressed.asking.settled(known.texts), asked.own))


async def _tell(asked: Asked, answer: Answer) -> None:
    """Answers the asker alone, with what is never for others."""
    match answer:
        case AskWhich():
            asking = which.asking(answer, asked.place.channel, asked.key, asked.own)
            await asked.tell(*which.shown(asking, asked.own))
        case OfferDevices(text, devices):
            await asked.tell(text, device_choice(text, devices))
        case OfferLink(text, label, url):
            # Behind a button: Slack itself opens addresses that stand in texts.
            opens = button(OPENED, label, style="primary") | {"url": url}
            await asked.tell(text, [section(text), actions(opens)])
        case ConfirmErasure(text, label):
            erases = button(Forget(asked.member.user_id).id, label, style="danger")
            await asked.tell(text, [section(text), actions(erases)])
        case AccountStatus(text, account):
            await asked.tell(text, [account_block(text, account, asked.own)])
        case SavedPlaylist(saved):
            await asked.tell(asked.own.saved(replace(saved, url=link(saved.url))))
        case OfferFavourites():
            await asked.tell(*favourite_blocks(answer, asked.own))
        case Sections(texts):
            await asked.tell("\n\n".join(texts), [block for text in texts for block in sections(text)])


async def _replace(asked: Asked, answer: Said | ShowBallot | OfferFavourites) -> None:
    """Shows an answer in the place of the message that was clicked."""
    if isinstance(answer, Said):
        await asked.replace(answer.text, sections(answer.text))
    elif isinstance(answer, OfferFavourites):
        await asked.replace(*favourite_blocks(answer, asked.own))
    else:
        blocks = await ballot(asked, answer.ballot, answer.intro, answer.again)
        await asked.replace(f"{answer.intro}\n{asked.replies.asked_aloud(answer.ballot)}", blocks)


async def ballot(asked: Asked, entries: Sequence[Entry], intro: str, again: Again) -> list[Json]:
    """A ballot as it stands."""
    silent = await asked.party.insight.silent(asked.room, entries)
    return ballot_card(
        entries,
        asked.replies,
        intro=intro,
        again=again,
        now_ms=asked.party.now_ms(),
        threshold=asked.rules.threshold,
        silent=silent,
    )


def _kept(message: Json) -> tuple[str, Again]:
    """What the ballot that was clicked says of itself: its first text, and what its button asks for again."""
    blocks: list[Json] = message.get("blocks") or []
    intro = str((blocks[0].get("text") or {}).get("text") or "") if blocks else ""
    more = next(filter(None, map(More.read, _ids(blocks))), None)
    usual = Again(Mood.BALANCED, USUAL_SUGGESTIONS)  # of a ballot of an earlier Encore
    return intro, more.again if more else usual


def _ids(blocks: Sequence[Json]) -> Iterator[str]:
    for block in blocks:
        for element in block.get("elements") or []:
            yield str(element.get("action_id"))
