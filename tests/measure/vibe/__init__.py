"""How well words of a vibe are understood, and what comes of them."""
