"""Tables, as services export them and as people type them."""

from __future__ import annotations

import pytest

from bot.lists.reading import read_list
from bot.party.errors import EmptyList
from bot.party.limits import LONGEST_TEXT
from bot.party.words import Wanted

ID = "003vvx7Niy0yvhvHt4a68B"
URI = f"spotify:track:{ID}"


def named(data: bytes | str, name: str = "") -> list[tuple[str, str]]:
    """Title and artist of each song."""
    return [(line.title, line.artist) for line in read_list(data, name)]


# --- what services write


def test_exportify() -> None:
    """Its artists share a cell, its albums have a day, and its lengths are milliseconds."""
    text = (
        "\ufeffTrack URI,Track Name,Album Name,Artist Name(s),Release Date,Duration (ms),Popularity,Explicit,"
        "Added By,Added At,Genres,Record Label,Danceability,Energy,Key,Loudness,Mode,Speechiness,"
        "Acousticness,Instrumentalness,Liveness,Valence,Tempo,Time Signature\r\n"
        f'{URI},"Mr. Brightside","Hot Fuss","The Killers;Somebody Else",2004-06-07,222973,70,false,anna,'
        '2017-04-11T16:56:27Z,"rock,indie","Island",0.352,0.911,1,-5.23,1,0.0747,0.00121,0,0.0995,0.236,148,4\r\n'
    )
    assert read_list(text.encode()) == [
        Wanted(
            "Mr. Brightside - The Killers, Somebody Else",
            "Mr. Brightside",
            "The Killers, Somebody Else",
            "Hot Fuss",
            222_973,
            2004,
            ID,
        )
    ]


def test_exportify_as_it_was() -> None:
    """Bare ids, ids of artists, and more columns than anybody needs, one of them the album's artist."""
    old = f"Spotify ID,Artist IDs,Track Name,Album Name,Artist Name(s)\n{ID},x,Alice,Bone Machine,Tom Waits\n"
    assert read_list(old) == [
        Wanted("Alice - Tom Waits", "Alice", "Tom Waits", "Bone Machine", spotify_id=ID)
    ]
    long = (
        '"Track URI","Track Name","Artist URI(s)","Artist Name(s)","Album URI","Album Name",'
        '"Album Artist URI(s)","Album Artist Name(s)","Album Release Date","Album Image URL","Disc Number",'
        '"Track Number","Track Duration (ms)","Track Preview URL","Explicit","Popularity","ISRC"\n'
        f'"{URI}","Kiss Kiss","spotify:artist:x","Holly Valance","spotify:album:y","Footprints",'
        '"spotify:artist:z","Various Artists","2002-10-14","https://i.scdn.co/image/1","1","2","204000",'
        '"https://p.scdn.co/mp3-preview/1","false","1","GBAAP0200001"\n'
    )
    (line,) = read_list(long)
    assert (line.title, line.artist, line.album, line.duration_ms, line.year, line.spotify_id) == (
        *("Kiss Kiss", "Holly Valance", "Footprints", 204_000, 2002, ID),
    )


@pytest.mark.parametrize(
    "head",
    [
        '"Track-URI","Track-Name","Künstler-URI(s)","Künstlername(n)","Album-Name","Track-Dauer (ms)"',
        '"URI de la canción","Nombre de la canción","URI(s) del artista","Nombre(s) del artista",'
        '"Nombre del álbum","Duración de la canción (ms)"',
        '"URI du titre","Nom du titre","URI(s) de l\'artiste","Nom(s) de l\'artiste","Nom de l\'album",'
        '"Durée du titre (ms)"',
        '"URI da faixa","Nome da faixa","URI(s) do artista","Nome(s) do artista","Nome do álbum",'
        '"Duração da faixa (ms)"',
        '"URI della traccia","Nome della traccia","URI dell\'artista","Nome dell\'artista",'
        '"Nome dell\'album","Durata della traccia (ms)"',
        '"トラックURI","トラック名","アーティストURI","アーティスト名","アルバム名","トラックの長さ（ミリ秒）"',
        '"曲目 URI","曲目名称","艺人 URI","艺人名称","专辑名称","曲目时长（毫秒）"',
    ],
)
def test_exportify_in_other_languages(head: str) -> None:
    """It heads its columns in the language of who exports."""
    (line,) = read_list(f'{head}\n"{URI}","Waterloo","spotify:artist:1","ABBA","Waterloo","9500"\n')
    assert line == Wanted("Waterloo - ABBA", "Waterloo", "ABBA", "Waterloo", 9_500, spotify_id=ID)


def test_tune_my_music() -> None:
    """Its head has blanks after the commas, and its ids stand in a column of their own."""
    text = "Track name, Artist name, Album, Playlist name, Type, ISRC, Spotify - id\n"
    text += f'"Riptide","Vance Joy","Dream Your Life Away","Party","Playlist","AUGN31200010","{ID}"\n'
    line = Wanted("Riptide - Vance Joy", "Riptide", "Vance Joy", "Dream Your Life Away", spotify_id=ID)
    assert read_list(text) == [line]


def test_soundiiz() -> None:
    """Semicolons, and a length with its unit."""
    text = "title;artist;album;isrc;addedDate;addedBy;duration;url\n"
    text += f'"One; Two";Alpha;First;USAAA0000001;2019-01-02T03:04:05Z;anna;225s;https://open.spotify.com/track/{ID}\n'
    assert read_list(text) == [
        Wanted("One; Two - Alpha", "One; Two", "Alpha", "First", 225_000, spotify_id=ID)
    ]


def test_shazam() -> None:
    """A line stands above the head."""
    text = "Shazam Library\nIndex,TagTime,Title,Artist,URL,TrackKey\n"
    text += '1,2022-02-27,"In My Blood (Live)","MIKAEL",https://www.shazam.com/track/604290360/in-my-blood,604290360\n'
    assert named(text, "shazamlibrary.csv") == [("In My Blood (Live)", "MIKAEL")]


def test_last_fm() -> None:
    """The artist comes first, and ids of another kind stand between."""
    text = "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
    text += '"1779022496","17 May 2026, 12:54","Nelly Furtado","a1","Loose","b2","Say It Right",""\n'
    assert read_list(text) == [
        Wanted("Say It Right - Nelly Furtado", "Say It Right", "Nelly Furtado", "Loose")
    ]


def test_youtube_music() -> None:
    """Takeout gives each artist a column, or all of them one."""
    text = "Video ID,Song Title,Album Title,Artist Name 1,Artist Name 2\n"
    text += "Zxxxxxxxxx0,Under Pressure,Hot Space,Queen,Bowie\n"
    assert read_list(text) == [
        Wanted("Under Pressure - Queen, Bowie", "Under Pressure", "Queen, Bowie", "Hot Space")
    ]
    older = "Song URL,Song Title,Album Title,Artist Names\n"
    older += "https://music.youtube.com/watch?v=1,Despacito,VIDA,Luis Fonsi\n"
    assert named(older) == [("Despacito", "Luis Fonsi")]


def test_a_playlist_of_videos_without_names_is_empty() -> None:
    """Takeout's playlists say nothing but ids and instants."""
    with pytest.raises(EmptyList):
        read_list("Video ID,Playlist Video Creation Timestamp\ndQw4w9WgXcQ,2024-01-01T00:00:00+00:00\n")


def test_itunes_and_apple_music() -> None:
    """UTF-16, tabs, a carriage return at the end of a line, and seconds."""
    head = (
        "Name\tArtist\tComposer\tAlbum\tGrouping\tWork\tMovement Number\tMovement Count\tMovement Name\tGenre"
    )
    head += (
        "\tSize\tTime\tDisc Number\tDisc Count\tTrack Number\tTrack Count\tYear\tDate Modified\tDate Added"
    )
    row = "Migration\tBonobo\t\tMigration\t\t\t\t\t\tElectronic\t11333649\t327\t1\t1\t1\t12\t2017"
    lines = [Wanted("Migration - Bonobo", "Migration", "Bonobo", "Migration", 327_000, 2017)]
    assert read_list(f"{head}\r{row}\r".encode("utf-16"), "Party.txt") == lines
    assert read_list(f"{head}\r{row}\r".encode("utf-16-le"), "Party.txt") == lines


def test_rekordbox() -> None:
    """Its text export is a table with tabs, too."""
    text = "#\tArtwork\tTrack Title\tArtist\tAlbum\tGenre\tBPM\tRating\tTime\tKey\tDate Added\r\n"
    text += "1\t\tGoing On\tFerreck Dawn, Jem\tGoing\tHouse\t125.00\t     \t05:55\t5A\t2021-12-24\r\n"
    (line,) = read_list(text.encode("utf-16"))
    assert line == Wanted("Going On - Ferreck Dawn, Jem", "Going On", "Ferreck Dawn, Jem", "Going", 355_000)


# --- what people make


@pytest.mark.parametrize(
    "head", ["ARTIST;title", "Interpret;Titel", "artiste;Titre", "歌手;歌名", "Interprete;Canción"]
)
def test_a_head_in_any_order_case_and_language(head: str) -> None:
    """What a column is called says what it is, not where it stands."""
    assert named(f"{head}\nABBA;Waterloo\n") == [("Waterloo", "ABBA")]


@pytest.mark.parametrize(
    "text",
    [
        '"Waterloo","ABBA","Waterloo"\n"Africa","Toto","IV"\n',
        "Waterloo\tABBA\nAfrica\tToto\n",
        "1;Waterloo;ABBA;2:46;1974\n2;Africa;Toto;4:55;1982\n",
        f"{URI},Waterloo,ABBA\n{URI},Africa,Toto\n,Africa,Toto\n",
        "Waterloo | ABBA\nAfrica | Toto\n",
        "Waterloo,ABBA\nAfrica,Toto\nWaterloo,ABBA\n",
    ],
)
def test_columns_without_a_head_are_guessed(text: str) -> None:
    """The first column of names is the title, the second the artist; numbers, lengths and links are none."""
    assert named(text)[:2] == [("Waterloo", "ABBA"), ("Africa", "Toto")]


def test_a_guessed_column_says_its_length_and_year() -> None:
    """Besides the names."""
    (line, _) = read_list("Waterloo;ABBA;2:46;1974\nAfrica;Toto;4:55;1982\n")
    assert line == Wanted("Waterloo - ABBA", "Waterloo", "ABBA", None, 166_000, 1974)


def test_commas_of_names_are_no_columns() -> None:
    """A list of lines stays one, however many commas it has."""
    text = "Hello, Goodbye - The Beatles\nSeptember - Earth, Wind & Fire\nMe, Myself and I - De La Soul\n"
    assert [line.text for line in read_list(text, "list.csv")] == text.splitlines()


def test_one_column_has_a_head_or_none() -> None:
    """The head goes, and commas stay in the titles; a song may still be called Title."""
    assert named("Track Name\nHello, Goodbye\nAfrica\n") == [("Hello, Goodbye", ""), ("Africa", "")]
    assert [line.text for line in read_list("Title\n")] == ["Title"]


def test_quotes_hold_separators_quotes_and_line_ends() -> None:
    """RFC 4180; a name comes out on one line."""
    text = 'title,artist\n"He said ""Hi"", twice\r\nand left","A, B"\n'
    assert named(text) == [('He said "Hi", twice and left', "A, B")]


def test_a_stray_quote_costs_no_other_song() -> None:
    """A quote in the middle is an inch, and one that is never closed ends with its line."""
    many = "".join(f"Song {number},Toto\n" for number in range(100))
    text = f'title,artist\nBlue Monday 12",New Order\n"Heroes,Bowie\n{many}'
    assert named(text)[:3] == [('Blue Monday 12"', "New Order"), ("Heroes", "Bowie"), ("Song 0", "Toto")]
    assert len(named(text)) == 102
    assert named('title,artist\nAfrica,Toto\n"Heroes,Bowie') == [("Africa", "Toto"), ("Heroes", "Bowie")]


def test_what_excel_writes() -> None:
    """A line that names the separator, and texts wrapped as formulas."""
    assert named('sep=;\ntitle;artist\n="1999";="Prince"\n') == [("1999", "Prince")]
    assert named("sep=\t\r\nWaterloo, live\tABBA\r\n") == [("Waterloo, live", "ABBA")]


def test_a_formula_is_a_text() -> None:
    """Of others' tables nothing is taken off."""
    assert named("title,artist\n'=1+1,-M-\n") == [("'=1+1", "-M-")]


def test_a_row_without_a_title_is_its_link_or_nothing() -> None:
    """A link says which song it is; an artist alone does not."""
    text = f"Track URI,Track Name,Artist\n{URI},,\n,,ABBA\nspotify:local:a:b:c:1,Demo,Anna\n"
    link, demo = read_list(text)
    assert link == Wanted(f"https://open.spotify.com/track/{ID}", spotify_id=ID)
    assert demo == Wanted("Demo - Anna", "Demo", "Anna")


def test_order_and_duplicates_stay() -> None:
    """A list that names a song twice means it twice."""
    assert [title for title, _ in named("title,artist\nB,x\nA,x\nB,x\n")] == ["B", "A", "B"]


def test_a_name_that_is_too_long_is_cut() -> None:
    """In its own cell, and in what is looked for."""
    (line,) = read_list(f"title,artist\n{'a' * 400},{'b' * 400}\n")
    assert (len(line.title), len(line.artist), len(line.text)) == (LONGEST_TEXT,) * 3
    (line,) = read_list(f"title,artist\n{'a' * (LONGEST_TEXT - 2)},b\n")
    assert line.text == line.title


def test_a_wide_table_and_a_row_of_quotes() -> None:
    """Two hundred columns are read, and what cannot be a row is left out or read as it can be."""
    head = ",".join(f"c{number}" for number in range(198)) + ",artist,title"
    assert named(f"{head}\n{',' * 198}ABBA,Waterloo\n") == [("Waterloo", "ABBA")]
    assert ("Africa", "Toto") in named("title,artist\n" + '"' * 41 + ",x\nAfrica,Toto\n")
    assert named(f'title,artist\n"{"a" * 200_000}",x\nAfrica,Toto\n') == [("Africa", "Toto")]
