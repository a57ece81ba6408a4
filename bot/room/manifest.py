"""What makes a party's page an app on a home screen (W3C Web Application Manifest)."""

from __future__ import annotations

from aiohttp import web

from bot.room import assets
from bot.room.icons import ICONS

PATH = "/manifest.webmanifest"
TYPE = "application/manifest+json"
PURPOSES = {"icon-192.png": "any", "icon-512.png": "any", "maskable-512.png": "maskable"}


def beside(page: str) -> str:
    """Where the manifest of a page is, by the page's path."""
    return f"{page.rstrip('/')}{PATH}"


async def show(request: web.Request) -> web.Response:
    """The manifest of the page beside it: the app opens that party, and no other."""
    page = request.path.removesuffix(PATH) or "/"
    told = {
        "id": page,
        "start_url": page,
        "scope": page,
        "name": "Encore",
        "short_name": "Encore",
        "display": "standalone",
        "theme_color": "#d9381e",
        "background_color": "#fbf1de",
        "icons": [
            {
                "src": assets.address(name),
                "sizes": f"{ICONS[name].side}x{ICONS[name].side}",
                "type": "image/png",
                "purpose": purpose,
            }
            for name, purpose in PURPOSES.items()
        ],
    }
    return web.json_response(told, content_type=TYPE)
