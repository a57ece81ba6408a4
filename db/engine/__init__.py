"""The two databases: how they are opened, how a query is written and run, and who waits for whom."""
