"""Programs that run with a peer's own packages, never with ours: they know files, and nothing of `monitor`."""
