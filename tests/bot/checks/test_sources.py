"""One's own music: folders that can be read, and a server that lets us in."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from bot.checks import sources
from bot.checks.result import Standing
from bot.checks.together import at_start, check
from bot.party.errors import CANNOT_START, NotReached, StartError
from bot.playback.sources import subsonic_server
from bot.settings import Settings
from tests.bot.checks.conftest import Make
from tests.fakes.subsonic import FakeSubsonic
from tests.fakes.subsonic_music import EVERY, NAVIDROME, NEXTCLOUD, FakeSong, Flavour

SONGS = [FakeSong(str(each), f"Song {each}") for each in range(1_234)]


def asked(make: Make, fake: FakeSubsonic, **others: str) -> Settings:
    """Settings that name the fake server."""
    given = {"subsonic_url": fake.url, "subsonic_user": fake.user, "subsonic_password": fake.password}
    return make(**given | others)


@pytest.mark.parametrize("flavour", EVERY, ids=lambda it: f"{it.name} {it.version}")
async def test_a_server_that_lets_us_in(make: Make, flavour: Flavour) -> None:
    """Which it is and how many songs it has, where it says so; this machine needs no https."""
    async with FakeSubsonic(SONGS, flavour) as fake:
        found = await sources.server(asked(make, fake))
    assert (found.standing, found.missing) == (Standing.WORKS, "")
    named = f"{flavour.name or 'Subsonic'} {flavour.version or '1.16.1'} lets encore in"
    assert found.told == named + (", 1,234 songs" if flavour.scans != "none" else "")
    assert fake.breaches == []


async def test_a_server_that_is_busy(make: Make) -> None:
    """It goes through its files, so it may have more songs soon."""
    async with FakeSubsonic(SONGS) as fake:
        fake.scanning = True
        found = await sources.server(asked(make, fake))
    assert found.told.endswith("1,234 songs, it is going through its files")


@pytest.mark.parametrize("flavour", [NAVIDROME, NEXTCLOUD], ids=lambda it: it.name)
@pytest.mark.parametrize("wrong", ["subsonic_user", "subsonic_password"])
async def test_a_server_that_does_not_let_us_in(make: Make, flavour: Flavour, wrong: str) -> None:
    """Both settings are named, and neither value is shown."""
    async with FakeSubsonic(SONGS, flavour) as fake:
        with pytest.raises(StartError, match="SUBSONIC_USER or SUBSONIC_PASSWORD; ") as refused:
            await sources.server(asked(make, fake, **{wrong: "something-else"}))
    assert not isinstance(refused.value, NotReached)
    assert "something-else" not in str(refused.value)
    assert fake.password not in str(refused.value)


async def test_a_password_that_is_not_sent(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that wants it over plain http is not given it, and the mend is said."""
    monkeypatch.setattr(subsonic_server, "is_near", lambda host: False)
    async with FakeSubsonic(SONGS, NEXTCLOUD) as fake:
        with pytest.raises(StartError, match="https"):
            await sources.server(asked(make, fake))


async def test_http_to_elsewhere_is_warned_of(
    make: Make, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A token can be used by whoever hears it."""
    monkeypatch.setattr(subsonic_server, "is_near", lambda host: False)
    async with FakeSubsonic(SONGS) as fake:
        found = await sources.server(asked(make, fake))
        await at_start(asked(make, fake))
    assert found.standing is Standing.WORKS
    assert "can sign in" in found.missing
    assert "https" in found.mend
    assert "Music server: who listens on the way" in caplog.text


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"body": b"<html>Welcome!</html>"}, "not as a Subsonic server does"),
        ({"body": b"", "status": 503}, "HTTP 503"),
        ({"body": b"no", "status": 404}, "does not have ping"),
        ({"location": "https://music.example/rest"}, "redirects to https://music.example,"),
        ({"code": 20}, "newer client"),
    ],
    ids=str,
)
async def test_something_else_at_the_address(make: Make, fault: dict[str, object], said: str) -> None:
    """It is only warned of: the party goes on without."""
    async with FakeSubsonic(SONGS) as fake:
        fake.fail("*", 0, **fault)
        with pytest.raises(NotReached, match=said) as told:
            await sources.server(asked(make, fake))
    assert "; " in str(told.value)


async def test_a_server_that_is_away(make: Make, caplog: pytest.LogCaptureFixture) -> None:
    """A start warns and goes on, and a check passes, as they do without Spotify."""
    async with FakeSubsonic(SONGS) as fake:
        settings = asked(make, fake)
    await at_start(settings)
    assert "SUBSONIC_URL: the server cannot be reached" in caplog.text
    assert await check(settings) == 0


async def test_folders_with_songs(make: Make, tmp_path: Path) -> None:
    """Files that may be songs are counted, whatever their names."""
    here, there = tmp_path / "here", tmp_path / "there"
    (here / "deep" / "deeper").mkdir(parents=True)
    there.mkdir()
    latin = there / os.fsdecode(b"\xe9.ogg")
    for name in ("a.mp3", "deep/B.FLAC", "deep/deeper/c.opus", "deep/cover.jpg", "deep/mp3", latin):
        (here / name).touch()
    found = await sources.folders(make(music_dir=f"{here}{os.pathsep}{there}"))
    assert (found.standing, found.told) == (Standing.WORKS, f"{here}, {there}: 4 songs")


async def test_a_glance_is_short(make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A large folder is not counted to its end."""
    monkeypatch.setattr(sources, "GLANCE_S", -1.0)
    (tmp_path / "a.mp3").touch()
    found = await sources.folders(make(music_dir=str(tmp_path)))
    assert found.told == f"{tmp_path}: at least 1 song"


async def test_a_folder_that_is_not_there(
    make: Make, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Its disk may not be mounted yet: the party begins without it."""
    settings = make(music_dir=str(tmp_path / "none"))
    with pytest.raises(NotReached, match="is not there; correct the path, or mount its disk"):
        await sources.folders(settings)
    await at_start(settings)
    assert "is not there" in caplog.text


async def test_a_disk_that_does_not_answer(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A network drive whose server is away (ESTALE, ENOTCONN, EIO): the party begins without it, too."""

    def scandir(path: Path) -> None:
        raise OSError(errno.ESTALE, os.strerror(errno.ESTALE), str(path))

    monkeypatch.setattr("bot.checks.sources.os.scandir", scandir)
    await at_start(make(music_dir=str(tmp_path)))
    assert "does not answer" in caplog.text


async def test_what_is_no_folder_ends_a_start(make: Make, tmp_path: Path) -> None:
    """That is a mistake in the setting."""
    (tmp_path / "a.mp3").touch()
    settings = make(music_dir=str(tmp_path / "a.mp3"))
    with pytest.raises(StartError, match=r"MUSIC_DIR: .* cannot be read") as told:
        await at_start(settings)
    assert told.value.code == CANNOT_START


async def test_neither_is_set_up(make: Make) -> None:
    """Which is no fault."""
    found = [await sources.folders(make()), await sources.server(make())]
    assert [each.standing for each in found] == [Standing.NOT_SET] * 2
