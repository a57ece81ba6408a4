"""Tests of bot/spotify."""
