"""The rate budget: never more than published, the urgent first."""

from __future__ import annotations

import asyncio

from pink_actors.clock import NS_PER_MS, SystemClock
from pink_actors.rest.budget import (
    ADDRESS_KEPT_FOR_URGENT,
    ADDRESS_PER_WINDOW_MAX,
    ENDPOINT_KEPT_FROM_ENTRIES,
    PAUSE_NS_MIN,
    WINDOW_NS,
    Budget,
    Priority,
)
from pink_actors.rest.counters import Counters
from pink_actors.venue import endpoints

CLOCK = SystemClock()


async def grants(budget: Budget, wanted: list[tuple[endpoints.Endpoint, Priority]]) -> list[int]:
    """The positions of the wanted requests in the order in which they were granted."""
    order: list[int] = []

    async def one(index: int, endpoint: endpoints.Endpoint, priority: Priority) -> None:
        assert await budget.take(endpoint, priority, 0)
        order.append(index)

    await asyncio.gather(*(one(i, *asked) for i, asked in enumerate(wanted)))
    return order


async def test_cancels_and_exits_go_before_queries_and_entries() -> None:
    budget = Budget(CLOCK, Counters(), limited=True)
    for _ in range(endpoints.PLACE_ORDER.per_second):
        assert await budget.take(endpoints.PLACE_ORDER, Priority.EXIT, 0)
    wanted = [Priority.ENTRY, Priority.SNAPSHOT, Priority.QUERY, Priority.EXIT, Priority.CANCEL]
    started = CLOCK.mono_ns()
    order = await grants(budget, [(endpoints.PLACE_ORDER, priority) for priority in wanted])
    assert order == [4, 3, 2, 1, 0]
    assert CLOCK.mono_ns() - started >= WINDOW_NS - 100 * NS_PER_MS


async def test_no_window_holds_more_than_the_address_may() -> None:
    counters = Counters()
    budget = Budget(CLOCK, counters, limited=True)
    many = [
        (endpoint, Priority.QUERY)
        for endpoint in (
            endpoints.BALANCE, endpoints.POSITIONS, endpoints.OPEN_ORDERS, endpoints.ALL_ORDERS,
        )
        for _ in range(3)
    ]  # fmt: skip
    granted: list[int] = []

    async def one(endpoint: endpoints.Endpoint, priority: Priority) -> None:
        await budget.take(endpoint, priority, 0)
        granted.append(CLOCK.mono_ns())

    await asyncio.gather(*(one(*asked) for asked in many))
    granted.sort()
    for first, beyond in zip(granted, granted[ADDRESS_PER_WINDOW_MAX:], strict=False):
        assert beyond - first >= WINDOW_NS - 5 * NS_PER_MS
    assert counters.budget_waits > 0


async def test_however_much_is_asked_a_cancel_and_an_exit_go_at_once() -> None:
    budget = Budget(CLOCK, Counters(), limited=True)
    asked = [
        asyncio.create_task(budget.take(endpoint, Priority.SNAPSHOT, 0))
        for endpoint in (
            endpoints.BALANCE, endpoints.POSITIONS, endpoints.OPEN_ORDERS, endpoints.ALL_ORDERS,
        )
        for _ in range(3)
    ]  # fmt: skip
    await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    soon = CLOCK.mono_ns() + 20 * NS_PER_MS
    assert not await budget.take(endpoints.SET_LEVERAGE, Priority.ENTRY, soon)
    at_once = CLOCK.mono_ns() + 20 * NS_PER_MS
    assert await budget.take(endpoints.CANCEL_ORDER, Priority.CANCEL, at_once)
    assert await budget.take(endpoints.PLACE_ORDER, Priority.EXIT, at_once)
    assert sum(task.done() for task in asked) == ADDRESS_PER_WINDOW_MAX - ADDRESS_KEPT_FOR_URGENT
    await asyncio.gather(*asked)


async def test_however_much_is_entered_a_stop_is_placed_at_once() -> None:
    budget = Budget(CLOCK, Counters(), limited=True)
    entries = [
        asyncio.create_task(budget.take(endpoints.PLACE_ORDER, Priority.ENTRY, 0))
        for _ in range(2 * endpoints.PLACE_ORDER.per_second)
    ]
    await asyncio.wait(entries, return_when=asyncio.FIRST_COMPLETED)
    at_once = CLOCK.mono_ns() + 20 * NS_PER_MS
    assert await budget.take(endpoints.PLACE_ORDER, Priority.EXIT, at_once)
    entered = sum(task.done() for task in entries)
    assert entered == endpoints.PLACE_ORDER.per_second - ENDPOINT_KEPT_FROM_ENTRIES
    assert all(await asyncio.gather(*entries))


async def test_an_address_that_asked_too_much_is_silent_as_a_whole() -> None:
    counters = Counters()
    budget = Budget(CLOCK, counters, limited=False)
    budget.pause_address()
    soon = CLOCK.mono_ns() + 50 * NS_PER_MS
    assert not await budget.take(endpoints.BALANCE, Priority.QUERY, soon)
    assert await budget.take(endpoints.CANCEL_ORDER, Priority.CANCEL, 0)
    assert CLOCK.mono_ns() >= soon + PAUSE_NS_MIN - 60 * NS_PER_MS
    assert counters.rate_limited == 1


async def test_a_pause_that_lasts_is_not_cut_short_by_the_next_refusal() -> None:
    budget = Budget(CLOCK, Counters(), limited=False)
    for _ in range(3):
        budget.pause(endpoints.PLACE_ORDER)
    # What was sent before is answered in between, and then the next is refused.
    budget.resume(endpoints.PLACE_ORDER)
    budget.pause(endpoints.PLACE_ORDER)
    within = CLOCK.mono_ns() + 3 * PAUSE_NS_MIN
    assert not await budget.take(endpoints.PLACE_ORDER, Priority.EXIT, within)


async def test_a_wait_ends_at_the_deadline_and_gives_its_turn_to_the_next() -> None:
    budget = Budget(CLOCK, Counters(), limited=True)
    budget.pause(endpoints.PLACE_ORDER)
    soon = CLOCK.mono_ns() + 50 * NS_PER_MS
    assert not await budget.take(endpoints.PLACE_ORDER, Priority.ENTRY, soon)
    assert await budget.take(endpoints.PLACE_ORDER, Priority.EXIT, 0)
    assert await budget.take(endpoints.CANCEL_ORDER, Priority.CANCEL, 0)
