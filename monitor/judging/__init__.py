"""Step 7 and 8 of the way of an event: ripe cells become evidence, evidence becomes verdicts. Pure.

Read `judge` for the order of things; `reference` and `bootstrap` for what rates are compared with; `expected`, `margin`
and `bets` for what is held against them; `e_detector` for the evidence itself; `weights` for the budget of false
alarms; `table` for what is said in the end. One detector speaks so far: D1, a rate against its reference. Small
statistics wait in files of their own for the detectors to come: `coarse`, `beta_binomial`, `any_dependence`.
"""
