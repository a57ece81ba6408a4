"""Tests of bot/recommend."""
