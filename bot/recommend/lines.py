"""What a line of text is without what lists, chats, players and files put around a song."""

from __future__ import annotations

import csv
import html
import re

from bot.party.spelling import fold, words
from bot.recommend.asking import REQUESTS

_INVISIBLE = re.compile("[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_LINK = re.compile(
    r"\[([^\[\]]{1,200})\]\(\s?<?(?:https?|spotify):[^\s<>()]*>?\)|<?https?://[^\s<>|]+(?:\|[^<>]*)?>?"
)
_MARKDOWN = re.compile(r"\*\*|__(?=\S)|~~|\|\||`+|(?<!\w)[*_](?=[^\s*_])|(?<=[^\s*_])[*_](?!\w)")
_TAG = re.compile(
    r"(?<!\w)[#@](?=[^\W\d])\w{1,60}|:[a-z_]{2,30}:|(?<=\s)(?:<3+|[:;x=]-?[)(DPp3*]|xD+)(?=\s|$)"
)
_LABEL = re.compile(
    r"[\"']?\b(?:title|song|track|artist|name|album|file|titel|interpret|künstler|título|artista|titre|artiste)"
    r"\s?\d{0,3}[\"']?\s?[:=]\s?",
    re.IGNORECASE,
)
_EXTINF = re.compile(r"^#EXTINF:[^,\n]{0,80},", re.IGNORECASE)
_BULLET = re.compile(r"^(?:[\s>*•·‣◦▪●○■□▶►☑☐✓✔✅♪♫🎵🎶+»→–—-]|\[[ xX]\])+(?=[^\s>])")
_NUMBER = re.compile(
    r"^(?:(?:no|nr|nº|n°|number|track|titel|piste|faixa|platz)[.:#]?\s?\d{1,3}[.:)]?\s"
    r"|\(?#?\d{1,3}[.):\]]|#\d{1,3}\b|\d\ufe0f?\u20e3|\d{1,3}(?=\s*[-–—_]\s*\D)|0\d(?=\s)|\d{1,3}\s(?:\(\d{1,3}\)|[↑↓→=▲▼]))[\s._:–—-]*(?=\S)",
    re.IGNORECASE,
)
_ENDING = re.compile(
    r"(?:\s(?:copy|kopie|copia|\(\d\)))?\.(?:mp3|flac|m4a|aac|wav|ogg|oga|opus|wma|aiff?|alac|mp4|m4v|webm|mkv|avi|mov)\b",
    re.IGNORECASE,
)
_LENGTH = re.compile(
    r"[\s(\[]+(?:\d{1,2}:)?\d{1,2}:\d{2}[)\]]?$|^[(\[]?(?:\d{1,2}:)?\d{1,2}:\d{2}[)\]]?[\s–—-]+"
)
_COUNT = re.compile(
    r"\s\d{1,3}(?:[.,\u202f ]\d{3})+$|\s[\d.,]+\s?[kmb]?\s(?:views|plays|aufrufe)$"
    r"|\s\d+\s(?:seconds?|min(?:ute)?s?|hours?|days?|weeks?|months?|years?)\sago$",
    re.IGNORECASE,
)
_CHANNEL = re.compile(r"(?<=[a-z])VEVO\b|(?<=\w)VEVO\b(?=\s+-)")
_CSV = re.compile(r'^"(?:[^"]|"")*"[,;]|^[^",;]+[,;]"|^[^;]+;[^;]+;|^[^,]+,\S[^,]*,\S[^,]*,\S')
_PATH = re.compile(r"[\\/]")
_CJK = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_BETWEEN_SCRIPTS = re.compile(rf"(?<=[a-z0-9])(?=[{_CJK}])|(?<=[{_CJK}])(?=[a-z0-9])")
_GLUED = sorted(
    (each for each in REQUESTS if len(each) > 1 and re.match(f"[{_CJK}]", each)), key=len, reverse=True
)
_OF = re.compile(rf"(?<=[{_CJK}a-z0-9])[の的의](?=[{_CJK}a-z0-9「(])")


def words_of(text: str) -> list[str]:
    """The words of a text; Latin letters and others are told apart, since other scripts need no spaces."""
    folded = fold(text)
    if not folded.isascii():
        folded = _BETWEEN_SCRIPTS.sub(" ", folded)
    return words(folded)


def undecorated(text: str) -> tuple[str, list[str], bool]:
    """A line without what stands around it, the folders of a file, and whether it is a file's or a list's."""
    folders: list[str] = []
    line = _INVISIBLE.sub("", html.unescape(text)).strip()
    if "_" in line and " " not in line:
        line = line.replace("_", " ")
    line = _LINK.sub(lambda match: match[1] or " ", line).strip() or line
    line = _MARKDOWN.sub("", _EXTINF.sub("", line)) or line
    labelled = _LABEL.sub(" | ", line.strip("{}")).strip(" |,")
    if labelled.count("|") != line.count("|") and words_of(labelled):
        line = labelled.replace('", |', "|").replace('"', "")
    before = line
    untagged = _TAG.sub(" ", line).strip()
    if words_of(untagged):
        line = untagged
    if _ENDING.search(line):
        line = _ENDING.sub("", line)
        path = _PATH.split(line)
        if len(path) > 1:
            folders = path[-3:-1]
            line = path[-1]
    line = _NUMBER.sub("", _BULLET.sub("", line)).strip() or line
    line = _COUNT.sub("", _LENGTH.sub("", line)).strip() or line
    line = _CHANNEL.sub("", line)
    if not line.isascii():
        line = _unglued(line)
    return line, folders, line != before.strip()


def _unglued(line: str) -> str:
    """A line without what asks in Japanese, Chinese or Korean, which may touch a name."""
    for phrase in _GLUED:
        if len(line) > len(phrase) + 1:
            line = line.removesuffix(phrase).strip().removeprefix(phrase).strip()
    return _OF.sub(lambda match: f" {match[0]} ", line)


def cells(line: str) -> list[str]:
    """The cells of a row of a table, if the line is one."""
    if "\t" in line:
        return [cell for cell in line.split("\t") if cell.strip() and not cell.strip().isdecimal()]
    if not _CSV.match(line):
        return []
    separator = ";" if line.count(";") > line.count(",") else ","
    try:
        (row,) = csv.reader([line], delimiter=separator)
    except (csv.Error, ValueError):
        return []
    return [cell for cell in row if cell.strip() and not cell.strip().isdecimal()] or row
