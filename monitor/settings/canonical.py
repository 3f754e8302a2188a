"""The one byte form of settings, to be hashed. Pure."""

import json

from pydantic import BaseModel


def canonical(section: BaseModel) -> bytes:
    """Canonical JSON: effective values (defaults included), times in ms, settings in the order of the model.

    Names of the operator's own keep the order of the file: codes of attributes, of their values and numbers of models
    follow it, so another order is another meaning of what was stored.

    >>> from monitor.settings.sections.state import StateSettings
    >>> canonical(StateSettings(max_pending=7))
    b'{"dir":"/var/lib/fairdrift","max_pending":7}'
    """
    values = section.model_dump(mode="json", by_alias=True)
    return json.dumps(values, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
