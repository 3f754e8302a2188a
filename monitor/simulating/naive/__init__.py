"""Naive monitors, as one would write them in an afternoon or takes them from a library: to be compared with.

After the way of an event: they work on labelled predictions as their labels arrive, whatever their age and revision,
and watch each one-attribute subgroup by itself or beside everybody else. Pure.

    heard.py     what a monitor said         counting.py  which cases a rate counts, and sums over windows
    windows.py   a fixed bound, a z test     mann_whitney.py       of_river.py  ADWIN, PageHinkley, DDM
    monitors.py  all of them, with the settings they come with
"""
