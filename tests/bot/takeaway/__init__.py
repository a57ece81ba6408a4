"""Tests of bot/takeaway."""
