"""Frames of both streams to typed events: gunzip within a bound, decode, and name what came.

A frame that cannot be read is Malformed; an event that is not in the sheet is an Unknown value.
"""

from __future__ import annotations

import zlib
from typing import Final, NamedTuple

from msgspec import Raw, Struct, field

from pink_actors.shm_layout import OrderStatus
from pink_actors.venue import numbers, words
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.numbers import ABSENT, Malformed, TooLarge
from pink_actors.venue.replies import decode, not_negative, positive

FRAME_SIZE_MAX: Final = 1024 * 1024
GZIP_MAGIC: Final = b"\x1f\x8b"
PING: Final = b"Ping"
PONG: Final = "Pong"
COINS_MAX: Final = 64
BARS_MAX: Final = 1000


class Ping(NamedTuple):
    """The venue asks whether we live."""


class OrderEvent(NamedTuple):
    """ORDER_TRADE_UPDATE."""

    facts: OrderFacts
    event_ms: int  # when this copy was pushed
    order_ms: int  # when the order changed, the same in every copy; 0 = not told


class AccountEvent(NamedTuple):
    """ACCOUNT_UPDATE: money or positions moved, for this reason."""

    reason: str
    wallet_e8: int | None
    event_ms: int
    market_ms: int


class ConfigEvent(NamedTuple):
    """ACCOUNT_CONFIG_UPDATE: somebody set leverage or margin type."""

    symbol: str
    long_leverage: int
    short_leverage: int


class Snapshot(NamedTuple):
    """SNAPSHOT: sent on connect and every few seconds; state, and REST tells it better."""


class KeyExpired(NamedTuple):
    """listenKeyExpired: no data will come any more on this socket."""

    listen_key: str


class Ack(NamedTuple):
    """The answer to a subscription; code 0 is success."""

    code: int
    text: str


class MarkEvent(NamedTuple):
    """What one market frame says; None where it says nothing."""

    symbol: str
    event_ms: int
    market_ms: int
    mark_e12: int | None = None
    last_e12: int | None = None
    bid_e12: int | None = None
    ask_e12: int | None = None
    bid_qty_e8: int | None = None
    ask_qty_e8: int | None = None
    open_e12: int | None = None
    high_e12: int | None = None
    low_e12: int | None = None


class Unknown(NamedTuple):
    """An event that is not in the sheet."""

    word: str


UserEvent = Ping | OrderEvent | AccountEvent | ConfigEvent | Snapshot | KeyExpired | Ack | Unknown
MarketEvent = Ping | Ack | MarkEvent | Unknown


class _Frame(Struct, frozen=True):
    event: str | None = field(default=None, name="e")
    event_time: Raw = field(default=ABSENT, name="E")
    order_time: Raw = field(default=ABSENT, name="T")
    order: Raw = field(default=ABSENT, name="o")
    account: Raw = field(default=ABSENT, name="a")
    settings: Raw = field(default=ABSENT, name="ac")
    listen_key: str | None = field(default=None, name="listenKey")
    code: Raw = ABSENT
    msg: str | None = None
    data_type: str | None = field(default=None, name="dataType")
    data: Raw = ABSENT
    symbol: str | None = field(default=None, name="s")
    sent_time: Raw = field(default=ABSENT, name="ts")
    market_time: Raw = field(default=ABSENT, name="marketTime")


class _Order(Struct, frozen=True):
    symbol: str = field(name="s")
    order_id: Raw = field(name="i")
    side: str = field(name="S")
    type: str = field(name="o")
    status: str = field(name="X")
    client_order_id: str | None = field(default=None, name="c")
    position_side: str = field(default="", name="ps")
    qty: Raw = field(default=ABSENT, name="q")
    price: Raw = field(default=ABSENT, name="p")
    trigger: Raw = field(default=ABSENT, name="sp")
    average: Raw = field(default=ABSENT, name="ap")
    cum_qty: Raw = field(default=ABSENT, name="z")
    reduce_only: Raw = field(default=ABSENT, name="ro")
    trade_time: Raw = field(default=ABSENT, name="T")


class _Coin(Struct, frozen=True):
    asset: str = field(name="a")
    wallet: Raw = field(default=ABSENT, name="wb")


class _Account(Struct, frozen=True):
    reason: str = field(default="", name="m")
    coins: list[_Coin] | None = field(default=None, name="B")


class _Settings(Struct, frozen=True):
    symbol: str = field(name="s")
    long_leverage: Raw = field(default=ABSENT, name="l")
    short_leverage: Raw = field(default=ABSENT, name="S")


class _Market(Struct, frozen=True):
    event: str | None = field(default=None, name="e")
    event_time: Raw = field(default=ABSENT, name="E")
    symbol: str | None = field(default=None, name="s")
    close: Raw = field(default=ABSENT, name="c")
    price: Raw = field(default=ABSENT, name="p")
    bid: Raw = field(default=ABSENT, name="b")
    bid_qty: Raw = field(default=ABSENT, name="B")
    ask: Raw = field(default=ABSENT, name="a")
    ask_qty: Raw = field(default=ABSENT, name="A")


class _Bar(Struct, frozen=True):
    close: Raw = field(default=ABSENT, name="c")
    open: Raw = field(default=ABSENT, name="o")
    high: Raw = field(default=ABSENT, name="h")
    low: Raw = field(default=ABSENT, name="l")
    open_time: Raw = field(default=ABSENT, name="T")


def inflate(data: bytes) -> bytes:
    """The text of a frame, gzip or plain, never more than FRAME_SIZE_MAX of it."""
    if len(data) > FRAME_SIZE_MAX:
        raise TooLarge(f"frame: {len(data)} bytes")
    if data[:2] != GZIP_MAGIC:
        return data
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(data, FRAME_SIZE_MAX)
    except zlib.error as error:
        raise Malformed(f"frame: {error}") from error
    if stream.unconsumed_tail:
        raise TooLarge(f"frame: inflates to more than {FRAME_SIZE_MAX} bytes")
    if not stream.eof:
        raise Malformed("frame: gzip data is cut off")
    return text


def user_event(data: bytes) -> UserEvent:
    """What a frame of the user stream says."""
    text = inflate(data)
    if text.strip() == PING:
        return Ping()
    frame = decode(text, _Frame, "frame")
    match frame.event:
        # The newest official sample names it TRADE_UPDATE, everything else the longer name.
        case "ORDER_TRADE_UPDATE" | "TRADE_UPDATE":
            return _order_event(frame)
        case "ACCOUNT_UPDATE":
            return _account_event(frame)
        case "ACCOUNT_CONFIG_UPDATE":
            return _config_event(frame)
        case "SNAPSHOT":
            return Snapshot()
        case "listenKeyExpired":
            return KeyExpired(frame.listen_key or "")
        case None:
            return _ack(frame)
        case word:
            return Unknown(words.ascii_cut(word))


def market_event(data: bytes) -> MarketEvent:
    """What a frame of the market stream says."""
    text = inflate(data)
    if text.strip() == PING:
        return Ping()
    frame = decode(text, _Frame, "frame")
    if bytes(frame.data) in (b"", b"null") or not frame.data_type:
        return _ack(frame)
    if "@kline" in frame.data_type:
        return _bar_event(frame)
    return _price_event(frame)


def _ack(frame: _Frame) -> Ack | Unknown:
    code = numbers.whole(frame.code, "code")
    if code is None:
        return Unknown("frame without event, data and code")
    return Ack(code, words.ascii_cut(frame.msg or ""))


def _order_event(frame: _Frame) -> OrderEvent:
    row = decode(frame.order, _Order, "o")
    venue_order_id = numbers.whole(row.order_id, "i")
    if venue_order_id is None or venue_order_id <= 0:
        raise Malformed("i: no order id")
    cum_qty = not_negative(numbers.qty(row.cum_qty, "z"), "z")
    event_ms = numbers.whole(frame.event_time, "E") or 0
    order_ms = numbers.whole(frame.order_time, "T") or numbers.whole(row.trade_time, "o.T") or 0
    status = words.status(row.status)
    facts = OrderFacts(
        symbol=row.symbol,
        venue_order_id=venue_order_id,
        client_order_id=(row.client_order_id or "").lower(),
        order_side=words.order_side(row.side, "S"),
        position_side=words.position_side(row.position_side or "BOTH", "ps"),
        order_kind=words.order_kind(row.type),
        tif=words.tif(""),
        status=status,
        status_word=row.status if status is OrderStatus.UNKNOWN else "",
        reduce_only=numbers.flag(row.reduce_only, "ro"),
        qty_e8=positive(numbers.qty(row.qty, "q"), "q"),
        price_e12=positive(numbers.told_price(row.price, "p"), "p"),
        trigger_e12=positive(numbers.price(row.trigger, "sp"), "sp"),
        cum_qty_e8=cum_qty,
        avg_price_e12=positive(numbers.told_price(row.average, "ap"), "ap"),
        # Whether `n` is of this fill or of the whole order is not documented: REST tells the fee.
        cum_fee_e8=None,
        created_ms=0,
        updated_ms=order_ms or event_ms,
        market_ms=numbers.whole(frame.market_time, "marketTime") or 0,
        strange=words.strange(row.status, row.type),
    )
    return OrderEvent(facts, event_ms, order_ms)


def _account_event(frame: _Frame) -> AccountEvent:
    row = decode(frame.account, _Account, "a")
    coins = row.coins or []
    if len(coins) > COINS_MAX:
        raise Malformed(f"B: {len(coins)} coins")
    # A coin without `wb` tells nothing about the wallet; that is not a wallet of zero.
    told = {coin.asset: numbers.money(coin.wallet, "wb") for coin in coins}
    # Only the demo venue has VST, and there a row of USDT beside it is of another purse.
    wallet = told["VST"] if "VST" in told else told.get("USDT")
    return AccountEvent(
        reason=words.ascii_cut(row.reason.upper()),
        wallet_e8=wallet,
        event_ms=numbers.whole(frame.event_time, "E") or 0,
        market_ms=numbers.whole(frame.market_time, "marketTime") or 0,
    )


def _config_event(frame: _Frame) -> ConfigEvent:
    row = decode(frame.settings, _Settings, "ac")
    return ConfigEvent(
        symbol=row.symbol,
        long_leverage=numbers.whole(row.long_leverage, "l") or 0,
        short_leverage=numbers.whole(row.short_leverage, "S") or 0,
    )


def _price_event(frame: _Frame) -> MarkEvent | Unknown:
    row = decode(frame.data, _Market, "data")
    symbol = row.symbol or ""
    event_ms = numbers.whole(row.event_time, "E") or numbers.whole(frame.sent_time, "ts") or 0
    market_ms = numbers.whole(frame.market_time, "marketTime") or 0
    base = MarkEvent(symbol, event_ms, market_ms)
    match row.event:
        case "markPriceUpdate":
            return base._replace(mark_e12=_price(row.price, "p"))
        case "lastPriceUpdate":
            return base._replace(last_e12=_price(row.close, "c"))
        case "bookTicker":
            return base._replace(
                bid_e12=_price(row.bid, "b"),
                ask_e12=_price(row.ask, "a"),
                bid_qty_e8=not_negative(numbers.qty(row.bid_qty, "B"), "B"),
                ask_qty_e8=not_negative(numbers.qty(row.ask_qty, "A"), "A"),
            )
        case word:
            return Unknown(words.ascii_cut(word or "market event without a name"))


def _bar_event(frame: _Frame) -> MarkEvent:
    bars = decode(frame.data, list[_Bar], "data")
    if not 1 <= len(bars) <= BARS_MAX:
        raise Malformed(f"data: {len(bars)} bars")
    newest = max(bars, key=lambda bar: numbers.whole(bar.open_time, "T") or 0)
    return MarkEvent(
        symbol=frame.symbol or (frame.data_type or "").partition("@")[0],
        event_ms=numbers.whole(frame.sent_time, "ts") or 0,
        market_ms=numbers.whole(frame.market_time, "marketTime") or 0,
        open_e12=_price(newest.open, "o"),
        high_e12=_price(newest.high, "h"),
        low_e12=_price(newest.low, "l"),
    )


def _price(raw: Raw, name: str) -> int:
    value = numbers.price(raw, name)
    if value is None or value <= 0:
        raise Malformed(f"{name}: a price of {value}")
    return value
