"""Streams of known truth: what happens is written down beforehand, so that what is said of it can be judged.

Beside the way of an event: `demo` sends such a stream, `simulate` replays one and counts false alarms and delay.

    scenarios/       the stories, as data          scenario.py    their form      rules.py    what must hold in one
    library.py       finds and reads them          population.py  subgroups, and every rate on every day
    generator.py     scenario and seed -> records in the order of arrival         draws.py    one day of cases
    faults.py        duplicates, corrections, late records                        malformed.py  records that are none
    truth.py         what happened, when, to whom  writer.py, settings_text.py    a folder ready for `replay`
    labelled.py      reads a stream back           naive/         naive monitors to compare with
    cluster/         a cluster in memory, that the suite of the real one holds to its word
    comparison.py    false alarms and delay of both, table.py as people read them
"""
