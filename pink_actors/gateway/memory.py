"""What the gateway remembers of the venue while it lives; all of it can be asked again."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Generic, TypeVar

from pink_actors.shm_layout import PositionMode, Side
from pink_actors.venue.facts import InstrumentFacts

REMEMBERED_MAX: Final = 4096

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
        self.mode = PositionMode.UNKNOWN
        self.instruments: dict[str, InstrumentFacts] = {}
        # Only what the venue confirmed stands here; anything else is set again.
        self.leverage: dict[tuple[str, Side], int] = {}
        self.cancelled: Recent[str, int] = Recent()
        self.unknown: Recent[str, int] = Recent()
        self._sent: Recent[str, int] = Recent()
        self._started_mono_ns = started_mono_ns

    def note_sent(self, client_order_id: str, mono_ns: int) -> None:
        """A submit is leaving now."""
        self._sent.put(client_order_id, mono_ns)

    def last_sent_mono_ns(self, client_order_id: str) -> int:
        """The latest moment at which this order may have left.

        What this process did not send can only have been sent by one that died before it started.
        """
        sent = self._sent.get(client_order_id)
        return self._started_mono_ns if sent is None else sent
