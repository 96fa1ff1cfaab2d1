"""Notices clocks that jump or run backwards: the machine's wall clock, and the venue's.

Durations here come from the monotonic clock and facts keep the order of the journal, so a step
harms nothing by itself; but signatures, ages and records speak in wall time, so it is told and the
offset to the venue is measured anew at once.
"""

from __future__ import annotations

import asyncio
from typing import Final

from pink_actors.clock import NS_PER_MS, NS_PER_S
from pink_actors.gateway.desk import Desk
from pink_actors.shm_layout import Code

LOOK_EVERY_S: Final = 0.25
# Discipline of the clock by a time service stays far below this between two looks.
STEP_NS_MIN: Final = 500 * NS_PER_MS


class ClockWatch:
    """Looks at both clocks for as long as the gateway lives."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._wall_ns = desk.clock.wall_ns()
        self._mono_ns = desk.clock.mono_ns()
        self._venue_steps = desk.connection.counters.venue_clock_steps

    async def run(self) -> None:
        """Never returns."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """One look: what stepped since the last one is counted, told and answered."""
        desk = self._desk
        step_ns = self._step_ns()
        if abs(step_ns) >= STEP_NS_MIN:
            desk.tally.clock_steps += 1
            desk.connection.clock_stepped(step_ns // NS_PER_MS)
            await self._tell("the system clock", step_ns)
            await desk.connection.set_clock()
        counters = desk.connection.counters
        if counters.venue_clock_steps != self._venue_steps:
            self._venue_steps = counters.venue_clock_steps
            await self._tell("the venue's clock", counters.venue_clock_step_ms * NS_PER_MS)

    def _step_ns(self) -> int:
        """By how much more the wall clock moved since the last look than time passed."""
        wall_ns, mono_ns = self._desk.clock.wall_ns(), self._desk.clock.mono_ns()
        moved_ns, self._wall_ns = wall_ns - self._wall_ns, wall_ns
        passed_ns, self._mono_ns = mono_ns - self._mono_ns, mono_ns
        return moved_ns - passed_ns

    async def _tell(self, which: str, step_ns: int) -> None:
        words = "went back" if step_ns < 0 else "jumped ahead"
        text = f"{which} {words} by {abs(step_ns) / NS_PER_S:.3f} s"
        self._desk.log.warning("clock_stepped", text=text)
        await self._desk.reporter.diagnose(text, code=Code.CLOCK_STEPPED)
