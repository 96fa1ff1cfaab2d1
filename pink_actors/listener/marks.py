"""Market data cells: one per configured symbol, marked stale when nothing is heard of it."""

from __future__ import annotations

from collections.abc import Callable

from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.shm_layout import MarkCell
from pink_actors.venue.frames import MarkEvent

Write = Callable[[MarkCell, int], None]


class Marks:
    """The newest of everything heard; a part that was not heard stays what it was."""

    def __init__(self, symbols: list[str], age_ms_max: int, clock: Clock, write: Write) -> None:
        self._index = {symbol: index for index, symbol in enumerate(symbols)}
        self._age_ns_max = age_ms_max * NS_PER_MS
        self._clock = clock
        self._write = write
        self._cells = [MarkCell.zero()._replace(symbol=symbol, stale=1) for symbol in symbols]
        for index, cell in enumerate(self._cells):
            write(cell, index)

    def take(self, event: MarkEvent) -> bool:
        """Writes what the event says; False for a symbol that is not ours."""
        index = self._index.get(event.symbol)
        if index is None:
            return False
        old = self._cells[index]
        mark = event.mark_e12 is not None
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
            stale=0 if mark else old.stale,
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
            if now - cell.recv_mono_ns > self._age_ns_max:
                self._mark_stale(index, cell)

    def _mark_stale(self, index: int, cell: MarkCell) -> None:
        if not cell.stale:
            self._cells[index] = cell._replace(stale=1)
            self._write(self._cells[index], index)


def _newer(heard: int | None, known: int) -> int:
    return known if heard is None else heard
