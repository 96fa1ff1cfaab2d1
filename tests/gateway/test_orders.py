"""The gateway against a real paper venue: orders, cancels, queries, fills, snapshots."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.shm_layout import (
    Code,
    CommandKind,
    Has,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    PositionMode,
    Report,
    ReportKind,
    Side,
    TimeInForce,
)
from tests.gateway.stage import OTHER_SYMBOL, SYMBOL, Fields, Paper, Stage, trading
from tests.waiting import wait_until


@pytest.fixture
def desk(instance: str, home: Path) -> Iterator[tuple[Stage, Paper]]:
    """A gateway that is ready."""
    with trading(instance, home) as (stage, paper):
        stage.start_gateway()
        yield stage, paper


def test_at_start_the_kernel_is_told_mode_and_rules(desk: tuple[Stage, Paper]) -> None:
    stage, _ = desk
    mode = stage.until(lambda r: r.kind is ReportKind.POSITION_MODE, "the position mode")
    assert mode.position_mode is PositionMode.ONE_WAY
    for symbol in (SYMBOL, OTHER_SYMBOL):

        def of_symbol(report: Report, symbol: str = symbol) -> bool:
            return report.kind is ReportKind.INSTRUMENT and report.symbol == symbol

        rules = stage.until(of_symbol, "rules")
        assert rules.tick_e12 > 0 and rules.lot_e8 > 0 and rules.min_qty_e8 > 0
        assert rules.taker_fee_e8 > 0


def test_a_market_order_is_placed_filled_and_settled(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    entry = stage.command(CommandKind.SUBMIT)
    placed = stage.do(entry)
    assert placed.kind is ReportKind.ORDER_STATE
    assert placed.client_order_id == entry.client_order_id
    assert placed.venue_order_id == int(str(paper.ledger("order")[0]["order_id"]))
    filled = stage.filled(entry)
    assert filled.cum_qty_e8 == entry.qty_e8
    assert filled.has & Has.AVG_PRICE and filled.has & Has.CUM_FEE
    settle = stage.about(
        CommandKind.SETTLE, entry, venue_order_id=filled.venue_order_id,
        cum_qty_e8=entry.qty_e8, since_wall_ms=entry.created_wall_ns // 1_000_000,
    )  # fmt: skip
    first = stage.do(settle)
    assert first.kind is ReportKind.FILL
    rows = stage.answers(settle)
    fills = paper.ledger("fill")
    assert [row.fill_id for row in rows] == [str(fill["trade_id"]) for fill in fills]
    assert [row.row_index for row in rows] == list(range(len(fills)))
    assert {row.row_count for row in rows} == {len(fills)}
    assert sum(row.qty_e8 for row in rows) == entry.qty_e8


def test_fills_are_found_however_slow_the_venues_clock_is(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    paper.control(op="skew", skew_ms=-300_000)
    entry = stage.hold()
    filled = stage.filled(entry)
    settle = stage.about(
        CommandKind.SETTLE, entry, venue_order_id=filled.venue_order_id,
        cum_qty_e8=entry.qty_e8, since_wall_ms=entry.created_wall_ns // 1_000_000,
    )  # fmt: skip
    assert stage.do(settle).kind is ReportKind.FILL


def test_flaw_e15_leverage_is_set_once_and_said(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    for _ in range(3):
        assert stage.do(stage.command(CommandKind.SUBMIT)).kind is ReportKind.ORDER_STATE
    assert stage.do(stage.command(CommandKind.SUBMIT, leverage=7)).kind is ReportKind.ORDER_STATE
    stage.drain()
    said = [r.leverage for r in stage.seen if r.kind is ReportKind.LEVERAGE]
    assert said == [3, 7]
    assert [row["leverage"] for row in paper.ledger("leverage")] == [3, 7]


def test_flaw_f18_a_refused_leverage_is_not_a_refused_order(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    report = stage.do(stage.command(CommandKind.SUBMIT, leverage=999))
    assert (report.kind, report.code) == (ReportKind.NOT_SENT, Code.VENUE_REFUSED)
    assert report.text.startswith("leverage")
    assert paper.ledger("order") == []


def test_flaw_e14_a_cancel_is_answered_by_command_and_order_and_names_no_slot(
    desk: tuple[Stage, Paper],
) -> None:
    stage, _ = desk
    entry = stage.command(
        CommandKind.SUBMIT, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
        price_e12=30_000 * 10**12,
    )  # fmt: skip
    placed = stage.do(entry)
    assert placed.order_status is OrderStatus.WORKING
    cancel = stage.about(CommandKind.CANCEL, entry, venue_order_id=placed.venue_order_id)
    gone = stage.do(cancel)
    assert (gone.kind, gone.order_status) == (ReportKind.ORDER_STATE, OrderStatus.CANCELLED)
    assert gone.has & Has.CUM_QTY and gone.cum_qty_e8 == 0
    assert (gone.command_seq, gone.client_order_id) == (cancel.command_seq, entry.client_order_id)
    assert not [field for field in Report._fields if "slot" in field]


def test_flaw_e17_f17_a_second_cancel_says_what_the_order_is(desk: tuple[Stage, Paper]) -> None:
    stage, _ = desk
    entry = stage.command(
        CommandKind.SUBMIT, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
        price_e12=30_000 * 10**12,
    )  # fmt: skip
    stage.do(entry)
    first = stage.do(stage.about(CommandKind.CANCEL, entry))
    second = stage.do(stage.about(CommandKind.CANCEL, entry))
    assert first.order_status is second.order_status is OrderStatus.CANCELLED
    never = stage.command(CommandKind.CANCEL, order_kind=OrderKind.LIMIT)
    unknown = stage.do(never)
    assert unknown.kind is ReportKind.CANCEL_REFUSED
    assert unknown.venue_code == 109421


def test_a_stop_without_a_client_id_is_found_by_its_features(desk: tuple[Stage, Paper]) -> None:
    stage, _ = desk
    stage.hold()
    stop = stage.command(
        CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
        order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, trigger_e12=30_000 * 10**12,
    )  # fmt: skip
    placed = stage.do(stop)
    assert placed.kind is ReportKind.ORDER_STATE
    assert placed.client_order_id == stop.client_order_id
    found = stage.do(stage.about(CommandKind.QUERY, stop))
    assert (found.kind, found.venue_order_id) == (ReportKind.ORDER_STATE, placed.venue_order_id)
    other = stage.do(stage.about(CommandKind.QUERY, stop, trigger_e12=31_000 * 10**12))
    assert other.kind is ReportKind.COMMAND_DONE
    gone = stage.do(stage.about(CommandKind.CANCEL, stop))
    assert gone.order_status is OrderStatus.CANCELLED


def test_flaw_h5_i19_a_snapshot_is_fresh_and_says_that_it_is_complete(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    stage.hold()  # A market order rests for a moment; only what is filled is no open order.
    resting = stage.command(
        CommandKind.SUBMIT, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
        price_e12=30_000 * 10**12,
    )  # fmt: skip
    stage.do(resting)
    asked = stage.command(CommandKind.RECONCILE)
    stage.do(asked)
    end = stage.until(
        lambda r: r.kind is ReportKind.SNAPSHOT_END and r.command_seq == asked.command_seq, "END"
    )
    rows = stage.answers(asked)
    kinds = [row.kind for row in rows]
    assert kinds[0] is ReportKind.SNAPSHOT_BEGIN
    assert (end.complete, end.row_count, end.asked_seq) == (1, len(rows) - 2, asked.asked_seq)
    (order,) = [r for r in rows if r.kind is ReportKind.SNAPSHOT_ORDER]
    assert order.client_order_id == resting.client_order_id
    (position,) = [r for r in rows if r.kind is ReportKind.SNAPSHOT_POSITION]
    assert (position.position_side, position.symbol) == (Side.LONG, SYMBOL)
    (balance,) = [r for r in rows if r.kind is ReportKind.BALANCE]
    assert balance.has & Has.WALLET and balance.has & Has.AVAILABLE
    paper.fault("http_5xx", endpoint="positions")
    torn = stage.command(CommandKind.RECONCILE)
    stage.give(torn)
    end = stage.until(
        lambda r: r.kind is ReportKind.SNAPSHOT_END and r.command_seq == torn.command_seq, "END"
    )
    assert end.complete == 0
    told = {row.kind for row in stage.answers(torn)}
    assert ReportKind.SNAPSHOT_POSITION not in told and ReportKind.SNAPSHOT_ORDER in told


def test_flaw_a10_e1_n5_the_venue_is_asked_what_the_kernel_asks_and_once(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    asked = stage.command(CommandKind.RECONCILE)
    before = int(str(paper.statistics()["requests"]))
    stage.give(asked)
    stage.until(
        lambda r: r.kind is ReportKind.SNAPSHOT_END and r.command_seq == asked.command_seq, "END"
    )
    turns = stage.gateway.header().heartbeat_mono_ns
    wait_until(
        lambda: stage.gateway.header().heartbeat_mono_ns > turns + 500 * NS_PER_MS, "idle turns"
    )
    assert int(str(paper.statistics()["requests"])) == before + 3


def test_income_is_told_by_transaction_and_ends_with_done(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    stage.do(stage.command(CommandKind.SUBMIT))
    paper.control(op="money", amount="25.5")
    asked = stage.command(
        CommandKind.INCOME, since_wall_ms=stage.command(CommandKind.QUERY).created_wall_ns // 10**6
    )
    stage.give(asked)
    done = stage.until(
        lambda r: r.kind is ReportKind.COMMAND_DONE and r.command_seq == asked.command_seq, "done"
    )
    assert (done.complete, done.code) == (1, Code.OK)
    (row,) = [r for r in stage.answers(asked) if r.kind is ReportKind.INCOME]
    assert (row.income_kind, row.amount_e8) == (2, 2_550_000_000)
    assert row.fill_id


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"qty_e8": 10_000_001}, Code.LOT),
        ({"qty_e8": 0}, Code.MIN_QUANTITY),
        ({"symbol": "DOGE-USDT"}, Code.UNKNOWN_SYMBOL),
        (
            {"order_kind": OrderKind.LIMIT, "tif": TimeInForce.GTC,
             "price_e12": 30_000 * 10**12 + 1},
            Code.TICK,
        ),
        ({"order_kind": OrderKind.LIMIT, "price_e12": 30_000 * 10**12}, Code.INVALID_FIELD),
    ],
)  # fmt: skip
def test_flaw_e16_what_the_venue_would_truncate_is_never_sent(
    desk: tuple[Stage, Paper], fields: Fields, code: Code
) -> None:
    stage, paper = desk
    report = stage.do(stage.command(CommandKind.SUBMIT, **fields))
    assert (report.kind, report.code) == (ReportKind.NOT_SENT, code)
    assert paper.ledger("order") == []
