"""Lists of songs that come as files, with `/import` or in a message."""

from __future__ import annotations

import io
import zipfile

import pytest

from bot.doors.commands import ADD_FROM_MESSAGE
from bot.party.errors import EmptyList, FileLost, ListTooLarge, NoSongInMessage, NotAList
from bot.party.limits import LARGEST_LIST_BYTES
from bot.service import PartyService
from cogs import files
from tests.cogs.stage import private, public, read, room
from tests.cogs.test_questions import asked, labels
from tests.fakes.discord_files import FakeFile, Fault
from tests.fakes.discord_model import FakeMessage, Reply
from tests.fakes.discord_server import FakeDiscord

SONGS = {"Mr. Brightside": "The Killers", "Take on Me": "a-ha", "Wonderwall": "Oasis"}
CSV = "Title,Artist\n" + "".join(f"{title},{artist}\n" for title, artist in SONGS.items())


def sheet(name: str = "songs.csv", text: str = CSV) -> FakeFile:
    """A list of songs as a spreadsheet saves it."""
    return FakeFile(name, text.encode())


def archive() -> bytes:
    """A zip file."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("songs.csv", CSV)
    return packed.getvalue()


def downloads(fake: FakeDiscord) -> list[str]:
    """The names of the files that were asked for."""
    return [it.path.rpartition("/")[2] for it in fake.requests if "attachments/" in it.path]


async def titles(fake: FakeDiscord, party: PartyService) -> list[str]:
    """What plays, then what waits."""
    now = await party.insight.now(room(fake))
    return [entry.track.title for entry in ((now.playing,) if now.playing else ()) + now.queue]


async def bring(fake: FakeDiscord, file: FakeFile) -> Reply:
    """Anna imports a file."""
    return await fake.slash(fake.member("Anna"), "import", file=file)


async def test_a_file_is_imported_and_undone_at_once(fake: FakeDiscord, party: PartyService) -> None:
    """All see how many songs were found and added; one undo takes out what waits."""
    await fake.slash(fake.member("Ben"), "add", song="hallelujah")
    reply = await bring(fake, sheet())
    assert read(public(reply).text) == "Found 3 of 3 songs. Added 3."
    assert await titles(fake, party) == ["Hallelujah", *SONGS]
    assert downloads(fake) == ["songs.csv"]
    undone = await fake.slash(fake.member("Anna"), "undo")
    assert read(public(undone).text) == "Removed the 3 imported songs that were still waiting."
    assert await titles(fake, party) == ["Hallelujah"]


async def test_a_long_list_is_undone_at_once(fake: FakeDiscord, party: PartyService) -> None:
    """However many transactions it took, one undo takes all of it back."""
    anna = fake.member("Anna")
    await fake.slash(anna, "add", song="hallelujah")
    lines = "".join(f"Zq{number}xv - Wv{number}kj\n" for number in range(60))
    told = read(public(await bring(fake, sheet("long.txt", lines))).text)
    assert told.startswith("Found 0 of 60 songs. Added 60.")
    assert len(await titles(fake, party)) == 61
    await fake.slash(anna, "undo")
    assert await titles(fake, party) == ["Hallelujah"]


async def test_a_list_is_pasted_in_place_of_a_link(fake: FakeDiscord, party: PartyService) -> None:
    """Several lines are no link."""
    told = public(await fake.slash(fake.member("Anna"), "import", link="take on me\nwonderwall")).text
    assert read(told) == "Found 2 of 2 songs. Added 2."
    assert await titles(fake, party) == ["Take on Me", "Wonderwall"]


async def test_no_song_is_offered_in_place_of_a_link(fake: FakeDiscord) -> None:
    """What is asked for there is a whole list."""
    (link, file) = fake.commands["import"]["options"]
    assert not link.get("autocomplete")
    assert (file["type"], file.get("required", False)) == (11, False)


async def test_an_import_of_nothing_opens_the_form(fake: FakeDiscord) -> None:
    """Without a link and without a file there is a box to paste into, which says how much it takes."""
    reply = await fake.slash(fake.member("Anna"), "import")
    assert reply.modal is not None
    assert "500" in reply.modal.text


async def test_an_unsure_line_of_a_file_is_asked_about(fake: FakeDiscord) -> None:
    """Below what was added, for the asker alone."""
    message = asked(await bring(fake, sheet(text=f"{CSV}brigtside the kilers,\n")))
    assert read(message.text).startswith("Found 3 of 4 songs. Added 3.")
    assert labels(message)[0] == "Mr. Brightside – The Killers"


async def test_a_file_that_is_too_large_is_not_even_read(fake: FakeDiscord, party: PartyService) -> None:
    """Discord tells its size beforehand."""
    large = FakeFile("songs.csv", CSV.encode() + b"x,y\n" * (2 * LARGEST_LIST_BYTES // 4))
    assert private(await bring(fake, large)) == str(ListTooLarge(1))
    assert downloads(fake) == []
    assert await titles(fake, party) == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (archive(), NotAList()),
        (b"", EmptyList()),
        (b"\x89PNG\r\n\x1a\n\0\0", NotAList()),
        (b" \n", EmptyList()),
    ],
)
async def test_what_is_no_list_is_told_in_private(
    fake: FakeDiscord, party: PartyService, data: bytes, error: Exception
) -> None:
    """A zip file that is called a CSV, an empty file, a picture."""
    assert private(await bring(fake, FakeFile("songs.csv", data))) == str(error)
    assert await titles(fake, party) == []


@pytest.mark.parametrize("fault", ["gone", "forbidden", "unavailable", "cut", "silent"])
async def test_a_file_that_cannot_be_downloaded_is_told_in_private(
    fake: FakeDiscord,
    party: PartyService,
    fault: Fault,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever becomes of the download, it is one sentence and no fault of ours."""
    monkeypatch.setattr(files, "READ_WITHIN_S", 0.5)
    file = FakeFile("songs.csv", CSV.encode(), fault)
    assert private(await bring(fake, file)) == str(FileLost())
    message = fake.says(fake.member("Ben"), "", files=[file])
    assert private(await fake.use_on(fake.member("Anna"), ADD_FROM_MESSAGE, message)) == str(FileLost())
    assert await titles(fake, party) == []
    assert [it for it in caplog.records if it.exc_info or it.levelname == "ERROR"] == []


async def add_from(fake: FakeDiscord, text: str, *those: FakeFile) -> Reply:
    """Anna adds what a message of Ben's brings."""
    message: FakeMessage = fake.says(fake.member("Ben"), text, files=those)
    return await fake.use_on(fake.member("Anna"), ADD_FROM_MESSAGE, message)


async def test_a_list_in_a_message_is_added(fake: FakeDiscord, party: PartyService) -> None:
    """It counts before what the message says; what is no list beside it does not matter."""
    picture = FakeFile("cover.png", b"\x89PNG\r\n\x1a\n")
    reply = await add_from(fake, "here is my list!", picture, sheet("Meine Lieder (alt).CSV"))
    assert read(public(reply).text) == "Found 3 of 3 songs. Added 3."
    assert await titles(fake, party) == [*SONGS]
    assert downloads(fake) == ["Meine_Lieder_alt.CSV"]


async def test_several_lists_in_a_message_are_one(fake: FakeDiscord) -> None:
    """The first five that are not too large."""
    large = FakeFile("large.txt", b"x" * (LARGEST_LIST_BYTES + 1))
    those = [sheet(f"{number}.txt", f"Zq{number}xv - Wv{number}kj\n") for number in range(6)]
    told = read(public(await add_from(fake, "", large, *those)).text)
    assert told.startswith("Found 0 of 5 songs. Added 5.")
    assert sorted(downloads(fake)) == [f"{number}.txt" for number in range(5)]


async def test_a_message_with_another_file_is_read_as_ever(fake: FakeDiscord, party: PartyService) -> None:
    """Its text names the song, or there is none."""
    picture = FakeFile("cover.png", b"\x89PNG\r\n\x1a\n")
    public(await add_from(fake, "take on me", picture))
    assert await titles(fake, party) == ["Take on Me"]
    assert private(await add_from(fake, "", picture)) == str(NoSongInMessage())
    assert downloads(fake) == []


async def test_a_message_with_nothing_but_a_huge_list_says_so(fake: FakeDiscord) -> None:
    """Its size is what is wrong with it."""
    large = FakeFile("large.txt", b"x" * (LARGEST_LIST_BYTES + 1))
    assert private(await add_from(fake, "", large)) == str(ListTooLarge(1))
    assert downloads(fake) == []


async def test_play_with_a_song_adds_it_and_without_one_resumes(
    fake: FakeDiscord, party: PartyService
) -> None:
    """Its answer is that of `/add`, quiet rooms included, and songs are offered as one types."""
    anna = fake.member("Anna")
    offered = await fake.autocomplete(anna, "play", song="mr brights")
    assert offered == await fake.autocomplete(anna, "add", song="mr brights")
    reply = await fake.slash(anna, "play", song=str(offered[0][1]))
    assert read(public(reply).text) == "Now playing: Mr. Brightside – The Killers"
    await fake.slash(anna, "pause")
    assert (await party.insight.now(room(fake))).paused
    assert "playing again" in read(public(await fake.slash(anna, "play")).text)
    assert not (await party.insight.now(room(fake))).paused
