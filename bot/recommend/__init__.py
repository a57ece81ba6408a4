"""The model at work: its bundle, the catalogue of songs, and the group's taste."""
