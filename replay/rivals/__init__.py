"""Us and other ways to watch a rate, on the same seeded streams: false alarms made equal, then the delay compared.

`replay.scenarios` writes `docs/comparison.md` of it; `python -m replay.rivals` prints it.
"""
