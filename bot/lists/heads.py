"""The head of a table: what each column says, in the languages that services write.

The words are those that Exportify, Soundiiz, TuneMyMusic, Spotify's account data, iTunes, Shazam, YouTube's
takeout, exports of Last.fm, Rekordbox and Encore itself write, and what people call a column by hand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from bot.lists.cells import Unit
from bot.party.visible import normal


class Role(Enum):
    """What a column says of a song."""

    TITLE = auto()
    ARTIST = auto()
    ALBUM_ARTIST = auto()  # stands in for a missing artist
    ALBUM = auto()
    LENGTH = auto()
    YEAR = auto()
    LINK = auto()
    OTHER = auto()  # nothing that is needed, but it shows that a row is a head


_WORDS: Mapping[Role, str] = {  # what says most comes first: "Track" may be a number where there is a "Title"
    Role.TITLE: """
        track name, track title, song title, song name, master metadata track name, title, song, track, name,
        titel, songtitel, liedtitel, lied, trackname, stück,
        título, nombre de la canción, título de la canción, canción, tema, nombre,
        titre, nom du titre, titre de la chanson, nom de la chanson, chanson, morceau, nom,
        nome da faixa, nome da música, título da música, faixa, música, nome,
        titolo, nome della traccia, nome del brano, titolo del brano, brano, canzone, traccia,
        トラック名, 曲名, 楽曲名, タイトル, 楽曲, 曲, 名前,
        曲目名称, 歌曲名称, 歌曲名, 歌名, 标题, 標題, 歌曲, 曲目, 名称, 名稱""",
    Role.ARTIST: """
        artist name s, artist names, artist name, artist name 1, track artist, artists, artist, performer,
        singer, band, creator, künstlername n, künstlername, künstler, interpret, interpreten, interpret in,
        nombre s del artista, nombre del artista, artista, artistas, intérprete, cantante,
        nom s de l artiste, nom de l artiste, artiste, artistes, interprète, chanteur,
        nome s do artista, nome do artista, cantor, nome dell artista, artisti, interprete,
        アーティスト名, アーティスト, 歌手, 歌手名, 艺人名称, 艺人, 艺术家, 藝人, 演出者, 表演者""",
    Role.ALBUM_ARTIST: """
        master metadata album artist name, album artist name s, album artist name, album artist,
        album künstlername n, albumkünstler, albuminterpret, artista del álbum, artiste de l album,
        artista do álbum, artista dell album, アルバムアーティスト名, アルバムアーティスト,
        专辑艺人名称, 专辑艺人""",
    Role.ALBUM: """
        album name, album title, master metadata album album name, album, release, albumname, albumtitel,
        nombre del álbum, álbum, nom de l album, nome do álbum, nome dell album,
        アルバム名, アルバム, 专辑名称, 专辑, 專輯""",
    Role.LENGTH: """
        track duration ms, duration ms, duration milliseconds, duration s, duration seconds,
        duration in seconds, duration, length, total time, time, songlength,
        track dauer ms, dauer, länge, spieldauer, zeit,
        duración de la canción ms, duración, tiempo, durée du titre ms, durée,
        duração da faixa ms, duração, durata della traccia ms, durata,
        トラックの長さ ミリ秒, 再生時間, 長さ, 時間, 曲目时长 毫秒, 时长, 時長, 时间, 時間""",
    Role.YEAR: """
        album release date, release date, release year, year, released, veröffentlichungsdatum des albums,
        erscheinungsdatum, erscheinungsjahr, jahr, fecha de lanzamiento del álbum, año,
        date de sortie de l album, année, data de lançamento do álbum, ano,
        data di rilascio dell album, anno, アルバム発売日, 発売年, 年, 专辑发行日期, 年份""",
    Role.LINK: """
        track uri, spotify track uri, spotify uri, spotify id, spotify track id, spotify url, spotify link,
        track id, track url, uri, url, link, identifier, location, uri de la canción, uri du titre,
        uri da faixa, uri della traccia, トラックuri, 曲目 uri""",
    Role.OTHER: """
        video id, id vidéo, id de vídeo, id del vídeo, video id, 動画 id, 影片 id, 视频 id, isrc, added at,
        playlist video creation timestamp, playlist name, channel id, channel, date added, genre""",
}
_AGAIN = re.compile(r"artist name [2-9]")
_LONGEST_HEAD = 60
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_WORD = re.compile(r"[\W_]+")


def plain(head: str) -> str:
    """A column's name as it is compared: no case, no accents, single blanks for punctuation."""
    parts = normal("NFKD", _CAMEL.sub(" ", head[:_LONGEST_HEAD]).casefold())
    bare = "".join(char for char in parts if unicodedata.category(char) != "Mn")
    return _NO_WORD.sub(" ", bare).strip()


_ROLES: Mapping[str, tuple[Role, int]] = {
    plain(word): (role, rank)
    for role, words in reversed(list(_WORDS.items()))  # of two roles of one word the first holds
    for rank, word in reversed(list(enumerate(words.split(","))))
}


def role_of(name: str) -> tuple[Role, int] | None:
    """What a column or property of this name says, and how far down the list of its names it is."""
    return _ROLES.get(plain(name))


@dataclass(frozen=True, slots=True)
class Head:
    """Which columns say what, and what is particular about them."""

    columns: Mapping[Role, Sequence[int]]  # the one that says most first
    more_artists: Sequence[int] = ()
    unit: Unit = Unit.UNKNOWN
    ours: bool = False  # whether Encore wrote the table


def read_head(cells: Sequence[str]) -> Head | None:
    """What the columns of a table are, or None where a row is no head.

    Two columns of a head are known; a table of one column has a head that is a title's or a link's.
    """
    names = [plain(cell) for cell in cells]
    found: dict[Role, list[tuple[int, int]]] = {}
    for column, name in enumerate(names):
        if name in _ROLES:
            role, rank = _ROLES[name]
            found.setdefault(role, []).append((rank, column))
    alone = len(cells) == 1 and bool(found.keys() & {Role.TITLE, Role.LINK})
    if sum(map(len, found.values())) < 2 and not alone:
        return None
    columns = {role: [column for _, column in sorted(ranked)] for role, ranked in found.items()}
    length = names[columns[Role.LENGTH][0]] if Role.LENGTH in columns else ""
    return Head(
        columns,
        [column for column, name in enumerate(names) if _AGAIN.fullmatch(name)],
        _unit(length),
        {"added by", "duration s", "state"} <= set(names),
    )


def _unit(name: str) -> Unit:
    if {"ms", "milliseconds", "ミリ秒", "毫秒"} & set(name.split()):
        return Unit.MILLISECONDS
    return Unit.SECONDS if {"s", "seconds"} & set(name.split()) else Unit.UNKNOWN
