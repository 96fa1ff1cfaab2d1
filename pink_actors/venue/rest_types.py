"""Replies of the REST endpoints as typed structures; numeric fields stay raw tokens until read.

Unknown members are ignored and known ones may be missing: the readers in `replies` decide what
a missing figure means.  Field names follow the wire through `rename`.
"""

from __future__ import annotations

from msgspec import Raw, Struct, field

from pink_actors.venue.numbers import ABSENT


class Envelope(Struct, frozen=True):
    """The frame around each reply; listen keys come without one, on the top level."""

    code: Raw = ABSENT
    msg: str | None = None
    data: Raw = ABSENT
    listen_key: str | None = field(default=None, name="listenKey")


class ServerTime(Struct, frozen=True):
    """GET server/time."""

    server_time: Raw = field(name="serverTime")


class Contract(Struct, frozen=True):
    """One row of GET quote/contracts."""

    symbol: str
    price_precision: Raw = field(default=ABSENT, name="pricePrecision")
    quantity_precision: Raw = field(default=ABSENT, name="quantityPrecision")
    tick_size: Raw = field(default=ABSENT, name="tickSize")
    step_size: Raw = field(default=ABSENT, name="stepSize")
    min_quantity: Raw = field(default=ABSENT, name="tradeMinQuantity")
    min_notional: Raw = field(default=ABSENT, name="tradeMinUSDT")
    maker_fee: Raw = field(default=ABSENT, name="makerFeeRate")
    taker_fee: Raw = field(default=ABSENT, name="takerFeeRate")
    fee: Raw = field(default=ABSENT, name="feeRate")
    api_state_open: Raw = field(default=ABSENT, name="apiStateOpen")


class Balance(Struct, frozen=True):
    """One row of GET user/balance; the row of an unused coin holds empty strings."""

    asset: str | None = None
    balance: Raw = ABSENT
    equity: Raw = ABSENT
    available_margin: Raw = field(default=ABSENT, name="availableMargin")
    used_margin: Raw = field(default=ABSENT, name="usedMargin")


class Position(Struct, frozen=True):
    """One row of GET user/positions."""

    symbol: str
    position_side: str = field(name="positionSide")
    amount: Raw = field(name="positionAmt")
    avg_price: Raw = field(default=ABSENT, name="avgPrice")
    leverage: Raw = ABSENT
    update_time: Raw = field(default=ABSENT, name="updateTime")


class Income(Struct, frozen=True):
    """One row of GET user/income."""

    income_type: str = field(name="incomeType")
    income: Raw = ABSENT
    symbol: str | None = None
    asset: str | None = None
    info: str | None = None
    time: Raw = ABSENT
    transaction: Raw = field(default=ABSENT, name="tranId")
    trade: Raw = field(default=ABSENT, name="tradeId")
    market_time: Raw = field(default=ABSENT, name="marketTime")


class Order(Struct, frozen=True):
    """An order as place, query, open, history and cancel show it: the union of all shapes."""

    symbol: str
    order_id: Raw = field(default=ABSENT, name="orderId")
    order_id_text: Raw = field(default=ABSENT, name="orderID")
    side: str = ""
    position_side: str = field(default="", name="positionSide")
    type: str = ""
    client_order_id: str | None = field(default=None, name="clientOrderId")
    client_order_id_old: str | None = field(default=None, name="clientOrderID")
    time_in_force: str | None = field(default=None, name="timeInForce")
    status: str | None = None
    orig_qty: Raw = field(default=ABSENT, name="origQty")
    quantity: Raw = ABSENT
    price: Raw = ABSENT
    stop_price: Raw = field(default=ABSENT, name="stopPrice")
    avg_price: Raw = field(default=ABSENT, name="avgPrice")
    executed_qty: Raw = field(default=ABSENT, name="executedQty")
    commission: Raw = ABSENT
    reduce_only: Raw = field(default=ABSENT, name="reduceOnly")
    post_only: Raw = field(default=ABSENT, name="postOnly")
    time: Raw = ABSENT
    update_time: Raw = field(default=ABSENT, name="updateTime")
    market_time: Raw = field(default=ABSENT, name="marketTime")


class OrderName(Struct, frozen=True):
    """Only what an order is called, of a row that cannot be read as a whole."""

    symbol: str
    order_id: Raw = field(default=ABSENT, name="orderId")
    order_id_text: Raw = field(default=ABSENT, name="orderID")
    client_order_id: str | None = field(default=None, name="clientOrderId")
    client_order_id_old: str | None = field(default=None, name="clientOrderID")


class OneOrder(Struct, frozen=True):
    """`data` that may hold the order itself or wrap it in `order`."""

    order: Raw = ABSENT


class Orders(Struct, frozen=True):
    """`data` of openOrders and allOrders; rows stay raw, so one bad row does not hide others.

    The list has to be there, if only as null: that no order rests is never read from its absence.
    """

    orders: list[Raw] | None


class Fill(Struct, frozen=True):
    """One row of GET trade/fillHistory; `filledTm` is not decoded because its Z is a lie."""

    symbol: str
    volume: Raw
    price: Raw
    order_id: Raw = field(name="orderId")
    trade_id: Raw = field(name="tradeId")
    commission: Raw = ABSENT
    commission_coin: str | None = field(default=None, name="commissionAsset")
    filled_time: str | None = field(default=None, name="filledTime")
    role: str | None = None
    side: str | None = None
    market_time: Raw = field(default=ABSENT, name="marketTime")


class FillHistory(Struct, frozen=True):
    """`data` of GET trade/fillHistory."""

    rows: list[Raw] | None = field(default=None, name="fill_history_orders")
    total: Raw = ABSENT


class DualSide(Struct, frozen=True):
    """`data` of positionSide/dual."""

    dual: Raw = field(default=ABSENT, name="dualSidePosition")


class MarginType(Struct, frozen=True):
    """`data` of GET trade/marginType."""

    margin_type: str = field(name="marginType")


class Leverage(Struct, frozen=True):
    """`data` of POST trade/leverage."""

    leverage: Raw = ABSENT


class DeadMan(Struct, frozen=True):
    """`data` of POST trade/cancelAllAfter."""

    status: str | None = None
