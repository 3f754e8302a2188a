"""Plays the node of a pod: runs its containers as processes of this machine, as the manifest says.

Each has a read-only root of its own with nothing in it but the system's programs and our code, its volumes at their
places with the modes that a kubelet gives them, its user and group, no capabilities. Shared with this machine: network
and process table. Needs root, for mount namespaces.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.deploying.rendering import ROOT, Object
from tests.parts.cache import is_required
from tests.parts.processes import Process, start

Contents = Mapping[str, Mapping[str, str]]
"""Name of a ConfigMap or Secret -> key -> text."""

ENTRYPOINT = ("/opt/fairdrift/bin/python", "-m", "monitor.cli.main")
"""What `fairdrift` is in the image, here in the environment of the tests."""

ACCOUNT_FILES = "/var/run/secrets/kubernetes.io/serviceaccount"

_ROOT_FILE_SYSTEM = """\
set -eu
mount -t tmpfs tmpfs "$NEW"
for top in usr bin sbin lib lib64 proc dev; do
  if [ -L "/$top" ]; then cp -P "/$top" "$NEW/$top"
  elif [ -d "/$top" ]; then mkdir "$NEW/$top"; mount --rbind "/$top" "$NEW/$top"; fi
done
mkdir -p "$NEW/etc/fairdrift"  # the image has it, as its working directory
cp -r /etc/hosts /etc/ssl "$NEW/etc/"
printf 'fairdrift:x:%s:%s::/var/lib/fairdrift:/usr/sbin/nologin\\n' "$OWNER" "$OWNER" > "$NEW/etc/passwd"
"""
_FROZEN = """\
mount -o remount,bind,ro "$NEW/usr"
mount -o remount,ro "$NEW"
exec chroot "$NEW" setpriv --reuid "$OWNER" --regid "$OWNER" --groups "$OWNER" --bounding-set=-all --inh-caps=-all \
  --no-new-privs --pdeathsig KILL -- env -i --chdir=/etc/fairdrift "$@"
"""


def needs_mounts() -> None:
    """Skip on a foreign machine where no pod can be played; an error under `make test`."""
    done = subprocess.run(["unshare", "--mount", "true"], capture_output=True, text=True, check=False)
    if done.returncode:
        message = f"a pod is played in a mount namespace, which this user may not make ({done.stderr.strip()}); be root"
        (pytest.fail if is_required() else pytest.skip)(message)


@dataclass(frozen=True)
class Node:
    """A place for pods; those that claim the same volume find the same files in it.

    Parameters
    ----------
    folder
        An empty folder.
    contents
        The ConfigMaps and Secrets there are.
    account
        Files of the account's token, for pods that want it mounted.
    env
        More variables for every container: where the API server is, and other ports than those of the settings.
    """

    folder: Path
    contents: Contents
    account: Mapping[str, str] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)

    def start(self, template: Object, container: str) -> Process:
        """Start one container of a pod."""
        spec = template["spec"]
        one = next(one for one in [*spec.get("initContainers", ()), *spec["containers"]] if one["name"] == container)
        owner = str(spec["securityContext"]["runAsUser"])
        env = {"PATH": "/opt/fairdrift/bin:/usr/bin:/bin", "PYTHONPATH": "/src", "PYTHONDONTWRITEBYTECODE": "1"}
        env |= {**self._variables(one), **self.env}
        words = [*one.get("command", ENTRYPOINT), *(_expanded(word, env) for word in one.get("args", ()))]
        new = self.folder / f"root-{container}"
        new.mkdir(exist_ok=True)
        script = _ROOT_FILE_SYSTEM + "".join(self._mounts(spec, one)) + _FROZEN
        command = ["unshare", "--mount", "sh", "-c", script, "sh", *(f"{k}={v}" for k, v in env.items()), *words]
        return start(container, command, self.folder, {**os.environ, "NEW": str(new), "OWNER": owner})

    def run(self, template: Object, container: str) -> str:
        """Run one container to its good end; what it printed."""
        process = self.start(template, container)
        assert process.child.wait(60) == 0, process.tail()
        return process.tail()

    def claimed(self, name: str) -> Path:
        """Folder of a claimed volume."""
        return self.folder / "claims" / name

    def _variables(self, container: Object) -> dict[str, str]:
        found = {}
        for one in container.get("env", ()):
            source = one.get("valueFrom", {})
            if "configMapKeyRef" in source:
                key = source["configMapKeyRef"]
                found[one["name"]] = self.contents[key["name"]][key["key"]]
            else:
                found[one["name"]] = "pod-1" if "fieldRef" in source else one["value"]
        return found

    def _mounts(self, spec: Object, container: Object) -> list[str]:
        group = spec["securityContext"]["fsGroup"]
        lines = [_bound(ROOT, "/src", True), _bound(Path(sys.prefix), "/opt/fairdrift", True)]
        if not sys.base_prefix.startswith("/usr"):
            lines.append(_bound(Path(sys.base_prefix), sys.base_prefix, True))
        volumes = {one["name"]: self._volume(one, group) for one in spec["volumes"]}
        mounts = (
            (volumes[one["name"]], one["mountPath"], one.get("readOnly", False)) for one in container["volumeMounts"]
        )
        lines.extend(_bound(*mount) for mount in mounts)
        if spec["automountServiceAccountToken"]:
            folder = self.folder / "account"
            _filled(folder, self.account, 0o440, group)
            lines.append(_bound(folder, ACCOUNT_FILES, True))
        return lines

    def _volume(self, volume: Object, group: int) -> Path:
        if "persistentVolumeClaim" in volume:
            folder = self.claimed(volume["persistentVolumeClaim"]["claimName"])
            return _emptied(folder, group)
        folder = self.folder / "volumes" / volume["name"]
        if "emptyDir" in volume:
            return _emptied(folder, group)
        source = volume.get("configMap") or volume["secret"]
        name = source.get("secretName") or source["name"]
        if source.get("optional") and name not in self.contents:
            return _filled(folder, {}, 0, group)
        keys = {one["key"]: one["path"] for one in source.get("items", ())} or {key: key for key in self.contents[name]}
        files = {path: self.contents[name][key] for key, path in keys.items()}
        return _filled(folder, files, source.get("defaultMode", 0o644), group)


def _expanded(word: str, env: Mapping[str, str]) -> str:
    for name, text in env.items():
        word = word.replace(f"$({name})", text)
    return word


def _bound(folder: Path, place: str, is_read_only: bool) -> str:
    line = f'mkdir -p "$NEW{place}"; mount --bind "{folder}" "$NEW{place}"\n'
    return line + (f'mount -o remount,bind,ro "$NEW{place}"\n' if is_read_only else "")


def _emptied(folder: Path, group: int) -> Path:
    """A folder as a kubelet leaves it: root's, writable for the group, which new files inherit."""
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, 0, group)
    folder.chmod(0o2775)
    return folder


def _filled(folder: Path, files: Mapping[str, str], mode: int, group: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        path = folder / name
        path.unlink(missing_ok=True)
        path.write_text(text, encoding="utf-8")
        os.chown(path, 0, group)
        path.chmod(mode)
    folder.chmod(0o755)
    return folder
