"""Fetches what moved the wallet besides fills: funding, transfers, liquidation charges, ADL."""

from __future__ import annotations

from typing import Final

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, Report, ReportKind
from pink_actors.venue import replies, reports, requests
from pink_actors.venue.numbers import Malformed

PAGES_MAX: Final = 50
CLOCK_SLACK_MS: Final = 60_000


async def income(desk: Desk, work: Work) -> None:
    """Performs one INCOME command."""
    command = work.command
    asked_ms = desk.connection.venue_wall_ms()
    since_ms = max(command.since_wall_ms - CLOCK_SLACK_MS, asked_ms - requests.SPAN_MS_MAX)
    # A full page may hide rows on either side of it, whichever way the venue sorts.
    spans = [(max(since_ms, 0), asked_ms + CLOCK_SLACK_MS)]
    rows: dict[str, Report] = {}
    answer = Answer(Ending.UNSENT)
    for _ in range(PAGES_MAX):
        if not spans:
            break
        since_ms, until_ms = spans.pop()
        answer = await desk.connection.ask(
            requests.income(since_ms, until_ms), Turn(Priority.SNAPSHOT)
        )
        if answer.ending is not Ending.OK:
            break
        arrival = desk.reporter.arrival(command, answer)
        try:
            facts = replies.incomes(answer.data)
            times = replies.income_times(answer.data)
        except Malformed as error:
            await desk.unreadable(answer, error)
            answer = answer._replace(ending=Ending.UNKNOWN, text=str(error))
            break
        rows |= {row.income_id: reports.income(row, arrival) for row in facts}
        if len(times) >= requests.INCOME_ROWS_MAX:
            spans += _around(since_ms, until_ms, times)
    complete = answer.ending is Ending.OK and not spans
    done = reports.of_kind(
        ReportKind.COMMAND_DONE, desk.reporter.arrival(command, answer)
    )._replace(
        code=Code.OK if complete else Code.UNRESOLVED,
        complete=int(complete),
        venue_code=answer.code,
        venue_wall_ms=asked_ms if complete else 0,
    )
    ordered = sorted(rows.values(), key=lambda row: (row.venue_wall_ms, row.fill_id))
    await desk.reporter.publish_all([*ordered, done])


def _around(since_ms: int, until_ms: int, times: list[int]) -> list[tuple[int, int]]:
    oldest, newest = min(times), max(times)
    before = [(since_ms, oldest)] if oldest > since_ms else []
    after = [(newest, until_ms)] if newest < until_ms else []
    # Rows of one full page at one single instant cannot be told apart by time; then it ends here.
    return [span for span in (*before, *after) if span != (since_ms, until_ms)]
