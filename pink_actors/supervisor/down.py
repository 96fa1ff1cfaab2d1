"""Takes a tree down from outside, and says what blocks it if it does not go."""

import time
from typing import NamedTuple

from pink_actors import shm
from pink_actors._native import AttachRefused
from pink_actors.config import Config
from pink_actors.errors import EXIT_CLEAN, EXIT_GENERIC, AlreadyRunning, NotRunning
from pink_actors.shm_layout import CHILDREN, ChildCell, Writer
from pink_actors.supervisor import closing, leftovers, verbs
from pink_actors.supervisor.process import Identity

LOOK_INTERVAL_S = 0.05
ORPHAN_PATIENCE_S = 2.0


class Result(NamedTuple):
    """Exit code, and lines to print."""

    code: int
    lines: list[str]


def down(config: Config, timeout_s: float) -> Result:
    """Clean only when no process and no segment of the instance is left."""
    if not config.run_dir.is_dir():
        return Result(EXIT_CLEAN, [f"{config.instance.name} is not up"])
    asked = ""
    deadline = time.monotonic() + timeout_s
    while True:
        try:
            lock = leftovers.TreeLock(config.run_dir)
        except AlreadyRunning:
            if not asked:
                asked = _ask(config)
            if time.monotonic() >= deadline:
                return Result(EXIT_GENERIC, [f"not down after {timeout_s:g} s", *blockers(config)])
            time.sleep(LOOK_INTERVAL_S)
            continue
        try:
            return _sweep(config, positions(config) if asked else [])
        finally:
            lock.release()


def positions(config: Config) -> list[str]:
    """What the kernel held when it ended, from the segment that was saved beside the journal."""
    try:
        saved = shm.Reader.attach_file(
            str(config.journal_dir / closing.LAST_SEGMENT), Writer.KERNEL
        )
    except AttachRefused as refused:
        return [f"positions are not known: {refused}"]
    return closing.positions_held(saved)


def _ask(config: Config) -> str:
    try:
        return verbs.ask(config.run_dir, verbs.Request("down")).text
    except NotRunning:
        # Just starting, or already past its socket; the lock tells when it is gone.
        return ""


def _sweep(config: Config, held: list[str]) -> Result:
    """What a supervisor that was killed could not take with it."""
    left_over = leftovers.survivors(config.run_dir)
    stubborn = leftovers.end(left_over, ORPHAN_PATIENCE_S)
    leftovers.remove_segments(config.instance.name)
    remains = leftovers.segments_left(config.instance.name)
    lines = [f"ended {one.name} (process {one.pid})" for one in left_over if one not in stubborn]
    lines += [_named(one, "does not end") for one in stubborn]
    lines += [f"/pink.{name} is still there" for name in remains]
    code = EXIT_GENERIC if stubborn or remains else EXIT_CLEAN
    if code == EXIT_CLEAN:
        leftovers.record(config.run_dir, [])
        lines += held
        lines.append(f"{config.instance.name} is down")
    return Result(code, lines)


def blockers(config: Config) -> list[str]:
    """Which processes are still there, and in which state."""
    states = {cell.name: cell.state.name for cell in _cells(config) if cell.pid}
    lines = [
        _named(one, f"is {states.get(one.name, 'UNKNOWN')}")
        for one in leftovers.survivors(config.run_dir)
    ]
    holder = leftovers.holder_of(config.run_dir)
    return [*lines, f"the supervisor is process {holder}"]


def _cells(config: Config) -> list[ChildCell]:
    try:
        return shm.Reader.attach(config.instance.name, Writer.SUPERVISOR).read_all(CHILDREN)
    except AttachRefused:
        return []


def _named(one: Identity, what: str) -> str:
    return f"{one.name} (process {one.pid}) {what}"
