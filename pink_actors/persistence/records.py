"""The row types: one a table, the columns of which are exactly these fields in this order."""

from typing import NamedTuple

from pink_actors.persistence.columns import (
    I32,
    I64,
    U8,
    U16,
    U32,
    U64,
    Amount,
    AmountOrNull,
    Flag,
    Price,
    PriceOrNull,
    SlotOrNull,
    Text,
    TimeNs,
    TimeNsOrNull,
    Word,
    Words,
)


class Transition(NamedTuple):
    """One journalled input, whatever it was: exactly one row a sequence number."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    mono_ns: U64
    market_ts: TimeNsOrNull
    source: Word
    input: Word
    report_kind: Word
    control_kind: Word
    input_id: U64
    code: Word
    accepted: Flag
    slot_id: SlotOrNull
    generation: U32
    prev_stage: Word
    stage: Word
    fact: Word
    effect: Word
    mode: Word
    kill_switch: Flag
    frozen: Flag
    account_status: Word
    venue_code: I32
    trade_id: Text
    symbol: Word
    client_order_id: Text
    venue_order_id: I64
    fill_id: Text
    commands: Words
    state_hash: U64
    text: Text
    # Bit i: this sequence number has a row in table i, so that a lost row can be missed.
    row_tables: U32


class OrderEvent(NamedTuple):
    """What became of an order: its cumulative facts after one input."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    source: Word
    event: Word
    code: Word
    venue_code: I32
    trade_id: Text
    symbol: Word
    slot_id: SlotOrNull
    generation: U32
    client_order_id: Text
    venue_order_id: I64
    role: Word
    order_side: Word
    order_kind: Word
    tif: Word
    reduce_only: Flag
    leg: U8
    attempt: U8
    status: Word
    qty: Amount
    price: PriceOrNull
    trigger_price: PriceOrNull
    cum_qty: Amount
    cum_notional: Amount
    cum_fee: Amount
    avg_price: PriceOrNull
    text: Text


class FillEvent(NamedTuple):
    """One execution as the venue's fill history tells it, exact."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    fill_id: Text
    client_order_id: Text
    venue_order_id: I64
    trade_id: Text
    symbol: Word
    role: Word
    order_side: Word
    leg: U8
    maker: Flag
    qty: Amount
    price: Price
    fee: Amount


class FeeSettledEvent(NamedTuple):
    """The exact figures of a finished order, and by how much they replaced what was booked."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    client_order_id: Text
    trade_id: Text
    symbol: Word
    role: Word
    cum_qty: Amount
    cum_notional: Amount
    cum_fee: Amount
    notional_change: Amount
    fee_change: Amount
    realised_change: Amount


class TradeEvent(NamedTuple):
    """One finished trade with its settled figures."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    opened_ts: TimeNsOrNull
    trade_id: Text
    symbol: Word
    side: Word
    slot_id: SlotOrNull
    generation: U32
    leverage: U16
    entry_qty: Amount
    entry_notional: Amount
    entry_price: PriceOrNull
    exit_qty: Amount
    exit_notional: Amount
    exit_price: PriceOrNull
    realised: Amount
    fees: Amount
    funding: Amount
    net: Amount
    legs_used: U8
    leg_count: U8
    capital_after: Amount


class TradeExitLeg(NamedTuple):
    """An exit order after an input that booked on it; its last row has the settled figures."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    trade_id: Text
    symbol: Word
    side: Word
    leg: U8
    leg_count: U8
    role: Word
    client_order_id: Text
    provenance: Word
    cum_qty: Amount
    cum_notional: Amount
    cum_fee: Amount
    realised_change: Amount
    remaining_qty: Amount


class TradeReconstruction(NamedTuple):
    """The stations of a trade, ENTRY, PARTIAL, EXIT, FUNDING, SETTLED, with its sums after each."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    event: Word
    trade_id: Text
    symbol: Word
    side: Word
    leverage: U16
    qty: Amount
    entry_notional: Amount
    opened_qty: Amount
    opened_notional: Amount
    closed_qty: Amount
    closed_notional: Amount
    realised: Amount
    fees: Amount
    funding: Amount
    mark: PriceOrNull
    client_order_id: Text


class PositionState(NamedTuple):
    """A slot after an input that changed it."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    slot_id: U16
    generation: U32
    trade_id: Text
    symbol: Word
    stage: Word
    side: Word
    leverage: U16
    qty: Amount
    entry_notional: Amount
    entry_price: PriceOrNull
    realised: Amount
    fees: Amount
    funding: Amount
    leg_index: U8
    leg_count: U8
    mark: PriceOrNull
    opened_ts: TimeNsOrNull


class AccountEvent(NamedTuple):
    """The account after an input that moved money or judged it."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    event: Word
    event_id: Text
    symbol: Word
    trade_id: Text
    amount: Amount
    realised_change: Amount
    fee_change: Amount
    capital: Amount
    seed: Amount
    realised: Amount
    fees: Amount
    funding: Amount
    transfers: Amount
    adjustments: Amount
    unrealised_estimate: Amount
    wallet: AmountOrNull
    delta: AmountOrNull
    peak_capital: Amount
    open_notional: Amount
    account_status: Word
    frozen: Flag
    text: Text


class PolicyEvent(NamedTuple):
    """A decision of the strategy and what became of it."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    intent_id: U64
    decision: Word
    accepted: Flag
    code: Word
    trade_id: Text
    symbol: Word
    side: Word
    slot_id: SlotOrNull
    qty: AmountOrNull
    reference_price: PriceOrNull
    mark: PriceOrNull
    leverage: U16
    confidence: Amount
    bars_held: U32
    reason_code: U32
    mode: Word
    text: Text


class StatusSnapshot(NamedTuple):
    """The state of the whole at its turning points: starts, words of the operator, snapshots."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    event: Word
    source: Word
    code: Word
    mode: Word
    kill_switch: Flag
    frozen: Flag
    account_status: Word
    capital: Amount
    wallet: AmountOrNull
    delta: AmountOrNull
    open_notional: Amount
    text: Text


class AnomalyEvent(NamedTuple):
    """Something that should not be: named, with what was known."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    anomaly: Word
    source: Word
    code: Word
    venue_code: I32
    slot_id: SlotOrNull
    stage: Word
    trade_id: Text
    symbol: Word
    client_order_id: Text
    venue_order_id: I64
    fill_id: Text
    text: Text


class Quarantined(NamedTuple):
    """What could not become a row: where it belonged, why not, and the record itself."""

    instance: Word
    journal_id: U64
    seq: U64
    ts: TimeNs
    tables: Text
    reason: Text
    record_hex: Text
