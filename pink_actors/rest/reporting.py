"""Reports to the kernel: in order, sets in one piece, and never dropped."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pink_actors import shm
from pink_actors._native import Backpressure
from pink_actors.clock import NS_PER_MS, NS_PER_S, Clock
from pink_actors.rest.connection import Answer
from pink_actors.shm_layout import Code, Command, OrderRole, Report, ReportKind
from pink_actors.venue import reports
from pink_actors.venue.numbers import Malformed, TooLarge
from pink_actors.venue.reports import Arrival

# The kernel drains its rings every few hundred microseconds; while it is down there is no hurry.
FULL_RING_PAUSE_S: Final = 0.005
# A flood of oddities must not become a flood of journal records: of each code so many in a window.
# The counters count them all.
DIAGNOSTICS_PER_WINDOW_MAX: Final = 10
DIAGNOSTICS_WINDOW_NS: Final = 10 * NS_PER_S


class Reporter:
    """Publishes to the ring of its process; while that is full the report waits."""

    def __init__(self, producer: shm.Producer[Report], clock: Clock) -> None:
        self._producer = producer
        self._clock = clock
        self._turn = asyncio.Lock()
        self._diagnostics: Counter[Code] = Counter()
        self._window_mono_ns = 0
        self.full_count = 0

    async def publish(self, *records: Report) -> None:
        """Publishes these one after the other with nothing between them, then wakes the kernel."""
        async with self._turn:
            for record in records:
                await self._publish_one(record)
            self._producer.wake()

    async def publish_all(self, records: Sequence[Report]) -> None:
        """The same for a set."""
        await self.publish(*records)

    async def _publish_one(self, record: Report) -> None:
        while True:
            try:
                self._producer.publish(record)
                return
            except Backpressure:
                self.full_count += 1
                self._producer.wake()
                await asyncio.sleep(FULL_RING_PAUSE_S)

    def arrival(self, command: Command | None = None, answer: Answer | None = None) -> Arrival:
        """When a fact came and what asked for it; without an answer, now."""
        heard = answer is not None and answer.mono_ns > 0
        return Arrival(
            wall_ns=answer.wall_ns if heard and answer else self._clock.wall_ns(),
            mono_ns=answer.mono_ns if heard and answer else self._clock.mono_ns(),
            command_seq=command.command_seq if command else 0,
            asked_seq=command.asked_seq if command else 0,
            asked_wall_ms=(answer.asked_wall_ms if heard and answer else 0)
            or self._clock.wall_ns() // NS_PER_MS,
            role=command.role if command else OrderRole.NONE,
        )

    async def conclude(
        self,
        kind: ReportKind,
        command: Command,
        code: Code,
        answer: Answer | None = None,
        text: str = "",
    ) -> None:
        """Ends a command with a verdict."""
        order = (command.symbol, command.client_order_id, command.venue_order_id)
        venue_code = answer.code if answer is not None else 0
        words = text or (answer.text if answer is not None else "")
        arrival = self.arrival(command, answer)
        await self.publish(reports.verdict(kind, arrival, order, code, venue_code, words))

    async def unread(self, error: Malformed, symbol: str = "") -> None:
        """Bytes of the venue that could not be read."""
        code = Code.TOO_LARGE if isinstance(error, TooLarge) else Code.MALFORMED
        await self.diagnose(str(error), symbol, code=code)

    async def diagnose(self, text: str, symbol: str = "", *, code: Code) -> None:
        """Something odd, for the record, unless there was too much of its kind just now."""
        now = self._clock.mono_ns()
        if now - self._window_mono_ns > DIAGNOSTICS_WINDOW_NS:
            self._window_mono_ns = now
            self._diagnostics.clear()
        self._diagnostics[code] += 1
        if self._diagnostics[code] <= DIAGNOSTICS_PER_WINDOW_MAX:
            await self.publish(reports.diagnostic(code, text, self.arrival(), symbol))
