"""The rate budget: per endpoint and per address, the urgent before the patient.

Invariant: within any window no endpoint is granted more than its published rate and all together no
more than the address may, of which a part is for cancels and exits alone, as is a place at each
endpoint before entries; a granted request is counted from the moment of its grant.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
from collections import deque
from enum import IntEnum
from typing import Final, NamedTuple

from pink_actors.clock import NS_PER_MS, NS_PER_S, Clock
from pink_actors.rest.counters import Counters
from pink_actors.venue.endpoints import Endpoint

# The venue counts at arrival, we at departure: the slack keeps jitter out of its window.
WINDOW_NS: Final = 1_050 * NS_PER_MS
ADDRESS_PER_WINDOW_MAX: Final = 10
# However much is asked and entered, a cancel or an exit finds the address free for it.
ADDRESS_KEPT_FOR_URGENT: Final = 3
# However much is entered, a stop or an exit finds a place where all orders are placed.
ENDPOINT_KEPT_FROM_ENTRIES: Final = 1
PAUSE_NS_MIN: Final = 500 * NS_PER_MS
PAUSE_NS_MAX: Final = 30 * NS_PER_S
WAITERS_MAX: Final = 1024


class Priority(IntEnum):
    """Who goes first when the budget is short."""

    CANCEL = 0
    EXIT = 1
    QUERY = 2
    SNAPSHOT = 3
    ENTRY = 4


URGENT: Final = frozenset({Priority.CANCEL, Priority.EXIT})


class _Waiter(NamedTuple):
    priority: Priority
    number: int
    endpoint: Endpoint
    granted: asyncio.Future[None]


class _Pause:
    """A pause that doubles each time it is made longer."""

    def __init__(self) -> None:
        self.until = 0
        self._length_ns = PAUSE_NS_MIN // 2

    def longer(self, now: int) -> None:
        """From now on, for twice as long as the last time."""
        self._length_ns = min(self._length_ns * 2, PAUSE_NS_MAX)
        self.until = max(self.until, now + self._length_ns)

    def answered(self) -> None:
        """There was an answer: the next one starts short again, this one lasts."""
        self._length_ns = PAUSE_NS_MIN // 2


class Budget:
    """Grants requests their turn; with `limited` off everybody goes at once, but pauses hold."""

    def __init__(self, clock: Clock, counters: Counters, *, limited: bool) -> None:
        self._clock = clock
        self._counters = counters
        self._limited = limited
        self._sent: dict[str, deque[int]] = {}
        self._sent_all: deque[int] = deque(maxlen=ADDRESS_PER_WINDOW_MAX)
        self._pauses: dict[str, _Pause] = {}
        self._address_pause = _Pause()
        self._waiters: list[_Waiter] = []
        self._numbers = itertools.count()
        self._timer: asyncio.TimerHandle | None = None

    async def take(self, endpoint: Endpoint, priority: Priority, deadline_mono_ns: int) -> bool:
        """Waits for the turn; False when the deadline passes first (0 = no deadline)."""
        now = self._clock.mono_ns()
        if not self._waiters and self._ready_at(endpoint, priority, now) <= now:
            self._note(endpoint, now)
            return True
        if len(self._waiters) >= WAITERS_MAX:
            return False
        self._counters.budget_waits += 1
        loop = asyncio.get_running_loop()
        waiter = _Waiter(priority, next(self._numbers), endpoint, loop.create_future())
        heapq.heappush(self._waiters, waiter)
        self._grant()
        timeout_s = (deadline_mono_ns - now) / NS_PER_S if deadline_mono_ns else None
        try:
            async with asyncio.timeout(timeout_s):
                await waiter.granted
        except TimeoutError:
            return False
        return True

    def pause(self, endpoint: Endpoint) -> None:
        """The venue said "too many": nothing to this endpoint for a while, longer each time."""
        self._counters.rate_limited += 1
        self._pauses.setdefault(endpoint.name, _Pause()).longer(self._clock.mono_ns())

    def pause_address(self) -> None:
        """It said so of our address: what goes on asking, whatever it asks, is shut out longer."""
        self._counters.rate_limited += 1
        self._address_pause.longer(self._clock.mono_ns())

    def resume(self, endpoint: Endpoint) -> None:
        """The endpoint answered: the next pauses start short again."""
        self._address_pause.answered()
        paused = self._pauses.get(endpoint.name)
        if paused is not None:
            paused.answered()

    def _grant(self) -> None:
        now = self._clock.mono_ns()
        kept: list[_Waiter] = []
        next_at = 0
        while self._waiters:
            waiter = heapq.heappop(self._waiters)
            if waiter.granted.done():
                continue
            ready_at = self._ready_at(waiter.endpoint, waiter.priority, now)
            if ready_at <= now:
                self._note(waiter.endpoint, now)
                waiter.granted.set_result(None)
            else:
                kept.append(waiter)
                next_at = min(next_at or ready_at, ready_at)
        self._waiters = kept
        heapq.heapify(self._waiters)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        if kept:
            delay_s = (next_at - now) / NS_PER_S
            self._timer = asyncio.get_running_loop().call_later(delay_s, self._grant)

    def _ready_at(self, endpoint: Endpoint, priority: Priority, now: int) -> int:
        paused = self._pauses.get(endpoint.name)
        ready_at = max(self._address_pause.until, paused.until if paused is not None else 0)
        if not self._limited:
            return ready_at
        kept = 0 if priority in URGENT else ADDRESS_KEPT_FOR_URGENT
        kept_here = ENDPOINT_KEPT_FROM_ENTRIES if priority is Priority.ENTRY else 0
        for sent, count_max in (
            (self._sent.get(endpoint.name), max(endpoint.per_second - kept_here, 1)),
            (self._sent_all, ADDRESS_PER_WINDOW_MAX - kept),
        ):
            if sent is not None and len(sent) >= count_max:
                ready_at = max(ready_at, sent[-count_max] + WINDOW_NS)
        return ready_at

    def _note(self, endpoint: Endpoint, now: int) -> None:
        if self._limited:
            sent = self._sent.setdefault(endpoint.name, deque(maxlen=endpoint.per_second))
            sent.append(now)
            self._sent_all.append(now)
