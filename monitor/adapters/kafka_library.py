"""kafka-python in the only state in which we use it: imported quietly, and together with crc32c.

Touches nothing; the modules beside it take the library from here.
"""

import importlib
import warnings

from monitor.ports import SourceRefused

with warnings.catch_warnings():
    # Its message schemas are read through a function that importlib calls deprecated: once, and not for us to mend.
    warnings.simplefilter("ignore", DeprecationWarning)
    from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition, errors
    from kafka.net.compat import KafkaNetClient

__all__ = [
    "KafkaAdminClient",
    "KafkaConsumer",
    "KafkaNetClient",
    "KafkaProducer",
    "OffsetAndMetadata",
    "TopicPartition",
    "errors",
    "require_crc32c",
]


def require_crc32c() -> None:
    """Refuse to go on without the package `crc32c`: records would be checked in Python, at a sixth of the speed.

    Raises
    ------
    SourceRefused
        if the package is missing.

    Examples
    --------
    >>> require_crc32c()
    """
    try:
        importlib.import_module("crc32c")
    except ImportError as error:
        raise SourceRefused(
            "the package crc32c is missing, without which Kafka is read too slowly: pip install crc32c"
        ) from error
