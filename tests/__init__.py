"""Tests mirror the folders they test; `fakes` holds the protocol-faithful fake servers."""
