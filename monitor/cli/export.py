"""`fairdrift export`: the files that ship with fairdrift, made from the code."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from monitor.cli.exits import Exit, Refused
from monitor.cli.folders import can_hold_files
from monitor.cli.output import Output, show
from monitor.exporting import alerts, dashboards
from monitor.intake.schema import schemas
from monitor.judging.reference_form import schema as reference_schema
from monitor.settings.schema import settings_schema

NAMESPACE: Final = "monitoring"
"""Of the manifests: where Prometheus and Grafana usually run."""


def _schemas() -> Mapping[str, bytes]:
    found = {f"{kind}.v1.schema.json": schema for kind, schema in schemas().items()}
    found["settings.schema.json"] = settings_schema()
    found["reference.v1.schema.json"] = reference_schema()
    return {name: msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n" for name, schema in found.items()}


def _dashboards() -> Mapping[str, bytes]:
    return {**dashboards.shipped(), **dashboards.config_maps(NAMESPACE, {})}


def _alerts() -> Mapping[str, bytes]:
    return {**alerts.shipped(), **alerts.prometheus_rule(NAMESPACE, {"app.kubernetes.io/name": "fairdrift"})}


KINDS: Mapping[str, Callable[[], Mapping[str, bytes]]] = {
    "schema": _schemas,
    "dashboards": _dashboards,
    "alerts": _alerts,
}


def run_export(what: str, out: Path, *, check_only: bool, output: Output) -> int:
    """Write the files, or with `check_only` compare them; gives the exit code."""
    if what not in KINDS:
        raise Refused(f"cannot export {what!r}; choose one of: {', '.join(KINDS)}")
    texts = {out / name: text for name, text in KINDS[what]().items()}
    if check_only:
        different = [str(path) for path, text in texts.items() if not path.exists() or path.read_bytes() != text]
        different += _left_over(out, texts)
        result = {"different": different, "renew": f"fairdrift export {what} --out {out}"}
        return show("export", Exit.FINDINGS if different else Exit.GOOD, result, output)
    can_hold_files(out)
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    return show("export", Exit.GOOD, {"written": [str(path) for path in texts]}, output)


def _left_over(out: Path, texts: Mapping[Path, bytes]) -> list[str]:
    """Files of an earlier version in folders of ours: Prometheus would load a rule that is gone."""
    folders = sorted({path.parent for path in texts} - {out})
    found = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    return [str(path) for path in found if path.is_file() and path not in texts]
