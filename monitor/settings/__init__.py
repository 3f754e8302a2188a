"""The settings file: one strict model of the YAML; every field has unit, meaning and the reason for its default.

Before the way of an event begins: `cli` loads the settings and builds everything from them. Only `load` and the shipped
vocabularies touch files; the rest is pure.

    load.py          the file -> `Settings`, or every problem at once with its place and what to do
    tree.py          YAML text -> a tree whose nodes know their place        scalars.py  what a plain scalar is
    environment.py   ``FAIRDRIFT__KAFKA__CLIENT=confluent`` overrides single values
    model.py         the whole model; sections/ one section a file; rules/ what must hold between settings
    problems.py      problems and how they print      sentences.py  what the validator found, as sentences
    derive.py        settings -> coding, lattice, windows, series estimate
    schema.py, page.py   JSON Schema and the page docs/settings.md, made from the model
"""
