"""The log's two forms, and that neither gives a secret away."""

from __future__ import annotations

import json
import logging
import sys
import threading
from typing import Any, NamedTuple

import pytest
from pydantic import SecretStr

from bot.logs import formatter, is_news, set_up
from bot.party.errors import NothingPlaying, Unread, Unsaved
from bot.settings import Settings

PASS = "GxklnQ4ZDHzABSfr037U1hkboKrGWl0_"


def record(message: str, *given: object, error: BaseException | None = None) -> logging.LogRecord:
    """Something that is logged."""
    raised = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("encore", logging.ERROR, __file__, 1, message, given, raised)


def test_json_is_an_object_a_line() -> None:
    """With when, how grave, who, what, and the traceback, whatever the message holds."""
    try:
        raise ZeroDivisionError("a\nb")
    except ZeroDivisionError as error:
        line = formatter("JSON").format(record('said "%s"\nand\u2028more', "x", error=error))
    assert "\n" not in line
    found = json.loads(line)
    assert (found["level"], found["logger"]) == ("ERROR", "encore")
    assert found["message"] == 'said "x"\nand\u2028more'
    assert found["time"].endswith("+00:00")
    assert found["error"].startswith("Traceback")
    assert found["error"].endswith("ZeroDivisionError: a\nb")


def test_what_follows_from_a_database_that_is_away_is_no_news() -> None:
    """It says so itself; whatever else goes wrong is told, another refusal included."""
    for error in (Unsaved(), Unread()):
        assert not is_news(record("Could not move on.", error=error))
        outer = RuntimeError()
        outer.__cause__ = error
        assert not is_news(record("Could not move on.", error=outer))
    assert is_news(record("Could not move on.", error=NothingPlaying()))
    assert is_news(record("PostgreSQL is away."))


SECRETS = {name for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}


@pytest.fixture
def settings() -> Settings:
    """With every secret that there can be."""
    url = "postgresql+asyncpg://user:secret%2Fof-db@host/party"
    given: dict[str, Any] = {name: SecretStr(f"secret-of-{name}") for name in SECRETS}
    given |= {"encryption_keys": (SecretStr("secret-of-key-1"), SecretStr("secret-of-key-2"))}
    return Settings.model_construct(**given, database_url=url)


@pytest.mark.parametrize("form", ["text", "json"])
def test_no_secret_is_ever_written(settings: Settings, form: str) -> None:
    """Whatever of ours or of a library's has it in a message, an argument or an error."""
    written = formatter(form, settings.secrets)
    secrets = {f"secret-of-{name}" for name in SECRETS - {"encryption_keys"}}
    secrets |= {"secret-of-key-1", "secret-of-key-2", "secret%2Fof-db", "secret/of-db"}
    for secret in secrets:
        line = written.format(record("x %s y", secret, error=ValueError(f"<{secret}>")))
        assert secret not in line
        assert line.count("[hidden]") == 2


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(
    "address",
    [
        f"https://party.example/party/{PASS}",
        f"/party/{PASS}/tv",
        f"/night/{PASS}",
        f"/spotify/connect/{PASS}",
        f"/spotify/callback?code={PASS}&state={PASS}",
    ],
)
def test_no_link_that_lets_in_is_ever_written(form: str, address: str) -> None:
    """What comes before and behind the secret stays."""
    line = formatter(form).format(record("GET %s failed", address, error=OSError(address)))
    assert PASS not in line
    assert "[hidden]" in line
    assert "failed" in line


def test_a_secret_with_quotes_is_none_in_json() -> None:
    """There it is spelt otherwise."""
    line = formatter("json", {'a"secret\\here'}).format(record('x a"secret\\here y'))
    assert "secret" not in line


def test_words_are_no_secrets() -> None:
    """A setting as short as a word hides nothing of what is told."""
    assert "0 songs" in formatter("text", {"0", ""}).format(record("0 songs"))


def test_the_end_of_a_process_is_written_likewise(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody caught is an object too, with its secrets hidden."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [])
    monkeypatch.setattr(root, "level", root.level)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    set_up("info", "json", {"a-secret-thing"})
    logging.captureWarnings(False)
    sys.excepthook(ValueError, ValueError("a-secret-thing"), None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, ValueError("a-secret-thing"), None, None)))
    dropped: Any = Unraisable(ValueError, ValueError("a-secret-thing"), None, "Ignored a-secret-thing", None)
    sys.unraisablehook(dropped)
    ends = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [each["level"] for each in ends] == ["CRITICAL", "ERROR", "ERROR"]
    assert {each["error"] for each in ends} == {"ValueError: [hidden]"}
    assert ends[-1]["message"] == "Ignored [hidden]"


class Unraisable(NamedTuple):
    """What Python tells of an error that nobody can be told of."""

    exc_type: type[BaseException]
    exc_value: BaseException
    exc_traceback: None
    err_msg: str
    object: None


@pytest.mark.parametrize("form", ["text", "json"])
def test_whatever_a_record_has_is_looked_at(form: str) -> None:
    """Arguments that do not fit, a stack, fields of whoever logs, and a payload in place of a message."""
    token = {"token": PASS}
    for each in (
        record("two %s %s", token),
        record("%d", token),
        logging.makeLogRecord({"msg": token}),
        logging.makeLogRecord(
            {"msg": "x", "stack_info": f"in f, {token}", "payload": token, "url": f"?code={PASS}"}
        ),
        logging.makeLogRecord({"msg": "x", "exc_text": f"ValueError: {token}"}),
    ):
        line = formatter(form).format(each)
        assert PASS not in line
        if form == "json":
            json.loads(line)


def test_a_record_stays_as_it_is_for_others() -> None:
    """Somebody else may write it, too."""
    given = record("x %s", {"token": PASS}, error=ValueError(PASS))
    before = dict(vars(given))
    formatter("text").format(given)
    assert vars(given) == before
