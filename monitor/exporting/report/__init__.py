"""The report of a replay: one HTML file that needs nothing else, in numbers that may be shown.

Way of an event: after its end. `story` gathers and gates, `words`, `chart` and `table` draw, `page` puts it together.
"""
