"""`make bench-sound`: own music held to its promises."""
