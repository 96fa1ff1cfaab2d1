"""The real command line and the real tree, for tests that look at it from outside."""

import os
import signal
import subprocess
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pink_actors.config import Config, Instance
from pink_actors.monitor.reading import Watch
from pink_actors.monitor.view import ProcessView, Snapshot
from pink_actors.supervisor import leftovers
from pink_actors.supervisor.process import Identity, alive
from tests.waiting import wait_until

SUPERVISOR = str(Path(sysconfig.get_path("scripts")) / "pink-supervisor")
VERB_TIMEOUT_S = 100.0
# A test machine does much else at the same time; scripts/long measures the promised times.
BACK_TIMEOUT_S = 15.0
FILL_TIMEOUT_S = 30.0
ACTORS = ("kernel", "gateway", "listener", "persistence", "policy")


class Said(NamedTuple):
    """What a verb answered."""

    code: int
    out: str
    err: str


class Stage:
    """One instance in a home of its own."""

    def __init__(self, home: Path, instance: str, settings: str = "") -> None:
        self.config = Config(instance=Instance(name=instance, home=str(home)))
        self._watch = Watch(instance)
        self._words = ["--home", str(home), "--instance", instance]
        if settings:
            file = home / "pink.toml"
            file.write_text(settings, encoding="utf-8")
            self._words += ["--config", str(file)]

    def run(self, *words: str) -> Said:
        """One verb of pink-supervisor, to its end."""
        command = [SUPERVISOR, *self._words, *words]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=VERB_TIMEOUT_S, check=False
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def foreground(self) -> subprocess.Popen[str]:
        """`up` without -d, its output in a pipe."""
        command = [SUPERVISOR, *self._words, "up"]
        return subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def up(self) -> None:
        """Up and READY, or the test fails with what was said."""
        said = self.run("up", "-d")
        assert said.code == 0, said

    def snapshot(self) -> Snapshot:
        """The tree as a monitor sees it."""
        return self._watch.snapshot()

    def process(self, name: str) -> ProcessView:
        """One process of the tree."""
        return next(one for one in self.snapshot().processes if one.name == name)

    def wait_for_another(self, name: str, not_pid: int) -> None:
        """Until a process other than `not_pid` does that work."""

        def another() -> bool:
            found = self.process(name)
            return found.state == "READY" and found.pid not in (0, not_pid)

        wait_until(another, f"another {name}", BACK_TIMEOUT_S)

    def wait_for_mode(self, mode: str) -> None:
        """Until the kernel says that it is in that mode."""

        def reached() -> bool:
            account = self.snapshot().account
            return account is not None and account.mode == mode

        wait_until(reached, f"mode {mode}")

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Signals one process; returns which it was."""
        pid = self.process(name).pid
        assert pid > 0, name
        os.kill(pid, number)
        return pid

    def counter(self, process: str, name: str) -> int:
        """One figure that a process counts."""
        return int(self.snapshot().counters[process][name])

    def fills(self) -> int:
        """Fills the kernel has booked."""
        return self.counter("kernel", "fills_booked")

    def wait_for_fills(self, count: int) -> None:
        """Trading goes on: so many more fills."""
        target = self.fills() + count
        wait_until(lambda: self.fills() >= target or None, f"{count} fills", FILL_TIMEOUT_S)

    def recorded(self) -> list[Identity]:
        """Processes as the supervisor recorded them."""
        return leftovers.recorded(self.config.run_dir)

    def nothing_is_left(self, before: list[Identity]) -> bool:
        """Neither one of these processes nor shared memory of the instance."""
        gone = not [one for one in before if alive(one)]
        return gone and not leftovers.segments_left(self.config.instance.name)


@contextmanager
def stage_of(home: Path, instance: str, settings: str = "") -> Iterator[Stage]:
    """A stage that is down at the end, whatever the test did to it."""
    stage = Stage(home, instance, settings)
    try:
        yield stage
    finally:
        stage.run("down")
