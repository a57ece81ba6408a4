"""Songs worth playing, and why."""

from __future__ import annotations

from bot.doors.answers import Again, Answer, Said, ShowBallot
from bot.doors.ask import Ask
from bot.doors.meant import entry_meant
from bot.party.errors import NoSuchEntry, NotUnderstood
from bot.party.limits import USUAL_SUGGESTIONS
from bot.party.words import Mood


async def next_songs(ask: Ask, count: int = USUAL_SUGGESTIONS, mood: str = Mood.BALANCED) -> Answer:
    """Puts songs that belong with the queue to the vote."""
    far = _mood(mood)
    ballot = await ask.party.ballots.next(ask.room, ask.member, count, ask.key, mood=far)
    return ShowBallot(ballot, ask.words.offered(ballot), Again(far, count))


async def vibe(ask: Ask, words: str, mood: str = Mood.BALANCED) -> Answer:
    """Puts songs for some words to the vote."""
    far = _mood(mood)
    result = await ask.party.ballots.vibe(ask.room, ask.member, words, ask.key, mood=far)
    again = Again(far, USUAL_SUGGESTIONS, " ".join(result.known))
    return ShowBallot(result.ballot, ask.words.vibe(result), again)


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
