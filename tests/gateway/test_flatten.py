"""Flatten without a kernel: a process that acts on what the venue holds, and only reduces."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.gateway.flatten import Flatten
from pink_actors.shm_layout import (
    CommandKind,
    OrderKind,
    OrderRole,
    OrderSide,
    PositionMode,
    ReportKind,
    Side,
    TimeInForce,
)
from tests.gateway.scripted import Asked, scripted
from tests.gateway.stage import (
    API_KEY,
    API_SECRET,
    CLOCK,
    OTHER_SYMBOL,
    SYMBOL,
    Paper,
    Process,
    Stage,
    trading,
)

KEYS = json.dumps({"api_key": API_KEY, "api_secret": API_SECRET}).encode()


@pytest.fixture
def desk(instance: str, home: Path) -> Iterator[tuple[Stage, Paper]]:
    """A stage beside a venue."""
    with trading(instance, home) as (stage, paper):
        yield stage, paper


def flatten(stage: Stage, keys: bytes = KEYS) -> Process:
    """The one-shot process, as the supervisor's verb runs it."""
    return Process(
        ["pink_actors.gateway.flatten", "--run-dir", str(stage.run_dir)],
        stage.log_dir / "flatten.txt", keys, "--secrets-fd",
    )  # fmt: skip


def load(stage: Stage) -> None:
    """Two positions, a stop of one of them and a resting entry."""
    stage.hold()
    short = stage.command(
        CommandKind.SUBMIT, symbol=OTHER_SYMBOL, order_side=OrderSide.SELL,
        position_side=Side.SHORT, qty_e8=100_000_000,
    )  # fmt: skip
    stage.do(short)
    stage.filled(short)
    for command in (
        stage.command(
            CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
            order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, trigger_e12=20_000 * 10**12,
        ),
        stage.command(
            CommandKind.SUBMIT, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
            price_e12=30_000 * 10**12,
        ),
    ):  # fmt: skip
        assert stage.do(command).kind is ReportKind.ORDER_STATE


def held(stage: Stage) -> int:
    """Positions and orders that the venue shows to a gateway."""
    asked = stage.command(CommandKind.RECONCILE)
    stage.give(asked)
    end = stage.until(
        lambda r: r.kind is ReportKind.SNAPSHOT_END and r.command_seq == asked.command_seq, "END"
    )
    assert end.complete == 1
    rows = (ReportKind.SNAPSHOT_ORDER, ReportKind.SNAPSHOT_POSITION)
    return sum(row.kind in rows for row in stage.answers(asked))


def never_turned(paper: Paper) -> None:
    """The long position never became a short one, nor the other way round."""
    sign = {SYMBOL: 1, OTHER_SYMBOL: -1}
    for fill in paper.ledger("fill"):
        assert Decimal(str(fill["position_after"])) * sign[str(fill["symbol"])] >= 0


def test_with_the_gateway_dead_everything_is_cancelled_and_closed(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    gateway = stage.start_gateway()
    load(stage)
    assert held(stage) == 4
    gateway.stop(signal.SIGKILL)
    before = len(paper.ledger("order"))
    process = flatten(stage)
    assert process.ended() == 0, process.text()
    # One order a position, and one more for what is left of one that fills slowly.
    closings = paper.ledger("order")[before:]
    assert {(row["type"], row["reduce_only"]) for row in closings} == {("MARKET", True)}
    assert {row["symbol"] for row in closings} == {SYMBOL, OTHER_SYMBOL}
    never_turned(paper)
    stage.start_gateway()
    assert held(stage) == 0


def test_lost_replies_and_a_busy_venue_do_not_make_it_trade_the_other_way(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    gateway = stage.start_gateway()
    load(stage)
    gateway.stop(signal.SIGKILL)
    paper.fault("reply_lost", endpoint="POST /openApi/swap/v2/trade/order", count=2)
    paper.fault("busy", endpoint="DELETE", count=1)
    paper.fault("http_5xx", endpoint="positions", count=2)
    process = flatten(stage)
    assert process.ended() == 0, process.text()
    never_turned(paper)
    stage.start_gateway()
    assert held(stage) == 0


async def test_a_position_that_the_venue_shows_late_is_closed_before_it_is_called_flat(
    instance: str, home: Path
) -> None:
    held = [{"symbol": SYMBOL, "positionSide": "LONG", "positionAmt": "0.1"}]
    shown: list[list[object]] = [[], [], [*held]]
    looks: list[int] = []

    def answer(asked: Asked) -> object:
        if asked.path.endswith("dual"):
            return {"dualSidePosition": "false"}
        if asked.path.endswith("openOrders"):
            return {"orders": []}
        if asked.method == "POST":
            assert asked.params["side"] == "SELL"
            shown[:] = [[]]
            return {"order": {}}
        looks.append(CLOCK.mono_ns())
        return shown.pop(0) if len(shown) > 1 else shown[0]

    async with scripted(instance, home, answer) as desk:
        rig, stop = desk.rig, asyncio.Event()
        confirm_ms = 1_200
        actor = Flatten(rig.connection, rig.clock, rig.desk.log, stop, confirm_ms)
        rounds = 0
        while not stop.is_set():
            rounds += 1
            await actor.step()
        closings = [asked for asked in desk.asked if asked.method == "POST"]
        assert len(closings) == 1
        # Seen empty twice, held once, and then empty for the whole time.
        assert looks[-1] - looks[3] >= confirm_ms * NS_PER_MS
        assert rounds == len(looks)


async def test_a_position_that_cannot_be_read_keeps_no_other_from_being_closed(
    instance: str, home: Path
) -> None:
    odd = {"symbol": OTHER_SYMBOL, "positionSide": "LONG", "positionAmt": "some"}
    shown: list[object] = [odd, {"symbol": SYMBOL, "positionSide": "LONG", "positionAmt": "0.1"}]

    def answer(asked: Asked) -> object:
        if asked.path.endswith("dual"):
            return {"dualSidePosition": "false"}
        if asked.path.endswith("openOrders"):
            return {"orders": []}
        if asked.method == "POST":
            shown.pop()
            return {"order": {}}
        return shown

    async with scripted(instance, home, answer) as desk:
        rig, stop = desk.rig, asyncio.Event()
        actor = Flatten(rig.connection, rig.clock, rig.desk.log, stop, confirm_ms=1)
        for _ in range(4):
            await actor.step()
        closings = [asked.params["symbol"] for asked in desk.asked if asked.method == "POST"]
        assert closings == [SYMBOL]
        # And what cannot be read is not called flat.
        assert not stop.is_set()


def test_in_hedge_mode_both_sides_are_closed(instance: str, home: Path) -> None:
    with trading(instance, home, position_mode="hedge") as (stage, _):
        gateway = stage.start_gateway()
        for side, order_side in ((Side.LONG, OrderSide.BUY), (Side.SHORT, OrderSide.SELL)):
            entry = stage.command(
                CommandKind.SUBMIT, position_side=side, order_side=order_side,
                position_mode=PositionMode.HEDGE,
            )  # fmt: skip
            stage.do(entry)
            stage.filled(entry)
        assert held(stage) == 2
        gateway.stop(signal.SIGKILL)
        process = flatten(stage)
        assert process.ended() == 0, process.text()
        stage.start_gateway()
        assert held(stage) == 0


def test_keys_that_the_venue_refuses_are_said_and_not_shown(desk: tuple[Stage, Paper]) -> None:
    stage, _ = desk
    wrong = json.dumps({"api_key": "wrong-key-123456", "api_secret": "wrong-secret-1234"})
    process = flatten(stage, wrong.encode())
    assert process.ended() == 78
    assert "refuses the API key" in process.text()
    assert "wrong-" not in process.text()
