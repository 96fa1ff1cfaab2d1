"""Outcome to row, one function a table: pure, from the one record alone, None where none is due."""

from pink_actors.persistence.columns import PRICE_PLACES, exact
from pink_actors.persistence.figures import (
    BOOKED,
    EXIT_ROLES,
    INTENTS,
    MONEY_REPORTS,
    NO_SLOT,
    UNCHANGED,
    Key,
    amount,
    anomaly_of,
    average,
    booked,
    delta,
    event,
    market_ns,
    opened_ns,
    price,
    slot,
    station,
    wallet,
)
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
    Code,
    CommandKind,
    ControlKind,
    Effect,
    InputKind,
    OrderStatus,
    Outcome,
    Provenance,
    ReportKind,
    Writer,
)


def transition(key: Key, o: Outcome) -> Transition:
    """Every sequence number has exactly one; row_tables is filled in when the others are known."""
    return Transition(
        *key,
        o.seq,
        o.wall_ns,
        o.mono_ns,
        market_ns(o),
        o.source.name,
        o.input.name,
        o.report_kind.name,
        o.control_kind.name,
        o.input_id,
        o.code.name,
        o.code is Code.OK,
        slot(o),
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
        event(o),
        o.code.name,
        o.venue_code,
        o.trade_id,
        o.symbol,
        slot(o),
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
        amount(o.order_qty_e8),
        price(o.order_price_e12),
        price(o.order_trigger_e12),
        amount(o.order_cum_qty_e8),
        amount(o.order_cum_notional_e8),
        amount(o.order_cum_fee_e8),
        average(o.order_cum_notional_e8, o.order_cum_qty_e8),
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
        amount(o.fill_qty_e8),
        exact(o.fill_price_e12, PRICE_PLACES),
        amount(o.amount_e8),
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
        amount(o.order_cum_qty_e8),
        amount(o.order_cum_notional_e8),
        amount(o.order_cum_fee_e8),
        amount(o.fill_notional_e8),
        amount(o.fill_fee_e8),
        amount(o.fill_realised_e8),
    )


def trade_event(key: Key, o: Outcome) -> TradeEvent | None:
    """A trade that is over and settled; a slot freed without ever holding anything is none."""
    if o.effect is not Effect.FREE_SLOT or o.code not in BOOKED or o.slot_opened_qty_e8 == 0:
        return None
    return TradeEvent(
        *key,
        o.seq,
        o.wall_ns,
        opened_ns(o),
        o.trade_id,
        o.symbol,
        o.slot_side.name,
        slot(o),
        o.generation,
        o.leverage,
        amount(o.slot_opened_qty_e8),
        amount(o.slot_opened_notional_e8),
        average(o.slot_opened_notional_e8, o.slot_opened_qty_e8),
        amount(o.slot_closed_qty_e8),
        amount(o.slot_closed_notional_e8),
        average(o.slot_closed_notional_e8, o.slot_closed_qty_e8),
        amount(o.slot_realised_e8),
        amount(o.slot_fees_e8),
        amount(o.slot_funding_e8),
        amount(o.slot_realised_e8 - o.slot_fees_e8 - o.slot_funding_e8),
        o.leg_index,
        o.leg_count,
        amount(o.capital_e8),
    )


def trade_exit_leg(key: Key, o: Outcome) -> TradeExitLeg | None:
    """The figures of one exit order alone, after an input that booked on it."""
    if o.role not in EXIT_ROLES or o.code not in BOOKED or not booked(o):
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
        amount(o.order_cum_qty_e8),
        amount(o.order_cum_notional_e8),
        amount(o.order_cum_fee_e8),
        amount(o.fill_realised_e8),
        amount(o.slot_qty_e8),
    )


def trade_reconstruction(key: Key, o: Outcome) -> TradeReconstruction | None:
    """A station of a trade, named by its trade id."""
    event = station(o)
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
        amount(o.slot_qty_e8),
        amount(o.slot_entry_notional_e8),
        amount(o.slot_opened_qty_e8),
        amount(o.slot_opened_notional_e8),
        amount(o.slot_closed_qty_e8),
        amount(o.slot_closed_notional_e8),
        amount(o.slot_realised_e8),
        amount(o.slot_fees_e8),
        amount(o.slot_funding_e8),
        price(o.mark_e12),
        o.client_order_id,
    )


def position_state(key: Key, o: Outcome) -> PositionState | None:
    """A slot after an input that moved its stage or its figures."""
    moved = o.prev_stage is not o.stage or o.effect is not Effect.NOTHING or booked(o)
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
        amount(o.slot_qty_e8),
        amount(o.slot_entry_notional_e8),
        average(o.slot_entry_notional_e8, o.slot_qty_e8),
        amount(o.slot_realised_e8),
        amount(o.slot_fees_e8),
        amount(o.slot_funding_e8),
        o.leg_index,
        o.leg_count,
        price(o.mark_e12),
        opened_ns(o),
    )


def account_event(key: Key, o: Outcome) -> AccountEvent | None:
    """The account after money moved or was judged, as the kernel held it at that very input."""
    judged = o.report_kind in MONEY_REPORTS or o.control_kind is ControlKind.ANCHOR
    if o.code not in BOOKED or not (judged or booked(o)):
        return None
    moved_e8 = 0 if o.report_kind is ReportKind.FILL else o.amount_e8
    return AccountEvent(
        *key,
        o.seq,
        o.wall_ns,
        event(o),
        o.fill_id,
        o.symbol,
        o.trade_id,
        amount(moved_e8),
        amount(o.fill_realised_e8),
        amount(o.fill_fee_e8),
        amount(o.capital_e8),
        amount(o.seed_e8),
        amount(o.realised_e8),
        amount(o.fees_e8),
        amount(o.funding_e8),
        amount(o.transfers_e8),
        amount(o.adjustments_e8),
        amount(o.unrealised_e8),
        wallet(o),
        delta(o),
        amount(o.peak_capital_e8),
        amount(o.open_notional_e8),
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
        slot(o),
        amount(o.intent_qty_e8) if o.intent_qty_e8 else None,
        price(o.reference_price_e12),
        price(o.mark_e12),
        o.leverage,
        amount(o.confidence_e8),
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
        event(o),
        o.source.name,
        o.code.name,
        o.mode.name,
        o.kill_switch != 0,
        o.frozen != 0,
        o.account_status.name,
        amount(o.capital_e8),
        wallet(o),
        delta(o),
        amount(o.open_notional_e8),
        o.text,
    )


def anomaly_event(key: Key, o: Outcome) -> AnomalyEvent | None:
    """What should not be, by the first name that fits; a refused intent is no anomaly."""
    anomaly = anomaly_of(o)
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
        slot(o),
        o.stage.name,
        o.trade_id,
        o.symbol,
        o.client_order_id,
        o.venue_order_id,
        o.fill_id,
        o.text,
    )
