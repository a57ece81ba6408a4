"""The log: lines of text, or a JSON object a line; neither ever holds a secret."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
from collections.abc import Collection
from types import TracebackType

from pythonjsonlogger.json import JsonFormatter

from bot.hiding import HIDDEN, hide
from bot.party.errors import Unsaved

log = logging.getLogger("encore")

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
RENAMED = {"levelname": "level", "name": "logger", "exc_info": "error", "stack_info": "stack"}
"""What the fields of an object are called, where logging calls them otherwise."""
SHORTEST = 8
"""What is shorter is no secret, and would be found in any word."""
TOO_TALKATIVE = ("alembic", "aiosqlite", "sqlalchemy")
"""What says nothing below a warning: the values of every statement, say, in which nothing tells a secret."""
_ITS_OWN = frozenset({*vars(logging.makeLogRecord({})), "message", "asctime", "taskName"})
"""What every record has; anything else was given to it by whoever logs."""


class Discreet(logging.Formatter):
    """Writes as another formatter does, and hides what nobody may read.

    Args:
        written: the other one.
        secrets: what to hide, besides what `bot.hiding` knows by its shape and its place.
    """

    def __init__(self, written: logging.Formatter, secrets: Collection[str] = ()) -> None:
        super().__init__()
        self._written = written
        forms = {form for each in secrets if len(each) >= SHORTEST for form in (each, json.dumps(each)[1:-1])}
        longest_first = sorted(forms, key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def format(self, record: logging.LogRecord) -> str:
        """A line, or several where there is a traceback and the form is text."""
        return self._without(self._written.format(self._discreet(record)))

    def _discreet(self, record: logging.LogRecord) -> logging.LogRecord:
        """The same record with all its texts hidden in; the record itself is others', too."""
        told = logging.makeLogRecord(vars(record))
        told.msg, told.args = self._hidden(_message(record)), None
        if record.exc_info and not record.exc_text:
            told.exc_text = self.formatException(record.exc_info)
        told.exc_info = None
        told.exc_text = self._hidden(told.exc_text) if told.exc_text else None
        told.stack_info = self._hidden(record.stack_info) if record.stack_info else None
        for name in vars(told).keys() - _ITS_OWN:
            value = getattr(told, name)
            if not isinstance(value, (int, float, type(None))):
                setattr(told, name, self._hidden(str(value)))
        return told

    def _hidden(self, text: str) -> str:
        return hide(self._without(text))

    def _without(self, text: str) -> str:
        """A text without what the settings hold."""
        return self._secrets.sub(HIDDEN, text) if self._secrets is not None else text


def _message(record: logging.LogRecord) -> str:
    """What was logged, also where its arguments do not fit: logging would print those unseen."""
    try:
        return record.getMessage()
    except (TypeError, ValueError, LookupError):
        return f"{record.msg} {record.args}"


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
    for name in TOO_TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL)  # of connections that are lost
    sys.excepthook = _log_crash
    sys.unraisablehook = _log_unraisable
    threading.excepthook = _log_end_of_thread


def _log_crash(kind: type[BaseException], error: BaseException, where: TracebackType | None) -> None:
    """Has the end of the process written like everything else, with its secrets hidden."""
    log.critical("I have to stop.", exc_info=(kind, error, where))


def _log_end_of_thread(ended: threading.ExceptHookArgs) -> None:
    """The same of the end of a thread."""
    if ended.exc_type is not SystemExit:
        error = ended.exc_value or ended.exc_type()
        log.error("A thread ended.", exc_info=(ended.exc_type, error, ended.exc_traceback))


def _log_unraisable(found: sys.UnraisableHookArgs) -> None:
    """The same of what no one can be told, such as an error while something is thrown away."""
    error = found.exc_value or found.exc_type()
    log.error(
        "%s", found.err_msg or "Something failed.", exc_info=(found.exc_type, error, found.exc_traceback)
    )
