"""Calibration: whether people with the same score still turn out alike. Watched where asked for; never acts. Pure.

Read `calibration` for the order of things; `alternatives` for what is bet on and what is tolerated; `panes` for what is
waited for; `error` for the number that people are shown beside it.
"""
