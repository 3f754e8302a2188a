"""Simulations that check what the statistics promise: one module an acceptance test, the judge's own functions in each.

Each module has `figures(runs, rng)`. `make campaign-statistics` runs all of them with many runs, the tests with few.
"""
