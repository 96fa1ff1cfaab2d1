"""Facts to the Report records of shared memory; a figure that was not told sets no bit in `has`."""

from __future__ import annotations

from typing import Final, NamedTuple

from pink_actors.shm_layout import (
    Code,
    Has,
    OrderRole,
    OrderStatus,
    PositionMode,
    Report,
    ReportKind,
    Side,
)
from pink_actors.venue.facts import (
    BalanceFacts,
    FillFacts,
    IncomeFacts,
    InstrumentFacts,
    OrderFacts,
    PositionFacts,
)
from pink_actors.venue.words import ascii_cut

SYMBOL_SIZE_MAX: Final = 24
CLIENT_ID_SIZE_MAX: Final = 40
INT32_MAX: Final = 2**31 - 1

_ZERO: Final = Report.zero()


class Arrival(NamedTuple):
    """When the fact reached us, and which command asked for it."""

    wall_ns: int
    mono_ns: int
    command_seq: int = 0
    asked_seq: int = 0
    asked_wall_ms: int = 0
    role: OrderRole = OrderRole.NONE


def of_kind(kind: ReportKind, arrival: Arrival) -> Report:
    """A report with nothing in it but its kind and when it came."""
    return _ZERO._replace(
        kind=kind,
        role=arrival.role,
        command_seq=arrival.command_seq,
        asked_seq=arrival.asked_seq,
        asked_wall_ms=arrival.asked_wall_ms,
        recv_wall_ns=arrival.wall_ns,
        recv_mono_ns=arrival.mono_ns,
    )


def order_state(
    facts: OrderFacts, arrival: Arrival, kind: ReportKind = ReportKind.ORDER_STATE
) -> Report:
    """Cumulative facts about one order; money of a zero fill is not told rather than zero."""
    filled = bool(facts.cum_qty_e8)
    average = facts.avg_price_e12 if filled else None
    fee = facts.cum_fee_e8
    venue_ms = facts.updated_ms or facts.created_ms
    has = (
        _bit(Has.CUM_QTY, facts.cum_qty_e8)
        | _bit(Has.AVG_PRICE, average)
        | _bit(Has.CUM_FEE, fee)
        | _bit(Has.PRICE, facts.price_e12)
        | _bit(Has.QTY, facts.qty_e8)
        | _bit(Has.TRIGGER, facts.trigger_e12)
        | _bit(Has.VENUE_ORDER_ID, facts.venue_order_id or None)
        | _bit(Has.VENUE_TIME, venue_ms or None)
    )
    return of_kind(kind, arrival)._replace(
        order_side=facts.order_side,
        position_side=facts.position_side,
        order_kind=facts.order_kind,
        tif=facts.tif,
        order_status=facts.status,
        has=has,
        reduce_only=int(facts.reduce_only or False),
        venue_wall_ms=venue_ms,
        market_ms=facts.market_ms,
        venue_order_id=facts.venue_order_id,
        client_order_id=ascii_cut(facts.client_order_id, CLIENT_ID_SIZE_MAX),
        symbol=ascii_cut(facts.symbol, SYMBOL_SIZE_MAX),
        qty_e8=facts.qty_e8 or 0,
        price_e12=facts.price_e12 or 0,
        trigger_e12=facts.trigger_e12 or 0,
        cum_qty_e8=facts.cum_qty_e8 or 0,
        avg_price_e12=average or 0,
        cum_fee_e8=fee or 0,
        text=ascii_cut(facts.status_word) if facts.status is OrderStatus.UNKNOWN else "",
    )


def position(facts: PositionFacts, arrival: Arrival) -> Report:
    """One row of a snapshot: a held position."""
    return of_kind(ReportKind.SNAPSHOT_POSITION, arrival)._replace(
        position_side=facts.side,
        has=Has.QTY
        | _bit(Has.PRICE, facts.entry_e12)
        | _bit(Has.LEVERAGE, facts.leverage or None)
        | _bit(Has.VENUE_TIME, facts.updated_ms or None),
        leverage=facts.leverage,
        venue_wall_ms=facts.updated_ms,
        symbol=ascii_cut(facts.symbol, SYMBOL_SIZE_MAX),
        qty_e8=facts.qty_e8,
        price_e12=facts.entry_e12 or 0,
    )


def balance(facts: BalanceFacts, arrival: Arrival) -> Report:
    """Wallet figures."""
    return of_kind(ReportKind.BALANCE, arrival)._replace(
        has=_bit(Has.WALLET, facts.wallet_e8)
        | _bit(Has.EQUITY, facts.equity_e8)
        | _bit(Has.AVAILABLE, facts.available_e8)
        | _bit(Has.USED_MARGIN, facts.used_margin_e8),
        wallet_e8=facts.wallet_e8 or 0,
        equity_e8=facts.equity_e8 or 0,
        available_e8=facts.available_e8 or 0,
        used_margin_e8=facts.used_margin_e8 or 0,
    )


def fill(
    facts: FillFacts, arrival: Arrival, client_order_id: str, row_index: int, row_count: int
) -> Report:
    """One row of a complete set of settled fills."""
    return of_kind(ReportKind.FILL, arrival)._replace(
        has=Has.QTY
        | Has.PRICE
        | Has.AMOUNT
        | Has.VENUE_ORDER_ID
        | _bit(Has.VENUE_TIME, facts.venue_ms or None),
        maker=int(facts.maker),
        venue_wall_ms=facts.venue_ms,
        market_ms=facts.market_ms,
        venue_order_id=facts.venue_order_id,
        client_order_id=client_order_id,
        symbol=ascii_cut(facts.symbol, SYMBOL_SIZE_MAX),
        fill_id=facts.fill_id,
        qty_e8=facts.qty_e8,
        price_e12=facts.price_e12,
        amount_e8=facts.fee_e8,
        row_index=row_index,
        row_count=row_count,
    )


def income(facts: IncomeFacts, arrival: Arrival) -> Report:
    """One change of the wallet that is no fill."""
    return of_kind(ReportKind.INCOME, arrival)._replace(
        has=Has.AMOUNT | Has.VENUE_TIME,
        income_kind=facts.kind,
        venue_wall_ms=facts.venue_ms,
        market_ms=facts.market_ms,
        symbol=ascii_cut(facts.symbol, SYMBOL_SIZE_MAX),
        fill_id=ascii_cut(facts.income_id, 32),
        amount_e8=facts.amount_e8,
        text=ascii_cut(facts.word),
    )


def instrument(facts: InstrumentFacts, arrival: Arrival) -> Report:
    """Trading rules of one symbol."""
    return of_kind(ReportKind.INSTRUMENT, arrival)._replace(
        symbol=ascii_cut(facts.symbol, SYMBOL_SIZE_MAX),
        tick_e12=facts.tick_e12,
        lot_e8=facts.lot_e8,
        min_qty_e8=facts.min_qty_e8,
        min_notional_e8=facts.min_notional_e8,
        maker_fee_e8=facts.maker_fee_e8,
        taker_fee_e8=facts.taker_fee_e8,
        text="" if facts.open_to_api else "closed to API orders",
    )


def position_mode(mode: PositionMode, arrival: Arrival) -> Report:
    """One-way or hedge, as the venue says."""
    return of_kind(ReportKind.POSITION_MODE, arrival)._replace(position_mode=mode)


def leverage(symbol: str, side: Side, value: int, arrival: Arrival) -> Report:
    """Leverage in force."""
    return of_kind(ReportKind.LEVERAGE, arrival)._replace(
        symbol=symbol, position_side=side, leverage=value, has=Has.LEVERAGE
    )


def verdict(
    kind: ReportKind,
    arrival: Arrival,
    order: tuple[str, str, int],
    code: Code,
    venue_code: int = 0,
    text: str = "",
) -> Report:
    """How a command ended; `order` is symbol, client order id and venue order id."""
    symbol, client_order_id, venue_order_id = order
    return of_kind(kind, arrival)._replace(
        code=code,
        venue_code=max(-INT32_MAX, min(venue_code, INT32_MAX)),
        has=_bit(Has.VENUE_ORDER_ID, venue_order_id or None),
        symbol=symbol,
        client_order_id=client_order_id,
        venue_order_id=venue_order_id,
        text=ascii_cut(text),
    )


def diagnostic(code: Code, text: str, arrival: Arrival, symbol: str = "") -> Report:
    """Something odd the edge saw; the code says of which kind."""
    return of_kind(ReportKind.DIAGNOSTIC, arrival)._replace(
        code=code, symbol=ascii_cut(symbol, SYMBOL_SIZE_MAX), text=ascii_cut(text)
    )


def _bit(bit: Has, value: int | None) -> int:
    return 0 if value is None else int(bit)
