"""The same session, told by the stream alone and by REST alone, ends in the same books."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from pink_actors._native import CellBusy
from pink_actors.shm import Reader
from pink_actors.shm_layout import ACCOUNT, ORDERS, SLOTS, OrderRole, OrderStatus, Stage, Writer
from tests.sessions.books import Books, Row, books_of, ledger_of, outcomes_of, told_by
from tests.sessions.faults import ORDER, Rule
from tests.sessions.session import POLICY, Session, session_of
from tests.sessions.strategy.script import START, STEPS, SYMBOL, Step

pytestmark = pytest.mark.timeout(240)

STEP_S_MAX = 30.0
DEPOSIT = "123.45678901"
DEPOSIT_E8 = 12_345_678_901
# Nothing moves but by the script: the one candle is over before the first order.
CANDLE = f"timestamp,open,high,low,close,volume\n1641024000000{f',{START}' * 4},40\n"
RISK = {
    "max_order_notional": 1_000_000, "max_total_notional": 3_000_000, "mark_age_ms_max": 600_000,
    "daily_loss": 100_000, "drawdown": 100_000, "price_band": 0.1, "divergence": 0.1,
}  # fmt: skip
# REST is asked about no order that the stream tells of, and a placed order's reply is lost; what
# is left to it is the number of a conditional order, which the stream cannot tie to our id.
STREAM: tuple[Rule, ...] = ({"name": "reply_lost", "endpoint": f"POST {ORDER}"},)
PATIENT = {"report_deadline_ms": 60_000, "reconcile_interval_ms": 600_000}
PROTECTING = (OrderRole.STOP_LOSS, OrderRole.TAKE_PROFIT)
POLL: tuple[Rule, ...] = ({"name": "frame_dropped", "endpoint": "UPDATE"},)
EAGER = {"report_deadline_ms": 100, "reconcile_interval_ms": 250}


def reached(instance: str, step: Step) -> bool:
    """Whether the kernel holds what the step ends in, and nothing is under way."""
    kernel = Reader.attach(instance, Writer.KERNEL)
    try:
        slots = [slot for slot in kernel.read_all(SLOTS) if slot.stage is not Stage.IDLE]
        orders = [one for one in kernel.read_all(ORDERS) if one.status is not OrderStatus.NONE]
    except CellBusy:
        return False
    held = {slot.trade_id: slot.qty_e8 for slot in slots}
    resting = [one for one in orders if one.status is OrderStatus.WORKING and one.venue_order_id]
    # Protection that was placed for less than is held by now is about to be replaced.
    sizes = {slot.slot_id: slot.qty_e8 for slot in slots}
    old = [one for one in resting if one.role in PROTECTING and one.qty_e8 != sizes[one.slot_id]]
    return (
        held == {name: int(Decimal(qty) * 10**8) for name, qty in step.held.items()}
        and len(resting) == len(orders) == step.resting
        and not old
    )


def deposited(instance: str) -> bool:
    """Whether the kernel knows of the deposit."""
    try:
        account = Reader.attach(instance, Writer.KERNEL).read(ACCOUNT, 0)
    except CellBusy:
        return False
    return account.transfers_e8 == DEPOSIT_E8


def play(home: Path, instance: str, rules: tuple[Rule, ...], risk: Mapping[str, int]) -> Session:
    """One session from first to last step; it is down then."""
    home.mkdir()
    candle = home / "candle.csv"
    candle.write_text(CANDLE, encoding="utf-8")
    session = Session(
        home, instance, (SYMBOL,), risk={**RISK, **risk}, venue={"position_mode": "hedge"},
        paper={"candles": str(candle), "speed": "max", "balance": 1_000_000},
        policy={**POLICY, "strategy": "script:Script"},
    )  # fmt: skip
    with session_of(session):
        session.hold()
        for rule in rules:
            session.fault(**rule)
        for number, step in enumerate(STEPS):
            session.control("price", symbol=SYMBOL, bp=step.move_bp)
            now = partial(reached, instance, step)
            session.until(now, f"step {number}: {step}", STEP_S_MAX)
        session.control("money", amount=DEPOSIT)
        session.until(lambda: deposited(instance), "the deposit", STEP_S_MAX)
        session.control("clear")
        session.drain()
    return session


def told(session: Session) -> tuple[Books, dict[Writer, int], list[Row]]:
    """Its books, who told of the fills, and the venue's own list of them."""
    report = session.verify()
    assert report.agrees, report.to_text()
    outcomes = outcomes_of(session.config.journal_dir)
    return books_of(outcomes), told_by(outcomes), ledger_of(session, "fill")


def test_the_stream_alone_and_rest_alone_lead_to_the_same_books(home: Path, instance: str) -> None:
    with ThreadPoolExecutor() as pool:
        ways = [
            pool.submit(play, home / name, f"{instance}-{name}", rules, risk)
            for name, rules, risk in (("stream", STREAM, PATIENT), ("poll", POLL, EAGER))
        ]
        sessions = [way.result() for way in ways]
    (streamed, heard, venue), (polled, asked, again) = map(told, sessions)
    assert set(heard) == {Writer.LISTENER} and set(asked) == {Writer.GATEWAY}
    assert heard[Writer.LISTENER] == asked[Writer.GATEWAY]
    # It was the same session: the venue filled the same at the same prices.
    same = ("trade_id", "symbol", "side", "qty", "price", "fee", "realised_pnl", "role")
    assert [[row[k] for k in same] for row in venue] == [[row[k] for k in same] for row in again]
    assert streamed.fills == polled.fills
    assert streamed.orders == polled.orders
    assert streamed.trades == polled.trades
    assert streamed.account == polled.account
    # And it was a session of some content.
    statuses = Counter(row["order_status"] for row in streamed.orders.values())
    assert len(streamed.trades) == 5 and len(streamed.fills) > 20, (streamed.trades, statuses)
    assert len({row["fill_price_e12"] for row in streamed.fills}) > 15
