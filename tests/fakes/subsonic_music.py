"""What a fake Subsonic server has: songs, as it describes them, and the kind of server that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from .subsonic_schemas import Json

CREATED = "2025-03-04T05:06:07.000000000Z"
"""With the nine digits that Go writes."""


@dataclass
class FakeSong:
    """A song; `data` is its file."""

    id: str
    title: str
    artists: tuple[str, ...] = ("Somebody",)
    album: str = "An Album"
    suffix: str = "mp3"
    kind: str = "audio/mpeg"
    data: bytes = b"ID3" + bytes(range(256)) * 40
    seconds: int = 200
    year: int | None = 1999
    gain_db: float | None = None
    cover: bytes | None = None
    more: Json = field(default_factory=dict)  # other fields, or the same with other values

    @property
    def album_id(self) -> str:
        """The id of its album."""
        return f"al-{self.album}"


@dataclass(frozen=True)
class Flavour:
    """A kind of server, with what sets it apart.

    Args:
        name: as it says.
        version: as it says.
        open: whether it is an OpenSubsonic server, which says so.
        extensions: of OpenSubsonic.
        empty: which queries `search3` finds everything for.
        no_empty: what it does with an empty query otherwise: "missing" is an error, "nothing" finds nothing.
        token: the code of the error with which it refuses tokens; None where it takes them.
        transcodes: whether it sends another form unless it is asked for the raw one.
        ranges: whether it sends parts of files.
        redirects: whether a song is behind a redirect.
        scans: whether it tells of its scans, and when the last one was.
        beyond: fields of its answers that OpenSubsonic does not have.
        status: the HTTP status of an error by its code, where that is not 200.
        most: so many songs are sent at once.
    """

    name: str
    version: str
    open: bool = True
    extensions: tuple[str, ...] = ()
    empty: tuple[str, ...] = ("", '""')
    no_empty: str = "missing"
    token: int | None = None
    transcodes: bool = False
    ranges: bool = True
    redirects: bool = False
    scans: str = "last"
    beyond: frozenset[str] = frozenset()
    status: tuple[tuple[int, int], ...] = ()
    most: int = 500


NAVIDROME = Flavour(
    "navidrome",
    "0.58.5 (2b3a6a8)",
    extensions=("transcodeOffset", "formPost", "songLyrics"),
    transcodes=True,  # where its player has a transcoding ("Transcoding", navidrome.org)
    # server/subsonic/library_scanning.go: getScanStatus
    beyond=frozenset({"ScanStatus.folderCount", "ScanStatus.lastScan"}),
)
OLD_NAVIDROME = Flavour(
    "navidrome",
    "0.48.0 (af5c2b5)",
    open=False,
    empty=('""',),  # music-assistant/server#1037; `requiredParamString` of server/subsonic/searching.go
    transcodes=True,
    beyond=NAVIDROME.beyond,
)
GONIC = Flavour(
    "gonic",
    "v0.16.4",
    extensions=("transcodeOffset", "formPost"),
    # server/ctrlsubsonic/handlers_by_tags.go: two quotation marks, and `%%` fits everything as well
    empty=("", '""'),
    scans="",
)
AMPACHE = Flavour(
    "ampache",
    "6.6.3",
    # ampache#3421 allowed empty queries; `check_parameter` of Subsonic_Api.php still misses an empty one
    empty=(),
    redirects=True,  # `_follow_stream` of Subsonic_Api.php, where its PHP has no curl
    scans="",
)
NEXTCLOUD = Flavour(
    "nextcloud music",
    "3.0.0",
    empty=("",),  # "OpenSubsonic API" in nc-music's wiki
    no_empty="nothing",
    extensions=("apiKeyAuthentication", "formPost"),
    token=41,  # nc-music keeps no passwords: owncloud/music#718
    scans="",
)
SUPYSONIC = Flavour(
    "",
    "",
    open=False,
    empty=("",),  # supysonic/api/search.py looks for titles that contain the query
    no_empty="nothing",
    token=10,  # supysonic/api/__init__.py reads `p`, without which a parameter is missing
    scans="none",
    status=((40, 401), (70, 404), (10, 400)),  # supysonic/api/exceptions.py; 0.7.9 answers 200
    most=100,
)
EVERY = (NAVIDROME, OLD_NAVIDROME, GONIC, AMPACHE, NEXTCLOUD, SUPYSONIC)


def child(song: FakeSong, flavour: Flavour) -> Json:
    """A song as the server describes it."""
    told: Json = {
        "id": song.id,
        "parent": song.album_id,
        "isDir": False,
        "title": song.title,
        "album": song.album,
        "artist": " • ".join(song.artists) if flavour.open else song.artists[0],
        "size": len(song.data),
        "contentType": song.kind,
        "suffix": song.suffix,
        "duration": song.seconds,
        "created": CREATED,
        "albumId": song.album_id,
        "type": "music",
        "isVideo": False,
        "path": f"{song.artists[0]}/{song.album}/{song.title}.{song.suffix}",
    }
    if song.year is not None:
        told["year"] = song.year
    if song.cover is not None:
        told["coverArt"] = f"mf-{song.id}_0"
    if flavour.open:
        # Navidrome joins its artists with a dot in the middle, and lists them.
        told |= {
            "mediaType": "song",
            "artists": [{"id": f"ar-{name}", "name": name} for name in song.artists],
            "displayArtist": " • ".join(song.artists),
            # "ReplayGain": the object is always there, and empty where nothing was measured.
            "replayGain": {} if song.gain_db is None else {"trackGain": song.gain_db, "trackPeak": 0.98},
        }
    return {**told, **song.more}


def album(songs: Sequence[FakeSong], flavour: Flavour, *, whole: bool = False) -> Json:
    """An album, with its songs where it is asked for itself."""
    first = songs[0]
    told: Json = {
        "id": first.album_id,
        "name": first.album,
        "artist": first.artists[0],
        "songCount": len(songs),
        "duration": sum(it.seconds for it in songs),
        "created": CREATED,
    }
    return {**told, "song": [child(it, flavour) for it in songs]} if whole else told
