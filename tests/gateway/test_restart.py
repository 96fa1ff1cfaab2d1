"""The gateway dies at any moment: what it may have sent is looked for, never sent again."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.shm_layout import (
    Code,
    CommandKind,
    Mode,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    ReportKind,
    TimeInForce,
)
from tests.gateway.cells import await_answer, note_answer
from tests.gateway.stage import CLOCK, OTHER_SYMBOL, Paper, Stage, trading
from tests.waiting import wait_until

PLACE = "POST /openApi/swap/v2/trade/order"


@pytest.fixture
def desk(instance: str, home: Path) -> Iterator[tuple[Stage, Paper]]:
    """A stage whose gateway the test starts."""
    with trading(instance, home) as (stage, paper):
        yield stage, paper


@pytest.mark.parametrize("conditional", [False, True])
def test_an_order_in_flight_at_the_death_of_the_gateway_is_found_by_the_next(
    desk: tuple[Stage, Paper], conditional: bool
) -> None:
    stage, paper = desk
    gateway = stage.start_gateway()
    stage.hold()
    # What is tested is not how fast a process starts: the deadline is far away.
    far = CLOCK.mono_ns() + 120_000 * NS_PER_MS
    order = stage.command(CommandKind.SUBMIT, qty_e8=2_000_000, deadline_mono_ns=far)
    if conditional:
        order = order._replace(
            role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET, adds_risk=0,
            order_side=OrderSide.SELL, reduce_only=1, trigger_e12=30_000 * 10**12,
        )  # fmt: skip
    paper.fault("delay", endpoint=PLACE, count=1, delay_ms=600)
    stage.give(order)
    # The venue has it: the gateway's own counters may still show the request before.
    wait_until(lambda: paper.struck("delay") == 1, "the request at the venue")
    gateway.stop(signal.SIGKILL)
    stage.start_gateway()
    found = stage.answer(order)
    assert found.kind is ReportKind.ORDER_STATE
    orders = paper.ledger("order")
    assert len(orders) == 2
    assert found.venue_order_id == int(str(orders[1]["order_id"]))


def test_what_was_never_sent_is_sent_once_if_it_may_still_leave(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    resting = stage.command(
        CommandKind.SUBMIT, adds_risk=0, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
        price_e12=30_000 * 10**12, reissue=1,
    )  # fmt: skip
    late = stage.command(CommandKind.SUBMIT, deadline_mono_ns=CLOCK.mono_ns() + 1)
    await_answer(stage, resting, 0)
    await_answer(stage, late, 1)
    stage.give(resting, late)
    stage.start_gateway()
    assert stage.answer(resting).order_status is OrderStatus.WORKING
    report = stage.answer(late)
    assert (report.kind, report.code) == (ReportKind.NOT_SENT, Code.DEADLINE_PASSED)
    assert Counter(str(row["client_order_id"]) for row in paper.ledger("order")) == Counter(
        {resting.client_order_id: 1}
    )


def test_what_was_answered_before_the_gateway_died_is_not_sent_by_the_next(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    gateway = stage.start_gateway()
    far = CLOCK.mono_ns() + 120_000 * NS_PER_MS
    # The first holds the place of the second in the ring, and so its cursor, after its answer.
    first = stage.command(CommandKind.SUBMIT, symbol=OTHER_SYMBOL, deadline_mono_ns=far)
    second = stage.command(CommandKind.SUBMIT, deadline_mono_ns=far)
    paper.fault("delay", endpoint=PLACE, count=1, delay_ms=4000)
    await_answer(stage, first, 0)
    await_answer(stage, second, 1)
    stage.give(first)
    wait_until(lambda: paper.struck("delay") == 1, "the first at the venue")
    stage.set_mode(Mode.HALTED)
    assert stage.do(second).kind is ReportKind.NOT_SENT
    note_answer(stage, second, OrderStatus.NOT_SENT, 1)
    gateway.stop(signal.SIGKILL)
    stage.set_mode(Mode.ACTIVE)
    stage.start_gateway()
    assert stage.answer(first).kind is ReportKind.ORDER_STATE
    wait_until(lambda: len(stage.answers(second)) == 2, "the end of the second")
    again = stage.answers(second)[1]
    assert (again.kind, again.code) == (ReportKind.COMMAND_DONE, Code.DUPLICATE)
    assert [row["client_order_id"] for row in paper.ledger("order")] == [first.client_order_id]


def test_a_reissued_command_is_answered_from_the_venue_and_not_sent_again(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    stage.start_gateway()
    entry = stage.command(CommandKind.SUBMIT)
    first = stage.do(entry)
    stage.seen.clear()
    again = stage.do(entry._replace(reissue=1))
    assert again.kind is ReportKind.ORDER_STATE
    assert again.venue_order_id == first.venue_order_id
    assert len(paper.ledger("order")) == 1


def test_a_client_id_that_the_venue_has_already_is_answered_with_that_order(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    stage.start_gateway()
    entry = stage.command(CommandKind.SUBMIT)
    first = stage.do(entry)
    twin = stage.command(CommandKind.SUBMIT)._replace(client_order_id=entry.client_order_id)
    again = stage.do(twin)
    assert (again.kind, again.venue_order_id) == (ReportKind.ORDER_STATE, first.venue_order_id)
    assert len(paper.ledger("order")) == 1


def test_what_cannot_be_told_from_its_twin_is_unknown_and_holds_nothing_up(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    gateway = stage.start_gateway()
    stage.hold()
    stops = [
        stage.command(
            CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
            order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, trigger_e12=20_000 * 10**12,
            qty_e8=2_000_000,
        )
        for _ in range(3)
    ]  # fmt: skip
    for stop in stops[:2]:
        assert stage.do(stop).kind is ReportKind.ORDER_STATE
    gateway.stop(signal.SIGTERM)
    stage.start_gateway()  # It knows no longer whose they are.
    doubtful = stops[2]._replace(reissue=1)
    exit_order = stage.command(
        CommandKind.SUBMIT, role=OrderRole.EXIT, order_side=OrderSide.SELL, reduce_only=1,
        adds_risk=0, qty_e8=2_000_000,
    )  # fmt: skip
    stage.give(doubtful, exit_order)
    report = stage.answer(doubtful)
    assert (report.kind, report.code) == (ReportKind.ORDER_UNKNOWN, Code.UNRESOLVED)
    assert "match" in report.text
    assert stage.answer(exit_order).kind is ReportKind.ORDER_STATE
    kinds = Counter(str(row["type"]) for row in paper.ledger("order"))
    assert kinds["STOP_MARKET"] == 2


def test_the_finished_twin_of_an_order_that_was_never_sent_is_not_taken_for_it(
    desk: tuple[Stage, Paper],
) -> None:
    stage, _ = desk
    stage.start_gateway()
    stage.hold()
    first, never_sent = (
        stage.command(
            CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
            order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, trigger_e12=20_000 * 10**12,
        )
        for _ in range(2)
    )  # fmt: skip
    placed = stage.do(first)
    cancel = stage.about(CommandKind.CANCEL, first, venue_order_id=placed.venue_order_id)
    assert stage.do(cancel).order_status is OrderStatus.CANCELLED
    # The kernel has settled and forgotten the first one; its twin is asked about right after.
    stage.ask_until(never_sent, ReportKind.ORDER_NOT_FOUND)
    orders = [r for r in stage.seen if r.client_order_id == never_sent.client_order_id]
    assert not [r for r in orders if r.kind is ReportKind.ORDER_STATE]


def test_a_stop_loss_rests_while_the_gateway_is_dead(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    gateway = stage.start_gateway()
    stage.hold()
    stop = stage.command(
        CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
        order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, trigger_e12=20_000 * 10**12,
    )  # fmt: skip
    placed = stage.do(stop)
    assert placed.kind is ReportKind.ORDER_STATE, placed
    gateway.stop(signal.SIGTERM)
    stage.start_gateway()
    asked = stage.command(CommandKind.RECONCILE)
    stage.give(asked)
    row = stage.until(
        lambda r: r.kind is ReportKind.SNAPSHOT_ORDER and r.command_seq == asked.command_seq,
        "the stop in the snapshot",
    )
    assert row.venue_order_id == placed.venue_order_id
    assert paper.ledger("end") == []
