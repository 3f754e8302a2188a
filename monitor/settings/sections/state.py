"""Sections `state` and `counts`: what is kept on disk, and whose counts are judged. Pure."""

from typing import Literal

from monitor.settings.fields import FilePath, Section, setting


class StateSettings(Section):
    """The files that hold counts with the offsets they belong to; a cache of the log, rebuilt in any doubt."""

    dir: FilePath = setting(
        "Folder of the state files, on a disk that survives a restart.",
        default="/var/lib/fairdrift",
        why="The place that the file hierarchy standard gives to a service's own data.",
    )
    max_pending: int = setting(
        "Most ids held of a partition, joined or not; beyond it the oldest go, and the windows say so.",
        default=5_000_000,
        why="About 1 GiB of memory.",
        gt=0,
    )


class CountsSettings(Section):
    """Where the counts that are judged come from."""

    source: Literal["embedded"] = setting(
        "`embedded`: this process counts for itself.", default="embedded", why="One machine is enough for most."
    )
