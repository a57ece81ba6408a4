"""Four bot processes on one PostgreSQL: what a killed one and a replaced one cost, and what a party's rows cost.

`python -m tests.measure.fleet` and `python -m tests.measure.fleet.rows`.
"""
