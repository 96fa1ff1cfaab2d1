"""The walk through a list: whole only if nothing was hidden, however the venue pages and sorts."""

from __future__ import annotations

import random

import pytest

from pink_actors.gateway.spans import KEPT_MS_MAX, PAGES_MAX, Walk
from pink_actors.venue.requests import SPAN_MS_MAX

PAGE = 20
DAY_MS = 86_400_000


def walked(walk: Walk, rows: list[int], rng: random.Random, order: str) -> set[int]:
    """What was seen of rows that stand at these times, each at a place of the list as its name."""
    seen: set[int] = set()
    while (span := walk.take()) is not None:
        assert 0 < span.until_ms - span.since_ms <= SPAN_MS_MAX
        found = [at for at, ms in enumerate(rows) if span.since_ms <= ms <= span.until_ms]
        found.sort(key=lambda at: rows[at], reverse=order == "newest first")
        if order == "none":
            rng.shuffle(found)
        page = found[:PAGE]
        seen |= set(page)
        if len(page) >= PAGE:
            walk.cut(span, [rows[at] for at in page])
    return seen


@pytest.mark.parametrize("order", ["oldest first", "newest first", "none"])
def test_whole_means_that_every_row_was_seen(order: str) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    wholes = 0
    for _ in range(200):
        until_ms = 10**12
        since_ms = until_ms - rng.choice((1, 50, 10_000, DAY_MS, 30 * DAY_MS))
        middle_ms = rng.randint(since_ms, until_ms)
        width_ms = rng.choice((0, 3, 1_000, DAY_MS))
        rows = [
            min(max(middle_ms + rng.randint(-width_ms, width_ms), since_ms), until_ms)
            for _ in range(rng.choice((0, PAGE - 1, PAGE, 5 * PAGE)))
        ]
        walk = Walk(since_ms, until_ms)
        seen = walked(walk, rows, rng, order)
        assert walk.reaches_back
        assert not walk.whole or seen == set(range(len(rows)))
        wholes += walk.whole
    assert wholes > 100


def test_a_list_in_order_costs_two_pages_for_each_page_of_it() -> None:
    rows = [10**12 - at * 1_000 for at in range(25 * PAGE)]
    for order in ("oldest first", "newest first"):
        walk = Walk(10**12 - DAY_MS, 10**12)
        assert len(walked(walk, rows, random.Random(), order)) == len(rows)
        assert walk.whole


def test_a_venue_that_always_fills_its_page_is_given_up() -> None:
    walk = Walk(10**12 - DAY_MS, 10**12)
    pages = 0
    while (span := walk.take()) is not None:
        pages += 1
        walk.cut(span, [span.until_ms - 5_000] * PAGE)
    assert pages == PAGES_MAX
    assert not walk.whole
    assert walk.listed_until_ms is not None


def test_from_before_what_the_venue_keeps_nothing_reaches_back() -> None:
    walk = Walk(10**12 - KEPT_MS_MAX - 1, 10**12)
    assert not walk.reaches_back
    first = walk.take()
    assert first is not None and first.since_ms == 10**12 - KEPT_MS_MAX
    later = Walk(10**12 + 5, 10**12)
    assert not later.reaches_back
