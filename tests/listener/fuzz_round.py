"""One round of fuzzing: a kernel with orders in every state, and mutated words about them."""

import asyncio
import json
import random
from collections import Counter
from decimal import Decimal
from pathlib import Path

from pink_actors.shm_layout import (
    ORDERS,
    Command,
    CommandKind,
    Has,
    InputKind,
    Intent,
    Mode,
    OrderCell,
    OrderKind,
    OrderStatus,
    PositionMode,
    Report,
    ReportKind,
    Side,
    TimeInForce,
    Writer,
)
from tests.kernel_actor.harness import CONFIG, E8, E12, MARK_E12, Rig, rig
from tests.kernel_actor.model import FEE_E8, LOT_E8, TICK_E12
from tests.listener.fuzz_bench import Edge, Judge, Responder
from tests.venue import samples
from tests.venue.mutation import mutate, mutated_frame
from tests.waiting import wait_until

SYMBOLS = [f"S{number}-USDT" for number in range(20)]
BATCH = 4_000
DRAIN_EVERY = 200
FRAMES_EACH = 10
ASKED_AT_ONCE = 60
SEGMENT_BYTES = 16 << 20
REPLY_SHARE = 0.03
MARKET_SHARE = 0.1
OTHER_SHARE = 0.1
FOREVER_MS = 3_600_000
WALLET_E8 = 1_000_000 * E8
QTY_E8 = E8 // 10
# Nothing is asked again and nothing settles while a round lasts: only frames and replies speak.
PATIENT = CONFIG._replace(
    max_slots=64, report_deadline_ms=FOREVER_MS, settle_after_ms=FOREVER_MS,
    reconcile_interval_ms=FOREVER_MS, mark_age_ms_max=FOREVER_MS,
    max_total_notional_e8=50_000_000 * E8,
)  # fmt: skip
STATUS = {
    OrderStatus.REQUESTED: "NEW", OrderStatus.UNKNOWN: "NEW", OrderStatus.WORKING: "NEW",
    OrderStatus.FILLED: "FILLED", OrderStatus.CANCELLED: "CANCELED",
    OrderStatus.REJECTED: "FAILED", OrderStatus.EXPIRED: "EXPIRED",
}  # fmt: skip


def fuzz(instance: str, folder: Path, seed: int, cases: int) -> Counter[str]:
    """So many mutated frames and replies; AssertionError where one did what it must not."""
    return asyncio.run(_fuzz(instance, folder, random.Random(seed), cases))


async def _fuzz(instance: str, folder: Path, rng: random.Random, cases: int) -> Counter[str]:
    responder = Responder()
    server = await asyncio.start_server(responder.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with rig(instance, folder, SEGMENT_BYTES) as bench:
        edge = Edge(bench, SYMBOLS, port)
        await _prepare(bench, edge)
        judge = Judge(bench)
        try:
            for first in range(0, cases, BATCH):
                await _batch(rng, edge, responder, judge, min(BATCH, cases - first))
                while not _taken(bench):
                    _drain(bench)
                judge.judge({Writer.LISTENER: edge.stream.heard, Writer.GATEWAY: edge.rest.heard})
                edge.stream.heard, edge.rest.heard = [], []
        finally:
            await edge.connection.close()
            server.close()
            await responder.close()
        assert bench.stop() == 0, bench.log()
        ends = judge.ends
        ends["frames kept"] = len(list(edge.unread.iterdir()))
        ends["listener: counted unreadable"] = edge.ear.heard.parse_errors
        ends["listener: counted unknown"] = edge.ear.heard.unknown_events
        ends["gateway: counted unreadable"] = edge.connection.counters.parse_errors
        return ends


async def _batch(
    rng: random.Random, edge: Edge, responder: Responder, judge: Judge, cases: int
) -> None:
    """So many pieces of mutated data; a reply that is asked for again keeps nobody waiting."""
    orders = list(judge.orders.values())
    frames = [frame_of(order, rng) for order in orders for _ in range(FRAMES_EACH)]
    asked: list[tuple[bytes, OrderCell, int]] = []
    for number in range(1, cases + 1):
        draw = rng.random()
        if draw < MARKET_SHARE:
            judge.ends["fed: market frames"] += 1
            await edge.market(mutated_frame(rng, rng.choice(samples.MARKET_FRAMES)))
        elif draw < MARKET_SHARE + OTHER_SHARE or not orders:
            judge.ends["fed: other user frames"] += 1
            await edge.frame(mutated_frame(rng, rng.choice(samples.USER_FRAMES)))
        elif draw < MARKET_SHARE + OTHER_SHARE + REPLY_SHARE:
            judge.ends["fed: replies to queries"] += 1
            order = rng.choice(orders)
            data = mutate(rng, reply_of(order, rng))
            responder.bodies[b"%d" % number] = data
            asked.append((data, order, number))
        else:
            judge.ends["fed: order frames"] += 1
            await edge.frame(mutated_frame(rng, rng.choice(frames)))
        if number % DRAIN_EVERY == 0:
            _drain(judge.bench)
    for first in range(0, len(asked), ASKED_AT_ONCE):
        some = asked[first : first + ASKED_AT_ONCE]
        await asyncio.gather(*(edge.reply(*question) for question in some))


def _taken(bench: Rig) -> bool:
    """Whether the kernel has journalled all there was; one that ended will not."""
    assert bench.process is not None and bench.process.poll() is None, bench.log()
    try:
        bench.settled()
    except AssertionError:
        return False
    return True


async def _prepare(bench: Rig, edge: Edge) -> None:
    """A kernel that is ACTIVE, with two trades a symbol, each as far as its number says."""
    bench.start()
    bench.control(PATIENT)
    zero = Report.zero()
    rules = [
        zero._replace(
            kind=ReportKind.INSTRUMENT, symbol=symbol, tick_e12=TICK_E12, lot_e8=LOT_E8,
            min_qty_e8=LOT_E8, min_notional_e8=2 * E8, maker_fee_e8=FEE_E8, taker_fee_e8=FEE_E8,
        )
        for symbol in SYMBOLS
    ]  # fmt: skip
    mode = zero._replace(kind=ReportKind.POSITION_MODE, position_mode=PositionMode.HEDGE)
    bench.report(mode, *rules)
    for index, symbol in enumerate(SYMBOLS):
        bench.mark(MARK_E12, symbol, index)
    wait_until(lambda: _active(bench), "the kernel to be ACTIVE")
    for number in range(2 * len(SYMBOLS)):
        _enter(bench, number)
    orders = wait_until(lambda: _orders(bench, 2 * len(SYMBOLS)), "the entries")
    for number, order in enumerate(orders):
        await _advance(edge, number % 4, order)
    wait_until(lambda: _orders(bench, len(orders) + 2 * (len(orders) // 4)), "the protection")
    for order in _orders(bench, 0):
        if order.order_kind not in (OrderKind.MARKET, OrderKind.LIMIT):
            # The stream cannot tie it to our id: the gateway says its number.
            bench.report(
                zero._replace(
                    kind=ReportKind.ORDER_STATE, symbol=order.symbol, has=Has.VENUE_ORDER_ID,
                    order_side=order.order_side, order_status=OrderStatus.WORKING,
                    client_order_id=order.client_order_id, venue_order_id=number_of(order),
                )
            )  # fmt: skip
    _drain(bench)
    bench.settled()
    edge.stream.heard.clear()


async def _advance(edge: Edge, state: int, order: OrderCell) -> None:
    """0: nothing was said of it yet; 1: it rests; 2: a part has filled; 3: all of it."""
    filled = (0, 0, order.qty_e8 // 4, order.qty_e8)[state]
    status = ("", "NEW", "PARTIALLY_FILLED", "FILLED")[state]
    if status:
        await edge.frame(_frame(order, status, filled))


def _active(bench: Rig) -> bool:
    for command in _drain(bench):
        answer = Report.zero()._replace(
            command_seq=command.command_seq, asked_seq=command.asked_seq,
            asked_wall_ms=command.created_wall_ns // 1_000_000,
        )  # fmt: skip
        if command.kind is CommandKind.RECONCILE:
            balance = answer._replace(kind=ReportKind.BALANCE, has=Has.WALLET, wallet_e8=WALLET_E8)
            end = answer._replace(kind=ReportKind.SNAPSHOT_END, complete=1, row_count=1)
            bench.report(answer._replace(kind=ReportKind.SNAPSHOT_BEGIN, row_count=1), balance, end)
        else:
            bench.report(answer._replace(kind=ReportKind.COMMAND_DONE))
    account = bench.account()
    return account.mode == Mode.ACTIVE and account.seeded == 1 and account.reconciled == 1


def _enter(bench: Rig, number: int) -> None:
    side = (Side.LONG, Side.SHORT)[number % 2]
    away = 1 if side is Side.LONG else -1
    bench.intent(
        Intent.zero()._replace(
            kind=InputKind.ENTER, side=side, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
            price_e12=MARK_E12, leverage=3, slot_id=0xFFFF, intent_id=number + 1,
            trade_id=f"trade-{number}", symbol=SYMBOLS[number // 2], qty_e8=QTY_E8,
            reference_price_e12=MARK_E12, leg_count=1, leg_ratios_e8=(E8, *[0] * 7),
            stop_loss_e12=MARK_E12 - away * 1_000 * E12,
            take_profit_e12=MARK_E12 + away * 1_000 * E12,
        )
    )  # fmt: skip


def _orders(bench: Rig, count_min: int) -> list[OrderCell]:
    """The orders of the kernel, once there are as many; none before."""
    bench.settled()
    found = [one for one in bench.kernel.read_all(ORDERS) if one.status is not OrderStatus.NONE]
    return found if len(found) >= count_min else []


def _drain(bench: Rig) -> list[Command]:
    """Commands nobody carries out; they only must not fill the rings."""
    found: list[Command] = []
    for ring in (bench.commands_now, bench.commands_durable):
        while messages := ring.poll(64):
            found += [message.record for message in messages]
            ring.release(messages[-1].seq + 1)
    return found


def number_of(order: OrderCell) -> int:
    """The venue's number of it, beyond what a float could hold."""
    return order.venue_order_id or 1_970_374_651_259_388_000 + order.order_index


def frame_of(order: OrderCell, rng: random.Random) -> bytes:
    """What the stream says of it now, or soon would."""
    filled, status = order.cum_qty_e8, STATUS[order.status]
    rest = order.qty_e8 - filled
    draw = rng.random()
    if rest > 0 and status == "NEW" and draw < 0.1:
        filled, status = (order.qty_e8, "FILLED") if draw < 0.02 else (filled + rest // 8, "NEW")
    return _frame(order, status, filled)


def reply_of(order: OrderCell, rng: random.Random) -> bytes:
    """The same by REST."""
    row = json.loads(frame_of(order, rng))["o"]
    names = {
        "symbol": "s", "orderId": "i", "side": "S", "positionSide": "ps", "type": "o",
        "origQty": "q", "price": "p", "executedQty": "z", "avgPrice": "ap", "stopPrice": "sp",
        "status": "X", "clientOrderId": "c", "commission": "n",
    }  # fmt: skip
    found = {name: row[key] for name, key in names.items()}
    return json.dumps({"code": 0, "msg": "", "data": {"order": found}}).encode()


def _frame(order: OrderCell, status: str, filled_e8: int) -> bytes:
    wall_ms = order.created_wall_ns // 1_000_000 + 5
    price_e12 = order.trigger_e12 or MARK_E12
    fee_e8 = filled_e8 * price_e12 // E12 * FEE_E8 // E8
    named = order.order_kind in (OrderKind.MARKET, OrderKind.LIMIT)
    row = {
        "s": order.symbol, "c": order.client_order_id if named else "", "i": number_of(order),
        "S": order.order_side.name, "o": order.order_kind.name, "q": _text(order.qty_e8, 8),
        "p": _text(order.price_e12, 12), "sp": _text(order.trigger_e12, 12),
        "ap": _text(price_e12 if filled_e8 else 0, 12), "x": "TRADE", "X": status, "N": "USDT",
        "n": _text(-fee_e8, 8), "T": wall_ms, "wt": "MARK_PRICE", "ps": order.position_side.name,
        "rp": "0.0", "z": _text(filled_e8, 8), "ro": False,
    }  # fmt: skip
    frame = {"e": "ORDER_TRADE_UPDATE", "E": wall_ms, "T": wall_ms, "o": row}
    return json.dumps(frame, separators=(",", ":")).encode()


def _text(value: int, digits: int) -> str:
    return f"{Decimal(value).scaleb(-digits):f}"
