"""Tests of bot/playback/sources."""
