"""Exports in wrong encodings, cut off, huge, hostile, or no exports: said in a line, nothing half written."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path

import pytest

from model_export.exports import read
from model_export.exports.files import LARGEST
from model_export.exports.found import LeftOut
from model_export.exports.recognising import recognised
from model_export.playlists import DataError
from tests.model_export.exports import forms
from tests.model_export.exports.forms import BOTH, EVERY, PLAYLISTS
from tests.model_export.exports.test_forms import lists_of, read_here, written

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "latin-1")
FOREIGN = [("Für Elise", "Beyoncé"), ("Águas de Março", "Françoise Hardy"), ("Señorita", "Die Ärzte")]
"""What fits into the encodings of Western Europe."""


def renamed(text: str, songs: list[tuple[str, str]]) -> str:
    """An export of other songs."""
    for (title, artist), (new, by) in zip(BOTH, songs, strict=False):
        text = text.replace(f">{title}<", f">{new}<").replace(artist, by).replace(title, new)
    return text


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["road_trip.csv", "list.m3u8", "list.pls", "list.txt", "Library.xml"])
def test_an_encoding_is_recognised(name: str, encoding: str) -> None:
    """With a mark of byte order or without: what the bytes are counts, not what the file says they are."""
    text = renamed(PLAYLISTS[name][0], FOREIGN).removeprefix("\ufeff")
    found = recognised(text.encode(encoding), "list")
    first = found.lists[0].songs[0]
    assert "Für Elise" in (first.title or first.line)
    assert "Beyoncé" in (first.artist or first.line)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_json_in_any_encoding(encoding: str) -> None:
    """Tools on Windows write JSON as they write text."""
    text = renamed(json.dumps(forms.SPOTIFY_PLAYLISTS, ensure_ascii=False), FOREIGN)
    found = recognised(text.encode(encoding), "list")
    assert (found.lists[0].songs[0].title, found.lists[0].songs[0].artist) == FOREIGN[0]


@pytest.mark.parametrize(
    "songs",
    [
        [("花に亡霊", "ヨルシカ"), ("夜に駆ける", "YOASOBI")],
        [("봄날", "방탄소년단"), ("좋은 날", "아이유")],
        [("Группа крови", "Кино"), ("Кукушка", "Полина Гагарина")],
        [("أنت عمري", "أم كلثوم"), ("زهرة المدائن", "فيروز")],
        [("月亮代表我的心", "鄧麗君"), ("海阔天空", "Beyond")],
    ],
)
@pytest.mark.parametrize("name", ["road_trip.csv", "Library.xml", "rekordbox.xml", "list.m3u8", "list.txt"])
def test_other_alphabets(tmp_path: Path, name: str, songs: list[tuple[str, str]]) -> None:
    """Songs in any script are told apart, and keep their letters."""
    lists, _ = read_here(tmp_path, {name: renamed(PLAYLISTS[name][0], songs)})
    assert lists[0][:2] == songs


# --- cut off, broken, empty


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("part", [0.05, 0.3, 0.5, 0.8, 0.97])
def test_a_file_that_is_cut_off_is_no_traceback(name: str, part: float) -> None:
    """What is left of it is read where that can be told, and otherwise it is left out with its reason."""
    data = EVERY[name][0].encode()
    try:
        said = recognised(data[: int(len(data) * part)], "x", alone=False).form
    except LeftOut as reason:
        said = str(reason)
    assert said


@pytest.mark.parametrize("name", ["Playlist1.json", "list.jspf", "Library.xml", "rekordbox.xml", "list.xspf"])
def test_json_and_xml_that_are_cut_off_are_left_out_whole(tmp_path: Path, name: str) -> None:
    """Half a list is not read for the whole of it; where nothing else is there, that is the one line."""
    text = PLAYLISTS[name][0]
    folder = written(tmp_path / "in", {name: text[: len(text) * 2 // 3], "list.m3u8": forms.M3U})
    counts = read([folder], tmp_path / "out", None)
    broken = next(each for each in counts.files if each.file.endswith(name))
    assert "cut off" in str([*broken.left])
    assert (broken.form, broken.lists) == ("", 0)
    assert lists_of(tmp_path / "out") == [BOTH]
    (folder / "list.m3u8").unlink()
    with pytest.raises(DataError, match="cut off"):
        read([folder], tmp_path / "new" / "out", None)
    assert not (tmp_path / "new").exists()


def test_the_last_line_of_listens_may_be_cut_off(tmp_path: Path) -> None:
    """ListenBrainz' lines are complete but for the last one, which is counted."""
    lists, counts = read_here(tmp_path, {"11.jsonl": forms.LISTENBRAINZ + forms.LISTENBRAINZ[:100]})
    assert len(lists) == 2
    assert counts.files[0].left == {"broken lines": 1}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"\0\0\0\n", "empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "no text"),
        (b"%PDF-1.7\n" + b"x" * 100, "no text"),
        (b"<html><body>Not found</body></html>", "choose it for the history"),
        (b"<!DOCTYPE html>\n<html><body>Watched</body></html>", "choose it for the history"),
        (b"<?xml version='1.0'?><opml><body/></opml>", "another kind"),
        (b"<!DOCTYPE plist><plist><dict><key>x</key><integer>no</integer></dict></plist>", "broken"),
        (b"<plist version='1.0'><array/></plist>", "without songs"),
        (b'{"username": "Quuxina", "email": "q@example.org"}', "another kind"),
        (b'[{"platform": "ios", "searchQuery": "abba"}]', "another kind"),
        (b"[[[[[[" * 100_000, "cut off"),
        (b"[" * 10 + b"]" * 10, "another kind"),
        (b'{"playlists": [], "tracks"', "cut off"),
        (b"Dear Sir,\nthis is a letter.\nYours\n", "no list"),
        (b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:9,\nhttp://x/1.ts\n", "no list"),
    ],
)
def test_what_is_no_export_says_so(data: bytes, reason: str) -> None:
    """Each in a few words."""
    with pytest.raises(LeftOut, match=reason):
        recognised(data, "x", alone=False)


ODDITIES = (
    b'"',
    b"{",
    b"]",
    b"<",
    b"&#0;",
    b"null",
    b"-1",
    b"1e999",
    b"NaN",
    b"\0",
    b"\\ud800",
    b"\xff\xfe",
    b"\n",
)


@pytest.mark.parametrize("name", EVERY)
def test_damage_anywhere_is_no_traceback(name: str) -> None:
    """Bytes that are others, missing, twice or odd: it is read, or left out with its reason."""
    draw = random.Random(name)  # noqa: S311 - the same damage each time
    for _ in range(150):
        data = bytearray(EVERY[name][0].encode())
        for _ in range(draw.randint(1, 8)):
            at = draw.randrange(len(data) or 1)
            match draw.randrange(4):
                case 0:
                    data[at : at + 1] = bytes([draw.randrange(256)])
                case 1:
                    del data[at : at + draw.randrange(40)]
                case 2:
                    data[at:at] = data[at : at + draw.randrange(100)]
                case _:
                    data[at:at] = draw.choice(ODDITIES)
        try:
            said = recognised(bytes(data), "x", alone=draw.random() < 0.5).form
        except LeftOut as reason:
            said = str(reason)
        assert said


def test_an_encoding_that_nobody_knows_is_read_as_it_looks() -> None:
    """What an XML file says of itself may be wrong in any way."""
    text = forms.REKORDBOX.replace("UTF-8", "UTF-8-and-a-half")
    assert len(recognised(text.encode(), "x").lists) == 2


# --- hostile


LAUGHS = "".join(f'<!ENTITY l{n} "{"".join([f"&l{n - 1};"] * 10)}">' for n in range(1, 12))
BOMB = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY % l11 SYSTEM "http://127.0.0.1:9/x.dtd"> %l11;]>'


@pytest.mark.parametrize("prolog", [BOMB, OUTSIDE, PARAMETER])
@pytest.mark.parametrize("name", ["Library.xml", "rekordbox.xml", "list.xspf"])
def test_entities_are_refused(name: str, prolog: str) -> None:
    """A kilobyte that stands for gigabytes, and a file of this machine: neither is looked at."""
    _, _, body = PLAYLISTS[name][0].partition("\n")
    body = body[body.index("<plist") :] if "<plist" in body else body
    hostile = prolog + body.replace("Waterloo", "&l11;")
    with pytest.raises(LeftOut, match="entities"):
        recognised(hostile.encode(), "x")


@pytest.mark.parametrize("start", ["<playlist>", "<DJ_PLAYLISTS>", "<plist><dict><key>Tracks</key>"])
def test_xml_without_end_is_refused(start: str) -> None:
    """A million elements in each other end in a line."""
    with pytest.raises(LeftOut):
        recognised((start + "<dict>" * 1_000_000).encode(), "x")


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    """What is larger than any export is left out; the others are read."""
    folder = written(tmp_path / "in", {"list.m3u8": forms.M3U})
    with (folder / "huge.csv").open("wb") as file:
        file.truncate(LARGEST + 1)
    counts = read([folder], tmp_path / "out", None)
    assert [*counts.files[0].left] == [f"larger than {LARGEST >> 20} MB"]
    assert lists_of(tmp_path / "out") == [BOTH]


def test_an_archive_of_nothing_but_zeros_is_not_unpacked(tmp_path: Path) -> None:
    """A member that stands for more than any export is left out, whatever size it says it has."""
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("zeros.json", "w", force_zip64=True) as member:
            for _ in range((LARGEST >> 20) + 1):
                member.write(bytes(1 << 20))
        archive.writestr("list.m3u8", forms.M3U)
        archive.writestr("../../outside.m3u8", forms.M3U)
    counts = read([tmp_path / "bomb.zip"], tmp_path / "out", None)
    assert {reason for each in counts.files for reason in each.left} == {f"larger than {LARGEST >> 20} MB"}
    assert lists_of(tmp_path / "out") == [BOTH]
    assert {each.name for each in tmp_path.iterdir()} == {"bomb.zip", "out"}


def test_a_broken_archive_and_an_office_document_are_no_exports(tmp_path: Path) -> None:
    """Each is a row with its reason."""
    with zipfile.ZipFile(tmp_path / "table.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
    with zipfile.ZipFile(tmp_path / "whole.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("list.m3u8", forms.M3U * 50)
    data = bytearray((tmp_path / "whole.zip").read_bytes())
    data[45:60] = b"\xff" * 15
    (tmp_path / "broken.zip").write_bytes(data)
    (tmp_path / "list.m3u8").write_text(forms.M3U)
    counts = read([tmp_path], tmp_path.with_name("read") / "out", None)
    left = {Path(each.file.split(".zip")[0]).name: [*each.left] for each in counts.files if not each.form}
    assert left == {
        "broken": ["damaged archive"],
        "table.xlsx": ["a document or a damaged archive, no list of songs"],
    }


def test_texts_that_no_table_can_hold_are_cut_or_left_out(tmp_path: Path) -> None:
    """A NUL, half a character, a title of a megabyte, a song of a year: what is written can be trained on."""
    odd: dict[str, object] = {"title": "a\0b\ud800c", "artist": "x" * 1_000_000, "album": "\ud800"}
    tracks = [{"title": "One", "creator": "A", "duration": 10**18}, {**odd, "creator": "B"}]
    tracks += [{"title": 7, "creator": None}, {"title": {"x": 1}}, {"title": "Two", "creator": "B"}]
    lists, _ = read_here(tmp_path, {"list.jspf": json.dumps({"playlist": {"title": "\0", "track": tracks}})})
    assert [title for title, _ in lists[0]] == ["One", "abc", "7", "Two"]


# --- lists of odd lengths


def test_a_list_of_one_song_is_left_out(tmp_path: Path) -> None:
    """It says nothing of what belongs together; the same song three times is one song."""
    again = "ABBA - Waterloo\n" * 3
    lists, counts = read_here(tmp_path, {"one.txt": again, "two.txt": forms.PLAIN})
    assert lists == [BOTH]
    assert counts.files[0].left == {"lists of fewer than two songs": 1}
    with pytest.raises(DataError, match="fewer than two songs"):
        read([tmp_path / "in" / "one.txt"], tmp_path / "out", None)
    assert lists_of(tmp_path / "out") == [BOTH]


@pytest.mark.parametrize("form", ["csv", "txt", "m3u", "xspf"])
def test_a_list_of_eight_thousand_songs(tmp_path: Path, form: str) -> None:
    """It is read whole and in its order."""
    songs = [(f"Song {number} of many", f"Band {number % 700} of ours") for number in range(8_000)]
    text = {
        "csv": "Title,Artist\n" + "".join(f"{title},{artist}\n" for title, artist in songs),
        "txt": "".join(f"{artist} - {title}\n" for title, artist in songs),
        "m3u": "#EXTM3U\n" + "".join(f"#EXTINF:1,{artist} - {title}\nx.mp3\n" for title, artist in songs),
        "xspf": "<playlist><trackList>"
        + "".join(f"<track><title>{t}</title><creator>{a}</creator></track>" for t, a in songs)
        + "</trackList></playlist>",
    }[form]
    lists, counts = read_here(tmp_path, {f"many.{form}": text})
    assert lists == [songs]
    assert counts.songs == 8_000


def test_a_folder_may_hold_other_files(tmp_path: Path) -> None:
    """Pictures, letters, hidden files and what else Spotify sends are rows with a reason, or passed over."""
    others = {
        "README.txt": "Your data\nThis archive has your data.\nSee the web page - it has more.\n",
        "Userdata.json": json.dumps({"username": "Quuxina", "email": "q@example.org"}),
        "Follow.json": json.dumps({"followerCount": 1, "userIsFollowing": ["Quuxina"]}),
        "SearchQueries.json": json.dumps([{"platform": "ios", "searchQuery": "abba"}]),
        "Marquee.json": json.dumps([{"artistName": "ABBA", "segment": "Light listeners"}]),
        ".DS_Store": "x",
        "sub/.hidden/list.m3u8": forms.M3U,
        "sub/Playlist1.json": json.dumps(forms.SPOTIFY_PLAYLISTS),
    }
    lists, counts = read_here(tmp_path, others)
    assert [songs[:2] for songs in lists] == [BOTH]
    assert {each.file for each in counts.files if not each.form} == {
        f"in/{name}"
        for name in ("README.txt", "Userdata.json", "Follow.json", "SearchQueries.json", "Marquee.json")
    }


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    """By itself and with its folder; two folders of one name are two."""
    one = written(tmp_path / "one" / "in", {"list.m3u8": forms.M3U})
    two = written(tmp_path / "two" / "in", {"list.m3u8": forms.M3U.replace("ABBA", "Bjorn")})
    counts = read([one, one / "list.m3u8", two, one / ".." / "in"], tmp_path / "out", None)
    assert [each.file for each in counts.files] == ["in/list.m3u8", "in/list.m3u8"]
    assert counts.lists == 2


@pytest.mark.parametrize(
    "text",
    [
        "Artist;Name;Scrobbles;Rank\nABBA;Waterloo;99;1\nABBA;SOS;98;2\n",
        "Channel Id,Channel Url,Channel Title\nUCx,http://www.youtube.com/channel/UCx,Quuxina\n",
        "Date,Description,Amount\n2024-01-01 10:00,Rent,500\n2024-01-02 10:00,Tea,3\n",
    ],
)
def test_a_table_of_something_else_is_no_list(text: str) -> None:
    """Charts of albums, channels, a bank's statement."""
    with pytest.raises(LeftOut):
        recognised(text.encode(), "x", alone=False)


def test_only_what_was_read_before_is_replaced(tmp_path: Path) -> None:
    """A folder with something else in it stays; a path that is not there is named."""
    out = tmp_path / "out"
    folder = written(tmp_path / "in", {"list.m3u8": forms.M3U})
    read([folder], out, None)
    read([folder], out, None)
    (out / "beach.jpg").write_text("sand")
    with pytest.raises(DataError, match=r"beach\.jpg"):
        read([folder], out, None)
    with pytest.raises(DataError, match="nowhere is not there"):
        read([tmp_path / "nowhere"], tmp_path / "new", None)
    (tmp_path / "bare").mkdir()
    with pytest.raises(DataError, match="no file"):
        read([tmp_path / "bare"], tmp_path / "new", None)
    assert not (tmp_path / "new").exists()
