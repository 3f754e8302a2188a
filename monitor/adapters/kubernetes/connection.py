"""How the API server is reached: as the pod's own account, or as a kubeconfig says.

Way of an event: step 11. Touches the files of the account or the kubeconfig.
"""

from pathlib import Path
from typing import Any, Final

from kubernetes import config
from kubernetes.client import ApiClient, Configuration

from monitor import __version__
from monitor.adapters.kubernetes.deadlines import bound
from monitor.ports_cluster import ClusterRefused

_LIBRARY: Final[Any] = config
"""It says of some parts which types they take, and of these not."""


def open_client(kubeconfig: Path | None = None, context: str | None = None) -> ApiClient:
    """A client for the API server; nothing is sent yet.

    The client itself never sends a request twice, and never sleeps because a server says `Retry-After`: whoever calls
    decides that with fresh guards.

    Parameters
    ----------
    kubeconfig
        File to read; None: the service account of the pod we run in, its token read anew every minute.
    context
        Which one of the kubeconfig; None: its current one.

    Raises
    ------
    ClusterRefused
        if the files are not there or not usable.
    """
    settings = Configuration(retries=False)
    try:
        if kubeconfig is None:
            _LIBRARY.load_incluster_config(client_configuration=settings)
        else:
            _LIBRARY.load_kube_config(str(kubeconfig), context, settings, persist_config=False)
    except (config.ConfigException, OSError) as error:
        where = "of this pod (is its service account token mounted?)" if kubeconfig is None else f"in {kubeconfig}"
        raise ClusterRefused(f"no way to the API server {where}: {error}", "Configuration") from error
    client = ApiClient(settings)
    client.user_agent = f"fairdrift/{__version__} (rollback)"
    bound(client)
    return client
