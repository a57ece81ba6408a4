"""Fakes of the services that the bot talks to, each on a port of its own."""
