"""What has to be known of the venue before any order: its clock, the keys' word, mode and rules."""

from __future__ import annotations

from typing import Final

from pink_actors.errors import SecretsError
from pink_actors.gateway.desk import Desk
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Ending, Turn
from pink_actors.shm_layout import Code, PositionMode
from pink_actors.venue import replies, reports, requests
from pink_actors.venue.catalogue import Meaning
from pink_actors.venue.numbers import Malformed

TURN: Final = Turn(Priority.QUERY)
WANTED_MODE: Final = {"one_way": PositionMode.ONE_WAY, "hedge": PositionMode.HEDGE}


async def learn(desk: Desk) -> str:
    """Asks for all of it and tells the kernel; the text says what is missing, "" nothing."""
    if not await desk.connection.set_clock():
        return "the venue does not tell its time"
    for step in (learn_mode, _learn_instruments, _set_margin_type):
        missing = await step(desk)
        if missing:
            return missing
    desk.memory.learned.set()
    return ""


async def refresh(desk: Desk) -> str:
    """Asks again for what the venue may change while we run: its clock and its rules."""
    if not await desk.connection.set_clock():
        return "the venue does not tell its time"
    return await _learn_instruments(desk)


async def learn_mode(desk: Desk) -> str:
    """Asks for the position mode and sets the configured one where nothing stands against it."""
    answer = await desk.connection.ask(requests.POSITION_MODE, TURN)
    if answer.ending is not Ending.OK:
        refuse_bad_keys(answer)
        return f"position mode: {answer.text}"
    try:
        mode = replies.position_mode(answer.data)
    except Malformed as error:
        await desk.unreadable(answer, error)
        return f"position mode: {error}"
    wanted = WANTED_MODE[desk.config.venue.position_mode]
    if mode is not wanted:
        mode = await _switched(desk, mode, wanted)
    desk.memory.mode = mode
    await desk.reporter.publish(reports.position_mode(mode, desk.reporter.arrival(None, answer)))
    return ""


async def _switched(desk: Desk, mode: PositionMode, wanted: PositionMode) -> PositionMode:
    """The mode after an attempt to set the configured one; only a flat account is touched."""
    positions = await desk.connection.ask(requests.POSITIONS, TURN)
    orders = await desk.connection.ask(requests.open_orders(), TURN)
    try:
        flat = (
            positions.ending is Ending.OK
            and orders.ending is Ending.OK
            and not replies.positions(positions.data)
            and not replies.orders(orders.data)
        )
    except Malformed as error:
        await desk.unreadable(positions, error)
        flat = False
    if flat:
        answer = await desk.connection.ask(requests.set_position_mode(wanted), TURN)
        if answer.ending is Ending.OK:
            return wanted
    text = f"the venue is in {mode.name}, {wanted.name} is configured"
    desk.log.warning("position_mode", text=text, flat=flat)
    await desk.reporter.diagnose(text, code=Code.NOT_AS_CONFIGURED)
    return mode


async def _learn_instruments(desk: Desk) -> str:
    answer = await desk.connection.ask(requests.CONTRACTS, TURN)
    if answer.ending is not Ending.OK:
        return f"contracts: {answer.text}"
    symbols = desk.config.symbols
    try:
        found, problems = replies.instruments(answer.data, frozenset(symbols))
    except Malformed as error:
        await desk.unreadable(answer, error)
        return f"contracts: {error}"
    for problem in problems:
        if await desk.diagnose_once(Code.MALFORMED, str(problem)):
            desk.connection.unreadable(answer, problem)
    listed = {facts.symbol: facts for facts in found}
    # A symbol that is not listed any more keeps its rules: what is held in it must still get out.
    desk.memory.instruments |= listed
    arrival = desk.reporter.arrival(None, answer)
    for symbol in symbols:
        facts = listed.get(symbol)
        if facts is None:
            desk.log.error("unknown_symbol", symbol=symbol)
            text = "the venue tells no rules of this symbol"
            await desk.reporter.diagnose(text, symbol, code=Code.UNKNOWN_SYMBOL)
        else:
            await desk.reporter.publish(reports.instrument(facts, arrival))
    return ""


async def _set_margin_type(desk: Desk) -> str:
    """Sets the configured margin type of each symbol that has another one.

    The venue refuses it while the symbol has orders or a position; then it stays and is told.  So
    is what it refuses to tell: one symbol keeps no other from being traded, or left.
    """
    wanted = desk.config.venue.margin_type
    if wanted == "unchanged":
        return ""
    for symbol in desk.config.symbols:
        answer = await desk.connection.ask(requests.margin_type(symbol), TURN)
        if answer.ending is Ending.REFUSED:
            await _tell_margin_type(desk, symbol, "not told", answer)
            continue
        if answer.ending is not Ending.OK:
            return f"margin type of {symbol}: {answer.text}"
        try:
            word = replies.margin_type(answer.data)
        except Malformed as error:
            await desk.unreadable(answer, error, symbol)
            return f"margin type of {symbol}: {error}"
        if word == wanted.upper():
            continue
        answer = await desk.connection.ask(requests.set_margin_type(symbol, wanted.upper()), TURN)
        if answer.ending is Ending.OK:
            desk.log.info("margin_type", symbol=symbol, was=word, now=wanted.upper())
        elif answer.ending is Ending.REFUSED:
            await _tell_margin_type(desk, symbol, word, answer)
        else:
            return f"margin type of {symbol}: {answer.text}"
    return ""


async def _tell_margin_type(desk: Desk, symbol: str, word: str, answer: Answer) -> None:
    wanted = desk.config.venue.margin_type.upper()
    text = f"the margin type is {word}, {wanted} is configured: {answer.text}"
    desk.log.warning("margin_type", symbol=symbol, text=text)
    await desk.reporter.diagnose(text, symbol, code=Code.NOT_AS_CONFIGURED)


def refuse_bad_keys(answer: Answer) -> None:
    """Keys that the venue refuses cannot get better by waiting."""
    if answer.ending is Ending.REFUSED and answer.meaning is Meaning.KEY:
        raise SecretsError(
            f"the venue refuses the API key: {answer.code} {answer.text}; "
            "correct the credentials file and start again"
        )
