"""One hostile visitor, or ten, against a real room: what becomes of somebody else's search."""
