"""Where people's own music is."""
