"""A snapshot as rows of text: what the screen draws and what `--once` prints; no I/O."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from pink_actors.monitor.view import AccountView, ProcessView, SlotView, Snapshot

STALE_MS_MAX = 2_000
NS_PER_S = 1_000_000_000
MIB = 1 << 20


class Table(NamedTuple):
    """A titled table of text cells."""

    title: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def ago(age_ms: int | None) -> str:
    """An age in the shortest useful unit; STALE is for the caller to say."""
    if age_ms is None:
        return "?"
    if age_ms < 10_000:
        return f"{age_ms / 1000:.1f} s"
    if age_ms < 600_000:
        return f"{age_ms // 1000} s"
    return f"{age_ms // 60_000} min"


def shown(value: str | None) -> str:
    """A figure, or a question mark where nobody has told it."""
    return "?" if value is None else value


def clock(wall_ns: int) -> str:
    """UTC time of day."""
    return f"{datetime.fromtimestamp(wall_ns // NS_PER_S, UTC):%H:%M:%S}"


def alive(snapshot: Snapshot) -> bool:
    """Whether the supervisor's own heartbeat is fresh."""
    return any(
        process.name == "supervisor"
        and process.beat_age_ms is not None
        and process.beat_age_ms <= STALE_MS_MAX
        for process in snapshot.processes
    )


def mode_line(snapshot: Snapshot) -> str:
    """The line that says what this tree is allowed to do, and whether it lives at all."""
    tree, account = snapshot.tree, snapshot.account
    if tree is None:
        return f"{snapshot.instance}: no tree. Start one with pink-supervisor up."
    parts = [tree.venue.upper(), tree.instance]
    if not alive(snapshot):
        parts.append("DEAD TREE, LAST STATE BELOW (pink-supervisor up goes on, flatten closes all)")
    elif tree.closing:
        parts.append("CLOSING")
    else:
        parts.append("READY" if tree.ready else "NOT READY")
    if account is not None:
        parts.append(account.mode)
        if account.frozen:
            parts.append("FROZEN")
    if tree.kill_switch:
        parts.append(f"KILL SWITCH ({tree.kill_switch_reason or 'no reason given'})")
    parts.append(f"up {ago(tree.uptime_ms)}")
    parts.append(f"{clock(snapshot.wall_ns)} UTC")
    return "  ".join(parts)


def money_lines(account: AccountView | None) -> list[str]:
    """Capital against the venue's wallet, and the day."""
    if account is None:
        return ["account: the kernel has no segment"]
    return [
        f"capital {shown(account.capital)}"
        f"  wallet {shown(account.wallet)} ({ago(account.wallet_age_ms)} ago)"
        f"  delta {shown(account.delta)} {account.status}  equity {shown(account.equity)}"
        f"  available {shown(account.available)}",
        f"realised {account.realised}  fees {account.fees}  funding {account.funding}"
        f"  unrealised {account.unrealised}  exposure {account.open_notional}"
        f"  trades {account.trades_closed}"
        f"  unresolved {account.unresolved_orders}  unsettled {account.unsettled_orders}",
    ]


def journal_line(snapshot: Snapshot) -> str:
    """Watermarks and lags."""
    journal = snapshot.journal
    if journal is None:
        return "journal: the kernel has no segment"
    stored = "?" if journal.stored_seq is None else str(journal.stored_seq)
    lag = "?" if journal.stored_lag is None else str(journal.stored_lag)
    failed = "  FAILED, NO ADDED RISK" if journal.failed else ""
    return (
        f"journal written {journal.written_seq}  durable {journal.durable_seq}"
        f"  database {stored} (lag {lag})  sync {journal.sync_last_us:.0f} us"
        f"  max {journal.sync_max_us:.0f} us  free {journal.free_bytes // MIB} MiB{failed}"
    )


def _process_row(process: ProcessView) -> tuple[str, ...]:
    stale = process.beat_age_ms is not None and process.beat_age_ms > STALE_MS_MAX
    beat = "-" if process.beat_age_ms is None else ago(process.beat_age_ms)
    beat += " STALE" if stale and process.pid else ""
    return (
        process.name,
        "GIVEN UP" if process.given_up else process.state,
        str(process.pid or "-"),
        "-" if process.restarts is None else str(process.restarts),
        beat,
        "-" if process.rss_bytes is None else f"{process.rss_bytes // MIB} MiB",
        "-" if process.cpu_percent is None else f"{process.cpu_percent:.0f} %",
        {True: "yes", False: "no", None: "-"}[process.sandboxed],
        process.last_exit,
    )


def process_table(snapshot: Snapshot) -> Table:
    """Every process of the tree."""
    columns = (
        "process",
        "state",
        "pid",
        "restarts",
        "beat",
        "memory",
        "cpu",
        "sandbox",
        "last exit",
    )
    return Table("Processes", columns, [_process_row(p) for p in snapshot.processes])


def _stage(slot: SlotView) -> str:
    """The stage, and what a trader must know of beside it."""
    dust = " DUST" if slot.dust else ""
    return slot.stage + (" NO STOP" if slot.unprotected else "") + dust


def slot_table(snapshot: Snapshot) -> Table:
    """Slots in use."""
    columns = (
        "slot", "symbol", "side", "stage", "qty", "entry", "mark", "unrealised", "realised",
        "fees", "leg", "age",
    )  # fmt: skip
    rows = [
        (
            str(slot.slot_id), slot.symbol, slot.side, _stage(slot),
            slot.qty, shown(slot.entry_price), shown(slot.mark), slot.unrealised, slot.realised,
            slot.fees, slot.leg, ago(slot.changed_age_ms),
        )
        for slot in snapshot.slots
    ]  # fmt: skip
    return Table("Slots", columns, rows)


def order_table(snapshot: Snapshot) -> Table:
    """Orders the kernel still follows."""
    columns = ("slot", "role", "status", "symbol", "side", "kind", "qty", "price", "filled", "age")
    rows = [
        (
            str(order.slot_id), order.role, order.status, order.symbol, order.side, order.kind,
            order.qty, shown(order.price) if order.kind != "MARKET" else "-", order.filled,
            ago(order.age_ms),
        )
        for order in snapshot.orders
    ]  # fmt: skip
    return Table("Orders", columns, rows)


def mark_table(snapshot: Snapshot) -> Table:
    """Prices."""
    rows = [
        (m.symbol, shown(m.mark), shown(m.bid), shown(m.ask), ago(m.age_ms) + (" STALE" * m.stale))
        for m in snapshot.marks
    ]
    return Table("Prices", ("symbol", "mark", "bid", "ask", "age"), rows)


def event_table(snapshot: Snapshot) -> Table:
    """What happened last, newest first."""
    rows = [
        (str(e.seq), clock(e.wall_ns), e.what, e.symbol, e.detail, "" if e.code == "OK" else e.code)
        for e in reversed(snapshot.events)
    ]
    return Table("Events", ("seq", "time", "what", "symbol", "detail", "code"), rows)


def tables(snapshot: Snapshot) -> list[Table]:
    """All tables in the order an operator reads them."""
    return [
        process_table(snapshot),
        slot_table(snapshot),
        order_table(snapshot),
        mark_table(snapshot),
        event_table(snapshot),
    ]


def plain(snapshot: Snapshot) -> str:
    """The whole snapshot as aligned text; one line where there is nothing to see."""
    if snapshot.tree is None and snapshot.account is None:
        return mode_line(snapshot)
    lines = [mode_line(snapshot), *money_lines(snapshot.account), journal_line(snapshot)]
    for table in tables(snapshot):
        rows = [table.columns, *table.rows]
        widths = [max(len(row[i]) for row in rows) for i in range(len(table.columns))]
        lines += ["", table.title]
        lines += [
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in rows
        ]
    return "\n".join(lines)
