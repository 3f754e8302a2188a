"""The verdict feed: numbered records of what is said of every stream and revision, for the rollback process.

facts.py      what a view holds for it beside what people are shown     blocks.py    why nothing may follow: a table
standing.py   one model's view, looked up once for all its records      records.py   the two kinds of record
verdict_log.py  which are due, their numbers, and what is still held     pages.py     the part of it that was asked for
"""
