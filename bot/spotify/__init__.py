"""The only rooms that know Spotify: its client, members' accounts, and the breaker."""
