"""A supervisor with children that do what a test wants, run turn by turn."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from pink_actors import log as logging
from pink_actors.clock import SystemClock
from pink_actors.config import Config, Instance, Paper
from pink_actors.config import Supervisor as Times
from pink_actors.shm_layout import Mode, Writer
from pink_actors.supervisor import logs
from pink_actors.supervisor.child import Event, Supervised
from pink_actors.supervisor.children import Child, Rights, Start
from pink_actors.supervisor.claim import claim
from pink_actors.supervisor.supervise import Supervisor
from tests.waiting import wait_until_async

FAKE = Path(__file__).with_name("fake_child.py")
READY_WAIT_S = 20.0


class Notes:
    """A display that remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.lines: list[str] = []
        self.said: list[str] = []

    def event(self, event: Event, lines: Sequence[str]) -> None:
        self.events.append(event)
        self.lines += lines

    def say(self, text: str) -> None:
        self.said.append(text)

    def turn(self) -> None:
        """Nothing to draw."""

    def of(self, child: str) -> list[str]:
        """What happened to one child."""
        return [event.what for event in self.events if event.child == child]


def config_of(home: Path, instance: str, **times: int) -> Config:
    """A paper configuration with short times."""
    quick = {"restart_window_ms": 60_000, "backoff_ms_min": 20, "backoff_ms_max": 100}
    return Config(
        instance=Instance(name=instance, home=str(home)),
        paper=Paper(port=1),
        supervisor=msgspec.convert({**quick, **times}, Times),
    )


def fake(writer: Writer, *conduct: str, after: tuple[str, ...] = (), **times: int) -> Child:
    """A row of the table whose program is the fake child."""

    def argv(start: Start) -> list[str]:
        config = start.config
        words = [sys.executable, "-P", str(FAKE), writer.name, config.instance.name]
        return [*words, str(config.run_dir), *conduct]

    def rights(config: Config) -> Rights:
        return Rights(read=(FAKE.parent, config.directory))

    return Child(
        name=writer.name.lower(),
        writer=writer,
        after=after,
        argv=argv,
        rights=rights,
        critical=True,
        on_fatal=Mode.HALTED,
        ready_timeout_ms=times.get("ready_timeout_ms", 20_000),
        watchdog_ms=1_000,
        progress_ms=times.get("progress_ms"),
        stop_timeout_ms=times.get("stop_timeout_ms", 2_000),
        nofile=256,
    )


class Tree:
    """One supervisor under test."""

    def __init__(self, config: Config, children: Sequence[Child]) -> None:
        self.config = config
        self.notes = Notes()
        self.stop = asyncio.Event()
        held = claim(config)
        self.log_path = logs.log_file(config.log_dir, "supervisor")
        self._stream = self.log_path.open("a", encoding="utf-8")
        log = logging.make("supervisor", os.getpid(), "debug", (), self._stream)
        self.supervisor = Supervisor(held, children, SystemClock(), log, self.notes, self.stop)

    def child(self, name: str) -> Supervised:
        found = self.supervisor.child(name)
        assert found is not None
        return found

    def pid(self, name: str) -> int:
        process = self.child(name).process
        return process.pid if process is not None else 0

    async def until(self, condition: Callable[[], object], what: str, wait_s: float = 20.0) -> None:
        """Takes turns until the condition holds."""

        async def turn() -> None:
            while True:
                await self.supervisor.step()
                await asyncio.sleep(0.005)

        turning = asyncio.create_task(turn())
        try:
            await wait_until_async(
                lambda: True if turning.done() or condition() else None, what, wait_s
            )
            if turning.done():
                turning.result()
        finally:
            turning.cancel()
            await asyncio.gather(turning, return_exceptions=True)

    async def ready(self) -> None:
        await self.until(lambda: self.supervisor.ever_ready, "the tree to be ready", READY_WAIT_S)

    async def restarted(self, name: str, before: int) -> None:
        await self.until(
            lambda: self.supervisor.ready and self.pid(name) not in (0, before), f"{name} again"
        )

    async def close(self) -> None:
        await self.supervisor.close()
        self.supervisor.claim.lock.release()
        self._stream.close()

    def forget(self) -> None:
        """Lets go of the supervisor's segment, as the end of its process does."""
        del self.supervisor
        gc.collect()

    def log_of(self, name: str) -> str:
        return logs.log_file(self.config.log_dir, name).read_text(encoding="utf-8")

    def kill(self, name: str, number: signal.Signals) -> int:
        """Signals a child; returns which process that was."""
        pid = self.pid(name)
        os.kill(pid, number)
        return pid


@asynccontextmanager
async def tree_of(config: Config, *children: Child) -> AsyncIterator[Tree]:
    """A started tree that is closed, whatever the test did to it."""
    tree = Tree(config, children)
    await tree.supervisor.start()
    try:
        yield tree
    finally:
        await tree.close()
