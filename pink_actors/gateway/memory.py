"""What the gateway remembers of the venue while it lives; all of it can be asked again."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import Final, Generic, TypeVar

from pink_actors.clock import NS_PER_S
from pink_actors.shm_layout import PositionMode, Side
from pink_actors.venue.facts import InstrumentFacts

REMEMBERED_MAX: Final = 4096
# Leverage belongs to the account: somebody else may have set it meanwhile.
LEVERAGE_AGE_NS_MAX: Final = 300 * NS_PER_S

K = TypeVar("K")
V = TypeVar("V")


class Recent(Generic[K, V]):
    """The newest REMEMBERED_MAX entries; older ones are forgotten first."""

    def __init__(self) -> None:
        self._entries: OrderedDict[K, V] = OrderedDict()

    def put(self, key: K, value: V) -> None:
        """Remembers, as the newest."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > REMEMBERED_MAX:
            self._entries.popitem(last=False)

    def get(self, key: K) -> V | None:
        """What is remembered; None = nothing."""
        return self._entries.get(key)

    def drop(self, key: K) -> bool:
        """Forgets; whether there was something."""
        return self._entries.pop(key, None) is not None


class Memory:
    """Mode, rules, leverage, and what was sent or cancelled under which client order id."""

    def __init__(self, started_mono_ns: int) -> None:
        # Set once clock, mode and rules were learned; before that no order can be written.
        self.learned = asyncio.Event()
        self.mode = PositionMode.UNKNOWN
        self.instruments: dict[str, InstrumentFacts] = {}
        self._leverage: dict[tuple[str, Side], tuple[int, int]] = {}
        self.cancelled: Recent[str, int] = Recent()
        self.unknown: Recent[str, int] = Recent()
        # Whose an order is that carries no id of ours; the kernel forgets those that are over.
        self.owners: Recent[int, str] = Recent()
        # What was said of an order, or of none (0), so that each look does not say it again.
        self.oddities: Recent[tuple[int, str], bool] = Recent()
        self._sent: Recent[str, int] = Recent()
        self._started_mono_ns = started_mono_ns

    def leverage(self, symbol: str, side: Side, mono_ns: int) -> int:
        """What the venue confirmed not long ago; 0 = not known."""
        value, confirmed_mono_ns = self._leverage.get((symbol, side), (0, 0))
        return value if mono_ns - confirmed_mono_ns < LEVERAGE_AGE_NS_MAX else 0

    def note_leverage(self, symbol: str, side: Side, value: int, mono_ns: int) -> None:
        """The venue confirmed it; 0 forgets."""
        self._leverage[(symbol, side)] = (value, mono_ns)

    def note_sent(self, client_order_id: str, mono_ns: int) -> None:
        """A submit is leaving now."""
        self._sent.put(client_order_id, mono_ns)

    def last_sent_mono_ns(self, client_order_id: str) -> int:
        """The latest moment at which this order may have left.

        What this process did not send can only have been sent by one that died before it started.
        """
        sent = self._sent.get(client_order_id)
        return self._started_mono_ns if sent is None else sent
