"""Fetches the settled fills of one finished order: the complete set, or nothing."""

from __future__ import annotations

from typing import Final

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.lookup import look_up
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, Command, ReportKind
from pink_actors.venue import replies, reports, requests
from pink_actors.venue.facts import FillFacts
from pink_actors.venue.numbers import Malformed

PAGES_MAX: Final = 20
CLOCK_SLACK_MS: Final = 60_000


async def settle(desk: Desk, work: Work) -> None:
    """Performs one SETTLE command."""
    command = work.command
    reporter = desk.reporter
    if not command.venue_order_id:
        look = await look_up(desk, command, Priority.SNAPSHOT)
        if look.facts is None:
            await reporter.conclude(
                ReportKind.COMMAND_DONE, command, Code.UNRESOLVED, look.answer, look.text
            )
            return
        command = command._replace(venue_order_id=look.facts.venue_order_id)
    rows, answer = await _rows(desk, command)
    if rows is None:
        await reporter.conclude(ReportKind.COMMAND_DONE, command, Code.UNRESOLVED, answer)
        return
    found_e8 = sum(row.qty_e8 for row in rows)
    # More than was told is told: the kernel weighs it, and asks again before it believes it.
    if not rows or found_e8 < command.cum_qty_e8:
        text = f"{len(rows)} rows of {found_e8}e-8, not {command.cum_qty_e8}e-8"
        await reporter.conclude(
            ReportKind.COMMAND_DONE, command, Code.SETTLE_MISMATCH, answer, text
        )
        return
    arrival = reporter.arrival(command, answer)
    await reporter.publish_all(
        [
            reports.fill(row, arrival, command.client_order_id, index, len(rows))
            for index, row in enumerate(rows)
        ]
    )


async def _rows(desk: Desk, command: Command) -> tuple[list[FillFacts] | None, Answer]:
    """All rows of the order in trade-id order, or None when a part could not be had."""
    until_ms = desk.connection.venue_wall_ms() + CLOCK_SLACK_MS
    # The order was made by our clock, its fills are dated by the venue's.
    since_ms = max(command.since_wall_ms + desk.connection.offset_ms_min - CLOCK_SLACK_MS, 0)
    by_id: dict[str, FillFacts] = {}
    seen = 0
    answer = Answer(Ending.UNSENT)
    for page in range(1, PAGES_MAX + 1):
        request = requests.fill_history(
            command.symbol, command.venue_order_id, since_ms, until_ms, page
        )
        answer = await desk.connection.ask(request, Turn(Priority.SNAPSHOT))
        if answer.ending is not Ending.OK:
            return None, answer
        try:
            rows, total = replies.fills(answer.data)
        except Malformed as error:
            await desk.unreadable(answer, error, command.symbol)
            return None, answer
        seen += len(rows)
        for row in rows:
            if row.venue_order_id == command.venue_order_id:
                by_id[row.fill_id] = row
        if not rows or seen >= total:
            break
    return sorted(by_id.values(), key=_trade_order), answer


def _trade_order(row: FillFacts) -> tuple[int, str]:
    return (int(row.fill_id) if row.fill_id.isdigit() else 0, row.fill_id)
