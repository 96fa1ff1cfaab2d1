"""The world a strategy sees, built from records of shared memory; no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from pink_actors.policy.strategy import Account, Answer, Market, Position
from pink_actors.shm_layout import (
    AccountCell,
    InputKind,
    InstrumentCell,
    MarkCell,
    Outcome,
    SlotCell,
    Stage,
    Writer,
)

NS_PER_MS = 1_000_000
PRICE_UNIT = Decimal("1e-12")
AMOUNT_UNIT = Decimal("1e-8")
ANSWERED = frozenset({InputKind.ENTER, InputKind.EXIT, InputKind.EXIT_RESIDUAL, InputKind.CANCEL})


def price(value_e12: int) -> Decimal:
    """A stored price as a decimal."""
    return (value_e12 * PRICE_UNIT).normalize()


def amount(value_e8: int) -> Decimal:
    """A stored quantity or sum of money as a decimal."""
    return (value_e8 * AMOUNT_UNIT).normalize()


def known_price(value_e12: int) -> Decimal | None:
    """A price of which zero means that nobody has told it yet."""
    return price(value_e12) if value_e12 > 0 else None


def market_from(
    mark: MarkCell, rules: InstrumentCell | None, mono_ns: int, age_ms_max: int
) -> Market:
    """One symbol; stale when the listener says so or the mark is older than `age_ms_max`."""
    age_ms = max(0, mono_ns - mark.recv_mono_ns) // NS_PER_MS
    return Market(
        symbol=mark.symbol,
        mark=known_price(mark.mark_e12),
        last=known_price(mark.last_e12),
        bid=known_price(mark.bid_e12),
        ask=known_price(mark.ask_e12),
        age_ms=age_ms,
        stale=bool(mark.stale) or mark.recv_mono_ns == 0 or age_ms > age_ms_max,
        tick=price(rules.tick_e12) if rules else None,
        lot=amount(rules.lot_e8) if rules else None,
        min_qty=amount(rules.min_qty_e8) if rules else None,
        min_notional=amount(rules.min_notional_e8) if rules else None,
    )


def position_from(slot: SlotCell, wall_ns: int, mono_ns: int) -> Position:
    """One slot; entry price is the cost of what is held divided by its quantity."""
    held = slot.qty_e8 > 0
    opened = slot.opened_wall_ns
    return Position(
        slot_id=slot.slot_id,
        trade_id=slot.trade_id,
        symbol=slot.symbol,
        stage=slot.stage,
        side=slot.side,
        qty=amount(slot.qty_e8),
        entry_price=Decimal(slot.entry_notional_e8) / Decimal(slot.qty_e8) if held else None,
        realised=amount(slot.realised_e8),
        unrealised=amount(slot.unrealised_e8),
        fees=amount(slot.fees_e8),
        leg_index=slot.leg_index,
        leg_count=slot.leg_count,
        dust=bool(slot.dust),
        changed_age_ms=max(0, mono_ns - slot.changed_mono_ns) // NS_PER_MS,
        opened_age_ms=max(0, wall_ns - opened) // NS_PER_MS if opened else None,
    )


def positions_from(slots: Iterable[SlotCell], wall_ns: int, mono_ns: int) -> tuple[Position, ...]:
    """Every slot that is not idle."""
    return tuple(
        position_from(slot, wall_ns, mono_ns) for slot in slots if slot.stage != Stage.IDLE
    )


def account_from(cell: AccountCell) -> Account:
    """The account cell in decimals; a wallet the venue never told is None."""
    return Account(
        mode=cell.mode,
        status=cell.status,
        frozen=bool(cell.frozen),
        kill_switch=bool(cell.kill_switch),
        ready=bool(cell.configured and cell.reconciled),
        capital=amount(cell.capital_e8),
        wallet=amount(cell.wallet_e8) if cell.wallet_seq else None,
        unrealised=amount(cell.unrealised_e8),
        open_notional=amount(cell.open_notional_e8),
    )


def answers_from(outcomes: Iterable[Outcome]) -> tuple[Answer, ...]:
    """The kernel's answers to intents among `outcomes`."""
    return tuple(
        Answer(outcome.input_id, outcome.trade_id, outcome.input, outcome.code)
        for outcome in outcomes
        if outcome.source == Writer.POLICY and outcome.input in ANSWERED
    )
