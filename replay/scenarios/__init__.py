"""Us and naive monitors on the shipped scenarios: streams of events through the real replay, and tuned rivals.

`make campaign-comparison` writes `docs/comparison.md` with the contest of `replay.rivals` and this one.

    ours.py     one stream through the real counting and judging      tuning.py   rivals made as quiet as we are
    contest.py  every monitor on every scenario and seed               page.py, picture.py  as people read it
"""
