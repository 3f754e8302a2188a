"""Statistics of drift that people are used to. They annotate; none moves a verdict, a test says so. Pure.

Read `drift` for the order of things; `score_shift` and `mix` for what is compared with the reference; `second_opinion`
for detectors of others. None has a promised number of false alarms.
"""
