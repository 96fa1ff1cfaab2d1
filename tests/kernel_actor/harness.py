"""A real kernel process with real segments around it; the test plays every other process."""

from __future__ import annotations

import os
import signal
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from pink_actors import _native
from pink_actors.shm import Consumer, Own, Producer, Reader
from pink_actors.shm_layout import (
    ACCOUNT,
    COMMANDS_DURABLE,
    COMMANDS_NOW,
    CONTROLS,
    GATEWAY_REPORTS,
    INTENTS,
    JOURNAL,
    LISTENER_REPORTS,
    MARKS,
    PERSISTENCE_STATS,
    AccountCell,
    ActorState,
    AdoptPolicy,
    Command,
    Control,
    ControlKind,
    InputKind,
    Intent,
    JournalCell,
    MarkCell,
    Mode,
    OrderKind,
    Outcome,
    PersistenceCell,
    Report,
    Side,
    Writer,
)
from tests.waiting import wait_until

SYMBOL = "BTC-USDT"
E8 = 10**8
E12 = 10**12
MARK_E12 = 50_000 * E12
WRITERS = (
    Writer.KERNEL,
    Writer.GATEWAY,
    Writer.LISTENER,
    Writer.POLICY,
    Writer.SUPERVISOR,
    Writer.PERSISTENCE,
)
SEGMENT_BYTES = 1 << 20

CONFIG = Control.zero()._replace(
    kind=ControlKind.CONFIG,
    mode=Mode.ACTIVE,
    adopt=AdoptPolicy.FLAG,
    max_slots=64,
    max_leverage=20,
    order_rate_max=256,
    order_rate_window_ms=1000,
    ttl_ms_max=60_000,
    mark_age_ms_max=60_000,
    submit_deadline_ms=5_000,
    report_deadline_ms=2_000,
    settle_after_ms=1,
    not_found_after_ms=50,
    reconcile_interval_ms=60_000,
    flat_confirm_ms=50,
    max_order_notional_e8=1_000_000 * E8,
    max_total_notional_e8=10_000_000 * E8,
    daily_loss_e8=100_000 * E8,
    drawdown_e8=100_000 * E8,
    price_band_e8=E8 // 10,
    divergence_e8=E8 // 10,
    fill_band_e8=E8 // 10,
    delta_warn_e8=E8 // 100,
    delta_error_e8=20 * E8,
    config_hash=4711,
)


def program(name: str) -> str:
    """A native program of this environment."""
    return str(Path(sysconfig.get_path("scripts")) / name)


class Entry(NamedTuple):
    """One journalled outcome."""

    seq: int
    outcome: Outcome


class Rig:
    """Segments of one instance, and the kernel process when it runs."""

    def __init__(self, instance: str, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.instance = instance
        self.run_dir = folder / "run"
        self.journal_dir = folder / "journal"
        self.log_path = folder / "kernel.log"
        self.segment_bytes = segment_bytes
        self.process: subprocess.Popen[bytes] | None = None
        self.run_dir.mkdir(exist_ok=True, mode=0o700)
        for writer in WRITERS:
            _native.create_segment(instance, writer, str(self.run_dir), 0o600)
        self.kernel = Reader.attach(instance, Writer.KERNEL)
        self._gateway = self._own(Writer.GATEWAY)
        self._listener = self._own(Writer.LISTENER)
        policy = self._own(Writer.POLICY)
        supervisor = self._own(Writer.SUPERVISOR)
        self._persistence = self._own(Writer.PERSISTENCE)
        kernel = [self.kernel]
        self.reports: Producer[Report] = self._gateway.producer(GATEWAY_REPORTS, kernel)
        self.stream: Producer[Report] = self._listener.producer(LISTENER_REPORTS, kernel)
        self.intents: Producer[Intent] = policy.producer(INTENTS, kernel)
        self.controls: Producer[Control] = supervisor.producer(CONTROLS, kernel)
        self.commands_now: Consumer[Command] = self._gateway.consumer(self.kernel, COMMANDS_NOW)
        self.commands_durable: Consumer[Command] = self._gateway.consumer(
            self.kernel, COMMANDS_DURABLE
        )

    def _own(self, writer: Writer) -> Own:
        return Own(_native.OwnSegment.open(self.instance, writer, str(self.run_dir)))

    # ------------------------------------------------------------ the process

    def launch(self, *prefix: str, options: tuple[str, ...] = ()) -> subprocess.Popen[bytes]:
        """Starts the kernel without waiting for it."""
        words = [*prefix, program("pink-kernel"), "--instance", self.instance]
        words += ["--run-dir", str(self.run_dir), "--journal-dir", str(self.journal_dir)]
        words += ["--segment-bytes", str(self.segment_bytes), *options]
        with self.log_path.open("ab") as log:
            self.process = subprocess.Popen(words, stderr=log, stdin=subprocess.DEVNULL)
        return self.process

    def start(self) -> None:
        """Starts the kernel and waits until it is READY."""
        epoch = self.kernel.header().epoch
        process = self.launch()

        def ready() -> bool:
            assert process.poll() is None, f"kernel ended {process.returncode}: {self.log()}"
            header = self.kernel.header()
            return header.epoch > epoch and header.state == ActorState.READY

        wait_until(ready, "the kernel to be READY")

    def kill(self) -> None:
        """`kill -9`."""
        assert self.process is not None
        self.process.kill()
        assert self.process.wait() == -signal.SIGKILL, self.log()

    def stop(self) -> int:
        """Asks the kernel to end, and returns its exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=20)

    def close(self) -> None:
        """Leaves nothing behind."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        for writer in WRITERS:
            _native.unlink_segment(self.instance, writer)

    def log(self) -> str:
        """What the kernel said."""
        return self.log_path.read_text() if self.log_path.exists() else ""

    # ------------------------------------------------------------ what one sees

    def journal(self) -> JournalCell:
        return self.kernel.read(JOURNAL)

    def account(self) -> AccountCell:
        return self.kernel.read(ACCOUNT)

    def settled(self) -> None:
        """Waits until every input is in the journal and durable."""

        def quiet() -> bool:
            cell = self.journal()
            taken = all(ring.free() == size for ring, size in self._inputs())
            return taken and cell.durable_seq == cell.written_seq > 0

        wait_until(quiet, f"all inputs to be durable: {self.journal()}")

    def _inputs(self) -> list[tuple[Producer[Report] | Producer[Intent] | Producer[Control], int]]:
        return [
            (self.reports, GATEWAY_REPORTS.capacity),
            (self.stream, LISTENER_REPORTS.capacity),
            (self.intents, INTENTS.capacity),
            (self.controls, CONTROLS.capacity),
        ]

    def outcomes(self, from_seq: int = 1) -> list[Entry]:
        """The journal's outcomes up to the written mark, through the native reader."""
        reader = _native.JournalReader(str(self.journal_dir))
        limit = self.journal().written_seq
        out: list[Entry] = []
        while from_seq <= limit:
            read = reader.read(from_seq, 1000, limit)
            assert read, f"record {from_seq} of {limit} is missing"
            out += [Entry(seq, Outcome.decode(data)) for seq, data in read]
            from_seq = read[-1][0] + 1
        return out

    # ------------------------------------------------------------ what one says

    def control(self, control: Control) -> None:
        self.controls.publish(control._replace(created_wall_ns=time.time_ns()))
        self.controls.wake()

    def report(self, *reports: Report) -> None:
        for report in reports:
            stamp = report._replace(recv_wall_ns=time.time_ns(), recv_mono_ns=time.monotonic_ns())
            self.reports.publish(stamp)
        self.reports.wake()

    def mark(self, price_e12: int = MARK_E12, symbol: str = SYMBOL, index: int = 0) -> None:
        """Tells a price as the listener would."""
        now_ms = time.time_ns() // 1_000_000
        cell = MarkCell.zero()._replace(
            symbol=symbol,
            mark_e12=price_e12,
            last_e12=price_e12,
            bid_e12=price_e12 - E12,
            ask_e12=price_e12 + E12,
            venue_wall_ms=now_ms,
            recv_wall_ns=time.time_ns(),
            recv_mono_ns=time.monotonic_ns(),
            market_ms=now_ms,
            updates=1,
        )
        self._listener.write(MARKS, cell, index)

    def stored(self, seq: int) -> None:
        """Says as persistence would that the database has everything up to this record."""
        cell = PersistenceCell.zero()._replace(journal_id=self.journal().journal_id, stored_seq=seq)
        self._persistence.write(PERSISTENCE_STATS, cell, 0)

    def note(self, intent_id: int) -> None:
        """A NOTE intent: journalled, changes no slot."""
        self.intent(Intent.zero()._replace(kind=InputKind.NOTE, intent_id=intent_id))

    def intent(self, intent: Intent) -> None:
        """Publishes a decision, as soon as the ring has room."""
        wait_until(lambda: self.intents.free() > 0, "room among the intents")
        self.intents.publish(
            intent._replace(
                created_wall_ns=time.time_ns(),
                created_mono_ns=time.monotonic_ns(),
                ttl_ms=intent.ttl_ms or 30_000,
            )
        )
        self.intents.wake()

    def enter(self, trade_id: str, qty_e8: int = E8 // 100, symbol: str = SYMBOL) -> None:
        """A MARKET order to open a long position."""
        self.intent(
            Intent.zero()._replace(
                kind=InputKind.ENTER,
                side=Side.LONG,
                order_kind=OrderKind.MARKET,
                leverage=3,
                slot_id=0xFFFF,
                intent_id=hash_of(trade_id),
                trade_id=trade_id,
                symbol=symbol,
                qty_e8=qty_e8,
                reference_price_e12=MARK_E12,
                leg_count=1,
                leg_ratios_e8=(E8, *[0] * 7),
            )
        )

    def exit(self, trade_id: str) -> None:
        """The wish to close what a trade holds."""
        self.intent(
            Intent.zero()._replace(
                kind=InputKind.EXIT,
                order_kind=OrderKind.MARKET,
                slot_id=0xFFFF,
                intent_id=hash_of(trade_id) + 1,
                trade_id=trade_id,
            )
        )


def hash_of(trade_id: str) -> int:
    """A number for a trade id, for `intent_id`."""
    return int.from_bytes(trade_id.encode()[-7:], "big") << 1


@contextmanager
def rig(instance: str, folder: Path, segment_bytes: int = SEGMENT_BYTES) -> Iterator[Rig]:
    """A rig that is taken down again."""
    built = Rig(instance, folder, segment_bytes)
    try:
        yield built
    finally:
        built.close()


def run_tool(*words: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
    """`pink-journal` with these arguments."""
    command = [program("pink-journal"), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
