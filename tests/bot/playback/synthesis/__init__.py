"""Tests of `bot.playback.synthesis`."""
