"""Renews the published schemas: python -m tests.decoding_events.renew"""

from pathlib import Path

from monitor.intake.schema import schema_text, schemas

if __name__ == "__main__":
    folder = Path(__file__).parents[2] / "monitor" / "intake" / "schemas"
    for kind in schemas():
        (folder / f"{kind}.v1.schema.json").write_text(schema_text(kind), encoding="utf-8")
