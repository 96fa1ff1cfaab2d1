"""Requests as values: which endpoint, which parameters, in the order they are sent and signed."""

from __future__ import annotations

from typing import Final, NamedTuple

from pink_actors.shm_layout import Command, OrderKind, PositionMode, Side
from pink_actors.venue import endpoints
from pink_actors.venue.endpoints import Endpoint
from pink_actors.venue.numbers import PRICE_DIGITS, QTY_DIGITS, decimal_text
from pink_actors.venue.signing import Params
from pink_actors.venue.words import (
    DUAL_WORD,
    KIND_WORD,
    KINDS_WITH_CLIENT_ID,
    POSITION_SIDE_WORD,
    SIDE_WORD,
    TIF_WORD,
)

INCOME_ROWS_MAX: Final = 1000
FILL_ROWS_MAX: Final = 1000
ORDER_ROWS_MAX: Final = 1000
# fillHistory and allOrders refuse longer spans: whoever wants more asks more than once.
SPAN_MS_MAX: Final = 7 * 24 * 3600 * 1000 - 60_000


class Request(NamedTuple):
    """One request, complete but for time and signature."""

    endpoint: Endpoint
    params: Params = ()


class Unsendable(ValueError):
    """A command that cannot be written in the venue's words; the text names the field."""


def place_order(command: Command, mode: PositionMode) -> Request:
    """The request that places this order, or Unsendable; nothing is rounded here."""
    kind = KIND_WORD.get(command.order_kind)
    side = SIDE_WORD.get(command.order_side)
    if kind is None or side is None:
        raise Unsendable("order_kind or order_side is not set")
    if command.qty_e8 <= 0:
        raise Unsendable(f"qty_e8 is {command.qty_e8}")
    params = [
        ("symbol", command.symbol),
        ("side", side),
        ("positionSide", _position_side(command, mode)),
        ("type", kind),
        ("quantity", decimal_text(command.qty_e8, QTY_DIGITS)),
        *_prices(command),
    ]
    if command.reduce_only and mode is PositionMode.ONE_WAY:
        params.append(("reduceOnly", "true"))
    if command.order_kind in KINDS_WITH_CLIENT_ID:
        if not 1 <= len(command.client_order_id) <= 40:
            raise Unsendable("client_order_id is empty")
        params.append(("clientOrderId", command.client_order_id.lower()))
    return Request(endpoints.PLACE_ORDER, tuple(params))


def _prices(command: Command) -> list[tuple[str, str]]:
    kind = command.order_kind
    if kind is OrderKind.MARKET:
        return []
    if kind is OrderKind.LIMIT:
        tif = TIF_WORD.get(command.tif)
        if tif is None:
            raise Unsendable("a LIMIT order needs a time in force")
        return [("price", _price(command.price_e12, "price_e12")), ("timeInForce", tif)]
    if kind is OrderKind.TRAILING_STOP_MARKET:
        # For this type `price` is the distance that the trigger trails the market by.
        pairs = [("price", _price(command.price_e12, "price_e12"))]
        if command.trigger_e12:
            pairs.append(("activationPrice", _price(command.trigger_e12, "trigger_e12")))
        return pairs
    return [
        ("stopPrice", _price(command.trigger_e12, "trigger_e12")),
        ("workingType", "MARK_PRICE"),
    ]


def _price(value_e12: int, field: str) -> str:
    if value_e12 <= 0:
        raise Unsendable(f"{field} is {value_e12}")
    return decimal_text(value_e12, PRICE_DIGITS)


def _position_side(command: Command, mode: PositionMode) -> str:
    if mode is PositionMode.ONE_WAY:
        return POSITION_SIDE_WORD[Side.NONE]
    if mode is PositionMode.HEDGE and command.position_side is not Side.NONE:
        return POSITION_SIDE_WORD[command.position_side]
    raise Unsendable("position mode or position side is not known")


def cancel_order(symbol: str, venue_order_id: int, client_order_id: str) -> Request:
    """The request that cancels one order, by venue id where it is known."""
    return Request(
        endpoints.CANCEL_ORDER, (("symbol", symbol), _which(venue_order_id, client_order_id))
    )


def query_order(symbol: str, venue_order_id: int, client_order_id: str) -> Request:
    """The request that looks one order up, by venue id where it is known."""
    return Request(
        endpoints.QUERY_ORDER, (("symbol", symbol), _which(venue_order_id, client_order_id))
    )


def _which(venue_order_id: int, client_order_id: str) -> tuple[str, str]:
    if venue_order_id:
        return ("orderId", str(venue_order_id))
    if not client_order_id:
        raise Unsendable("neither venue_order_id nor client_order_id is known")
    return ("clientOrderId", client_order_id.lower())


def open_orders(symbol: str = "") -> Request:
    """Open orders of one symbol, or of all."""
    return Request(endpoints.OPEN_ORDERS, (("symbol", symbol),) if symbol else ())


def all_orders(symbol: str, since_ms: int, until_ms: int) -> Request:
    """Every order of a symbol in a span of at most SPAN_MS_MAX, finished ones too; one page."""
    return Request(
        endpoints.ALL_ORDERS,
        (
            ("symbol", symbol),
            ("startTime", str(since_ms)),
            ("endTime", str(until_ms)),
            ("limit", str(ORDER_ROWS_MAX)),
        ),
    )


def fill_history(
    symbol: str, venue_order_id: int, since_ms: int, until_ms: int, page: int
) -> Request:
    """One page of the settled fills of one order in a span of at most SPAN_MS_MAX."""
    return Request(
        endpoints.FILL_HISTORY,
        (
            ("symbol", symbol),
            ("orderId", str(venue_order_id)),
            ("startTs", str(since_ms)),
            ("endTs", str(until_ms)),
            ("pageIndex", str(page)),
            ("pageSize", str(FILL_ROWS_MAX)),
        ),
    )


def income(since_ms: int, until_ms: int) -> Request:
    """Income rows in a span of time, oldest first as far as the venue keeps to it."""
    return Request(
        endpoints.INCOME,
        (
            ("startTime", str(since_ms)),
            ("endTime", str(until_ms)),
            ("limit", str(INCOME_ROWS_MAX)),
        ),
    )


def set_leverage(symbol: str, side: Side, leverage: int) -> Request:
    """The request that sets leverage; side NONE is the BOTH of one-way mode."""
    return Request(
        endpoints.SET_LEVERAGE,
        (
            ("symbol", symbol),
            ("side", POSITION_SIDE_WORD[side]),
            ("leverage", str(leverage)),
        ),
    )


def margin_type(symbol: str) -> Request:
    """The question for the margin type of one symbol."""
    return Request(endpoints.MARGIN_TYPE, (("symbol", symbol),))


def set_margin_type(symbol: str, word: str) -> Request:
    """The request that sets the margin type of one symbol: CROSSED or ISOLATED."""
    return Request(endpoints.SET_MARGIN_TYPE, (("symbol", symbol), ("marginType", word)))


def cancel_all_after(seconds: int) -> Request:
    """Arms or refreshes the venue's dead-man switch; 0 disarms it."""
    kind = "ACTIVATE" if seconds else "CLOSE"
    return Request(endpoints.CANCEL_ALL_AFTER, (("type", kind), ("timeOut", str(seconds))))


def set_position_mode(mode: PositionMode) -> Request:
    """The request that switches between one-way and hedge."""
    return Request(endpoints.SET_POSITION_MODE, (("dualSidePosition", DUAL_WORD[mode]),))


def extend_listen_key(listen_key: str) -> Request:
    """The request that keeps a listen key alive for another hour."""
    return Request(endpoints.EXTEND_LISTEN_KEY, (("listenKey", listen_key),))


def delete_listen_key(listen_key: str) -> Request:
    """The request that gives a listen key back."""
    return Request(endpoints.DELETE_LISTEN_KEY, (("listenKey", listen_key),))


SERVER_TIME: Final = Request(endpoints.SERVER_TIME)
CONTRACTS: Final = Request(endpoints.CONTRACTS)
CANCEL_ALL: Final = Request(endpoints.CANCEL_ALL)
BALANCE: Final = Request(endpoints.BALANCE)
POSITIONS: Final = Request(endpoints.POSITIONS)
POSITION_MODE: Final = Request(endpoints.POSITION_MODE)
CREATE_LISTEN_KEY: Final = Request(endpoints.CREATE_LISTEN_KEY)
