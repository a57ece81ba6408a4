"""How the party sounds, members' accounts, and what is saved and imported."""

from __future__ import annotations

from bot.doors.answers import AccountStatus, Answer, AskForSongs, OfferDevices, OfferLink, Said, SavedPlaylist
from bot.doors.arguments import Upload
from bot.doors.ask import Ask, Door
from bot.doors.handlers.queue import add, bring, songs_of, told
from bot.doors.meant import device_chosen, device_meant, moment_meant
from bot.party.errors import marked
from bot.party.results import AddedAll
from bot.party.words import Outlet
from bot.playback.errors import ManyDevices, NotJoined, VoiceMissing


async def play(ask: Ask, song: str | None = None) -> Answer:
    """Resumes what is paused, or plays the party on the asker's account; with a song, adds it."""
    if song is not None:
        return await add(ask, song)
    try:
        played = await ask.party.playback.play(ask.room, ask.member, ask.key)
    except ManyDevices:
        devices = await ask.party.playback.devices(ask.member)
        return OfferDevices(ask.own.devices(devices), devices)
    lines = [ask.words.played(played)]
    if played.began and ask.door is Door.DISCORD:
        lines.append(ask.words.listen_along(ask.member))
    return Said("\n".join(lines))


async def pause(ask: Ask) -> Answer:
    """Pauses what plays."""
    return Said(ask.words.paused(await ask.party.playback.pause(ask.room, ask.member, ask.key)))


async def volume(ask: Ask, percent: int) -> Answer:
    """Sets how loud the party is."""
    await ask.party.playback.volume(ask.room, ask.member, percent)
    return Said(ask.words.loud(percent))


async def seek(ask: Ask, to: str) -> Answer:
    """Goes to a place in what plays.

    Raises:
        NoMoment: it is none.
    """
    moment_ms, step = moment_meant(to)
    entry = await ask.party.outlets.seek(ask.room, ask.member, moment_ms, ask.key, step=step)
    now_ms = await ask.party.outlets.position_ms(ask.room, entry.id)
    return Said(ask.words.sought(entry, now_ms))


async def demo(ask: Ask) -> Answer:
    """Queues the demo's pieces."""
    return Said(ask.words.imported(await ask.party.trying.begin(ask.room, ask.member, ask.key)))


async def connect(ask: Ask) -> Answer:
    """Gives the asker a link that connects an account."""
    url = await ask.party.accounts.connect(ask.room, ask.member)
    return OfferLink(ask.own.connect(), ask.own.say(marked("Connect Spotify")), url)


async def disconnect(ask: Ask) -> Answer:
    """Erases the asker's account."""
    return Said(ask.own.disconnected(await ask.party.accounts.disconnect(ask.member)))


async def status(ask: Ask) -> Answer:
    """Says how the asker's account stands, and where the party sounds if there is one here."""
    account, rest = await ask.party.accounts.of(ask.member), await ask.party.accounts.resting()
    if ask.room.channel:
        party = await ask.party.insight.now(ask.room, history=0)
        stands = ask.own.standing(account, party.playback, ask.member)
    else:
        stands = ask.own.account(account)
    return AccountStatus("\n".join(filter(None, [stands, ask.own.error(rest) if rest else ""])), account)


async def device(ask: Ask, device: str = "") -> Answer:
    """Plays the party on a device of the asker's, or offers them."""
    device_id = device_chosen(device)
    if device_id is None:
        devices = await ask.party.playback.devices(ask.member)
        device_id = device_meant(devices, device)
        if device_id is None:
            return OfferDevices(ask.own.devices(devices), devices)
    played = await ask.party.playback.choose_device(ask.room, ask.member, device_id, ask.key)
    return Said(ask.own.played(played), private=True)


async def stop(ask: Ask) -> Answer:
    """Plays the party on nobody's account any more."""
    return Said(ask.words.stopped(await ask.party.playback.stop(ask.room, ask.member, ask.key)))


async def join(ask: Ask) -> Answer:
    """Plays the party in a voice channel.

    Raises:
        VoiceMissing: the door has none.
    """
    if ask.voice is None:
        raise VoiceMissing
    return Said(ask.words.joined(await ask.voice.join(ask.room, ask.member, ask.key)))


async def leave(ask: Ask) -> Answer:
    """Plays the party in no voice channel any more.

    Raises:
        NotJoined: it does not.
    """
    sounding = await ask.party.outlets.now(ask.room)
    if sounding is None or sounding.playback.outlet is not Outlet.VOICE:
        raise NotJoined
    return Said(ask.words.stopped(await ask.party.playback.stop(ask.room, ask.member, ask.key)))


async def save(ask: Ask, name: str = "") -> Answer:
    """Writes the party into a playlist of the asker's."""
    given = name.strip()
    called = given or ask.own.playlist_name(ask.room, ask.party.now_ms())
    saved = await ask.party.playlists.save(
        ask.room, ask.member, called, ask.own.playlist_told(), named=bool(given)
    )
    return SavedPlaylist(saved)


async def import_songs(ask: Ask, link: str = "", file: Upload | None = None) -> Answer:
    """Adds all songs of a playlist or album, or of a list that was sent or pasted.

    Raises:
        ListTooLarge, NotAList, TooManyLines, EmptyList: it is no list of songs.
    """
    if file is not None:
        return await bring(ask, await songs_of(file.data, file.name))
    if len(link.splitlines()) > 1:
        return await bring(ask, await songs_of(link))
    if not link.strip():
        return AskForSongs()
    imported = await ask.party.playlists.import_songs(ask.room, ask.member, link, ask.key)
    return told(ask, AddedAll((), ()), [imported])
