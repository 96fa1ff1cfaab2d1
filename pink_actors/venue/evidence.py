"""Is this order at the venue the one a command speaks of?  Pure comparisons, no guesses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from pink_actors.shm_layout import Command, CommandKind, OrderKind, OrderStatus, Side
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.words import KINDS_WITH_CLIENT_ID

# How far the measured offset of the venue's clock may be off.
CLOCK_SLACK_MS: Final = 2_000
# An order with our id, or a number we know, is ours even where a clock was set right since.
NAMED_CLOCK_SLACK_MS: Final = 3_600_000


def mismatch(command: Command, facts: OrderFacts, offset_ms_min: int) -> str:
    """What of a found order contradicts the command; empty when it is ours.

    `offset_ms_min` is the smallest difference, venue minus here, that was ever measured: an order
    is too old only if it is so on every clock the venue has shown us.
    """
    if facts.symbol != command.symbol:
        return f"symbol is {facts.symbol}"
    if facts.order_side is not command.order_side:
        return f"side is {facts.order_side.name}"
    if facts.order_kind is not command.order_kind:
        return f"type is {facts.order_kind.name}"
    # A cancel of an order that no slot knows any more names no quantity.
    if facts.qty_e8 is not None and command.qty_e8 and facts.qty_e8 != command.qty_e8:
        return f"quantity is {facts.qty_e8}e-8"
    slack_ms = CLOCK_SLACK_MS
    if facts.client_order_id and command.client_order_id:
        if facts.client_order_id != command.client_order_id.lower():
            return f"client id is {facts.client_order_id}"
        slack_ms = NAMED_CLOCK_SLACK_MS
    if command.venue_order_id and facts.venue_order_id == command.venue_order_id:
        # The kernel knows it by its number already: that is as good as our id.
        slack_ms = NAMED_CLOCK_SLACK_MS
    if 0 < facts.created_ms < sent_after_ms(command, offset_ms_min, slack_ms):
        return "it is older than the command"
    return ""


def sent_after_ms(command: Command, offset_ms_min: int, slack_ms: int = CLOCK_SLACK_MS) -> int:
    """Venue time before which the order cannot have been made; 0 = not known."""
    sent_ms = command.submitted_wall_ms
    if not sent_ms and command.kind is CommandKind.SUBMIT:
        sent_ms = command.created_wall_ns // 1_000_000
    return sent_ms + offset_ms_min - slack_ms if sent_ms else 0


def echo_mismatch(command: Command, facts: OrderFacts, offset_ms_min: int) -> str:
    """What the venue understood otherwise than we said; it truncates instead of refusing."""
    found = mismatch(command, facts, offset_ms_min)
    if found:
        return found
    named = command.order_kind in KINDS_WITH_CLIENT_ID
    if named and not facts.client_order_id:
        return "the echo carries no client id"
    trails = command.order_kind is OrderKind.TRAILING_STOP_MARKET
    wanted = 0 if trails else command.trigger_e12
    if wanted and facts.trigger_e12 is not None and facts.trigger_e12 != wanted:
        return f"trigger is {facts.trigger_e12}e-12"
    return ""


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
        and _same_level(command, facts)
        and facts.position_side in (Side.NONE, command.position_side)
        and facts.qty_e8 == command.qty_e8
    ]


def _same_level(command: Command, facts: OrderFacts) -> bool:
    """A trigger stays what it was; of a trailing order the venue moves it, the distance stays."""
    if command.order_kind is OrderKind.TRAILING_STOP_MARKET:
        return facts.price_e12 in (None, command.price_e12)
    return (facts.trigger_e12 or 0) == command.trigger_e12


def accepted_echo(facts: OrderFacts) -> OrderFacts:
    """What a place echo proves: the order exists.  It is an acknowledgement and no fill report.

    Only a complete fill with its average is taken at its word; zero figures are not told yet.
    """
    filled = facts.cum_qty_e8 if facts.cum_qty_e8 and facts.avg_price_e12 else None
    status = facts.status
    if status in (OrderStatus.NONE, OrderStatus.UNKNOWN):
        status = OrderStatus.WORKING
    if status is OrderStatus.FILLED and (filled is None or filled != facts.qty_e8):
        status = OrderStatus.WORKING
    return facts._replace(status=status, cum_qty_e8=filled, cum_fee_e8=None)
