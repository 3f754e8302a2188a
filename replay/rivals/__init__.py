"""Us and other ways to watch a rate, on the same seeded streams: false alarms made equal, then the delay compared.

`python -m replay.rivals` writes `docs/comparison.md` and its picture.
"""
