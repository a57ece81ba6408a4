"""A party on somebody's device: what the device reports, what it is told, and who hosts."""
