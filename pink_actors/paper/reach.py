"""Which prices of the book an order can have now; pure."""

from pink_actors.paper.market import Market
from pink_actors.paper.state import Order

BOUNDED = frozenset({"LIMIT", "MARKET", "STOP", "TAKE_PROFIT", "TRIGGER_LIMIT"})


def reachable(market: Market, order: Order, *, taker: bool) -> list[tuple[int, int]]:
    """The prices and quantities this order can have now; a maker gets its own price."""
    buyer = order.accepted.side == "BUY"
    limit = order.accepted.price
    unbounded = order.accepted.type not in BOUNDED
    if not taker:
        best = market.ask_e12 if buyer else market.bid_e12
        touched = best <= limit if buyer else best >= limit
        return [(limit, order.rest_e8)] if touched else []
    best = market.ask_e12 if buyer else market.bid_e12
    if not unbounded and (best > limit if buyer else best < limit):
        return []
    found: list[tuple[int, int]] = []
    wanted = order.rest_e8
    for price, qty in market.asks() if buyer else market.bids():
        if wanted <= 0 or (not unbounded and (price > limit if buyer else price < limit)):
            break
        found.append((price, min(qty, wanted)))
        wanted -= qty
    return found
