"""The loop of the rollback process: hears verdicts, looks at the cluster, decides by table, writes down, acts.

In the way of an event: steps 11 to 15. It decides nothing itself: `acting` does, from what this room hands it.

- told beforehand: `rules` (targets, limits), `needs` (the log, the copies of templates, the clock)
- heard and seen: `ear` (the feed), `sight` (a Deployment), `attributed` (what speaks of it), `gathering`, `news`
- remembered: `book` (the audit log, folded), `noted` (what our own entries hold), `recording` (how they are written)
- decided, state by state: `moment`, `watched`, `planned`, `executed`, `followed`; `handling` runs them
- done: `lease` and `elector` (who leads), `registry` (what the gate reads), `telling` (Events), `shadow` (nothing)
- asked: `asked` and `desk` (what people want), `obeying` (what is done about it)
- all of it: `loop`
"""
