"""Tests of `bot/checks/`."""
