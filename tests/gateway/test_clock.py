"""Clocks that jump or run backwards: told, counted, and the venue signed for all the same."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import OFFSET_MS_MAX, Ending, Turn
from pink_actors.shm_layout import Code
from pink_actors.venue import requests
from tests.gateway.rig import Rig
from tests.gateway.stage import Paper, trading

HOUR_MS = 3_600_000
TURN = Turn(Priority.QUERY)


@asynccontextmanager
async def rigged(instance: str, home: Path) -> AsyncIterator[tuple[Rig, Paper]]:
    """A desk that has measured the venue's clock once."""
    with trading(instance, home) as (stage, paper):
        rig = Rig(stage)
        try:
            assert await rig.connection.set_clock()
            await rig.watch.look()
            assert rig.told() == []
            yield rig, paper
        finally:
            await rig.connection.close()


async def test_flaw_j6_a_system_clock_that_steps_is_told_and_the_next_signature_fits(
    instance: str, home: Path
) -> None:
    async with rigged(instance, home) as (rig, _):
        for step_ms, words in ((-HOUR_MS, "went back by 3600."), (2 * HOUR_MS, "jumped ahead by")):
            rig.clock.ahead_ms += step_ms
            await rig.watch.look()
            code, text = rig.told()[-1]
            assert code is Code.CLOCK_STEPPED
            assert f"the system clock {words}" in text
            asked = rig.connection.counters.requests
            answer = await rig.connection.send(requests.BALANCE, TURN)
            assert answer.ending is Ending.OK
            assert rig.connection.counters.requests == asked + 1
            await rig.watch.look()
        assert len(rig.told()) == rig.desk.tally.clock_steps == 2
        # An order of before the step is still judged by the smallest offset there ever was.
        assert rig.connection.offset_ms_min < -HOUR_MS + 2_000


async def test_flaw_j6_a_venue_clock_that_runs_backwards_is_told(instance: str, home: Path) -> None:
    async with rigged(instance, home) as (rig, paper):
        paper.control(op="skew", skew_ms=-30_000)
        assert await rig.connection.set_clock()
        await rig.watch.look()
        code, text = rig.told()[-1]
        assert (code, text[:30]) == (Code.CLOCK_STEPPED, "the venue's clock went back by")
        assert rig.connection.counters.venue_clock_steps == len(rig.told()) == 1
        assert rig.desk.tally.clock_steps == 0


async def test_a_clock_that_is_days_off_is_no_clock_to_sign_by(instance: str, home: Path) -> None:
    async with rigged(instance, home) as (rig, paper):
        before = rig.connection.counters.clock_offset_ms
        paper.control(op="skew", skew_ms=-OFFSET_MS_MAX - 60_000)
        assert not await rig.connection.set_clock()
        assert rig.connection.counters.clock_offset_ms == before
