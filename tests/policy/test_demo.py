"""The demo strategy as scenarios: given this world, these decisions."""

from decimal import Decimal

import pytest

from pink_actors.policy.demo import DemoStrategy
from pink_actors.policy.strategy import (
    Account,
    Cancel,
    Enter,
    Exit,
    ExitResidual,
    Market,
    Position,
    World,
)
from pink_actors.shm_layout import AccountStatus, Mode, OrderKind, Side, Stage

SECOND = 1_000_000_000
D = Decimal
MARKET = Market(
    "BTC-USDT",
    D(100),
    D(100),
    D("99.9"),
    D("100.1"),
    10,
    False,
    D("0.1"),
    D("0.01"),
    D("0.01"),
    D(2),
)
ACCOUNT = Account(Mode.ACTIVE, AccountStatus.OK, False, False, True, D(1000), D(1000), D(0), D(0))
OPEN = Position(
    0,
    "t-1",
    "BTC-USDT",
    Stage.POSITION_OPEN,
    Side.LONG,
    D(6),
    D(100),
    D(0),
    D(0),
    D(0),
    0,
    2,
    False,
    2_000,
    2_000,
)


def world(at_s: float, *positions: Position, market: Market = MARKET) -> World:
    at = int((1_000 + at_s) * SECOND)
    return World(at, at, {market.symbol: market}, positions, ACCOUNT, ())


def test_it_enters_at_once_with_a_quantity_rounded_down_to_the_lot() -> None:
    (decision,) = DemoStrategy({"notional": "600"}).decide(world(0))
    assert isinstance(decision, Enter)
    assert (decision.side, decision.qty, decision.order_kind) == (
        Side.LONG,
        D("5.99"),
        OrderKind.MARKET,
    )


def test_it_alternates_market_and_limit_and_pauses_between_entries() -> None:
    demo = DemoStrategy({"pause_ms": 900})
    kinds = []
    for second in (0, 0.5, 1, 1.5, 2):
        kinds += [d.order_kind for d in demo.decide(world(second)) if isinstance(d, Enter)]
    assert kinds == [OrderKind.MARKET, OrderKind.LIMIT, OrderKind.MARKET]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Exit),
        ({"changed_age_ms": 100}, None),
        ({"dust": True}, ExitResidual),
        ({"stage": Stage.ENTRY_WORKING, "changed_age_ms": 5_000}, Cancel),
        ({"stage": Stage.ENTRY_WORKING}, None),
        ({"stage": Stage.EXIT_WORKING, "changed_age_ms": 5_000}, Cancel),
        ({"stage": Stage.EXIT_REQUESTED, "changed_age_ms": 60_000}, None),
        ({"stage": Stage.CLOSED, "changed_age_ms": 60_000}, None),
    ],
)
def test_what_it_wishes_for_a_position(changes: dict[str, object], expected: type | None) -> None:
    position = OPEN._replace(**changes)  # type: ignore[arg-type]
    decisions = list(DemoStrategy({}).decide(world(0, position)))
    assert [type(d) for d in decisions] == ([expected] if expected else [])


@pytest.mark.parametrize(
    ("qty", "asked"), [("0.01", "0.01"), ("0.03", "0.03"), ("0.04", None), ("6", None)]
)
def test_a_position_too_small_for_a_leg_is_closed_whole(qty: str, asked: str | None) -> None:
    (decision,) = DemoStrategy({}).decide(world(0, OPEN._replace(qty=D(qty))))
    assert isinstance(decision, Exit)
    assert decision.qty == (D(asked) if asked else None)


def test_it_does_not_repeat_a_wish_before_the_retry_time() -> None:
    demo = DemoStrategy({"retry_ms": 1_000})
    counts = [len(list(demo.decide(world(second, OPEN)))) for second in (0, 0.5, 1.1)]
    assert counts == [1, 0, 1]


@pytest.mark.parametrize(
    "market",
    [MARKET._replace(stale=True), MARKET._replace(bid=None), MARKET._replace(lot=None)],
)
def test_it_does_not_trade_on_a_market_it_does_not_know(market: Market) -> None:
    assert list(DemoStrategy({}).decide(world(0, market=market))) == []


@pytest.mark.parametrize(
    ("params", "names"),
    [({"size": 1}, "size"), ({"notional": "many"}, "notional"), ({"hold_ms": -1}, "hold_ms")],
)
def test_a_bad_parameter_is_named(params: dict[str, str | int | float | bool], names: str) -> None:
    with pytest.raises(ValueError, match=names):
        DemoStrategy(params)
