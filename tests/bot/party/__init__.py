"""Tests of bot/party."""
