"""What a crashed run may have left: processes are ended, segments judged, the lock taken."""

import fcntl
import os
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from pink_actors import _native
from pink_actors.config import Config
from pink_actors.errors import AlreadyRunning, PermanentError, TemporaryError
from pink_actors.shm_layout import Writer
from pink_actors.supervisor.process import Identity, adopt, alive

# Segments of a tree. The probes belong to benchmarks and tests.
WRITERS = (
    Writer.SUPERVISOR,
    Writer.KERNEL,
    Writer.GATEWAY,
    Writer.LISTENER,
    Writer.PERSISTENCE,
    Writer.POLICY,
)
KILL_TIMEOUT_S = 5.0
SEGMENT_MODE = 0o600


class TreeLock:
    """One supervisor per instance directory, for as long as it lives."""

    def __init__(self, run_dir: Path) -> None:
        path = run_dir / "tree.lock"
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = holder_of(run_dir)
            os.close(self._descriptor)
            raise AlreadyRunning(
                f"{path}: this instance is already run by process {holder or 'unknown'}; "
                "see pink-supervisor status, end it with pink-supervisor down"
            ) from None
        os.ftruncate(self._descriptor, 0)
        os.write(self._descriptor, str(os.getpid()).encode())

    def release(self) -> None:
        """Lets another supervisor in."""
        os.close(self._descriptor)


def holder_of(run_dir: Path) -> int | None:
    """The process that last took the tree's lock, as it wrote there."""
    try:
        text = (run_dir / "tree.lock").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def record(run_dir: Path, running: Sequence[Identity]) -> None:
    """Remembers who runs, so that the next `up` can end them if we cannot."""
    partial = run_dir / "processes.partial"
    partial.write_bytes(msgspec.json.encode(running))
    partial.replace(run_dir / "processes.json")


def recorded(run_dir: Path) -> list[Identity]:
    """Who ran when somebody last looked. A damaged record names nobody."""
    try:
        content = (run_dir / "processes.json").read_bytes()
        return msgspec.json.decode(content, type=list[Identity])
    except (OSError, msgspec.DecodeError):
        return []


def survivors(run_dir: Path) -> list[Identity]:
    """Recorded processes that still run."""
    return [identity for identity in recorded(run_dir) if alive(identity)]


def end(identities: Sequence[Identity], patience_s: float) -> list[Identity]:
    """SIGTERM, then SIGKILL after `patience_s`; returns those that are still there."""
    held = [process for process in map(adopt, identities) if process is not None]
    deadline = time.monotonic()
    for number, wait_s in ((signal.SIGTERM, patience_s), (signal.SIGKILL, KILL_TIMEOUT_S)):
        for process in held:
            process.signal(number)
        deadline = time.monotonic() + wait_s
        while any(process.poll() is None for process in held) and time.monotonic() < deadline:
            time.sleep(0.01)
    left = [process.identity for process in held if process.poll() is None]
    for process in held:
        process.release()
    return left


def clear_processes(run_dir: Path, spare: str) -> None:
    """Ends what a crashed supervisor left running, but for the child named `spare`."""
    left = end([one for one in survivors(run_dir) if one.name != spare], 0.0)
    if left:
        names = ", ".join(f"{one.name} (process {one.pid})" for one in left)
        raise PermanentError(f"left of an earlier run and not to be ended: {names}; end them first")


def prepare_segments(config: Config) -> list[str]:
    """Makes every segment of the tree, and returns the names of those that were kept.

    A whole segment of the same build and the same boot is kept: what its producer wrote and the
    kernel has not read is in there. Anything else under the name is replaced.
    """
    instance = config.instance.name
    kept = []
    for writer in WRITERS:
        if _is_whole(instance, writer):
            kept.append(writer.name.lower())
            continue
        try:
            _native.create_segment(instance, writer, str(config.run_dir), SEGMENT_MODE)
        except _native.CreateRefused as error:
            raise TemporaryError(str(error)) from error
    return kept


def _is_whole(instance: str, writer: Writer) -> bool:
    try:
        header = _native.Segment.attach(instance, writer).header()
    except _native.AttachRefused:
        return False
    owner = Identity(writer.name.lower(), header.pid, header.start_ticks)
    if header.pid and header.pid != os.getpid() and alive(owner):
        raise AlreadyRunning(
            f"/pink.{instance}.{owner.name}: process {owner.pid} of another tree writes it; "
            "give this tree another --instance, or end that one"
        )
    return True


def remove_segments(instance: str) -> None:
    """Takes every name of the instance away."""
    for writer in WRITERS:
        _native.unlink_segment(instance, writer)


def segments_left(instance: str) -> list[str]:
    """Names of the instance's segments that still exist."""
    return [name for name in _native.list_segments() if name.rpartition(".")[0] == instance]
