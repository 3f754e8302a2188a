"""fairdrift: the continuous fairness-drift monitor for models on Kubernetes.

The rooms, in the way of an event::

    events.py       typed, minimal; the only form in which an event lives inside
    vocabulary.py   raw attribute values -> codes -> one integer, and back to the names of subgroups
    settings/       one strict model of the YAML file; every field has its unit and its reason
    ports.py        EventSource, StateStore, Clock: small Protocols with the errors they may raise
    ports_cluster.py  the same of a cluster: what the rollback process reads, and the few things it may write
    ports_acting.py   the same of the rest it needs: VerdictFeed, AuditStore, Silences
    intake/         bytes + headers -> events, or a reject with a reason                                 PURE
    counting/       pairing, panes, watermark, cells, the subgroup lattice; one state per partition      PURE
    judging/        rates and intervals, reference, evidence, verdict, blame                              PURE
    acting/         known-good ledger, policy, plan                                                      PURE
    exporting/      metric catalogue, exposition, disclosure gate, report; looks in from the side
    adapters/       one outside thing each: kafka_python, files, sqlite, http, kubernetes, clock
    service/        the loop of the monitor process: poll, decode, count, commit, judge, publish
    controller/     the loop of the rollback process: hear, look, decide by table, write down, act, verify
    cli/            the commands; the only place that builds things from settings

Dependencies point one way, ``intake -> events <- counting <- judging <- acting``; a test walks the imports.
"""

__version__ = "0.1.0"
