"""The recommender: from playlists to the bundle that the bot runs."""
