"""What a strategy sees and what it may answer: plain frozen values with exact decimals.

A strategy is a class with `__init__(self, params)` and `decide(self, world)`. It is called on a
timer, gets everything it needs as an argument, and returns decisions; it never blocks, sleeps,
sends or books anything. Prices are per unit, quantities in base units, money in the quote coin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple, Protocol

from pink_actors.shm_layout import (
    AccountStatus,
    Code,
    InputKind,
    Mode,
    OrderKind,
    Side,
    Stage,
    TimeInForce,
)

ParamValue = str | int | float | bool


class Market(NamedTuple):
    """One symbol as last heard; a price the venue has not told yet is None, never zero."""

    symbol: str
    mark: Decimal | None
    last: Decimal | None
    bid: Decimal | None
    ask: Decimal | None
    age_ms: int  # since the mark reached this machine
    stale: bool  # the stream is down or silent: do not trade on it
    tick: Decimal | None  # None until the kernel knows the trading rules
    lot: Decimal | None
    min_qty: Decimal | None
    min_notional: Decimal | None

    @property
    def tradable(self) -> bool:
        """Fresh prices and known rules."""
        return not self.stale and None not in (self.mark, self.bid, self.ask, self.tick, self.lot)


class Position(NamedTuple):
    """One slot that is not idle."""

    slot_id: int
    trade_id: str
    symbol: str
    stage: Stage
    side: Side
    qty: Decimal
    entry_price: Decimal | None  # None while nothing is held
    realised: Decimal
    unrealised: Decimal
    fees: Decimal
    leg_index: int  # exit legs already used
    leg_count: int
    dust: bool
    changed_age_ms: int  # since the kernel last changed this slot
    opened_age_ms: int | None  # since the first fill, by wall clock


class Account(NamedTuple):
    """The account as the kernel publishes it."""

    mode: Mode
    status: AccountStatus
    frozen: bool
    kill_switch: bool
    ready: bool  # configured and reconciled
    capital: Decimal
    wallet: Decimal | None
    unrealised: Decimal
    open_notional: Decimal

    @property
    def may_enter(self) -> bool:
        """Whether the kernel would consider an entry at all."""
        return self.ready and self.mode == Mode.ACTIVE and not self.frozen and not self.kill_switch


class Answer(NamedTuple):
    """What the kernel said to an earlier decision of this process."""

    intent_id: int
    trade_id: str
    kind: InputKind
    code: Code


class World(NamedTuple):
    """Everything a strategy may look at in one call."""

    wall_ns: int
    mono_ns: int
    markets: Mapping[str, Market]
    positions: tuple[Position, ...]
    account: Account
    answers: tuple[Answer, ...]  # since the previous call; answers may be missing after a restart


class Enter(NamedTuple):
    """Open a position. Leg ratios are shares of the size held when each leg is used."""

    symbol: str
    side: Side
    qty: Decimal
    leverage: int = 1
    order_kind: OrderKind = OrderKind.MARKET
    price: Decimal | None = None
    tif: TimeInForce = TimeInForce.NONE
    leg_ratios: tuple[Decimal, ...] = (Decimal(1),)
    stop_loss: Decimal | None = None
    take_profit: Decimal | None = None
    trailing_stop: Decimal | None = None  # distance to the market, in place of stop_loss
    reference_price: Decimal | None = None
    trade_id: str | None = None  # None: the process makes a unique one
    ttl_ms: int = 2_000
    confidence: Decimal = Decimal(0)
    reason: str = ""


class Exit(NamedTuple):
    """Close the next leg of a trade, or `qty` of it."""

    trade_id: str
    qty: Decimal | None = None
    order_kind: OrderKind = OrderKind.MARKET
    price: Decimal | None = None
    tif: TimeInForce = TimeInForce.NONE
    ttl_ms: int = 2_000
    bars_held: int = 0
    reason: str = ""


class ExitResidual(NamedTuple):
    """Close what is left under the venue's minimum."""

    trade_id: str
    ttl_ms: int = 2_000
    reason: str = ""


class Cancel(NamedTuple):
    """Cancel the working order of a trade."""

    trade_id: str
    ttl_ms: int = 2_000
    reason: str = ""


class Note(NamedTuple):
    """Leave a remark in the journal and the policy table; changes nothing."""

    text: str
    symbol: str = ""


Decision = Enter | Exit | ExitResidual | Cancel | Note


class Strategy(Protocol):
    """What the policy process calls."""

    def decide(self, world: World) -> Iterable[Decision]:
        """The decisions for now; an empty iterable when there is nothing to do."""


class StrategyFactory(Protocol):
    """A strategy class: built once per process with the [policy.params] of the configuration."""

    def __call__(self, params: Mapping[str, ParamValue]) -> Strategy:
        """A strategy, or ValueError with a sentence that names the bad parameter."""
