"""What the bot is made of is listed truly, under licences that go together, and looked through for faults."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.supply import audit
from tests.supply.history import NoHistory, main, secrets_in
from tests.supply.licences import goes_with_mit, licence_of, listed, names
from tests.supply.pinned import ROOT, pins
from tests.supply.sbom import bill


def test_everything_is_pinned_with_its_hashes() -> None:
    """What is read of the lock file is all of it."""
    text = (ROOT / "requirements.txt").read_text("utf-8")
    found = list(pins())
    assert len(found) == sum("==" in line and not line.startswith(" ") for line in text.splitlines())
    assert sum(len(pin.hashes) for pin in found) == text.count("--hash=sha256:")
    assert all(pin.hashes for pin in found)


@pytest.mark.parametrize("name", names())
def test_a_licence_goes_with_ours(name: str) -> None:
    """Each package says under which it may be used, and that may be."""
    assert goes_with_mit(licence_of(name)), licence_of(name)


@pytest.mark.parametrize(
    ("expression", "goes"),
    [
        ("MIT", True),
        ("MPL-2.0 AND (Apache-2.0 OR MIT)", True),
        ("GPL-3.0-only OR MIT", True),
        ("GPL-3.0-only", False),
        ("MIT AND AGPL-3.0-or-later", False),
        ("unknown", False),
    ],
)
def test_which_licences_go_together(expression: str, goes: bool) -> None:
    """One may choose where there is an OR."""
    assert goes_with_mit(expression) is goes


def test_the_page_of_licences_is_todays() -> None:
    """It is as `python -m tests.supply.licences` prints it."""
    assert (ROOT / "docs" / "licences.md").read_text("utf-8") == listed()


def test_the_bill_names_everything_once() -> None:
    """Each package as a component with its hashes, and the same bill twice for the same lock file."""
    told = bill()
    assert told == bill()
    refs = [each["bom-ref"] for each in told["components"]]
    assert len(refs) == len(set(refs))
    assert {pin.url for pin in pins()} | {"pkg:npm/three@0.187.0"} == set(refs)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert told["metadata"]["component"]["version"] == project["version"]


def test_the_bill_is_cyclonedx() -> None:
    """By the published schema, which comes with what `make audit` installs."""
    schema = pytest.importorskip(
        "cyclonedx.schema", reason="make audit has not been run: no schema of CycloneDX"
    )
    validation = pytest.importorskip("cyclonedx.validation.json")
    judge = validation.JsonStrictValidator(schema.SchemaVersion.V1_6)
    try:
        found = judge.validate_str(json.dumps(bill()))
    except Exception as error:  # its own, for which it has another package
        pytest.skip(f"no validator of CycloneDX: {error}")
    assert found is None


def git(folder: Path, *words: str) -> str:
    """Runs git there, as somebody."""
    own = ("-c", "user.name=A", "-c", "user.email=a@b", "-c", "init.defaultBranch=main")
    command = ["git", "-C", str(folder), *own, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603


def repository(folder: Path, **files: str) -> Path:
    """A repository in which each file was committed, and then taken out again."""
    git(folder, "init")
    for name, text in files.items():
        (folder / name).write_text(text)
        git(folder, "add", "--force", name)
        git(folder, "commit", "-m", f"add {name}")
        (folder / name).unlink()
        git(folder, "commit", "-am", f"remove {name}")
    return folder


PLANTED = {
    "discord.txt": "MTk4NjIyNDgzNDcxOTI1MjQ4." + "Cl2FMQ." + "Zn" * 16,
    "slack.py": "TOKEN = 'xoxb" + "-123456789012-1234567890123-" + "aB3d" * 6 + "'",
    "webhook": "https://discord.com/api/webhooks/" + "1" * 18 + "/" + "aB3-" * 17,
    "key.txt": "-----BEGIN RSA " + "PRIVATE KEY-----\nabc",
    "settings": "ENCRYPTION_" + "KEYS=" + "a" * 43 + "=",
    ".env": "LOG_LEVEL=debug",
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_secret_that_was_ever_committed_is_found(tmp_path: Path, name: str) -> None:
    """Also where it was taken out again; what it is is not printed."""
    found = list(secrets_in(repository(tmp_path, **{name: PLANTED[name]})))
    assert len(found) == 1
    assert name in found[0]
    assert PLANTED[name] not in found[0]
    assert main(tmp_path) == 1


def test_words_are_no_secrets(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Names of settings, examples and this repository's own tests."""
    text = "SLACK_BOT_TOKEN=xoxb-...\nENCRYPTION_KEYS=\nhttps://hooks.slack.com/commands/T1/2/abc\n"
    assert main(repository(tmp_path, README=text)) == 0
    assert "no secrets" in capsys.readouterr().out


def test_without_a_history_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A copy of the files alone has none."""
    with pytest.raises(NoHistory):
        list(secrets_in(tmp_path))
    assert main(tmp_path) == 0
    assert "skipped" in capsys.readouterr().out


def test_a_secret_that_only_a_merge_brought_is_found(tmp_path: Path) -> None:
    """Whoever solves a conflict writes lines that no other commit has."""
    (folder := repository(tmp_path, a="a")).joinpath("b").write_text("ours\n")
    git(folder, "add", "b")
    git(folder, "commit", "-m", "ours")
    git(folder, "checkout", "-b", "other", "HEAD~1")
    (folder / "b").write_text("theirs\n")
    git(folder, "add", "b")
    git(folder, "commit", "-m", "theirs")
    git(folder, "merge", "--no-commit", "--strategy=ours", "main")
    (folder / "b").write_text(PLANTED["settings"])
    git(folder, "commit", "-am", "merge")
    assert len(list(secrets_in(folder))) == 1


def test_a_history_around_the_folder_is_none_of_its_own(tmp_path: Path) -> None:
    """A copy of the files may lie in somebody's other repository."""
    (inner := repository(tmp_path, settings=PLANTED["settings"]) / "encore").mkdir()
    assert main(tmp_path) == 1
    assert main(inner) == 0


def test_without_git_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an image that has the files and Python alone."""
    monkeypatch.setenv("PATH", str(tmp_path))
    assert main(tmp_path) == 0
    assert "skipped" in capsys.readouterr().out


def test_a_history_that_cannot_be_read_is_not_called_clean(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Something of it is missing."""
    number = git(repository(tmp_path, a="a"), "rev-parse", "HEAD~1:a").strip()
    (tmp_path / ".git" / "objects" / number[:2] / number[2:]).unlink()
    assert main(tmp_path) == 1
    assert "no secrets" not in capsys.readouterr().out


SKIPPED = {"name": "a", "skip_reason": "not found"}
SOUND = {"name": "b", "version": "1", "vulns": []}
WRONG = {"name": "c", "version": "2", "vulns": [{"id": "PYSEC-1"}]}


@pytest.mark.parametrize(
    ("printed", "line", "wrong"),
    [
        ("", "skipped, for nobody could be asked (no route)", False),
        ([SKIPPED], "skipped, for nothing is told of its 1 packages", False),
        ([SKIPPED, SOUND], "has no known fault in 1 packages, 1 skipped of which nothing is told", False),
        ([SOUND, WRONG], "has packages with known faults: c 2: PYSEC-1", True),
    ],
)
def test_only_a_known_fault_is_a_failure(printed: object, line: str, wrong: bool) -> None:
    """Whoever has no network is told what was not looked at."""
    text = json.dumps({"dependencies": printed, "fixes": []}) if printed else ""
    assert audit.judge("x.txt", text, "warning\nno route\n") == (f"pip-audit: x.txt {line}", wrong)


@pytest.mark.parametrize(
    ("said", "line", "wrong"),
    [
        (
            "Traceback\nConnectionError: HTTPSConnectionPool(host='registry.example', port=443)",
            "skipped, for nobody could be asked (ConnectionError: HTTPSConnectionPool)",
            False,
        ),
        ("no answer in time", "skipped, for nobody could be asked (no answer in time)", False),
        (
            f"{sys.executable}: No module named pip_audit",
            "was not looked at (No module named pip_audit)",
            True,
        ),
    ],
)
def test_only_a_network_excuses_it(said: str, line: str, wrong: bool) -> None:
    """A tool that does not work would say nothing for ever; whom it asks is not told."""
    assert audit.judge("x.txt", "", said) == (f"pip-audit: x.txt {line}", wrong)


def test_what_is_newer_is_offered() -> None:
    """For packages, images and actions."""
    told = yaml.safe_load((ROOT / ".github" / "dependabot.yml").read_text("utf-8"))
    assert {each["package-ecosystem"] for each in told["updates"]} == {"pip", "docker", "github-actions"}
    assert {each["directory"] for each in told["updates"]} == {"/"}
