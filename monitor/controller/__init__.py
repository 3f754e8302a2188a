"""The loop of the rollback process: hears verdicts, looks at the cluster, decides by table, writes down, acts.

In the way of an event: steps 11 to 15. It decides nothing itself: `acting` does, from what this room hands it.
"""
