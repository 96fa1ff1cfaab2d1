"""What bytes of the venue say of an order, read by other means than those under test."""

import json
import zlib
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import NamedTuple

from pink_actors.shm_layout import Has, Report

ORDER_WORDS = ("ORDER_TRADE_UPDATE", "TRADE_UPDATE")
STATUS = {
    "NEW": "WORKING", "PENDING": "WORKING", "WORKING": "WORKING", "PARTIALLY_FILLED": "WORKING",
    "FILLED": "FILLED", "CANCELLED": "CANCELLED", "CANCELED": "CANCELLED", "FAILED": "REJECTED",
    "EXPIRED": "EXPIRED",
}  # fmt: skip
KINDS = ("MARKET", "LIMIT", "STOP_MARKET", "TAKE_PROFIT_MARKET", "TRAILING_STOP_MARKET")
SIDES = {"LONG": "LONG", "SHORT": "SHORT", "BOTH": "NONE", "": "NONE"}
INT64_MAX = 2**63 - 1
MAGNITUDE_MAX = 40


class BadError(Exception):
    """The bytes do not say what the protocol lets them say."""


class Reading(NamedTuple):
    """One order's facts; None is "not said"."""

    symbol: str
    venue_order_id: int
    client_order_id: str
    order_side: str
    position_side: str
    order_kind: str
    status: str
    qty_e8: int | None
    price_e12: int | None
    trigger_e12: int | None
    cum_qty_e8: int | None
    avg_price_e12: int | None
    cum_fee_e8: int | None


def of_frame(data: bytes) -> Reading | None:
    """What a frame of the user stream says of an order; None when it says nothing of one."""
    try:
        frame = _json(_plain(data))
        if not isinstance(frame, dict) or frame.get("e") not in ORDER_WORDS:
            return None
        return _order(frame.get("o"), _FRAME)
    except BadError:
        return None


def of_reply(data: bytes) -> Reading | None:
    """What a reply to a query says of the order."""
    try:
        body = _json(data)
        if not isinstance(body, dict) or _whole(body.get("code")) != 0:
            return None
        content = body.get("data")
        if not isinstance(content, dict):
            return None
        return _order(content.get("order", content), _REPLY)
    except BadError:
        return None


def differences(reading: Reading | None, report: Report) -> list[str]:
    """What a report says otherwise than the bytes it was made of."""
    if reading is None:
        return ["the bytes say nothing of an order"]
    filled = bool(reading.cum_qty_e8)
    told = {
        "symbol": (_cut(reading.symbol, 24), report.symbol),
        "venue_order_id": (reading.venue_order_id, report.venue_order_id),
        "client_order_id": (_cut(reading.client_order_id, 40), report.client_order_id),
        "order_side": (reading.order_side, report.order_side.name),
        "position_side": (reading.position_side, report.position_side.name),
        "order_kind": (reading.order_kind, report.order_kind.name),
        "order_status": (reading.status, report.order_status.name),
        "qty": (reading.qty_e8, _given(report, Has.QTY, report.qty_e8)),
        "price": (reading.price_e12, _given(report, Has.PRICE, report.price_e12)),
        "trigger": (reading.trigger_e12, _given(report, Has.TRIGGER, report.trigger_e12)),
        "cum_qty": (reading.cum_qty_e8, _given(report, Has.CUM_QTY, report.cum_qty_e8)),
        "avg_price": (
            reading.avg_price_e12 if filled else None,
            _given(report, Has.AVG_PRICE, report.avg_price_e12),
        ),
        "cum_fee": (reading.cum_fee_e8, _given(report, Has.CUM_FEE, report.cum_fee_e8)),
    }
    return [f"{name}: {said} became {became}" for name, (said, became) in told.items()
            if said != became]  # fmt: skip


class _Names(NamedTuple):
    number: tuple[str, ...]
    client: tuple[str, ...]
    side: str
    position_side: str
    kind: str
    status: str
    qty: tuple[str, ...]
    price: str
    trigger: str
    average: str
    cum_qty: str
    fee: str


_FRAME = _Names(("i",), ("c",), "S", "ps", "o", "X", ("q",), "p", "sp", "ap", "z", "")
_REPLY = _Names(
    ("orderId", "orderID"), ("clientOrderId", "clientOrderID"), "side", "positionSide", "type",
    "status", ("origQty", "quantity"), "price", "stopPrice", "avgPrice", "executedQty",
    "commission",
)  # fmt: skip


def _order(row: object, names: _Names) -> Reading:
    if not isinstance(row, dict):
        raise BadError
    number = next((n for n in (_whole(row.get(name)) for name in names.number) if n), 0)
    side = _word(row.get(names.side)).upper()
    place = _word(row.get(names.position_side, "")).upper()
    kind = _word(row.get(names.kind)).upper()
    status = row.get(names.status)
    if number <= 0 or side not in ("BUY", "SELL") or place not in SIDES:
        raise BadError
    client = next((text for text in (row.get(name) for name in names.client) if text), "")
    fee = _scaled(row.get(names.fee), 8) if names.fee else None
    qty = next((q for q in (_scaled(row.get(name), 8) for name in names.qty) if q is not None), 0)
    return Reading(
        symbol=_word(row.get("symbol" if names.fee else "s")),
        venue_order_id=number,
        client_order_id=_word(client).lower(),
        order_side=side,
        position_side=SIDES[place],
        order_kind=kind if kind in KINDS else "UNKNOWN",
        status="NONE" if status is None else STATUS.get(_word(status).upper(), "UNKNOWN"),
        qty_e8=_positive(qty),
        price_e12=_positive(_scaled(row.get(names.price), 12, computed=True)),
        trigger_e12=_positive(_scaled(row.get(names.trigger), 12)),
        cum_qty_e8=_scaled(row.get(names.cum_qty), 8),
        avg_price_e12=_positive(_scaled(row.get(names.average), 12, computed=True)),
        cum_fee_e8=None if fee is None else -fee,
    )


def _plain(data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    stream = zlib.decompressobj(wbits=31)
    try:
        text = stream.decompress(data)
    except zlib.error as error:
        raise BadError from error
    if not stream.eof:
        raise BadError
    return text


def _json(text: bytes) -> object:
    def constant(_: str) -> None:
        raise BadError

    try:
        # What is not UTF-8 may stand where nobody looks; where one looks `_word` refuses it.
        return json.loads(
            text.decode("utf-8", "surrogateescape"), parse_float=Decimal, parse_constant=constant
        )
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise BadError from error


def _word(value: object) -> str:
    if not isinstance(value, str) or any("\ud800" <= char <= "\udfff" for char in value):
        raise BadError
    return value


def _whole(value: object) -> int | None:
    number = _scaled(value, 0)
    if number is not None and not -INT64_MAX <= number <= INT64_MAX:
        raise BadError
    return number


def _scaled(value: object, digits: int, *, computed: bool = False) -> int | None:
    """What the venue computed may have more digits than ours, and is rounded half to even."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise BadError
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise BadError from error
    if not number.is_finite() or abs(number.adjusted()) > MAGNITUDE_MAX:
        raise BadError
    exact: Fraction = Fraction(number) * 10**digits
    if computed:
        return round(exact)
    if exact.denominator != 1:
        raise BadError
    return int(exact.numerator)


def _positive(value: int | None) -> int | None:
    if value is not None and value < 0:
        raise BadError
    return value or None


def _given(report: Report, bit: Has, value: int) -> int | None:
    assert bool(report.has & bit) or value == 0, (bit, report)
    return value if report.has & bit else None


def _cut(text: str, size: int) -> str:
    return "".join(char if " " <= char <= "~" else "?" for char in text[:size])
