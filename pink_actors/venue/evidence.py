"""Is this order at the venue the one a command speaks of?  Pure comparisons, no guesses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final, NamedTuple

from pink_actors.shm_layout import (
    Command,
    CommandKind,
    OrderKind,
    OrderStatus,
    PositionMode,
    Side,
    TimeInForce,
)
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.signing import RECV_WINDOW_MS_MAX
from pink_actors.venue.words import KINDS_WITH_CLIENT_ID

# How far the venue's clock can have stepped while nothing told: no signature is refused for that.
CLOCK_SLACK_MS: Final = RECV_WINDOW_MS_MAX
# An order with our id, or a number we know, is ours even where a clock was set right since.
NAMED_CLOCK_SLACK_MS: Final = 3_600_000
# Whose price is a fact: the limit, or the distance it trails by.  That of MARKET is a bound.
PRICED: Final = frozenset({OrderKind.LIMIT, OrderKind.TRAILING_STOP_MARKET})


class Difference(NamedTuple):
    """What the venue understood otherwise than an order of ours was commanded."""

    text: str = ""  # empty = nothing
    grave: bool = False  # it would trade what nobody asked for


SAME: Final = Difference()


def is_named(command: Command, facts: OrderFacts) -> bool:
    """Whether the order says whose it is: by our id, or by the number the kernel knows it by."""
    own_id = bool(command.client_order_id) and (
        facts.client_order_id == command.client_order_id.lower()
    )
    number = bool(command.venue_order_id) and facts.venue_order_id == command.venue_order_id
    return own_id or number


def mismatch(command: Command, facts: OrderFacts, offset_ms_min: int) -> str:
    """Why a found order is not the command's; empty when it is ours.

    Symbol, side and type always decide.  A name outweighs the quantity, which the venue cuts where
    it has more decimals than its rules allow; what else may differ, `difference` tells.
    `offset_ms_min` is the smallest difference, venue minus here, that was ever measured: an order
    is too old only if it is so on every clock the venue has shown us.
    """
    if facts.symbol != command.symbol:
        return f"symbol is {facts.symbol}"
    if facts.order_side is not command.order_side:
        return f"side is {facts.order_side.name}"
    named = is_named(command, facts)
    readable = facts.order_kind is not OrderKind.UNKNOWN
    if facts.order_kind is not command.order_kind and (readable or not named):
        return f"type is {facts.order_kind.name}"
    if command.venue_order_id and facts.venue_order_id != command.venue_order_id:
        return f"number is {facts.venue_order_id}"
    both = bool(facts.client_order_id and command.client_order_id)
    if both and facts.client_order_id != command.client_order_id.lower():
        return f"client id is {facts.client_order_id}"
    # A cancel of an order that no slot knows any more names no quantity.
    if not named and command.qty_e8 and facts.qty_e8 not in (None, command.qty_e8):
        return f"quantity is {facts.qty_e8}e-8"
    slack_ms = NAMED_CLOCK_SLACK_MS if named else CLOCK_SLACK_MS
    if 0 < facts.created_ms < sent_after_ms(command, offset_ms_min, slack_ms):
        return "it is older than the command"
    return ""


def echo_mismatch(command: Command, facts: OrderFacts, offset_ms_min: int) -> str:
    """The same of the answer to the command's own request: that is a name as good as our id."""
    return mismatch(command._replace(venue_order_id=facts.venue_order_id), facts, offset_ms_min)


def sent_after_ms(command: Command, offset_ms_min: int, slack_ms: int = CLOCK_SLACK_MS) -> int:
    """Venue time before which the order cannot have been made; 0 = not known."""
    sent_ms = command.submitted_wall_ms
    if not sent_ms and command.kind is CommandKind.SUBMIT:
        sent_ms = command.created_wall_ns // 1_000_000
    return sent_ms + offset_ms_min - slack_ms if sent_ms else 0


def difference(command: Command, facts: OrderFacts) -> Difference:
    """What the venue understood otherwise of an order that is ours; it cuts instead of refusing.

    Only what is told is compared, and never the price of a MARKET order: that is a bound.
    """
    if not command.qty_e8:
        return SAME  # A cancel of an order that no slot knows any more describes nothing.
    kind = command.order_kind
    if facts.qty_e8 not in (None, command.qty_e8):
        return Difference(f"quantity is {facts.qty_e8}e-8", grave=True)
    if facts.position_side not in (Side.NONE, command.position_side):
        return Difference(f"position side is {facts.position_side.name}", grave=True)
    # In hedge mode the word is neither sent nor told.
    says_reduce = command.position_mode is not PositionMode.HEDGE and facts.reduce_only is not None
    if says_reduce and facts.reduce_only is not bool(command.reduce_only):
        return Difference(f"reduce only is {facts.reduce_only}", grave=True)
    if kind in PRICED and facts.price_e12 not in (None, command.price_e12):
        return Difference(f"price is {facts.price_e12}e-12", grave=True)
    triggered = kind in (OrderKind.STOP_MARKET, OrderKind.TAKE_PROFIT_MARKET)
    if triggered and facts.trigger_e12 not in (None, command.trigger_e12):
        return Difference(f"trigger is {facts.trigger_e12}e-12", grave=True)
    told_tif = facts.tif if kind is OrderKind.LIMIT else TimeInForce.NONE
    if told_tif not in (TimeInForce.NONE, command.tif):
        return Difference(f"time in force is {told_tif.name}")
    return SAME


def echo_difference(command: Command, facts: OrderFacts) -> Difference:
    """The same of a place echo, which has to name the order where its type is named at all."""
    found = difference(command, facts)
    if not found.text and command.order_kind in KINDS_WITH_CLIENT_ID and not facts.client_order_id:
        return Difference("the echo carries no client id")
    return found


def match_unnamed(
    command: Command, rows: Iterable[OrderFacts], claimed: Collection[int], offset_ms_min: int
) -> list[OrderFacts]:
    """Orders without a client id that can be the command's, those of other commands left out.

    Conditional orders have no idempotency key at the venue: symbol, side, type, trigger, quantity
    and time together are their identity.
    """
    return [
        facts
        for facts in rows
        if facts.venue_order_id not in claimed
        and not mismatch(command, facts, offset_ms_min)
        and (is_named(command, facts) or _same_features(command, facts))
    ]


def _same_features(command: Command, facts: OrderFacts) -> bool:
    return (
        _same_level(command, facts)
        and facts.position_side in (Side.NONE, command.position_side)
        and facts.qty_e8 == command.qty_e8
    )


def _same_level(command: Command, facts: OrderFacts) -> bool:
    """A trigger stays what it was; of a trailing order the venue moves it, the distance stays."""
    if command.order_kind in PRICED and facts.price_e12 not in (None, command.price_e12):
        return False
    if command.order_kind is OrderKind.TRAILING_STOP_MARKET:
        return True
    return (facts.trigger_e12 or 0) == command.trigger_e12


def accepted_echo(facts: OrderFacts) -> OrderFacts:
    """What a place echo proves: the order exists.  It is an acknowledgement and no fill report.

    Only a complete fill with its average is taken at its word; zero figures are not told yet.  A
    status that is not in the sheet stays unknown.
    """
    filled = facts.cum_qty_e8 if facts.cum_qty_e8 and facts.avg_price_e12 else None
    status = facts.status
    if status is OrderStatus.NONE:
        status = OrderStatus.WORKING
    if status is OrderStatus.FILLED and (filled is None or filled != facts.qty_e8):
        status = OrderStatus.WORKING
    return facts._replace(status=status, cum_qty_e8=filled, cum_fee_e8=None)
