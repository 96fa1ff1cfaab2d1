"""The kill switch: a file whose existence stops added risk, whoever else is alive or dead."""

import os
import time
from pathlib import Path
from typing import NamedTuple

REASON_BYTES_MAX = 512


class Latch(NamedTuple):
    """What the file says. It is engaged if it exists, and if it cannot be looked at."""

    engaged: bool
    reason: str
    since_wall_ns: int


def path_of(run_dir: Path) -> Path:
    """The file that kernel and gateway look for."""
    return run_dir / "kill-switch"


def read(run_dir: Path) -> Latch:
    """The state of the switch; in doubt it is engaged."""
    path = path_of(run_dir)
    try:
        with path.open("rb") as file:
            reason = file.read(REASON_BYTES_MAX).decode("utf-8", "replace").strip()
            return Latch(True, reason, os.fstat(file.fileno()).st_mtime_ns)
    except FileNotFoundError:
        return Latch(False, "", 0)
    except OSError as error:
        return Latch(True, f"unreadable: {error.strerror}", time.time_ns())


def engage(run_dir: Path, reason: str) -> None:
    """Returns once the file would survive a power cut."""
    run_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path_of(run_dir), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.write(descriptor, reason.encode()[:REASON_BYTES_MAX])
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync(run_dir)


def reset(run_dir: Path) -> bool:
    """Whether it was engaged."""
    try:
        path_of(run_dir).unlink()
    except FileNotFoundError:
        return False
    _sync(run_dir)
    return True


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
