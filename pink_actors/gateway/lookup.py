"""Looks one order up at the venue: by id where it has one, by its features where it has none."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final, NamedTuple

from pink_actors.clock import NS_PER_S
from pink_actors.gateway.desk import Desk
from pink_actors.gateway.spans import Span, Walk
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, Command
from pink_actors.venue import replies, requests
from pink_actors.venue.catalogue import Meaning
from pink_actors.venue.evidence import CLOCK_SLACK_MS, match_unnamed, mismatch, sent_after_ms
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.words import KINDS_WITH_CLIENT_ID

SETTLED_LOOK_PAUSE_S: Final = 1.0


class Look(NamedTuple):
    """What one look showed: the order, its absence, or neither."""

    facts: OrderFacts | None
    absent: bool
    answer: Answer
    text: str = ""


async def look_up(
    desk: Desk, command: Command, priority: Priority = Priority.QUERY, *, certain: bool = False
) -> Look:
    """One look.  Absence is what the venue says now; whether that is evidence, the time decides.

    A venue may take an order and forget its client id: where absence is going to be evidence
    (`certain`), an order that is not known by its id is looked for by its features as well.
    """
    desk.tally.queries += 1
    if command.venue_order_id or command.order_kind in KINDS_WITH_CLIENT_ID:
        look = await _by_id(desk, command, priority)
        if not (certain and look.absent) or command.venue_order_id:
            return look
    return await _by_features(desk, command, priority)


async def look_until_settled(desk: Desk, command: Command) -> Look:
    """Looks again and again until the order is found or its absence is evidence.

    What the venue cannot tell by then stays unknown: the kernel goes on asking, and what else is to
    be done for the symbol is not held up.
    """
    settled_mono_ns = desk.settled_mono_ns(command.client_order_id)
    while True:
        asked_mono_ns = desk.clock.mono_ns()
        settled = asked_mono_ns >= settled_mono_ns
        look = await look_up(desk, command, certain=settled)
        if look.facts is not None or settled:
            return look
        remaining_s = (settled_mono_ns - desk.clock.mono_ns()) / NS_PER_S
        await asyncio.sleep(
            min(max(remaining_s, 0.05), SETTLED_LOOK_PAUSE_S)
            if look.absent
            else SETTLED_LOOK_PAUSE_S
        )


async def _by_id(desk: Desk, command: Command, priority: Priority) -> Look:
    request = requests.query_order(command.symbol, command.venue_order_id, command.client_order_id)
    answer = await desk.connection.ask(request, Turn(priority))
    if answer.ending is not Ending.OK:
        absent = answer.ending is Ending.REFUSED and answer.meaning is Meaning.NO_ORDER
        return Look(None, absent, answer)
    try:
        facts = replies.order(answer.data)
    except Malformed as error:
        return await _unreadable(desk, answer, error)
    contradiction = mismatch(command, facts, desk.connection.offset_ms_min)
    if contradiction:
        text = f"order {facts.venue_order_id} is not ours: {contradiction}"
        await desk.reporter.diagnose(text, command.symbol, code=Code.FOREIGN_ORDER)
        return Look(None, False, answer, text)
    return Look(facts, False, answer)


async def _by_features(desk: Desk, command: Command, priority: Priority) -> Look:
    """Nothing is absent, and no match the only one, where the venue's list may hide a row."""
    offset_ms_min = desk.connection.offset_ms_min
    since_ms = sent_after_ms(command, offset_ms_min)
    walk = Walk(since_ms, desk.connection.venue_wall_ms() + CLOCK_SLACK_MS)
    by_id: dict[int, OrderFacts] = {}
    # Open ones first: an order that triggers in between is then seen in the second list.
    request = requests.open_orders(command.symbol)
    span: Span | None = None
    while True:
        answer = await desk.connection.ask(request, Turn(priority))
        if answer.ending is not Ending.OK:
            return Look(None, False, answer)
        try:
            page = [replies.order_row(row) for row in replies.orders(answer.data)]
        except Malformed as error:
            return await _unreadable(desk, answer, error)
        by_id |= {facts.venue_order_id: facts for facts in page}
        if span is not None and len(page) >= requests.ORDER_ROWS_MAX:
            walk.cut(span, [facts.created_ms for facts in page])
        span = walk.take()
        if span is None or walk.crowded:
            break
        request = requests.all_orders(command.symbol, *span)
    if not walk.whole or not walk.reaches_back:
        return Look(None, False, answer, "the venue's list of orders cannot be seen whole")
    claimed = _claimed(desk, command, by_id)
    matches = match_unnamed(command, by_id.values(), claimed, offset_ms_min)
    if len(matches) > 1:
        text = f"{len(matches)} orders match {command.client_order_id}"
        await desk.reporter.diagnose(text, command.symbol, code=Code.UNRESOLVED)
        return Look(None, False, answer, text)
    return Look(matches[0] if matches else None, not matches, answer)


def _claimed(desk: Desk, command: Command, venue_order_ids: Iterable[int]) -> set[int]:
    """Venue ids of other orders of ours: as the kernel knows them, or as told before."""
    ours = (None, command.client_order_id)
    claimed = {one for one in venue_order_ids if desk.memory.owners.get(one) not in ours}
    for cell in desk.kernel_orders():
        # One that is being written now is not the finished twin we look for.
        if cell is not None and cell.venue_order_id:
            if cell.client_order_id != command.client_order_id:
                claimed.add(cell.venue_order_id)
    return claimed


async def _unreadable(desk: Desk, answer: Answer, error: Malformed) -> Look:
    await desk.unreadable(answer, error)
    return Look(None, False, answer, str(error))
