"""`fairdrift audit reconcile`: the log held against the ReplicaSets that the cluster has."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from monitor.acting.audit.form import read_line
from monitor.acting.audit.reconcile import unlogged
from monitor.acting.entries import Entry
from monitor.acting.identities import IdentityRules
from monitor.acting.raw import uid
from monitor.acting.replica_sets import revisions
from monitor.cli.audit.held import Where, held
from monitor.cli.audit.verify import exit_of, told
from monitor.cli.exits import Exit, Refused
from monitor.cli.output import Output, show
from monitor.cli.parts import load_settings
from monitor.ports import SourceUnreachable
from monitor.ports_cluster import Cluster, ClusterError, ClusterGone, ClusterUnreachable
from monitor.settings.model import Settings

Target = tuple[str, str]
"""Namespace and name of a Deployment."""


def run_reconcile(kubeconfig: Path | None, context: str | None, where: Where, output: Output) -> int:
    """Compare; gives the exit code: 3 for a ReplicaSet that no entry tells of, or a log that is not whole.

    Raises
    ------
    Refused
        if no model has a target, or the cluster refuses us.
    SourceUnreachable
        if the cluster does not answer.
    """
    from monitor.adapters.kubernetes.cluster import KubernetesCluster
    from monitor.adapters.kubernetes.connection import open_client

    log = held(where)
    report = log.verified()
    if report.findings:
        return show("audit reconcile", exit_of(report), told(log, report), output)
    targets = targets_of(load_settings(where.settings or Path("fairdrift.yaml")))
    try:
        cluster = KubernetesCluster(open_client(kubeconfig, context), "fairdrift-audit")
        try:
            result = reconciled([read_line(line)[0] for line in log.kept.lines], targets, cluster)
        finally:
            cluster.close()
    except ClusterUnreachable as error:
        raise SourceUnreachable(str(error)) from error
    except ClusterError as error:
        raise Refused(str(error)) from error
    code = Exit.GOOD if all(not one["findings"] for one in result.values()) else Exit.FINDINGS
    return show("audit reconcile", code, result, output, _table(result))


def targets_of(settings: Settings) -> list[Target]:
    """Every Deployment that is acted on, once. `Refused` if there is none."""
    found = {
        (model.acting.target.namespace, model.acting.target.deployment)
        for model in settings.models.values()
        if model.acting is not None
    }
    if not found:
        raise Refused("no model of these settings has acting.target: there is nothing to hold the log against")
    return sorted(found)


def reconciled(entries: Iterable[Entry], targets: Iterable[Target], cluster: Cluster) -> Mapping[str, dict[str, Any]]:
    """What each Deployment has, and what of it the log does not tell; by namespace and name.

    May raise any `ClusterError` but that a Deployment is gone, which is a finding.
    """
    entries, found = list(entries), {}
    for namespace, name in targets:
        try:
            there = cluster.look(namespace, name)
        except ClusterGone:
            why = "there is no such Deployment, so nothing can be compared; whoever deleted it took its history along"
            found[f"{namespace}/{name}"] = {"replica_sets": 0, "findings": [_finding(name, why)]}
            continue
        known = revisions(there.deployment, there.replica_sets, IdentityRules())
        found[f"{namespace}/{name}"] = {
            "uid": uid(there.deployment),
            "replica_sets": len(known),
            "findings": [
                _finding(one.replica_set, one.why, one.template_identity)
                for one in unlogged(entries, uid(there.deployment), known)
            ],
        }
    return found


def _finding(what: str, why: str, template: str | None = None) -> dict[str, Any]:
    return {"name": what, "template_identity": template, "why": why}


def _table(result: Mapping[str, dict[str, Any]]) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("Deployment", "ReplicaSets", "not in the log", "why"):
        table.add_column(heading)
    for name, one in result.items():
        for finding in one["findings"] or [{"name": "-", "why": "the log tells of all of them"}]:
            table.add_row(name, str(one["replica_sets"]), finding["name"], finding["why"])
    return table
