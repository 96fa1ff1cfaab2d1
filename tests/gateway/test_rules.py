"""Rules of one symbol that cannot be had stop no other symbol, and no exit of this one."""

from __future__ import annotations

from pathlib import Path

import pytest

from pink_actors.gateway import bootstrap
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.submit import submit
from pink_actors.shm_layout import Code, CommandKind, OrderRole, OrderSide, ReportKind
from tests.gateway.scripted import Asked, refusal, scripted
from tests.gateway.stage import CLOCK, OTHER_SYMBOL, SYMBOL

GOOD: dict[str, object] = {
    "symbol": SYMBOL, "quantityPrecision": 4, "pricePrecision": 1, "makerFeeRate": 0.0002,
    "takerFeeRate": 0.0005, "tradeMinQuantity": 0.0001, "tradeMinUSDT": 2,
}  # fmt: skip


def venue(other: object, margin_type: object) -> object:
    """A venue that says this of the other symbol."""

    def answer(asked: Asked) -> bytes | object:
        if asked.path.endswith("server/time"):
            return {"serverTime": CLOCK.wall_ns() // 1_000_000}
        if asked.path.endswith("dual"):
            return {"dualSidePosition": "false"}
        if asked.path.endswith("contracts"):
            return [GOOD, *([other] if other is not None else [])]
        if asked.params["symbol"] == OTHER_SYMBOL:
            return margin_type
        return {"marginType": "ISOLATED"}

    return answer


@pytest.mark.parametrize(
    ("other", "margin_type"),
    [
        (GOOD | {"symbol": OTHER_SYMBOL, "pricePrecision": 13}, {"marginType": "ISOLATED"}),
        ({"name": "a row of what nobody knows"}, {"marginType": "ISOLATED"}),
        (None, refusal(109425, "this trading pair does not exist")),
    ],
)
async def test_a_symbol_whose_rules_cannot_be_had_keeps_no_other_from_being_traded(
    instance: str, home: Path, other: object, margin_type: object
) -> None:
    answer = venue(other, margin_type)
    assert callable(answer)
    async with scripted(instance, home, answer, margin_type="isolated") as bench:
        desk = bench.rig.desk
        desk.memory.instruments.clear()
        desk.memory.learned.clear()
        assert await bootstrap.learn(desk) == ""
        assert desk.memory.learned.is_set()
        assert set(desk.memory.instruments) == {SYMBOL}


@pytest.mark.parametrize("adds_risk", [0, 1])
async def test_a_position_in_a_symbol_without_rules_is_left_and_never_entered(
    instance: str, home: Path, adds_risk: int
) -> None:
    def answer(asked: Asked) -> bytes | object:
        return {
            "orderId": 7, "symbol": SYMBOL, "side": "SELL", "positionSide": "BOTH",
            "type": "MARKET", "quantity": 0.1, "status": "PENDING",
            "clientOrderId": asked.params["clientOrderId"],
        }  # fmt: skip

    async with scripted(instance, home, answer) as bench:
        bench.rig.desk.memory.instruments.clear()
        command = bench.stage.command(
            CommandKind.SUBMIT, role=OrderRole.EXIT, order_side=OrderSide.SELL, reduce_only=1,
            adds_risk=adds_risk, deadline_mono_ns=0, leverage=0,
        )  # fmt: skip
        await submit(bench.rig.desk, Work(command, maybe_sent=False))
        told = (ReportKind.NOT_SENT, Code.UNKNOWN_SYMBOL)
        assert bench.kinds() == [told if adds_risk else (ReportKind.ORDER_STATE, Code.OK)]
        assert bench.count("POST") == 1 - adds_risk
