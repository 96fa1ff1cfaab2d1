"""Fetches what moved the wallet besides fills: funding, transfers, liquidation charges, ADL."""

from __future__ import annotations

from typing import Final

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.spans import Walk
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, ReportKind
from pink_actors.venue import replies, reports, requests
from pink_actors.venue.facts import IncomeFacts
from pink_actors.venue.numbers import Malformed

CLOCK_SLACK_MS: Final = 60_000


async def income(desk: Desk, work: Work) -> None:
    """Performs one INCOME command.

    The kernel asks next from the newest row it was given: so where a part could not be had, rows
    after it are kept back until it can.  A row that cannot be read, and rows of one instant beyond
    a page, can never be had: then the others are told, and that they are not all.  A row in another
    coin moved another wallet: it is no part of what has to be whole.
    """
    command = work.command
    asked_ms = desk.connection.venue_wall_ms()
    since_ms = min(command.since_wall_ms - CLOCK_SLACK_MS, asked_ms)
    walk = Walk(since_ms, asked_ms + CLOCK_SLACK_MS)
    rows, whole, answer = await _rows(desk, walk)
    if not walk.reaches_back:
        await desk.diagnose_once(Code.UNRESOLVED, "income from before what the venue keeps")
    if walk.crowded:
        await desk.diagnose_once(Code.UNRESOLVED, "more income rows at one instant than fit a page")
    booked: list[IncomeFacts] = []
    for row in rows:
        if not row.coin or row.coin in desk.coins:
            booked.append(row)
        else:
            text = f"{row.word} {row.income_id} is in {row.coin}: not booked"
            await desk.diagnose_once(Code.NOT_AS_CONFIGURED, text, row.symbol)
    await desk.note_rounded(*booked)
    arrival = desk.reporter.arrival(command, answer)
    done = reports.of_kind(ReportKind.COMMAND_DONE, arrival)._replace(
        code=Code.OK if whole else Code.UNRESOLVED,
        complete=int(whole),
        venue_code=answer.code,
        venue_wall_ms=asked_ms if whole else 0,
    )
    await desk.reporter.publish_all([*(reports.income(row, arrival) for row in booked), done])


async def _rows(desk: Desk, walk: Walk) -> tuple[list[IncomeFacts], bool, Answer]:
    """The rows in order of time, as far as no span before them is missing; and whether all."""
    by_key: dict[tuple[str, str, int], IncomeFacts] = {}
    whole = True
    answer = Answer(Ending.UNSENT)
    while (span := walk.take()) is not None:
        answer = await desk.connection.ask(requests.income(*span), Turn(Priority.SNAPSHOT))
        if answer.ending is not Ending.OK:
            walk.give_back(span)
            break
        try:
            page = replies.incomes(answer.data)
        except Malformed as error:
            await desk.unreadable(answer, error)
            answer = answer._replace(ending=Ending.UNKNOWN, text=str(error))
            walk.give_back(span)
            break
        # What the kernel tells two rows apart by, or one of them would never reach it.
        by_key |= {(row.income_id, row.symbol, row.kind): row for row in page.rows}
        for problem in page.unreadable:
            whole = False
            if await desk.diagnose_once(Code.MALFORMED, str(problem)):
                desk.connection.unreadable(answer, problem)
        if page.row_count >= requests.INCOME_ROWS_MAX:
            walk.cut(span, page.times_ms)
    until_ms = walk.listed_until_ms
    seen = (row for row in by_key.values() if until_ms is None or row.venue_ms < until_ms)
    rows = sorted(seen, key=lambda row: (row.venue_ms, row.income_id))
    return rows, whole and walk.whole, answer
