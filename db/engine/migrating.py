"""Brings the tables up to date, in the connection that it is given."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, func, select

MIGRATIONS = Path(__file__).parents[1] / "migrations"
MIGRATING = 0x656E636F7265
"""The number of the lock that a PostgreSQL database has for the process that brings it up to date."""


def alembic_config(connection: Connection) -> Config:
    """Where the migrations are, and the connection they run in."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def migrate(connection: Connection) -> None:
    """Runs the migrations that a database has not seen yet."""
    if connection.dialect.name == "postgresql":  # several processes may start at once
        connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
    command.upgrade(alembic_config(connection), "head")
