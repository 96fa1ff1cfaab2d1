"""The stop-loss and take-profit that an order carries as JSON text."""

import msgspec

from pink_actors.paper.fixed import parse_price, parse_qty, truncate
from pink_actors.paper.instrument import Instrument
from pink_actors.paper.request import NewOrder
from pink_actors.paper.state import Order

STOP_TYPES = ("STOP_MARKET", "STOP")
PROFIT_TYPES = ("TAKE_PROFIT_MARKET", "TAKE_PROFIT")


class Attached(msgspec.Struct, rename="camel"):
    """The JSON of `stopLoss` and `takeProfit`; numbers may be bare or quoted."""

    type: str
    stop_price: msgspec.Raw = msgspec.Raw(b"0")
    price: msgspec.Raw = msgspec.Raw(b"0")
    quantity: msgspec.Raw = msgspec.Raw(b"0")
    working_type: str = "MARK_PRICE"


def read_attached(text: str, allowed: tuple[str, str]) -> Attached | None:
    """Read and judge such a text; None when the venue would not take it."""
    try:
        found = msgspec.json.decode(text, type=Attached)
    except msgspec.DecodeError:
        return None
    stop = parse_price(_bare(found.stop_price))
    if found.type not in allowed or stop is None or stop <= 0:
        return None
    return found


def exit_of(text: str, order: Order, instrument: Instrument) -> NewOrder | None:
    """The conditional order to place once the carrying order has filled."""
    found = read_attached(text, STOP_TYPES) or read_attached(text, PROFIT_TYPES)
    if found is None:
        return None
    kind = order.accepted
    asked = truncate(parse_qty(_bare(found.quantity)) or 0, instrument.step_e8)
    return NewOrder(
        symbol=kind.symbol,
        side="SELL" if kind.side == "BUY" else "BUY",
        type=found.type,
        position_side=kind.position_side,
        qty_e8=min(asked, order.filled_e8) if asked else order.filled_e8,
        price_e12=parse_price(_bare(found.price)) or 0,
        stop_e12=parse_price(_bare(found.stop_price)) or 0,
        working_type=found.working_type or "MARK_PRICE",
        reduce_only=kind.position_side == "BOTH",
        parent_id=order.order_id,
    )


def _bare(raw: msgspec.Raw) -> str:
    return bytes(raw).decode().strip('"')
