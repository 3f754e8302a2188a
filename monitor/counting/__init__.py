"""Step 3 to 6 of the way of an event: join, cell, pane, watermark. Pure.

Read `rules` for what is counted, `history` for the truth about one id, `fold` for the same on whole batches, `cells`
and `windows` for what comes out.
"""
