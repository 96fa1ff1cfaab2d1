"""The demo strategy: opens and closes small positions in turn, to show every path at work.

It has no opinion about the market. It alternates long and short and MARKET and LIMIT, closes in
two legs after a short hold, and cancels an entry that rests too long. Its state is what the
kernel publishes, so it may be killed and restarted at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_DOWN, Decimal
from typing import NamedTuple

from pink_actors.policy.strategy import (
    Cancel,
    Decision,
    Enter,
    Exit,
    ExitResidual,
    Market,
    ParamValue,
    Position,
    World,
)
from pink_actors.shm_layout import OrderKind, Side, Stage, TimeInForce

MS = 1_000_000
DEFAULTS: Mapping[str, ParamValue] = {
    "notional": "600",
    "hold_ms": 1_500,
    "rest_ms": 4_000,
    "pause_ms": 900,
    "leverage": 2,
    "positions_max": 4,
    "retry_ms": 1_000,
}


class Settings(NamedTuple):
    """The demo's parameters, checked."""

    notional: Decimal
    hold_ms: int
    rest_ms: int
    pause_ms: int
    leverage: int
    positions_max: int
    retry_ms: int


def settings_from(params: Mapping[str, ParamValue]) -> Settings:
    """Defaults overlaid with `params`; ValueError names what is wrong."""
    unknown = sorted(set(params) - set(DEFAULTS))
    if unknown:
        known = ", ".join(DEFAULTS)
        raise ValueError(f"unknown parameter {unknown[0]!r}; the demo knows {known}")
    merged = {**DEFAULTS, **params}
    for name, value in merged.items():
        try:
            number = Decimal(str(value))
        except ArithmeticError:
            raise ValueError(f"parameter {name!r} must be a number, not {value!r}") from None
        if not number.is_finite() or number <= 0:
            raise ValueError(f"parameter {name!r} must be a positive number, not {value!r}")
    return Settings(
        Decimal(str(merged["notional"])),
        *(int(Decimal(str(merged[name]))) for name in list(DEFAULTS)[1:]),
    )


class DemoStrategy:
    """Trades every tradable symbol in turn, at most one position each."""

    def __init__(self, params: Mapping[str, ParamValue]) -> None:
        self.settings = settings_from(params)
        self.entries = 0
        self.last_entry_mono_ns = 0
        self.asked_mono_ns: dict[str, int] = {}

    def decide(self, world: World) -> Iterable[Decision]:
        """Close what was held long enough, then perhaps open one more position."""
        known = {position.trade_id for position in world.positions}
        self.asked_mono_ns = {
            trade_id: asked for trade_id, asked in self.asked_mono_ns.items() if trade_id in known
        }
        decisions = [
            decision for position in world.positions for decision in self._tend(position, world)
        ]
        decisions.extend(self._open(world))
        return decisions

    def _tend(self, position: Position, world: World) -> Iterator[Decision]:
        """What to do with one slot; asks again only after a pause, the kernel decides."""
        asked = self.asked_mono_ns.get(position.trade_id, 0)
        if world.mono_ns - asked < self.settings.retry_ms * MS:
            return
        decision = self._wish(position, world.markets.get(position.symbol))
        if decision is not None:
            self.asked_mono_ns[position.trade_id] = world.mono_ns
            yield decision

    def _wish(self, position: Position, market: Market | None) -> Decision | None:
        age_ms = position.changed_age_ms
        if position.stage == Stage.ENTRY_WORKING and age_ms > self.settings.rest_ms:
            return Cancel(position.trade_id, reason="entry rested too long")
        if position.stage == Stage.EXIT_WORKING and age_ms > self.settings.rest_ms:
            return Cancel(position.trade_id, reason="exit rested too long")
        if position.stage != Stage.POSITION_OPEN or age_ms < self.settings.hold_ms:
            return None
        if position.dust:
            return ExitResidual(position.trade_id, reason="dust")
        if market is not None and _is_too_small(position.qty / 2, market):
            return Exit(position.trade_id, qty=position.qty, reason="too small for a leg")
        return Exit(position.trade_id, reason=f"leg {position.leg_index + 1} after the hold")

    def _open(self, world: World) -> Iterator[Decision]:
        """One new position when the pause is over and a symbol is free."""
        if not world.account.may_enter or len(world.positions) >= self.settings.positions_max:
            return
        if world.mono_ns - self.last_entry_mono_ns < self.settings.pause_ms * MS:
            return
        busy = {position.symbol for position in world.positions}
        free = [m for name, m in world.markets.items() if name not in busy and m.tradable]
        if not free:
            return
        entry = self._entry(free[self.entries % len(free)])
        if entry is not None:
            self.entries += 1
            self.last_entry_mono_ns = world.mono_ns
            yield entry

    def _entry(self, market: Market) -> Enter | None:
        """A MARKET or a LIMIT entry at the touch, its quantity rounded down to the lot."""
        assert market.bid is not None and market.ask is not None and market.lot is not None
        side = Side.LONG if self.entries % 4 < 2 else Side.SHORT
        price = market.ask if side == Side.LONG else market.bid
        lots = (self.settings.notional / price / market.lot).to_integral_value(ROUND_DOWN)
        qty = lots * market.lot
        if qty <= 0 or (market.min_qty is not None and qty < market.min_qty):
            return None
        resting = self.entries % 2 == 1
        return Enter(
            symbol=market.symbol,
            side=side,
            qty=qty,
            leverage=self.settings.leverage,
            order_kind=OrderKind.LIMIT if resting else OrderKind.MARKET,
            price=price if resting else None,
            tif=TimeInForce.GTC if resting else TimeInForce.NONE,
            leg_ratios=(Decimal("0.5"), Decimal(1)),
            reference_price=market.mark,
            reason="limit at the touch" if resting else "market",
        )


def _is_too_small(qty: Decimal, market: Market) -> bool:
    """Whether the venue would not take an order of this size."""
    if market.lot is None:
        return False
    qty -= qty % market.lot
    worth = qty * market.mark if market.mark is not None else None
    return (
        qty <= 0
        or (market.min_qty is not None and qty < market.min_qty)
        or (worth is not None and market.min_notional is not None and worth < market.min_notional)
    )
