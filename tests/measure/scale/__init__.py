"""What Encore costs at scale, beside what one would take off the shelf instead.

`make bench-scale` writes BENCHMARKS.md. Each part runs in processes of its own; `PARTS` and `SIZES` choose.
"""
