"""Lanes: an order to each side of a symbol, and no error that ends in one of them unseen."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from pink_actors import shm
from pink_actors._native import OwnSegment
from pink_actors.gateway.inbox import POLL_MAX, TAKEN_MAX, Inbox, Work
from pink_actors.gateway.lanes import Lanes, lane_of
from pink_actors.shm_layout import (
    COMMANDS_DURABLE,
    COMMANDS_NOW,
    Command,
    CommandKind,
    Side,
    Writer,
)
from tests.gateway.stage import Stage

SUBMIT = Command.zero()._replace(
    kind=CommandKind.SUBMIT, symbol="BTC-USDT", position_side=Side.LONG, client_order_id="one"
)


@pytest.mark.parametrize(
    ("other", "together"),
    [
        (SUBMIT._replace(kind=CommandKind.CANCEL), True),
        (SUBMIT._replace(kind=CommandKind.QUERY), True),
        (SUBMIT._replace(client_order_id="two"), True),
        (SUBMIT._replace(position_side=Side.SHORT), False),
        (SUBMIT._replace(symbol="ETH-USDT"), False),
        (SUBMIT._replace(kind=CommandKind.SETTLE), False),
        (SUBMIT._replace(kind=CommandKind.RECONCILE), False),
    ],
)
def test_what_concerns_one_side_of_one_symbol_shares_a_lane(other: Command, together: bool) -> None:
    assert (lane_of(other) == lane_of(SUBMIT)) is together


async def test_flaw_o7_what_a_lane_raises_is_raised_again_where_the_gateway_looks() -> None:
    done: list[str] = []

    async def perform(one: Work) -> None:
        if one.command.client_order_id == "bad":
            raise RuntimeError("a bug")
        done.append(one.command.client_order_id)

    lanes = Lanes(perform)
    bad, after = (
        Work(SUBMIT._replace(client_order_id=name), maybe_sent=False) for name in ("bad", "after")
    )
    lanes.add(bad)
    lanes.add(after)
    (lane,) = (task for task in asyncio.all_tasks() if task.get_name().startswith("lane"))
    await asyncio.wait({lane})
    with pytest.raises(RuntimeError, match="a bug"):
        lanes.check()
    assert done == [] and not bad.done and not after.done
    await lanes.close()


def test_however_many_entries_wait_a_cancel_and_an_exit_are_taken(
    instance: str, home: Path
) -> None:
    with Stage(instance, home, "http://127.0.0.1:9") as stage:
        own = shm.Own(OwnSegment.open(instance, Writer.GATEWAY, str(stage.run_dir)))
        kernel = shm.Reader.attach(instance, Writer.KERNEL)
        inbox = Inbox(own.consumer(kernel, COMMANDS_NOW), own.consumer(kernel, COMMANDS_DURABLE))
        entries = [stage.command(CommandKind.SUBMIT) for _ in range(TAKEN_MAX + 1)]
        stage.give(*entries)
        taken = [work.command for _ in range(TAKEN_MAX // POLL_MAX + 1) for work in inbox.take()]
        assert taken == entries[:TAKEN_MAX]
        cancel = stage.about(CommandKind.CANCEL, entries[0])
        leaving = stage.command(CommandKind.SUBMIT, adds_risk=0, reduce_only=1)
        stage.give(cancel, leaving)
        assert len(inbox.consumers) == 1
        assert [work.command for work in inbox.take()] == [cancel, leaving]
