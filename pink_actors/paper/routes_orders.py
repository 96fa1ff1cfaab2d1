"""Order endpoints: place, query, list, cancel, replace, amend, close."""

import msgspec

from pink_actors.paper import entries as e
from pink_actors.paper import request as r
from pink_actors.paper.checks import check_order
from pink_actors.paper.faults import FaultName
from pink_actors.paper.fixed import rounded_text, truncate
from pink_actors.paper.limits import Rate
from pink_actors.paper.orders_read import find_order, read_order
from pink_actors.paper.request import NewOrder, Refusal, bad
from pink_actors.paper.routes import Answer, Call, Route
from pink_actors.paper.state import Order
from pink_actors.paper.wire import Json, number, order_row, place_echo

BATCH_MAX = 5
CANCEL_BATCH_MAX = 10
DEAD_MAN_MIN_S = 10
DEAD_MAN_MAX_S = 120
WEEK_MS = 7 * 86_400_000


def place(call: Call) -> Answer:
    """Take an order; the answer is an acknowledgement and not a report of fills."""
    placed = _place(call, call.params)
    if isinstance(placed, Refusal):
        return placed
    return {"order": place_echo(placed)}


def place_test(call: Call) -> Answer:
    """Judge an order without taking it."""
    order = read_order(call.venue.markets, call.params)
    if isinstance(order, Refusal):
        return order
    market = call.venue.markets[order.symbol]
    refusal = check_order(call.account, market, order, call.venue.exchange.marks())
    if refusal is not None:
        return refusal
    probe = e.OrderAccepted(
        account="",
        order_id=call.venue.exchange.next_order_id(call.now),
        client_order_id=order.client_order_id,
        symbol=order.symbol,
        side=order.side,
        position_side=order.position_side,
        type=order.type,
        qty=order.qty_e8,
        price=order.price_e12,
        stop_price=order.stop_e12,
        time_in_force=order.time_in_force,
    )
    return {"order": place_echo(Order(probe, "PENDING", order.qty_e8, call.now.wall_ms))}


def place_batch(call: Call) -> Answer:
    """Up to five orders in one request; each is judged for itself."""
    try:
        rows = msgspec.json.decode(call.text("batchOrders"), type=list[dict[str, msgspec.Raw]])
    except msgspec.DecodeError:
        return bad("Invalid parameters, err:batchOrders: cannot be read")
    if not 0 < len(rows) <= BATCH_MAX:
        return bad(f"Invalid parameters, err:batchOrders: 1 to {BATCH_MAX} orders")
    placed: list[Json] = []
    errors: list[Json] = []
    first: Refusal | None = None
    for row in rows:
        params = {name: bytes(raw).decode().strip('"') for name, raw in row.items()}
        for name in ("stopLoss", "takeProfit"):
            if name in row and bytes(row[name])[:1] == b'"':
                params[name] = msgspec.json.decode(row[name], type=str)
        order = _place(call, params)
        if isinstance(order, Refusal):
            first = first or order
            errors.append({"errorCode": order.code, "errorMessage": order.message})
        else:
            placed.append(place_echo(order))
    if not placed and first is not None:
        return first
    return {"orders": placed, "errors": errors}


def query(call: Call) -> Answer:
    """One order by either of its names."""
    order = find_order(call.account, call.params)
    if isinstance(order, Refusal):
        return order
    if _too_young(call, order):
        return r.NO_ORDER
    return {"order": _row(call, order)}


def query_open(call: Call) -> Answer:
    """One order, if it is still open."""
    order = find_order(call.account, call.params)
    if isinstance(order, Refusal):
        return order
    return {"order": _row(call, order)} if order.open else r.NO_ORDER


def list_open(call: Call) -> Answer:
    """All open orders."""
    symbol, kind = call.text("symbol"), call.text("type")
    if symbol and symbol not in call.venue.markets:
        return r.NO_SYMBOL
    return {
        "orders": [
            _row(call, order)
            for order in call.account.open_orders.values()
            if symbol in ("", order.accepted.symbol)
            and kind in ("", order.accepted.type)
            and not _too_young(call, order)
        ]
    }


def list_over(call: Call) -> Answer:
    """Orders by time, open ones too, oldest first."""
    symbol = call.text("symbol")
    limit = call.whole("limit", 500)
    start, end = call.whole("startTime", 0), call.whole("endTime", 1 << 62)
    after = call.whole("orderId", 0)
    for value in (limit, start, end, after):
        if isinstance(value, Refusal):
            return value
    assert not isinstance(limit, Refusal)
    if call.text("startTime") and call.text("endTime") and _int(end) - _int(start) > WEEK_MS:
        return bad("the time span between startTime and endTime must not exceed 7 days")
    rows = [
        order
        for order in call.account.orders.values()
        if symbol in ("", order.accepted.symbol)
        and order.order_id > _int(after)
        and _int(start) <= order.accepted.wall_ms <= _int(end)
    ]
    count = max(1, min(limit, 1000))
    chosen = rows[:count] if after or start else rows[-count:]
    return {"orders": [_row(call, order) for order in chosen]}


def list_forced(call: Call) -> Answer:
    """Orders by which the venue itself closed positions."""
    return {
        "orders": [
            _row(call, call.account.orders[order_id])
            for order_id in sorted(call.account.forced)
            if order_id in call.account.orders
        ]
    }


def cancel(call: Call) -> Answer:
    """End one order; the same order only once a second."""
    ended = _cancel(call, call.params)
    return ended if isinstance(ended, Refusal) else {"order": _row(call, ended)}


def cancel_batch(call: Call) -> Answer:
    """End several orders; the answer lists what worked and what did not."""
    try:
        numbers = msgspec.json.decode(call.text("orderIdList") or "[]", type=list[int | str])
        text = call.text("clientOrderIdList") or call.text("clientOrderIDList") or "[]"
        names = msgspec.json.decode(text, type=list[str])
    except msgspec.DecodeError:
        return bad("Invalid parameters, err:orderIdList or clientOrderIdList: cannot be read")
    wanted = [{"orderId": str(n)} for n in numbers] + [{"clientOrderId": n} for n in names]
    if not 0 < len(wanted) <= CANCEL_BATCH_MAX:
        return bad(f"Invalid parameters, err:orderIdList: 1 to {CANCEL_BATCH_MAX} orders")
    success: list[Json] = []
    failed: list[Json] = []
    for params in wanted:
        ended = _cancel(call, {**params, "symbol": call.text("symbol")})
        if isinstance(ended, Refusal):
            failed.append(
                {
                    "orderId": _int(params.get("orderId", "0")),
                    "errorCode": ended.code,
                    "clientOrderId": params.get("clientOrderId", ""),
                    "errorMessage": ended.message,
                }
            )
        else:
            success.append(_row(call, ended))
    return {"success": success, "failed": failed or None}


def cancel_all(call: Call) -> Answer:
    """End all open orders, of one symbol and type or of all."""
    symbol, kind = call.text("symbol"), call.text("type")
    if symbol and symbol not in call.venue.markets:
        return r.NO_SYMBOL
    success: list[Json] = []
    for order in list(call.account.open_orders.values()):
        fits = symbol in ("", order.accepted.symbol) and kind in ("", order.accepted.type)
        if fits and order.open:
            call.venue.exchange.cancel(call.account, order.order_id, call.now)
            success.append(_row(call, order))
    return {"success": success, "failed": None}


def replace(call: Call) -> Answer:
    """Cancel one order and place another."""
    mode = call.text("cancelReplaceMode")
    if mode not in ("STOP_ON_FAILURE", "ALLOW_FAILURE"):
        return bad("Invalid parameters, err:cancelReplaceMode: This field is invalid")
    name = call.text("cancelClientOrderId") or call.text("cancelClientOrderID")
    named = {"orderId": call.text("cancelOrderId"), "clientOrderId": name}
    ended = _cancel(call, {**named, "symbol": call.text("symbol")})
    if isinstance(ended, Refusal) and mode == "STOP_ON_FAILURE":
        return ended
    placed = _place(call, call.params)
    if isinstance(placed, Refusal) and isinstance(ended, Refusal):
        return placed
    return {
        "cancelResult": "false" if isinstance(ended, Refusal) else "true",
        "cancelMsg": ended.message if isinstance(ended, Refusal) else "",
        "cancelResponse": None if isinstance(ended, Refusal) else _row(call, ended),
        "replaceResult": "false" if isinstance(placed, Refusal) else "true",
        "replaceMsg": placed.message if isinstance(placed, Refusal) else "",
        "newOrderResponse": None if isinstance(placed, Refusal) else place_echo(placed),
    }


def amend(call: Call) -> Answer:
    """Give a resting order another quantity."""
    order = find_order(call.account, call.params)
    qty = call.qty("quantity")
    if isinstance(order, Refusal) or isinstance(qty, Refusal):
        return order if isinstance(order, Refusal) else bad("Invalid parameters, err:quantity")
    step = call.venue.markets[order.accepted.symbol].instrument.step_e8
    refusal = call.venue.exchange.amend(call.account, order, truncate(qty, step), call.now)
    if refusal is not None:
        return refusal
    return {
        "orderId": order.order_id,
        "clientOrderId": order.accepted.client_order_id,
        "symbol": order.accepted.symbol,
        "quantity": number(order.qty_e8, 8),
    }


def cancel_all_after(call: Call) -> Answer:
    """The dead-man switch: all orders end unless it is renewed in time."""
    venue, name = call.venue, call.account.name
    if call.text("type") == "CLOSE":
        venue.dead_man.pop(name, None)
        return {"triggerTime": 0, "status": "CLOSED", "note": "closed"}
    seconds = call.whole("timeOut", 0)
    if isinstance(seconds, Refusal):
        return seconds
    if call.text("type") != "ACTIVATE" or not DEAD_MAN_MIN_S <= seconds <= DEAD_MAN_MAX_S:
        return bad("Invalid parameters, err:type or timeOut: ACTIVATE with 10 to 120 seconds")
    deadline_ms = call.now.wall_ms + seconds * 1000
    venue.dead_man[name] = deadline_ms
    return {
        "triggerTime": deadline_ms // 1000,
        "status": "ACTIVATED",
        "note": "All your perpetual contract orders will be closed in time",
    }


def close_all(call: Call) -> Answer:
    """Close every position, or those of one symbol, at the market."""
    symbol = call.text("symbol")
    if symbol and symbol not in call.venue.markets:
        return r.NO_SYMBOL
    success: list[int] = []
    for position in list(call.account.held()):
        if symbol in ("", position.symbol) and position.qty_e8:
            placed = _close_position(call, position.symbol, position.side)
            if not isinstance(placed, Refusal):
                success.append(placed.order_id)
    return {"success": success, "failed": None}


def close_one(call: Call) -> Answer:
    """Close one position by its number; the answer has its own odd spellings."""
    wanted = call.text("positionId")
    for position in call.account.held():
        if str(position.position_id) == wanted:
            placed = _close_position(call, position.symbol, position.side)
            if isinstance(placed, Refusal):
                return placed
            places = call.venue.markets[position.symbol].instrument.qty_places
            return {
                "orderId": placed.order_id,
                "positionId": wanted,
                "symbol": placed.accepted.symbol,
                "type": "Market",
                "side": "Ask" if placed.accepted.side == "SELL" else "Bid",
                "positionSide": placed.accepted.position_side,
                "origQty": rounded_text(placed.qty_e8, 8, places),
            }
    return Refusal(80017, "position not exist")


def _place(call: Call, params: dict[str, str]) -> Order | Refusal:
    venue = call.venue
    order = read_order(venue.markets, params)
    if isinstance(order, Refusal):
        return order
    rule = venue.faults.draw(FaultName.REFUSED, order.type)
    if rule is not None:
        return Refusal(rule.code, rule.message)
    name = order.client_order_id
    if name and venue.guarded(call.account, f"place {name}", call.now):
        venue.stats.duplicates_refused += 1
        return r.TWICE_IN_A_SECOND
    if name and venue.faults.draw(FaultName.CLIENT_ID_DROPPED, order.type):
        order.client_order_id = ""
    cut = venue.faults.draw(FaultName.PARTIAL_THEN_CANCEL, order.type)
    return venue.exchange.place(call.account, order, call.now, cut_short=cut is not None)


def _cancel(call: Call, params: dict[str, str]) -> Order | Refusal:
    order = find_order(call.account, params)
    if isinstance(order, Refusal):
        return order
    if call.venue.guarded(call.account, f"cancel {order.order_id}", call.now):
        return r.TWICE_IN_A_SECOND
    return call.venue.exchange.cancel(call.account, order.order_id, call.now)


def _close_position(call: Call, symbol: str, side: str) -> Order | Refusal:
    position = call.account.position(symbol, side)
    return call.venue.exchange.place(
        call.account,
        NewOrder(
            symbol=symbol,
            side="SELL" if position.qty_e8 > 0 else "BUY",
            type="MARKET",
            position_side=side,
            qty_e8=abs(position.qty_e8),
            reduce_only=side == "BOTH",
        ),
        call.now,
    )


def _row(call: Call, order: Order) -> Json:
    return order_row(order, call.venue.markets[order.accepted.symbol].instrument, call.account)


def _too_young(call: Call, order: Order) -> bool:
    """Under the query-lag fault, an order is not found until it has some age."""
    age_ms = call.now.wall_ms - order.accepted.wall_ms
    return call.venue.faults.draw(FaultName.QUERY_LAG, age_ms=max(0, age_ms)) is not None


def _int(value: int | str | Refusal) -> int:
    if isinstance(value, Refusal):
        return 0
    return value if isinstance(value, int) else int(value) if value.isdigit() else 0


_ORDER = "/openApi/swap/v2/trade/order"
_TRADE = "/openApi/swap/v2/trade"
_TRADE_1 = "/openApi/swap/v1/trade"

ROUTES = {
    f"POST {_ORDER}": Route(place, True, Rate(10, 3)),
    f"POST {_ORDER}/test": Route(place_test, True, Rate(5, 2)),
    f"POST {_TRADE}/batchOrders": Route(place_batch, True, Rate(5, 3)),
    f"GET {_ORDER}": Route(query, True, Rate(30, 2)),
    f"GET {_TRADE}/openOrder": Route(query_open, True, Rate(5, 2)),
    f"GET {_TRADE}/openOrders": Route(list_open, True, Rate(5, 3)),
    f"GET {_TRADE}/allOrders": Route(list_over, True, Rate(5, 3)),
    f"GET {_TRADE_1}/fullOrder": Route(list_over, True, Rate(5, 2)),
    f"GET {_TRADE}/forceOrders": Route(list_forced, True, Rate(5, 2)),
    f"DELETE {_ORDER}": Route(cancel, True, Rate(10, 3)),
    f"DELETE {_TRADE}/batchOrders": Route(cancel_batch, True, Rate(5, 3)),
    f"DELETE {_TRADE}/allOpenOrders": Route(cancel_all, True, Rate(5, 2)),
    f"POST {_TRADE_1}/cancelReplace": Route(replace, True, Rate(5, 2)),
    f"POST {_TRADE_1}/amend": Route(amend, True, Rate(5, 2)),
    f"POST {_TRADE}/cancelAllAfter": Route(cancel_all_after, True, Rate(1, 1)),
    f"POST {_TRADE}/closeAllPositions": Route(close_all, True, Rate(5, 2)),
    f"POST {_TRADE_1}/closePosition": Route(close_one, True, Rate(5, 2)),
}
