"""Whether an order fits the venue's grid: BingX truncates what does not, so we refuse it first."""

from __future__ import annotations

from typing import Final

from pink_actors.shm_layout import Code, Command, OrderKind
from pink_actors.venue.facts import InstrumentFacts

_PRICE_TIMES_QTY_TO_MONEY: Final = 10**12


def refusal(command: Command, rules: InstrumentFacts) -> Code:
    """OK, or the rule that the order breaks."""
    if command.qty_e8 % rules.lot_e8:
        return Code.LOT
    if command.price_e12 % rules.tick_e12 or command.trigger_e12 % rules.tick_e12:
        return Code.TICK
    if command.adds_risk:
        if command.qty_e8 < rules.min_qty_e8:
            return Code.MIN_QUANTITY
        if command.order_kind is OrderKind.LIMIT and _notional_e8(command) < rules.min_notional_e8:
            return Code.MIN_NOTIONAL
    return Code.OK


def _notional_e8(command: Command) -> int:
    return command.qty_e8 * command.price_e12 // _PRICE_TIMES_QTY_TO_MONEY
