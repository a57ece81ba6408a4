"""The web room, over real sockets and in a real browser."""
