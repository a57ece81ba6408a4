"""What each command does, once for all front doors; `bot.doors.commands` says which is which."""
