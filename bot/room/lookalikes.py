"""How a name looks: names that no eye tells apart look the same here.

The same idea as the skeletons of Unicode Technical Standard 39, section 4, with what nicknames need of it:
letters of other scripts become the Latin ones that they look like, and case, accents and signs count for
nothing.
"""

from __future__ import annotations

import re
import unicodedata

from anyascii import anyascii

from bot.party.visible import normal

_SHAPES = {
    # Cyrillic
    **dict(zip("АВЕЅІЈКМНОРСТУХҮԀԌԚԜӀЗЬ", "ABESIJKMHOPCTYXYdGQWI3b", strict=True)),
    **dict(zip("авеѕіјкмнорстухүԁԛԝӏзьһгпґҝқҳӽцшщ", "abesijkmhopctyxydqwl3bhrnrkkxxuww", strict=True)),
    # Greek
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("αβγεηικνοπρστυχωϲ", "aByenikvonpotuxwc", strict=True)),
    # Armenian
    **dict(zip("ՕՍՏԼՀաոսհցյզօքգ", "OUSLhwnuhgjqofq", strict=True)),
    # Cherokee
    **dict(zip("ᎠᎡᎢᎪᎫᎬᎳᎷᎻᎽᏀᏃᏎᏒᏔᏙᏚᏞᏟᏢᏦᏴᏂᏏ", "DRTAJEWMHYGZ4RWVSLCPKBhb", strict=True)),
    # Lisu
    **dict(zip("ꓐꓑꓓꓔꓖꓗꓙꓚꓜꓝꓟꓠꓡꓢꓣꓦꓧꓪꓫꓬꓮꓰꓲꓳꓴ", "BPDTGKJCZFMNLSRVHWXYAEIOU", strict=True)),
    # Coptic
    **dict(zip("ⲀⲂⲈⲎⲒⲔⲘⲚⲞⲢⲤⲦⲨⲬⲁⲉⲏⲓⲕⲙⲛⲟⲣⲥⲧⲩⲭ", "ABEHIKMNOPCTYXaehikmnopctyx", strict=True)),
}
"""Letters of other scripts, and the Latin ones that they look like."""
_ACCENTS = re.compile("[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]")
_ALIKE = str.maketrans("01i", "oll")
"""What looks the same in one case or the other."""
_PAIRS = (("rn", "m"), ("vv", "w"))
"""What two letters side by side look like."""
_NAMES = (
    "encore",
    *("host", "the host", "party host", "dj", "mod", "moderator", "admin", "administrator", "owner"),
    *("bot", "system", "server", "official", "support", "staff", "guest", "everyone", "nobody", "you"),
    *("spotify", "discord", "slack"),
    *("gastgeber", "gastgeberin", "moderatorin", "hôte", "animateur", "anfitrión", "anfitriona", "moderador"),
    *("anfitrião", "anfitriã", "ホスト", "主催者", "司会", "主持人", "房主", "管理员"),
)
"""What nobody may be called: it would speak for the house, or for whoever has the say."""


def looks(name: str) -> str:
    """How a name looks; the same for all names that look like it."""
    plain = _ACCENTS.sub("", normal("NFKD", name))
    letters = "".join(map(_shape, plain)).casefold()
    kept = "".join(char for char in letters if unicodedata.category(char)[0] in "LNM").translate(_ALIKE)
    for pair, one in _PAIRS:
        kept = kept.replace(pair, one)
    return kept or name.casefold()


def _shape(char: str) -> str:
    """A letter as a Latin one, where it is or looks like one."""
    if char.isascii():
        return char
    if char in _SHAPES:
        return _SHAPES[char]
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    return anyascii(char) if unicodedata.name(char, "").startswith("LATIN") else char


_RESERVED = frozenset(map(looks, _NAMES))
_HOUSE = looks("encore")


def is_reserved(name: str) -> bool:
    """Whether somebody of this name would be taken for the house, or for whoever has the say."""
    unnumbered = looks("".join(char for char in name if not char.isdecimal()))
    return looks(name) in _RESERVED or unnumbered in _RESERVED or looks(name).startswith(_HOUSE)
