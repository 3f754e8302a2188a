"""Step 7 and 8 of the way of an event: ripe cells become evidence, evidence becomes verdicts and blame. Pure.

Read `judge` for the order of things; `reference` and `bootstrap` for what rates are compared with; `expected`,
`margin`, `dispersion` and `bets` for what is held against them; `weights` for the budget of false alarms; `table` and
`blame` for what is said in the end. The detectors: D1, a rate against its reference (`e_detector`, `evidence`); D2, a
subgroup against everybody else (`gap`); REV, a revision against its former one's past, and D3, against its present
(`revision_effect`, `concurrent`, both of a `release`). `incidents` makes one story of what one cause has moved.
"""
