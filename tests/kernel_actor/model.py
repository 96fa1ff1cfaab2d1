"""A model venue behind a model gateway: answers commands as the contract says, once per id."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pink_actors.shm import Message
from pink_actors.shm_layout import (
    Code,
    Command,
    CommandKind,
    Has,
    OrderKind,
    OrderSide,
    OrderStatus,
    PositionMode,
    Report,
    ReportKind,
    Side,
)
from tests.kernel_actor.harness import E8, E12, MARK_E12, SYMBOL, Rig

FEE_E8 = 50_000
"""Taker fee as a ratio: 0.05 %."""
WALLET_E8 = 10_000 * E8
TICK_E12 = E12 // 10
LOT_E8 = E8 // 1000
SYMBOLS = (SYMBOL, "ETH-USDT", "SOL-USDT", "XRP-USDT")


@dataclass
class Order:
    """An order as the venue has it."""

    command: Command
    number: int
    price_e12: int
    accepted_ms: int
    status: OrderStatus
    cum_qty_e8: int = 0

    @property
    def fee_e8(self) -> int:
        return self.cum_qty_e8 * self.price_e12 // E12 * FEE_E8 // E8


@dataclass
class Venue:
    """Orders, positions and a wallet, with arithmetic of its own."""

    wallet_e8: int = WALLET_E8
    orders: dict[str, Order] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    costs: dict[str, int] = field(default_factory=dict)
    fills: int = 0
    refused: list[str] = field(default_factory=list)

    def submit(self, command: Command, price_e12: int) -> Order:
        """Takes an order; the same id a second time is the bug this is here to catch."""
        assert command.client_order_id not in self.orders, f"sent twice: {command}"
        accepted_ms = time.time_ns() // 1_000_000
        order = Order(command, len(self.orders) + 1000, price_e12, accepted_ms, OrderStatus.WORKING)
        self.orders[command.client_order_id] = order
        if command.order_kind == OrderKind.MARKET:
            self._fill(order)
        return order

    def _fill(self, order: Order) -> None:
        command = order.command
        order.status = OrderStatus.FILLED
        order.cum_qty_e8 = command.qty_e8
        sign = 1 if command.order_side == OrderSide.BUY else -1
        held = self.positions.get(command.symbol, 0)
        worth = command.qty_e8 * order.price_e12 // E12
        if command.reduce_only:
            assert abs(held) >= command.qty_e8, f"a reduce-only order opens a position: {command}"
            cost = self.costs[command.symbol] * command.qty_e8 // abs(held)
            self.wallet_e8 += (worth - cost) * -sign
            self.costs[command.symbol] -= cost
        else:
            self.costs[command.symbol] = self.costs.get(command.symbol, 0) + worth
        self.positions[command.symbol] = held + sign * command.qty_e8
        self.wallet_e8 -= order.fee_e8
        self.fills += 1


class Gateway:
    """Answers the commands of both rings; a cursor moves only after the answers are published."""

    def __init__(self, bench: Rig) -> None:
        self.bench = bench
        self.venue = Venue()
        self.price_e12 = MARK_E12
        self.reissued: list[Command] = []
        self.sent_undurable: list[Command] = []
        self._done: set[int] = set()

    def greet(self) -> None:
        """What a gateway tells unasked when it starts."""
        zero = Report.zero()
        mode = zero._replace(kind=ReportKind.POSITION_MODE, position_mode=PositionMode.ONE_WAY)
        rules = [
            zero._replace(
                kind=ReportKind.INSTRUMENT,
                symbol=symbol,
                tick_e12=TICK_E12,
                lot_e8=LOT_E8,
                min_qty_e8=LOT_E8,
                min_notional_e8=2 * E8,
                maker_fee_e8=FEE_E8,
                taker_fee_e8=FEE_E8,
            )
            for symbol in SYMBOLS
        ]
        self.bench.report(mode, *rules)

    def step(self) -> int:
        """Answers what there is; how many commands."""
        return self._take_now() + self._take_durable()

    def _take_now(self) -> int:
        messages = self.bench.commands_now.poll(64)
        self._answer_all(messages)
        if messages:
            self.bench.commands_now.release(messages[-1].seq + 1)
        return len(messages)

    def _take_durable(self) -> int:
        messages = self.bench.commands_durable.poll(64)
        durable_seq = self.bench.journal().durable_seq
        late = [m.record for m in messages if m.record.command_seq // 8 > durable_seq]
        self.sent_undurable += late
        self._answer_all(messages)
        if messages:
            self.bench.commands_durable.release(messages[-1].seq + 1)
        return len(messages)

    def _answer_all(self, messages: list[Message[Command]]) -> None:
        for message in messages:
            command = message.record
            if command.reissue:
                self.reissued.append(command)
            elif command.command_seq in self._done:
                raise AssertionError(f"command issued twice without saying so: {command}")
            answers = self._answer(command)
            self._done.add(command.command_seq)
            self.bench.report(*answers)

    def _answer(self, command: Command) -> list[Report]:
        match command.kind:
            case CommandKind.SUBMIT:
                return [self._submit(command)]
            case CommandKind.CANCEL:
                return [self._cancel(command)]
            case CommandKind.QUERY:
                return [self._query(command)]
            case CommandKind.SETTLE:
                return [self._settle(command)]
            case CommandKind.RECONCILE:
                return self._reconcile(command)
            case _:
                return [self._report(ReportKind.COMMAND_DONE, command)]

    def _report(self, kind: ReportKind, command: Command) -> Report:
        return Report.zero()._replace(
            kind=kind,
            command_seq=command.command_seq,
            asked_seq=command.command_seq // 8,
            asked_wall_ms=time.time_ns() // 1_000_000,
            client_order_id=command.client_order_id,
            symbol=command.symbol,
        )

    def _submit(self, command: Command) -> Report:
        known = self.venue.orders.get(command.client_order_id)
        if known is None:
            late = command.adds_risk and time.monotonic_ns() > command.deadline_mono_ns
            if late:
                return self._report(ReportKind.NOT_SENT, command)._replace(
                    code=Code.DEADLINE_PASSED
                )
            known = self.venue.submit(command, self.price_e12)
        else:
            assert command.reissue, f"sent twice: {command}"
        return self._state(command, known)

    def _state(self, command: Command, order: Order) -> Report:
        has = Has.CUM_QTY | Has.QTY | Has.VENUE_ORDER_ID | Has.VENUE_TIME
        if order.cum_qty_e8:
            has |= Has.AVG_PRICE | Has.CUM_FEE
        return self._report(ReportKind.ORDER_STATE, command)._replace(
            has=has,
            order_side=order.command.order_side,
            order_kind=order.command.order_kind,
            order_status=order.status,
            venue_order_id=order.number,
            venue_wall_ms=order.accepted_ms,
            qty_e8=order.command.qty_e8,
            cum_qty_e8=order.cum_qty_e8,
            avg_price_e12=order.price_e12 if order.cum_qty_e8 else 0,
            cum_fee_e8=order.fee_e8,
            reduce_only=order.command.reduce_only,
        )

    def _cancel(self, command: Command) -> Report:
        order = self.venue.orders.get(command.client_order_id)
        if order is None:
            return self._report(ReportKind.CANCEL_REFUSED, command)
        if order.status == OrderStatus.WORKING:
            order.status = OrderStatus.CANCELLED
        return self._state(command, order)

    def _query(self, command: Command) -> Report:
        order = self.venue.orders.get(command.client_order_id)
        if order is None:
            return self._report(ReportKind.ORDER_NOT_FOUND, command)
        return self._state(command, order)

    def _settle(self, command: Command) -> Report:
        order = self.venue.orders[command.client_order_id]
        assert order.cum_qty_e8 == command.cum_qty_e8
        return self._report(ReportKind.FILL, command)._replace(
            has=Has.AMOUNT | Has.VENUE_ORDER_ID | Has.VENUE_TIME,
            venue_order_id=order.number,
            venue_wall_ms=order.accepted_ms,
            fill_id=f"f{order.number}",
            order_side=order.command.order_side,
            qty_e8=order.cum_qty_e8,
            price_e12=order.price_e12,
            amount_e8=order.fee_e8,
            row_index=0,
            row_count=1,
        )

    def _reconcile(self, command: Command) -> list[Report]:
        rows = [
            self._report(ReportKind.SNAPSHOT_POSITION, command)._replace(
                symbol=symbol,
                position_side=Side.LONG if qty > 0 else Side.SHORT,
                qty_e8=abs(qty),
                price_e12=self.price_e12,
            )
            for symbol, qty in self.venue.positions.items()
            if qty
        ]
        rows += [
            self._state(order.command, order)._replace(
                kind=ReportKind.SNAPSHOT_ORDER,
                command_seq=command.command_seq,
                asked_seq=command.command_seq // 8,
            )
            for order in self.venue.orders.values()
            if order.status == OrderStatus.WORKING
        ]
        rows.append(
            self._report(ReportKind.BALANCE, command)._replace(
                has=Has.WALLET | Has.EQUITY | Has.AVAILABLE,
                wallet_e8=self.venue.wallet_e8,
                equity_e8=self.venue.wallet_e8,
                available_e8=self.venue.wallet_e8,
            )
        )
        begin = self._report(ReportKind.SNAPSHOT_BEGIN, command)
        end = self._report(ReportKind.SNAPSHOT_END, command)._replace(
            complete=1, row_count=len(rows)
        )
        return [begin, *rows, end]
