"""A lossy stream, and a stop left alone: what a session goes through, and what came of it."""

import random
import time
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from pink_actors.shm import Reader
from pink_actors.shm_layout import (
    GATEWAY_STATS,
    LISTENER_STATS,
    Code,
    OrderRole,
    OrderStatus,
    Outcome,
    ReportKind,
    Writer,
)
from tests.sessions.books import ledger_of, outcomes_of
from tests.sessions.session import LOOK_EVERY_S, PARAMS, Session, Table
from tests.waiting import wait_until

FILLS_BETWEEN_MAX = 8
BACK_S_MAX = 30.0
HOLD_MS = 600_000
LONELY: Table = {
    **PARAMS, "positions_max": 1, "hold_ms": HOLD_MS, "stop_every": 1, "stop_bp": 2_000,
    "profit_bp": 0, "limit_every": 0,
}  # fmt: skip


class Loss(NamedTuple):
    """What was lost of the stream, and who told of the fills."""

    orders: int
    fills: int
    cuts: int
    gaps: int
    dropped: int
    rest_first: int  # as the gateway counts it
    rest_only: int  # as the journal proves it
    told: int

    def __str__(self) -> str:
        return (
            f"{self.orders} orders, {self.fills} fills; {self.cuts} cuts, {self.gaps} gaps told, "
            f"{self.dropped} frames dropped; {self.told} steps of filling booked, {self.rest_only} "
            f"of them only REST found, {self.rest_first} were seen by queries first"
        )


def lose(session: Session, cuts: int, rng: random.Random) -> Loss:
    """Trades while the stream breaks again and again, each time once it was up."""
    instance = session.config.instance.name
    listener = Reader.attach(instance, Writer.LISTENER)

    began = listener.read(LISTENER_STATS, 0).gaps
    session.fault(name="frame_dropped", probability=0.05)
    for number in range(cuts):
        fills = session.count("fills") + rng.randint(0, FILLS_BETWEEN_MAX)
        wait_until(partial(_filled, session, fills), "trading to go on", BACK_S_MAX, LOOK_EVERY_S)
        session.control("cut_sockets")
        wait_until(partial(_back, listener, began + number), "the stream", BACK_S_MAX)
    session.control("clear")
    session.drain()
    rest_first = Reader.attach(instance, Writer.GATEWAY).read(GATEWAY_STATS, 0).fills_by_rest
    struck = session.faults()["frame_dropped"]
    orders, fills = session.count("orders"), session.count("fills")
    outcomes = outcomes_of(session.config.journal_dir)
    only, told = rest_only(outcomes)
    gaps = listener.read(LISTENER_STATS, 0).gaps - began
    return Loss(orders, fills, cuts, gaps, struck, rest_first, only, told)


def _filled(session: Session, fills: int) -> bool:
    return session.count("fills") >= fills


def _back(listener: Reader, gaps: int) -> bool:
    return listener.read(LISTENER_STATS, 0).gaps > gaps


def rest_only(outcomes: Iterable[Outcome]) -> tuple[int, int]:
    """Bookings that REST told and the stream never did, and all bookings."""
    waiting: dict[str, int] = {}
    told = 0
    for one in outcomes:
        if one.report_kind is ReportKind.FILL:
            continue
        if one.fill_qty_e8:
            told += 1
            if one.source is Writer.GATEWAY:
                waiting[one.client_order_id] = waiting.get(one.client_order_id, 0) + 1
        elif one.source is Writer.LISTENER and one.code is Code.DUPLICATE:
            waiting.pop(one.client_order_id, None)
    return sum(waiting.values()), told


def resting(session: Session) -> list[tuple[str, int]]:
    """Both ids of the stops that rest, as the kernel knows them."""
    return [
        (order.client_order_id, order.venue_order_id)
        for order in session.orders()
        if order.role is OrderRole.STOP_LOSS and order.status is OrderStatus.WORKING
    ]


def leave_alone(session: Session, away_s: float) -> float:
    """The gateway is dead while a stop rests; it stays, and is neither lost nor doubled after."""
    stop = wait_until(lambda: resting(session) or None, "a resting stop", BACK_S_MAX)
    assert len(stop) == 1
    pid = session.kill("gateway")
    began = time.monotonic()

    def back() -> bool:
        assert session.at_venue() == {"orders": 1, "positions": 1}
        gateway = session.stage.process("gateway")
        return gateway.state == "READY" and gateway.pid not in (0, pid)

    wait_until(back, "another gateway", away_s + BACK_S_MAX)
    away = time.monotonic() - began
    # A snapshot of the new gateway has shown the stop, and the kernel takes it for the same.
    snapshots = session.snapshots()
    wait_until(lambda: session.snapshots() > snapshots + 1, "two snapshots", BACK_S_MAX)
    assert resting(session) == stop
    assert session.at_venue() == {"orders": 1, "positions": 1}
    stops = [row for row in ledger_of(session, "order") if row["type"] == "STOP_MARKET"]
    assert [row["order_id"] for row in stops] == [stop[0][1]]
    return away
