"""Orders whose outcome nobody told: replies lost after the venue accepted, requests held back."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from pink_actors.shm_layout import OrderStatus, Outcome, ReportKind, Writer
from tests.sessions.books import ledger_of, outcomes_of
from tests.sessions.faults import ORDER, Rule
from tests.sessions.session import PARAMS, Result, Session, Table

CONDITIONAL = frozenset({"STOP_MARKET", "TAKE_PROFIT_MARKET"})
# One entry, its stop and its profit, one exit: half of the orders are conditional.
HALF: Table = {**PARAMS, "legs": 1, "stop_every": 1, "limit_every": 0, "positions_max": 6}
PLACE = f"POST {ORDER}"
# Nothing but REST may tell: what the stream says of orders is lost as well.
SILENT: Rule = {"name": "frame_dropped", "endpoint": "UPDATE"}
REPLY_LOST: Rule = {"name": "reply_lost", "endpoint": PLACE}
# Longer than the pause before the first question, which then finds nothing.
REQUEST_HELD: Rule = {"name": "request_held", "endpoint": PLACE, "delay_ms": 1_000}


class Resolved(NamedTuple):
    """How the unknown outcomes of a session ended, as its journal and the ledger tell."""

    unknown: int
    found: int
    absent: int
    by_stream: int
    asked_too_early: int
    faults: list[str]

    def __str__(self) -> str:
        return (
            f"{self.unknown} unknown outcomes: {self.found} found by a query, {self.by_stream} "
            f"told by the stream, {self.absent} proven absent; {self.asked_too_early} were not "
            f"found at first and yet arrived; {self.faults or 'none twice, none lost'}"
        )


def trade_through(session: Session, rule: Rule, orders: int, timeout_s: float) -> Result:
    """So many orders of which nobody tells but REST, when it is asked."""
    session.control("clear")
    session.fault(**SILENT)
    session.fault(**rule)
    return session.trade(orders, timeout_s=timeout_s)


def resolved(session: Session) -> Resolved:
    """After peace: each order whose outcome was unknown, by what resolved it, and the ledger."""
    session.control("clear")
    session.drain()
    outcomes = outcomes_of(session.config.journal_dir)
    unknown: dict[str, str] = {}
    early: set[str] = set()
    for one in outcomes:
        name = one.client_order_id
        if one.report_kind is ReportKind.ORDER_UNKNOWN:
            unknown.setdefault(name, "")
        elif name in unknown and not unknown[name]:
            unknown[name] = _evidence(one)
            if one.report_kind is ReportKind.COMMAND_DONE and one.text.startswith("absent"):
                early.add(name)
    ends = Counter(unknown.values())
    arrived = sum(unknown[name] == "found" for name in early)
    faults = [f"{ends['']} never resolved"] if ends[""] else []
    faults += _twice_or_lost(session, outcomes)
    return Resolved(len(unknown), ends["found"], ends["absent"], ends["stream"], arrived, faults)


def _evidence(one: Outcome) -> str:
    if one.report_kind in (ReportKind.ORDER_STATE, ReportKind.SNAPSHOT_ORDER):
        if one.order_status not in (OrderStatus.REQUESTED, OrderStatus.UNKNOWN):
            return "stream" if one.source is Writer.LISTENER else "found"
    if one.order_status is OrderStatus.NOT_SENT:
        return "absent"
    return ""


def _twice_or_lost(session: Session, outcomes: Iterable[Outcome]) -> list[str]:
    """What the ledger holds more than once, and what still rests at the end."""
    taken = ledger_of(session, "order")
    named = Counter(str(row["client_order_id"]) for row in taken if row["client_order_id"])
    faults = [f"sent twice: {name}" for name, count in named.items() if count > 1]
    known = {one.venue_order_id for one in outcomes if one.venue_order_id}
    strays = [row for row in taken if row["order_id"] not in known]
    faults += [f"unknown here: {row['type']} {row['order_id']}" for row in strays]
    left = session.at_venue()
    return [*faults, *([f"left at the venue: {left}"] if any(left.values()) else [])]
