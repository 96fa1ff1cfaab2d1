"""The listener's process against a real paper venue: events, marks, cuts, expiry, bad keys."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors import shm
from pink_actors.clock import NS_PER_MS
from pink_actors.errors import EXIT_CONFIG
from pink_actors.shm_layout import (
    LISTENER_STATS,
    MARKS,
    ActorState,
    CommandKind,
    Has,
    ListenerCell,
    MarkCell,
    OrderStatus,
    Report,
    ReportKind,
)
from tests.gateway.stage import CLOCK, OTHER_SYMBOL, SYMBOL, Paper, Process, Stage, trading
from tests.waiting import wait_until

SKEW_MS = 600_000


class Ears:
    """What the kernel hears from the listener."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.heard: list[Report] = []
        self.process: Process = stage.start("listener")
        stage.until_state(stage.listener, self.process, ActorState.READY)

    def drain(self) -> list[Report]:
        """All reports so far."""
        for seq, report in self.stage.stream_reports.poll(1000):
            self.heard.append(report)
            self.stage.stream_reports.release(seq + 1)
        return self.heard

    def count(self, kind: ReportKind) -> int:
        """How many of one kind so far."""
        return sum(report.kind is kind for report in self.drain())

    def stats(self) -> ListenerCell:
        """Its counters."""
        return self.stage.listener.read(LISTENER_STATS, 0)

    def mark(self, index: int) -> MarkCell:
        """One symbol's cell."""
        return self.stage.listener.read(MARKS, index)

    def until_gaps(self, count: int) -> None:
        """Waits until it connected this often."""
        wait_until(lambda: self.count(ReportKind.GAP) >= count, f"{count} gaps")


@pytest.fixture
def ears(instance: str, home: Path) -> Iterator[tuple[Ears, Paper]]:
    """A listener that is ready."""
    with trading(instance, home) as (stage, paper):
        yield Ears(stage), paper


def test_order_events_and_marks_arrive(ears: tuple[Ears, Paper]) -> None:
    ear, _ = ears
    stage = ear.stage
    ear.until_gaps(1)
    stage.start_gateway()
    entry = stage.command(CommandKind.SUBMIT)
    stage.do(entry)
    filled = wait_until(
        lambda: next((r for r in ear.drain() if r.order_status is OrderStatus.FILLED), None),
        "the fill on the stream",
    )
    assert filled.kind is ReportKind.ORDER_STATE
    assert (filled.cum_qty_e8, filled.command_seq) == (entry.qty_e8, 0)
    assert filled.client_order_id == entry.client_order_id
    assert filled.has & Has.AVG_PRICE and filled.venue_wall_ms > 0
    for index, symbol in enumerate((SYMBOL, OTHER_SYMBOL)):

        def whole(index: int = index) -> MarkCell | None:
            cell = ear.mark(index)
            return cell if cell.ask_e12 and cell.open_e12 and cell.last_e12 else None

        cell = wait_until(whole, "a mark")
        assert cell.symbol == symbol
        assert 0 < cell.bid_e12 <= cell.ask_e12
        assert cell.low_e12 <= cell.high_e12 and cell.last_e12 > 0
        assert (cell.stale, cell.mark_e12 > 0, cell.venue_wall_ms > 0) == (0, True, True)
        assert CLOCK.mono_ns() - cell.recv_mono_ns < 5 * 10**9


def test_a_deposit_is_a_hint_and_the_orders_own_money_is_not(ears: tuple[Ears, Paper]) -> None:
    ear, paper = ears
    ear.until_gaps(1)
    paper.control(op="money", amount="25.5")
    wait_until(lambda: ear.count(ReportKind.ACCOUNT_HINT) == 1, "the hint")
    hint = next(r for r in ear.drain() if r.kind is ReportKind.ACCOUNT_HINT)
    assert hint.text in ("DEPOSIT", "TRANSFER")
    assert hint.has & Has.WALLET and hint.wallet_e8 == 10_002_550_000_000


def test_flaw_n8_each_reconnect_is_a_gap_and_leaves_one_socket_of_each_kind(
    ears: tuple[Ears, Paper],
) -> None:
    ear, paper = ears
    ear.until_gaps(1)
    for cuts in range(1, 4):
        paper.control(op="cut_sockets")
        ear.until_gaps(1 + cuts)
        wait_until(lambda: ear.stats().user_connected and ear.stats().market_connected, "both")
        wait_until(lambda: paper.statistics()["sockets"] == 2, "two sockets at the venue")
    assert wait_until(lambda: ear.stats().reconnects >= 6, "six reconnects counted")


def test_flaw_l14_an_expired_listen_key_is_replaced(ears: tuple[Ears, Paper]) -> None:
    ear, paper = ears
    ear.until_gaps(1)
    renewals = ear.stats().key_renewals
    paper.control(op="expire_keys")
    ear.until_gaps(2)
    wait_until(lambda: ear.stats().key_renewals > renewals, "a new key")
    assert ear.process.child.poll() is None


def test_a_venue_that_is_gone_makes_marks_stale_and_the_listener_wait(
    ears: tuple[Ears, Paper],
) -> None:
    ear, paper = ears
    ear.until_gaps(1)
    wait_until(lambda: ear.mark(0).mark_e12, "a mark")
    paper.process.stop(signal.SIGKILL)
    wait_until(lambda: ear.mark(0).stale and ear.mark(1).stale, "stale marks")
    ear.stage.until_state(ear.stage.listener, ear.process, ActorState.DEGRADED)
    again = Paper(paper.data, "--port", str(paper.port))
    try:
        ear.until_gaps(2)
        wait_until(lambda: not ear.mark(0).stale, "a fresh mark")
        ear.stage.until_state(ear.stage.listener, ear.process, ActorState.READY)
    finally:
        again.process.stop(signal.SIGKILL)


def test_marks_are_as_old_as_the_venues_clock_says_wherever_it_stands(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        paper.control(op="skew", skew_ms=-SKEW_MS)
        ear = Ears(stage)
        wait_until(lambda: ear.mark(0).mark_e12 and not ear.mark(0).stale, "a fresh mark")
        assert ear.mark(0).venue_wall_ms < CLOCK.wall_ns() // NS_PER_MS - SKEW_MS // 2
        # Set back once more while it runs: what comes is late, then old, and then measured anew.
        paper.control(op="skew", skew_ms=-2 * SKEW_MS)
        wait_until(lambda: ear.mark(0).stale and ear.stats().late_marks, "doubts")
        wait_until(lambda: not ear.mark(0).stale, "a fresh mark again", 30.0)
        assert ear.process.child.poll() is None


def test_flaw_l15_n6_an_orderly_end_gives_the_key_back_and_leaves_no_task(
    ears: tuple[Ears, Paper],
) -> None:
    ear, paper = ears
    ear.until_gaps(1)
    assert ear.process.stop() == 0
    assert "task_left" not in ear.process.text()
    assert "listen_key_not_deleted" not in ear.process.text()
    wait_until(lambda: paper.statistics()["sockets"] == 0, "no socket left")


def test_refused_keys_end_the_listener_with_the_exit_code_of_a_configuration(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, _):
        wrong = json.dumps({"api_key": "wrong-key-123456", "api_secret": "wrong-secret-123456"})
        process = stage.start("listener", wrong.encode())
        assert process.ended() == EXIT_CONFIG
        assert "refuses the API key" in process.text()
        assert "wrong-key-123456" not in process.text()


def test_an_address_that_cannot_be_used_is_named_without_the_listen_key(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        stage.configure(stage.rest_url, rate_limits="off", ws_url="http://127.0.0.1/swap-market")
        process = stage.start("listener")
        assert process.ended() == EXIT_CONFIG
        assert "venue.ws_url or venue.proxy" in process.text()
        assert "listenKey" not in process.text()
        assert paper.statistics()["sockets"] == 0


def test_the_stream_and_the_reader_share_nothing_but_memory(ears: tuple[Ears, Paper]) -> None:
    ear, _ = ears
    ear.until_gaps(1)
    reader = shm.Reader.attach(ear.stage.instance, ear.stage.listener.writer)
    wait_until(lambda: reader.header().progress > 0, "progress")
