"""A strategy that follows a script: each price, when first seen, is the cue for some lines."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_FLOOR, Decimal
from typing import NamedTuple

from pink_actors.policy.strategy import Cancel, Enter, Exit, ParamValue, World
from pink_actors.shm_layout import Code, OrderKind, Side, TimeInForce

Decision = Enter | Exit | Cancel

SYMBOL = "BTC-USDT"
START = Decimal(50_000)
TICK = Decimal("0.1")


class Step(NamedTuple):
    """How far the price moves, what is said then, and what every trade holds in the end."""

    move_bp: int
    lines: tuple[Decision, ...]
    held: Mapping[str, str]
    resting: int = 0


def _enter(trade_id: str, side: Side, qty: str) -> Enter:
    return Enter(SYMBOL, side, Decimal(qty), leverage=5, trade_id=trade_id)


def _resting(decision: Enter, price: int) -> Enter:
    return decision._replace(order_kind=OrderKind.LIMIT, price=Decimal(price), tif=TimeInForce.GTC)


def _guarded(decision: Enter, stop_loss: int, take_profit: int) -> Enter:
    return decision._replace(stop_loss=Decimal(stop_loss), take_profit=Decimal(take_profit))


LEGS = (Decimal("0.4"), Decimal(1))
STEPS = (
    Step(2, (_enter("one", Side.LONG, "0.3")._replace(leg_ratios=LEGS),), {"one": "0.3"}),
    Step(16, (Exit("one"),), {"one": "0.18"}),
    Step(-28, (Exit("one"),), {}),
    # More than the best price holds: one order at several prices, so that averages are rounded.
    Step(
        4,
        (
            _guarded(_enter("two", Side.SHORT, "7.7777"), 50_400, 48_000),
            _resting(_enter("three", Side.LONG, "0.5"), 49_600),
        ),
        {"two": "7.7777", "three": "0"},
        3,
    ),
    Step(-80, (), {"two": "7.7777", "three": "0.5"}, 2),  # the limit fills
    Step(190, (), {"three": "0.5"}),  # the stop triggers
    Step(
        2,
        (Exit("three", order_kind=OrderKind.LIMIT, price=Decimal(50_700), tif=TimeInForce.GTC),),
        {"three": "0.5"},
        1,
    ),
    Step(42, (), {}),  # the exit fills
    Step(
        2,
        (
            _guarded(_enter("four", Side.LONG, "3.3333"), 50_000, 51_000),
            _resting(_enter("five", Side.SHORT, "0.2"), 52_000),
        ),
        {"four": "3.3333", "five": "0"},
        3,
    ),
    Step(60, (Cancel("five"),), {}),  # the profit triggers
    Step(2, (_enter("six", Side.SHORT, "5.5551"),), {"six": "5.5551"}),
    Step(-30, (Exit("six"),), {}),
)


def cues() -> dict[Decimal, tuple[Decision, ...]]:
    """The lines by the price at which they are said; no price comes twice."""
    price, found = START, {}
    for step in STEPS:
        moved = price + (price * step.move_bp / 10_000)
        price = (moved / TICK).to_integral_value(ROUND_FLOOR) * TICK
        assert price not in found, price
        found[price] = step.lines
    return found


class Script:
    """Nothing but the script; what is not said there is not done, what is refused is said again."""

    def __init__(self, params: Mapping[str, ParamValue]) -> None:
        assert not params, params
        self.cues = cues()
        self.said: dict[str, Decision] = {}

    def decide(self, world: World) -> Iterable[Decision]:
        """The lines of a price that was not seen before, once nothing stands against an order."""
        refused = [answer.trade_id for answer in world.answers if answer.code is not Code.OK]
        yield from (self.said[trade_id] for trade_id in refused)
        market = world.markets[SYMBOL]
        if market.mark is None or not market.tradable or not world.account.may_enter:
            return
        lines = self.cues.pop(market.mark, ())
        self.said |= {line.trade_id or "": line for line in lines}
        yield from lines
