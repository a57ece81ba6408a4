"""A party as a file: every text comes back from every form, and none breaks one."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.party.words import Entry, Member, State, Track
from bot.takeaway import files
from bot.takeaway.files import Form, exported, filename

NS = {"x": "http://xspf.org/ns/0/"}
ANY_TEXT = st.text(st.characters(), max_size=60)
"""Every text that Python can hold, halves of surrogate pairs among them."""
UTF8_TEXT = st.text(max_size=60)

ANNA = Member("discord", "11", "Anna")
SONG = Entry(
    1,
    Track("Dancing Queen", "ABBA", "t1", "Arrival", 1976, 230_400, "003vvx7Niy0yvhvHt4a68B"),
    State.PLAYED,
    ANNA,
    added_ms=1_800_000_000_000,
    started_ms=1_800_000_060_999,
    votes={"11": 1, "12": 1, "13": -1},
)
LINK = "https://open.spotify.com/track/003vvx7Niy0yvhvHt4a68B"
BARE = Entry(2, Track("Tune", ""), State.SUGGESTED, None, added_ms=0)


def named(title: str, artist: str = "ABBA", adder: str = "Anna") -> Entry:
    """A song of this name."""
    return Entry(3, Track(title, artist, album=title), State.QUEUED, Member("web", "1", adder), added_ms=0)


def rows(data: bytes) -> list[dict[str, str]]:
    """What a spreadsheet reads of a CSV."""
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def tracks(data: bytes) -> list[dict[str, str]]:
    """What a parser reads of an XSPF."""
    root = ElementTree.fromstring(data)  # noqa: S314 - our own file
    found = root.findall("./x:trackList/x:track", NS)
    return [{each.tag.partition("}")[2]: each.text or "" for each in track} for track in found]


# --- what each form says


def test_a_csv_has_a_row_for_each_song() -> None:
    """Names, album, year, whole seconds, who added it, where it stands, its votes and when it began."""
    data = exported([SONG, BARE], Form.CSV, "Friday")
    assert data.startswith(b'\xef\xbb\xbf"title"')
    full, bare = (list(row.values()) for row in rows(data))
    began = "2027-01-15T08:01:00Z"
    assert full == [
        "Dancing Queen",
        "ABBA",
        "Arrival",
        "1976",
        "230",
        "Anna",
        "played",
        "2",
        "1",
        began,
        LINK,
    ]
    assert bare == ["Tune", "", "", "", "", "", "suggested", "0", "0", "", ""]


def test_an_m3u_names_each_song_and_the_file_it_would_be() -> None:
    """The length in seconds, -1 when nobody knows it, and a path beside the list."""
    assert exported([SONG, BARE], Form.M3U, "Friday").decode() == (
        "#EXTM3U\n#PLAYLIST:Friday\n"
        "#EXTINF:230,ABBA - Dancing Queen\nABBA - Dancing Queen.mp3\n"
        "#EXTINF:-1,Tune\nTune.mp3\n"
    )


def test_an_xspf_has_the_elements_of_version_1() -> None:
    """Milliseconds, the artist as creator, who added it as a note, and nothing said of what is unknown."""
    data = exported([SONG, BARE], Form.XSPF, "Friday")
    root = ElementTree.fromstring(data)  # noqa: S314 - our own file
    assert data.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    assert (root.tag, root.attrib) == (f"{{{NS['x']}}}playlist", {"version": "1"})
    assert root.findtext("x:title", None, NS) == "Friday"
    assert tracks(data) == [
        {
            "identifier": LINK,
            "title": "Dancing Queen",
            "creator": "ABBA",
            "album": "Arrival",
            "duration": "230400",
            "annotation": "added by Anna",
        },
        {"title": "Tune"},
    ]


def test_a_jspf_says_what_the_xspf_says() -> None:
    """The same properties under `track`, and lengths are numbers."""
    data = exported([SONG, BARE], Form.JSPF, "Friday")
    playlist = json.loads(data)["playlist"]
    assert playlist["title"] == "Friday"
    assert playlist["track"][0]["duration"] == 230_400
    assert playlist["track"][0].pop("identifier") == [LINK]
    texts = [{name: str(value) for name, value in each.items()} for each in playlist["track"]]
    xspf = tracks(exported([SONG, BARE], Form.XSPF, "Friday"))
    assert texts == [{name: value for name, value in each.items() if name != "identifier"} for each in xspf]


@pytest.mark.parametrize("form", Form)
def test_an_empty_party_is_a_file_too(form: Form) -> None:
    """No songs is a list of none, in every form."""
    text = exported([], form, "Friday").decode("utf-8-sig")
    if form is Form.CSV:
        assert next(csv.reader([text])) == list(files.COLUMNS)
    elif form is Form.M3U:
        assert text.splitlines() == ["#EXTM3U", "#PLAYLIST:Friday"]
    elif form is Form.XSPF:
        assert tracks(text.encode()) == []
    else:
        assert json.loads(text) == {"playlist": {"title": "Friday", "track": []}}


# --- any text


def undone(text: str) -> str:
    """A cell without the apostrophes that keep it from being a formula."""
    return re.sub("^'|(?<=[,;\t\r\n])'", "", text)


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@example('=HYPERLINK("http://a")', 'x",=1+1', "a;=1+1")
@example("\r\n=1", "\x00", "\ud800")
def test_a_csv_gives_every_text_back(title: str, artist: str, adder: str) -> None:
    """Whatever the song is called, it is one row of ten cells, and the song after it is whole."""
    data = exported([named(title, artist, adder), SONG], Form.CSV, title)
    first, second = rows(data)
    sent = [each.encode(errors="replace").decode() for each in (title, artist, adder)]
    assert [undone(first[name]) for name in ("title", "artist", "added_by")] == [undone(e) for e in sent]
    assert second["title"] == "Dancing Queen"
    assert list(first) == list(files.COLUMNS)


@given(st.lists(st.sampled_from(["=", "+", "-", "@", "＝", "\t", "\r", "\n", ";", ",", '"', "'", " ", "a"])))
@example(list('a",=1'))
@example(list("a;=1"))
def test_no_cell_is_a_formula_for_any_spreadsheet(parts: Sequence[str]) -> None:
    """Wherever a comma, a semicolon, a tab or a new line may begin a cell, no formula's sign does."""
    title = rows(exported([named("".join(parts))], Form.CSV, ""))[0]["title"]
    for cell in re.split("[,;\t\r\n]", title):
        assert not cell.strip('" ').startswith(("=", "+", "-", "@", "＝"))
    assert not title.startswith(("\t", "\r", "\n"))


@given(ANY_TEXT, ANY_TEXT)
@example("a\nhttp://evil/x.mp3", "#EXTINF:1,b")
@example("a\u2028#EXTVLCOPT:x\x85b\x0cc", "../..\\c:")
@example("..", "")
@example("#", "")
def test_an_m3u_keeps_two_lines_a_song(title: str, artist: str) -> None:
    """A title makes no line of its own, whatever a reader takes for a line's end."""
    text = exported([named(title, artist), SONG], Form.M3U, title).decode()
    head, name, info, path, *rest = text.splitlines()
    assert (head, rest) == ("#EXTM3U", ["#EXTINF:230,ABBA - Dancing Queen", "ABBA - Dancing Queen.mp3"])
    assert name.startswith("#PLAYLIST:")
    assert info.startswith("#EXTINF:-1,")
    assert re.fullmatch(r'[^#. /\\:<>"|?*][^/\\:<>"|?*]*\.mp3', path)
    assert len(path.encode()) < 255


@given(UTF8_TEXT.map(lambda text: " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", " ", text).split())))
def test_an_m3u_gives_every_line_back(title: str) -> None:
    """A text on one line without control characters is in the list as it was."""
    lines = exported([named(title, "ABBA")], Form.M3U, title).decode().splitlines()
    assert lines[1:3] == [f"#PLAYLIST:{title}", f"#EXTINF:-1,{' '.join(f'ABBA - {title}'.split())}"]


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@example("</title><x>&amp;]]>", "\ufffe\uffff\x00\x0b\ud800", "a\r\nb\rc")
def test_an_xspf_gives_every_text_back(title: str, artist: str, adder: str) -> None:
    """But for what XML cannot write, and a carriage return is read as a new line."""

    def read(text: str) -> str:
        kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", text)
        return kept.replace("\r\n", "\n").replace("\r", "\n")

    first, second = tracks(exported([named(title, artist, adder), SONG], Form.XSPF, title))
    found = [first.get("title", ""), first.get("creator", ""), first.get("annotation", "added by ")]
    assert found == [read(title), read(artist), f"added by {read(adder)}"]
    assert second["title"] == "Dancing Queen"


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@example('"}]}', "\\", "\ud800")
def test_a_jspf_gives_every_text_back(title: str, artist: str, adder: str) -> None:
    """But for halves of surrogate pairs."""
    sent = [each.encode(errors="replace").decode() for each in (title, artist, adder)]
    playlist = json.loads(exported([named(title, artist, adder), SONG], Form.JSPF, title))["playlist"]
    first, second = playlist["track"]
    found = [first.get("title", ""), first.get("creator", ""), first.get("annotation", "added by ")]
    assert found == [sent[0], sent[1], f"added by {sent[2]}"]
    assert playlist["title"] == sent[0]
    assert second["title"] == "Dancing Queen"


# --- the file's name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Friday night", "Friday night.csv"),
        ("夏祭り", "夏祭り.csv"),
        ("", "party.csv"),
        ("...", "party.csv"),
        ("../../etc/passwd", "_.._etc_passwd.csv"),
        ("CON", "_CON.csv"),
        ("nul.txt", "_nul.txt.csv"),
        ("a\u202egpj\nb", "agpj b.csv"),
    ],
)
def test_a_file_is_named_for_its_party(title: str, name: str) -> None:
    """No name leads elsewhere, hides, or is a device."""
    assert filename(title, Form.CSV) == name


@given(ANY_TEXT | st.text(min_size=200), st.sampled_from(Form))
def test_every_file_system_takes_a_files_name(title: str, form: Form) -> None:
    """Short enough in bytes, without what Windows, macOS or Linux refuse, and with its extension."""
    name = filename(title, form)
    assert len(name.encode()) <= 255
    assert not re.search(r'[\x00-\x1f\x7f<>:"/\\|?*]', name)
    assert not name.startswith((".", " ", "#"))
    assert name.endswith(".m3u8" if form is Form.M3U else f".{form}")
