"""What the engine tells the streams: snapshots taken at the moment something happened."""

from typing import NamedTuple

from pink_actors.paper.entries import Filled
from pink_actors.paper.market import Bar
from pink_actors.paper.position import Position
from pink_actors.paper.state import Order


class OrderEvent(NamedTuple):
    """An order changed; execution is NEW, TRADE, CANCELED, EXPIRED or CALCULATED."""

    account: str
    order: Order
    execution: str
    fill: Filled | None


class AccountEvent(NamedTuple):
    """Money or a position changed; reason is ORDER, FUNDING_FEE, DEPOSIT or WITHDRAWAL."""

    account: str
    reason: str
    wallet_e8: int
    change_e8: int
    positions: tuple[Position, ...]


class ConfigEvent(NamedTuple):
    """Leverage or margin type of a symbol changed."""

    account: str
    symbol: str


class BarEvent(NamedTuple):
    """A bar is complete."""

    symbol: str
    bar: Bar


Event = OrderEvent | AccountEvent | ConfigEvent | BarEvent
