"""A running kernel fed with mutated frames and replies through the real listener and gateway code.

Each report that reaches the kernel is judged against the bytes it was made of, and each outcome
against what those bytes let it change: the one order they name, by what they say of it.
"""

import asyncio
import contextlib
import io
from collections import Counter
from contextvars import ContextVar
from fractions import Fraction
from typing import NamedTuple, cast

import msgspec

from pink_actors import log as logging
from pink_actors import shm
from pink_actors.clock import SystemClock
from pink_actors.config import Config
from pink_actors.gateway.dead_man import DeadMan
from pink_actors.gateway.desk import Desk
from pink_actors.gateway.gate import Gate
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.memory import Memory
from pink_actors.gateway.query import query
from pink_actors.listener.ear import Ear
from pink_actors.listener.marks import Marks
from pink_actors.rest.connection import Connection, Keys
from pink_actors.rest.kept import Kept
from pink_actors.rest.reporting import Reporter
from pink_actors.shm_layout import (
    ORDERS,
    SLOTS,
    Code,
    Command,
    CommandKind,
    MarkCell,
    OrderCell,
    OrderRole,
    OrderStatus,
    Outcome,
    Report,
    ReportKind,
    SlotCell,
    Stage,
    Writer,
)
from pink_actors.venue.frames import market_event, user_event
from tests.kernel_actor.harness import MARK_E12, Rig
from tests.listener import fuzz_reading
from tests.listener.fuzz_reading import Reading

LEARNED = (Code.OK, Code.DUPLICATE, Code.OVERFILL, Code.IMPLAUSIBLE_FILL)
BAND = Fraction(1, 10)
GONE = frozenset(
    {OrderStatus.FILLED, OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.EXPIRED,
     OrderStatus.NOT_SENT}
)  # fmt: skip
CLOCK = SystemClock()
MONEY = (
    "qty_e8", "opened_qty_e8", "opened_notional_e8", "closed_qty_e8", "closed_notional_e8",
    "realised_e8", "fees_e8", "funding_e8",
)  # fmt: skip


class Source(NamedTuple):
    """Bytes of the venue; a reply is asked for under an id of ours, and answers to that."""

    data: bytes
    asked_for: str = ""

    def reading(self) -> Reading | None:
        """What they say of an order."""
        if not self.asked_for:
            return fuzz_reading.of_frame(self.data)
        found = fuzz_reading.of_reply(self.data)
        return None if found is None else found._replace(client_order_id=self.asked_for)


# What the running task reads.
SOURCE: ContextVar[Source] = ContextVar("source")


class Heard(NamedTuple):
    """One report on its way to the kernel and the bytes it was made of."""

    report: Report
    source: Source


class Watched:
    """Passes reports on to a ring and remembers them beside the bytes being read."""

    def __init__(self, ring: shm.Producer[Report]) -> None:
        self._ring = ring
        self.heard: list[Heard] = []

    def publish(self, record: Report) -> None:
        """To the ring; a full one refuses as ever."""
        self._ring.publish(record)
        self.heard.append(Heard(record, SOURCE.get()))

    def wake(self) -> None:
        """The kernel's."""
        self._ring.wake()


class Responder:
    """A server that answers the question for a number with the bytes laid down for it."""

    def __init__(self) -> None:
        self.bodies: dict[bytes, bytes] = {}
        self._writers: list[asyncio.StreamWriter] = []

    async def close(self) -> None:
        """Ends all connections."""
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection for as long as it is kept."""
        self._writers.append(writer)
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                asked = request.partition(b"orderId=")[2].partition(b"&")[0]
                body = self.bodies.get(asked, b"{}")
                head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n"
                writer.write(head.encode() + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


class Edge:
    """Listener and gateway as far as they read, in front of one kernel."""

    def __init__(self, bench: Rig, symbols: list[str], port: int) -> None:
        log = logging.make("fuzz", 1, "error", stream=io.StringIO())
        self.unread = bench.run_dir.parent / "unread"
        self.unread.mkdir()
        self.stream, self.rest = Watched(bench.stream), Watched(bench.reports)
        self.cells: dict[int, MarkCell] = {}
        marks = Marks(symbols, 600_000, CLOCK, lambda: 0, self._write)
        kept = Kept(self.unread, "listener", CLOCK, log)
        self.ear = Ear(_reporter(self.stream), marks, kept, CLOCK, log)
        config = Config()
        venue = msgspec.structs.replace(
            config.venue, rest_url=f"http://127.0.0.1:{port}", rate_limits="off"
        )
        self.connection = Connection(
            venue, Keys("key", "secret"), CLOCK, log, Kept(self.unread, "gateway", CLOCK, log)
        )
        self.desk = Desk(
            config, self.connection, _reporter(self.rest), Memory(0),
            Gate(bench.instance, bench.run_dir, bench.kernel, CLOCK),
            DeadMan(0, self.connection, bench.kernel, CLOCK, log), bench.kernel, CLOCK, log,
        )  # fmt: skip

    def _write(self, cell: MarkCell, index: int) -> None:
        self.cells[index] = cell

    async def frame(self, data: bytes) -> None:
        """A frame of the user stream."""
        SOURCE.set(Source(data))
        await self.ear.user(data, user_event)

    async def market(self, data: bytes) -> None:
        """A frame of the market stream."""
        SOURCE.set(Source(data))
        await self.ear.market(data, market_event)

    async def reply(self, data: bytes, order: OrderCell, asked: int) -> None:
        """A reply to the question for an order; `asked` is the number it is asked by."""
        SOURCE.set(Source(data, order.client_order_id))
        command = Command.zero()._replace(
            kind=CommandKind.QUERY, role=order.role, order_side=order.order_side,
            position_side=order.position_side, order_kind=order.order_kind, symbol=order.symbol,
            client_order_id=order.client_order_id, venue_order_id=asked, qty_e8=order.qty_e8,
            price_e12=order.price_e12, trigger_e12=order.trigger_e12, slot_id=order.slot_id,
            created_wall_ns=order.created_wall_ns,
        )  # fmt: skip
        await query(self.desk, Work(command, maybe_sent=False))


def _reporter(watched: Watched) -> Reporter:
    return Reporter(cast("shm.Producer[Report]", watched), CLOCK)


class Judge:
    """Slots and orders as the kernel's outcomes may change them, and nothing else."""

    def __init__(self, bench: Rig) -> None:
        self.bench = bench
        self.ends: Counter[str] = Counter()
        self.slots: dict[int, SlotCell] = {}
        self.orders: dict[str, OrderCell] = {}
        self.seq = bench.journal().written_seq
        self.look()

    def look(self) -> None:
        """What the cells show, with nothing under way."""
        kernel = self.bench.kernel
        self.slots = {slot.slot_id: slot for slot in kernel.read_all(SLOTS)}
        self.orders = {
            order.client_order_id: order
            for order in kernel.read_all(ORDERS)
            if order.status is not OrderStatus.NONE
        }

    def judge(self, heard: dict[Writer, list[Heard]]) -> None:
        """Everything journalled since the last time, in order; then the cells must show the sum."""
        queues = {writer: iter(reports) for writer, reports in heard.items()}
        for seq, outcome in self.bench.outcomes(self.seq + 1):
            self.seq = seq
            if outcome.source in queues and outcome.report_kind is not ReportKind.NONE:
                self._report(outcome, next(queues[outcome.source]))
            else:
                assert not outcome.fill_qty_e8, outcome
            self._follow(outcome)
        assert not [left for queue in queues.values() for left in queue]
        slots, orders = self.slots, self.orders
        self.look()
        for slot_id, slot in slots.items():
            now = self.slots[slot_id]
            assert _money(now) == _money(slot), f"slot {slot_id}: {slot} became {now}"
        for name in orders.keys() & self.orders.keys():
            assert self.orders[name].cum_qty_e8 == orders[name].cum_qty_e8, self.orders[name]

    def _report(self, outcome: Outcome, heard: Heard) -> None:
        report = heard.report
        assert report.kind is outcome.report_kind, (report, outcome)
        if report.kind is not ReportKind.ORDER_STATE:
            assert not outcome.fill_qty_e8 and outcome.prev_stage is outcome.stage, outcome
            self.ends[f"{outcome.source.name} {report.kind.name}"] += 1
            return
        reading = heard.source.reading()
        wrong = fuzz_reading.differences(reading, report)
        assert not wrong, f"{wrong}: {reading} became {report}"
        assert reading is not None
        order = self._named(reading, outcome)
        changed = outcome.fill_qty_e8 or outcome.fill_notional_e8 or outcome.fill_fee_e8
        moved = outcome.prev_stage is not outcome.stage
        self.ends[f"{outcome.source.name} ORDER_STATE {outcome.code.name}"] += 1
        if order is None:
            assert not changed and not moved, f"{reading} names no order of ours: {outcome}"
            return
        if changed or moved:
            assert outcome.client_order_id == order.client_order_id, (outcome, order)
            assert outcome.slot_id == order.slot_id, (outcome, order)
            assert outcome.code in (Code.OK, Code.OVERFILL), outcome
        if changed:
            self._booked(outcome, order, reading)

    def _named(self, reading: Reading, outcome: Outcome) -> OrderCell | None:
        """The order that these facts can be of: by our id, else by the venue's number."""
        named = self.orders.get(reading.client_order_id)
        found = [] if named is None else [named]
        if named is None and not reading.client_order_id.startswith(self._tag()):
            # A number that was said of two orders may mean either.
            number = reading.venue_order_id
            found = [one for one in self.orders.values() if one.venue_order_id == number]
        fitting = [one for one in found if _fits(one, reading)]
        meant = [one for one in fitting if one.client_order_id == outcome.client_order_id]
        return next(iter(meant or fitting), None)

    def _booked(self, outcome: Outcome, order: OrderCell, reading: Reading) -> None:
        """Never less, never another price than was said, and none that cannot be."""
        cum, average = reading.cum_qty_e8, reading.avg_price_e12
        assert cum is not None and outcome.order_cum_qty_e8 == cum >= order.cum_qty_e8
        assert outcome.fill_qty_e8 == cum - order.cum_qty_e8, (reading, order, outcome)
        if not outcome.fill_qty_e8:
            assert reading.cum_fee_e8 is not None and not outcome.fill_notional_e8, (
                reading,
                outcome,
            )
            return
        assert average is not None, (reading, outcome)
        near = [price for price in (MARK_E12, order.trigger_e12, order.price_e12) if price]
        assert any(abs(Fraction(average, price) - 1) <= BAND for price in near), (reading, order)
        notional = round(Fraction(cum * average, 10**12))
        assert outcome.order_cum_notional_e8 == notional, (outcome, reading)
        self.ends["booked as said"] += 1

    def _follow(self, outcome: Outcome) -> None:
        """The state as the outcome says it is now; the account's identity holds at each step."""
        parts = outcome.seed_e8 + outcome.realised_e8 - outcome.fees_e8 - outcome.funding_e8
        parts += outcome.transfers_e8 + outcome.adjustments_e8
        assert outcome.capital_e8 == parts, outcome
        if outcome.code not in LEARNED:
            return  # A refusal changes nothing; the cells are compared with what was before.
        slot = self.slots.get(outcome.slot_id)
        if slot is not None and outcome.trade_id == slot.trade_id:
            self.slots[outcome.slot_id] = slot._replace(
                stage=outcome.stage, qty_e8=outcome.slot_qty_e8,
                opened_qty_e8=outcome.slot_opened_qty_e8,
                opened_notional_e8=outcome.slot_opened_notional_e8,
                closed_qty_e8=outcome.slot_closed_qty_e8,
                closed_notional_e8=outcome.slot_closed_notional_e8,
                realised_e8=outcome.slot_realised_e8, fees_e8=outcome.slot_fees_e8,
                funding_e8=outcome.slot_funding_e8,
            )  # fmt: skip
            grown = outcome.slot_qty_e8 - slot.qty_e8
            assert abs(grown) <= outcome.fill_qty_e8, (slot, outcome)
            if outcome.stage is Stage.IDLE:
                self.slots[outcome.slot_id] = SlotCell.zero()._replace(slot_id=outcome.slot_id)
        order = self.orders.get(outcome.client_order_id)
        if order is not None:
            self.orders[outcome.client_order_id] = order._replace(
                status=outcome.order_status, cum_qty_e8=outcome.order_cum_qty_e8,
                venue_order_id=outcome.venue_order_id,
            )  # fmt: skip
            if outcome.order_status in GONE and not outcome.order_cum_qty_e8:
                del self.orders[outcome.client_order_id]

    def _tag(self) -> str:
        """What all ids of this journal start with."""
        anyone = next(iter(self.orders), "")
        return anyone[: len(self.bench.instance[:8]) + 8] or "none"


def _fits(order: OrderCell, reading: Reading) -> bool:
    """Whether nothing that was said contradicts the order."""
    tied = order.role in (OrderRole.ENTRY, OrderRole.EXIT) and order.venue_order_id
    return (
        reading.symbol in ("", order.symbol)
        and reading.order_side == order.order_side.name
        and reading.qty_e8 in (None, order.qty_e8)
        and (not tied or reading.venue_order_id == order.venue_order_id)
    )


def _money(slot: SlotCell) -> list[object]:
    return [getattr(slot, name) for name in MONEY]
