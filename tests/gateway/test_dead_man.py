"""The venue's dead-man switch: it ends resting entries of a dead gateway, and never protection."""

from __future__ import annotations

import asyncio
import json
import signal
import urllib.request
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.gateway.dead_man import DeadMan, guards, wanted
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
    Side,
    TimeInForce,
)
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.signing import signed_query
from tests.gateway.scripted import Asked, scripted
from tests.gateway.stage import API_KEY, API_SECRET, CLOCK, SYMBOL, Process, Stage, trading
from tests.waiting import wait_until, wait_until_async

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


def stop_by_hand(stage: Stage) -> int:
    """The operator protects the position in the venue's own app; the number of that order."""
    params = {
        "symbol": SYMBOL, "side": "SELL", "positionSide": "BOTH", "type": "STOP_MARKET",
        "quantity": "0.1", "stopPrice": "20000", "reduceOnly": "true",
    }  # fmt: skip
    query = signed_query(API_SECRET, tuple(params.items()), CLOCK.wall_ns() // NS_PER_MS, 5000)
    request = urllib.request.Request(
        f"{stage.rest_url}/openApi/swap/v2/trade/order?{query}",
        method="POST", headers={"X-BX-APIKEY": API_KEY},
    )  # fmt: skip
    with urllib.request.urlopen(request, timeout=5) as reply:
        answer = json.loads(reply.read())
    return int(answer["data"]["order"]["orderId"])


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


@pytest.mark.parametrize("first", ["the stop", "the entry"])
def test_a_stop_that_somebody_placed_by_hand_keeps_the_switch_off(
    instance: str, home: Path, first: str
) -> None:
    with trading(instance, home, dead_man_s=SECONDS) as (stage, paper):
        process = stage.start_gateway()
        stage.hold()
        if first == "the entry":
            entry(stage)
            until_said(process, "dead_man_armed")
        off = process.text().count("dead_man_disarmed")
        stop_by_hand(stage)
        if first == "the stop":
            entry(stage)
        wait_until(lambda: "dead_man_withheld" in process.text(), "the gateway sees it", SECONDS)
        if first == "the entry":
            until_said(process, "dead_man_disarmed", off + 1)
        else:
            assert "dead_man_armed" not in process.text()
        process.stop(signal.SIGKILL)
        dead_until = CLOCK.mono_ns() + (SECONDS + 2) * 1000 * NS_PER_MS
        wait_until(lambda: CLOCK.mono_ns() > dead_until, "more than a term", 2 * SECONDS)
        assert paper.ledger("end") == []


def test_a_snapshot_that_shows_a_stop_of_somebody_ends_the_switch(
    instance: str, home: Path
) -> None:
    with trading(instance, home, dead_man_s=120) as (stage, _):
        process = stage.start_gateway()
        stage.hold()
        entry(stage)
        until_said(process, "dead_man_armed")
        off = process.text().count("dead_man_disarmed")
        stop_by_hand(stage)
        # Of itself the gateway looks again in forty seconds.
        stage.give(stage.command(CommandKind.RECONCILE))
        until_said(process, "dead_man_disarmed", off + 1)


def said(asked: Asked) -> object:
    """The switch does what it is told."""
    return {"status": "CLOSED" if asked.params["type"] == "CLOSE" else "ACTIVATED"}


async def test_it_is_not_armed_before_the_venue_has_listed_what_rests(
    instance: str, home: Path
) -> None:
    listed: list[object] = [None]

    def answer(asked: Asked) -> object:
        if asked.path.endswith("openOrders"):
            return {"orders": listed[0]} if listed[0] is not None else "nothing of sense"
        return said(asked)

    async with scripted(instance, home, answer) as desk:
        rig = desk.rig
        cell = LIMIT._replace(client_order_id="ours", symbol=SYMBOL)
        desk.stage.own.write(ORDERS, cell, 5)
        dead_man = DeadMan(SECONDS, rig.connection, rig.desk.kernel, rig.clock, rig.desk.log)
        task = asyncio.create_task(dead_man.run())

        def switched() -> list[str]:
            return [a.params["type"] for a in desk.asked if a.path.endswith("cancelAllAfter")]

        await wait_until_async(lambda: switched() == ["CLOSE"], "it is off")
        seen = len(desk.asked)
        await wait_until_async(lambda: len(desk.asked) > seen, "another look")
        assert "ACTIVATE" not in switched()
        # Nor over an order that cannot be read.
        listed[0] = [{"symbol": SYMBOL, "orderId": 7, "side": "MAYBE"}]
        seen = sum(asked.path.endswith("openOrders") for asked in desk.asked)
        await wait_until_async(
            lambda: sum(asked.path.endswith("openOrders") for asked in desk.asked) > seen + 1,
            "two lists",
            20.0,
        )
        assert "ACTIVATE" not in switched()
        listed[0] = []
        await wait_until_async(lambda: "ACTIVATE" in switched(), "it is armed")
        task.cancel()
        await asyncio.wait([task])


BY_HAND = OrderFacts(
    "BTC-USDT", 7, "", OrderSide.SELL, Side.NONE, OrderKind.LIMIT, TimeInForce.GTC,
    OrderStatus.WORKING, "PENDING", False, 1, 1, None, 0, None, None, 0, 0, 0,
)  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "guarding"),
    [
        (BY_HAND, False),
        (BY_HAND._replace(reduce_only=True), True),
        (BY_HAND._replace(position_side=Side.LONG), True),
        (BY_HAND._replace(position_side=Side.SHORT), False),
        (BY_HAND._replace(position_side=Side.SHORT, order_side=OrderSide.BUY), True),
        (BY_HAND._replace(reduce_only=True, client_order_id="ours"), False),
        (BY_HAND._replace(order_kind=OrderKind.STOP_MARKET), True),
        (BY_HAND._replace(order_kind=OrderKind.UNKNOWN), True),
    ],
)
def test_what_reduces_or_waits_for_a_price_may_protect_somebody(
    facts: OrderFacts, guarding: bool
) -> None:
    assert guards(facts, {"ours"}) is guarding


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
