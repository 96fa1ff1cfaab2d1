"""Every order type and time in force at the venue: what rests, what fills, what ends at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors.shm_layout import (
    Command,
    CommandKind,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    PositionMode,
    ReportKind,
    Side,
    TimeInForce,
)
from tests.gateway.stage import Fields, Paper, Stage, trading
from tests.waiting import wait_until

PLACE = "POST /openApi/swap/v2/trade/order"
LOW, HIGH = 30_000 * 10**12, 300_000 * 10**12
GONE = (OrderStatus.CANCELLED, OrderStatus.EXPIRED)


@pytest.fixture
def desk(instance: str, home: Path) -> Iterator[tuple[Stage, Paper]]:
    """A gateway that is ready."""
    with trading(instance, home) as (stage, paper):
        stage.start_gateway()
        yield stage, paper


def limit(price_e12: int, tif: TimeInForce) -> Fields:
    """An entry at a price."""
    return Fields(order_kind=OrderKind.LIMIT, price_e12=price_e12, tif=tif)


def conditional(kind: OrderKind, **fields: int) -> Fields:
    """A protection order of a long position."""
    role = OrderRole.TAKE_PROFIT if kind is OrderKind.TAKE_PROFIT_MARKET else OrderRole.STOP_LOSS
    return Fields(
        role=role, order_kind=kind, order_side=OrderSide.SELL, reduce_only=1, adds_risk=0,
        trigger_e12=fields.get("trigger_e12", 0), price_e12=fields.get("price_e12", 0),
    )  # fmt: skip


KINDS = [
    (limit(LOW, TimeInForce.GTC), (OrderStatus.WORKING,)),
    (limit(LOW, TimeInForce.POST_ONLY), (OrderStatus.WORKING,)),
    (limit(LOW, TimeInForce.IOC), GONE),
    (limit(LOW, TimeInForce.FOK), GONE),
    (conditional(OrderKind.STOP_MARKET, trigger_e12=LOW), (OrderStatus.WORKING,)),
    (conditional(OrderKind.TAKE_PROFIT_MARKET, trigger_e12=HIGH), (OrderStatus.WORKING,)),
    (conditional(OrderKind.TRAILING_STOP_MARKET, price_e12=5_000 * 10**12), (OrderStatus.WORKING,)),
    (
        conditional(OrderKind.TRAILING_STOP_MARKET, price_e12=5_000 * 10**12, trigger_e12=HIGH),
        (OrderStatus.WORKING,),
    ),
]


def test_each_kind_does_what_its_name_says(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    stage.hold()
    for fields, wanted in KINDS:
        command = stage.command(CommandKind.SUBMIT, **fields)
        placed = stage.do(command)
        assert placed.kind is ReportKind.ORDER_STATE, (placed, command)
        assert placed.order_kind is command.order_kind
        ask = stage.about(CommandKind.QUERY, command, venue_order_id=placed.venue_order_id)

        def reached(ask: Command = ask, wanted: tuple[OrderStatus, ...] = wanted) -> bool:
            report = stage.do(stage.about(CommandKind.QUERY, ask))
            assert report.venue_order_id == ask.venue_order_id
            return report.order_status in wanted

        wait_until(reached, f"{command.order_kind.name} {command.tif.name} {wanted}")
        if OrderStatus.WORKING in wanted:
            gone = stage.do(stage.about(CommandKind.CANCEL, ask))
            assert gone.order_status is OrderStatus.CANCELLED
    assert len(paper.ledger("order")) == 1 + len(KINDS)


@pytest.mark.parametrize("fields", [fields for fields, _ in KINDS if "role" in fields])
def test_a_protection_order_whose_reply_is_lost_is_found_whatever_its_kind(
    desk: tuple[Stage, Paper], fields: Fields
) -> None:
    stage, paper = desk
    stage.hold()
    paper.fault("reply_lost", endpoint=PLACE, count=1)
    command = stage.command(CommandKind.SUBMIT, **fields)
    assert stage.do(command).kind is ReportKind.ORDER_UNKNOWN
    found = stage.ask_until(command, ReportKind.ORDER_STATE)
    assert found.venue_order_id > 0 and len(paper.ledger("order")) == 2


def test_in_hedge_mode_both_sides_have_their_own_protection(instance: str, home: Path) -> None:
    with trading(instance, home, position_mode="hedge") as (stage, paper):
        stage.start_gateway()
        for side, order_side in ((Side.LONG, OrderSide.BUY), (Side.SHORT, OrderSide.SELL)):
            entry = stage.command(
                CommandKind.SUBMIT, order_side=order_side, position_side=side,
                position_mode=PositionMode.HEDGE,
            )  # fmt: skip
            stage.do(entry)
            stage.filled(entry)
            stop = stage.command(
                CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
                order_side=OrderSide.SELL if side is Side.LONG else OrderSide.BUY,
                position_side=side, position_mode=PositionMode.HEDGE, reduce_only=1, adds_risk=0,
                trigger_e12=LOW if side is Side.LONG else HIGH,
            )  # fmt: skip
            placed = stage.do(stop)
            assert (placed.kind, placed.position_side) == (ReportKind.ORDER_STATE, side)
        rows = [row for row in paper.ledger("order") if row["type"] == "STOP_MARKET"]
        assert [row["position_side"] for row in rows] == ["LONG", "SHORT"]
