"""Examines the machine and a running tree: which protections are in force, which limits hold."""

import platform
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

from pink_actors import config as configuration
from pink_actors import shm
from pink_actors._native import DIGEST_HEX, AttachRefused
from pink_actors.config import Config
from pink_actors.errors import EXIT_CLEAN, EXIT_GENERIC
from pink_actors.shm_layout import CHILDREN, SEGMENTS, ChildCell, Writer
from pink_actors.supervisor import latch, sandbox
from pink_actors.supervisor.children import Child, children_of, program
from pink_actors.supervisor.leftovers import WRITERS

WITNESS_TIMEOUT_S = 10.0
DISK_BYTES_MIN = 1 << 30
I64_MAX = (1 << 63) - 1
PROGRAMS = ("pink-kernel", "pink-journal", "pink-launcher")


class Finding(NamedTuple):
    """One line of the report; `good` is None where there is nothing to judge."""

    what: str
    said: str
    good: bool | None = None

    def __str__(self) -> str:
        mark = {True: "ok  ", False: "BAD ", None: "    "}[self.good]
        return f"{mark} {self.what}: {self.said}"


def examine(config: Config) -> list[Finding]:
    """Everything that can be told without changing anything."""
    found = [
        Finding("system", f"Linux {platform.release()}, Python {platform.python_version()}"),
        Finding("layout", DIGEST_HEX[:16]),
        *_programs(),
        *_space(config),
        *_caps(),
        _kill_switch(config),
        _landlock(),
    ]
    children = _children(config.instance.name)
    if not children:
        return [*found, Finding("tree", f"{config.instance.name} is not up")]
    # Addresses and ports as the running tree resolved them.
    config = configuration.load_resolved(config.run_dir)
    for child in children_of(config):
        cell = next((cell for cell in children if cell.name == child.name), None)
        if cell is not None:
            found.append(_confinement(cell))
        if child.writer not in (Writer.NONE, Writer.KERNEL):
            found.append(_witness(config, child))
    return found


def exit_code(findings: list[Finding]) -> int:
    """0 unless something is bad."""
    return EXIT_GENERIC if any(finding.good is False for finding in findings) else EXIT_CLEAN


def _programs() -> list[Finding]:
    missing = "is missing; run scripts/setup"
    paths = [(name, Path(program(name))) for name in PROGRAMS]
    return [
        Finding(name, str(path) if path.exists() else f"{path} {missing}", path.exists())
        for name, path in paths
    ]


def _space(config: Config) -> list[Finding]:
    needed = sum(SEGMENTS[writer].size for writer in WRITERS)
    memory = shutil.disk_usage(sandbox.SHM_DIR).free
    found = [
        Finding(
            "shared memory",
            f"{memory >> 20} MiB free, one instance takes {needed >> 10} KiB",
            memory > needed,
        )
    ]
    directory = next(
        path for path in (config.directory, *config.directory.parents) if path.exists()
    )
    free = shutil.disk_usage(directory).free
    found.append(Finding("disk", f"{free >> 20} MiB free at {directory}", free > DISK_BYTES_MIN))
    return found


def _caps() -> list[Finding]:
    """Where the integer scales end."""
    return [
        Finding("largest price", f"{I64_MAX / 1e12:.0f} in steps of 1e-12"),
        Finding("largest quantity or sum of money", f"{I64_MAX / 1e8:.0f} in steps of 1e-8"),
    ]


def _kill_switch(config: Config) -> Finding:
    switch = latch.read(config.run_dir)
    return Finding("kill switch", f"engaged: {switch.reason}" if switch.engaged else "not engaged")


def _landlock() -> Finding:
    """Runs the launcher as the supervisor does, and lets a witness try what it must not do."""
    words = [program("pink-launcher"), "--read", "/usr", "--read", "/lib"]
    words += ["--read", str(Path(program("pink-launcher")).parent)]
    if Path("/lib64").exists():
        words += ["--read", "/lib64"]
    tries = ["--deny-read", "/etc/passwd", "--may-read", "/usr"]
    return _tried("landlock on this machine", words, tries)


def _confinement(cell: ChildCell) -> Finding:
    if not cell.pid:
        return Finding(f"{cell.name} confined", "it does not run", False)
    said = "by Landlock, as its launcher reported" if cell.sandboxed else "NOT confined"
    return Finding(f"{cell.name} confined", said, bool(cell.sandboxed))


def _witness(config: Config, child: Child) -> Finding:
    """The very rights of a child, with a witness in its place."""
    instance = config.instance.name
    kernel = str(sandbox.object_path(instance, Writer.KERNEL))
    own = str(sandbox.object_path(instance, child.writer))
    tries = ["--may-read", kernel, "--deny-write", kernel, "--may-write", own]
    tries += ["--deny-truncate", own, "--deny-create", str(config.run_dir / "witness")]
    return _tried(f"{child.name} witness", sandbox.launcher_words(child, config), tries)


def _tried(what: str, words: list[str], tries: list[str]) -> Finding:
    command = [word for word in words if word != "--report"]
    command += ["--", program("pink-launcher"), "sandbox-witness", *tries]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=WITNESS_TIMEOUT_S, check=False
    )
    lines = (done.stdout + done.stderr).strip().splitlines()
    wrong = [line for line in lines if not line.endswith(": as it must be")]
    if done.returncode == 0:
        return Finding(what, f"{len(lines)} tries went as they must", True)
    return Finding(what, "; ".join(wrong) or f"exit code {done.returncode}", False)


def _children(instance: str) -> list[ChildCell]:
    try:
        cells = shm.Reader.attach(instance, Writer.SUPERVISOR).read_all(CHILDREN)
    except AttachRefused:
        return []
    return [cell for cell in cells if cell.name]
