"""What the handlers of commands work with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pink_actors import shm
from pink_actors._native import CellBusy
from pink_actors.clock import NS_PER_MS, Clock
from pink_actors.config import Config
from pink_actors.gateway.dead_man import DeadMan
from pink_actors.gateway.gate import Gate
from pink_actors.gateway.memory import Memory
from pink_actors.log import Logger
from pink_actors.rest.budget import Priority
from pink_actors.rest.connection import Answer, Connection, Turn
from pink_actors.rest.reporting import Reporter
from pink_actors.shm_layout import ORDERS, SLOTS, Code, Command, OrderCell
from pink_actors.venue import reports
from pink_actors.venue.evidence import difference
from pink_actors.venue.facts import BalanceFacts, FillFacts, IncomeFacts, OrderFacts
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.words import MARGIN_COINS


@dataclass(slots=True)
class Tally:
    """What the handlers counted."""

    submits: int = 0
    cancels: int = 0
    queries: int = 0
    snapshots: int = 0
    unknown_outcomes: int = 0
    resolved_found: int = 0
    resolved_absent: int = 0
    refused: int = 0
    not_sent: int = 0
    fills_by_rest: int = 0
    clock_steps: int = 0
    echo_differences: int = 0
    rounded: int = 0


@dataclass(slots=True, frozen=True)
class Desk:
    """One place for everything a handler needs."""

    config: Config
    connection: Connection
    reporter: Reporter
    memory: Memory
    gate: Gate
    dead_man: DeadMan
    kernel: shm.Reader
    clock: Clock
    log: Logger
    tally: Tally = field(default_factory=Tally)

    @property
    def coins(self) -> tuple[str, ...]:
        """The names of the account's margin coin; what is in another one is not ours to book."""
        return MARGIN_COINS[self.config.venue.kind]

    def turn(self, command: Command, priority: Priority) -> Turn:
        """The turn of a request that must not leave late and not against the gate."""
        deadline = command.deadline_mono_ns if command.adds_risk else 0
        return Turn(priority, deadline, lambda: self.gate.refusal(command))

    async def report_order(self, command: Command, facts: OrderFacts, answer: Answer) -> None:
        """The order as found; it answers to our id even where the venue keeps none.

        A quantity that the venue cut is told as an oddity: under another one than was commanded the
        kernel would take the order, and its fills, for somebody else's.
        """
        await self.tell_difference(command, facts, difference(command, facts).text)
        if facts.strange:
            await self._tell_once(Code.UNKNOWN_WORD, command, facts, facts.strange)
        self.memory.owners.put(facts.venue_order_id, command.client_order_id)
        await self.note_rounded(facts)
        cut = bool(command.qty_e8) and facts.qty_e8 != command.qty_e8
        ours = facts._replace(
            client_order_id=command.client_order_id, qty_e8=None if cut else facts.qty_e8
        )
        await self.reporter.publish(
            reports.order_state(ours, self.reporter.arrival(command, answer))
        )

    async def tell_difference(self, command: Command, facts: OrderFacts, text: str) -> None:
        """What the venue understood otherwise, once for each order; an empty text says nothing."""
        if text and await self._tell_once(Code.ECHO_DIFFERS, command, facts, f"echo: {text}"):
            self.tally.echo_differences += 1

    async def _tell_once(self, code: Code, command: Command, facts: OrderFacts, text: str) -> bool:
        key = (facts.venue_order_id, text)
        if self.memory.oddities.get(key):
            return False
        self.memory.oddities.put(key, True)
        self.log.warning(
            "odd_order", code=code.name, text=text, client_order_id=command.client_order_id
        )
        words = f"{text}; order {facts.venue_order_id}"
        await self.reporter.diagnose(words, command.symbol, code=code)
        return True

    def booked_qty_e8(self, command: Command) -> int | None:
        """What the kernel has booked of this order; None where its cells do not show the order."""
        if command.slot_id >= SLOTS.cell_count:
            return None
        try:
            slot = self.kernel.read(SLOTS, command.slot_id)
            for index in (slot.entry_order, slot.exit_order, slot.stop_order, slot.profit_order):
                if index < ORDERS.cell_count:
                    order = self.kernel.read(ORDERS, index)
                    if order.client_order_id == command.client_order_id:
                        return order.cum_qty_e8
        except CellBusy:
            return None
        return None

    def kernel_orders(self) -> Iterator[OrderCell | None]:
        """The kernel's order cells; None for one that is being written."""
        for index in range(ORDERS.cell_count):
            try:
                yield self.kernel.read(ORDERS, index)
            except CellBusy:
                yield None

    def kernel_awaits(self, command: Command) -> bool:
        """Whether the kernel's cells show an order of which this SUBMIT is still unanswered."""
        for cell in self.kernel_orders():
            # Of one that is being written the kernel asks the venue.
            if cell is not None and cell.client_order_id == command.client_order_id:
                return cell.submit_open == command.command_seq
        return False

    def kernel_knows(self, facts: OrderFacts) -> bool:
        """Whether the kernel's cells show this order; one that is being written may be it."""
        named = facts.client_order_id
        return any(
            cell is None
            or cell.venue_order_id == facts.venue_order_id
            or (named and cell.client_order_id == named)
            for cell in self.kernel_orders()
        )

    async def unreadable(self, answer: Answer, error: Malformed, symbol: str = "") -> None:
        """A reply whose fields are not what the protocol says: counted, kept, told."""
        self.connection.unreadable(answer, error)
        await self.reporter.unread(error, symbol)

    async def diagnose_once(
        self, code: Code, text: str, symbol: str = "", *, about: str = ""
    ) -> bool:
        """What is met again at each reading is told the first time; whether this is that."""
        key = (0, f"{symbol} {about or text}")
        if self.memory.oddities.get(key):
            return False
        self.memory.oddities.put(key, True)
        self.log.warning("odd_reply", code=code.name, symbol=symbol, text=text)
        await self.reporter.diagnose(text, symbol, code=code)
        return True

    async def note_rounded(
        self, *rows: OrderFacts | FillFacts | IncomeFacts | BalanceFacts
    ) -> None:
        """Counts amounts of money that had more digits than ours, and tells of the first of a kind.

        The figure is right to half a unit of 1e-8; whoever compares sums should know of it.
        """
        for text in (row.rounded for row in rows if row.rounded):
            self.tally.rounded += 1
            await self.diagnose_once(Code.OUT_OF_RANGE, text, about=text.partition(":")[0])

    def settled_mono_ns(self, client_order_id: str) -> int:
        """When "not found" becomes evidence for an order this gateway may have sent."""
        wait_ns = self.config.risk.not_found_after_ms * NS_PER_MS
        return self.memory.last_sent_mono_ns(client_order_id) + wait_ns
