"""Cancels one order, and says what became of it rather than what the reply was."""

from __future__ import annotations

import asyncio
from typing import Final

from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.lookup import look_up
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, Command, ReportKind
from pink_actors.venue import replies, requests
from pink_actors.venue.catalogue import Meaning
from pink_actors.venue.evidence import mismatch
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.words import FINISHED, KINDS_WITH_CLIENT_ID

CANCEL_TRIES_MAX: Final = 4
# The venue takes the same order's cancel at most once a second.
AGAIN_AFTER_S: Final = 1.1


async def cancel(desk: Desk, work: Work) -> None:
    """Performs one CANCEL command."""
    command = work.command
    desk.memory.cancelled.put(command.client_order_id, command.command_seq)
    target = command
    if not command.venue_order_id and command.order_kind not in KINDS_WITH_CLIENT_ID:
        look = await look_up(desk, command, Priority.CANCEL)
        if look.facts is None:
            await desk.reporter.conclude(
                ReportKind.CANCEL_REFUSED, command, Code.UNRESOLVED, look.answer, look.text
            )
            return
        target = command._replace(venue_order_id=look.facts.venue_order_id)
    facts, answer = await withdraw(desk, target)
    if facts is not None:
        await desk.report_order(command, facts, answer)
        return
    code = Code.VENUE_REFUSED if answer.ending is Ending.REFUSED else Code.UNRESOLVED
    await desk.reporter.conclude(ReportKind.CANCEL_REFUSED, command, code, answer)


async def withdraw(desk: Desk, target: Command) -> tuple[OrderFacts | None, Answer]:
    """Takes an order off the book: what became of it, or None where it may still be there."""
    answer = Answer(Ending.UNSENT)
    for _ in range(CANCEL_TRIES_MAX):
        answer = await _send(desk, target)
        facts, answer = await _truth(desk, target, answer)
        if facts is not None:
            return facts, answer
        if answer.ending is Ending.REFUSED and answer.meaning is not Meaning.IN_PROGRESS:
            desk.tally.refused += 1
            break
        await asyncio.sleep(AGAIN_AFTER_S)
    return None, answer


async def _send(desk: Desk, target: Command) -> Answer:
    desk.tally.cancels += 1
    request = requests.cancel_order(target.symbol, target.venue_order_id, target.client_order_id)
    return await desk.connection.send(request, Turn(Priority.CANCEL))


async def _truth(desk: Desk, target: Command, answer: Answer) -> tuple[OrderFacts | None, Answer]:
    """The order if it is gone; the reply alone can mean too many things."""
    if answer.ending is Ending.OK:
        try:
            facts = replies.order(answer.data)
        except Malformed as error:
            await desk.unreadable(answer, error, target.symbol)
        else:
            foreign = mismatch(target, facts, desk.connection.offset_ms_min)
            if foreign:
                # It tells of another order, so of this one nothing is known.
                text = f"cancel answered by order {facts.venue_order_id}: {foreign}"
                await desk.reporter.diagnose(text, target.symbol, code=Code.FOREIGN_ORDER)
                answer = answer._replace(ending=Ending.UNKNOWN, text=text)
            elif facts.status in FINISHED:
                return facts, answer
    if answer.ending in (Ending.NOTHING, Ending.UNSENT):
        return None, answer
    look = await look_up(desk, target, Priority.CANCEL)
    if look.facts is not None and look.facts.status in FINISHED:
        return look.facts, look.answer
    return None, answer
