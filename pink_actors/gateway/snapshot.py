"""One snapshot of positions, open orders and balance; it says whether absence means anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, Report, ReportKind
from pink_actors.venue import replies, reports, requests
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.requests import Request

T = TypeVar("T")


async def reconcile(desk: Desk, work: Work) -> None:
    """Performs one RECONCILE command.

    An open order of which only symbol and number can be read keeps no snapshot from being whole.
    Where the kernel does not know it, it is told to rest and nothing else, which closes its symbol
    to entries.  Where the kernel knows it, it is left out: an order that is not listed is asked
    about and concluded from by nobody, one that is listed would count as it was last seen.
    """
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
    orders = await _orders(desk, answers[1])
    balance = await _read(desk, answers[2], lambda a: [replies.balance(a.data, desk.coins)])
    if orders.whole:
        desk.dead_man.note_orders([*orders.read, *orders.named], began.mono_ns)
    await desk.note_rounded(*orders.read, *(balance or ()))
    strange = [facts for facts in orders.named if not desk.kernel_knows(facts)]
    rows: list[Report] = []
    rows += [reports.position(facts, arrival) for facts in positions or ()]
    rows += [
        reports.order_state(facts, arrival, ReportKind.SNAPSHOT_ORDER)
        for facts in [*orders.read, *strange]
    ]
    rows += [reports.balance(facts, arrival) for facts in balance or ()]
    complete = positions is not None and orders.whole and balance is not None
    failed = next((answer for answer in answers if answer.ending is not Ending.OK), None)
    end = reports.of_kind(ReportKind.SNAPSHOT_END, arrival)._replace(
        complete=int(complete),
        row_count=len(rows),
        code=Code.OK if complete else Code.UNRESOLVED,
        venue_code=failed.code if failed is not None else 0,
    )
    begin = reports.of_kind(ReportKind.SNAPSHOT_BEGIN, arrival)._replace(row_count=len(rows))
    await desk.reporter.publish_all([begin, *rows, end])


class Listed(NamedTuple):
    """The open orders: those that could be read, those of which only the name could."""

    read: list[OrderFacts]
    named: list[OrderFacts]
    whole: bool  # each one is in one of the two


async def _orders(desk: Desk, answer: Answer) -> Listed:
    """A row that cannot be read hides no other; without symbol and number it could be any order."""
    rows = await _read(desk, answer, lambda a: replies.orders(a.data))
    listed = Listed([], [], rows is not None)
    for row in rows or ():
        try:
            listed.read.append(replies.order_row(row))
            continue
        except Malformed as error:
            problem = error
        try:
            facts = replies.order_name(row)
        except Malformed:
            listed = listed._replace(whole=False)
            await desk.unreadable(answer, problem)
            continue
        listed.named.append(facts)
        text = f"order {facts.venue_order_id} cannot be read: {problem}"
        if await desk.diagnose_once(Code.MALFORMED, text, facts.symbol):
            desk.connection.unreadable(answer, problem)
    return listed


async def _ask(desk: Desk, request: Request) -> Answer:
    return await desk.connection.ask(request, Turn(Priority.SNAPSHOT))


async def _read(desk: Desk, answer: Answer, read: Callable[[Answer], T]) -> T | None:
    """The part, or None when it could not be had: then nothing may be concluded from absence."""
    if answer.ending is not Ending.OK:
        return None
    try:
        return read(answer)
    except Malformed as error:
        await desk.unreadable(answer, error)
        return None
