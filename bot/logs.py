"""The log: lines of text, or a JSON object a line; neither ever holds a secret."""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Collection
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

from bot.party.errors import Unsaved

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
RENAMED = {"levelname": "level", "name": "logger", "exc_info": "error", "stack_info": "stack"}
"""What the fields of an object are called, where logging calls them otherwise."""
SHORTEST = 8
"""What is shorter is no secret, and would be found in any word."""
HIDDEN = "[hidden]"
LINKS = re.compile(r"(/(?:party|night|spotify/connect)/)[A-Za-z0-9_-]{16,}")
"""Addresses that let in whoever has them."""
ANSWERS = re.compile(r"([?&](?:code|state)=)[^&\s\"']+")
"""What people bring back from a login elsewhere."""


class Discreet(logging.Formatter):
    """Writes as another formatter does, and hides what nobody may read.

    Args:
        written: the other one.
        secrets: what to hide, besides addresses that let people in.
    """

    def __init__(self, written: logging.Formatter, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._written = written
        forms = {form for each in secrets if len(each) >= SHORTEST for form in (each, json.dumps(each)[1:-1])}
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def format(self, record: logging.LogRecord) -> str:
        """A line, or several where there is a traceback and the form is text."""
        text = self._written.format(record)
        if self._secrets is not None:
            text = self._secrets.sub(HIDDEN, text)
        return ANSWERS.sub(rf"\1{HIDDEN}", LINKS.sub(rf"\1{HIDDEN}", text))


def is_news(record: logging.LogRecord) -> bool:
    """Whether a line says something new: why the database takes nothing it says itself, once a minute.

    All that goes on by itself meets that meanwhile, again and again, each with a traceback.
    """
    error = record.exc_info[1] if record.exc_info else None
    return not isinstance(error, Unsaved) and not isinstance(getattr(error, "__cause__", None), Unsaved)


class _Lines(JsonFormatter):
    """An object a line, with what a text line has, and the traceback of an error."""

    def __init__(self) -> None:
        super().__init__(
            "%(levelname)s %(name)s %(message)s",
            rename_fields=RENAMED,
            timestamp="time",
        )


def formatter(form: str, secrets: Collection[str] = ()) -> logging.Formatter:
    """What writes the log.

    Args:
        form: `text` or `json`.
        secrets: what it must not show.
    """
    return Discreet(_Lines() if form.casefold() == "json" else logging.Formatter(TEXT), secrets)


def set_up(level: str, form: str, secrets: Collection[str] = ()) -> None:
    """Begins to write the log to the standard error.

    Args:
        level: the least that is written, like `info`.
        form: `text` or `json`.
        secrets: what it must not show.
    """
    handler = logging.StreamHandler()
    handler.setFormatter(formatter(form, secrets))
    handler.addFilter(is_news)
    logging.basicConfig(level=level.upper(), handlers=[handler])
    logging.captureWarnings(True)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # of connections that are lost
    sys.excepthook = _log_crash


def _log_crash(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """Has the end of the process written like everything else, with its secrets hidden."""
    logging.getLogger("encore").critical("I have to stop.", exc_info=(kind, error, where))
