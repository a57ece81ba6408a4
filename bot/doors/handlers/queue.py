"""What goes into the queue and out of it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.doors.answers import Answer, AskForSongs, AskWhich, Question, Said, ShowCard
from bot.doors.arguments import Upload
from bot.doors.ask import Ask
from bot.doors.meant import entry_chosen, entry_meant
from bot.lists.reading import read_list
from bot.party import links
from bot.party.errors import EmptyText, NoSongInMessage, NotUnderstood, PartyError, TooManyLines, UnsureSong
from bot.party.limits import MOST_IMPORTED, MOST_LINES
from bot.party.results import AddedAll
from bot.party.shares import beside
from bot.party.words import Track, Wanted
from bot.playback.words import Imported
from bot.wording.replies import Replies

UNSEEN = {"vote", "skip"}
"""What nobody else has seen somebody do is not told to all when it is taken back."""
_PARTED = re.compile(r"\s[-–—|]\s|\sby\s")
"""What stands between a title and an artist, and seldom in talk."""
MOST_QUESTIONS = 5
"""So many times it is asked at once which song was meant: Discord has room for five rows of buttons."""
VOTES = {"up": +1, "down": -1, "none": 0}


async def add(ask: Ask, song: str | None = None) -> Answer:
    """Adds what is named, a song a line and all songs of an album or playlist, or asks for songs."""
    if song is None:
        return AskForSongs()
    lines = [line.strip() for line in song.splitlines() if line.strip()]
    if not lines:
        raise EmptyText
    if len(lines) > MOST_LINES:
        return await bring(ask, await songs_of(song))
    if len(lines) > 1 or links.several(lines[0]):
        return await _add_several(ask, lines)
    try:
        return Said(ask.words.added(await ask.party.queue.add(ask.room, ask.member, lines[0], ask.key)))
    except UnsureSong as unsure:
        return ask_which(ask, [(unsure.typed, unsure.offered)])


def ask_which(ask: Ask, unsure: Sequence[tuple[str, Sequence[Track]]], told: str = "") -> AskWhich:
    """Asks which songs were meant, below what is told besides; of many only the first."""
    questions = [Question(typed, offered) for typed, offered in unsure[:MOST_QUESTIONS]]
    asked = ask.own.which(unsure[:MOST_QUESTIONS])
    left = len(unsure) - len(questions)
    more = ask.own.asked_later(left) if left > 0 else ""
    return AskWhich("\n".join(filter(None, [told, asked, more])), questions)


async def songs_of(data: bytes | str, name: str = "") -> Sequence[Wanted]:
    """The songs of a list, see `read_list`: a large one takes half a second, and everybody else goes on."""
    return await beside(read_list, data, name)


async def bring(ask: Ask, wanted: Sequence[Wanted]) -> Answer:
    """Adds a whole list, and asks which songs were meant where that is not sure."""
    brought = await ask.party.lists.bring(ask.room, ask.member, wanted, ask.key)
    if brought.unsure:
        return ask_which(ask, brought.unsure, ask.own.brought(brought))
    if brought.added:
        return Said(ask.words.brought(brought))
    return Said(ask.own.brought(brought), private=True)


async def _add_several(ask: Ask, lines: Sequence[str]) -> Answer:
    whole = [line for line in lines if links.several(line)]
    songs = "\n".join(line for line in lines if line not in whole)
    result = AddedAll((), ())
    if songs:
        result = await ask.party.queue.add_all(ask.room, ask.member, songs, ask.key)
    imported: list[Imported] = []
    refused = list(result.refused)
    for number, link in enumerate(whole):
        key = f"{ask.key}/all{number}"
        try:
            imported.append(await ask.party.playlists.import_songs(ask.room, ask.member, link, key))
        except PartyError as error:
            refused.append((link, error))
    unsure = [(error.typed, error.offered) for _, error in refused if isinstance(error, UnsureSong)]
    if unsure:
        refused = [each for each in refused if not isinstance(each[1], UnsureSong)]
        return ask_which(ask, unsure, _told(ask.own, AddedAll(result.added, tuple(refused)), imported))
    return told(ask, AddedAll(result.added, tuple(refused)), imported)


def told(ask: Ask, result: AddedAll, imported: Sequence[Imported] = ()) -> Said:
    """What became of several songs; only the asker hears of it when nothing came of them.

    Raises:
        PartyError: what was said of the only one.
    """
    if result.added or any(each.added for each in imported):
        return Said(_told(ask.words, result, imported))
    if len(result.refused) == 1 and not imported:
        raise result.refused[0][1]
    return Said(_told(ask.own, result, imported), private=True)


def _told(words: Replies, result: AddedAll, imported: Sequence[Imported]) -> str:
    parts = [words.added_all(result), *(words.imported(each) for each in imported)]
    return "\n".join(filter(None, parts))


async def add_from_message(ask: Ask, text: str, files: Sequence[Upload] = ()) -> Answer:
    """Adds the lists that a message brings, or what it links to, or the songs that its text names."""
    if files:
        wanted = [each for file in files for each in await songs_of(file.data, file.name)]
        if len(wanted) > MOST_IMPORTED:
            raise TooManyLines(MOST_IMPORTED)
        return await bring(ask, wanted)
    linked = "\n".join(links.found_in(text))
    found = linked or text.strip()
    if not found:
        raise NoSongInMessage
    if not linked and len(found.splitlines()) == 1 and not await _names_a_song(ask, found):
        raise NoSongInMessage
    return await add(ask, found)


async def _names_a_song(ask: Ask, text: str) -> bool:
    """Whether a message may be more than talk: it means a song, or tells a title and an artist apart."""
    try:
        track = await ask.party.insight.find(text)
    except UnsureSong:
        return True
    return track.known or bool(_PARTED.search(text))


async def queue(ask: Ask) -> Answer:
    """Brings the card down."""
    return ShowCard()


async def now(ask: Ask) -> Answer:
    """Says what plays."""
    return Said(ask.words.now(await ask.party.insight.now(ask.room, history=0)))


async def vote(ask: Ask, song: str, vote: str = "up") -> Answer:
    """Votes for or against a song that plays or waits."""
    if vote not in VOTES:
        raise NotUnderstood
    entry_id = await _meant(ask, song)
    result = await ask.party.ballots.vote(ask.room, ask.member, entry_id, VOTES[vote], ask.key)
    return Said(ask.words.voted(result))


async def skip(ask: Ask, song: str = "") -> Answer:
    """Votes to skip what plays, if it is still the song that is named, where one is."""
    entry_id = await _meant(ask, song) if song else None
    return Said(ask.words.skipped(await ask.party.queue.skip(ask.room, ask.member, ask.key, entry_id)))


async def remove(ask: Ask, song: str) -> Answer:
    """Removes a song."""
    entry_id = await _meant(ask, song)
    removed = await ask.party.queue.remove(ask.room, ask.member, entry_id, ask.key)
    return Said(ask.words.removed(removed))


async def move(ask: Ask, song: str, place: int = 1) -> Answer:
    """Gives a song another place."""
    entry_id = await _meant(ask, song)
    return Said(ask.words.moved(await ask.party.queue.move(ask.room, ask.member, entry_id, place, ask.key)))


async def clear(ask: Ask) -> Answer:
    """Removes every waiting song."""
    return Said(ask.words.cleared(await ask.party.queue.clear(ask.room, ask.member, ask.key)))


async def undo(ask: Ask) -> Answer:
    """Takes back what the asker did last."""
    result = await ask.party.queue.undo(ask.room, ask.member, ask.key)
    if result.kind in UNSEEN:
        return Said(ask.own.undone(result), private=True)
    return Said(ask.words.undone(result))


async def _meant(ask: Ask, song: str) -> int:
    chosen = entry_chosen(song)
    if chosen is not None:
        return chosen
    return entry_meant(await ask.party.insight.now(ask.room, history=0), song, ask.member)
