"""Songs worth playing, and why."""

from __future__ import annotations

from collections.abc import Sequence

from bot.doors.answers import Again, Answer, Said, ShowBallot
from bot.doors.ask import Ask
from bot.doors.meant import entry_meant
from bot.party.errors import NoSuchEntry, NotUnderstood
from bot.party.limits import MOST_SUGGESTIONS, USUAL_SUGGESTIONS
from bot.party.words import Entry, Mood


async def next_songs(ask: Ask, count: int = USUAL_SUGGESTIONS, mood: str = Mood.BALANCED) -> Answer:
    """Puts songs that belong with the queue to the vote."""
    far = _mood(mood)
    ballot = await ask.party.ballots.next(ask.room, ask.member, count, ask.key, mood=far)
    intro = await _with_what_can_sound(ask, ask.words.offered(ballot), ballot, count)
    return ShowBallot(ballot, intro, Again(far, count))


async def vibe(ask: Ask, words: str, mood: str = Mood.BALANCED) -> Answer:
    """Puts songs for some words to the vote."""
    far = _mood(mood)
    result = await ask.party.ballots.vibe(ask.room, ask.member, words, ask.key, mood=far)
    again = Again(far, USUAL_SUGGESTIONS, " ".join(result.known))
    intro = await _with_what_can_sound(ask, ask.words.vibe(result), result.ballot, USUAL_SUGGESTIONS)
    return ShowBallot(result.ballot, intro, again)


async def _with_what_can_sound(ask: Ask, intro: str, ballot: Sequence[Entry], count: int) -> str:
    """What stands above a ballot, and that only songs that can sound are suggested, where that is so."""
    if not await ask.party.ballots.only_own(ask.room):
        return intro
    few = len(ballot) < min(max(count, 1), MOST_SUGGESTIONS)
    return f"{intro}\n{ask.words.only_own(few=few)}"


async def more(ask: Ask, again: Again) -> Answer:
    """Other suggestions of the same kind; none that was offered in the last ten minutes comes again."""
    if again.words:
        return await vibe(ask, again.words, again.mood)
    return await next_songs(ask, again.count, again.mood)


async def why(ask: Ask, song: str) -> Answer:
    """Says what speaks for a song."""
    party = await ask.party.insight.now(ask.room, history=0)
    try:
        entry_id = entry_meant(party, song, ask.member)
    except NoSuchEntry:
        found = await ask.party.insight.why(ask.room, song)
    else:
        found = await ask.party.insight.why(ask.room, entry_id=entry_id)
    return Said("\n".join(ask.words.why(found)), about=found)


async def autopilot(ask: Ask, choice: str | None = None) -> Answer:
    """Says how the autopilot stands, or switches it."""
    rules = ask.rules
    if choice is not None:
        chosen = {"autopilot": choice == "on"}
        rules = await ask.party.settings.choose(ask.room, ask.member, chosen, ask.key)
    return Said(ask.words.autopilot(rules.autopilot, rules.autopilot_below), about=rules.autopilot)


def _mood(said: str) -> Mood:
    try:
        return Mood(said)
    except ValueError:
        raise NotUnderstood from None
