"""The venue's dead-man switch: it ends resting entries of a dead gateway, and never protection."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.gateway.dead_man import wanted
from pink_actors.shm_layout import (
    ORDERS,
    Command,
    CommandKind,
    OrderCell,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    ReportKind,
    TimeInForce,
)
from tests.gateway.stage import CLOCK, Process, Stage, trading
from tests.waiting import wait_until

SECONDS = 10


def entry(stage: Stage) -> Command:
    """An entry that rests, placed."""
    command = stage.command(
        CommandKind.SUBMIT, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
        price_e12=30_000 * 10**12,
    )  # fmt: skip
    show(stage, 0, command)
    assert stage.do(command).order_status is OrderStatus.WORKING
    return command


def stop(stage: Stage) -> Command:
    """A stop loss that rests, placed; as ever the kernel shows the order before its command."""
    command = stage.command(
        CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
        order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, trigger_e12=20_000 * 10**12,
    )  # fmt: skip
    show(stage, 1, command)
    assert stage.do(command).kind is ReportKind.ORDER_STATE
    return command


def show(stage: Stage, index: int, command: Command) -> None:
    """The order in the kernel's cells, as the kernel would show it."""
    cell = OrderCell.zero()._replace(
        status=OrderStatus.WORKING, role=command.role, order_kind=command.order_kind,
        client_order_id=command.client_order_id, symbol=command.symbol,
    )  # fmt: skip
    stage.own.write(ORDERS, cell, index)


def until_said(process: Process, event: str, count: int = 1) -> None:
    """Waits for a line of the gateway's log."""
    wait_until(lambda: process.text().count(f'"evt":"{event}","answer":"OK"') >= count, event)


def test_a_resting_entry_of_a_dead_gateway_is_cancelled_by_the_venue(
    instance: str, home: Path
) -> None:
    with trading(instance, home, dead_man_s=SECONDS) as (stage, paper):
        process = stage.start_gateway()
        entry(stage)
        until_said(process, "dead_man_armed")
        # Longer than one term: it is refreshed while the gateway lives.
        lived_until = CLOCK.mono_ns() + (SECONDS + 1) * 1000 * NS_PER_MS
        wait_until(lambda: CLOCK.mono_ns() > lived_until, "more than a term", 2 * SECONDS)
        assert paper.ledger("end") == []
        process.stop(signal.SIGKILL)
        wait_until(lambda: len(paper.ledger("end")) == 1, "the venue's cancel", 2 * SECONDS)


def test_the_switch_is_off_before_a_stop_is_sent_and_stays_off_while_it_rests(
    instance: str, home: Path
) -> None:
    with trading(instance, home, dead_man_s=SECONDS) as (stage, paper):
        process = stage.start_gateway()
        stage.hold()
        entry(stage)
        until_said(process, "dead_man_armed")
        off = process.text().count("dead_man_disarmed")
        stop(stage)
        assert process.text().count("dead_man_disarmed") == off + 1
        process.stop(signal.SIGKILL)
        dead_until = CLOCK.mono_ns() + (SECONDS + 2) * 1000 * NS_PER_MS
        wait_until(lambda: CLOCK.mono_ns() > dead_until, "more than a term", 2 * SECONDS)
        assert paper.ledger("end") == []


def test_an_orderly_end_disarms_and_a_start_over_a_resting_stop_as_well(
    instance: str, home: Path
) -> None:
    with trading(instance, home, dead_man_s=SECONDS) as (stage, paper):
        process = stage.start_gateway()
        entry(stage)
        until_said(process, "dead_man_armed")
        off = process.text().count("dead_man_disarmed")
        assert process.stop() == 0
        assert process.text().count("dead_man_disarmed") == off + 1
        show(stage, 1, stage.command(CommandKind.SUBMIT, role=OrderRole.STOP_LOSS))
        again = stage.start_gateway()
        until_said(again, "dead_man_disarmed", off + 2)
        assert paper.ledger("end") == []


LIMIT = OrderCell.zero()._replace(status=OrderStatus.WORKING, order_kind=OrderKind.LIMIT)


@pytest.mark.parametrize(
    ("orders", "armed"),
    [
        ([], False),
        ([LIMIT], True),
        ([LIMIT._replace(status=OrderStatus.FILLED)], False),
        ([LIMIT._replace(order_kind=OrderKind.MARKET)], False),
        ([LIMIT, LIMIT._replace(role=OrderRole.TAKE_PROFIT)], False),
        ([LIMIT, LIMIT._replace(order_kind=OrderKind.TRAILING_STOP_MARKET)], False),
        (
            [LIMIT, LIMIT._replace(role=OrderRole.STOP_LOSS, status=OrderStatus.UNKNOWN)],
            False,
        ),
        ([LIMIT, LIMIT._replace(role=OrderRole.STOP_LOSS, status=OrderStatus.CANCELLED)], True),
    ],
)
def test_it_is_wanted_only_over_resting_orders_without_any_protection(
    orders: list[OrderCell], armed: bool
) -> None:
    assert wanted(orders) is armed
