"""Takes, renews and gives back the Lease, and says for how long yet we lead.

In the way of an event: before every write. Touches the Lease.
"""

from typing import Final

from monitor.acting.guards.situation import Lease
from monitor.controller.lease import Terms, Watched, decide, written
from monitor.controller.needs import Clocks
from monitor.ports_cluster import Cluster, ClusterConflict, ClusterError, ClusterGone, Json, Kind, version_read

NOBODY: Final = Lease(is_held=False, left_ms=0)


class Elector:
    """One candidate.

    Time that is left counts from before the request by which we last renewed: what the server saw cannot be earlier.

    Parameters
    ----------
    where
        Namespace and name of the Lease.
    me
        Our name in it.
    """

    def __init__(
        self, cluster: Cluster, where: tuple[str, str], me: str, clocks: Clocks, terms: Terms | None = None
    ) -> None:
        self._cluster, (self._namespace, self._name), self._me = cluster, where, me
        self._clocks, self._terms = clocks, terms or Terms()
        self._seen: Watched | None = None
        self._renewed_ms: int | None = None
        self._tried_ms: int | None = None
        self.transitions = 0
        self.has_led = False
        self.trouble: str | None = None
        """Why the Lease could not be asked for the last time; None if it could."""

    @property
    def every_ms(self) -> int:
        """How often `tick` wants to be called at least."""
        return self._terms.renew_ms

    def lease(self) -> Lease:
        """Whether we lead, and for how long yet."""
        if self._renewed_ms is None:
            return NOBODY
        left_ms = self._renewed_ms + self._terms.duration_ms - self._clocks.steady_ms()
        return Lease(is_held=True, left_ms=left_ms) if left_ms > 0 else NOBODY

    @property
    def is_lost(self) -> bool:
        """Whether we led and do not any more: who was a leader ends, and starts anew without old thoughts."""
        return self.has_led and not self.lease().is_held

    @property
    def token(self) -> str:
        """Names our term; empty while we do not lead."""
        return f"{self._me}/{self.transitions}" if self.lease().is_held else ""

    def tick(self) -> None:
        """Take or renew, if that is due. An unreachable server is no reason to think that we still lead, or no more."""
        now_ms = self._clocks.steady_ms()
        if self._tried_ms is not None and now_ms - self._tried_ms < self._terms.renew_ms:
            return
        self._tried_ms = now_ms
        try:
            self._try(now_ms)
            self.trouble = None
        except ClusterConflict:
            self._seen = None  # somebody else wrote: the time that it stood still begins anew
            self.trouble = None
        except ClusterError as error:
            self.trouble = str(error)

    def _try(self, now_ms: int) -> None:
        try:
            found = self._cluster.read(Kind.LEASE, self._namespace, self._name)
        except ClusterGone:
            body = written({"metadata": {"name": self._name}}, self._me, self._terms, self._clocks.now_ms())
            self._won(self._cluster.create(Kind.LEASE, self._namespace, body), now_ms)
            return
        self._seen = Watched.of(found, self._seen, now_ms)
        said = decide(self._seen, self._me, now_ms)
        if said == "wait":
            self._renewed_ms = None
            return
        version_read(found)
        body = written(found, self._me, self._terms, self._clocks.now_ms())
        self._won(self._cluster.replace(Kind.LEASE, self._namespace, body), now_ms)

    def _won(self, lease: Json, now_ms: int) -> None:
        self._renewed_ms, self.has_led = now_ms, True
        self._seen = Watched.of(lease, None, now_ms)
        self.transitions = self._seen.transitions

    def close(self) -> None:
        """Give the Lease back, so that another need not wait; a server that cannot be reached finds out by itself."""
        if not self.lease().is_held:
            return
        try:
            found = self._cluster.read(Kind.LEASE, self._namespace, self._name)
            if found["spec"].get("holderIdentity") == self._me:
                spec = {**found["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
                self._cluster.replace(Kind.LEASE, self._namespace, {**found, "spec": spec})
        except ClusterError:
            pass
        self._renewed_ms = None
