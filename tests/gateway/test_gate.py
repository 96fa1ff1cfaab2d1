"""What may still leave: the latch, the mirror, the mode, the deadline and the overtaking cancel."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors.gateway.gate import LATCH_NAME
from pink_actors.shm_layout import (
    ActorState,
    Code,
    CommandKind,
    Mode,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    PositionMode,
    ReportKind,
    Side,
    TimeInForce,
)
from tests.gateway.stage import CLOCK, Paper, Process, Stage, trading
from tests.waiting import wait_until

PLACE = "POST /openApi/swap/v2/trade/order"
HEDGED = PositionMode.HEDGE


@pytest.fixture
def desk(instance: str, home: Path) -> Iterator[tuple[Stage, Paper, Process]]:
    """A gateway that is ready."""
    with trading(instance, home) as (stage, paper):
        yield stage, paper, stage.start_gateway()


def test_the_kill_switch_holds_entries_and_lets_exits_and_cancels_pass(
    desk: tuple[Stage, Paper, Process],
) -> None:
    stage, paper, _ = desk
    entry = stage.command(CommandKind.SUBMIT)
    resting = stage.command(
        CommandKind.SUBMIT, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
        price_e12=30_000 * 10**12,
    )  # fmt: skip
    for order in (entry, resting):
        assert stage.do(order).kind is ReportKind.ORDER_STATE
    stage.filled(entry)
    latch = stage.run_dir / LATCH_NAME
    latch.write_text("operator")
    held = stage.do(stage.command(CommandKind.SUBMIT))
    assert (held.kind, held.code) == (ReportKind.NOT_SENT, Code.KILL_SWITCH)
    leaving = stage.command(
        CommandKind.SUBMIT, order_side=OrderSide.SELL, reduce_only=1, adds_risk=0
    )
    assert stage.do(leaving).kind is ReportKind.ORDER_STATE
    gone = stage.do(stage.about(CommandKind.CANCEL, resting))
    assert gone.order_status is OrderStatus.CANCELLED
    latch.unlink()
    assert stage.do(stage.command(CommandKind.SUBMIT)).kind is ReportKind.ORDER_STATE
    assert len(paper.ledger("order")) == 4


def test_a_latch_that_cannot_be_looked_at_counts_as_engaged(
    desk: tuple[Stage, Paper, Process],
) -> None:
    stage, paper, _ = desk
    # A loop of links: neither there nor absent, and unreadable for the superuser too.
    moved = stage.run_dir.with_name("moved")
    stage.run_dir.rename(moved)
    stage.run_dir.symlink_to(stage.run_dir)
    held = stage.do(stage.command(CommandKind.SUBMIT))
    assert (held.kind, held.code) == (ReportKind.NOT_SENT, Code.KILL_SWITCH)
    stage.run_dir.unlink()
    moved.rename(stage.run_dir)
    assert paper.ledger("order") == []


def test_the_mirror_of_the_latch_and_the_kernels_mode_hold_entries_too(
    desk: tuple[Stage, Paper, Process],
) -> None:
    stage, paper, _ = desk
    stage.set_mirror(1)
    assert stage.do(stage.command(CommandKind.SUBMIT)).code is Code.KILL_SWITCH
    stage.set_mirror(0)
    for mode in (Mode.HALTED, Mode.REDUCE_ONLY):
        stage.set_mode(mode)
        held = stage.do(stage.command(CommandKind.SUBMIT))
        assert (held.kind, held.code) == (ReportKind.NOT_SENT, Code.MODE_FORBIDS)
    stage.set_mode(Mode.ACTIVE, kill_switch=1)
    assert stage.do(stage.command(CommandKind.SUBMIT)).code is Code.KILL_SWITCH
    assert paper.ledger("order") == []


def test_a_command_past_its_deadline_is_never_sent(desk: tuple[Stage, Paper, Process]) -> None:
    stage, paper, _ = desk
    late = stage.command(CommandKind.SUBMIT, deadline_mono_ns=CLOCK.mono_ns() - 1)
    report = stage.do(late)
    assert (report.kind, report.code) == (ReportKind.NOT_SENT, Code.DEADLINE_PASSED)
    assert paper.ledger("order") == []


def test_an_entry_whose_cancel_came_first_is_not_sent(
    desk: tuple[Stage, Paper, Process],
) -> None:
    stage, paper, _ = desk
    entry = stage.command(
        CommandKind.SUBMIT, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
        price_e12=30_000 * 10**12,
    )  # fmt: skip
    cancel = stage.about(CommandKind.CANCEL, entry)
    # The cancel needs no durable journal, so it can be in the gateway's hands before its order.
    assert stage.do(cancel).kind is ReportKind.CANCEL_REFUSED
    report = stage.do(entry)
    assert (report.kind, report.code) == (ReportKind.NOT_SENT, Code.OVERTAKEN)
    assert paper.ledger("order") == []


def test_commands_of_one_symbol_keep_their_order_and_cursors_wait_for_the_report(
    desk: tuple[Stage, Paper, Process],
) -> None:
    stage, paper, gateway = desk
    gateway.child.send_signal(signal.SIGSTOP)
    entries = [stage.command(CommandKind.SUBMIT, qty_e8=1_000_000) for _ in range(8)]
    stage.give(*entries)
    gateway.child.send_signal(signal.SIGCONT)
    for entry in entries:
        assert stage.answer(entry).kind is ReportKind.ORDER_STATE
    named = [row["client_order_id"] for row in paper.ledger("order")]
    assert named == [entry.client_order_id for entry in entries]
    wait_until(lambda: stage.durable.native.free() == 1024, "every place in the ring free again")
    stage.until_state(stage.gateway, gateway, ActorState.READY)


def test_in_hedge_mode_an_exit_does_not_wait_for_the_other_sides_entry(
    instance: str, home: Path
) -> None:
    with trading(instance, home, position_mode="hedge") as (stage, paper):
        stage.start_gateway()
        long = stage.command(CommandKind.SUBMIT, position_mode=HEDGED)
        assert stage.do(long).kind is ReportKind.ORDER_STATE
        stage.filled(long)
        paper.fault("delay", endpoint=PLACE, count=1, delay_ms=3_000)
        entry = stage.command(
            CommandKind.SUBMIT,
            order_side=OrderSide.SELL,
            position_side=Side.SHORT,
            position_mode=HEDGED,
        )
        stage.give(entry)
        wait_until(lambda: paper.struck("delay") == 1, "the entry to be on its way")
        leave = stage.command(
            CommandKind.SUBMIT, role=OrderRole.EXIT, order_side=OrderSide.SELL, adds_risk=0,
            deadline_mono_ns=0, position_mode=HEDGED,
        )  # fmt: skip
        assert stage.do(leave).kind is ReportKind.ORDER_STATE
        assert stage.answers(entry) == []
        assert stage.answer(entry).kind is ReportKind.ORDER_STATE
