"""Writers over every use case while processes are killed and disks fill; then what is there is counted.

`make torture` or `python -m tests.measure.torture`, and `python -m tests.measure.torture.large`.
"""
