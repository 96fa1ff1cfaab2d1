"""Looks one order up for the kernel; "not found" is said only when it is evidence."""

from __future__ import annotations

from pink_actors.clock import NS_PER_MS
from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.lookup import look_up
from pink_actors.shm_layout import Code, Command, ReportKind


async def query(desk: Desk, work: Work) -> None:
    """Performs one QUERY command."""
    command = work.command
    old_enough = _old_enough(desk, command)
    look = await look_up(desk, command, certain=old_enough)
    was_unknown = desk.memory.unknown.get(command.client_order_id) is not None
    if look.facts is not None:
        if was_unknown:
            desk.memory.unknown.drop(command.client_order_id)
            desk.tally.resolved_found += 1
        booked_e8 = desk.booked_qty_e8(command)
        if booked_e8 is not None and (look.facts.cum_qty_e8 or 0) > booked_e8:
            desk.tally.fills_by_rest += 1  # The stream has not told the kernel of it, or not yet.
        await desk.report_order(command, look.facts, look.answer)
    elif look.absent and old_enough:
        if was_unknown:
            desk.memory.unknown.drop(command.client_order_id)
            desk.tally.resolved_absent += 1
        await desk.reporter.conclude(
            ReportKind.ORDER_NOT_FOUND, command, Code.VENUE_REFUSED, look.answer
        )
    else:
        text = look.text or ("absent, too early to mean anything" if look.absent else "")
        await desk.reporter.conclude(
            ReportKind.COMMAND_DONE, command, Code.UNRESOLVED, look.answer, text
        )


def _old_enough(desk: Desk, command: Command) -> bool:
    """Whether a delayed request can no longer land: by the kernel's word and by our own memory."""
    sent_wall_ms = command.submitted_wall_ms or command.created_wall_ns // NS_PER_MS
    settled_wall_ms = sent_wall_ms + desk.config.risk.not_found_after_ms
    return (
        desk.clock.wall_ns() // NS_PER_MS > settled_wall_ms
        and desk.clock.mono_ns() > desk.settled_mono_ns(command.client_order_id)
    )
