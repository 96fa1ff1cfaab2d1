"""Fetches the settled fills of one finished order: the complete set, or nothing."""

from __future__ import annotations

from typing import Final

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.lookup import look_up
from pink_actors.gateway.spans import Walk
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
    strange = next((row.coin for row in rows if row.coin and row.coin not in desk.coins), "")
    if strange:
        # Its fee would be booked in our coin, and so would its result.
        text = f"a fill's fee is in {strange}, not in {desk.coins[0]}"
        await desk.diagnose_once(Code.NOT_AS_CONFIGURED, text, command.symbol)
        await reporter.conclude(
            ReportKind.COMMAND_DONE, command, Code.SETTLE_MISMATCH, answer, text
        )
        return
    if not rows or found_e8 < command.cum_qty_e8:
        text = f"{len(rows)} rows of {found_e8}e-8, not {command.cum_qty_e8}e-8"
        await reporter.conclude(
            ReportKind.COMMAND_DONE, command, Code.SETTLE_MISMATCH, answer, text
        )
        return
    await desk.note_rounded(*rows)
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
    since_ms = command.since_wall_ms + desk.connection.offset_ms_min - CLOCK_SLACK_MS
    by_id: dict[str, FillFacts] = {}
    answer = Answer(Ending.UNSENT)
    walk = Walk(since_ms, until_ms)
    while (span := walk.take()) is not None:
        seen = 0
        for page in range(1, PAGES_MAX + 1):
            request = requests.fill_history(command.symbol, command.venue_order_id, *span, page)
            answer = await desk.connection.ask(request, Turn(Priority.SNAPSHOT))
            if answer.ending is not Ending.OK:
                return None, answer
            try:
                rows, total = replies.fills(answer.data)
            except Malformed as error:
                await desk.unreadable(answer, error, command.symbol)
                return None, answer
            seen += len(rows)
            by_id |= {
                row.fill_id: row for row in rows if row.venue_order_id == command.venue_order_id
            }
            if not rows or (len(rows) < requests.FILL_ROWS_MAX and seen >= total):
                break
        else:
            return None, answer._replace(text=f"more than {PAGES_MAX} pages of fills in a week")
    return sorted(by_id.values(), key=_trade_order), answer


def _trade_order(row: FillFacts) -> tuple[int, str]:
    return (int(row.fill_id) if row.fill_id.isdigit() else 0, row.fill_id)
