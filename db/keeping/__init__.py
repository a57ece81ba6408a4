"""Parties kept safe: copies, what comes back from one, and the way from one database to another."""
