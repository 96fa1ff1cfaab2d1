"""Figures of one outcome that several rows share: pure, missing values are None."""

from decimal import Decimal
from typing import NamedTuple

from pink_actors.persistence.columns import AMOUNT_PLACES, PRICE_PLACES, exact
from pink_actors.shm_layout import (
    AccountStatus,
    Code,
    ControlKind,
    Effect,
    Fact,
    InputKind,
    OrderRole,
    Outcome,
    Provenance,
    ReportKind,
    Writer,
)

NO_SLOT = 0xFFFF
INTENTS = frozenset(
    {InputKind.ENTER, InputKind.EXIT, InputKind.EXIT_RESIDUAL, InputKind.CANCEL, InputKind.NOTE}
)
# An overfill is booked as what it is, so its figures count like those of an accepted input.
BOOKED = frozenset({Code.OK, Code.OVERFILL})
EXIT_ROLES = frozenset({OrderRole.EXIT, OrderRole.STOP_LOSS, OrderRole.TAKE_PROFIT})
UNCHANGED = frozenset({Code.DUPLICATE, Code.STALE_FACT})
ANOMALY_CODES = frozenset(
    {
        Code.INVALID_FIELD,
        Code.OUT_OF_RANGE,
        Code.UNEXPECTED,
        Code.FOREIGN_ORDER,
        Code.IMPLAUSIBLE_FILL,
        Code.SETTLE_MISMATCH,
        Code.ORDER_TABLE_FULL,
        Code.OVERFILL,
        Code.ANCHOR_REFUSED,
        Code.JOURNAL_SLOW,
        Code.UNRESOLVED,
    }
)
ANOMALY_REPORTS = frozenset({ReportKind.GAP, ReportKind.DIAGNOSTIC, ReportKind.ORDER_UNKNOWN})
ANOMALY_FACTS = frozenset({Fact.DISAGREES, Fact.ADOPTED, Fact.CLOSED_OUTSIDE})
MONEY_REPORTS = frozenset({ReportKind.BALANCE, ReportKind.INCOME, ReportKind.SNAPSHOT_END})


class Key(NamedTuple):
    """Whose outcomes these are."""

    instance: str
    journal_id: int


def station(o: Outcome) -> str:
    """Which step of a trade's life this is, or nothing."""
    if o.effect is Effect.FREE_SLOT:
        return "SETTLED" if o.slot_opened_qty_e8 else ""
    if o.report_kind is ReportKind.INCOME:
        return "FUNDING" if o.amount_e8 else ""
    if booked_qty_e8(o) == 0:
        return ""
    if o.role is OrderRole.ENTRY:
        return "ENTRY"
    return "PARTIAL" if o.slot_qty_e8 else "EXIT"


def event(o: Outcome) -> str:
    """The kind of the input, in its own words."""
    if o.report_kind is not ReportKind.NONE:
        return o.report_kind.name
    return o.control_kind.name if o.control_kind is not ControlKind.NONE else o.input.name


def booked_qty_e8(o: Outcome) -> int:
    """Quantity booked here: rows of the fill history tell of what was booked before."""
    return 0 if o.report_kind is ReportKind.FILL else o.fill_qty_e8


def booked(o: Outcome) -> bool:
    """Whether this outcome booked anything."""
    if o.report_kind is ReportKind.FILL and o.fill_provenance is Provenance.SETTLED:
        return True
    money = (o.fill_notional_e8, o.fill_fee_e8, o.fill_realised_e8)
    return booked_qty_e8(o) != 0 or any(money)


def slot(o: Outcome) -> int | None:
    """The slot, if the outcome has one."""
    return None if o.slot_id == NO_SLOT else o.slot_id


def market_ns(o: Outcome) -> int | None:
    """Market time, if the input carried one."""
    return o.market_ms * 1_000_000 if o.market_ms else None


def opened_ns(o: Outcome) -> int | None:
    """When the position was opened, if it was."""
    return o.slot_opened_wall_ns if o.slot_opened_wall_ns else None


def amount(value_e8: int) -> Decimal:
    """A quantity or money."""
    return exact(value_e8, AMOUNT_PLACES)


def price(value_e12: int) -> Decimal | None:
    """A price of zero is the layout's word for none; it never becomes a number here."""
    return exact(value_e12, PRICE_PLACES) if value_e12 else None


def average(notional_e8: int, qty_e8: int) -> Decimal | None:
    """Value over quantity at the scale of prices, half to even; None where nothing was traded."""
    if qty_e8 == 0:
        return None
    quotient, rest = divmod(abs(notional_e8) * 10**PRICE_PLACES, abs(qty_e8))
    twice = rest * 2
    if twice > abs(qty_e8) or (twice == abs(qty_e8) and quotient & 1):
        quotient += 1
    return exact(quotient, PRICE_PLACES)


def wallet(o: Outcome) -> Decimal | None:
    """The venue's first balance also seeds the capital, so before that nothing was ever told."""
    return amount(o.wallet_e8) if o.wallet_e8 or o.seed_e8 else None


def delta(o: Outcome) -> Decimal | None:
    """Wallet minus capital, once judged."""
    return None if o.account_status is AccountStatus.UNKNOWN else amount(o.delta_e8)


def anomaly_of(o: Outcome) -> str:
    """The first name that fits, or nothing."""
    if o.code in ANOMALY_CODES and o.source is not Writer.POLICY:
        return o.code.name
    if o.report_kind in ANOMALY_REPORTS:
        return o.report_kind.name
    return o.fact.name if o.fact in ANOMALY_FACTS else ""
