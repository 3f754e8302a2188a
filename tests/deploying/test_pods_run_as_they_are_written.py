"""The pods of the acting overlay, played on this machine: real Kafka, real API server, shipped rights."""

import re
from collections.abc import Callable
from pathlib import Path

from tests.changing_a_real_cluster.rights import ACCOUNT
from tests.deploying.conftest import CONTROLLER, READER, Install
from tests.parts.kubernetes.api import until
from tests.parts.kubernetes.audit import asked_by
from tests.parts.kubernetes.control_plane import ControlPlane
from tests.parts.processes import Process


def rss_bytes(process: Process) -> int:
    status = Path(f"/proc/{process.child.pid}/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s*(\d+) kB", status)[1]) * 1024  # type: ignore[index]


def request_bytes(install: Install, name: str) -> int:
    """What the manifest asks for: Mi or Gi."""
    asked = install.templates[f"fairdrift-{name}"]["spec"]["containers"][0]["resources"]["requests"]["memory"]
    return int(asked[:-2]) * {"Mi": 1 << 20, "Gi": 1 << 30}[asked[-2:]]


ALL_WELL = {"startupProbe": 200, "livenessProbe": 200, "readinessProbe": 200}


def test_both_processes_work_with_what_their_manifests_give_them(
    install: Install, started: Callable[[str], Process], kubernetes: ControlPlane
) -> None:
    assert "kim" in install.begin_log()
    monitor = started("monitor")
    monitor.wait_ready(lambda: install.probes("monitor") == ALL_WELL)
    answers = [install.get("monitor api", "/v1/status", token) for token in (None, "wrong", READER, CONTROLLER)]
    assert answers == [401, 401, 200, 200]

    install.node.run(install.templates["fairdrift-rollback"], "key")
    rollback = started("rollback")
    rollback.wait_ready(lambda: install.probes("rollback")["startupProbe"] == 200)
    assert install.probes("rollback")["livenessProbe"] == 200
    asked = until(
        lambda: [one for one in asked_by(kubernetes.audit_log, install.home, ACCOUNT) if one.verb == "create"]
    )
    assert ("leases", 201) in {(one.resource, one.code) for one in asked}
    assert not [one for one in asked_by(kubernetes.audit_log, install.home, ACCOUNT) if one.code in (401, 403)]
    assert install.kinds()[0] == "started"
    assert "incidents" in install.asks("incidents", "--output", "json")
    assert install.asks("audit", "verify", "--output", "json")
    assert 0 < rss_bytes(monitor) < request_bytes(install, "monitor")
    assert 0 < rss_bytes(rollback) < request_bytes(install, "rollback")
    assert "only_watching" not in rollback.tail()
    monitor.stop(grace_s=10)
    rollback.stop(grace_s=10)
    assert (monitor.child.returncode, rollback.child.returncode) == (0, 0), monitor.tail() + rollback.tail()


def test_a_key_as_a_secret_gives_it_is_refused_and_the_copy_is_not(install: Install) -> None:
    template = install.templates["fairdrift-begin-log"]
    main = template["spec"]["containers"][0]
    keys = next(one for one in main["volumeMounts"] if one["mountPath"] == "/run/fairdrift/keys")
    keys["name"] = "key"  # the Secret itself
    process = install.node.start(template, "begin-log")
    assert process.child.wait(60) == 2
    assert "others than its owner may read this private key" in process.tail()
    keys["name"] = "keys"
    assert "kim" in install.begin_log()


def test_a_log_that_nobody_has_begun_lets_acting_only_watch(
    install: Install, started: Callable[[str], Process]
) -> None:
    install.node.run(install.templates["fairdrift-rollback"], "key")
    rollback = started("rollback")
    rollback.wait_ready(lambda: install.probes("rollback")["startupProbe"] == 200)
    assert "only_watching" in rollback.tail()


def test_nothing_is_writable_but_the_volumes(install: Install) -> None:
    template = install.templates["fairdrift-rollback"]
    main = template["spec"]["containers"][0]
    places = "/ /etc /usr/bin /src /opt/fairdrift /etc/fairdrift /run/fairdrift/keys /run/fairdrift/tokens"
    probe = f"id -u; for one in {places} /tmp /var/lib/fairdrift; do touch $one/x 2>/dev/null && echo $one; done; true"
    main["command"], main["args"] = ["sh", "-c"], [probe]
    assert install.node.run(template, "rollback").split() == ["10001", "/tmp", "/var/lib/fairdrift"]
