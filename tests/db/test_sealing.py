"""Links in the database are sealed: with ENCRYPTION_KEYS, or with a key that no copy has."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.party.errors import StartError
from bot.party.words import NightRecord, Room, Way
from db.keeping.backup import backup
from db.looking import host_secret
from db.sealing import key_file, seal_for
from db.store import open_store
from tests.conftest import ON_BOTH, ROOM
from tests.db.raw import run_sql

LOBBY = Room("web", "", "lobby")
SECRET, NIGHT = "GxklnQ4ZDHzABSfr037U1hkboKrGWl0_", "NIGHTnQ4ZDHzABSfr037U1hkboKrGWl0"
OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


async def keep(database_url: str, *keys: str) -> None:
    """A host's link and a night."""
    async with open_store(database_url, keys) as store, store.writing() as tx:
        party = await tx.parties.open(LOBBY, 0)
        await tx.passes.keep("digest", party.id, Way.HOST, 1, secret=SECRET)
        await tx.nights.keep(NightRecord(party.id, LOBBY, NIGHT, "", 1, 2, 3), "digest")


async def shown(database_url: str, *keys: str) -> tuple[str | None, str]:
    """The links as they would be shown."""
    async with open_store(database_url, keys) as store:
        await store.seal_links()
        async with store.writing() as tx:
            party = await tx.parties.open(LOBBY, 0)
            return await tx.passes.secret(party.id, Way.HOST), await tx.nights.of(party.id, 1)


async def kept(database_url: str) -> list[str]:
    """What stands in the tables."""
    async with open_store(database_url, [OLD]) as store:
        passes, nights = (
            await run_sql(store, "SELECT secret FROM passes"),
            await run_sql(store, "SELECT secret FROM nights"),
        )
    return [str(secret) for (secret,) in (*passes, *nights)]


def in_files(folder: Path) -> bytes:
    """All that is in a folder's files."""
    return b"".join(path.read_bytes() for path in folder.iterdir())


@ON_BOTH
async def test_nobody_gets_in_by_what_is_kept(database_url: str) -> None:
    """It is sealed, shown with the key, and not without; a link that is found by its digest works on."""
    await keep(database_url, OLD)
    assert all(each.startswith("gAAAA") for each in await kept(database_url))
    assert await shown(database_url, OLD) == (SECRET, NIGHT)
    assert await host_secret(database_url, [OLD]) == SECRET
    assert await shown(database_url, NEW) == (None, "")
    assert await host_secret(database_url, [NEW]) == ""
    async with open_store(database_url, [NEW]) as store, store.reading() as tx:
        assert await tx.passes.find("digest", 0) is not None


@ON_BOTH
async def test_what_the_newest_key_has_sealed_is_left_alone(database_url: str) -> None:
    """However often the bot is started: with a key beside the file there is always more than one."""
    await keep(database_url, OLD)
    assert await shown(database_url, NEW, OLD) == (SECRET, NIGHT)
    before = await kept(database_url)
    assert await shown(database_url, NEW, OLD) == (SECRET, NIGHT)
    assert await kept(database_url) == before


@ON_BOTH
async def test_the_link_that_is_printed_is_the_one_that_the_bot_shows(database_url: str) -> None:
    """The newest that the keys open: of a link that was made with others nobody knows the secret."""
    await keep(database_url, OLD)
    async with open_store(database_url, [NEW]) as store, store.writing() as tx:
        party = await tx.parties.open(LOBBY, 0)
        await tx.passes.keep("newer", party.id, Way.HOST, 2, secret=NIGHT)
    for key, secret in ((OLD, SECRET), (NEW, NIGHT)):
        assert (await shown(database_url, key))[0] == secret
        assert await host_secret(database_url, [key]) == secret


@ON_BOTH
async def test_a_new_key_takes_over_at_a_start(database_url: str) -> None:
    """With both in the setting all is sealed anew; then the old one may go."""
    await keep(database_url, OLD)
    assert await shown(database_url, NEW, OLD) == (SECRET, NIGHT)
    assert await shown(database_url, NEW) == (SECRET, NIGHT)


@ON_BOTH
async def test_what_an_older_encore_kept_is_sealed_at_a_start(database_url: str) -> None:
    """It is shown as before."""
    await keep(database_url, OLD)
    async with open_store(database_url, [OLD]) as store:
        await run_sql(store, f"UPDATE passes SET secret = '{SECRET}'")  # noqa: S608 - ours
        await run_sql(store, f"UPDATE nights SET secret = '{NIGHT}'")  # noqa: S608 - ours
    assert await shown(database_url, OLD) == (SECRET, NIGHT)
    assert all(each.startswith("gAAAA") for each in await kept(database_url))


async def test_nothing_is_left_of_what_was_not_sealed(database_url: str, tmp_path: Path) -> None:
    """Neither in the file, nor in what SQLite keeps beside it."""
    await keep(database_url, OLD)
    async with open_store(database_url, [OLD]) as store:
        await run_sql(store, f"UPDATE passes SET secret = '{SECRET}'")  # noqa: S608 - ours
        await run_sql(store, f"UPDATE nights SET secret = '{NIGHT}'")  # noqa: S608 - ours
    assert SECRET.encode() in in_files(tmp_path)
    await shown(database_url, OLD)
    assert SECRET.encode() not in in_files(tmp_path)
    assert NIGHT.encode() not in in_files(tmp_path)


async def test_without_keys_a_file_has_one_beside_it(database_url: str, tmp_path: Path) -> None:
    """For its owner alone, and no copy has it; setting keys later loses nothing."""
    await keep(database_url)
    file = key_file(tmp_path / "party.db")
    assert file.stat().st_mode & 0o777 == 0o600
    assert await shown(database_url) == (SECRET, NIGHT)
    assert await host_secret(database_url) == SECRET
    await backup(database_url, tmp_path / "copies.db")
    assert SECRET.encode() not in in_files(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "link.db").symlink_to(tmp_path / "party.db")
    assert key_file(tmp_path / "elsewhere" / "link.db") == file
    assert await shown(database_url, NEW) == (SECRET, NIGHT)
    file.unlink()
    assert await shown(database_url, NEW) == (SECRET, NIGHT)


async def test_a_lost_key_costs_no_link(database_url: str, tmp_path: Path) -> None:
    """Where the file is gone, or is none, a new key seals what comes."""
    await keep(database_url)
    for rest in (None, "", "half a k"):
        file = key_file(tmp_path / "party.db")
        file.unlink()
        if rest is not None:
            file.write_text(rest)
        async with open_store(database_url) as store, store.writing() as tx:
            party = await tx.parties.open(ROOM, 0)
            assert await tx.passes.secret(party.id, Way.GUEST) is None
            await tx.passes.keep(f"digest {rest}", party.id, Way.GUEST, 1, secret=SECRET)
            assert await tx.passes.secret(party.id, Way.GUEST) == SECRET
            await tx.passes.drop_all(party.id, [Way.GUEST])


async def test_a_key_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    """A folder in its place, say, or a file of another user."""
    database_url = f"sqlite+aiosqlite:///{tmp_path / 'party.db'}"
    await keep(database_url)
    file = key_file(tmp_path / "party.db")
    file.unlink()
    file.mkdir()
    with pytest.raises(StartError, match=r"^DATABASE_URL: the key .* cannot be read \(.*\); make it a file"):
        await shown(database_url)


def test_postgresqls_password_makes_a_key() -> None:
    """The same for all processes, another for another password, and none without one."""
    first, again, other, none = (
        seal_for(f"postgresql+asyncpg://encore{password}@host/party") for password in (":a", ":a", ":b", "")
    )
    assert again.open(first.close(SECRET)) == SECRET
    assert other.open(first.close(SECRET)) == ""
    assert none.close(SECRET) == SECRET


def test_a_key_that_is_none_ends_the_start() -> None:
    """In a line, without showing it."""
    with pytest.raises(StartError, match="ENCRYPTION_KEYS") as refused:
        seal_for("sqlite+aiosqlite:///party.db", ["not-a-key"])
    assert "not-a-key" not in str(refused.value)


def test_a_folder_that_takes_no_key_is_named(tmp_path: Path) -> None:
    """It would have to be there for links to be sealed."""
    with pytest.raises(StartError, match="cannot be written"):
        seal_for(f"sqlite+aiosqlite:///{tmp_path}/nowhere/party.db").close(SECRET)
