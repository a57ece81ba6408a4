"""Holds calls of a Subsonic server against what OpenSubsonic publishes (its OpenAPI description, 1.16.1).

The facts are written down anew and in short, for the methods that Encore uses and no others: a word is a
field, `!` behind it says that it is required, and behind a colon stands its type: nothing for a text, `i` a
whole number, `n` a number, `b` true or false, `d` an instant, `(a|b)` one of these, `[X]` a list, `{X}` an
object.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

Json = dict[str, Any]

CODES = (0, 10, 20, 30, 40, 41, 42, 43, 44, 50, 60, 70)
"""The codes of errors that there are."""

_ALBUM = (
    "id! name! version artist year:i coverArt starred:d duration!:i playCount:i genre created!:d "
    "artistId songCount!:i played:d userRating:i recordLabels:[ItemGenre] musicBrainzId genres:[ItemGenre] "
    "artists:[ArtistID3] displayArtist releaseTypes:[s] moods:[s] sortName isCompilation:b "
    "explicitStatus:(explicit|clean|) "
)
OBJECTS = {
    "Base": "status!:(ok|failed) version! type! serverVersion! openSubsonic!:b",
    "Error": "code!:i message helpUrl",
    "Extension": "name! versions!:[i]",
    "ScanStatus": "scanning!:b count:i",
    "SearchResult3": "artist:[ArtistID3] album:[AlbumID3] song:[Child]",
    "AlbumList2": "album:[AlbumID3]",
    "ItemGenre": "name!",
    "ArtistID3": "id! name! coverArt artistImageUrl albumCount:i starred:d musicBrainzId sortName roles:[s] "
    "userRating:i",
    "AlbumID3": f"{_ALBUM} song:[Child]",
    "AlbumID3WithSongs": f"{_ALBUM} song!:[Child]",
    "Child": "id! parent isDir!:b title! album artist track:i year:i coverArt size:i contentType suffix "
    "starred:d duration:i bitRate:i bitDepth:i samplingRate:i channelCount:i path playCount:i played:d "
    "discNumber:i created:d albumId artistId type:(music|podcast|audiobook|video) "
    "mediaType:(song|album|artist) isVideo:b bpm:i comment sortName musicBrainzId isrc:[s] "
    "genres:[ItemGenre] artists:[ArtistID3] displayArtist albumArtists:[ArtistID3] displayAlbumArtist "
    "displayComposer moods:[s] explicitStatus:(explicit|clean|) replayGain:{ReplayGain} genre "
    "transcodedContentType transcodedSuffix userRating:i averageRating:n bookmarkPosition:i originalWidth:i "
    "originalHeight:i",
    "ReplayGain": "trackGain:n albumGain:n trackPeak:n albumPeak:n baseGain:n fallbackGain:n "
    "measurementScheme",
}

ANSWERS = {
    "ping": "",
    "getOpenSubsonicExtensions": "openSubsonicExtensions!:[Extension]",
    "getScanStatus": "scanStatus!:{ScanStatus}",
    "search3": "searchResult3!:{SearchResult3}",
    "getAlbumList2": "albumList2!:{AlbumList2}",
    "getAlbum": "album!:{AlbumID3WithSongs}",
    "getSong": "song!:{Child}",
}
"""What each method's answer has besides the fields of Base; those that send a file are not here."""

PARAMETERS = {
    "ping": "",
    "getOpenSubsonicExtensions": "",
    "getScanStatus": "",
    "search3": "query! artistCount:i artistOffset:i albumCount:i albumOffset:i songCount:i songOffset:i "
    "musicFolderId artistRoles",
    "getAlbumList2": "type!:(random|newest|highest|frequent|recent|alphabeticalByName|alphabeticalByArtist|"
    "starred|byYear|byGenre) size:i offset:i fromYear:i toYear:i genre musicFolderId",
    "getAlbum": "id!",
    "getSong": "id!",
    "getCoverArt": "id! size:i",
    "stream": "id! maxBitRate:i format timeOffset:i size estimateContentLength:b converted:b",
}
MOST = {("getAlbumList2", "size"): 500}
"""Numbers that may not be larger; none may be less than 0."""
SIGNED = ({"u", "t", "s"}, {"u", "p"}, {"apiKey"})
"""The ways to sign in ("security"); `getOpenSubsonicExtensions` needs none."""
ALWAYS = {"v", "c", "f"}

_TYPES = {"": "string", "s": "string", "i": "integer", "n": "number", "b": "boolean"}


def schema(fields: str) -> Json:
    """An object as JSON Schema."""
    found: Json = {"type": "object", "properties": {}, "required": []}
    for word in fields.split():
        name, _, kind = word.partition(":")
        if name.endswith("!"):
            name = name[:-1]
            found["required"].append(name)
        found["properties"][name] = _type(kind)
    return found


def _type(kind: str) -> Json:
    if kind == "d":
        return {"type": "string", "format": "date-time"}
    if kind in _TYPES:
        return {"type": _TYPES[kind]}
    inner = kind[1:-1]
    if kind[0] == "(":
        return {"enum": inner.split("|")}
    if kind[0] == "[":
        return {"type": "array", "items": _type(inner) if inner in _TYPES else {"$ref": f"#/$defs/{inner}"}}
    return {"$ref": f"#/$defs/{inner}"}


@cache
def _validator(method: str, status: str, beyond: frozenset[str]) -> Draft202012Validator:
    """Of a method's answer; `beyond` are fields that a server is known to have besides."""
    inner = schema(f"{OBJECTS['Base']} {ANSWERS[method] if status == 'ok' else 'error!:{Error}'}")
    definitions = {name: schema(fields) for name, fields in OBJECTS.items()}
    definitions["Error"]["properties"]["code"] = {"enum": list(CODES)}
    for name, each in [("", inner), *definitions.items()]:
        each["additionalProperties"] = False
        for field in (it for it in beyond if it.startswith(f"{name}.")):
            each["properties"][field.partition(".")[2]] = {}
    outer = {"type": "object", "required": ["subsonic-response"], "properties": {"subsonic-response": inner}}
    return Draft202012Validator({**outer, "$defs": definitions}, format_checker=FormatChecker())


def of_answer(method: str, told: Any, beyond: frozenset[str] = frozenset()) -> list[str]:
    """What of an answer is against the description."""
    status = told["subsonic-response"].get("status")
    if status == "ok" and method not in ANSWERS:
        return [f"{method} answers with a file"]
    errors = _validator(method if method in ANSWERS else "ping", status, beyond).iter_errors(told)
    return [f"{method}: {'/'.join(map(str, it.path))}: {it.message}"[:400] for it in errors]


def of_request(method: str, asked: Mapping[str, str]) -> list[str]:
    """What of a request is against the description."""
    if method not in PARAMETERS:
        return [f"there is no {method}"]
    known = schema(PARAMETERS[method])
    signed = set(asked) & {"u", "t", "s", "p", "apiKey"}
    wrong = (
        []
        if signed in SIGNED or method == "getOpenSubsonicExtensions"
        else [f"signed in by {sorted(signed)}"]
    )
    wrong += [f"without {name}" for name in sorted({*known["required"], *ALWAYS} - set(asked))]
    for name in set(asked) - signed - ALWAYS:
        rule = known["properties"].get(name)
        wrong += [f"has no {name}"] if rule is None else _of_value(method, name, asked[name], rule)
    return [f"{method}: {each}" for each in wrong]


def _of_value(method: str, name: str, value: str, rule: Json) -> list[str]:
    if rule.get("type") == "integer":
        fits = value.isdecimal() and int(value) <= MOST.get((method, name), 1 << 31)
    elif rule.get("type") == "boolean":
        fits = value in {"true", "false"}
    else:
        fits = "enum" not in rule or value in rule["enum"]
    return [] if fits else [f"{name} is {value!r}"]
