"""Walks a list of the venue through time, until no page of it can hide a row.

Invariant: `whole` is said only when every moment from the first to the last was asked for and no
page came back full.  Neighbouring spans share their ends, so that it does not matter on which side
the venue counts a row at an end; how it sorts does not matter either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from pink_actors.venue.requests import SPAN_MS_MAX

# The venue keeps its lists for three months.
KEPT_MS_MAX: Final = 90 * 24 * 3600 * 1000
# Of this many pages up to half are lost to being full.
PAGES_MAX: Final = 64
# A full page is cut this far from where its rows end, so that one part is not full again.
CUT_SHARE: Final = 20


class Span(NamedTuple):
    """From and until, both included, by the venue's clock."""

    since_ms: int
    until_ms: int


class Walk:
    """What is still to be asked for, oldest first."""

    def __init__(self, since_ms: int, until_ms: int) -> None:
        first_ms = min(max(since_ms, until_ms - KEPT_MS_MAX), until_ms - 1)
        # Older rows are not at the venue any more; later ones than now are not there yet.
        self.reaches_back = first_ms == since_ms
        # More rows of one instant than a page holds cannot be told apart by time.
        self.crowded = False
        self._pages = 0
        self._open: list[Span] = []
        while until_ms > first_ms:
            self._open.append(Span(max(first_ms, until_ms - SPAN_MS_MAX), until_ms))
            until_ms = self._open[-1].since_ms

    @property
    def whole(self) -> bool:
        """Whether every row was seen."""
        return not self._open and not self.crowded

    @property
    def listed_until_ms(self) -> int | None:
        """Up to here nothing is left to be asked for; None = to the end."""
        return self._open[-1].since_ms if self._open else None

    def take(self) -> Span | None:
        """The next span to ask for; None when there is none, or no page left to ask with."""
        if not self._open or self._pages >= PAGES_MAX:
            return None
        self._pages += 1
        return self._open.pop()

    def give_back(self, span: Span) -> None:
        """It could not be had."""
        self._open.append(span)

    def cut(self, span: Span, times_ms: Sequence[int]) -> None:
        """Its page was full, with rows of these times: it is asked for again, in two parts."""
        since_ms, until_ms = span
        if until_ms - since_ms <= 1:
            self.crowded = True
            return
        middle_ms = _edge(span, times_ms)
        if not since_ms <= middle_ms <= until_ms:
            middle_ms = (since_ms + until_ms) // 2
        middle_ms = min(max(middle_ms, since_ms + 1), until_ms - 1)
        self._open.append(Span(middle_ms, until_ms))
        self._open.append(Span(since_ms, middle_ms))


def _edge(span: Span, times_ms: Sequence[int]) -> int:
    """A time a little within the rows of the page, on the side where more may be hidden."""
    if not times_ms:
        return -1
    ordered = sorted(times_ms)
    depth = len(ordered) // CUT_SHARE
    before_ms, after_ms = ordered[0] - span.since_ms, span.until_ms - ordered[-1]
    return ordered[depth] if before_ms >= after_ms else ordered[-1 - depth]
