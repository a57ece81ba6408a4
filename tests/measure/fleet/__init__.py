"""Four bot processes on one PostgreSQL: what it costs to kill and to replace one, and what rows cost.

`python -m tests.measure.fleet` and `python -m tests.measure.fleet.rows`.
"""
