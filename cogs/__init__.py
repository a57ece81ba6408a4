"""Discord's slash commands and buttons, one file a subject."""
