"""Reading orders and the names of orders from request parameters."""

from pink_actors.paper import request as r
from pink_actors.paper.attached import PROFIT_TYPES, STOP_TYPES, read_attached
from pink_actors.paper.fixed import PRICE_ONE, parse_price, parse_qty, truncate
from pink_actors.paper.market import Market
from pink_actors.paper.request import NewOrder, Refusal, bad
from pink_actors.paper.state import Account, Order

NAMED_TYPES = ("LIMIT", "MARKET")


def read_order(markets: dict[str, Market], params: dict[str, str]) -> NewOrder | Refusal:
    """Read an order; digits beyond the precision are cut off, unknown names are ignored."""
    market = markets.get(params.get("symbol", ""))
    if market is None:
        return (
            r.NO_SYMBOL
            if params.get("symbol")
            else bad("Invalid parameters, err:symbol: This field is required")
        )
    instrument = market.instrument
    numbers: dict[str, int] = {}
    for name in ("price", "stopPrice", "activationPrice"):
        value = _number(params.get(name, ""), price=True)
        if value is None:
            return bad(f"Invalid parameters, err:{name}: Mismatch type float64")
        numbers[name] = truncate(value, instrument.tick_e12)
    for name in ("quantity", "quoteOrderQty", "priceRate"):
        value = _number(params.get(name, ""), price=False)
        if value is None:
            return bad(f"Invalid parameters, err:{name}: Mismatch type float64")
        numbers[name] = value
    qty = numbers["quantity"]
    if not qty and numbers["quoteOrderQty"]:
        qty = numbers["quoteOrderQty"] * PRICE_ONE // (numbers["price"] or market.last_e12)
    kind = params.get("type", "")
    name = params.get("clientOrderId") or params.get("clientOrderID") or ""
    for field, allowed in (("stopLoss", STOP_TYPES), ("takeProfit", PROFIT_TYPES)):
        text = params.get(field, "")
        if text and (kind not in NAMED_TYPES or read_attached(text, allowed) is None):
            return bad(f"Invalid parameters, err:{field}: This field is invalid")
    return NewOrder(
        symbol=instrument.symbol,
        side=params.get("side", ""),
        type=kind,
        position_side=params.get("positionSide", "") or "LONG",
        qty_e8=truncate(qty, instrument.step_e8),
        price_e12=numbers["price"],
        stop_e12=numbers["stopPrice"],
        time_in_force=params.get("timeInForce") or "GTC",
        working_type=params.get("workingType") or "MARK_PRICE",
        client_order_id=name.lower() if kind in NAMED_TYPES else "",
        reduce_only=params.get("reduceOnly", "").lower() == "true",
        close_position=params.get("closePosition", "").lower() == "true",
        rate_e8=numbers["priceRate"],
        activation_e12=numbers["activationPrice"],
        stop_loss=params.get("stopLoss", ""),
        take_profit=params.get("takeProfit", ""),
    )


def find_order(account: Account, params: dict[str, str]) -> Order | Refusal:
    """Find an order by its number or by the client's name for it; one of another symbol is none."""
    number = params.get("orderId", "")
    name = (params.get("clientOrderId") or params.get("clientOrderID") or "").lower()
    if number and not (number.isascii() and number.isdigit() and len(number) < 20):
        return bad("Invalid parameters, err:orderId: Mismatch type int64")
    if not number and not name:
        return bad("Invalid parameters, err:orderId: orderId or clientOrderId is required")
    order_id = int(number) if number else account.client_ids.get(name, 0)
    order = account.orders.get(order_id)
    if order is None or params.get("symbol", "") not in ("", order.accepted.symbol):
        return r.NO_ORDER
    return order


def _number(text: str, *, price: bool) -> int | None:
    if not text:
        return 0
    value = parse_price(text) if price else parse_qty(text)
    return value if value is not None and value >= 0 else None
