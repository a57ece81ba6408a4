"""What pages read of a request."""

from __future__ import annotations

import sys
from types import FrameType

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.room import pages
from bot.room.pages import COOKIE, cookie, wished_code

MANY = "a;=" * 2_500
"""What fits into one line of a request: aiohttp takes five milliseconds to take it apart."""


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (None, ""),
        ("", ""),
        (f"{COOKIE}=de", "de"),
        (f"{COOKIE}=pt-BR; other=1", "pt-BR"),
        (f'other=1; {COOKIE}="de"', "de"),
        (f"not-{COOKIE}=de", ""),
        (f"x{COOKIE}=fr; {COOKIE}=de", "de"),
        (f"{MANY}; {COOKIE}=de", "de"),
        (f"{COOKIE}={MANY}", "a"),
    ],
)
def test_a_cookie_is_found_among_others(sent: str | None, found: str) -> None:
    request = make_mocked_request("GET", "/", {} if sent is None else {"Cookie": sent})
    assert cookie(request, COOKIE) == found
    assert pages.wished_code(request) == ({"de": "de", "pt-BR": "pt_BR"}.get(found) or "en")


def test_a_thousand_cookies_cost_no_more_than_one() -> None:
    """Forty lines that send as many as may be keep everybody else waiting with nothing but that."""
    made = []

    def count(frame: FrameType, event: str, _: object) -> None:
        made.append(event)

    calls = []
    for sent in ("a=b", MANY):
        request = make_mocked_request("GET", "/", {"Cookie": f"{sent}; {COOKIE}=de"})
        made.clear()
        sys.setprofile(count)
        try:
            assert wished_code(request) == "de"
        finally:
            sys.setprofile(None)
        calls.append(len(made))
    assert calls[1] <= calls[0] + 5
