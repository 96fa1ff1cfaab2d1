"""Fill endpoints: the rounded list without trade ids, and the exact history with them."""

from pink_actors.paper import request as r
from pink_actors.paper.entries import Filled
from pink_actors.paper.limits import Rate
from pink_actors.paper.request import Refusal, bad
from pink_actors.paper.routes import Answer, Call, Route
from pink_actors.paper.wire import fill_row, history_row

WEEK_MS = 7 * 86_400_000
PAGE_MAX = 1_000
PAGE_DEFAULT = 50


def all_fills(call: Call) -> Answer:
    """Fills of a span, any length of it, newest first."""
    if call.text("tradingUnit") not in ("COIN", "CONT"):
        return bad("Invalid parameters, err:tradingUnit: This field must be COIN or CONT")
    if not call.text("startTs") or not call.text("endTs"):
        return bad("Invalid parameters, err:startTs or endTs: This field is required")
    chosen = _chosen(call)
    if isinstance(chosen, Refusal):
        return chosen
    markets, orders = call.venue.markets, call.account.orders
    return {
        "fill_orders": [
            fill_row(fill, orders.get(fill.order_id), markets[fill.symbol].instrument)
            for fill in reversed(chosen)
        ]
    }


def fill_history(call: Call) -> Answer:
    """Fills of at most a week, oldest first, in pages; only startTs finds nothing."""
    symbol = call.text("symbol")
    if symbol and symbol not in call.venue.markets:
        return r.NO_SYMBOL
    size = call.whole("pageSize", PAGE_DEFAULT)
    page = call.whole("pageIndex", 1)
    last = call.whole("lastFillId", 0)
    chosen = _chosen(call)
    if isinstance(chosen, Refusal):
        return chosen
    if isinstance(size, Refusal) or isinstance(page, Refusal) or isinstance(last, Refusal):
        return bad("Invalid parameters, err:pageSize, pageIndex or lastFillId: int64 expected")
    span = _span(call)
    if isinstance(span, Refusal):
        return span
    if not call.text("endTs"):
        return {"fill_history_orders": [], "total": 0}
    if span[1] - span[0] > WEEK_MS:
        return bad("the time span between startTs and endTs must not exceed 7 days")
    rows = [fill for fill in chosen if fill.trade_id > last]
    size = max(1, min(size, PAGE_MAX))
    start = max(0, page - 1) * size
    return {
        "fill_history_orders": [
            history_row(fill, call.venue.markets[fill.symbol].instrument)
            for fill in rows[start : start + size]
        ],
        "total": len(rows),
    }


def _chosen(call: Call) -> list[Filled] | Refusal:
    span = _span(call)
    order_id = call.whole("orderId", 0)
    if isinstance(span, Refusal):
        return span
    if isinstance(order_id, Refusal):
        return order_id
    symbol = call.text("symbol")
    return [
        fill
        for fill in call.account.fills
        if span[0] <= fill.wall_ms <= span[1]
        and symbol in ("", fill.symbol)
        and order_id in (0, fill.order_id)
    ]


def _span(call: Call) -> tuple[int, int] | Refusal:
    start, end = call.whole("startTs", 0), call.whole("endTs", 1 << 62)
    if isinstance(start, Refusal):
        return start
    return end if isinstance(end, Refusal) else (start, end)


ROUTES = {
    "GET /openApi/swap/v2/trade/allFillOrders": Route(all_fills, True, Rate(5, 2)),
    "GET /openApi/swap/v2/trade/fillHistory": Route(fill_history, True, Rate(5, 2)),
}
