"""`flatten` past a tree that cannot do it: one process that acts on what the venue holds."""

import os
import time
from pathlib import Path
from typing import NamedTuple

from pink_actors import config as configuration
from pink_actors.config import Config
from pink_actors.errors import EXIT_GENERIC, EXIT_TEMPORARY, NotRunning
from pink_actors.shm_layout import Writer
from pink_actors.supervisor import keys, logs, sandbox
from pink_actors.supervisor.children import CHILDREN, Child, Start, python_words
from pink_actors.supervisor.process import Command, spawn

LOOK_INTERVAL_S = 0.05
# The process gives up by itself before.
TIMEOUT_S = 90.0
LINES_MAX = 200


class Result(NamedTuple):
    """Exit code, and lines to print."""

    code: int
    lines: list[str]


def _argv(start: Start) -> list[str]:
    words = python_words("pink_actors.gateway.flatten", "--run-dir", str(start.config.run_dir))
    return [*words, "--secrets-fd", str(start.secrets_fd)]


def _row() -> Child:
    """As the gateway, but without its segment: that may still be held, by whoever hangs there."""
    gateway = next(child for child in CHILDREN if child.name == "gateway")
    return gateway._replace(name="flatten", writer=Writer.NONE, argv=_argv, wakes=False)


def flatten(given: Config) -> Result:
    """Runs it to its end, with the rights and keys that the gateway has."""
    if not given.run_dir.is_dir():
        raise NotRunning(f"{given.directory}: nothing was ever run there; check --home")
    config = configuration.load_resolved(given.run_dir)
    row = _row()
    log = logs.log_file(config.log_dir, row.name)
    descriptor = keys.descriptor(keys.load(config))
    try:
        words = sandbox.launcher_words(row, config)
        argv = row.argv(Start(config, None, descriptor))
        process = spawn(
            Command(
                name=row.name,
                argv=[*words, "--", *argv],
                env=sandbox.environment(row, config),
                cwd=Path("/"),
                log=log,
                inherit=(descriptor,),
            )
        )
    finally:
        os.close(descriptor)
    deadline = time.monotonic() + TIMEOUT_S
    while (ended := process.poll()) is None and time.monotonic() < deadline:
        time.sleep(LOOK_INTERVAL_S)
    lines = list(logs.tail(log, LINES_MAX, process.log_start))
    process.release()
    if ended is None:
        # It dies with us: the launcher ties its life to this process.
        return Result(EXIT_TEMPORARY, [*lines, f"flatten has not ended after {TIMEOUT_S:g} s"])
    if ended.code != 0:
        return Result(
            EXIT_GENERIC, [*lines, f"flatten: {ended}; the venue may still hold something"]
        )
    lines.append(
        "flat: the venue shows no order and no position. What this traded the kernel has not "
        "ordered: after the next start compare pink-supervisor status and accept with anchor"
    )
    return Result(0, lines)
