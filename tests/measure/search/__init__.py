"""How well a typed text finds its song, beside what one would take off the shelf instead.

`python -m tests.measure.search`: the cases are made from the catalogue, the peers search in the same songs.
"""
