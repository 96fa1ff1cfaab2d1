"""An order without an id is looked for in a list: a page that may hide a row proves no absence."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.query import query
from pink_actors.gateway.submit import submit
from pink_actors.shm_layout import (
    Code,
    Command,
    CommandKind,
    OrderKind,
    OrderRole,
    OrderSide,
    ReportKind,
)
from tests.gateway.cells import await_answer
from tests.gateway.scripted import Asked, Bench, scripted
from tests.gateway.stage import CLOCK, Stage

DAY_MS = 86_400_000
OURS = 99
PAGE = 1000
Row = dict[str, object]


def now_ms() -> int:
    return CLOCK.wall_ns() // NS_PER_MS


def other(number: int, made_ms: int) -> Row:
    """An order of somebody, over and done with."""
    return {
        "symbol": "BTC-USDT", "orderId": 10_000 + number, "side": "BUY", "positionSide": "BOTH",
        "type": "LIMIT", "origQty": "0.1", "executedQty": "0.1", "avgPrice": "30000",
        "status": "FILLED", "time": made_ms, "updateTime": made_ms, "clientOrderId": "",
    }  # fmt: skip


def our_stop(made_ms: int) -> Row:
    """The stop whose reply was lost; it has triggered since."""
    return other(0, made_ms) | {
        "orderId": OURS, "side": "SELL", "type": "STOP_MARKET", "stopPrice": "20000",
    }  # fmt: skip


def stop(stage: Stage, age_ms: int = 0) -> Command:
    """The same stop as the kernel issues it again."""
    command = stage.command(
        CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
        order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, trigger_e12=20_000 * 10**12,
        reissue=1, deadline_mono_ns=0,
    )  # fmt: skip
    return command._replace(submitted_wall_ms=now_ms() - age_ms)


def listing(rows: list[Row], *, newest_first: bool) -> Callable[[Asked], object]:
    """A venue that lists these orders by pages, takes at most a week, and has none that is open."""

    def answer(asked: Asked) -> object:
        if asked.method == "POST":
            return {"order": our_stop(now_ms()) | {"status": "NEW"}}
        if asked.path.endswith("openOrders"):
            return {"orders": []}
        since_ms, until_ms = asked.span("startTime", "endTime")
        assert until_ms - since_ms <= 7 * DAY_MS
        found = [row for row in rows if since_ms <= int(str(row["time"])) <= until_ms]
        found.sort(key=lambda row: int(str(row["time"])), reverse=newest_first)
        return {"orders": found[: int(asked.params["limit"])]}

    return answer


def sent(desk: Bench) -> int:
    return sum(asked.method == "POST" for asked in desk.asked)


@pytest.mark.parametrize("newest_first", [True, False])
async def test_a_stop_behind_a_full_page_of_orders_is_found_and_not_sent_again(
    instance: str, home: Path, newest_first: bool
) -> None:
    age_ms = 3_600_000
    made_ms = now_ms() - age_ms + 500
    # Whichever end of the list comes first, more than a page lies before ours.
    rows = [other(number, made_ms - 400 + number // 8) for number in range(2 * PAGE)]
    rows += [other(2 * PAGE + number, made_ms + 60_000 + number) for number in range(2 * PAGE)]
    venue = listing([*rows, our_stop(made_ms)], newest_first=newest_first)
    async with scripted(instance, home, venue) as desk:
        await submit(desk.rig.desk, Work(stop(desk.stage, age_ms), maybe_sent=True))
        assert desk.kinds() == [(ReportKind.ORDER_STATE, Code.OK)]
        assert desk.stage.seen[-1].venue_order_id == OURS
        assert sent(desk) == 0


async def test_a_stop_older_than_a_week_is_found_in_an_earlier_week(
    instance: str, home: Path
) -> None:
    age_ms = 20 * DAY_MS
    venue = listing([our_stop(now_ms() - age_ms + 500)], newest_first=True)
    async with scripted(instance, home, venue) as desk:
        asked = stop(desk.stage, age_ms)._replace(kind=CommandKind.QUERY)
        await query(desk.rig.desk, Work(asked, maybe_sent=False))
        assert desk.kinds() == [(ReportKind.ORDER_STATE, Code.OK)]
        assert desk.stage.seen[-1].venue_order_id == OURS


async def test_a_list_that_was_seen_whole_without_it_proves_that_it_may_be_sent(
    instance: str, home: Path
) -> None:
    rows = [other(number, now_ms() - 1_800_000 + number) for number in range(3 * PAGE)]
    async with scripted(instance, home, listing(rows, newest_first=True)) as desk:
        command = stop(desk.stage, 3_600_000)
        await_answer(desk.stage, command)
        await submit(desk.rig.desk, Work(command, maybe_sent=True))
        assert desk.kinds() == [(ReportKind.ORDER_STATE, Code.OK)]
        assert sent(desk) == 1


@pytest.mark.parametrize("crowd", ["of one instant", "whatever the span", "beyond what is kept"])
async def test_what_cannot_be_listed_whole_stays_unknown_and_is_not_sent_again(
    instance: str, home: Path, crowd: str
) -> None:
    age_ms = 100 * DAY_MS if crowd == "beyond what is kept" else 3_600_000
    made_ms = now_ms() - 1_800_000
    rows = [other(number, made_ms) for number in range(PAGE)]
    paged = listing([] if age_ms > DAY_MS else rows, newest_first=True)

    def answer(asked: Asked) -> object:
        full = crowd == "whatever the span" and asked.path.endswith("allOrders")
        return {"orders": rows} if full else paged(asked)

    async with scripted(instance, home, answer) as desk:
        command = stop(desk.stage, age_ms)
        await submit(desk.rig.desk, Work(command, maybe_sent=True))
        asked = desk.stage.about(CommandKind.QUERY, command)
        asked = asked._replace(submitted_wall_ms=command.submitted_wall_ms)
        await query(desk.rig.desk, Work(asked, maybe_sent=False))
        assert desk.kinds() == [
            (ReportKind.ORDER_UNKNOWN, Code.UNRESOLVED),
            (ReportKind.COMMAND_DONE, Code.UNRESOLVED),
        ]
        assert "whole" in desk.stage.seen[-1].text
        assert sent(desk) == 0
