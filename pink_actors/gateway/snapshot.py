"""One snapshot of positions, open orders and balance; it says whether absence means anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, Report, ReportKind
from pink_actors.venue import replies, reports, requests
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.requests import Request

T = TypeVar("T")


async def reconcile(desk: Desk, work: Work) -> None:
    """Performs one RECONCILE command."""
    desk.tally.snapshots += 1
    began = desk.reporter.arrival(work.command)
    answers = await asyncio.gather(
        _ask(desk, requests.POSITIONS),
        _ask(desk, requests.open_orders()),
        _ask(desk, requests.BALANCE),
    )
    # The whole snapshot is as old as its first question.
    arrival = began._replace(wall_ns=desk.clock.wall_ns(), mono_ns=desk.clock.mono_ns())
    positions = await _read(desk, answers[0], lambda a: replies.positions(a.data))
    orders = await _read(
        desk, answers[1], lambda a: [replies.order_row(row) for row in replies.orders(a.data)]
    )
    balance = await _read(desk, answers[2], lambda a: [replies.balance(a.data)])
    rows: list[Report] = []
    rows += [reports.position(facts, arrival) for facts in positions or ()]
    rows += [
        reports.order_state(facts, arrival, ReportKind.SNAPSHOT_ORDER) for facts in orders or ()
    ]
    rows += [reports.balance(facts, arrival) for facts in balance or ()]
    complete = positions is not None and orders is not None and balance is not None
    failed = next((answer for answer in answers if answer.ending is not Ending.OK), None)
    end = reports.of_kind(ReportKind.SNAPSHOT_END, arrival)._replace(
        complete=int(complete),
        row_count=len(rows),
        code=Code.OK if complete else Code.UNRESOLVED,
        venue_code=failed.code if failed is not None else 0,
    )
    begin = reports.of_kind(ReportKind.SNAPSHOT_BEGIN, arrival)._replace(row_count=len(rows))
    await desk.reporter.publish_all([begin, *rows, end])


async def _ask(desk: Desk, request: Request) -> Answer:
    return await desk.connection.ask(request, Turn(Priority.SNAPSHOT))


async def _read(desk: Desk, answer: Answer, read: Callable[[Answer], list[T]]) -> list[T] | None:
    """The part, or None when it could not be had: then nothing may be concluded from absence."""
    if answer.ending is not Ending.OK:
        return None
    try:
        return read(answer)
    except Malformed as error:
        await desk.unreadable(answer, error)
        return None
