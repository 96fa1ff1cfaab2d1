"""Cancels every order and closes every position the venue shows, without kernel or gateway.

It knows nothing but what the venue says now.  Every request may be repeated without harm: cancels
by nature, closings because they only reduce.  The venue shows a fill in its positions seconds late,
so nothing is flat that was not seen so twice, `risk.flat_confirm_ms` apart, and never otherwise
between.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Final, NamedTuple

from msgspec import Raw

from pink_actors import config as configuration
from pink_actors import log as logging
from pink_actors import runner
from pink_actors.clock import NS_PER_MS, NS_PER_S, Clock, SystemClock
from pink_actors.config import Config
from pink_actors.errors import PinkError, TemporaryError
from pink_actors.gateway.bootstrap import refuse_bad_keys
from pink_actors.log import Logger
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Connection, Ending, Keys, Turn
from pink_actors.rest.kept import Kept
from pink_actors.shm_layout import Command, OrderKind, OrderSide, PositionMode, Side
from pink_actors.venue import replies, requests
from pink_actors.venue.facts import PositionFacts
from pink_actors.venue.numbers import Malformed

PATIENCE_S_MAX: Final = 60
ROUND_PAUSE_S: Final = 0.5
ASK: Final = Turn(Priority.QUERY)
CANCEL: Final = Turn(Priority.CANCEL)
CLOSE: Final = Turn(Priority.EXIT)


class Unwatched:
    """It lives for seconds and has no segment in which to say how it is."""

    def set_state(self, state: int) -> None:
        """Its exit code says it."""

    def beat(self, progress: int) -> None:
        """Its exit code says it."""


class Held(NamedTuple):
    """What the venue still shows."""

    mode: PositionMode
    orders: int
    positions: list[PositionFacts]
    unread: int  # positions that cannot be read: they keep no other from being closed

    @property
    def empty(self) -> bool:
        """Whether there is nothing at all."""
        return not self.orders and not self.positions and not self.unread

    def __str__(self) -> str:
        held = [f"{p.side.name} {p.qty_e8 / 1e8:g} {p.symbol}" for p in self.positions]
        unread = [f"{self.unread} positions that cannot be read"] if self.unread else []
        return ", ".join([*([f"{self.orders} orders"] if self.orders else []), *held, *unread])


class Flatten:
    """One round a step, until the venue shows nothing any more."""

    idle_ms = 0

    def __init__(
        self,
        connection: Connection,
        clock: Clock,
        log: Logger,
        stop: asyncio.Event,
        confirm_ms: int,
    ) -> None:
        self._connection = connection
        self._clock = clock
        self._log = log
        self._stop = stop
        self._confirm_ms = confirm_ms
        self._round = 0
        self._empty_mono_ns = 0  # Since when the venue shows nothing; 0 = it shows something.
        self._last = "the venue has not answered"
        self._until_mono_ns = clock.mono_ns() + PATIENCE_S_MAX * NS_PER_S

    async def start(self) -> None:
        """Signatures need the venue's clock; a refusal for it is mended later as well."""
        await self._connection.set_clock()

    async def step(self) -> int:
        """Looks, and acts on what is there."""
        asked_mono_ns = self._clock.mono_ns()
        held = await self._look()
        if held is not None and held.empty:
            self._empty(asked_mono_ns)
            await asyncio.sleep(ROUND_PAUSE_S)
            return 1
        if held is not None:
            self._empty_mono_ns = 0
        if self._clock.mono_ns() >= self._until_mono_ns:
            raise TemporaryError(
                f"not flat after {PATIENCE_S_MAX} s: {self._last}; "
                "try again, or close by hand at the venue"
            )
        if held is not None:
            self._last = f"still held: {held}"
            await self._act(held)
        await asyncio.sleep(ROUND_PAUSE_S)
        return 1

    def _empty(self, asked_mono_ns: int) -> None:
        """The first such look counts from its end, the one that confirms it from its start."""
        if not self._empty_mono_ns:
            self._empty_mono_ns = self._clock.mono_ns()
            self._log.info("flat_so_far", rounds=self._round, looking_again_for_ms=self._confirm_ms)
        elif asked_mono_ns - self._empty_mono_ns >= self._confirm_ms * NS_PER_MS:
            self._log.info("flat", rounds=self._round, confirmed_after_ms=self._confirm_ms)
            self._stop.set()

    async def close(self) -> None:
        """Ends the connections."""
        await self._connection.close()

    async def _look(self) -> Held | None:
        ask = self._connection.ask
        mode = await ask(requests.POSITION_MODE, ASK)
        orders = await ask(requests.open_orders(), ASK)
        positions = await ask(requests.POSITIONS, ASK)
        for answer in (mode, orders, positions):
            refuse_bad_keys(answer)
            if answer.ending is not Ending.OK:
                self._last = f"the venue does not answer: {answer.text}"
                self._log.warning("no_answer", error=answer.text)
                return None
        try:
            return Held(
                replies.position_mode(mode.data),
                len(replies.orders(orders.data)),
                *self._positions(positions),
            )
        except Malformed as error:
            self._last = f"the venue's answer cannot be read: {error}"
            self._connection.unreadable(positions, error)
            return None

    def _positions(self, answer: Answer) -> tuple[list[PositionFacts], int]:
        """Those that can be read, each by itself, and how many cannot."""
        held: list[PositionFacts] = []
        unread = 0
        for row in replies.decode(answer.data, list[Raw], "positions"):
            try:
                held += replies.positions(Raw(b"[" + bytes(row) + b"]"))
            except Malformed as error:
                unread += 1
                self._connection.unreadable(answer, error)
        return held, unread

    async def _act(self, held: Held) -> None:
        """Orders first: resting exits keep a position from being closed as a whole."""
        self._round += 1
        if held.orders:
            answer = await self._connection.send(requests.CANCEL_ALL, CANCEL)
            self._log.info(
                "cancelled", orders=held.orders, answer=answer.ending.name, text=answer.text
            )
        for number, position in enumerate(held.positions):
            command = self._closing(position, number)
            request = requests.place_order(command, held.mode)
            answer = await self._connection.send(request, CLOSE)
            self._log.info(
                "closed", symbol=position.symbol, side=position.side.name,
                qty_e8=position.qty_e8, answer=answer.ending.name, text=answer.text,
            )  # fmt: skip

    def _closing(self, position: PositionFacts, number: int) -> Command:
        wall_ms = self._clock.wall_ns() // NS_PER_MS
        return Command.zero()._replace(
            symbol=position.symbol,
            order_side=OrderSide.SELL if position.side is Side.LONG else OrderSide.BUY,
            position_side=position.side,
            order_kind=OrderKind.MARKET,
            reduce_only=1,
            qty_e8=position.qty_e8,
            client_order_id=f"flatten-{wall_ms:x}-{number}",
        )


def main(arguments: list[str] | None = None) -> int:
    """The exit code: 0 when the venue shows neither order nor position."""
    parser = argparse.ArgumentParser("python -m pink_actors.gateway.flatten", description=__doc__)
    parser.add_argument("--run-dir", required=True, type=Path)
    parser.add_argument("--secrets-fd", required=True, type=int)
    given = parser.parse_args(arguments)
    log = logging.make("flatten", os.getpid())
    try:
        secrets = runner.read_secrets(given.secrets_fd)
        config = configuration.load_resolved(given.run_dir)
        masked = (secrets.api_key, secrets.api_secret)
        log = logging.make("flatten", os.getpid(), config.log.level, masked)
        keys = Keys(secrets.api_key, secrets.api_secret)
        stop = asyncio.Event()
        confirm_ms = config.risk.flat_confirm_ms
        actor = Flatten(_connection(config, keys, log), SystemClock(), log, stop, confirm_ms)
    except PinkError as error:
        log.error("refused_to_start", error=str(error), exit_code=error.exit_code)  # noqa: TRY400
        return error.exit_code
    return runner.drive(actor, Unwatched(), log, stop)


def _connection(config: Config, keys: Keys, log: Logger) -> Connection:
    kept = Kept(config.unread_dir, "flatten", SystemClock(), log)
    return Connection(config.venue, keys, SystemClock(), log, kept)


if __name__ == "__main__":
    sys.exit(main())
