"""The entries of the ledger: every change of the venue's state is exactly one of these."""

from typing import Annotated

from msgspec import Struct

Price = Annotated[int, 12]
Qty = Annotated[int, 8]
Money = Annotated[int, 8]
Rate = Annotated[int, 8]


class Entry(Struct, kw_only=True, tag_field="t", gc=False):
    """What every entry carries; seq is set by the ledger, times are protocol and market time.

    Entries hold no other objects, so the garbage collector need not walk through a long history.
    """

    seq: int = 0
    wall_ms: int = 0
    market_ms: int = 0


class Started(Entry, tag="start", kw_only=True):
    """The venue process began to serve."""

    seed: int


class AccountOpened(Entry, tag="account", kw_only=True):
    """An account with its first balance."""

    account: str
    balance: Money


class OrderAccepted(Entry, tag="order", kw_only=True):
    """An order the venue took, whole; price of a MARKET order is its protective bound."""

    account: str
    order_id: int
    client_order_id: str
    symbol: str
    side: str
    position_side: str
    type: str
    qty: Qty
    price: Price
    stop_price: Price = 0
    time_in_force: str = "GTC"
    working_type: str = "MARK_PRICE"
    reduce_only: bool = False
    close_position: bool = False
    price_rate: Rate = 0
    activation_price: Price = 0
    stop_loss: str = ""
    take_profit: str = ""
    parent_id: int = 0


class Filled(Entry, tag="fill", kw_only=True):
    """One execution; fee is positive when paid, position_after is negative when short."""

    account: str
    order_id: int
    client_order_id: str
    trade_id: int
    symbol: str
    side: str
    position_side: str
    qty: Qty
    price: Price
    fee: Money
    realised_pnl: Money
    role: str
    position_after: Qty
    wallet_after: Money


class Ended(Entry, tag="end", kw_only=True):
    """An order that ended unfilled or part filled: CANCELLED, EXPIRED or FAILED, and by whom."""

    account: str
    order_id: int
    status: str
    reason: str


class Triggered(Entry, tag="trigger", kw_only=True):
    """A conditional order whose price was reached; qty is final from here on."""

    account: str
    order_id: int
    price: Price
    qty: Qty


class Trailed(Entry, tag="trail", kw_only=True):
    """The best price a trailing order has seen, kept so that a restart does not loosen it."""

    account: str
    order_id: int
    extreme: Price


class Amended(Entry, tag="amend", kw_only=True):
    """A new total quantity of a resting order."""

    account: str
    order_id: int
    qty: Qty


class MoneyMoved(Entry, tag="money", kw_only=True):
    """Wallet changes beside fills: FUNDING_FEE, TRANSFER, INSURANCE_CLEAR and their like."""

    account: str
    kind: str
    symbol: str
    amount: Money
    wallet_after: Money
    info: str = ""
    position_side: str = ""


class Liquidated(Entry, tag="liquidation", kw_only=True):
    """A position taken over by the venue (LIQUIDATION or ADL), before the fill that closes it."""

    account: str
    order_id: int
    symbol: str
    position_side: str
    kind: str
    qty: Qty
    price: Price


class ModeSet(Entry, tag="mode", kw_only=True):
    """One-way or hedge, for the whole account."""

    account: str
    hedge: bool


class LeverageSet(Entry, tag="leverage", kw_only=True):
    """Leverage of one symbol and side (LONG, SHORT or BOTH)."""

    account: str
    symbol: str
    side: str
    leverage: int


class MarginTypeSet(Entry, tag="margin_type", kw_only=True):
    """CROSSED or ISOLATED for one symbol."""

    account: str
    symbol: str
    margin_type: str


class MarginMoved(Entry, tag="margin", kw_only=True):
    """Collateral added to (positive) or taken from an isolated position."""

    account: str
    symbol: str
    position_side: str
    amount: Money


class MarketSeen(Entry, tag="market", kw_only=True):
    """Where the market stood, so that a restart goes on from there."""

    symbol: str
    price: Price


ENTRY_TYPES: tuple[type[Entry], ...] = (
    Started,
    AccountOpened,
    OrderAccepted,
    Filled,
    Ended,
    Triggered,
    Trailed,
    Amended,
    MoneyMoved,
    Liquidated,
    ModeSet,
    LeverageSet,
    MarginTypeSet,
    MarginMoved,
    MarketSeen,
)
