"""Where parties are kept: all SQL, and only SQL."""
