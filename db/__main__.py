"""`python -m db MESSAGE` writes a migration that brings a fresh database to `db/schema.py`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from db.store import alembic_config


def main(message: str) -> None:
    """Compares the migrated tables with the schema and writes what is missing as the next revision."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(f"sqlite:///{Path(folder) / 'fresh.db'}")
        with engine.begin() as connection:
            config = alembic_config(connection)
            command.upgrade(config, "head")
            latest = ScriptDirectory.from_config(config).get_current_head() or "0"
            command.revision(config, message, autogenerate=True, rev_id=f"{int(latest) + 1:04}")


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]) or "change the tables")
