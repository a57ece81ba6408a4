"""Tests of `db/engine/`."""
