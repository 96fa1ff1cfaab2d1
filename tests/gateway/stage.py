"""A stage for the edge: a real paper venue, real segments, and this test as the kernel."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, TypedDict, Unpack

import msgspec

from pink_actors import _native, config, shm
from pink_actors._native import OwnSegment
from pink_actors.clock import NS_PER_MS, SystemClock
from pink_actors.config import Config
from pink_actors.shm_layout import (
    ACCOUNT,
    COMMANDS_DURABLE,
    COMMANDS_NOW,
    GATEWAY_REPORTS,
    GATEWAY_STATS,
    LISTENER_REPORTS,
    TREE,
    AccountCell,
    ActorState,
    Command,
    CommandKind,
    GatewayCell,
    Mode,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    PositionMode,
    Report,
    ReportKind,
    Side,
    TimeInForce,
    TreeCell,
    Writer,
)
from tests.waiting import wait_until

SYMBOL = "BTC-USDT"
OTHER_SYMBOL = "ETH-USDT"
# A crowded machine starts processes slowly; a test must not fail for that.
START_S_MAX = 40.0
API_KEY = "k" * 32
API_SECRET = "s" * 48
# Short, so that tests reach the moment at which absence becomes evidence.
NOT_FOUND_AFTER_MS = 700
WRITERS = (Writer.KERNEL, Writer.GATEWAY, Writer.LISTENER, Writer.SUPERVISOR)
CLOCK = SystemClock()


class Fields(TypedDict, total=False):
    """What a test may say about a command."""

    role: OrderRole
    order_side: OrderSide
    position_side: Side
    order_kind: OrderKind
    tif: TimeInForce
    position_mode: PositionMode
    reduce_only: int
    adds_risk: int
    reissue: int
    leverage: int
    deadline_mono_ns: int
    since_wall_ms: int
    venue_order_id: int
    symbol: str
    qty_e8: int
    price_e12: int
    trigger_e12: int
    cum_qty_e8: int


class Process:
    """A child that is ended with the test, and what it wrote."""

    def __init__(
        self,
        arguments: list[str],
        log: Path,
        given: bytes | None = None,
        flag: str = "",
        kept: tuple[int, ...] = (),
    ) -> None:
        self.log = log
        passed: list[int] = []
        if given is not None:
            reading, writing = os.pipe()
            os.write(writing, given)
            os.close(writing)
            arguments = [*arguments, flag, str(reading)]
            passed.append(reading)
        with log.open("ab") as out:
            self.child = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                stdout=out, stderr=out, stdin=subprocess.DEVNULL, pass_fds=[*passed, *kept],
            )  # fmt: skip
        for descriptor in passed:
            os.close(descriptor)

    def text(self) -> str:
        """Everything it said."""
        return self.log.read_text("utf-8")

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ends it and returns its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(number)
        return self.child.wait(timeout=10)

    def ended(self) -> int:
        """The exit code once it ended by itself."""
        return self.child.wait(timeout=20)


class Paper:
    """The paper venue, its control endpoint and its ledger."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.data = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        port_file = folder / "port"
        port_file.unlink(missing_ok=True)
        keys = json.dumps(
            [{"account": "main", "api_key": API_KEY, "api_secret": API_SECRET, "balance": "100000"}]
        )
        self.process = Process(
            ["pink_actors.paper.cli", "--data", str(folder), "--port-file", str(port_file),
             "--control", "--rate-limits", "off", *options],
            folder / "log", keys.encode(), "--keys-fd",
        )  # fmt: skip
        wait_until(
            lambda: port_file.exists() or self.process.child.poll() is not None,
            "the paper venue",
            START_S_MAX,
        )
        assert port_file.exists(), self.process.text()
        self.port = int(port_file.read_text())

    def control(self, **command: object) -> None:
        """A word to its test-only endpoint."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/paper/control",
            json.dumps(command).encode(), {"Content-Type": "application/json"},
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=5) as reply:
            answer = reply.read()
        assert reply.status == 200, answer

    def fault(self, name: str, **rule: object) -> None:
        """Puts a fault in force."""
        self.control(op="fault", name=name, **rule)

    def statistics(self) -> dict[str, object]:
        """What it says of itself."""
        url = f"http://127.0.0.1:{self.port}/paper/stats"
        with urllib.request.urlopen(url, timeout=5) as reply:
            return dict(json.loads(reply.read()))

    def struck(self, fault: str) -> int:
        """How often a fault has come into effect."""
        struck = msgspec.convert(self.statistics()["faults"], dict[str, int])
        return struck.get(fault, 0)

    def ledger(self, kind: str) -> list[dict[str, object]]:
        """The entries of one kind that are on its disk."""
        path = self.data / "ledger.jsonl"
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        return [row for row in rows if row["t"] == kind]


class Stage:
    """Segments of one instance; this process is the kernel of it."""

    def __init__(self, instance: str, home: Path, rest_url: str, **venue: str | int) -> None:
        self.instance = instance
        self.run_dir = home / instance / "run"
        self.run_dir.mkdir(parents=True, mode=0o700)
        self.log_dir = home / instance / "log"
        self.log_dir.mkdir(mode=0o700)
        self.unread_dir = home / instance / "unread"
        self.unread_dir.mkdir(mode=0o700)
        self._home = home
        self._exits = contextlib.ExitStack()
        self._seq = itertools.count(1)
        self.rest_url = rest_url
        self.seen: list[Report] = []
        self.configure(rest_url, **venue)
        for writer in WRITERS:
            _native.create_segment(instance, writer, str(self.run_dir), 0o600)
            self._exits.callback(_native.unlink_segment, instance, writer)
        self.own = shm.Own(OwnSegment.open(instance, Writer.KERNEL, str(self.run_dir)))
        self.supervisor = shm.Own(OwnSegment.open(instance, Writer.SUPERVISOR, str(self.run_dir)))
        self.gateway = shm.Reader.attach(instance, Writer.GATEWAY)
        self.listener = shm.Reader.attach(instance, Writer.LISTENER)
        self._wake_fd = os.eventfd(0, os.EFD_NONBLOCK)
        self._exits.callback(os.close, self._wake_fd)
        bells = [self._wake_fd]
        self.now = self.own.producer(COMMANDS_NOW, [self.gateway], bells)
        self.durable = self.own.producer(COMMANDS_DURABLE, [self.gateway], bells)
        self.reports = self.own.consumer(self.gateway, GATEWAY_REPORTS)
        self.stream_reports = self.own.consumer(self.listener, LISTENER_REPORTS)
        self.set_mode(Mode.ACTIVE)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._exits.close()

    def configure(self, rest_url: str, **venue: str | int) -> None:
        """Writes the configuration that children read."""
        settings = {
            "instance": {"name": self.instance, "home": str(self._home)},
            "venue": {
                "rest_url": rest_url, "ws_url": rest_url.replace("http", "ws") + "/swap-market",
                "request_timeout_ms": 5000, **venue,
            },
            "risk": {"not_found_after_ms": NOT_FOUND_AFTER_MS},
            "symbols": [SYMBOL, OTHER_SYMBOL],
        }  # fmt: skip
        config.save(msgspec.convert(settings, Config), self.run_dir)

    def start(self, name: str, keys: bytes | None = None) -> Process:
        """An actor as the supervisor starts it; it is ended with the stage."""
        given = keys or json.dumps({"api_key": API_KEY, "api_secret": API_SECRET}).encode()
        bell = ["--wake-fd", str(self._wake_fd)] if name == "gateway" else []
        process = Process(
            ["pink_actors", name, "--instance", self.instance, "--run-dir", str(self.run_dir),
             *bell],
            self.log_dir / f"{name}.txt", given, "--secrets-fd", (self._wake_fd,),
        )  # fmt: skip
        self._exits.callback(process.stop, signal.SIGKILL)
        return process

    def start_gateway(self) -> Process:
        """The gateway, ready."""
        process = self.start("gateway")
        self.until_state(self.gateway, process, ActorState.READY)
        return process

    def until_state(self, segment: shm.Reader, process: Process, state: ActorState) -> None:
        """Waits for a word in the segment's header, said by this process."""
        wait_until(
            lambda: (
                (segment.header().state == state and segment.header().pid == process.child.pid)
                or process.child.poll() is not None
            ),
            f"{state.name}",
            START_S_MAX,
        )
        assert process.child.poll() is None, process.text()

    def set_mode(self, mode: Mode, kill_switch: int = 0) -> None:
        """What the kernel's account cell says."""
        self.own.write(ACCOUNT, AccountCell.zero()._replace(mode=mode, kill_switch=kill_switch))

    def set_mirror(self, engaged: int) -> None:
        """What the supervisor's mirror of the latch says."""
        self.supervisor.write(TREE, TreeCell.zero()._replace(kill_switch=engaged))

    def command(self, kind: CommandKind, **fields: Unpack[Fields]) -> Command:
        """A command as the kernel makes it: a market entry of BTC unless told otherwise."""
        seq = next(self._seq)
        base = Command.zero()._replace(
            kind=kind,
            role=OrderRole.ENTRY,
            order_side=OrderSide.BUY,
            position_side=Side.LONG,
            order_kind=OrderKind.MARKET,
            tif=TimeInForce.NONE,
            position_mode=PositionMode.ONE_WAY,
            adds_risk=1,
            leverage=3,
            command_seq=seq * 8,
            asked_seq=seq,
            created_wall_ns=CLOCK.wall_ns(),
            created_mono_ns=CLOCK.mono_ns(),
            deadline_mono_ns=CLOCK.mono_ns() + 5_000 * NS_PER_MS,
            client_order_id=f"test-{seq}-e0-0",
            symbol=SYMBOL,
            qty_e8=10_000_000,
        )
        if kind is not CommandKind.SUBMIT:
            base = base._replace(adds_risk=0, deadline_mono_ns=0)
        return base._replace(**fields)

    def about(self, kind: CommandKind, other: Command, **fields: Unpack[Fields]) -> Command:
        """A later command about the order of an earlier one."""
        seq = next(self._seq)
        return other._replace(
            kind=kind, command_seq=seq * 8, asked_seq=seq, adds_risk=0, deadline_mono_ns=0,
            submitted_wall_ms=other.created_wall_ns // NS_PER_MS,
        )._replace(**fields)  # fmt: skip

    def give(self, *commands: Command) -> None:
        """Publishes to the ring where each belongs."""
        for command in commands:
            ring = self.durable if command.adds_risk else self.now
            ring.publish(command)
        self.now.wake()
        self.durable.wake()

    def drain(self) -> None:
        """Takes what the gateway reported."""
        for seq, report in self.reports.poll(1000):
            self.seen.append(report)
            self.reports.release(seq + 1)

    def until(
        self, matches: Callable[[Report], bool], what: str, timeout_s: float = 20.0
    ) -> Report:
        """The first report that matches, of all there were and will be."""

        def look() -> Report | None:
            self.drain()
            return next((report for report in self.seen if matches(report)), None)

        return wait_until(look, what, timeout_s)

    def answer(self, command: Command, timeout_s: float = 20.0) -> Report:
        """The first report that answers a command."""
        return self.until(
            lambda report: report.command_seq == command.command_seq,
            f"an answer to {command.kind.name} {command.client_order_id}",
            timeout_s,
        )

    def answers(self, command: Command) -> list[Report]:
        """All reports that answered a command so far."""
        self.drain()
        return [report for report in self.seen if report.command_seq == command.command_seq]

    def do(self, command: Command, timeout_s: float = 20.0) -> Report:
        """Gives a command and waits for its first answer."""
        self.give(command)
        return self.answer(command, timeout_s)

    def ask_until(self, command: Command, kind: ReportKind, timeout_s: float = 15.0) -> Report:
        """Queries an order as the kernel does, again and again, until it is told `kind`."""
        found: list[Report] = []

        def look() -> Report | None:
            report = self.do(self.about(CommandKind.QUERY, command))
            found.append(report)
            return report if report.kind is kind else None

        return wait_until(look, f"{kind.name} of {command.client_order_id}", timeout_s)

    def filled(self, command: Command) -> Report:
        """The order once all of it is filled."""

        def look() -> Report | None:
            report = self.do(self.about(CommandKind.QUERY, command))
            return report if report.order_status is OrderStatus.FILLED else None

        return wait_until(look, f"the fill of {command.client_order_id}", 15.0)

    def hold(self) -> Command:
        """A position to protect or to close: an entry, and all of it filled."""
        entry = self.command(CommandKind.SUBMIT)
        assert self.do(entry).kind is ReportKind.ORDER_STATE
        self.filled(entry)
        return entry

    def stats(self) -> GatewayCell:
        """The gateway's counters."""
        return self.gateway.read(GATEWAY_STATS, 0)


@contextlib.contextmanager
def trading(
    instance: str, home: Path, *options: str, **venue: str | int | int
) -> Iterator[tuple[Stage, Paper]]:
    """A stage beside a paper venue; the gateway is not started yet."""
    paper = Paper(home / "paper", *options)
    try:
        settings: dict[str, str | int] = {"rate_limits": "off", **venue}
        with Stage(instance, home, f"http://127.0.0.1:{paper.port}", **settings) as stage:
            yield stage, paper
    finally:
        paper.process.stop(signal.SIGKILL)
