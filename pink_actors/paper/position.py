"""One position and the exact arithmetic of changing it."""

from typing import NamedTuple

from msgspec import Struct

from pink_actors.paper.fixed import PRICE_ONE, div_half_even


class Position(Struct):
    """A holding; qty is negative when short, cost is the entry value of the open part (1e-20)."""

    symbol: str
    side: str
    position_id: int = 0
    qty_e8: int = 0
    cost_e20: int = 0
    realised_e8: int = 0
    fee_e8: int = 0
    isolated_e8: int = 0
    opened_ms: int = 0
    updated_ms: int = 0
    qty_max_e8: int = 0
    close_qty_e8: int = 0
    close_cost_e20: int = 0

    @property
    def entry_e12(self) -> int:
        """The average entry price, rounded for showing only."""
        return div_half_even(self.cost_e20, abs(self.qty_e8)) if self.qty_e8 else 0

    @property
    def cost_e8(self) -> int:
        """The entry value as money."""
        return div_half_even(self.cost_e20, PRICE_ONE)

    @property
    def wire_side(self) -> str:
        """LONG or SHORT, also in one-way mode."""
        if self.side != "BOTH":
            return self.side
        return "SHORT" if self.qty_e8 < 0 else "LONG"

    def unrealised_e8(self, mark_e12: int) -> int:
        """Profit if the position were closed at this price, without fees."""
        value_e20 = mark_e12 * abs(self.qty_e8)
        gain = value_e20 - self.cost_e20 if self.qty_e8 > 0 else self.cost_e20 - value_e20
        return div_half_even(gain, PRICE_ONE)

    def value_e8(self, mark_e12: int) -> int:
        """The value at this price, never negative."""
        return div_half_even(mark_e12 * abs(self.qty_e8), PRICE_ONE)


class Effect(NamedTuple):
    """What one fill does to a position."""

    closed_e8: int
    opened_e8: int
    removed_e20: int
    realised_e8: int
    qty_after_e8: int
    cost_after_e20: int


def effect_of(position: Position, signed_e8: int, price_e12: int) -> Effect:
    """The effect of a signed execution: first closes what is against it, then opens the rest.

    Values are rounded to whole units of money fill by fill, and a part close takes its share of the
    entry value, rounded too; the last close takes all that is left. So the results of a position
    that is flat again add up to exit values minus entry values, to the last unit.
    """
    held = position.qty_e8
    against = (held > 0) != (signed_e8 > 0) and held != 0
    closed = min(abs(held), abs(signed_e8)) if against else 0
    opened = abs(signed_e8) - closed
    removed = 0
    realised = 0
    if closed:
        whole = closed == abs(held)
        share = _whole_units(position.cost_e20 * closed, abs(held))
        removed = position.cost_e20 if whole else share
        value = _whole_units(price_e12 * closed, 1)
        realised = (value - removed if held > 0 else removed - value) // PRICE_ONE
    cost_after = position.cost_e20 - removed + _whole_units(price_e12 * opened, 1)
    return Effect(closed, opened, removed, realised, held + signed_e8, cost_after)


def _whole_units(numerator: int, denominator: int) -> int:
    """A value of 1e-20 units, rounded to a multiple of the unit of money."""
    return div_half_even(numerator, denominator * PRICE_ONE) * PRICE_ONE


def apply_fill(
    position: Position, signed_e8: int, price_e12: int, leverage: int, isolated: bool
) -> Effect:
    """Change the position by one execution and say what happened."""
    effect = effect_of(position, signed_e8, price_e12)
    if effect.closed_e8:
        share = position.isolated_e8
        if effect.qty_after_e8 and not effect.opened_e8:
            share = share * effect.closed_e8 // abs(position.qty_e8)
        position.isolated_e8 -= share
        position.close_qty_e8 += effect.closed_e8
        position.close_cost_e20 += price_e12 * effect.closed_e8
        position.realised_e8 += effect.realised_e8
    if effect.opened_e8 and isolated:
        position.isolated_e8 += effect.opened_e8 * price_e12 // PRICE_ONE // leverage
    position.qty_e8 = effect.qty_after_e8
    position.cost_e20 = effect.cost_after_e20
    position.qty_max_e8 = max(position.qty_max_e8, abs(position.qty_e8))
    return effect
