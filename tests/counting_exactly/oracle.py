"""The oracle: what must be counted, in plain SQL over the whole log. It shares no code with `monitor.counting`.

It knows nothing of batches, order of topics, restarts or letting go: a log of each topic goes in, cells come out.
"""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

from monitor.events import Attributes, Event, Explanation, Inference, Outcome

Log = Mapping[str, Sequence[Event]]
CellName = tuple[object, ...]
"""Model, revision, pane, age bin, combination, prediction, label; or, label-free (bin -1): .., score bin, explained.
A labelled one has its score bin behind the label, where scores are kept."""


@dataclass(frozen=True)
class OracleRules:
    """The rules, written once more.

    `models`: name -> pane, edges of the age bins, combination of who sent none, and whether cells keep scores.
    """

    models: Mapping[str, tuple[int, Sequence[int], int, bool]]
    horizon: int
    lateness: int
    memory: int
    wait: int | None = None
    ids_by_model: bool = False


TABLES = """
CREATE TABLE event (topic, pos, kind, id, model, revision, t, comb, pred, score, expl, label, hash, said);
CREATE TABLE model (name, number, pane, absent, scores);
CREATE TABLE edge (model, number, lower, upper);
CREATE TABLE record AS
  SELECT *, coalesce(t < mark, 0) AS late, coalesce(t < mark - :memory, 0) AS evicted,
         CASE WHEN t < mark THEN mark - :memory ELSE 0 END AS held_from
  FROM (SELECT *, max(t) OVER (PARTITION BY topic ORDER BY pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
                  - :lateness AS mark FROM event);
CREATE TABLE live AS SELECT * FROM record WHERE NOT evicted;
CREATE TABLE inference AS  -- each different one once
  SELECT *, row_number() OVER (PARTITION BY id ORDER BY t, hash) AS n
  FROM (SELECT id, model, revision, t, comb, pred, score, expl, hash, min(late) AS late FROM live
        WHERE kind = 'inference' GROUP BY id, model, revision, t, comb, pred, score, expl);
CREATE TABLE outcome AS
  SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY id, t, label, model ORDER BY late, held_from, topic) AS copy
                 FROM live WHERE kind = 'outcome') WHERE copy = 1;
CREATE TABLE standing AS  -- published: the smallest inference; evidence: the smallest that came on time
  SELECT s.*, m.pane AS pane_ms, s.t / m.pane AS pane,
         coalesce((SELECT cast(json_extract(a.said, '$[' || m.number || ']') AS INTEGER) FROM live a
                   WHERE a.kind = 'attributes' AND a.id = s.id AND abs(a.t - s.t) <= :wait AND s.t >= a.held_from
                     AND (s.sight = 'published' OR NOT a.late) ORDER BY a.t, a.hash LIMIT 1),
                  nullif(s.comb, -1), m.absent) AS combination,
         CASE WHEN s.sight = 'published' AND EXISTS (
                SELECT 1 FROM live e WHERE e.kind = 'explanation' AND e.id = s.id
                  AND e.t - s.t BETWEEN 0 AND :horizon AND s.t >= e.held_from) THEN 2 ELSE s.expl END AS explained
  FROM (SELECT 'published' AS sight, * FROM inference WHERE n = 1
        UNION ALL SELECT 'evidence', id, model, revision, t, comb, pred, score, expl, hash, late,
          row_number() OVER (PARTITION BY id ORDER BY t, hash) AS n FROM inference WHERE NOT late) s
  JOIN model m ON m.name = s.model WHERE s.n = 1;
CREATE TABLE refused AS  -- outcomes by what the published inference says to them; NULL: admitted
  SELECT o.*, s.model AS standing_model, s.revision AS standing_revision, s.late AS inference_late,
         CASE WHEN s.id IS NULL THEN 'waiting'
              WHEN o.model IS NOT NULL AND o.model <> s.model THEN 'no_inference'
              WHEN o.t < s.t THEN 'negative_age'
              WHEN o.t - s.t > :horizon THEN 'beyond_horizon'
              WHEN s.t < o.held_from THEN 'too_late' END AS reason
  FROM outcome o LEFT JOIN standing s ON s.id = o.id AND s.sight = 'published';
CREATE TABLE candidate AS
  SELECT o.*, row_number() OVER (PARTITION BY o.id ORDER BY o.t, o.label, o.model) AS n,
         (SELECT max(number) FROM edge e WHERE e.model = s.model AND e.lower <= o.t - s.t) AS bin,
         (s.pane + 1) * s.pane_ms + max(coalesce(:wait, 0), (SELECT upper FROM edge e WHERE e.model = s.model
            AND e.lower <= o.t - s.t ORDER BY number DESC LIMIT 1)) AS ripe
  FROM outcome o JOIN standing s ON s.id = o.id AND s.sight = 'evidence'
  WHERE NOT o.late AND (o.model IS NULL OR o.model = s.model) AND o.t - s.t BETWEEN 0 AND :horizon;
CREATE TABLE labelled AS  -- the latest outcome; in evidence: no change once the standing cell is ripe
  WITH RECURSIVE chain (id, n, label, bin, ripe) AS (
    SELECT id, 0, NULL, NULL, NULL FROM standing WHERE sight = 'evidence'
    UNION ALL
    SELECT c.id, k.n, CASE WHEN c.ripe <= k.t THEN c.label WHEN k.label < 4 THEN k.label END,
           CASE WHEN c.ripe <= k.t THEN c.bin WHEN k.label < 4 THEN k.bin END,
           CASE WHEN c.ripe <= k.t THEN c.ripe WHEN k.label < 4 THEN k.ripe END
    FROM chain c JOIN candidate k ON k.id = c.id AND k.n = c.n + 1)
  SELECT 'evidence' AS sight, id, label, bin FROM chain c
  WHERE n = (SELECT max(n) FROM chain d WHERE d.id = c.id) AND label IS NOT NULL
  UNION ALL
  SELECT 'published', id, label, bin FROM (
    SELECT o.id, o.label, (SELECT max(number) FROM edge e WHERE e.model = s.model AND e.lower <= o.t - s.t) AS bin,
           row_number() OVER (PARTITION BY o.id ORDER BY o.t DESC, o.label DESC) AS n
    FROM refused o JOIN standing s ON s.id = o.id AND s.sight = 'published' WHERE o.reason IS NULL)
  WHERE n = 1 AND label < 4;
"""

CELLS = """
SELECT sight, model, revision, pane, -1, combination, pred, score, explained, count(*) FROM standing
GROUP BY sight, model, revision, pane, combination, pred, score, explained
UNION ALL
SELECT l.sight, s.model, s.revision, s.pane, l.bin, s.combination, s.pred, l.label, iif(m.scores, s.score, NULL),
       count(*)
FROM labelled l JOIN standing s ON s.id = l.id AND s.sight = l.sight JOIN model m ON m.name = s.model
GROUP BY l.sight, s.model, s.revision, s.pane, l.bin, s.combination, s.pred, l.label, iif(m.scores, s.score, NULL)
"""

ACCOUNT = """
SELECT topic, kind, 'read', count(*) FROM record GROUP BY topic, kind
UNION ALL SELECT topic, kind, 'late', sum(late) FROM record GROUP BY topic, kind
UNION ALL SELECT topic, kind, 'evicted', sum(evicted) FROM record GROUP BY topic, kind
UNION ALL SELECT topic, 'outcome', coalesce(reason, 'admitted'), count(*) FROM refused GROUP BY topic, reason
UNION ALL SELECT '', 'outcome', 'different', count(*) FROM outcome
UNION ALL SELECT '', 'outcome', 'superseded', coalesce(sum(n - 1), 0)
          FROM (SELECT count(*) AS n FROM refused WHERE reason IS NULL GROUP BY id)
UNION ALL SELECT '', 'inference', 'standing', coalesce(sum(n = 1), 0) FROM inference
UNION ALL SELECT '', 'inference', 'conflict', coalesce(sum(n > 1), 0) FROM inference
UNION ALL SELECT '', 'inference', 'pending', count(*) FROM standing s WHERE sight = 'published'
            AND NOT EXISTS (SELECT 1 FROM refused o WHERE o.id = s.id AND o.reason IS NULL)
"""


class Oracle:
    """What must be counted of a log. `cells`: on-time and late count of each cell; `account`: (topic, kind, what)."""

    def __init__(self, rules: OracleRules, log: Log) -> None:
        db = sqlite3.connect(":memory:")
        first, rest = TABLES.split("CREATE TABLE record", 1)
        db.executescript(first)
        rows = [_row(rules, topic, pos, event) for topic, events in log.items() for pos, event in enumerate(events)]
        db.executemany(f"INSERT INTO event VALUES ({','.join('?' * 14)})", rows)
        for number, (name, (pane, edges, absent, scores)) in enumerate(rules.models.items()):
            db.execute("INSERT INTO model VALUES (?, ?, ?, ?, ?)", (name, number, pane, absent, scores))
            lowers = [(name, bin_, *pair) for bin_, pair in enumerate(pairwise(edges))]
            db.executemany("INSERT INTO edge VALUES (?, ?, ?, ?)", lowers)
        given = {"memory": rules.memory, "lateness": rules.lateness, "horizon": rules.horizon, "wait": rules.wait}
        for statement in ("CREATE TABLE record" + rest).split(";\n")[:-1]:
            db.execute(statement, given)
        sights: dict[str, Counter[CellName]] = {"published": Counter(), "evidence": Counter()}
        for sight, *name, count in db.execute(CELLS):
            sights[sight][tuple(name) if name[-1] is not None else tuple(name[:-1])] += count
        self.published, self.on_time = dict(sights["published"]), dict(sights["evidence"])
        self.cells = {
            name: (self.on_time.get(name, 0), self.published.get(name, 0) - self.on_time.get(name, 0))
            for name in {**self.published, **self.on_time}
        }
        self.account = Counter({(topic, kind, what): n for topic, kind, what, n in db.execute(ACCOUNT)})
        db.close()


def _row(rules: OracleRules, topic: str, pos: int, event: Event) -> tuple[object, ...]:
    one = f"{event.model}/{event.prediction_id}" if rules.ids_by_model else event.prediction_id
    head = (topic, pos, type(event).__name__.lower(), one, event.model)
    if isinstance(event, Inference):
        said = (event.combination, event.prediction, event.score_bin, event.explained)
        packed = (event.combination + 1) * 256 + event.prediction * 128 + event.score_bin * 4 + event.explained
        content = f"{event.model}\n{event.revision}\n{packed}".encode()
        return (*head, event.revision, event.event_time_ms, *said, None, blake2b(content, digest_size=8).digest(), None)
    if isinstance(event, Outcome):
        return (*head, None, event.event_time_ms, None, None, None, None, int(event.label), None, None)
    nothing = (None,) * 5
    if isinstance(event, Attributes):
        order = "".join(f"{combination:09x}" for combination in event.combinations)
        return (*head, None, event.event_time_ms, *nothing, order, str(list(event.combinations)))
    assert isinstance(event, Explanation)
    return (*head, None, event.event_time_ms, *nothing, None, None)
