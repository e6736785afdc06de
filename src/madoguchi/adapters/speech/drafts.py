"""Files that are being written, until they take their place in one step."""

from pathlib import Path


def draft_of(path: Path, process: int) -> Path:
    """Return where the process with this id writes what is to become `path`; on the same file system, unseen."""
    return path.with_name(f".{path.name}.{process}")
