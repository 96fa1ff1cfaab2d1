"""Outcome to row, one function a table: pure, from the one record alone, None where none is due."""

from decimal import Decimal
from typing import NamedTuple

from pink_actors.persistence.columns import AMOUNT_PLACES, PRICE_PLACES, exact
from pink_actors.persistence.records import (
    AccountEvent,
    AnomalyEvent,
    FeeSettledEvent,
    FillEvent,
    OrderEvent,
    PolicyEvent,
    PositionState,
    StatusSnapshot,
    TradeEvent,
    TradeExitLeg,
    TradeReconstruction,
    Transition,
)
from pink_actors.shm_layout import (
    AccountStatus,
    Code,
    CommandKind,
    ControlKind,
    Effect,
    Fact,
    InputKind,
    OrderRole,
    OrderStatus,
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


def transition(key: Key, o: Outcome) -> Transition:
    """Every sequence number has exactly one; row_tables is filled in when the others are known."""
    return Transition(
        *key,
        o.seq,
        o.wall_ns,
        o.mono_ns,
        _market_ns(o),
        o.source.name,
        o.input.name,
        o.report_kind.name,
        o.control_kind.name,
        o.input_id,
        o.code.name,
        o.code is Code.OK,
        _slot(o),
        o.generation,
        o.prev_stage.name,
        o.stage.name,
        o.fact.name,
        o.effect.name,
        o.mode.name,
        o.kill_switch != 0,
        o.frozen != 0,
        o.account_status.name,
        o.venue_code,
        o.trade_id,
        o.symbol,
        o.client_order_id,
        o.venue_order_id,
        o.fill_id,
        tuple(CommandKind(kind).name for kind in o.command_kinds[: o.command_count]),
        o.state_hash,
        o.text,
        0,
    )


def order_event(key: Key, o: Outcome) -> OrderEvent | None:
    """An order PINK gave a name to, whenever an input said something new about it."""
    named = o.client_order_id != "" and o.order_status is not OrderStatus.NONE
    if not named or o.code in UNCHANGED:
        return None
    return OrderEvent(
        *key,
        o.seq,
        o.wall_ns,
        o.source.name,
        _event(o),
        o.code.name,
        o.venue_code,
        o.trade_id,
        o.symbol,
        _slot(o),
        o.generation,
        o.client_order_id,
        o.venue_order_id,
        o.role.name,
        o.order_side.name,
        o.order_kind.name,
        o.tif.name,
        o.reduce_only != 0,
        o.leg,
        o.attempt,
        o.order_status.name,
        _amount(o.order_qty_e8),
        _price(o.order_price_e12),
        _price(o.order_trigger_e12),
        _amount(o.order_cum_qty_e8),
        _amount(o.order_cum_notional_e8),
        _amount(o.order_cum_fee_e8),
        _average(o.order_cum_notional_e8, o.order_cum_qty_e8),
        o.text,
    )


def fill_event(key: Key, o: Outcome) -> FillEvent | None:
    """One row of the venue's fill history, the first time it was heard."""
    if o.report_kind is not ReportKind.FILL or o.code not in BOOKED:
        return None
    return FillEvent(
        *key,
        o.seq,
        o.wall_ns,
        o.fill_id,
        o.client_order_id,
        o.venue_order_id,
        o.trade_id,
        o.symbol,
        o.role.name,
        o.order_side.name,
        o.leg,
        o.maker != 0,
        _amount(o.fill_qty_e8),
        exact(o.fill_price_e12, PRICE_PLACES),
        _amount(o.amount_e8),
    )


def fee_settled_event(key: Key, o: Outcome) -> FeeSettledEvent | None:
    """The input that replaced provisional money by the settled figures of an order."""
    settled = o.report_kind is ReportKind.FILL and o.fill_provenance is Provenance.SETTLED
    if not settled or o.code not in BOOKED:
        return None
    return FeeSettledEvent(
        *key,
        o.seq,
        o.wall_ns,
        o.client_order_id,
        o.trade_id,
        o.symbol,
        o.role.name,
        _amount(o.order_cum_qty_e8),
        _amount(o.order_cum_notional_e8),
        _amount(o.order_cum_fee_e8),
        _amount(o.fill_notional_e8),
        _amount(o.fill_fee_e8),
        _amount(o.fill_realised_e8),
    )


def trade_event(key: Key, o: Outcome) -> TradeEvent | None:
    """A trade that is over and settled; a slot freed without ever holding anything is none."""
    if o.effect is not Effect.FREE_SLOT or o.code not in BOOKED or o.slot_opened_qty_e8 == 0:
        return None
    return TradeEvent(
        *key,
        o.seq,
        o.wall_ns,
        _opened_ns(o),
        o.trade_id,
        o.symbol,
        o.slot_side.name,
        _slot(o),
        o.generation,
        o.leverage,
        _amount(o.slot_opened_qty_e8),
        _amount(o.slot_opened_notional_e8),
        _average(o.slot_opened_notional_e8, o.slot_opened_qty_e8),
        _amount(o.slot_closed_qty_e8),
        _amount(o.slot_closed_notional_e8),
        _average(o.slot_closed_notional_e8, o.slot_closed_qty_e8),
        _amount(o.slot_realised_e8),
        _amount(o.slot_fees_e8),
        _amount(o.slot_funding_e8),
        _amount(o.slot_realised_e8 - o.slot_fees_e8 - o.slot_funding_e8),
        o.leg_index,
        o.leg_count,
        _amount(o.capital_e8),
    )


def trade_exit_leg(key: Key, o: Outcome) -> TradeExitLeg | None:
    """The figures of one exit order alone, after an input that booked on it."""
    if o.role not in EXIT_ROLES or o.code not in BOOKED or not _booked(o):
        return None
    return TradeExitLeg(
        *key,
        o.seq,
        o.wall_ns,
        o.trade_id,
        o.symbol,
        o.slot_side.name,
        o.leg,
        o.leg_count,
        o.role.name,
        o.client_order_id,
        o.fill_provenance.name,
        _amount(o.order_cum_qty_e8),
        _amount(o.order_cum_notional_e8),
        _amount(o.order_cum_fee_e8),
        _amount(o.fill_realised_e8),
        _amount(o.slot_qty_e8),
    )


def trade_reconstruction(key: Key, o: Outcome) -> TradeReconstruction | None:
    """A station of a trade, named by its trade id."""
    event = _station(o)
    if event == "" or o.trade_id == "" or o.code not in BOOKED:
        return None
    return TradeReconstruction(
        *key,
        o.seq,
        o.wall_ns,
        event,
        o.trade_id,
        o.symbol,
        o.slot_side.name,
        o.leverage,
        _amount(o.slot_qty_e8),
        _amount(o.slot_entry_notional_e8),
        _amount(o.slot_opened_qty_e8),
        _amount(o.slot_opened_notional_e8),
        _amount(o.slot_closed_qty_e8),
        _amount(o.slot_closed_notional_e8),
        _amount(o.slot_realised_e8),
        _amount(o.slot_fees_e8),
        _amount(o.slot_funding_e8),
        _price(o.mark_e12),
        o.client_order_id,
    )


def position_state(key: Key, o: Outcome) -> PositionState | None:
    """A slot after an input that moved its stage or its figures."""
    moved = o.prev_stage is not o.stage or o.effect is not Effect.NOTHING or _booked(o)
    if o.slot_id == NO_SLOT or o.code not in BOOKED or not moved:
        return None
    return PositionState(
        *key,
        o.seq,
        o.wall_ns,
        o.slot_id,
        o.generation,
        o.trade_id,
        o.symbol,
        o.stage.name,
        o.slot_side.name,
        o.leverage,
        _amount(o.slot_qty_e8),
        _amount(o.slot_entry_notional_e8),
        _average(o.slot_entry_notional_e8, o.slot_qty_e8),
        _amount(o.slot_realised_e8),
        _amount(o.slot_fees_e8),
        _amount(o.slot_funding_e8),
        o.leg_index,
        o.leg_count,
        _price(o.mark_e12),
        _opened_ns(o),
    )


def account_event(key: Key, o: Outcome) -> AccountEvent | None:
    """The account after money moved or was judged, as the kernel held it at that very input."""
    judged = o.report_kind in MONEY_REPORTS or o.control_kind is ControlKind.ANCHOR
    if o.code not in BOOKED or not (judged or _booked(o)):
        return None
    moved_e8 = 0 if o.report_kind is ReportKind.FILL else o.amount_e8
    return AccountEvent(
        *key,
        o.seq,
        o.wall_ns,
        _event(o),
        o.fill_id,
        o.symbol,
        o.trade_id,
        _amount(moved_e8),
        _amount(o.fill_realised_e8),
        _amount(o.fill_fee_e8),
        _amount(o.capital_e8),
        _amount(o.seed_e8),
        _amount(o.realised_e8),
        _amount(o.fees_e8),
        _amount(o.funding_e8),
        _amount(o.transfers_e8),
        _amount(o.adjustments_e8),
        _amount(o.unrealised_e8),
        _wallet(o),
        _delta(o),
        _amount(o.peak_capital_e8),
        _amount(o.open_notional_e8),
        o.account_status.name,
        o.frozen != 0,
        o.text,
    )


def policy_event(key: Key, o: Outcome) -> PolicyEvent | None:
    """A decision that the strategy really made; nothing is made up for fills without one."""
    if o.input not in INTENTS or o.source is not Writer.POLICY:
        return None
    return PolicyEvent(
        *key,
        o.seq,
        o.wall_ns,
        o.input_id,
        o.input.name,
        o.code is Code.OK,
        o.code.name,
        o.trade_id,
        o.symbol,
        o.slot_side.name,
        _slot(o),
        _amount(o.intent_qty_e8) if o.intent_qty_e8 else None,
        _price(o.reference_price_e12),
        _price(o.mark_e12),
        o.leverage,
        _amount(o.confidence_e8),
        o.bars_held,
        o.reason_code,
        o.mode.name,
        o.text,
    )


def status_snapshot(key: Key, o: Outcome) -> StatusSnapshot | None:
    """Starts of the kernel, words of the operator, process events, ends of reconciliations."""
    turning = o.input in (InputKind.EPOCH, InputKind.CONTROL)
    if not turning and o.report_kind is not ReportKind.SNAPSHOT_END:
        return None
    return StatusSnapshot(
        *key,
        o.seq,
        o.wall_ns,
        _event(o),
        o.source.name,
        o.code.name,
        o.mode.name,
        o.kill_switch != 0,
        o.frozen != 0,
        o.account_status.name,
        _amount(o.capital_e8),
        _wallet(o),
        _delta(o),
        _amount(o.open_notional_e8),
        o.text,
    )


def anomaly_event(key: Key, o: Outcome) -> AnomalyEvent | None:
    """What should not be, by the first name that fits; a refused intent is no anomaly."""
    anomaly = _anomaly(o)
    if anomaly == "":
        return None
    return AnomalyEvent(
        *key,
        o.seq,
        o.wall_ns,
        anomaly,
        o.source.name,
        o.code.name,
        o.venue_code,
        _slot(o),
        o.stage.name,
        o.trade_id,
        o.symbol,
        o.client_order_id,
        o.venue_order_id,
        o.fill_id,
        o.text,
    )


def _anomaly(o: Outcome) -> str:
    if o.code in ANOMALY_CODES and o.source is not Writer.POLICY:
        return o.code.name
    if o.report_kind in ANOMALY_REPORTS:
        return o.report_kind.name
    return o.fact.name if o.fact in ANOMALY_FACTS else ""


def _station(o: Outcome) -> str:
    if o.effect is Effect.FREE_SLOT:
        return "SETTLED" if o.slot_opened_qty_e8 else ""
    if o.report_kind is ReportKind.INCOME:
        return "FUNDING" if o.amount_e8 else ""
    if _booked_qty_e8(o) == 0:
        return ""
    if o.role is OrderRole.ENTRY:
        return "ENTRY"
    return "PARTIAL" if o.slot_qty_e8 else "EXIT"


def _event(o: Outcome) -> str:
    """The kind of the input, in its own words."""
    if o.report_kind is not ReportKind.NONE:
        return o.report_kind.name
    return o.control_kind.name if o.control_kind is not ControlKind.NONE else o.input.name


def _booked_qty_e8(o: Outcome) -> int:
    """Quantity booked here: rows of the fill history tell of what was booked before."""
    return 0 if o.report_kind is ReportKind.FILL else o.fill_qty_e8


def _booked(o: Outcome) -> bool:
    if o.report_kind is ReportKind.FILL and o.fill_provenance is Provenance.SETTLED:
        return True
    money = (o.fill_notional_e8, o.fill_fee_e8, o.fill_realised_e8)
    return _booked_qty_e8(o) != 0 or any(money)


def _slot(o: Outcome) -> int | None:
    return None if o.slot_id == NO_SLOT else o.slot_id


def _market_ns(o: Outcome) -> int | None:
    return o.market_ms * 1_000_000 if o.market_ms else None


def _opened_ns(o: Outcome) -> int | None:
    return o.slot_opened_wall_ns if o.slot_opened_wall_ns else None


def _amount(value_e8: int) -> Decimal:
    return exact(value_e8, AMOUNT_PLACES)


def _price(value_e12: int) -> Decimal | None:
    """A price of zero is the layout's word for none; it never becomes a number here."""
    return exact(value_e12, PRICE_PLACES) if value_e12 else None


def _average(notional_e8: int, qty_e8: int) -> Decimal | None:
    """Value over quantity at the scale of prices, half to even; None where nothing was traded."""
    if qty_e8 == 0:
        return None
    quotient, rest = divmod(abs(notional_e8) * 10**PRICE_PLACES, abs(qty_e8))
    twice = rest * 2
    if twice > abs(qty_e8) or (twice == abs(qty_e8) and quotient & 1):
        quotient += 1
    return exact(quotient, PRICE_PLACES)


def _wallet(o: Outcome) -> Decimal | None:
    """The venue's first balance also seeds the capital, so before that nothing was ever told."""
    return _amount(o.wallet_e8) if o.wallet_e8 or o.seed_e8 else None


def _delta(o: Outcome) -> Decimal | None:
    return None if o.account_status is AccountStatus.UNKNOWN else _amount(o.delta_e8)
