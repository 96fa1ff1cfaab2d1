"""Bodies of REST replies to facts; anything that is not what the sheet says is Malformed."""

from __future__ import annotations

from datetime import datetime
from typing import Final, NamedTuple, TypeVar

import msgspec
from msgspec import Raw

from pink_actors.shm_layout import (
    OrderKind,
    OrderSide,
    OrderStatus,
    PositionMode,
    Side,
    TimeInForce,
)
from pink_actors.venue import numbers, rest_types, words
from pink_actors.venue.facts import (
    BalanceFacts,
    FillFacts,
    IncomeFacts,
    InstrumentFacts,
    OrderFacts,
    PositionFacts,
)
from pink_actors.venue.numbers import Malformed, TooLarge

BODY_SIZE_MAX: Final = 16 * 1024 * 1024
ROWS_MAX: Final = 10_000
LEVERAGE_MAX: Final = 1000

T = TypeVar("T")


class Body(NamedTuple):
    """A reply's envelope; code 0 means success."""

    code: int
    text: str
    data: Raw
    listen_key: str


def body(content: bytes, *, bare: bool = False) -> Body:
    """The envelope of a reply; only listen keys are answered without a code (`bare`)."""
    if len(content) > BODY_SIZE_MAX:
        raise TooLarge(f"body: more than {BODY_SIZE_MAX} bytes")
    envelope = decode(content, rest_types.Envelope, "body")
    code = numbers.whole(envelope.code, "code")
    if code is None:
        if not bare:
            raise Malformed("body: no code")
        code = 0
    if not -(2**31) <= code < 2**31:
        raise Malformed(f"code: {code} is absurd")
    return Body(code, envelope.msg or "", envelope.data, envelope.listen_key or "")


def decode(content: bytes | Raw, kind: type[T], field: str) -> T:
    """JSON of the given type, or Malformed in place of the decoder's own errors."""
    try:
        return msgspec.json.decode(content, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Malformed(f"{field}: {error}") from error


def server_time(data: Raw) -> int:
    """The venue's clock in ms."""
    value = numbers.whole(decode(data, rest_types.ServerTime, "time").server_time, "serverTime")
    if value is None or value <= 0:
        raise Malformed("serverTime: none")
    return value


def order(data: Raw) -> OrderFacts:
    """One order, wrapped in `order` or flat."""
    wrapped = decode(data, rest_types.OneOrder, "data").order
    return order_row(wrapped if bytes(wrapped) else data)


def orders(data: Raw) -> tuple[Raw, ...]:
    """The rows of a list of orders, each still to be read with `order_row`."""
    rows = decode(data, rest_types.Orders, "data").orders
    return _bounded(rows or [], "orders")


def order_row(data: Raw) -> OrderFacts:
    """One order object in any of its shapes."""
    row = decode(data, rest_types.Order, "order")
    venue_order_id = _order_number(row)
    cum_qty = not_negative(numbers.qty(row.executed_qty, "executedQty"), "executedQty")
    commission, rounded = numbers.told(row.commission, "commission")
    quantity = numbers.qty(row.orig_qty, "origQty")
    if quantity is None:
        quantity = numbers.qty(row.quantity, "quantity")
    tif = words.tif(row.time_in_force or "")
    if numbers.flag(row.post_only, "postOnly"):
        tif = TimeInForce.POST_ONLY
    return OrderFacts(
        symbol=row.symbol,
        venue_order_id=venue_order_id,
        client_order_id=(row.client_order_id or row.client_order_id_old or "").lower(),
        order_side=words.order_side(row.side, "side"),
        position_side=words.position_side(row.position_side, "positionSide"),
        order_kind=words.order_kind(row.type),
        tif=tif,
        status=OrderStatus.NONE if row.status is None else words.status(row.status),
        status_word=row.status or "",
        reduce_only=numbers.flag(row.reduce_only, "reduceOnly"),
        qty_e8=positive(quantity, "origQty"),
        price_e12=positive(numbers.told_price(row.price, "price"), "price"),
        trigger_e12=positive(numbers.price(row.stop_price, "stopPrice"), "stopPrice"),
        cum_qty_e8=cum_qty,
        avg_price_e12=positive(numbers.told_price(row.avg_price, "avgPrice"), "avgPrice"),
        cum_fee_e8=None if commission is None else -commission,
        created_ms=numbers.whole(row.time, "time") or 0,
        updated_ms=numbers.whole(row.update_time, "updateTime") or 0,
        market_ms=numbers.whole(row.market_time, "marketTime") or 0,
        strange=words.strange(row.status or "", row.type, row.time_in_force or ""),
        rounded=rounded,
    )


def order_name(data: Raw) -> OrderFacts:
    """An order of which nothing but its symbol and number can be read: that it is there."""
    row = decode(data, rest_types.OrderName, "order")
    if not row.symbol:
        raise Malformed("order: no symbol")
    return OrderFacts(
        symbol=row.symbol,
        venue_order_id=_order_number(row),
        client_order_id=(row.client_order_id or row.client_order_id_old or "").lower(),
        order_side=OrderSide.NONE,
        position_side=Side.NONE,
        order_kind=OrderKind.UNKNOWN,
        tif=TimeInForce.NONE,
        status=OrderStatus.UNKNOWN,
        status_word="unreadable",
        reduce_only=None,
        qty_e8=None,
        price_e12=None,
        trigger_e12=None,
        cum_qty_e8=None,
        avg_price_e12=None,
        cum_fee_e8=None,
        created_ms=0,
        updated_ms=0,
        market_ms=0,
    )


def _order_number(row: rest_types.Order | rest_types.OrderName) -> int:
    venue_order_id = numbers.whole(row.order_id, "orderId")
    if venue_order_id is None:
        venue_order_id = numbers.whole(row.order_id_text, "orderID")
    if venue_order_id is None or venue_order_id <= 0:
        raise Malformed("order: no orderId")
    return venue_order_id


def positive(value: int | None, field: str) -> int | None:
    """A figure for which the venue writes 0 when there is none; below zero is malformed."""
    return not_negative(value, field) or None


def not_negative(value: int | None, field: str) -> int | None:
    """A figure that may be zero but never below."""
    if value is not None and value < 0:
        raise Malformed(f"{field}: {value} is below zero")
    return value


def positions(data: Raw) -> list[PositionFacts]:
    """Every held position; rows of amount zero are flat and left out."""
    rows = decode(data, list[rest_types.Position], "positions")
    facts = []
    for row in _bounded(rows, "positions"):
        amount = numbers.qty(row.amount, "positionAmt")
        if amount is None:
            raise Malformed("positionAmt: none")
        if amount:
            facts.append(_position(row, amount))
    return facts


def _position(row: rest_types.Position, amount: int) -> PositionFacts:
    side = words.position_side(row.position_side, "positionSide")
    if side is Side.NONE:
        side = Side.LONG if amount > 0 else Side.SHORT
    elif amount < 0:
        raise Malformed(f"positionAmt: {amount} below zero on a {side.name} position")
    leverage = numbers.whole(row.leverage, "leverage") or 0
    if not 0 <= leverage <= LEVERAGE_MAX:
        raise Malformed(f"leverage: {leverage} is absurd")
    return PositionFacts(
        symbol=row.symbol,
        side=side,
        qty_e8=abs(amount),
        entry_e12=positive(numbers.told_price(row.avg_price, "avgPrice"), "avgPrice"),
        leverage=leverage,
        updated_ms=numbers.whole(row.update_time, "updateTime") or 0,
    )


def balance(data: Raw, coins: tuple[str, ...]) -> BalanceFacts:
    """The margin coin's row, by the first of its names; rows of unused coins are passed over."""
    rows = decode(data, list[rest_types.Balance], "balance")
    by_coin = {row.asset: row for row in _bounded(rows, "balance") if bytes(row.balance) != b'""'}
    row = next((by_coin[coin] for coin in coins if coin in by_coin), None)
    if row is None:
        raise Malformed(f"balance: no row for {' or '.join(coins)}")
    wallet = numbers.told(row.balance, "balance")
    equity = numbers.told(row.equity, "equity")
    available = numbers.told(row.available_margin, "availableMargin")
    used = numbers.told(row.used_margin, "usedMargin")
    return BalanceFacts(
        wallet.value_e8,
        equity.value_e8,
        available.value_e8,
        used.value_e8,
        rounded=wallet.rounded or equity.rounded or available.rounded or used.rounded,
    )


def fill(data: Raw) -> FillFacts:
    """One row of the fill history."""
    row = decode(data, rest_types.Fill, "fill")
    venue_order_id = numbers.whole(row.order_id, "orderId")
    fill_id = numbers.token(row.trade_id, "tradeId")
    quantity = positive(numbers.qty(row.volume, "volume"), "volume")
    price = positive(numbers.price(row.price, "price"), "price")
    commission, rounded = numbers.told(row.commission, "commission")
    if not venue_order_id or not fill_id or not quantity or not price or commission is None:
        raise Malformed("fill: orderId, tradeId, volume, price or commission is missing")
    if len(fill_id) > 32:
        raise Malformed("fill: tradeId is too long")
    return FillFacts(
        fill_id=fill_id,
        venue_order_id=venue_order_id,
        symbol=row.symbol,
        qty_e8=quantity,
        price_e12=price,
        fee_e8=-commission,
        maker=(row.role or "").lower() == "maker",
        venue_ms=_filled_ms(row.filled_time),
        market_ms=numbers.whole(row.market_time, "marketTime") or 0,
        coin=(row.commission_coin or "").upper(),
        rounded=rounded,
    )


def fills(data: Raw) -> tuple[list[FillFacts], int]:
    """The rows of one page and the total the venue speaks of; 0 where it does not."""
    page = decode(data, rest_types.FillHistory, "data")
    rows = [fill(row) for row in _bounded(page.rows or [], "fills")]
    return rows, numbers.whole(page.total, "total") or 0


def _filled_ms(text: str | None) -> int:
    if not text:
        return 0
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed(f"filledTime: {text[:40]!r}") from error
    if moment.tzinfo is None:
        raise Malformed(f"filledTime: {text[:40]!r} has no offset")
    return round(moment.timestamp() * 1000)


class IncomePage(NamedTuple):
    """One page of income."""

    rows: list[IncomeFacts]  # without those that come with fills
    times_ms: list[int]  # of all rows that could be read: what paging needs
    row_count: int
    unreadable: list[Malformed]


def incomes(data: Raw) -> IncomePage:
    """Income rows, where one that makes no sense hides no other; null is an empty list."""
    page = IncomePage([], [], 0, [])
    if bytes(data) == b"null":
        return page
    rows = _bounded(decode(data, list[Raw], "income"), "income")
    for raw in rows:
        try:
            row = decode(raw, rest_types.Income, "income")
            if row.income_type.upper() not in words.INCOME_OF_FILLS:
                page.rows.append(_income(row))
            page.times_ms.append(numbers.whole(row.time, "time") or 0)
        except Malformed as error:
            page.unreadable.append(error)
    return page._replace(row_count=len(rows))


def _income(row: rest_types.Income) -> IncomeFacts:
    word = row.income_type.upper()
    amount, rounded = numbers.told(row.income, "income")
    moment = numbers.whole(row.time, "time")
    if amount is None or moment is None:
        raise Malformed("income: no amount or no time")
    own_id = numbers.token(row.transaction, "tranId") or numbers.token(row.trade, "tradeId")
    # Without an id the row's own content is its identity, the same at each reading.
    income_id = own_id or f"{word[:6]}-{moment}-{amount}"
    if len(income_id) > 32:
        raise Malformed("income: tranId is too long")
    return IncomeFacts(
        income_id=income_id,
        kind=words.INCOME_KIND.get(word, words.INCOME_OTHER),
        word=word,
        symbol=row.symbol or "",
        amount_e8=amount,
        venue_ms=moment,
        market_ms=numbers.whole(row.market_time, "marketTime") or 0,
        coin=(row.asset or "").upper(),
        rounded=rounded,
    )


def instruments(
    data: Raw, symbols: frozenset[str]
) -> tuple[list[InstrumentFacts], list[Malformed]]:
    """Trading rules of the wanted symbols; a row that makes no sense hides no other."""
    facts: list[InstrumentFacts] = []
    unreadable: list[Malformed] = []
    for raw in _bounded(decode(data, list[Raw], "contracts"), "contracts"):
        try:
            row = decode(raw, rest_types.Contract, "contracts")
            if row.symbol in symbols:
                facts.append(_instrument(row))
        except Malformed as error:
            unreadable.append(error)
    return facts, unreadable


def _instrument(row: rest_types.Contract) -> InstrumentFacts:
    tick = positive(numbers.price(row.tick_size, "tickSize"), "tickSize")
    lot = positive(numbers.qty(row.step_size, "stepSize"), "stepSize")
    taker = numbers.scaled(row.taker_fee, numbers.RATIO_DIGITS, "takerFeeRate")
    if taker is None:
        taker = numbers.scaled(row.fee, numbers.RATIO_DIGITS, "feeRate")
    maker = numbers.scaled(row.maker_fee, numbers.RATIO_DIGITS, "makerFeeRate")
    min_qty = not_negative(numbers.qty(row.min_quantity, "tradeMinQuantity"), "tradeMinQuantity")
    min_notional = not_negative(numbers.money(row.min_notional, "tradeMinUSDT"), "tradeMinUSDT")
    if min_qty is None or min_notional is None or taker is None or maker is None:
        raise Malformed(f"contracts: {row.symbol} lacks minimum or fee rates")
    return InstrumentFacts(
        symbol=row.symbol,
        tick_e12=tick or _step(row.price_precision, numbers.PRICE_DIGITS, "pricePrecision"),
        lot_e8=lot or _step(row.quantity_precision, numbers.QTY_DIGITS, "quantityPrecision"),
        min_qty_e8=min_qty,
        min_notional_e8=min_notional,
        maker_fee_e8=maker,
        taker_fee_e8=taker,
        open_to_api=numbers.flag(row.api_state_open, "apiStateOpen") is not False,
    )


def _step(raw: Raw, digits: int, field: str) -> int:
    places = numbers.whole(raw, field)
    if places is None or not 0 <= places <= digits:
        raise Malformed(f"{field}: {places} is not between 0 and {digits}")
    return int(10 ** (digits - places))


def position_mode(data: Raw) -> PositionMode:
    """One-way or hedge, as the venue says."""
    dual = numbers.flag(decode(data, rest_types.DualSide, "data").dual, "dualSidePosition")
    if dual is None:
        raise Malformed("dualSidePosition: none")
    return PositionMode.HEDGE if dual else PositionMode.ONE_WAY


def margin_type(data: Raw) -> str:
    """The margin type's own word, such as CROSSED."""
    return decode(data, rest_types.MarginType, "marginType").margin_type


def dead_man(data: Raw) -> str:
    """What the dead-man switch is now: ACTIVATED, CLOSED or FAILED; "" when it is not said."""
    return (decode(data, rest_types.DeadMan, "data").status or "").upper()


def leverage(data: Raw) -> int:
    """The leverage the venue confirms; 0 when its reply does not say."""
    value = numbers.whole(decode(data, rest_types.Leverage, "data").leverage, "leverage") or 0
    if not 0 <= value <= LEVERAGE_MAX:
        raise Malformed(f"leverage: {value} is absurd")
    return value


def _bounded(rows: list[T], field: str) -> tuple[T, ...]:
    if len(rows) > ROWS_MAX:
        raise Malformed(f"{field}: {len(rows)} rows")
    return tuple(rows)
