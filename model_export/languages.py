"""In which language a song is, as far as its title tells: by its letters, or by the small words between."""

from __future__ import annotations

import unicodedata
from collections import Counter

UNTOLD = "not told by the title"
_SCRIPTS = {
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    "CJK": "Chinese or Japanese",
    "CYRILLIC": "Cyrillic letters",
    "GREEK": "Greek",
    "ARABIC": "Arabic letters",
    "HEBREW": "Hebrew",
    "DEVANAGARI": "Hindi",
    "THAI": "Thai",
}
"""By the first word of a letter's Unicode name, the surest first."""
_SMALL_WORDS = {
    "English": "the you my and of to it is i your we be for with this that when what are all up on from "
    "it's i'm don't can't out how if they her his",
    "Spanish": "el los las y con mi una del por para como más qué te yo eres amor corazón vida sin está",
    "German": "der das und ich nicht ein eine du mit ist wir dich mich mein dein auf im für liebe nur wenn",
    "French": "le les je et une dans pas mon ma des est moi toi ce ça avec pour sur nous vie sans c'est",
    "Italian": "il una di che per amore non della io ti un sono mio nel gli cosa vita più come senza",
    "Portuguese": "o não você meu uma eu dos da em no minha com é pra mais um são saudade",
}
"""Words of which a title in that language often has one; what several share counts for each of them."""
_LANGUAGE_OF: dict[str, list[str]] = {}
for _language, _words in _SMALL_WORDS.items():
    for _word in _words.split():
        _LANGUAGE_OF.setdefault(_word, []).append(_language)


def language_of(title: str) -> str:
    """The language, or only the letters, of a title; `UNTOLD` where nothing or as much speaks for another."""
    scripts = {unicodedata.name(sign, "").partition(" ")[0] for sign in title if sign.isalpha()}
    scripts |= {script.partition("-")[0] for script in scripts}
    for script, language in _SCRIPTS.items():
        if script in scripts:
            return language
    # What stands behind a hyphen or in brackets is seldom the song's own ("- Remastered 2011").
    plain = title.casefold().replace("’", "'").partition(" - ")[0].partition("(")[0]
    words = (word.strip(".,!?\"'") for word in plain.split())
    votes = Counter(language for word in words for language in _LANGUAGE_OF.get(word, ()))
    (first, most), (_, second) = (*votes.most_common(2), ("", 0), ("", 0))[:2]
    return first if most > second else UNTOLD
