"""Outcomes for tests: a trade told again and again, each outcome fixed by its number."""

from __future__ import annotations

from pink_actors.persistence.sink import Numbered
from pink_actors.shm_layout import (
    AccountStatus,
    Code,
    Effect,
    Fact,
    InputKind,
    Mode,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    Outcome,
    Provenance,
    ReportKind,
    Side,
    Stage,
    Writer,
)

NO_SLOT = 0xFFFF
E8 = 10**8
E12 = 10**12
WALL_NS = 1_790_000_000 * 10**9

BLANK = Outcome.zero()._replace(
    slot_id=NO_SLOT,
    mode=Mode.ACTIVE,
    seed_e8=10_000 * E8,
    capital_e8=10_000 * E8,
    wallet_e8=10_000 * E8,
    account_status=AccountStatus.OK,
)
ENTER = BLANK._replace(
    source=Writer.POLICY,
    input=InputKind.ENTER,
    input_id=77,
    slot_id=3,
    generation=5,
    stage=Stage.ORDER_REQUESTED,
    fact=Fact.ENTER,
    effect=Effect.SEND_ENTRY,
    trade_id="t-1",
    symbol="BTC-USDT",
    client_order_id="paper0a-3-5-e0-1",
    role=OrderRole.ENTRY,
    order_side=OrderSide.BUY,
    order_kind=OrderKind.MARKET,
    order_status=OrderStatus.REQUESTED,
    order_qty_e8=E8 // 2,
    slot_side=Side.LONG,
    leverage=3,
    leg_count=2,
    intent_qty_e8=E8 // 2,
    reference_price_e12=50_000 * E12,
    mark_e12=50_001 * E12,
    confidence_e8=E8 // 4,
    bars_held=4,
    command_count=1,
    command_kinds=bytes([1, 0, 0, 0, 0, 0, 0]),
    text="trend is up",
)
ENTRY_FILL = ENTER._replace(
    source=Writer.LISTENER,
    input=InputKind.REPORT,
    input_id=0,
    report_kind=ReportKind.ORDER_STATE,
    prev_stage=Stage.ORDER_REQUESTED,
    stage=Stage.POSITION_OPEN,
    fact=Fact.GONE_HELD,
    effect=Effect.NOTHING,
    venue_order_id=2**60 + 1,
    order_status=OrderStatus.FILLED,
    order_cum_qty_e8=E8 // 2,
    order_cum_notional_e8=25_000 * E8,
    order_cum_fee_e8=12 * E8,
    fill_qty_e8=E8 // 2,
    fill_price_e12=50_000 * E12,
    fill_notional_e8=25_000 * E8,
    fill_fee_e8=12 * E8,
    fill_provenance=Provenance.EXCHANGE,
    slot_qty_e8=E8 // 2,
    slot_entry_notional_e8=25_000 * E8,
    slot_opened_qty_e8=E8 // 2,
    slot_opened_notional_e8=25_000 * E8,
    slot_fees_e8=12 * E8,
    slot_opened_wall_ns=WALL_NS,
    fees_e8=12 * E8,
    capital_e8=9_988 * E8,
    command_count=0,
    command_kinds=bytes(7),
    text="",
)
SETTLED_FILL = ENTRY_FILL._replace(
    source=Writer.GATEWAY,
    report_kind=ReportKind.FILL,
    prev_stage=Stage.POSITION_OPEN,
    fact=Fact.NONE,
    fill_id="90001",
    maker=1,
    fill_notional_e8=-1,
    fill_fee_e8=E8 // 2,
    fill_provenance=Provenance.SETTLED,
    amount_e8=12 * E8 + E8 // 2,
    order_cum_notional_e8=25_000 * E8 - 1,
    order_cum_fee_e8=12 * E8 + E8 // 2,
)
EXIT_FILL = ENTRY_FILL._replace(
    client_order_id="paper0a-3-5-x0-2",
    role=OrderRole.EXIT,
    order_side=OrderSide.SELL,
    leg=0,
    leg_index=1,
    prev_stage=Stage.EXIT_WORKING,
    order_qty_e8=E8 // 4,
    order_cum_qty_e8=E8 // 4,
    order_cum_notional_e8=12_600 * E8,
    order_cum_fee_e8=6 * E8,
    fill_qty_e8=E8 // 4,
    fill_price_e12=50_400 * E12,
    fill_notional_e8=12_600 * E8,
    fill_fee_e8=6 * E8,
    fill_realised_e8=100 * E8,
    slot_qty_e8=E8 // 4,
    slot_entry_notional_e8=12_500 * E8,
    slot_closed_qty_e8=E8 // 4,
    slot_closed_notional_e8=12_600 * E8,
    slot_realised_e8=100 * E8,
    slot_fees_e8=18 * E8,
)
FREED = BLANK._replace(
    source=Writer.KERNEL,
    input=InputKind.DEADLINE,
    slot_id=3,
    generation=5,
    prev_stage=Stage.CLOSED,
    fact=Fact.SETTLED,
    effect=Effect.FREE_SLOT,
    trade_id="t-1",
    symbol="BTC-USDT",
    slot_side=Side.LONG,
    leverage=3,
    leg_index=2,
    leg_count=2,
    slot_opened_qty_e8=E8 // 2,
    slot_opened_notional_e8=25_000 * E8,
    slot_closed_qty_e8=E8 // 2,
    slot_closed_notional_e8=25_200 * E8,
    slot_realised_e8=200 * E8,
    slot_fees_e8=24 * E8,
    slot_funding_e8=E8,
    slot_opened_wall_ns=WALL_NS,
    capital_e8=10_175 * E8,
)
MARK = BLANK._replace(
    source=Writer.LISTENER, input=InputKind.MARK_PRICE, symbol="BTC-USDT", mark_e12=50_002 * E12
)
INCOME = BLANK._replace(
    source=Writer.GATEWAY,
    input=InputKind.REPORT,
    report_kind=ReportKind.INCOME,
    income_kind=1,
    fill_id="inc-1",
    symbol="BTC-USDT",
    trade_id="t-1",
    slot_id=3,
    slot_side=Side.LONG,
    amount_e8=-E8,
    funding_e8=E8,
    slot_funding_e8=E8,
)
GAP = BLANK._replace(
    source=Writer.LISTENER,
    input=InputKind.REPORT,
    report_kind=ReportKind.GAP,
    text="socket closed",
)
FOREIGN = BLANK._replace(
    source=Writer.LISTENER,
    input=InputKind.REPORT,
    report_kind=ReportKind.ORDER_STATE,
    code=Code.FOREIGN_ORDER,
    client_order_id="somebody-else",
    venue_order_id=9,
)
STORY = (ENTER, ENTRY_FILL, MARK, SETTLED_FILL, EXIT_FILL, INCOME, GAP, FREED, MARK, FOREIGN)


def outcome(seq: int) -> Outcome:
    """The outcome that always has this number: the story again and again, ids of their own."""
    round_number, place = divmod(seq - 1, len(STORY))
    told = STORY[place]
    return told._replace(
        seq=seq,
        wall_ns=WALL_NS + seq * 1_000_003,
        mono_ns=seq * 1_000_003,
        trade_id=told.trade_id and f"t-{round_number}",
        client_order_id=told.client_order_id and f"{told.client_order_id}-{round_number}",
        fill_id=told.fill_id and f"{told.fill_id}{round_number}",
    )


def record(seq: int) -> Numbered:
    """The same as it travels."""
    return Numbered(seq, outcome(seq).encode())


def records(first: int, last: int) -> list[Numbered]:
    """A run of them, both ends included."""
    return [record(seq) for seq in range(first, last + 1)]
