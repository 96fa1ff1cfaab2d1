"""The refusals of new orders, in the order in which the venue looks for them."""

import msgspec

from pink_actors.paper import request as r
from pink_actors.paper.fixed import PRICE_ONE, exact_text, notional_e8
from pink_actors.paper.instrument import tier_of
from pink_actors.paper.market import Market
from pink_actors.paper.request import NewOrder, Refusal
from pink_actors.paper.state import CONDITIONAL_TYPES, Account, Order, margin_use

OPEN_ORDERS_MAX = 200
CLIENT_ID_LENGTH_MAX = 40
BOUND_BP = 200
BAND_FAR = 10
BAND_NEAR_PERCENT = 20
ORDER_TYPES = frozenset({"MARKET", "LIMIT"}) | CONDITIONAL_TYPES
PRICED_TYPES = frozenset({"LIMIT", "STOP", "TAKE_PROFIT", "TRIGGER_LIMIT"})
CLOSING_TYPES = frozenset({"STOP_MARKET", "TAKE_PROFIT_MARKET", "STOP", "TAKE_PROFIT"})
TIMES_IN_FORCE = frozenset({"GTC", "IOC", "FOK", "PostOnly"})
WORKING_TYPES = frozenset({"MARK_PRICE", "CONTRACT_PRICE"})


def check_order(
    account: Account, market: Market, order: NewOrder, marks: dict[str, int]
) -> Refusal | None:
    """Why the venue would not take this order, or None."""
    refusal = _check_form(account, order) or _check_prices(market, order)
    if refusal is not None:
        return refusal
    if order.type != "MARKET" and resting_count(account) >= OPEN_ORDERS_MAX:
        return r.TOO_MANY_ORDERS
    return check_quantity(account, market, order, marks)


def check_quantity(
    account: Account, market: Market, order: NewOrder, marks: dict[str, int]
) -> Refusal | None:
    """Whether the account may have so much of it."""
    closable = closable_e8(account, order)
    refusal = _check_closing(account, order, closable)
    return refusal or _check_size(account, market, order, closable, marks)


def check_amended(
    account: Account, market: Market, order: Order, qty_e8: int, marks: dict[str, int]
) -> Refusal | None:
    """Whether an order may have another quantity; judged like a new one that takes its place."""
    kind = order.accepted
    if kind.close_position:
        return r.bad("closePosition can not be used with quantity or reduceOnly")
    if qty_e8 <= order.filled_e8:
        return r.bad("Invalid parameters, err:quantity: not more than what is filled")
    others = {key: other for key, other in account.open_orders.items() if other is not order}
    without = msgspec.structs.replace(account, open_orders=others)
    stead = NewOrder(
        kind.symbol,
        kind.side,
        kind.type,
        kind.position_side,
        qty_e8=qty_e8 - order.filled_e8,
        price_e12=kind.price,
        reduce_only=kind.reduce_only,
    )
    refusal = check_quantity(without, market, stead, marks)
    if qty_e8 < order.qty_e8 and refusal in (r.NO_MARGIN, r.TOO_BIG, r.CLOSABLE):
        return None
    return refusal


def reference_e12(market: Market, order: NewOrder) -> int:
    """The price a condition is compared with."""
    return market.mark_e12 if order.working_type == "MARK_PRICE" else market.last_e12


def bound_e12(market: Market, order: NewOrder) -> int:
    """The worst price a MARKET order may reach: not a fill price, and not on a tick."""
    best = market.ask_e12 if order.buyer else market.bid_e12
    return max(1, best + order.sign * (best * BOUND_BP // 10_000))


def closable_e8(account: Account, order: NewOrder) -> int:
    """How much of a position this order could close."""
    position = account.positions.get((order.symbol, order.position_side))
    if position is None or not position.qty_e8:
        return 0
    return abs(position.qty_e8) if (position.qty_e8 > 0) != order.buyer else 0


def resting_count(account: Account) -> int:
    """How many orders rest; a MARKET order between two of its pieces does not."""
    if len(account.open_orders) < OPEN_ORDERS_MAX:
        return len(account.open_orders)
    return sum(order.accepted.type != "MARKET" for order in account.open_orders.values())


def closes_only(order: NewOrder) -> bool:
    """Whether the order can, by its own words, only close."""
    if order.reduce_only or order.close_position or order.type in CLOSING_TYPES:
        return True
    return order.position_side != "BOTH" and order.buyer != (order.position_side == "LONG")


def _check_form(account: Account, order: NewOrder) -> Refusal | None:
    if order.type not in ORDER_TYPES:
        return r.bad("Invalid parameters, err:type: This field is invalid")
    if order.side not in ("BUY", "SELL"):
        return r.bad("Invalid parameters, err:side: This field must be BUY or SELL")
    if order.time_in_force not in TIMES_IN_FORCE:
        return r.bad("Invalid parameters, err:timeInForce: This field is invalid")
    if order.working_type not in WORKING_TYPES:
        return r.bad("Invalid parameters, err:workingType: This field is invalid")
    if account.hedge and order.position_side not in ("LONG", "SHORT"):
        return r.HEDGE_SIDE
    if not account.hedge and order.position_side != "BOTH":
        return r.ONE_WAY_SIDE
    if account.hedge and order.reduce_only:
        return r.HEDGE_REDUCE
    if len(order.client_order_id) > CLIENT_ID_LENGTH_MAX:
        return r.bad("Invalid parameters, err:clientOrderId: must be 1 to 40 characters")
    if order.close_position and order.type not in ("STOP_MARKET", "TAKE_PROFIT_MARKET"):
        return r.bad("closePosition is only for STOP_MARKET and TAKE_PROFIT_MARKET")
    if order.close_position and (order.qty_e8 or order.reduce_only):
        return r.bad("closePosition can not be used with quantity or reduceOnly")
    if not order.close_position and order.qty_e8 <= 0:
        return r.bad("Invalid parameters, err:quantity: This field must be greater than 0.")
    return None


def _check_prices(market: Market, order: NewOrder) -> Refusal | None:
    if order.type in PRICED_TYPES:
        if order.price_e12 <= 0:
            return r.bad("Invalid parameters, err:price: This field must be greater than 0.")
        low, high = price_band_e12(market, buyer=order.buyer)
        if not low <= order.price_e12 <= high:
            return r.PRICE_BAND
    if order.type == "TRAILING_STOP_MARKET":
        if not order.price_e12 and not 0 < order.rate_e8 <= 10**8:
            return r.bad("Invalid parameters, err:priceRate: This field must be in (0, 1]")
        return None
    if order.type in CONDITIONAL_TYPES:
        if order.stop_e12 <= 0:
            return r.bad("Invalid parameters, err:stopPrice: This field must be greater than 0.")
        if order.type in CLOSING_TYPES and reached(order, reference_e12(market, order)):
            return r.WRONG_TRIGGER_SIDE
    return None


def price_band_e12(market: Market, *, buyer: bool) -> tuple[int, int]:
    """The limit prices the venue takes: wide away from the market, narrow through it."""
    last = market.last_e12
    if buyer:
        return last // BAND_FAR, last * (100 + BAND_NEAR_PERCENT) // 100
    return last * (100 - BAND_NEAR_PERCENT) // 100, last * BAND_FAR


def reached(order: NewOrder, price_e12: int) -> bool:
    """Whether a condition holds: stops fire with the move, take-profits against it."""
    rises = order.buyer != order.type.startswith("TAKE_PROFIT")
    return price_e12 >= order.stop_e12 if rises else price_e12 <= order.stop_e12


def _check_closing(account: Account, order: NewOrder, closable: int) -> Refusal | None:
    if not closes_only(order):
        return None
    if not closable:
        return r.REDUCE_ONLY if order.reduce_only else r.NO_POSITION
    if order.qty_e8 > closable:
        if order.reduce_only:
            return r.REDUCE_ONLY
        return (
            r.CLOSABLE
            if order.type in CLOSING_TYPES
            else Refusal(110203, "The closable amount is insufficient")
        )
    if order.type in CLOSING_TYPES:
        kind = order.type.startswith("TAKE_PROFIT")
        resting = sum(
            other.rest_e8
            for other in account.open_orders.values()
            if other.accepted.symbol == order.symbol
            and other.accepted.position_side == order.position_side
            and other.accepted.side == order.side
            and other.accepted.type in CLOSING_TYPES
            and other.accepted.type.startswith("TAKE_PROFIT") == kind
        )
        if resting + order.qty_e8 > closable:
            return r.CLOSABLE
    return None


def _check_size(
    account: Account, market: Market, order: NewOrder, closable: int, marks: dict[str, int]
) -> Refusal | None:
    instrument = market.instrument
    if order.close_position:
        return None
    if order.qty_e8 < instrument.qty_min_e8 and not (closable and order.qty_e8 == closable):
        least = exact_text(instrument.qty_min_e8, 8)
        return Refusal(101400, f"The minimum order amount is {least} {instrument.asset}.")
    if closes_only(order):
        return None
    price = order.price_e12 if order.type in PRICED_TYPES else market.last_e12
    opened = order.qty_e8 - min(closable, order.qty_e8)
    if opened and notional_e8(price, order.qty_e8) < instrument.notional_min_e8:
        return r.NOTIONAL_MIN
    if not opened or order.type in CONDITIONAL_TYPES:
        return None
    leverage = account.leverage_of(order.symbol, order.position_side)
    position = account.positions.get((order.symbol, order.position_side))
    held = abs(position.qty_e8) if position is not None and not closable else 0
    if leverage > tier_of(notional_e8(price, opened + held)).leverage_max:
        return r.TOO_BIG
    needed = price * opened // PRICE_ONE // leverage
    needed += price * opened * instrument.taker_rate_e8 // (PRICE_ONE * 10**8)
    return r.NO_MARGIN if needed > margin_use(account, marks).available_e8 else None
