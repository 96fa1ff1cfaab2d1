"""Market data cells: one per configured symbol, marked stale when nothing is heard of it.

Each channel is heard in the order of the venue's own time, and a mark is as old as that time says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.shm_layout import MarkCell
from pink_actors.venue.frames import MarkEvent

Write = Callable[[MarkCell, int], None]

MARK: Final = 0


class Newest(NamedTuple):
    """The newest event of a channel: its own time, and when it came."""

    event_ms: int
    mono_ns: int


NEVER: Final = Newest(0, 0)


class Marks:
    """The newest of everything heard; a part that was not heard stays what it was."""

    def __init__(
        self,
        symbols: list[str],
        age_ms_max: int,
        clock: Clock,
        venue_now_ms: Callable[[], int],
        write: Write,
    ) -> None:
        self._index = {symbol: index for index, symbol in enumerate(symbols)}
        self._age_ms_max = age_ms_max
        self._age_ns_max = age_ms_max * NS_PER_MS
        self._clock = clock
        self._venue_now_ms = venue_now_ms
        self._newest: dict[tuple[int, int], Newest] = {}
        self.late = 0  # events older than what their channel had told
        self.old = 0  # marks that were too old when they came
        self._write = write
        self._cells = [MarkCell.zero()._replace(symbol=symbol, stale=1) for symbol in symbols]
        for index, cell in enumerate(self._cells):
            write(cell, index)

    @property
    def doubts(self) -> int:
        """How often the venue's time did not fit to ours."""
        return self.late + self.old

    def take(self, event: MarkEvent) -> bool:
        """Writes what the event says unless it is late; False for a symbol that is not ours."""
        index = self._index.get(event.symbol)
        if index is None:
            return False
        if not self._is_next(index, event):
            self.late += 1
            return True
        old = self._cells[index]
        mark = event.mark_e12 is not None
        aged = mark and self._is_old(event.event_ms)
        self.old += aged
        cell = old._replace(
            mark_e12=_newer(event.mark_e12, old.mark_e12),
            last_e12=_newer(event.last_e12, old.last_e12),
            bid_e12=_newer(event.bid_e12, old.bid_e12),
            ask_e12=_newer(event.ask_e12, old.ask_e12),
            bid_qty_e8=_newer(event.bid_qty_e8, old.bid_qty_e8),
            ask_qty_e8=_newer(event.ask_qty_e8, old.ask_qty_e8),
            open_e12=_newer(event.open_e12, old.open_e12),
            high_e12=_newer(event.high_e12, old.high_e12),
            low_e12=_newer(event.low_e12, old.low_e12),
            venue_wall_ms=max(event.event_ms, old.venue_wall_ms),
            recv_wall_ns=self._clock.wall_ns(),
            recv_mono_ns=self._clock.mono_ns() if mark else old.recv_mono_ns,
            market_ms=max(event.market_ms, old.market_ms),
            updates=old.updates + 1,
            stale=int(aged) if mark else old.stale,
        )
        self._cells[index] = cell
        self._write(cell, index)
        return True

    def lost(self, symbols: list[str]) -> None:
        """Their stream is down: no price of theirs is fresh any more."""
        for index in (self._index[symbol] for symbol in symbols):
            self._mark_stale(index, self._cells[index])

    def look(self) -> None:
        """Marks as stale what was not heard for too long, even on a lively stream."""
        now = self._clock.mono_ns()
        for index, cell in enumerate(self._cells):
            event_ms = self._newest.get((index, MARK), NEVER).event_ms
            if now - cell.recv_mono_ns > self._age_ns_max or self._is_old(event_ms):
                self._mark_stale(index, cell)

    def _is_next(self, index: int, event: MarkEvent) -> bool:
        """Whether the event is no older than what its channel told before.

        A channel that told nothing newer for as long as a mark may be old starts anew: its clock
        was set back, or what seemed newer was a slip.
        """
        key, now = (index, _channel(event)), self._clock.mono_ns()
        newest = self._newest.get(key, NEVER)
        lasts = now - newest.mono_ns <= self._age_ns_max
        if 0 < event.event_ms < newest.event_ms and lasts:
            return False
        if event.event_ms:
            self._newest[key] = Newest(event.event_ms, now)
        return True

    def _is_old(self, event_ms: int) -> bool:
        """By the venue's own time; an event without a time is as old as it looks here."""
        return 0 < event_ms < self._venue_now_ms() - self._age_ms_max

    def _mark_stale(self, index: int, cell: MarkCell) -> None:
        if not cell.stale:
            self._cells[index] = cell._replace(stale=1)
            self._write(self._cells[index], index)


def _channel(event: MarkEvent) -> int:
    """Marks, last prices, the book and bars come on channels of their own."""
    firsts = (event.mark_e12, event.last_e12, event.bid_e12, event.open_e12)
    return next((number for number, first in enumerate(firsts) if first is not None), len(firsts))


def _newer(heard: int | None, known: int) -> int:
    return known if heard is None else heard
