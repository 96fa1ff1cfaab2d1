"""What a monitor shows: typed views of records, the same for screen and JSON; no I/O.

What can go stale stands beside its age in milliseconds; what nobody told is null, never zero."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from pink_actors.shm_layout import (
    AccountCell,
    ActorState,
    ChildCell,
    JournalCell,
    MarkCell,
    OrderCell,
    OrderStatus,
    Outcome,
    ReportKind,
    SlotCell,
    Stage,
    TreeCell,
)

SCHEMA_VERSION = 1
# An order that came to nothing, or may have: a person has to see it.
FAILED = frozenset({ReportKind.ORDER_REFUSED, ReportKind.ORDER_UNKNOWN, ReportKind.NOT_SENT})
NS_PER_MS = 1_000_000
PRICE_DECIMALS = 12
AMOUNT_DECIMALS = 8


def decimal(value: int, decimals: int) -> Decimal:
    """An integer of 10**-decimals units as a decimal without trailing zeros."""
    number = Decimal(value).scaleb(-decimals).normalize()
    return number if number.as_tuple().exponent else number.quantize(Decimal(1))


def text(value: int, decimals: int) -> str:
    """The same in plain notation."""
    return f"{decimal(value, decimals):f}"


def price(value_e12: int) -> str | None:
    """A price; zero means unknown."""
    return text(value_e12, PRICE_DECIMALS) if value_e12 else None


def amount(value_e8: int) -> str:
    """A quantity or sum of money."""
    return text(value_e8, AMOUNT_DECIMALS)


def age_ms(mono_ns: int, since_mono_ns: int) -> int | None:
    """Milliseconds since; None when it never happened."""
    return max(0, mono_ns - since_mono_ns) // NS_PER_MS if since_mono_ns else None


class TreeView(msgspec.Struct, frozen=True):
    """The tree as its supervisor describes it."""

    instance: str
    venue: str
    ready: bool
    closing: bool
    kill_switch: bool
    kill_switch_reason: str
    uptime_ms: int | None
    config_hash: str


class ProcessView(msgspec.Struct, frozen=True):
    """One process: what the supervisor knows and what the process says itself."""

    name: str
    state: str
    pid: int
    epoch: int | None
    beat_age_ms: int | None
    progress: int | None
    restarts: int | None
    rss_bytes: int | None
    cpu_percent: float | None
    sandboxed: bool | None
    given_up: bool
    last_exit: str


class AccountView(msgspec.Struct, frozen=True):
    """The account cell."""

    mode: str
    status: str
    frozen: bool
    kill_switch: bool
    configured: bool
    reconciled: bool
    position_mode: str
    capital: str | None
    wallet: str | None
    wallet_age_ms: int | None
    equity: str | None
    available: str | None
    delta: str | None
    realised: str
    fees: str
    funding: str
    unrealised: str
    open_notional: str
    peak_capital: str | None
    unresolved_orders: int
    unsettled_orders: int
    trades_closed: int
    seq: int
    changed_age_ms: int | None


class SlotView(msgspec.Struct, frozen=True):
    """One slot that is not idle."""

    slot_id: int
    stage: str
    side: str
    symbol: str
    trade_id: str
    qty: str
    entry_price: str | None
    mark: str | None
    realised: str
    unrealised: str
    fees: str
    leg: str
    dust: bool
    unprotected: bool
    leverage: int
    seq: int
    changed_age_ms: int | None


class OrderView(msgspec.Struct, frozen=True):
    """One order the kernel still follows."""

    order_index: int
    slot_id: int
    role: str
    status: str
    side: str
    kind: str
    symbol: str
    qty: str
    price: str | None
    filled: str
    client_order_id: str
    venue_order_id: int | None
    provenance: str
    age_ms: int | None


class JournalView(msgspec.Struct, frozen=True):
    """Watermarks of the journal and the lag of the database behind them."""

    written_seq: int
    durable_seq: int
    incarnation: int
    segment_number: int
    sync_last_us: float
    sync_max_us: float
    free_bytes: int
    failed: bool
    stored_seq: int | None
    stored_lag: int | None
    quarantined: int | None


class MarkView(msgspec.Struct, frozen=True):
    """Prices of one symbol."""

    symbol: str
    mark: str | None
    bid: str | None
    ask: str | None
    stale: bool
    age_ms: int | None


class EventView(msgspec.Struct, frozen=True):
    """One outcome worth a line on the screen."""

    seq: int
    wall_ns: int
    what: str
    code: str
    symbol: str
    detail: str


class Snapshot(msgspec.Struct, frozen=True):
    """Everything at one moment. A part is null while its process has no segment."""

    schema_version: int
    wall_ns: int
    instance: str
    tree: TreeView | None
    processes: list[ProcessView]
    account: AccountView | None
    slots: list[SlotView]
    orders: list[OrderView]
    journal: JournalView | None
    marks: list[MarkView]
    counters: dict[str, dict[str, int | str]]
    events: list[EventView]


def tree_view(cell: TreeCell, mono_ns: int) -> TreeView:
    """From the supervisor's tree cell."""
    return TreeView(
        instance=cell.instance,
        venue=cell.venue,
        ready=bool(cell.ready),
        closing=bool(cell.closing),
        kill_switch=bool(cell.kill_switch),
        kill_switch_reason=cell.kill_switch_text,
        uptime_ms=age_ms(mono_ns, cell.started_mono_ns),
        config_hash=f"{cell.config_hash:016x}",
    )


def exit_text(cell: ChildCell) -> str:
    """How the process ended last, in words."""
    if cell.last_exit_text or cell.last_exit == 0:
        return cell.last_exit_text
    return f"signal {-cell.last_exit}" if cell.last_exit < 0 else f"exit code {cell.last_exit}"


def account_view(cell: AccountCell, wall_ns: int, mono_ns: int) -> AccountView:
    """From the kernel's account cell; venue figures are null until the venue told them."""
    told = bool(cell.wallet_seq)
    seeded = bool(cell.seeded)
    return AccountView(
        mode=cell.mode.name,
        status=cell.status.name,
        frozen=bool(cell.frozen),
        kill_switch=bool(cell.kill_switch),
        configured=bool(cell.configured),
        reconciled=bool(cell.reconciled),
        position_mode=cell.position_mode.name,
        capital=amount(cell.capital_e8) if seeded else None,
        wallet=amount(cell.wallet_e8) if told else None,
        wallet_age_ms=max(0, wall_ns // NS_PER_MS - cell.wallet_wall_ms) if told else None,
        equity=amount(cell.equity_e8) if told else None,
        available=amount(cell.available_e8) if told else None,
        delta=amount(cell.delta_e8) if cell.delta_seq else None,
        realised=amount(cell.realised_e8),
        fees=amount(cell.fees_e8),
        funding=amount(cell.funding_e8),
        unrealised=amount(cell.unrealised_e8),
        open_notional=amount(cell.open_notional_e8),
        peak_capital=amount(cell.peak_capital_e8) if seeded else None,
        unresolved_orders=cell.unresolved_orders,
        unsettled_orders=cell.unsettled_orders,
        trades_closed=cell.trades_closed,
        seq=cell.seq,
        changed_age_ms=age_ms(mono_ns, cell.changed_mono_ns),
    )


def slot_view(cell: SlotCell, mono_ns: int) -> SlotView:
    """From one slot cell; the entry price is the cost of what is held per unit."""
    entry = f"{Decimal(cell.entry_notional_e8) / Decimal(cell.qty_e8):.8g}" if cell.qty_e8 else None
    return SlotView(
        slot_id=cell.slot_id,
        stage=cell.stage.name,
        side=cell.side.name,
        symbol=cell.symbol,
        trade_id=cell.trade_id,
        qty=amount(cell.qty_e8),
        entry_price=entry,
        mark=price(cell.mark_e12),
        realised=amount(cell.realised_e8),
        unrealised=amount(cell.unrealised_e8),
        fees=amount(cell.fees_e8),
        leg=f"{cell.leg_index}/{cell.leg_count}",
        dust=bool(cell.dust),
        unprotected=bool(cell.unprotected),
        leverage=cell.leverage,
        seq=cell.seq,
        changed_age_ms=age_ms(mono_ns, cell.changed_mono_ns),
    )


def slot_views(cells: Iterable[SlotCell], mono_ns: int) -> list[SlotView]:
    """Slots in use."""
    return [slot_view(cell, mono_ns) for cell in cells if cell.stage != Stage.IDLE]


def order_views(cells: Iterable[OrderCell], mono_ns: int) -> list[OrderView]:
    """Orders the kernel still follows."""
    return [
        OrderView(
            order_index=cell.order_index,
            slot_id=cell.slot_id,
            role=cell.role.name,
            status=cell.status.name,
            side=cell.order_side.name,
            kind=cell.order_kind.name,
            symbol=cell.symbol,
            qty=amount(cell.qty_e8),
            price=price(cell.price_e12),
            filled=amount(cell.cum_qty_e8),
            client_order_id=cell.client_order_id,
            venue_order_id=cell.venue_order_id or None,
            provenance=cell.provenance.name,
            age_ms=age_ms(mono_ns, cell.created_mono_ns),
        )
        for cell in cells
        if cell.status != OrderStatus.NONE
    ]


def journal_view(cell: JournalCell, stored_seq: int | None, quarantined: int | None) -> JournalView:
    """From the journal cell and, where persistence runs, how far the database is."""
    return JournalView(
        written_seq=cell.written_seq,
        durable_seq=cell.durable_seq,
        incarnation=cell.incarnation,
        segment_number=cell.segment_number,
        sync_last_us=cell.sync_last_ns / 1000,
        sync_max_us=cell.sync_max_ns / 1000,
        free_bytes=cell.free_bytes,
        failed=bool(cell.failed),
        stored_seq=stored_seq,
        stored_lag=None if stored_seq is None else max(0, cell.durable_seq - stored_seq),
        quarantined=quarantined,
    )


def mark_view(cell: MarkCell, mono_ns: int) -> MarkView:
    """From one market cell."""
    return MarkView(
        symbol=cell.symbol,
        mark=price(cell.mark_e12),
        bid=price(cell.bid_e12),
        ask=price(cell.ask_e12),
        stale=bool(cell.stale) or cell.recv_mono_ns == 0,
        age_ms=age_ms(mono_ns, cell.recv_mono_ns),
    )


def event_view(outcome: Outcome) -> EventView | None:
    """A line for outcomes a person wants to see: fills, refusals, moves, notes; else None."""
    if outcome.report_kind == ReportKind.FILL and not outcome.code:
        fee = text(outcome.amount_e8, AMOUNT_DECIMALS)
        qty, at = amount(outcome.fill_qty_e8), price(outcome.fill_price_e12)
        detail = f"{outcome.order_side.name} {qty} @ {at or '?'} fee {fee} ({outcome.role.name})"
        return _event(outcome, "FILL", detail)
    if outcome.report_kind in FAILED:
        number = f"{outcome.venue_code} " if outcome.venue_code else ""
        detail = f"{outcome.role.name} {outcome.client_order_id}: {number}{outcome.text}"
        return _event(outcome, outcome.report_kind.name, detail.rstrip(": "))
    if outcome.prev_stage != outcome.stage:
        return _event(outcome, "STAGE", f"{outcome.prev_stage.name} > {outcome.stage.name}")
    if outcome.code > 1:
        return _event(outcome, outcome.input.name, outcome.text)
    if outcome.text:
        return _event(outcome, outcome.input.name, outcome.text)
    return None


def _event(outcome: Outcome, what: str, detail: str) -> EventView:
    return EventView(
        seq=outcome.seq,
        wall_ns=outcome.wall_ns,
        what=what,
        code=outcome.code.name,
        symbol=outcome.symbol,
        detail=detail,
    )


def process_view(
    name: str, child: ChildCell | None, said: tuple[int, int, int, int, int] | None, mono_ns: int
) -> ProcessView:
    """`said` is (state, pid, epoch, heartbeat_mono_ns, progress) of the segment header."""
    state = ActorState(said[0]) if said else ActorState.VOID
    return ProcessView(
        name=name,
        state=(child.state if child else state).name,
        pid=child.pid if child else (said[1] if said else 0),
        epoch=said[2] if said else None,
        beat_age_ms=age_ms(mono_ns, said[3]) if said else None,
        progress=said[4] if said else None,
        restarts=child.restarts if child else None,
        rss_bytes=child.rss_bytes if child else None,
        cpu_percent=child.cpu_e4 / 100 if child else None,
        sandboxed=bool(child.sandboxed) if child else None,
        given_up=bool(child.fatal) if child else False,
        last_exit=exit_text(child) if child else "",
    )
