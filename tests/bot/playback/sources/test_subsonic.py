"""A Subsonic server's songs: looked through, opened, read from anywhere, with every kind of server."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from bot.playback.errors import SongGone, SourceAway
from bot.playback.sources import subsonic, subsonic_server, subsonic_sound
from bot.playback.sources.subsonic import Subsonic
from bot.playback.words import Found
from tests.fakes.subsonic import FakeSubsonic
from tests.fakes.subsonic_music import EVERY, GONIC, NAVIDROME, NEXTCLOUD, SUPYSONIC, FakeSong, Flavour
from tests.patience import PATIENCE_S, until

PNG = b"\x89PNG\r\n\x1a\n" + bytes(64)
DATA = bytes(range(256)) * 1_000


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pause is a real one."""
    monkeypatch.setattr(subsonic, "LOOK_S", 0.01)
    monkeypatch.setattr(subsonic, "FIRST_PAUSE_S", 0.0)
    monkeypatch.setattr(subsonic_sound, "WAIT_S", 0.0)


def songs(many: int) -> list[FakeSong]:
    """So many songs, ten to an album."""
    return [FakeSong(f"s{each}", f"Song {each}", album=f"Album {each // 10:04}") for each in range(many)]


@asynccontextmanager
async def asking(fake: FakeSubsonic, *, breaches: bool = False) -> AsyncIterator[Subsonic]:
    """A client of the fake; nothing between them is against the protocol unless `breaches` says so."""
    source = Subsonic(fake.url, fake.user, fake.password)
    try:
        yield source
    finally:
        await source.close()
    assert breaches or fake.breaches == []


async def looked(source: Subsonic, known: Mapping[str, str] | None = None) -> dict[str, Found]:
    """What a look finds, and that each song is there once."""
    found = [each async for each in source.look(known or {})]
    assert len({each.ref for each in found}) == len(found)
    return {each.ref: each for each in found}


async def whole(source: Subsonic, ref: str, start: int = 0, end: int | None = None) -> bytes:
    """A part of a song's file."""
    async with source.open(ref) as sound:
        return b"".join([chunk async for chunk in sound.read(start, end)])


async def all_of(chunks: AsyncIterator[bytes], got: bytearray | None = None) -> None:
    """Reads on to the end, or to an error, and keeps what came until then."""
    async for chunk in chunks:
        if got is not None:
            got += chunk


@pytest.mark.parametrize("flavour", EVERY, ids=lambda it: f"{it.name} {it.version}")
async def test_every_kind_of_server(flavour: Flavour, monkeypatch: pytest.MonkeyPatch) -> None:
    """All songs are found in whichever way it has, heard as they are, and known again."""
    monkeypatch.setattr(subsonic, "PAGE", 10)
    music = songs(35)
    music[3].data, music[3].cover = DATA, PNG
    async with FakeSubsonic(music, flavour) as fake, asking(fake) as source:
        found = await looked(source)
        assert set(found) == {song.id for song in music}
        track = found["s3"].track
        assert track is not None
        assert (track.title, track.artist, track.album) == ("Song 3", "Somebody", "Album 0000")
        assert (track.track_id, track.year, track.duration_ms) == (None, 1999, 200_000)
        assert (found["s3"].kind, found["s3"].cover, found["s4"].cover) == ("audio/mpeg", True, False)
        again = await looked(source, {ref: each.version for ref, each in found.items()})
        assert {each.track for each in again.values()} == {None}
        assert {ref: each.version for ref, each in again.items()} == {
            ref: each.version for ref, each in found.items()
        }
        async with source.open("s3") as sound:
            assert (sound.size, sound.kind, sound.path) == (len(DATA), "audio/mpeg", None)
        assert await whole(source, "s3") == DATA
        assert await whole(source, "s3", 1_000, 70_001) == DATA[1_000:70_001]
        assert await whole(source, "s3", 255_000) == DATA[255_000:]
        assert await source.cover("s3") == (PNG, "image/png")
        assert await source.cover("s4") is None
        with pytest.raises(SongGone):
            await whole(source, "nobody's")


async def test_what_a_song_is() -> None:
    """All artists, the gain, and the file's name where there is no title; no album list, film or folder."""
    music = [
        FakeSong("1", "Duet", ("Anna", "Ben"), gain_db=-7.25, suffix="flac", kind="audio/x-flac"),
        FakeSong(
            "2", "", more={"path": "a/b/03 Its Name.ogg", "suffix": "ogg", "contentType": "application/ogg"}
        ),
        FakeSong("3", "A Film", more={"isVideo": True}),
        FakeSong("4", "A Folder", more={"isDir": True}),
        FakeSong("5", "A Talk", more={"type": "podcast"}),
        FakeSong("6", "Of Windows", suffix="wma", kind="audio/x-ms-wma"),
        FakeSong("7", "Bent\u202e \x07 by\n" + "long " * 400, seconds=0, year=20_250, gain_db=900.0),
        FakeSong("8", "Unsaid", more={"suffix": "", "contentType": "audio/mp4; codecs=mp4a"}),
    ]
    async with FakeSubsonic(music) as fake, asking(fake) as source:
        found = await looked(source)
    assert set(found) == {"1", "2", "7", "8"}
    tracks = {ref: each.track for ref, each in found.items()}
    assert all(tracks.values())
    duet, named, bent = tracks["1"], tracks["2"], tracks["7"]
    assert duet is not None
    assert named is not None
    assert bent is not None
    assert duet.artist == "Anna, Ben"
    assert (found["1"].gain_db, found["1"].kind) == (-7.25, "audio/flac")
    assert (named.title, found["2"].kind) == ("03 Its Name", "audio/ogg")
    assert bent.title.startswith("Bent by long")
    assert len(bent.title) <= 300
    assert (bent.year, bent.duration_ms, found["7"].gain_db) == (None, None, None)
    assert found["8"].kind == "audio/mp4"


async def test_answers_that_are_no_songs() -> None:
    """Whatever types a server sends, the song is left out or what is wrong is; nothing breaks."""
    wild = [
        FakeSong("1", "One", more={"id": 17, "title": 4_711, "year": "1999", "duration": True, "artists": 3}),
        FakeSong("2", "Two", more={"id": None}),
        FakeSong("3", "Three", more={"id": "x" * 5_000}),
        FakeSong("4", "Four", more={"replayGain": {"trackGain": "loud"}, "artists": [None, {"name": 5}, {}]}),
        FakeSong("5", "Five", more={"replayGain": [], "artist": None, "path": 9, "album": {}}),
    ]
    async with FakeSubsonic(wild) as fake, asking(fake, breaches=True) as source:
        found = await looked(source)
        assert fake.breaches
    assert set(found) == {"17", "4", "5"}
    first = found["17"].track
    assert first is not None
    assert (first.title, first.year, first.duration_ms) == ("4711", None, None)


async def test_a_changed_song_is_read_again() -> None:
    """Another title, gain or size is another version."""
    music = songs(3)
    async with FakeSubsonic(music) as fake, asking(fake) as source:
        known = {ref: each.version for ref, each in (await looked(source)).items()}
        music[0].title, music[1].gain_db, music[2].data = "Renamed", -3.0, b"other"
        again = await looked(source, known)
    assert all(each.track for each in again.values())
    assert again["s0"].track is not None
    assert again["s0"].track.title == "Renamed"


async def test_what_is_asked_keeps_out_of_addresses() -> None:
    """Where the server takes forms, what signs in is in no address; and the password itself never is sent."""
    async with FakeSubsonic(songs(1), NAVIDROME) as fake, asking(fake) as source:
        await looked(source)
    asked = [each for each in fake.requests if each.method != "getOpenSubsonicExtensions"]
    assert {(each.http, each.query) for each in asked} == {("POST", "")}
    assert all(fake.password not in str(each) for each in fake.requests)
    assert len({each.asked["s"] for each in asked}) == len(asked)


async def test_a_server_that_takes_no_token_is_shown_the_password(caplog: pytest.LogCaptureFixture) -> None:
    """As it wishes: only after it was asked with a token, and only on this machine or over https."""
    async with FakeSubsonic(songs(1), NEXTCLOUD) as fake:
        async with asking(fake) as source:
            assert await looked(source)
        far = Subsonic("http://music.example", fake.user, fake.password)
        assert not far.server.private
        assert Subsonic("https://music.example", "a", "b").server.private
        near = ("localhost", "192.168.1.7", "[::1]", "navidrome", "nas.local", "100.70.1.2")
        assert all(Subsonic(f"http://{host}:1/a", "a", "b").server.private for host in near)
    shown = [each.asked for each in fake.requests if "p" in each.asked]
    assert {each["p"] for each in shown} == {f"enc:{fake.password.encode().hex()}"}
    assert "t" in next(each.asked for each in fake.requests if each.method == "ping")
    assert not caplog.records


async def test_the_password_is_not_sent_where_others_can_listen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody between us could ask for it with error 41."""
    monkeypatch.setattr(subsonic_server, "is_near", lambda host: False)
    async with FakeSubsonic(songs(1), NEXTCLOUD) as fake, asking(fake) as source:
        with pytest.raises(SourceAway):
            await looked(source)
    assert not any("p" in each.asked for each in fake.requests)


BAD: dict[str, dict[str, object]] = {
    "a page": {"body": b"<!doctype html><title>Login</title>"},
    "broken JSON": {"body": b'{"subsonic-response": {"status": "ok", ', "kind": "application/json"},
    "other JSON": {"body": b"[1, 2]", "kind": "application/json"},
    "deep JSON": {"body": b"[" * 200_000, "kind": "application/json"},
    "neither ok nor failed": {"body": b'{"subsonic-response": {"status": 7}}', "kind": "application/json"},
    "no error in it": {"body": b'{"subsonic-response": {"status": "failed"}}', "kind": "application/json"},
    "too much": {"body": b" " * (17 << 20), "kind": "application/json"},
    "an error in XML": {"body": b'<subsonic-response><error code="40" message="x"/>', "kind": "text/xml"},
    "502": {"body": b"Bad Gateway", "status": 502},
    "401": {"body": b"", "status": 401},
    "another host": {"location": "http://music.example/rest/ping.view"},
    "round and round": {"location": ""},
    "cut": {"broken": True},
}


@pytest.mark.parametrize("how", BAD)
async def test_a_server_that_answers_anything(how: str, caplog: pytest.LogCaptureFixture) -> None:
    """One line in the log without a secret, one sentence for people, and it works again afterwards."""
    fault = BAD[how]
    async with FakeSubsonic(songs(3)) as fake, asking(fake, breaches=True) as source:
        if how == "round and round":
            fault = {"location": f"{fake.url}/rest/ping.view"}
        fake.fail("*", 0, **fault)
        for _ in range(2):
            with pytest.raises(SourceAway) as told:
                await looked(source)
        assert "Try again in a minute" in str(told.value)
        assert told.value.__cause__ is None
        (line,) = [each for each in caplog.records if each.levelno >= logging.WARNING]
        assert line.getMessage().startswith("The Subsonic server ")
        assert line.exc_info is None
        for secret in (fake.password, fake.password.encode().hex(), "music.example/rest", "t="):
            assert secret not in caplog.text
        fake.mend()
        assert len(await looked(source)) == 3


RAW: dict[str, bytes] = {
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "nothing": b"",
    "half an answer": b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{",
    "no end of a header": b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000,
    "broken gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello",
    "a bomb": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b" " * (40 << 20)),
    "broken chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n",
    "a bad address": b"HTTP/1.1 302 Found\r\nLocation: http://[::bad\r\nContent-Length: 0\r\n\r\n",
    "no address": b"HTTP/1.1 302 Found\r\nLocation: mailto:a\r\nContent-Length: 0\r\n\r\n",
}


@pytest.mark.parametrize("how", RAW)
async def test_a_server_that_does_not_even_speak_http(how: str, caplog: pytest.LogCaptureFixture) -> None:
    """It is away, and nothing else happens."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(RAW[how])
        with suppress(ConnectionError):
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        source = Subsonic(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", "anna", "a password")
        with pytest.raises(SourceAway):
            await looked(source)
        with pytest.raises(SourceAway):
            await whole(source, "s1")
        assert await source.cover("s1") is None
        await source.close()
    assert [each.levelname for each in caplog.records] == ["WARNING"]
    assert "a password" not in caplog.text


async def test_a_certificate_that_nobody_trusts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Whoever made it themselves is told what to do; the name and the password are not sent."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    began, ends = datetime(2026, 1, 1, tzinfo=UTC), datetime(2126, 1, 1, tzinfo=UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(began).not_valid_after(ends)
    pem = made.sign(key, SHA256()).public_bytes(Encoding.PEM)
    pem += key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "both.pem").write_bytes(pem)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(tmp_path / "both.pem")
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.read(100))
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context) as server:
        source = Subsonic(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}", "anna", "a password")
        with pytest.raises(SourceAway):
            await looked(source)
        await source.close()
    assert not any(heard)
    (line,) = caplog.messages
    assert "certificate that is not valid here; set SUBSONIC_URL to the name" in line


@pytest.mark.parametrize("code", [0, 10, 20, 30, 40, 41, 42, 43, 44, 50, 60, 70, 4711])
async def test_every_code_of_an_error(code: int, caplog: pytest.LogCaptureFixture) -> None:
    """Whatever it is, at the beginning or in the middle, the look ends as away and begins anew."""
    caplog.set_level(logging.INFO)
    async with FakeSubsonic(songs(3)) as fake, asking(fake, breaches=code == 4711) as source:
        for method in ("ping", "*"):
            fake.fail(method, 0, code=code, message=f"No, {fake.password}!")
            with pytest.raises(SourceAway):
                await looked(source)
            fake.mend()
            assert len(await looked(source)) == 3
    assert fake.password not in caplog.text
    assert caplog.text.count("I keep trying") == caplog.text.count("is back") == 2


async def test_a_server_that_is_away_and_comes_back(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody listens: `changed` waits until somebody does, and tells once that nobody did."""
    fake = FakeSubsonic(songs(2))
    async with fake, asking(fake) as source:
        assert len(await looked(source)) == 2
        waiting = asyncio.create_task(source.changed())
        await fake.__aexit__(None, None, None)
        await waiting  # so that a look tells whoever asks that nothing of it can sound
        with pytest.raises(SourceAway):
            await looked(source)
        waiting = asyncio.create_task(source.changed())
        with pytest.raises(SourceAway):
            await whole(source, "s1")
        await fake.__aenter__()
        async with asyncio.timeout(PATIENCE_S):
            await waiting
        assert len(await looked(source)) == 2
    assert [each.levelname for each in caplog.records].count("WARNING") == 1


async def test_pauses_grow_until_all_was_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try that fails doubles the pause, up to ten minutes; a look that ends well makes it short."""
    slept: list[float] = []
    real = asyncio.sleep

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await real(0)

    monkeypatch.setattr(subsonic, "FIRST_PAUSE_S", 5.0)
    async with FakeSubsonic(songs(1)) as fake, asking(fake) as source:
        fake.fail("*", 0, code=40)
        monkeypatch.setattr(asyncio, "sleep", sleep)
        waiting = asyncio.create_task(source.changed())
        while len(slept) < 10:
            await real(0)
        fake.mend()
        await waiting
        assert slept[:9] == [5, 10, 20, 40, 80, 160, 320, 600, 600]
        assert len(await looked(source)) == 1
        slept.clear()
        fake.rescan()
        await source.changed()
        assert slept == []


async def test_what_a_scan_brings() -> None:
    """`changed` returns when the server has looked through its files again, and not while it does."""
    async with FakeSubsonic(songs(2)) as fake, asking(fake) as source:
        await looked(source)
        waiting = asyncio.create_task(source.changed())
        many = len(fake.requests)
        fake.scanning = True
        fake.rescan()
        await until(lambda: len(fake.requests) >= many + 5)
        assert not waiting.done()
        fake.scanning = False
        await waiting


async def test_a_server_that_tells_of_no_scans_is_gone_through_now_and_then(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Supysonic has no `getScanStatus` in this version."""
    monkeypatch.setattr(subsonic, "LOOK_AGAIN_S", 0.05)
    async with FakeSubsonic(songs(2), SUPYSONIC) as fake, asking(fake) as source:
        await looked(source)
        await source.changed()


async def test_songs_that_come_while_they_are_gone_through(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scan moves what is on which page, so the pages are gone through again; none is told twice."""
    monkeypatch.setattr(subsonic, "PAGE", 5)
    async with FakeSubsonic(songs(12)) as fake, asking(fake) as source:
        found: list[str] = []
        async for each in source.look({}):
            if not found:  # a song is put before those that were sent already
                fake.songs = {"new": FakeSong("new", "New"), **fake.songs}
                fake.rescan()
            found.append(each.ref)
    assert sorted(found) == sorted(fake.songs)


async def test_while_a_scan_does_not_end_nothing_is_taken_for_gone() -> None:
    """What is known and was not met is kept as it is known, and looked for again when the scan is over."""
    async with FakeSubsonic(songs(2)) as fake, asking(fake) as source:
        fake.scanning = True
        found = await looked(source, {"old": "1"})
        assert set(found) == {"s0", "s1", "old"}
        assert found["old"] == Found("old", "1")
        waiting = asyncio.create_task(source.changed())
        fake.scanning = False
        await waiting
        assert set(await looked(source, {"old": "1"})) == {"s0", "s1"}


async def test_a_server_that_has_lost_everything_is_not_believed(caplog: pytest.LogCaptureFixture) -> None:
    """Its disk may not be there: its songs are kept, and silent. One that had none before is believed."""
    async with FakeSubsonic() as fake, asking(fake) as source:
        assert await looked(source) == {}
        assert await looked(source, {"s1": "1"}) == {"s1": Found("s1", "1", away=True)}
    assert "no songs any more" in caplog.text


async def test_a_server_that_sends_one_page_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then its albums are gone through."""
    monkeypatch.setattr(subsonic, "PAGE", 5)
    music = songs(12)

    class Stuck(FakeSubsonic):
        def _search(self, asked: dict[str, str]) -> dict[str, object]:
            return super()._search({**asked, "songOffset": "0"})

    async with Stuck(music, GONIC) as fake, asking(fake) as source:
        assert len(await looked(source)) == 12
    assert "getAlbum" in fake.methods()


@pytest.mark.parametrize("flavour", [NAVIDROME, Flavour("bare", "1", ranges=False)], ids=lambda it: it.name)
async def test_a_song_that_breaks_off_is_gone_on_with(flavour: Flavour) -> None:
    """From where it broke off, whether the server sends parts or only the whole."""
    song = FakeSong("s", "Song", data=DATA)
    async with FakeSubsonic([song], flavour) as fake, asking(fake) as source, source.open("s") as sound:
        fake.fail("stream", 2, after=100_000)
        assert b"".join([chunk async for chunk in sound.read(10)]) == DATA[10:]


async def test_a_song_that_is_read_by_many_tasks() -> None:
    """As a decoder's thread asks for it: each piece in a task of its own, even where it breaks off."""
    song = FakeSong("s", "Song", data=DATA)
    async with FakeSubsonic([song]) as fake, asking(fake) as source, source.open("s") as sound:
        fake.fail("stream", 2, after=100_000)
        reading, got = sound.read(), bytearray()
        with suppress(StopAsyncIteration):
            while True:
                got += await asyncio.create_task(anext(reading))
        assert bytes(got) == DATA


async def test_a_song_that_cannot_be_gone_on_with() -> None:
    """What came, came; then one sentence, and no more than a few tries."""
    song = FakeSong("s", "Song", data=DATA)
    async with FakeSubsonic([song]) as fake, asking(fake) as source, source.open("s") as sound:
        fake.fail("stream", after=100_000)
        fake.fail("stream", 50, broken=True)
        got = bytearray()
        with pytest.raises(SourceAway):
            await all_of(sound.read(), got)
        assert bytes(got) == DATA[: len(got)]
        assert len(got) >= 100_000
        assert fake.methods().count("stream") <= 10  # aiohttp tries a connection that was kept twice


async def test_a_password_that_changes_in_the_middle_of_a_song(caplog: pytest.LogCaptureFixture) -> None:
    """The song ends with one sentence, the log says what to do, and with the password back all goes on."""
    song = FakeSong("s", "Song", data=DATA)
    async with FakeSubsonic([song]) as fake, asking(fake) as source:
        await looked(source)
        async with source.open("s") as sound:
            fake.fail("stream", after=50_000)
            reading = sound.read()
            assert await anext(reading)
            before, fake.password = fake.password, "another"
            with pytest.raises(SourceAway):
                await all_of(reading)
        with pytest.raises(SourceAway):
            await whole(source, "s")
        (line,) = caplog.messages
        assert "does not accept SUBSONIC_USER or SUBSONIC_PASSWORD" in line
        fake.password = before
        assert await whole(source, "s") == DATA


async def test_a_song_that_goes_while_it_is_heard() -> None:
    """The server takes it out: it is gone, which is no fault of the server's."""
    song = FakeSong("s", "Song", data=DATA)
    async with FakeSubsonic([song]) as fake, asking(fake) as source, source.open("s") as sound:
        del fake.songs["s"]
        with pytest.raises(SongGone):
            await all_of(sound.read())


@pytest.mark.parametrize(
    "sent",
    [
        {"body": b'{"subsonic-response": {"status": "ok"}}', "kind": "application/json"},
        {"body": b"<html>", "kind": "text/html"},
        {"location": "http://music.example/song.mp3"},
        {"code": 0, "message": "open /music/a.mp3: no such file or directory"},
    ],
    ids=str,
)
async def test_something_else_than_a_song(sent: dict[str, object]) -> None:
    """It is not handed on as music, and no other host is asked."""
    async with FakeSubsonic(songs(1)) as fake, asking(fake, breaches=True) as source:
        fake.fail("stream", 0, **sent)
        with pytest.raises(SourceAway):
            await whole(source, "s0")


async def test_a_server_that_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is away after a while: in a look, at the beginning of a song, and in the middle of one."""
    song = FakeSong("s", "Song", data=DATA)
    async with FakeSubsonic([song]) as fake:
        async with asking(fake) as source, source.open("s") as sound:
            monkeypatch.setattr(subsonic_server, "SILENT_FOR_S", 0.05)
        async with asking(fake) as source:
            fake.fail("*", 0, never=True)
            with pytest.raises(SourceAway):
                await looked(source)
            with pytest.raises(SourceAway):
                await whole(source, "s")
        assert sound.size == len(DATA)


async def test_a_song_that_does_not_come_has_the_server_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """`changed` returns before its minute is over, and not for a song alone."""
    monkeypatch.setattr(subsonic, "LOOK_S", PATIENCE_S)
    async with FakeSubsonic(songs(2)) as fake, asking(fake) as source:
        await looked(source)
        waiting = asyncio.create_task(source.changed())
        await asyncio.sleep(0)
        fake.fail("stream", 0, broken=True)
        with pytest.raises(SourceAway):
            await whole(source, "s1")
        await until(lambda: fake.methods()[-1] == "getScanStatus")
        assert not waiting.done()
        fake.fail("*", 0, broken=True)
        with pytest.raises(SourceAway):
            await whole(source, "s1")
        async with asyncio.timeout(PATIENCE_S / 2):
            await waiting


@pytest.mark.parametrize(
    ("head", "told", "kind"),
    [
        (b"OggS" + bytes(22) + b"\x01\x13OpusHead", "application/ogg", "audio/ogg; codecs=opus"),
        (b"OggS" + bytes(22) + b"\x01\x1e\x01vorbis", "audio/ogg", "audio/ogg; codecs=vorbis"),
        (b"fLaC", "application/octet-stream", "audio/flac"),
        (b"ID3\x04", "audio/mpeg", "audio/mpeg"),
    ],
)
async def test_what_a_song_holds_is_told_by_its_beginning(head: bytes, told: str, kind: str) -> None:
    """Rather than by what the server says, and its end is the file's."""
    song = FakeSong("s", "Song", data=head + DATA, kind=told)
    async with FakeSubsonic([song]) as fake, asking(fake) as source, source.open("s") as sound:
        assert (sound.kind, sound.size) == (kind, len(song.data))


class Stubborn(FakeSubsonic):
    """Sends another form whatever it is asked for."""

    def _admit(self, asked: dict[str, str]) -> None:
        super()._admit(asked)
        asked.pop("format", None)


async def test_a_server_that_sends_another_form_than_the_raw_one() -> None:
    """Nobody knows how long it is, and it comes from its beginning each time."""
    song = FakeSong("s", "Song", data=DATA)
    async with Stubborn([song]) as fake, asking(fake) as source:
        async with source.open("s") as sound:
            assert sound.size is None
        assert await whole(source, "s") == DATA[::-1]
        assert await whole(source, "s", 100_000, 100_010) == DATA[::-1][100_000:100_010]


async def test_a_redirect_to_another_port_is_another_server() -> None:
    """Whoever listens there is not shown what signs in; to https on the same host it goes on."""
    async with FakeSubsonic(songs(1)) as elsewhere, FakeSubsonic(songs(1)) as fake, asking(fake) as source:
        fake.fail("*", 0, location=f"{elsewhere.url}/rest/ping.view")
        with pytest.raises(SourceAway):
            await looked(source)
        assert elsewhere.requests == []


async def test_covers_are_pictures_of_a_fair_size() -> None:
    """What is larger than 2 MB, or no picture, is none; and a server that is away has none."""
    music = [
        FakeSong("1", "Large", cover=PNG + bytes(2 << 20)),
        FakeSong("2", "Small", cover=PNG),
    ]
    async with FakeSubsonic(music) as fake, asking(fake) as source:
        assert await source.cover("1") is None
        assert await source.cover("nobody's") is None
        fake.fail("getCoverArt", body=b"<svg onload='x'/>", kind="image/svg+xml")
        assert await source.cover("2") is None
        fake.fail("getCoverArt", 0, broken=True)
        assert await source.cover("2") is None
        fake.mend()
        assert await source.cover("2") == (PNG, "image/png")


async def test_a_server_under_a_path() -> None:
    """As behind a proxy; a slash at the end of its address does not matter."""
    async with FakeSubsonic(songs(1), prefix="/music") as fake:
        source = Subsonic(f"{fake.url}/", fake.user, fake.password)
        assert len(await looked(source)) == 1
        await source.close()
