"""Tests of bot/lists."""
