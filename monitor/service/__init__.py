"""The loop of the monitor process: poll, decode, count, commit, judge, publish.

`plan` says what the loop needs to know, `shard` is one partition number, `feed` is steps 1 to 6 for the topics that are
joined, `judged` is steps 7 and 8 for one model, `publisher` is step 9, `loop` ties them together.
"""
