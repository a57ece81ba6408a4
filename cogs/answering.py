"""How Discord shows what the handlers answer."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import Any

import discord
from discord import ui

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
from cogs.cards import Card, ballot_card
from cogs.escape import TEXT_LIMIT, fitting
from cogs.favourites import favourites_card
from cogs.forms import device_card, settings_view, songs_form
from cogs.questions import question_card
from cogs.request import Asked, answer_privately, clicked

CARD_LIMIT = 4_000
"""The most text that the parts of a card may have together (docs, "Component Reference": Text Display)."""
LABEL_LIMIT = 80
"""The longest label of a button that Discord takes, in characters."""


async def show(asked: Asked, answer: Answer) -> None:
    """Shows an answer to whom it is for."""
    ask = asked.ask
    match answer:
        case Said(text, private):
            await _say(asked, text, private=private)
        case ShowCard():
            await asked.client.live.show(asked)
        case ShowBallot():
            await asked.reply(view=await ballot(asked, answer.ballot, answer.intro, answer.again))
        case AskForSongs():
            await asked.interaction.response.send_modal(songs_form(ask.own))
        case AskWhich():
            await _show_privately(asked, question_card(answer, ask.own))
        case AskForSettings(rules, blocked):
            await asked.reply(view=settings_view(rules, ask.own, blocked))
        case OfferDevices(text, devices):
            await _show_privately(asked, device_card(text, devices))
        case OfferLink(text, label, url):
            button: ui.Button[Any] = ui.Button(label=label[:LABEL_LIMIT], url=url)
            await asked.reply(view=Card(ui.TextDisplay(text), ui.ActionRow(button)))
        case SendFile(name, data, text):
            await asked.reply(text, file=discord.File(io.BytesIO(data), name))
        case ConfirmErasure(text, label):
            erase: ui.Button[Any] = ui.Button(
                label=label[:LABEL_LIMIT],
                style=discord.ButtonStyle.danger,
                custom_id=Forget(ask.member.user_id).id,
            )
            await asked.reply(view=Card(ui.TextDisplay(text), ui.ActionRow(erase)))
        case AccountStatus(text, _):
            await _say(asked, text)
        case SavedPlaylist(saved):
            await _say(asked, ask.own.saved(saved))
        case OfferFavourites():
            await _show_privately(asked, favourites_card(answer, ask.own))
        case Sections(texts):
            first, *others = _messages(texts)
            await asked.reply(view=Card(*map(ui.TextDisplay, first)))
            for more in others:
                await asked.further(Card(*map(ui.TextDisplay, more)))


async def show_outcome(asked: Asked, outcome: Outcome) -> None:
    """Shows what came of a press."""
    match outcome:
        case Noted():
            await asked.noted()
        case TurnPage(page):
            await asked.noted()
            asked.client.live.turn(asked.ask.room, page)
        case UpdateBallot(entries, error):
            intro, again = _kept(asked)
            await asked.update(await ballot(asked, entries, intro or asked.ask.words.offered([]), again))
            if error is not None:
                raise error
        case Replace(answer):
            if isinstance(answer, Said):
                await asked.update(Card(ui.TextDisplay(answer.text)))
            elif isinstance(answer, OfferFavourites):
                await asked.update(favourites_card(answer, asked.ask.own))
            else:
                await asked.update(await ballot(asked, answer.ballot, answer.intro, answer.again))
        case Settled(text, press):
            message = asked.interaction.message
            if message is not None:
                pressed = clicked(asked.interaction) or press.id
                await asked.update(asked.client.questions.settled(message, pressed, text))
        case _:
            await show(asked, outcome)


def _messages(texts: Sequence[str]) -> list[list[str]]:
    """Texts in as many messages as they need; none of ours fills one by itself."""
    messages: list[list[str]] = [[]]
    for text in texts:
        if messages[-1] and sum(map(len, messages[-1])) + len(text) > CARD_LIMIT:
            messages.append([])
        messages[-1].append(text)
    return messages


async def _say(asked: Asked, text: str, *, private: bool = False) -> None:
    if len(text) > TEXT_LIMIT:
        card = Card(ui.TextDisplay(fitting(text.splitlines(), CARD_LIMIT)))
        await (_show_privately(asked, card) if private else asked.reply(view=card))
    elif private and not asked.private:
        await answer_privately(asked.interaction, text)
    else:
        await asked.reply(text)


async def _show_privately(asked: Asked, view: ui.LayoutView) -> None:
    if asked.private:
        await asked.reply(view=view)
    else:
        await answer_privately(asked.interaction, view=view)


async def ballot(asked: Asked, entries: Sequence[Entry], intro: str, again: Again) -> Card:
    """A ballot as it stands."""
    ask = asked.ask
    silent = await ask.party.insight.silent(ask.room, entries)
    return ballot_card(
        entries,
        ask.words,
        intro=intro,
        again=again,
        now_ms=ask.party.now_ms(),
        threshold=ask.rules.threshold,
        silent=silent,
    )


def _kept(asked: Asked) -> tuple[str, Again]:
    """What the ballot that was clicked says of itself: its first text, and what its button asks for again."""
    message = asked.interaction.message
    parts = list(_walk(message.components if message else []))
    intro = next((part.content for part in parts if isinstance(part, discord.TextDisplay)), "")
    ids = [str(getattr(part, "custom_id", None)) for part in parts]
    more = next(filter(None, map(More.read, ids)), None)
    usual = Again(Mood.BALANCED, USUAL_SUGGESTIONS)  # of a ballot of an earlier Encore
    return intro, more.again if more else usual


def _walk(components: Sequence[Any]) -> Iterator[Any]:
    for part in components:
        yield part
        yield from _walk(getattr(part, "children", []))
