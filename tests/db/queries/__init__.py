"""Tests of `db/queries/`."""
