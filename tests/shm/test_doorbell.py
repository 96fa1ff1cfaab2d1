"""The bridge to asyncio: an eventfd rings for an announced sleep, and only then."""

import asyncio
import os
from collections.abc import Iterator

import pytest

from pink_actors.clock import NS_PER_MS, SystemClock
from pink_actors.shm import WAIT_MS_MAX, Doorbell
from pink_actors.shm_layout import PING_64, PING_CAST, Probe64, Writer
from tests.shm.conftest import Pair

RECORD = Probe64(1, 0, (1,) * 6)
CLOCK = SystemClock()


@pytest.fixture
def bell() -> Iterator[int]:
    """An eventfd as the supervisor makes it."""
    fd = os.eventfd(0, os.EFD_NONBLOCK)
    yield fd
    os.close(fd)


async def test_a_record_ends_the_sleep_of_a_coroutine(pair: Pair, bell: int) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    listener, other = pair.reader(Writer.PROBE_B), pair.reader(Writer.PROBE_A)
    ring = source.producer(PING_64, [listener], [bell])
    cast = source.producer(PING_CAST, [listener], [bell])
    readings = [sink.consumer(other, PING_64), sink.consumer(other, PING_CAST)]
    doorbell = Doorbell(bell)
    for turn in range(20):
        waiting = asyncio.create_task(doorbell.wait_readable(readings))
        await asyncio.sleep(0)
        (ring if turn % 2 else cast).publish(RECORD)
        assert ring.wake() + cast.wake() == 1, "one ring for one sleep"
        start = CLOCK.mono_ns()
        assert await waiting
        assert CLOCK.mono_ns() - start < WAIT_MS_MAX * NS_PER_MS, "rung, not timed out"
        assert sum(len(reading.poll(10)) for reading in readings) == 1
        assert ring.wake() == 0, "nobody sleeps"
    doorbell.close()


async def test_a_sleep_ends_at_its_deadline_and_leaves_no_announcement(
    pair: Pair, bell: int
) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    ring = source.producer(PING_64, [pair.reader(Writer.PROBE_B)], [bell])
    readings = [sink.consumer(pair.reader(Writer.PROBE_A), PING_64)]
    doorbell = Doorbell(bell)
    for asked_ms, least_ms in ((10, 10), (60_000, WAIT_MS_MAX)):
        start = CLOCK.mono_ns()
        assert not await doorbell.wait_readable(readings, asked_ms)
        waited_ms = (CLOCK.mono_ns() - start) / NS_PER_MS
        assert least_ms - 1 <= waited_ms < least_ms + 1000
    assert ring.wake() == 0
    doorbell.close()


async def test_a_cancelled_sleep_takes_its_announcement_back(pair: Pair, bell: int) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    ring = source.producer(PING_64, [pair.reader(Writer.PROBE_B)], [bell])
    reading = sink.consumer(pair.reader(Writer.PROBE_A), PING_64)
    doorbell = Doorbell(bell)
    waiting = asyncio.create_task(doorbell.wait_readable([reading]))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ring.wake() == 0
    ring.publish(RECORD)
    assert await doorbell.wait_readable([reading]), "and the bell can be used again"
    doorbell.close()


async def test_without_an_eventfd_a_coroutine_looks_again_by_itself(pair: Pair) -> None:
    source, sink = pair.own(Writer.PROBE_A), pair.own(Writer.PROBE_B)
    ring = source.producer(PING_64, [pair.reader(Writer.PROBE_B)])
    readings = [sink.consumer(pair.reader(Writer.PROBE_A), PING_64)]
    waiting = asyncio.create_task(Doorbell(None).wait_readable(readings))
    await asyncio.sleep(0)
    ring.publish(RECORD)
    assert await waiting
    silent = sink.consumer(pair.reader(Writer.PROBE_A), PING_CAST)
    assert not await Doorbell(None).wait_readable([silent], 5)
