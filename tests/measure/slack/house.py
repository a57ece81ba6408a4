"""The bot's process with the Slack front door, by Socket Mode.

`python -m tests.measure.slack.house DATABASE_URL BOT_TOKEN APP_TOKEN BASE_URL`, orders on standard input.
"""

from __future__ import annotations

import sys

from bot.slack.app import SlackDoor
from bot.slack.installs import Single
from tests.measure.house import serve

if __name__ == "__main__":
    database_url, bot_token, app_token, base_url = sys.argv[1:]
    serve(
        database_url,
        lambda party: SlackDoor(party, Single(bot_token), app_token=app_token, base_url=base_url).open(),
    )
