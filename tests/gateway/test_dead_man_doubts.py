"""The dead-man switch in doubt: what is not known of it never leaves it armed over a stop."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_S
from pink_actors.gateway.dead_man import DeadMan
from pink_actors.shm_layout import (
    ORDERS,
    Command,
    OrderCell,
    OrderKind,
    OrderRole,
    OrderStatus,
)
from tests.gateway.scripted import Asked, Bench, scripted
from tests.gateway.stage import SYMBOL
from tests.waiting import wait_until_async

SECONDS = 10
ENTRY = OrderCell.zero()._replace(
    status=OrderStatus.WORKING, role=OrderRole.ENTRY, order_kind=OrderKind.LIMIT,
    client_order_id="entry", symbol=SYMBOL,
)  # fmt: skip
STOP = ENTRY._replace(
    role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET, client_order_id="stop"
)
SEND_STOP = Command.zero()._replace(role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET)


class Switch:
    """A venue where nothing rests, with a switch that can be told to misbehave."""

    def __init__(self) -> None:
        self.activated: bytes | object = {"status": "ACTIVATED"}
        self.closed: object = {"status": "CLOSED"}
        self.listed: object = {"orders": []}
        self.bench: Bench | None = None
        self.stop_while_listing = False

    def __call__(self, asked: Asked) -> bytes | object:
        """The answer to one request."""
        if asked.path.endswith("openOrders"):
            if self.stop_while_listing and self.bench is not None:
                self.bench.stage.own.write(ORDERS, STOP, 6)
            return self.listed
        return self.closed if asked.params["type"] == "CLOSE" else self.activated

    def told(self) -> list[str]:
        """What the switch was told so far."""
        assert self.bench is not None
        asked = [one for one in self.bench.asked if one.path.endswith("cancelAllAfter")]
        return [one.params["type"] for one in asked]


@asynccontextmanager
async def guarding(
    instance: str, home: Path, venue: Switch
) -> AsyncIterator[tuple[Bench, DeadMan]]:
    """A dead-man switch over an entry that rests; it does not look by itself yet."""
    async with scripted(instance, home, venue) as bench:
        venue.bench = bench
        rig = bench.rig
        bench.stage.own.write(ORDERS, ENTRY, 5)
        yield bench, DeadMan(SECONDS, rig.connection, rig.desk.kernel, rig.clock, rig.desk.log)


@asynccontextmanager
async def looking(dead_man: DeadMan) -> AsyncIterator[None]:
    """The same, looking every second."""
    task = asyncio.create_task(dead_man.run())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def looked(venue: Switch, count: int) -> None:
    """Waits until what rests was listed that often."""
    bench = venue.bench
    assert bench is not None

    def lists() -> int:
        return sum(one.path.endswith("openOrders") for one in bench.asked)

    await wait_until_async(lambda: lists() >= count, f"{count} lists", 20.0)


@pytest.mark.parametrize("word", ["FAILED", None])
async def test_a_switch_that_does_not_say_it_is_off_may_be_armed(
    instance: str, home: Path, word: str | None
) -> None:
    venue = Switch()
    venue.closed = {"triggerTime": 0, "status": word, "note": "the mass cancel runs"}
    async with guarding(instance, home, venue) as (_, dead_man):
        await dead_man.disarm()
        venue.closed = {"triggerTime": 0, "status": "CLOSED"}
        await dead_man.before(SEND_STOP)
        assert venue.told() == ["CLOSE", "CLOSE"]
        await dead_man.before(SEND_STOP)
        assert venue.told() == ["CLOSE", "CLOSE"]


async def test_what_arms_it_and_lands_late_is_taken_back_for_as_long_as_it_may_land(
    instance: str, home: Path
) -> None:
    venue = Switch()
    venue.activated = b"the gateway before the venue had enough"
    async with guarding(instance, home, venue) as (bench, dead_man), looking(dead_man):
        await wait_until_async(lambda: "ACTIVATE" in venue.told(), "it is armed, or is it")
        bench.stage.own.write(ORDERS, STOP, 6)
        await dead_man.before(SEND_STOP)
        off = len(venue.told())
        await wait_until_async(lambda: len(venue.told()) >= off + 3, "it is told again", 20.0)
        assert venue.told()[off - 1 :] == ["CLOSE"] * (len(venue.told()) - off + 1)


async def test_a_stop_that_leaves_while_the_orders_are_listed_keeps_it_off(
    instance: str, home: Path
) -> None:
    venue = Switch()
    venue.listed = "nothing of sense"
    async with guarding(instance, home, venue) as (_, dead_man), looking(dead_man):
        await wait_until_async(lambda: venue.told() == ["CLOSE"], "it is off")
        venue.stop_while_listing, venue.listed = True, {"orders": []}
        await wait_until_async(lambda: len(venue.told()) >= 2, "it is told again", 20.0)
        assert "ACTIVATE" not in venue.told()


async def test_a_list_of_long_ago_arms_nothing(instance: str, home: Path) -> None:
    venue = Switch()
    venue.listed = "nothing of sense"
    async with guarding(instance, home, venue) as (bench, dead_man):
        await dead_man.disarm()
        dead_man.note_orders([], bench.rig.clock.mono_ns() - 10 * NS_PER_S)
        async with looking(dead_man):
            await looked(venue, 3)
            assert "ACTIVATE" not in venue.told()
            venue.listed = {"orders": []}
            await wait_until_async(lambda: "ACTIVATE" in venue.told(), "it is armed", 20.0)
