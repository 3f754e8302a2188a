"""Step 2 of the way of an event: bytes and headers -> events, or a reject with a reason. Pure.

Read `wire` for what producers write, `refusal` for why something is refused, `decode` for the order in which a record
is looked at; `body`, `openers`, `cloudevents`, `mapping` get the text out of a record, `flat` with `forms` reads it,
`inferences` and `makers` make events of it, `attributes`, `scores`, `times` the parts of one. `schemas/` and
`examples/` are for producers.
"""
