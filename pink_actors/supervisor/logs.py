"""Log files of the children: bounded by rotation, and their last lines for a person."""

import os
import shutil
from pathlib import Path

LOG_BYTES_MAX = 16 << 20
LOG_FILES_MAX = 8
TAIL_BYTES_MAX = 16 << 10


def log_file(log_dir: Path, name: str) -> Path:
    """Where a process writes."""
    return log_dir / f"{name}.log"


def rotate(path: Path, bytes_max: int = LOG_BYTES_MAX) -> bool:
    """Copies a file that has grown too large aside and empties it in place.

    The writer keeps its descriptor, which appends, so it goes on at the start of the emptied file.
    A line written between copy and emptying is lost: a log is never the record, the journal is.
    """
    try:
        if path.stat().st_size < bytes_max:
            return False
    except FileNotFoundError:
        return False
    for number in range(LOG_FILES_MAX - 2, 0, -1):
        older = path.with_suffix(f".log.{number}")
        if older.exists():
            older.replace(path.with_suffix(f".log.{number + 1}"))
    copy = path.with_suffix(".log.1")
    shutil.copyfile(path, copy)
    copy.chmod(0o600)
    os.truncate(path, 0)
    return True


def tail(path: Path, lines_max: int, since: int = 0) -> list[str]:
    """The last lines of a file, of what was written after offset `since`."""
    try:
        with path.open("rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(max(since if since <= end else 0, end - TAIL_BYTES_MAX))
            content = file.read(TAIL_BYTES_MAX)
    except FileNotFoundError:
        return []
    return content.decode("utf-8", "replace").splitlines()[-lines_max:]
