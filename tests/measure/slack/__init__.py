"""How the bot holds in Slack under load: the real bot in one process, a fake Slack full of people in another.

`make bench-slack` prints what is promised and what was measured.
"""
