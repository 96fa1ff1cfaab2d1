"""A strategy that trades as often as it can, with stops, limits and legs: work for every path."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from pink_actors.policy.demo import DemoStrategy
from pink_actors.policy.strategy import Decision, Enter, Market, ParamValue, World
from pink_actors.shm_layout import OrderKind, Side, TimeInForce

OWN = {"stop_every": 0, "stop_bp": 10, "profit_bp": 0, "limit_every": 3, "legs": 2, "both_sides": 0}


class Churn(DemoStrategy):
    """The demo, but with protection at the venue."""

    def __init__(self, params: Mapping[str, ParamValue]) -> None:
        super().__init__({name: value for name, value in params.items() if name not in OWN})
        self.own = {name: int(params.get(name, value)) for name, value in OWN.items()}

    def _open(self, world: World) -> Iterator[Decision]:
        """As many entries as there is room for, at once."""
        if not world.account.may_enter:
            return
        if world.mono_ns - self.last_entry_mono_ns < self.settings.pause_ms * 1_000_000:
            return
        sides = (Side.LONG, Side.SHORT) if self.own["both_sides"] else (Side.NONE,)
        busy = {
            (position.symbol, side)
            for position in world.positions
            for side in sides
            if side in (Side.NONE, position.side)
        }
        room = self.settings.positions_max - len(world.positions)
        places = [
            (market, side)
            for name, market in world.markets.items()
            if market.tradable
            for side in sides
            if (name, side) not in busy
        ]
        for market, side in places[: max(0, room)]:
            entry = self._entry(market)
            if entry is not None:
                self.entries += 1
                self.last_entry_mono_ns = world.mono_ns
                yield self._shaped(entry, market, side)

    def _shaped(self, entry: Enter, market: Market, side: Side) -> Enter:
        """The demo's entry with side, kind, legs and protection as the parameters say."""
        assert market.mark is not None and market.tick is not None
        side = entry.side if side is Side.NONE else side
        away = 1 if side is Side.LONG else -1
        if self.own["limit_every"] and self.entries % self.own["limit_every"] == 0:
            price = market.ask if side is Side.LONG else market.bid
            entry = entry._replace(order_kind=OrderKind.LIMIT, price=price, tif=TimeInForce.GTC)
        else:
            entry = entry._replace(order_kind=OrderKind.MARKET, price=None, tif=TimeInForce.NONE)
        if self.own["legs"] == 1:
            entry = entry._replace(leg_ratios=(Decimal(1),))
        if self.own["stop_every"] and self.entries % self.own["stop_every"] == 0:
            entry = entry._replace(stop_loss=_apart(market, -away * self.own["stop_bp"]))
            if self.own["profit_bp"]:
                entry = entry._replace(take_profit=_apart(market, away * self.own["profit_bp"]))
        return entry._replace(side=side)


def _apart(market: Market, bp: int) -> Decimal:
    assert market.mark is not None and market.tick is not None
    wanted = market.mark * (10_000 + bp) / 10_000
    return (wanted / market.tick).to_integral_value(ROUND_HALF_EVEN) * market.tick
