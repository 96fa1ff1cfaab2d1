"""The books of a session as its journal tells them: orders, fills, trades and the account."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from pink_actors._native import JournalReader
from pink_actors.shm_layout import OrderRole, Outcome, ReportKind, Stage, Writer
from tests.sessions.session import Session

WISHED = (OrderRole.ENTRY, OrderRole.EXIT)
RECORDS_MAX = 1_000_000
ORDER = (
    "role", "order_side", "order_kind", "tif", "order_status", "reduce_only", "leg", "order_qty_e8",
    "order_price_e12", "order_trigger_e12", "order_cum_qty_e8", "order_cum_notional_e8",
    "order_cum_fee_e8",
)  # fmt: skip
FILL = ("fill_id", "role", "order_side", "fill_qty_e8", "fill_price_e12", "amount_e8", "maker")
TRADE = (
    "symbol", "slot_side", "leverage", "slot_opened_qty_e8", "slot_opened_notional_e8",
    "slot_closed_qty_e8", "slot_closed_notional_e8", "slot_realised_e8", "slot_fees_e8",
    "slot_funding_e8",
)  # fmt: skip
ACCOUNT = (
    "capital_e8", "seed_e8", "realised_e8", "fees_e8", "funding_e8", "transfers_e8",
    "adjustments_e8", "wallet_e8", "open_notional_e8", "unrealised_e8",
)  # fmt: skip

Row = dict[str, object]


class Books(NamedTuple):
    """What must not depend on the way in which it was learned."""

    orders: dict[str, Row]
    fills: list[Row]
    trades: dict[str, Row]
    account: Row


def outcomes_of(journal: Path) -> list[Outcome]:
    """All of them."""
    read = JournalReader(str(journal)).read(1, RECORDS_MAX, 1 << 62)
    return [Outcome.decode(content) for _, content in read]


def ledger_of(session: Session, kind: str) -> list[Row]:
    """The entries of one kind in the venue's own ledger."""
    lines = (session.config.paper_dir / "ledger.jsonl").read_text("utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["t"] == kind]


def books_of(outcomes: Iterable[Outcome]) -> Books:
    """The last word on each order, trade and the account, and every fill row.

    Protection that never traded is left out: how often it was replaced while a position grew
    depends on when one heard of each part, and costs nothing.
    """
    orders: dict[str, Row] = {}
    fills: list[Row] = []
    trades: dict[str, Row] = {}
    account: Row = {}
    for one in outcomes:
        if one.client_order_id and (one.role in WISHED or one.order_cum_qty_e8):
            orders[one.client_order_id] = {"trade_id": one.trade_id, **_row(one, ORDER)}
        if one.report_kind is ReportKind.FILL:
            fills.append({"trade_id": one.trade_id, **_row(one, FILL)})
        if one.trade_id and one.stage is Stage.CLOSED:
            trades[one.trade_id] = _row(one, TRADE)
        account = _row(one, ACCOUNT)
    # The ids themselves hold the instance and a random number of the journal.
    named = {f"{row['trade_id']} {row['role']} {row['leg']}": row for row in orders.values()}
    assert len(named) == len(orders)
    return Books(named, sorted(fills, key=lambda row: str(row["fill_id"])), trades, account)


def told_by(outcomes: Iterable[Outcome]) -> dict[Writer, int]:
    """How much was filled as each process told it first, before the fill rows settle it."""
    found: dict[Writer, int] = {}
    for one in outcomes:
        if one.report_kind is not ReportKind.FILL and one.fill_qty_e8:
            found[one.source] = found.get(one.source, 0) + one.fill_qty_e8
    return found


def _row(one: Outcome, names: tuple[str, ...]) -> Row:
    return {name: getattr(one, name) for name in names}
