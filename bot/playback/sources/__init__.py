"""Where people have their own music: folders and servers, all of them behind `bot.playback.ports.Source`."""
