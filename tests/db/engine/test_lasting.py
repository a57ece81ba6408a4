"""A disk that is thrown away with what runs on it, and one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.party.errors import StartError
from db.engine import lasting
from db.engine.lasting import check_lasting, file_system

CONTAINER = r"""
532 433 0:61 / / rw,relatime master:186 - overlay overlay rw,lowerdir=/var/lib/docker/overlay2/l/A
533 532 0:64 / /proc rw,nosuid - proc proc rw
534 532 0:65 / /dev rw,nosuid - tmpfs tmpfs rw,size=65536k,mode=755
537 532 254:1 /var/lib/docker/volumes/party/_data /data rw,relatime master:1 - ext4 /dev/vda1 rw
538 532 0:66 / /tmp rw,nosuid - tmpfs tmpfs rw
539 532 254:1 /srv /with\040a\040space rw shared:1 propagate_from:2 - xfs /dev/vda1 rw
540 537 0:67 / /data/cache rw - tmpfs tmpfs rw
"""
"""What Docker mounts for an image with a volume at /data and a tmpfs at /tmp."""
MACHINE = """
21 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
22 21 0:5 / /dev rw shared:2 - devtmpfs udev rw
23 21 0:20 / /run rw,nosuid shared:5 - tmpfs tmpfs rw
24 21 0:20 / /home rw,nosuid shared:5 - btrfs /dev/vdb rw
nonsense
25 21 0:20
"""


@pytest.fixture
def mounted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where a test writes what is mounted."""
    monkeypatch.setattr(lasting, "MOUNTS", tmp_path / "mountinfo")
    return tmp_path / "mountinfo"


@pytest.mark.parametrize(
    ("mounts", "folder", "kind"),
    [
        (CONTAINER, "/data", "ext4"),
        (CONTAINER, "/data/parties", "ext4"),
        (CONTAINER, "/data/cache", "tmpfs"),
        (CONTAINER, "/database", "overlay"),
        (CONTAINER, "/opt/encore", "overlay"),
        (CONTAINER, "/tmp", "tmpfs"),  # noqa: S108 - only looked up
        (CONTAINER, "/with a space/party", "xfs"),
        (MACHINE, "/opt/encore", "ext4"),
        (MACHINE, "/run/encore", "tmpfs"),
        (MACHINE, "/home/ann", "btrfs"),
        ("", "/data", ""),
    ],
)
def test_where_a_folder_is(mounted: Path, mounts: str, folder: str, kind: str) -> None:
    """The nearest mount counts."""
    mounted.write_text(mounts)
    assert file_system(Path(folder)) == kind


@pytest.mark.parametrize(
    ("mounts", "url", "refused"),
    [
        (CONTAINER, "sqlite+aiosqlite:////data/party.db", False),
        (CONTAINER, "sqlite+aiosqlite:////opt/encore/party.db", True),
        (CONTAINER, "sqlite+aiosqlite:////dev/shm/party.db", True),
        (CONTAINER, "postgresql+asyncpg://encore@database/encore", False),
        (MACHINE, "sqlite+aiosqlite:////opt/encore/party.db", False),
        (MACHINE, "sqlite+aiosqlite:////run/encore/party.db", True),
    ],
)
def test_a_file_that_would_be_lost_is_refused(mounted: Path, mounts: str, url: str, refused: bool) -> None:
    """In one line that says what to do; a volume and a real disk are fine."""
    mounted.write_text(mounts)
    if not refused:
        check_lasting(url, {})
        return
    with pytest.raises(StartError, match=r"^DATABASE_URL: .+ALLOW_EPHEMERAL=1 if that is meant$"):
        check_lasting(url, {})


def test_a_dyno_keeps_no_file(mounted: Path) -> None:
    """Heroku says by a variable that it is one; PostgreSQL is fine there."""
    mounted.write_text(MACHINE)
    with pytest.raises(StartError, match=r"^DATABASE_URL: party\.db is on a dyno's own disk"):
        check_lasting("sqlite+aiosqlite:///party.db", {"DYNO": "worker.1"})
    check_lasting("postgresql+asyncpg://encore@database/encore", {"DYNO": "worker.1"})


def test_a_link_is_where_it_leads(mounted: Path, tmp_path: Path) -> None:
    """A folder of a container that is a link into a volume is fine, and the other way round not."""
    mounted.write_text(f"1 0 0:1 / / rw - ext4 a rw\n2 1 0:2 / {tmp_path.resolve()}/memory rw - tmpfs b rw\n")
    (tmp_path / "memory").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "memory")
    with pytest.raises(StartError, match="in memory"):
        check_lasting(f"sqlite+aiosqlite:///{tmp_path}/link/party.db", {})


def test_where_nobody_says_what_is_mounted_all_is_fine(mounted: Path) -> None:
    """As on a Mac."""
    assert not mounted.exists()
    check_lasting("sqlite+aiosqlite:///party.db", {})
