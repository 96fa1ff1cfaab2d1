"""The venue's dead-man switch: our orders end if we fall silent, but never a protection order.

Invariant: it is armed only while an order of ours rests and no protection order does; whoever sends
a protection order disarms it first, because what the switch cancels would be that one too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from pink_actors import shm
from pink_actors._native import CellBusy
from pink_actors.clock import NS_PER_S, Clock
from pink_actors.log import Logger
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Connection, Ending, Turn
from pink_actors.shm_layout import ORDERS, Command, OrderCell, OrderKind, OrderRole, OrderStatus
from pink_actors.venue import requests

LOOK_EVERY_S: Final = 1.0
# So many refreshes may fail before the venue fires.
REFRESHES_PER_TERM: Final = 3
TURN: Final = Turn(Priority.CANCEL)
PROTECTING_ROLES: Final = frozenset({OrderRole.STOP_LOSS, OrderRole.TAKE_PROFIT})
PLAIN_KINDS: Final = frozenset({OrderKind.MARKET, OrderKind.LIMIT})
MAY_REST: Final = frozenset({OrderStatus.REQUESTED, OrderStatus.WORKING, OrderStatus.UNKNOWN})


def protects(order: OrderCell | Command) -> bool:
    """Whether losing this order would leave a position without protection."""
    return order.role in PROTECTING_ROLES or order.order_kind not in PLAIN_KINDS


def wanted(orders: Iterable[OrderCell]) -> bool:
    """Whether the switch may guard these: something rests, and nothing that protects."""
    live = [order for order in orders if order.status in MAY_REST]
    rests = any(order.order_kind is OrderKind.LIMIT for order in live)
    return rests and not any(protects(order) for order in live)


class DeadMan:
    """Arms, refreshes and disarms; with `seconds` 0 it does nothing at all."""

    def __init__(
        self, seconds: int, connection: Connection, kernel: shm.Reader, clock: Clock, log: Logger
    ) -> None:
        self._seconds = seconds
        self._connection = connection
        self._kernel = kernel
        self._clock = clock
        self._log = log
        self._turn = asyncio.Lock()
        # A gateway before this one may have left it armed.
        self._may_be_armed = seconds > 0
        self._refresh_mono_ns = 0

    async def run(self) -> None:
        """Looks at the kernel's orders for as long as the gateway lives."""
        while self._seconds:
            await self._look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def before(self, command: Command) -> None:
        """To be awaited right before an order is sent: one that protects must find it disarmed.

        If that fails the order goes all the same, and `run` goes on disarming: protection that a
        switch may cancel later is better than none now.
        """
        if self._may_be_armed and protects(command):
            await self.disarm()

    async def disarm(self) -> None:
        """Disarms it, if it may be armed."""
        async with self._turn:
            await self._disarm()

    async def _look(self) -> None:
        async with self._turn:
            try:
                orders = self._kernel.read_all(ORDERS)
            except CellBusy:
                return
            if not wanted(orders):
                await self._disarm()
            elif self._clock.mono_ns() >= self._refresh_mono_ns:
                await self._arm()

    async def _arm(self) -> None:
        first = not self._may_be_armed
        self._may_be_armed = True
        sent_mono_ns = self._clock.mono_ns()
        answer = await self._connection.send(requests.cancel_all_after(self._seconds), TURN)
        if answer.ending is Ending.OK:
            term_ns = self._seconds * NS_PER_S
            self._refresh_mono_ns = sent_mono_ns + term_ns // REFRESHES_PER_TERM
        if first or answer.ending is not Ending.OK:
            self._log.info("dead_man_armed", answer=answer.ending.name, text=answer.text)

    async def _disarm(self) -> None:
        if not self._may_be_armed:
            return
        answer = await self._connection.send(requests.cancel_all_after(0), TURN)
        self._refresh_mono_ns = 0
        self._may_be_armed = answer.ending is not Ending.OK
        self._log.info("dead_man_disarmed", answer=answer.ending.name, text=answer.text)
