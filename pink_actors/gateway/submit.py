"""Places one order, at most once: what may have left before is looked for first."""

from __future__ import annotations

import asyncio
from typing import Final

from pink_actors.clock import NS_PER_S
from pink_actors.gateway.bootstrap import learn_mode
from pink_actors.gateway.cancel import withdraw
from pink_actors.gateway.desk import Desk
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.lookup import look_until_settled, look_up
from pink_actors.rest.backoff import Backoff
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, Command, OrderKind, PositionMode, ReportKind, Side
from pink_actors.venue import replies, reports, requests
from pink_actors.venue.catalogue import Meaning
from pink_actors.venue.evidence import (
    accepted_echo,
    difference,
    echo_difference,
    echo_mismatch,
)
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.quantise import refusal
from pink_actors.venue.requests import Request, Unsendable
from pink_actors.venue.words import FINISHED

# An exit without a deadline is tried this long while it provably never reached the venue.
PERSIST_NS_MAX: Final = 30 * NS_PER_S


async def submit(desk: Desk, work: Work) -> None:
    """Performs one SUBMIT command."""
    command = work.command
    if work.maybe_sent:
        look = await look_until_settled(desk, command)
        if look.facts is not None:
            await _found(desk, command, look.facts, look.answer)
            return
        if not look.absent:
            await _unknown(desk, command, look.answer, look.text)
            return
        if not desk.kernel_awaits(command):
            # It was answered by a gateway that died before it freed its place in the ring.
            text = "absent, and answered before"
            await desk.reporter.conclude(
                ReportKind.COMMAND_DONE, command, Code.DUPLICATE, look.answer, text
            )
            return
    if _overtaken(desk, work):
        await _not_sent(desk, command, Code.OVERTAKEN)
        return
    if not await _venue_learned(desk, command):
        await _not_sent(desk, command, Code.DEADLINE_PASSED, text="mode and rules are not known")
        return
    broken = _broken_rule(desk, command)
    if broken is not Code.OK:
        await _not_sent(desk, command, broken)
        return
    mode = command.position_mode or desk.memory.mode
    try:
        request = requests.place_order(command, PositionMode(mode))
    except Unsendable as error:
        await _not_sent(desk, command, Code.INVALID_FIELD, text=str(error))
        return
    await desk.dead_man.before(command)
    if command.adds_risk and not await _leverage_set(desk, work, PositionMode(mode)):
        return
    await _conclude(desk, command, await _send(desk, work, request))


def _broken_rule(desk: Desk, command: Command) -> Code:
    """OK, or the rule it breaks; what is held in a symbol without rules must still get out."""
    rules = desk.memory.instruments.get(command.symbol)
    if rules is None:
        return Code.UNKNOWN_SYMBOL if command.adds_risk else Code.OK
    return refusal(command, rules)


async def _venue_learned(desk: Desk, command: Command) -> bool:
    """Waits for mode and rules where the venue was away at the start; False when it is too late."""
    learned = desk.memory.learned
    if learned.is_set():
        return True
    deadline = command.deadline_mono_ns if command.adds_risk else 0
    left_ns = deadline - desk.clock.mono_ns() if deadline else PERSIST_NS_MAX
    try:
        async with asyncio.timeout(left_ns / NS_PER_S):
            await learned.wait()
    except TimeoutError:
        return False
    return True


async def _send(desk: Desk, work: Work, request: Request) -> Answer:
    """Sends until the venue has it, or may have it, or it may not leave any more."""
    command = work.command

    def refused() -> Code:
        return Code.OVERTAKEN if _overtaken(desk, work) else desk.gate.refusal(command)

    def gate() -> Code:
        held = refused()
        if held is Code.OK:
            desk.tally.submits += 1
            desk.memory.note_sent(command.client_order_id, desk.clock.mono_ns())
        return held

    deadline = command.deadline_mono_ns if command.adds_risk else 0
    give_up_mono_ns = deadline or desk.clock.mono_ns() + PERSIST_NS_MAX
    turn = Turn(Priority.ENTRY if command.adds_risk else Priority.EXIT, give_up_mono_ns, gate)
    backoff = Backoff(0.1, 2.0)
    while True:
        answer = await desk.connection.send(request, turn)
        if answer.ending not in (Ending.NOTHING, Ending.UNSENT):
            return answer
        held = refused()
        if held is not Code.OK:
            return Answer(Ending.HELD, held=held)
        pause_s = backoff.next_s()
        if desk.clock.mono_ns() + int(pause_s * NS_PER_S) >= give_up_mono_ns:
            return answer
        desk.connection.counters.retries += 1
        await asyncio.sleep(pause_s)


async def _conclude(desk: Desk, command: Command, answer: Answer) -> None:
    reporter = desk.reporter
    match answer.ending:
        case Ending.OK:
            await _accepted(desk, command, answer)
        case Ending.HELD:
            await _not_sent(desk, command, answer.held)
        case Ending.UNSENT:
            await _not_sent(desk, command, Code.DEADLINE_PASSED, answer)
        case Ending.NOTHING if command.adds_risk:
            await _not_sent(desk, command, Code.DEADLINE_PASSED, answer)
        case Ending.NOTHING:
            await reporter.conclude(ReportKind.ORDER_REFUSED, command, Code.RATE_LIMITED, answer)
        case Ending.REFUSED if answer.meaning is Meaning.DUPLICATE_ID:
            await _already_there(desk, command, answer)
        case Ending.REFUSED if answer.meaning in (Meaning.NO_ORDER, Meaning.ALREADY_FILLED):
            # No answer to an order that is new, whatever the venue meant by it.
            await _unknown(desk, command, answer)
        case Ending.REFUSED:
            desk.tally.refused += 1
            await reporter.conclude(ReportKind.ORDER_REFUSED, command, Code.VENUE_REFUSED, answer)
            if answer.meaning is Meaning.MODE:
                await learn_mode(desk)
        case Ending.UNKNOWN if answer.meaning is Meaning.IN_PROGRESS:
            await _already_there(desk, command, answer)
        case Ending.UNKNOWN:
            await _unknown(desk, command, answer)


async def _accepted(desk: Desk, command: Command, answer: Answer) -> None:
    try:
        facts = replies.order(answer.data)
    except Malformed as error:
        await desk.unreadable(answer, error, command.symbol)
        await _unknown(desk, command, answer)
        return
    foreign = echo_mismatch(command, facts, desk.connection.offset_ms_min)
    if foreign:
        await desk.tell_difference(command, facts, foreign)
        if facts.client_order_id == command.client_order_id.lower() and _rests(facts):
            await withdraw(desk, _as_found(command, facts))
        await _unknown(desk, command, answer, f"echo: {foreign}")
        return
    await desk.tell_difference(command, facts, echo_difference(command, facts).text)
    await _found(desk, command, accepted_echo(facts), answer)


async def _found(desk: Desk, command: Command, facts: OrderFacts, answer: Answer) -> None:
    """The order is there: one that rests and is not what was asked for is taken off the book.

    A protection order is kept all the same: at another level it protects better than none does.
    """
    found = difference(command, facts)
    if found.grave and _rests(facts):
        await desk.tell_difference(command, facts, found.text)
        gone, answer = await withdraw(desk, _as_found(command, facts))
        if gone is None:
            await _unknown(desk, command, answer, f"not withdrawn: {found.text}")
            return
        facts = gone
    await desk.report_order(command, facts, answer)


def _rests(facts: OrderFacts) -> bool:
    return facts.order_kind is OrderKind.LIMIT and facts.status not in FINISHED


def _as_found(command: Command, facts: OrderFacts) -> Command:
    """The same order as the venue has it."""
    return command._replace(
        symbol=facts.symbol,
        order_side=facts.order_side,
        order_kind=facts.order_kind,
        venue_order_id=facts.venue_order_id,
    )


async def _already_there(desk: Desk, command: Command, answer: Answer) -> None:
    """The venue has an order with this id: one of our requests got through."""
    look = await look_up(desk, command)
    if look.facts is not None:
        await _found(desk, command, look.facts, look.answer)
    else:
        await _unknown(desk, command, answer)


async def _unknown(desk: Desk, command: Command, answer: Answer, text: str = "") -> None:
    desk.tally.unknown_outcomes += 1
    desk.memory.unknown.put(command.client_order_id, command.command_seq)
    await desk.reporter.conclude(ReportKind.ORDER_UNKNOWN, command, Code.UNRESOLVED, answer, text)


async def _not_sent(
    desk: Desk, command: Command, code: Code, answer: Answer | None = None, text: str = ""
) -> None:
    desk.tally.not_sent += 1
    await desk.reporter.conclude(ReportKind.NOT_SENT, command, code, answer, text)


def _overtaken(desk: Desk, work: Work) -> bool:
    cancel_seq = desk.memory.cancelled.get(work.command.client_order_id) or 0
    return work.overtaken or cancel_seq > work.command.command_seq


async def _leverage_set(desk: Desk, work: Work, mode: PositionMode) -> bool:
    """Sets leverage where the venue is not known to have it; False when the order must not go."""
    command = work.command
    side = Side.NONE if mode is PositionMode.ONE_WAY else command.position_side
    memory, symbol = desk.memory, command.symbol
    known = memory.leverage(symbol, side, desk.clock.mono_ns())
    if not command.leverage or known == command.leverage:
        return True
    memory.note_leverage(symbol, side, 0, desk.clock.mono_ns())
    request = requests.set_leverage(symbol, side, command.leverage)
    answer = await desk.connection.ask(request, desk.turn(command, Priority.ENTRY))
    if answer.ending is not Ending.OK:
        code = {Ending.HELD: answer.held, Ending.REFUSED: Code.VENUE_REFUSED}.get(
            answer.ending, Code.DEADLINE_PASSED
        )
        await _not_sent(desk, command, code, answer, f"leverage: {answer.text}")
        if answer.meaning is Meaning.MODE:
            await learn_mode(desk)
        return False
    try:
        confirmed = replies.leverage(answer.data) or command.leverage
    except Malformed as error:
        await desk.unreadable(answer, error, symbol)
        await _not_sent(desk, command, Code.VENUE_REFUSED, answer, f"leverage: {error}")
        return False
    if confirmed != command.leverage:
        text = f"leverage: the venue set {confirmed}"
        await _not_sent(desk, command, Code.VENUE_REFUSED, answer, text)
        return False
    memory.note_leverage(symbol, side, confirmed, desk.clock.mono_ns())
    arrival = desk.reporter.arrival(None, answer)
    await desk.reporter.publish(reports.leverage(symbol, command.position_side, confirmed, arrival))
    return True
