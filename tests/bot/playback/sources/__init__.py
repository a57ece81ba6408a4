"""Sources of people's own music."""
