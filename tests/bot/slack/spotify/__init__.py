"""Tests of Slack with Spotify set up."""
