"""Runs a tree: in this process, or in one that goes on in the background."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence

from pink_actors import log as logging
from pink_actors import runner, shm
from pink_actors._native import AttachRefused
from pink_actors.clock import SystemClock
from pink_actors.config import Config
from pink_actors.errors import EXIT_CLEAN, EXIT_TEMPORARY
from pink_actors.log import Logger
from pink_actors.monitor.reading import Watch
from pink_actors.shm_layout import TREE, Writer
from pink_actors.supervisor import logs
from pink_actors.supervisor.children import children_of
from pink_actors.supervisor.claim import Claim, claim, make_directories
from pink_actors.supervisor.display import LiveDisplay, PlainDisplay
from pink_actors.supervisor.supervise import Display, Supervisor

READY_TIMEOUT_S = 120.0
LOOK_INTERVAL_S = 0.05


def foreground(config: Config, background: bool) -> int:
    """The exit code of a tree that runs until it is told to go down."""
    held = claim(config)
    watch = Watch(config.instance.name)
    clock = SystemClock()
    if sys.stdout.isatty() and not background:
        live = LiveDisplay(watch, clock)
        try:
            code, said = _run(held, live)
        finally:
            live.close()
    else:
        code, said = _run(held, PlainDisplay(sys.stdout, None if background else watch, clock))
    if said:
        sys.stderr.write(f"pink-supervisor: {said}\n")
    return code


def _run(held: Claim, display: Display) -> tuple[int, str]:
    config = held.config
    stop = asyncio.Event()
    path = logs.log_file(config.log_dir, "supervisor")
    with path.open("a", encoding="utf-8") as stream:
        log: Logger = logging.make("supervisor", os.getpid(), config.log.level, (), stream)
        tree = Supervisor(held, children_of(config), SystemClock(), log, display, stop)
        code = runner.drive(tree, held.segment, log, stop)
    held.lock.release()
    if tree.failure:
        return code, tree.failure
    return code, f"failed; the reason is in {path}" if code else ""


def detached(config: Config, words: Sequence[str]) -> int:
    """Starts `pink-supervisor WORDS` in the background; returns once its tree is ready or dead."""
    make_directories(config)
    path = config.log_dir / "up.log"
    with path.open("w", encoding="utf-8") as output:
        child = subprocess.Popen(
            [sys.executable, "-P", "-m", "pink_actors.supervisor", *words],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    deadline = time.monotonic() + READY_TIMEOUT_S
    while time.monotonic() < deadline:
        if child.poll() is not None:
            for line in logs.tail(path, 1):
                sys.stderr.write(f"{line}\n")
            return child.returncode or EXIT_TEMPORARY
        if _is_ready(config.instance.name, child.pid):
            name, kind = config.instance.name, config.venue.kind
            sys.stdout.write(f"{name} is up on {kind}: process {child.pid}\n")
            child.returncode = EXIT_CLEAN  # It is meant to go on without us.
            return EXIT_CLEAN
        time.sleep(LOOK_INTERVAL_S)
    sys.stderr.write(f"pink-supervisor: not ready yet; see pink-supervisor status and {path}\n")
    child.returncode = EXIT_CLEAN
    return EXIT_TEMPORARY


def _is_ready(instance: str, pid: int) -> bool:
    """Whether that process says that its tree is ready; a segment of a dead one says nothing."""
    try:
        supervisor = shm.Reader.attach(instance, Writer.SUPERVISOR)
    except AttachRefused:
        return False
    if supervisor.header().pid != pid:
        return False
    tree = supervisor.read(TREE)
    return bool(tree.ready) and not tree.closing
