"""Tests of bot/playback."""
