"""Whole lists of songs that people paste or upload: what form they have, and which songs they name."""
