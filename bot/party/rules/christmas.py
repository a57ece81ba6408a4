"""Christmas: which texts are about it, and when it is in season.

What is told apart are titles, albums and words that people look for, in seven languages. Words that also mean
something else are left out (holiday, faithful, snow), and so are names (Noel, Natalia, Santa Fe). Of carols
whose names say nothing the well-known ones are listed.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

from bot.party.words import Track

BEGINS, ENDS = (11, 24), (12, 27)
"""The first and the last day, as month and day, on which everybody may want Christmas songs."""
_NO_NAME = r"(?! (?:lucia|mar[ií]a|fe|cruz|ana|monica|barbara|clara|rosa)\b)"
_WORDS = (
    r"christmas(?:time|tide|sy)?|x-?mas|jingle bells?|mistletoe|yuletide|cool yule|santa['’]s|run,? rudolph",
    r"santa,? (?:claus|baby|tell me|is|doesn['’]t|can['’]t)",
    rf"(?:dear|hey|hi|bad|mr\.?|secret|oh,?|must be|soul|believing in) santa{_NO_NAME}|saint nick",
    r"rudolph,? the|red[- ]nosed reindeer|sleigh ride|frosty the snowman|mr\.? grinch",
    r"silent night|o(?:h)?,? holy night|winter wonderland|let it snow|little drummer boy|deck the halls?",
    r"herald angels|town of bethlehem|away in a manger|come,? all ye faithful|carol of the bells",
    r"the first noel|most wonderful time of the year|fairytale of new york|underneath the tree",
    r"happy holidays?(?!,? you)|the holiday season|home for the holidays|baby,? it['’]s cold outside",
    r"silver bells|man with the bag|do you hear what i hear|god rest (?:ye|you) merry|what child is this",
    r"angels we have heard|merrily on high|mary['’]s boy child|in dulc[ei] jubilo|mele kalikimaka|candy cane",
    r"weihnacht\w*|stille nacht|tannenbaum|leise rieselt|schneeflöckchen|kling,? glöckchen|alle jahre wieder",
    r"süßer die glocken|ihr kinderlein kommet|o du fröhliche|lasst uns froh und munter|silberglocken",
    r"navidad(?:es)?|navideñ[oa]s?|villancicos?|noche de paz|campana sobre campana|burrito sabanero",
    r"peces en el río|buon natale|il est né le divin|les anges dans nos campagnes",
    r"noël|(?:joyeux|p[eè]re) noel|pap[aá] noel|minuit,? chrétiens|vive le vent",
    r"(?:feliz|noite de|árvore de|é) natal|natal (?:branco|todo dia)|natalin[oa]s|papai noel|noite feliz",
)
OTHER_LETTERS = "クリスマス|サンタクロース|サンタが|きよしこの夜|ジングルベル|圣诞|聖誕|平安夜"
_FOUND = re.compile(rf"\b(?:{'|'.join(_WORDS)})\b|{OTHER_LETTERS}", re.MULTILINE)
_ANOTHER = "nightmare before christmas"
"""A film for Halloween."""


def is_christmas(text: str) -> bool:
    """Whether a title, an album or a word that people look for is about Christmas."""
    text = text.lower()
    return bool(_FOUND.search(text)) and _ANOTHER not in text


def in_season(now_ms: int) -> bool:
    """Whether Christmas songs are in season, in UTC."""
    now = datetime.fromtimestamp(now_ms / 1000, UTC)
    return BEGINS <= (now.month, now.day) <= ENDS


def for_christmas(track: Track) -> bool:
    """Whether a song is for Christmas. The album is enough: all of "A Motown Christmas" is."""
    return is_christmas(track.title) or is_christmas(track.album or "")
