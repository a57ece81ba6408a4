"""The languages that Encore speaks: one gettext catalogue each, `bot/locale/<code>.po`.

The English texts in the code are the keys, and `make translations` brings the catalogues up to date.
They are compiled in memory when they are first used, so that only what people write is kept.
"""

from __future__ import annotations

import gettext
import io
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Literal

from babel import Locale
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_percent

LOCALE = Path(__file__).parent / "locale"
LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "pt_BR": "Português (Brasil)",
    "ja": "日本語",
    "zh_CN": "简体中文",
}
"""Each language's code and its own name for itself."""
SAMPLES = (1_000_000, 2, 1)
"""A number of each kind that any of these languages has a form for."""


class Language:
    """One language: texts by their English, with what belongs into their braces."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._texts = _catalogue(code)
        self._locale = "en_GB" if code == "en" else code  # lists without a comma before "and"

    def say(self, message: str, **parts: object) -> str:
        """A marked text in this language."""
        return self.pattern(message).format(**parts)

    def count(self, one: str, many: str, number: int, **parts: object) -> str:
        """A text that depends on a number, which is its `{number}`."""
        return self.pattern(one, many, number).format(number=number, **parts)

    def pattern(self, one: str, many: str = "", number: int = 1) -> str:
        """A text before its braces are filled: of two forms, the one for a number."""
        texts = self._texts
        return self.adapted(texts.ngettext(one, many, number) if many else texts.gettext(one))

    def patterns(self, one: str, many: str) -> dict[str, str]:
        """Both forms of a text, or more, by the kinds of numbers that the language tells apart (CLDR)."""
        kind = Locale.parse(self._locale).plural_form
        return {kind(number): self.pattern(one, many, number) for number in SAMPLES}

    def adapted(self, text: str) -> str:
        """A text before its braces are filled, for a front door that words some things otherwise."""
        return text

    def label(self, context: str, message: str) -> str:
        """A text whose meaning the English alone does not tell."""
        return self._texts.pgettext(context, message)

    def command(self, name: str) -> str:
        """How people type a command, such as `/spotify connect`, by its English name without the slash."""
        return "/" + " ".join(self.label("command", word) for word in name.split())

    def listed(self, names: Sequence[str], style: Literal["standard", "or"] = "standard") -> str:
        """Names as one says them: a, b and c; or a, b or c."""
        return format_list(list(names), style, locale=self._locale)

    def percent(self, share: float) -> str:
        """A share of one as a whole percentage."""
        return _percent(share, self._locale)


@lru_cache(maxsize=5_000)  # a ballot is shown again with each vote
def _percent(share: float, locale: str) -> str:
    return str(format_percent(share, locale=locale))


class Renamed(Language):
    """A language for a front door whose commands go by other names.

    Args:
        code: the language.
        names: what is said for each command, by its English name without the slash.
    """

    def __init__(self, code: str, names: Mapping[str, str]) -> None:
        super().__init__(code)
        self._names = {Language.command(self, name): said for name, said in names.items()}
        longest_first = sorted(self._names, key=len, reverse=True)
        self._named = re.compile("(" + "|".join(map(re.escape, longest_first)) + r")(?!\w)")

    def command(self, name: str) -> str:
        """How people do here what the command does."""
        return self.adapted(super().command(name))

    def adapted(self, text: str) -> str:
        """A text with the other names."""
        return self._named.sub(lambda found: self._names[found[1]], text)


def _catalogue(code: str) -> gettext.NullTranslations:
    if code == "en":
        return gettext.NullTranslations()
    with (LOCALE / f"{code}.po").open("rb") as file:
        catalogue = read_po(file, locale=code)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


@cache
def language(code: str) -> Language:
    """The language with this code; English for one that is not spoken."""
    return Language(code if code in LANGUAGES else "en")


def spoken(locale: str) -> str:
    """The code of the language of a platform's locale, such as `pt-BR` or `es-419`; English for any other."""
    exact = locale.replace("-", "_")
    return next((code for code in LANGUAGES if code in {exact, exact.split("_")[0]}), "en")
