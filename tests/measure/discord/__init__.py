"""How the bot holds under load: the real bot in one process, a fake Discord full of people in another.

`make bench-discord` prints what is promised and what was measured.
"""
