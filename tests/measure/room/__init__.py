"""The web room under load: five hundred guests of one party, each over a real WebSocket."""
