"""What the venue told us, in our own terms, before it becomes a report; None is "not told"."""

from __future__ import annotations

from typing import NamedTuple

from pink_actors.shm_layout import OrderKind, OrderSide, OrderStatus, Side, TimeInForce


class OrderFacts(NamedTuple):
    """Cumulative facts about one order from any source."""

    symbol: str
    venue_order_id: int  # 0 = not told
    client_order_id: str  # lower case; "" = not told
    order_side: OrderSide
    position_side: Side
    order_kind: OrderKind
    tif: TimeInForce
    status: OrderStatus
    status_word: str
    reduce_only: bool | None
    qty_e8: int | None
    price_e12: int | None  # what was ordered; for MARKET a protective bound
    trigger_e12: int | None
    cum_qty_e8: int | None
    avg_price_e12: int | None
    cum_fee_e8: int | None
    created_ms: int  # 0 = not told
    updated_ms: int  # 0 = not told
    market_ms: int  # 0 = same as venue time
    strange: str = ""  # words of it that are not in the sheet
    rounded: str = ""  # what of its money had more digits than ours


class PositionFacts(NamedTuple):
    """One position; the quantity is above zero."""

    symbol: str
    side: Side
    qty_e8: int
    entry_e12: int | None
    leverage: int
    updated_ms: int


class BalanceFacts(NamedTuple):
    """The margin coin's figures."""

    wallet_e8: int | None
    equity_e8: int | None
    available_e8: int | None
    used_margin_e8: int | None
    rounded: str = ""


class FillFacts(NamedTuple):
    """One settled fill."""

    fill_id: str
    venue_order_id: int
    symbol: str
    qty_e8: int
    price_e12: int
    fee_e8: int  # cost positive
    maker: bool
    venue_ms: int
    market_ms: int
    coin: str = ""  # of the fee; "" = not told
    rounded: str = ""


class IncomeFacts(NamedTuple):
    """One change of the wallet that is no fill; our gain is positive."""

    income_id: str
    kind: int
    word: str
    symbol: str
    amount_e8: int
    venue_ms: int
    market_ms: int
    coin: str = ""  # "" = not told
    rounded: str = ""


class InstrumentFacts(NamedTuple):
    """Trading rules of one symbol."""

    symbol: str
    tick_e12: int
    lot_e8: int
    min_qty_e8: int
    min_notional_e8: int
    maker_fee_e8: int
    taker_fee_e8: int
    open_to_api: bool
