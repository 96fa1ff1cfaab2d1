"""Symbols beyond what one socket of the venue may carry: several sockets, marks first."""

from __future__ import annotations

from pink_actors.clock import SystemClock
from pink_actors.config import SYMBOLS_MAX
from pink_actors.listener.market_stream import CHANNELS, TOPICS_MAX, topics
from pink_actors.listener.marks import Marks
from pink_actors.shm_layout import INSTRUMENTS, MARKS, SLOTS, MarkCell
from pink_actors.venue.frames import MarkEvent

SYMBOLS = [f"S{number}-USDT" for number in range(SYMBOLS_MAX)]


def test_as_many_symbols_as_slots_have_a_cell_and_every_topic_a_socket() -> None:
    assert SYMBOLS_MAX == SLOTS.cell_count == INSTRUMENTS.cell_count == MARKS.cell_count
    sockets = topics(SYMBOLS)
    assert max(len(carried) for carried in sockets) == TOPICS_MAX
    every = [topic for carried in sockets for topic in carried]
    assert sorted(every) == sorted(f"{s}@{channel}" for s in SYMBOLS for channel in CHANNELS)
    # Without a mark nothing is risked: marks are not spread over sockets that are opened last.
    assert every[:SYMBOLS_MAX] == [f"{symbol}@markPrice" for symbol in SYMBOLS]
    assert [len(carried) for carried in topics(SYMBOLS[:50])] == [TOPICS_MAX]
    assert [len(carried) for carried in topics(SYMBOLS[:51])] == [TOPICS_MAX, 4]


def test_a_socket_that_is_lost_makes_the_marks_stale_that_it_told_and_no_other() -> None:
    cells: dict[int, MarkCell] = {}

    def write(cell: MarkCell, index: int) -> None:
        cells[index] = cell

    marks = Marks(SYMBOLS, 60_000, SystemClock(), lambda: 0, write)
    for symbol in SYMBOLS:
        assert marks.take(MarkEvent(symbol, 1, 1, mark_e12=5))
    marks.lost(SYMBOLS[200:])
    assert [index for index, cell in cells.items() if cell.stale] == list(range(200, SYMBOLS_MAX))
