"""What follows from a verdict: rarely an action, always a reason. Values in, values out.

The controller carries them out.

In the way of an event:

- heard: `records`, `hearing`, `attribution` (is it about what runs?), `blame_signals`, `watching`
- known: `identities` and `replica_sets` (what the cluster runs), `known_good` (the ledger), `target`
- folded from the audit log: `entries`, `incidents`, `actions`, `people`, `approval`
- decided: `policy` (the table of states), `effects`, `plan`, `planning`, `limits`, `guards`
- done: `patch`, `answers`, `completion`, `soak`, `contest`; what others want: `silences`, `owners`
- told: `audit` (the trail), `states_page` (the runbook's picture)

Nothing decided is kept anywhere but in the audit log. Pure.
"""
