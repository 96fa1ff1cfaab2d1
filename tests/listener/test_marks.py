"""How old a mark is, by the venue's own time and by ours."""

from __future__ import annotations

import pytest

from pink_actors.clock import NS_PER_MS, SystemClock
from pink_actors.listener.marks import Marks
from pink_actors.shm_layout import MarkCell
from pink_actors.venue.frames import MarkEvent

AGE_MS_MAX = 5_000
NOW_MS = 1_758_608_899_350
HUNDRED, NINETY = 100 * 10**12, 90 * 10**12

AT = MarkEvent("BTC-USDT", 0, 0)


def mark(event_ms: int, mark_e12: int) -> MarkEvent:
    """A mark of this time."""
    return AT._replace(event_ms=event_ms, mark_e12=mark_e12)


class Moved(SystemClock):
    """The monotonic clock as the test moves it."""

    passed_ms = 1_000_000

    def mono_ns(self) -> int:
        """See Clock."""
        return self.passed_ms * NS_PER_MS


class Bench:
    """The marks of one symbol, at a venue whose clock the test sets."""

    def __init__(self) -> None:
        self.clock = Moved()
        self.venue_ms = NOW_MS
        self.cell = MarkCell.zero()
        self.marks = Marks(["BTC-USDT"], AGE_MS_MAX, self.clock, lambda: self.venue_ms, self._write)

    def _write(self, cell: MarkCell, _: int) -> None:
        self.cell = cell

    def passes(self, milliseconds: int) -> None:
        """Time goes on, here and at the venue."""
        self.clock.passed_ms += milliseconds
        self.venue_ms += milliseconds

    def take(self, event: MarkEvent) -> None:
        """An event of the symbol."""
        assert self.marks.take(event)


def test_flaw_j3_a_late_mark_does_not_overwrite_a_newer_one() -> None:
    bench = Bench()
    bench.take(mark(NOW_MS, HUNDRED))
    updates = bench.cell.updates
    bench.take(mark(NOW_MS - 1, NINETY))
    assert (bench.cell.mark_e12, bench.cell.stale, bench.cell.venue_wall_ms) == (HUNDRED, 0, NOW_MS)
    assert (bench.marks.late, bench.cell.updates) == (1, updates)
    bench.take(mark(NOW_MS, NINETY))  # The same millisecond is no past.
    assert bench.cell.mark_e12 == NINETY


def test_each_channel_has_an_order_of_its_own() -> None:
    bench = Bench()
    bench.take(mark(NOW_MS, HUNDRED))
    bench.take(AT._replace(event_ms=NOW_MS - 100, bid_e12=7, ask_e12=8))
    bench.take(AT._replace(event_ms=NOW_MS - 200, last_e12=9))
    bench.take(AT._replace(event_ms=NOW_MS - 300, open_e12=10))
    bench.take(
        AT._replace(event_ms=0, last_e12=11)
    )  # An event that tells no time is taken as it comes.
    cell = bench.cell
    assert (cell.bid_e12, cell.ask_e12, cell.last_e12, cell.open_e12) == (7, 8, 11, 10)
    bench.take(AT._replace(event_ms=NOW_MS - 101, bid_e12=5, ask_e12=6))
    assert (bench.cell.bid_e12, bench.marks.late) == (7, 1)


def test_flaw_j3_a_mark_that_is_old_when_it_comes_is_stale() -> None:
    bench = Bench()
    bench.take(mark(NOW_MS - 600_000, NINETY))
    assert (bench.cell.stale, bench.marks.old) == (1, 1)
    bench.take(mark(NOW_MS - AGE_MS_MAX, HUNDRED))
    assert (bench.cell.stale, bench.marks.old) == (0, 1)


def test_a_mark_grows_old_by_its_own_time_and_not_from_when_it_came() -> None:
    bench = Bench()
    bench.take(mark(NOW_MS - AGE_MS_MAX + 1_000, HUNDRED))
    bench.passes(900)
    bench.marks.look()
    assert bench.cell.stale == 0
    bench.passes(200)
    bench.marks.look()
    assert bench.cell.stale == 1


@pytest.mark.parametrize("off_ms", [-600_000, 600_000])
def test_a_mark_is_judged_by_the_venues_clock_and_not_by_ours(off_ms: int) -> None:
    bench = Bench()
    bench.venue_ms += off_ms
    bench.take(mark(NOW_MS + off_ms, HUNDRED))
    bench.marks.look()
    assert (bench.cell.stale, bench.marks.doubts) == (0, 0)


def test_a_venue_clock_that_is_set_back_starts_a_channel_anew() -> None:
    bench = Bench()
    bench.take(mark(NOW_MS + 3_600_000, NINETY))
    for _ in range(5):
        bench.passes(1_000)
        bench.take(mark(bench.venue_ms, HUNDRED))
    assert (bench.cell.mark_e12, bench.marks.late) == (NINETY, 5)
    bench.passes(1)
    bench.marks.look()
    assert bench.cell.stale == 1
    bench.take(mark(bench.venue_ms, HUNDRED))
    assert (bench.cell.mark_e12, bench.cell.stale) == (HUNDRED, 0)
