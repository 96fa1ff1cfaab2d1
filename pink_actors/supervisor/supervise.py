"""The supervisor as an actor: starts in order, watches, restarts, and stops in reverse."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn, Protocol

from pink_actors import shm
from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.config import Config
from pink_actors.errors import PinkError
from pink_actors.log import Logger
from pink_actors.shm_layout import (
    CONTROLS,
    RINGS,
    SEGMENTS,
    ActorState,
    ControlKind,
    Mode,
    Writer,
)
from pink_actors.supervisor import closing, failure, keys, leftovers, logs, paper_venue, sandbox
from pink_actors.supervisor.cells import Cells
from pink_actors.supervisor.child import Event, Phase, Sign, Supervised
from pink_actors.supervisor.children import Child, Start
from pink_actors.supervisor.claim import Claim
from pink_actors.supervisor.controls import Controls, config_control
from pink_actors.supervisor.notify import Notifier
from pink_actors.supervisor.process import Command, Identity, Process, adopt, spawn
from pink_actors.supervisor.verbs import VerbServer

TURN_MS = 20
LATE_MS_MAX = 250
FIRST_ANSWER_MS_MAX = 10_000
PUBLISH_INTERVAL_MS = 250
HOUSEKEEPING_INTERVAL_MS = 1000
PROBE_INTERVAL_S = 0.25
CRASH_LINES_MAX = 5
PAUSED_FILE = "paused"


class Display(Protocol):
    """Where a person watches the tree."""

    def event(self, event: Event, lines: Sequence[str]) -> None:
        """Something happened to a child; `lines` are the last it wrote."""
        ...

    def say(self, text: str) -> None:
        """Something happened to the tree."""
        ...

    def turn(self) -> None:
        """Called often; draws when it is time."""
        ...


class Supervisor:
    """One instance's tree."""

    idle_ms = TURN_MS

    def __init__(
        self,
        held: Claim,
        children: Sequence[Child],
        clock: Clock,
        log: Logger,
        display: Display,
        stop: asyncio.Event,
    ) -> None:
        self.config: Config = held.config
        self.log = log
        self.clock = clock
        self.display = display
        self.stop = stop
        self.claim = held
        self.readers = held.readers
        times = held.config.supervisor
        self.children = [Supervised(child, times, self._spawn) for child in children]
        own = shm.Own(held.segment)
        producer = own.producer(CONTROLS, [held.readers[Writer.KERNEL]])
        self.controls = Controls(producer, clock, log)
        self.closing = False
        self.ever_ready = False
        self.failure = ""  # Why the tree never got ready, in one line.
        self.paused = (self.config.run_dir / PAUSED_FILE).exists()
        self._cells = Cells(own, held.config, clock)
        self._notifier = Notifier()
        self._verbs = VerbServer(self)
        self._wake_fd = os.eventfd(0, os.EFD_CLOEXEC | os.EFD_NONBLOCK)
        self._probe: asyncio.Task[None] | None = None
        self._answers = 0
        self._lacked_ms: int | None = None
        self._kernel_epoch = 0
        self._mode: Mode | None = None
        self._turned_ms = self._published_ms = self._kept_house_ms = 0

    # ------------------------------------------------------------ lifecycle

    async def start(self) -> None:
        """Opens the operator's socket and takes over a paper venue that still answers."""
        if self.claim.kept:
            self.display.say(f"segments of an earlier run kept: {', '.join(self.claim.kept)}")
        await self._verbs.start()
        paper = self.child("paper")
        if paper is not None:
            await self._adopt_paper(paper)
            self._probe = asyncio.create_task(self._probe_paper(), name="probe of the paper venue")
        self._turned_ms = self.now_ms()

    async def step(self) -> int:
        """One turn: looks at every child, tells the kernel, publishes."""
        if self._probe is not None and self._probe.done():
            self._probe.result()
        self._start_due()
        self.turn()
        self._check_first_start()
        return 0

    async def close(self) -> None:
        """Orderly end: nothing of the tree is left."""
        self.closing = True
        self._notifier.say("STOPPING=1")
        await closing.close(self)
        if self._probe is not None:
            self._probe.cancel()
            await asyncio.gather(self._probe, return_exceptions=True)
        await self._verbs.close()
        os.close(self._wake_fd)

    def now_ms(self) -> int:
        """Monotonic milliseconds."""
        return self.clock.mono_ns() // NS_PER_MS

    def child(self, name: str) -> Supervised | None:
        """A row by its name."""
        return next((child for child in self.children if child.name == name), None)

    # ------------------------------------------------------------ one turn

    def turn(self) -> None:
        """Everything but starting: also used while the tree closes."""
        now_ms = self.now_ms()
        if now_ms - self._turned_ms > LATE_MS_MAX:
            # We were stopped or starved, so the others' silence proves nothing.
            self.log.warning("late", late_ms=now_ms - self._turned_ms)
            for child in self.children:
                child.rearm(now_ms)
        self._turned_ms = now_ms
        # The runner beats between steps only, and closing takes many turns.
        self.claim.segment.beat(0)
        for child in self.children:
            for event in child.observe(self._sign(child), now_ms):
                self.happened(event)
        self._tell_kernel()
        self.controls.flush()
        self.display.turn()
        if now_ms - self._published_ms >= PUBLISH_INTERVAL_MS:
            self._published_ms = now_ms
            self._publish()
        if now_ms - self._kept_house_ms >= HOUSEKEEPING_INTERVAL_MS:
            self._kept_house_ms = now_ms
            self._keep_house()

    def _start_due(self) -> None:
        ready = {child.name for child in self.children if child.phase is Phase.READY}
        for child in self.children:
            if child.phase is Phase.DOWN and child.wanted and ready.issuperset(child.child.after):
                self.happened(child.start(self.now_ms()))

    def happened(self, event: Event) -> None:
        """Log, journal and screen learn of it."""
        self.log.info("child", child=event.child, what=event.what, detail=event.detail)
        self.controls.note(event)
        lines: list[str] = []
        if event.what in ("died", "given up"):
            path = logs.log_file(self.config.log_dir, event.child)
            dead = self.child(event.child)
            lines = logs.tail(path, CRASH_LINES_MAX, dead.log_start if dead is not None else 0)
        self.display.event(event, lines)
        self._record()

    def _record(self) -> None:
        leftovers.record(self.config.run_dir, self.identities())

    def identities(self) -> list[Identity]:
        """Every child that runs."""
        return [child.process.identity for child in self.children if child.process is not None]

    def _sign(self, child: Supervised) -> Sign | None:
        if child.process is None:
            return None
        if child.child.writer is Writer.NONE:
            state = ActorState.READY if self._answers else ActorState.STARTING
            return Sign(state, self._answers, self._answers, waiting=False)
        header = self.readers[child.child.writer].header()
        if header.pid != child.process.pid:
            return None  # Its predecessor's words.
        waiting, consumed = self._input(child.child.writer)
        progress = header.progress + consumed
        return Sign(ActorState(header.state), header.heartbeat_mono_ns, progress, waiting)

    def _input(self, writer: Writer) -> tuple[bool, int]:
        """(whether a lossless ring holds something for it, how much it has taken so far)."""
        waiting, consumed = False, 0
        for cursor in SEGMENTS[writer].cursors:
            ring = next(ring for ring in RINGS if ring.id == cursor.ring)
            if not ring.lossless:
                continue
            _, next_seq, _ = self.readers[writer].native.cursor(ring.id)
            waiting = waiting or self.readers[ring.writer].native.tail(ring.id) > next_seq
            consumed += next_seq
        return waiting, consumed

    # ------------------------------------------------------------ what the kernel is told

    def _tell_kernel(self) -> None:
        kernel = self.child("kernel")
        if kernel is None or kernel.phase is not Phase.READY:
            return
        epoch = self.readers[Writer.KERNEL].header().epoch
        if epoch != self._kernel_epoch:
            self._kernel_epoch, self._mode = epoch, None
            self.controls.put(config_control(self.config))
        mode, why = self._wanted_mode()
        if mode is not self._mode:
            self._mode = mode
            self.controls.mode(mode, why, operator=self.paused)

    def _wanted_mode(self) -> tuple[Mode, str]:
        if not self.ever_ready:
            return Mode.HALTED, "tree is not ready"
        if self.closing:
            return Mode.REDUCE_ONLY, "tree goes down"
        lost = [child for child in self.children if child.phase is Phase.FATAL]
        modes = [(child.child.on_fatal, child.name) for child in lost]
        limits = sorted((mode, name) for mode, name in modes if mode is not None)
        if limits:
            return limits[0][0], f"{limits[0][1]} is given up"
        if self.paused:
            return Mode.REDUCE_ONLY, "paused by the operator"
        return Mode.ACTIVE, "tree is ready"

    def pause(self, reason: str) -> None:
        """No added risk until resume(), also after a restart of this process."""
        (self.config.run_dir / PAUSED_FILE).write_text(reason, encoding="utf-8")
        self.paused = True

    def resume(self) -> None:
        """Ends a pause."""
        (self.config.run_dir / PAUSED_FILE).unlink(missing_ok=True)
        self.paused = False

    def order(self, kind: ControlKind, text: str) -> None:
        """An operator's word that goes straight to the kernel."""
        self.controls.say(kind, text, operator=True)

    # ------------------------------------------------------------ what others see

    @property
    def ready(self) -> bool:
        """Every critical child does its work; the first time none may lack anything."""
        needed = [child for child in self.children if child.child.critical]
        serving = all(child.phase is Phase.READY for child in needed)
        return serving and (self.ever_ready or not self._lacking())

    def _lacking(self) -> list[Supervised]:
        """Critical children that are up and miss something outside."""
        children = [child for child in self.children if child.child.critical]
        return [child for child in children if child.state is ActorState.DEGRADED]

    def _publish(self) -> None:
        for index, child in enumerate(self.children):
            self._cells.write_child(index, child)
        ready = self.ready
        self._cells.write_tree(ready, self.closing)
        if ready and not self.ever_ready:
            self.ever_ready = True
            self.display.say(f"ready: {self.config.instance.name} on {self.config.venue.kind}")
            self._notifier.say("READY=1")
        if not self.closing:
            down = [child.name for child in self.children if child.phase is not Phase.READY]
            status = f"waiting for {', '.join(down)}" if down else "all processes ready"
            self._notifier.say(f"STATUS={status}", *(["WATCHDOG=1"] if ready else []))

    def _keep_house(self) -> None:
        for child in self.children:
            path = logs.log_file(self.config.log_dir, child.name)
            if logs.rotate(path):
                self.log.info("log_rotated", path=str(path))
        logs.rotate(logs.log_file(self.config.log_dir, "supervisor"))

    def _check_first_start(self) -> None:
        """A tree that never was ready does not stay half up."""
        if self.ever_ready:
            return
        for child in self.children:
            if child.phase is Phase.FATAL and child.child.critical:
                self._give_up(failure.of_child(child, self.config.log_dir))
        lacking = self._lacking()
        if not lacking or self._lacked_ms is None:
            self._lacked_ms = self.now_ms() if lacking else None
        elif self.now_ms() - self._lacked_ms > FIRST_ANSWER_MS_MAX:
            self._give_up(failure.of_venue(lacking[0], self.config))

    def _give_up(self, error: PinkError) -> NoReturn:
        self.failure = str(error)
        raise error

    # ------------------------------------------------------------ processes

    def _spawn(self, child: Child) -> Process:
        secrets_fd = self._secrets_fd(child)
        wake_fd = self._wake_fd if child.wakes else None
        try:
            start = Start(self.config, wake_fd, secrets_fd)
            words = sandbox.launcher_words(child, self.config)
            inherit = tuple(fd for fd in (wake_fd, secrets_fd) if fd is not None)
            return spawn(
                Command(
                    name=child.name,
                    argv=[*words, "--", *child.argv(start)],
                    env=sandbox.environment(child, self.config),
                    cwd=Path("/"),
                    log=logs.log_file(self.config.log_dir, child.name),
                    inherit=inherit,
                )
            )
        finally:
            if secrets_fd is not None:
                os.close(secrets_fd)

    def _secrets_fd(self, child: Child) -> int | None:
        if not child.secrets:
            return None
        secrets = self.claim.secrets
        if child.name == "paper":
            self._answers = 0
            return keys.descriptor(keys.for_paper(secrets, self.config))
        return keys.descriptor(secrets)

    async def _adopt_paper(self, paper: Supervised) -> None:
        for identity in leftovers.survivors(self.config.run_dir):
            if identity.name != paper.name:
                continue
            process = adopt(identity)
            if process is None:
                continue
            if await paper_venue.answers(self.config.paper.port):
                self.happened(paper.adopt(process, self.now_ms()))
                continue
            process.release()
            leftovers.end([identity], 0.0)

    async def _probe_paper(self) -> None:
        while True:
            paper = self.child("paper")
            running = paper is not None and paper.process is not None
            if running and await paper_venue.answers(self.config.paper.port):
                self._answers += 1
            elif not running:
                self._answers = 0
            await asyncio.sleep(PROBE_INTERVAL_S)
