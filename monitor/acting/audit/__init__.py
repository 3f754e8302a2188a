"""The audit trail as values: lines that hang together, a tree over them, signed checkpoints, and what proves them.

Way of an event: step 13; read again by the offline commands. Pure: a store keeps the lines, and whoever holds the key
hands in how to sign. In the order they build on each other: `form`, `merkle`, `proofs`, `notes`, `checkpoint`, `prove`,
`verify`, `reconcile`, `replan`.

What it cannot prove is in `verify.CANNOT_PROVE`, and stands in every report.
"""
