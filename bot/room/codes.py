"""QR codes of links, as rows of light and dark squares that a page draws."""

from __future__ import annotations

import segno

MOST = 512
"""The longest address that a code is made of, in characters."""


def squares(address: str) -> list[str]:
    """The code of an address, a row a text: 1 is dark, 0 is light. The quiet zone around it is not in it.

    Of the levels of error correction it takes M (ISO/IEC 18004): about 15 % of it may be covered, by a reflection
    on a screen for instance.
    """
    code = segno.make(address[:MOST], error="m", micro=False, boost_error=False)
    return ["".join("1" if square else "0" for square in row) for row in code.matrix]
