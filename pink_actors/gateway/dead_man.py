"""The venue's dead-man switch: our orders end if we fall silent, but never a protection order.

Invariant: it is armed only while an order of ours rests and no protection order does, ours or
anybody's; whoever sends a protection order disarms it first, because what the switch cancels would
be that one too.  What others placed only the venue's list can tell: it is seen before the switch is
armed, and again while it is, and each snapshot shows it as well.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from typing import Final

from pink_actors import shm
from pink_actors._native import CellBusy
from pink_actors.clock import NS_PER_S, Clock
from pink_actors.log import Logger
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Connection, Ending, Turn
from pink_actors.shm_layout import (
    ORDERS,
    Command,
    OrderCell,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    Side,
)
from pink_actors.venue import replies, requests
from pink_actors.venue.facts import OrderFacts
from pink_actors.venue.numbers import Malformed

LOOK_EVERY_S: Final = 1.0
# So many refreshes may fail before the venue fires.
REFRESHES_PER_TERM: Final = 3
LIST_AGE_NS_MAX: Final = 5 * NS_PER_S
# A request of which nothing is known may land this late: the venue takes none older than 5 s.
LATE_NS_MAX: Final = 8 * NS_PER_S
ARMED: Final = "ACTIVATED"
OFF: Final = "CLOSED"
TURN: Final = Turn(Priority.CANCEL)
LOOK: Final = Turn(Priority.QUERY)
PROTECTING_ROLES: Final = frozenset({OrderRole.STOP_LOSS, OrderRole.TAKE_PROFIT})
PLAIN_KINDS: Final = frozenset({OrderKind.MARKET, OrderKind.LIMIT})
MAY_REST: Final = frozenset({OrderStatus.REQUESTED, OrderStatus.WORKING, OrderStatus.UNKNOWN})
CLOSING: Final = frozenset({(Side.LONG, OrderSide.SELL), (Side.SHORT, OrderSide.BUY)})


def protects(order: OrderCell | Command) -> bool:
    """Whether losing this order would leave a position without protection."""
    return order.role in PROTECTING_ROLES or order.order_kind not in PLAIN_KINDS


def wanted(orders: Iterable[OrderCell]) -> bool:
    """Whether the switch may guard these: something rests, and nothing that protects."""
    live = [order for order in orders if order.status in MAY_REST]
    rests = any(order.order_kind is OrderKind.LIMIT for order in live)
    return rests and not any(protects(order) for order in live)


def guards(facts: OrderFacts, own_ids: Iterable[str]) -> bool:
    """Whether this resting order may protect a position for somebody who is not the kernel.

    A conditional one always may: the kernel's own are seen in its cells, and carry no id here.
    """
    if facts.order_kind not in PLAIN_KINDS:
        return True
    closes = facts.reduce_only or (facts.position_side, facts.order_side) in CLOSING
    return closes and facts.client_order_id not in own_ids


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
        # Until then what armed it, sent and not answered, may still come in after what disarmed it.
        self._late_until_mono_ns = clock.mono_ns() + LATE_NS_MAX if seconds else 0
        self._refresh_mono_ns = 0
        self._orders = [OrderCell.zero()] * ORDERS.cell_count
        self._generations = [-1] * ORDERS.cell_count
        # None until the venue has listed its orders once.
        self._guarded: bool | None = None
        self._listed_mono_ns = -LIST_AGE_NS_MAX
        self._withheld = False

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

    def note_orders(self, orders: Iterable[OrderFacts], asked_mono_ns: int) -> None:
        """Every order that rested at the venue when it was asked then."""
        if not self._seconds or asked_mono_ns < self._listed_mono_ns:
            return
        with contextlib.suppress(CellBusy):
            self._refresh_orders()
        own_ids = {order.client_order_id for order in self._orders if order.client_order_id}
        self._guarded = any(guards(facts, own_ids) for facts in orders)
        self._listed_mono_ns = asked_mono_ns

    async def _look(self) -> None:
        async with self._turn:
            now = self._clock.mono_ns()
            due = now >= self._refresh_mono_ns
            if due and now - self._listed_mono_ns >= LIST_AGE_NS_MAX and self._is_wanted():
                await self._list()
            # Asked for after the list: a protection order may have left in the meantime.
            is_wanted = self._is_wanted()
            if is_wanted is None:
                return
            if is_wanted and self._guarded is False:
                self._withheld = False
                # A list of long ago may hold what is armed, and never arms.
                if due and (self._may_be_armed or now - self._listed_mono_ns < LIST_AGE_NS_MAX):
                    await self._arm()
                return
            if is_wanted and self._guarded and not self._withheld:
                self._withheld = True
                self._log.info("dead_man_withheld", reason="an order at the venue may protect")
            await self._disarm()

    def _is_wanted(self) -> bool | None:
        """Whether the kernel's orders want it; None while one of them is being written."""
        try:
            self._refresh_orders()
        except CellBusy:
            return None
        return wanted(self._orders)

    def _refresh_orders(self) -> None:
        """The kernel's orders; most of a thousand cells have not changed since the last look."""
        for index, known in enumerate(self._generations):
            generation = self._kernel.generation(ORDERS, index)
            if generation != known:
                self._orders[index] = self._kernel.read(ORDERS, index)
                self._generations[index] = generation

    async def _list(self) -> None:
        """Asks for what rests.  Where that fails the last list holds, so as not to let it fire.

        A row that cannot be read may be one that protects.
        """
        asked_mono_ns = self._clock.mono_ns()
        answer = await self._connection.send(requests.open_orders(), LOOK)
        if answer.ending is not Ending.OK:
            return
        try:
            rows = replies.orders(answer.data)
        except Malformed as error:
            self._connection.unreadable(answer, error)
            return
        facts = []
        unread = 0
        for row in rows:
            try:
                facts.append(replies.order_row(row))
            except Malformed:
                unread += 1  # The snapshot names it.
        self.note_orders(facts, asked_mono_ns)
        self._guarded = self._guarded or unread > 0

    async def _arm(self) -> None:
        first = not self._may_be_armed
        self._may_be_armed = True
        sent_mono_ns = self._clock.mono_ns()
        answer, word = await self._switch(self._seconds)
        if word == ARMED:
            term_ns = self._seconds * NS_PER_S
            self._refresh_mono_ns = sent_mono_ns + term_ns // REFRESHES_PER_TERM
        elif answer.ending is not Ending.UNSENT:
            self._late_until_mono_ns = self._clock.mono_ns() + LATE_NS_MAX
        if first or word != ARMED:
            self._log.info("dead_man_armed", answer=answer.ending.name, text=answer.text or word)

    async def _disarm(self) -> None:
        late = self._clock.mono_ns() < self._late_until_mono_ns
        if not self._may_be_armed and not late:
            return
        answer, word = await self._switch(0)
        self._refresh_mono_ns = 0
        if self._may_be_armed or word != OFF:
            self._log.info("dead_man_disarmed", answer=answer.ending.name, text=answer.text or word)
        self._may_be_armed = word != OFF

    async def _switch(self, seconds: int) -> tuple[Answer, str]:
        """What the venue says that it is now; "" where that is not known."""
        answer = await self._connection.send(requests.cancel_all_after(seconds), TURN)
        if answer.ending is not Ending.OK:
            return answer, ""
        try:
            return answer, replies.dead_man(answer.data)
        except Malformed as error:
            self._connection.unreadable(answer, error)
            return answer, ""
