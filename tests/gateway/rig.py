"""The gateway's desk inside a test, so that its clock and its venue can be chosen."""

from __future__ import annotations

import io

from pink_actors import config as configuration
from pink_actors import log as logging
from pink_actors import shm
from pink_actors._native import OwnSegment
from pink_actors.clock import NS_PER_MS, SystemClock
from pink_actors.gateway.clock_watch import ClockWatch
from pink_actors.gateway.dead_man import DeadMan
from pink_actors.gateway.desk import Desk
from pink_actors.gateway.gate import Gate
from pink_actors.gateway.memory import Memory
from pink_actors.rest.connection import Connection, Keys
from pink_actors.rest.kept import Kept
from pink_actors.rest.reporting import Reporter
from pink_actors.shm_layout import GATEWAY_REPORTS, Code, ReportKind, Writer
from tests.gateway.stage import API_KEY, API_SECRET, Stage


class SteppedClock(SystemClock):
    """The machine's clocks, of which the test sets the wall clock."""

    ahead_ms = 0

    def wall_ns(self) -> int:
        """See Clock."""
        return super().wall_ns() + self.ahead_ms * NS_PER_MS


class Rig:
    """The gateway's desk inside the test, by a clock of its own."""

    def __init__(self, stage: Stage) -> None:
        self.clock = SteppedClock()
        self.stage = stage
        log = logging.make("gateway", 1, stream=io.StringIO())
        config = configuration.load_resolved(stage.run_dir)
        own = shm.Own(OwnSegment.open(stage.instance, Writer.GATEWAY, str(stage.run_dir)))
        kernel = shm.Reader.attach(stage.instance, Writer.KERNEL)
        self.connection = Connection(
            config.venue, Keys(API_KEY, API_SECRET), self.clock, log,
            Kept(stage.unread_dir, "gateway", self.clock, log),
        )  # fmt: skip
        reporter = Reporter(own.producer(GATEWAY_REPORTS, [kernel]), self.clock)
        self.connection.tell_unread = reporter.unread
        self.desk = Desk(
            config,
            self.connection,
            reporter,
            Memory(self.clock.mono_ns()),
            Gate(stage.instance, stage.run_dir, kernel, self.clock),
            DeadMan(0, self.connection, kernel, self.clock, log),
            kernel,
            self.clock,
            log,
        )
        self.watch = ClockWatch(self.desk)

    def told(self) -> list[tuple[Code, str]]:
        """The diagnostics so far."""
        self.stage.drain()
        found = [report for report in self.stage.seen if report.kind is ReportKind.DIAGNOSTIC]
        return [(report.code, report.text) for report in found]
