"""ClickHouse against the journal: every row of the tables that hold money, and each number once."""

from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from pink_actors.shm_layout import Code, Effect, OrderStatus, Outcome, ReportKind
from pink_actors.verify.findings import AMOUNT, PRICE, Findings
from pink_actors.verify.journal import Entry, Journal

STORE = "clickhouse"
Cell = int | str | bool | Decimal | None


Query = Callable[[str], list[tuple[Cell, ...]]]


class Pair(NamedTuple):
    """A column and the field of the outcome it must equal; places None for words and counts."""

    column: str
    field: str
    places: int | None = None


def _money(*pairs: tuple[str, str]) -> tuple[Pair, ...]:
    return tuple(Pair(column, field, AMOUNT) for column, field in pairs)


_WORDS = (Pair("trade_id", "trade_id"), Pair("symbol", "symbol"))
TABLES: dict[str, tuple[Pair, ...]] = {
    "transitions": (
        *_WORDS,
        Pair("code", "code"),
        Pair("prev_stage", "prev_stage"),
        Pair("stage", "stage"),
        Pair("input", "input"),
        Pair("mode", "mode"),
        Pair("client_order_id", "client_order_id"),
        Pair("fill_id", "fill_id"),
        Pair("state_hash", "state_hash"),
    ),
    "order_events": (
        *_WORDS,
        Pair("client_order_id", "client_order_id"),
        Pair("venue_order_id", "venue_order_id"),
        Pair("order_side", "order_side"),
        Pair("order_kind", "order_kind"),
        Pair("status", "order_status"),
        Pair("price", "order_price_e12", PRICE),
        *_money(
            ("qty", "order_qty_e8"),
            ("cum_qty", "order_cum_qty_e8"),
            ("cum_notional", "order_cum_notional_e8"),
            ("cum_fee", "order_cum_fee_e8"),
        ),
    ),
    "fill_events": (
        *_WORDS,
        Pair("fill_id", "fill_id"),
        Pair("client_order_id", "client_order_id"),
        Pair("price", "fill_price_e12", PRICE),
        *_money(("qty", "fill_qty_e8"), ("fee", "amount_e8")),
    ),
    "trade_events": (
        *_WORDS,
        Pair("side", "slot_side"),
        *_money(
            ("entry_qty", "slot_opened_qty_e8"),
            ("entry_notional", "slot_opened_notional_e8"),
            ("exit_qty", "slot_closed_qty_e8"),
            ("exit_notional", "slot_closed_notional_e8"),
            ("realised", "slot_realised_e8"),
            ("fees", "slot_fees_e8"),
            ("funding", "slot_funding_e8"),
            ("capital_after", "capital_e8"),
        ),
    ),
    "position_state": (
        *_WORDS,
        Pair("stage", "stage"),
        *_money(
            ("qty", "slot_qty_e8"),
            ("entry_notional", "slot_entry_notional_e8"),
            ("realised", "slot_realised_e8"),
            ("fees", "slot_fees_e8"),
            ("funding", "slot_funding_e8"),
        ),
    ),
    "account_events": _money(
        ("capital", "capital_e8"),
        ("seed", "seed_e8"),
        ("realised", "realised_e8"),
        ("fees", "fees_e8"),
        ("funding", "funding_e8"),
        ("transfers", "transfers_e8"),
        ("adjustments", "adjustments_e8"),
        ("peak_capital", "peak_capital_e8"),
    ),
}


class Source(NamedTuple):
    """Where to ask, and for whose rows."""

    query: Query
    database: str
    instance: str
    live: bool  # the database may be a little behind, and will catch up


def compare(source: Source, journal: Journal, findings: Findings) -> None:
    """Each table row by row; then what the journal implies must be there."""
    entries = {entry.seq: entry for entry in journal.entries}
    stored: dict[str, set[int]] = {}
    for table, pairs in TABLES.items():
        findings.begin(f"clickhouse: {table} = journal")
        stored[table] = _table(source, table, pairs, journal, entries, findings)
    findings.begin("clickhouse: each sequence number once")
    numbers = stored["transitions"]
    last = max(numbers, default=0)
    for seq, entry in entries.items():
        if seq <= last and seq not in numbers:
            findings.wrong(STORE, f"transitions seq {seq}", "row", "missing", entry.place, "a row")
    if entries and last < max(entries):
        findings.note(f"ClickHouse is {max(entries) - last} records behind the journal")
    quarantine = f"{source.database}.quarantine"
    count = source.query(
        f"SELECT count() FROM {quarantine} WHERE instance = '{source.instance}' "
        f"AND journal_id = {journal.journal_id}"
    )[0][0]
    if count:
        findings.note(f"{count} rows could not be stored as they were: see {quarantine}")
    findings.begin("clickhouse: rows that the journal implies")
    for seq, entry in entries.items():
        for table in _implied(entry.outcome) if seq <= last or not source.live else ():
            present = seq in stored[table]
            place = f"{table} seq {seq}"
            findings.equal(STORE, place, "row", present, f"journal {entry.place}", True)


def _implied(outcome: Outcome) -> list[str]:
    """The tables of money that an outcome has to show up in."""
    booked = outcome.code in (Code.OK, Code.OVERFILL)
    implied = []
    if booked and outcome.client_order_id and outcome.order_status is not OrderStatus.NONE:
        implied.append("order_events")
    if booked and outcome.report_kind is ReportKind.FILL:
        implied.append("fill_events")
    if booked and outcome.effect is Effect.FREE_SLOT and outcome.slot_opened_qty_e8:
        implied.append("trade_events")
    if booked and outcome.report_kind is ReportKind.INCOME:
        implied.append("account_events")
    return implied


def _table(
    source: Source,
    table: str,
    pairs: tuple[Pair, ...],
    journal: Journal,
    entries: dict[int, Entry],
    findings: Findings,
) -> set[int]:
    columns = ", ".join(pair.column for pair in pairs)
    rows = source.query(
        f"SELECT seq, {columns} FROM {source.database}.{table} "
        f"WHERE instance = '{source.instance}' AND journal_id = {journal.journal_id} ORDER BY seq"
    )
    seen: set[int] = set()
    first = journal.entries[0].seq if journal.entries else 0
    last = journal.entries[-1].seq if journal.entries else 0
    for row in rows:
        seq = int(row[0] or 0)
        place = f"{table} seq {seq}"
        if seq in seen:
            findings.wrong(STORE, place, "row", "twice", "one input", "once")
        seen.add(seq)
        entry = entries.get(seq)
        if entry is None:
            # Older than the retained journal, or newer than it was when it was read.
            if seq >= first and not (source.live and seq > last):
                findings.wrong(STORE, place, "row", "present", "journal", "no such entry")
            continue
        for pair, value in zip(pairs, row[1:], strict=True):
            _cell(place, pair, value, entry, findings)
    return seen


def _cell(place: str, pair: Pair, value: Cell, entry: Entry, findings: Findings) -> None:
    fields = entry.outcome._asdict()
    expected: object = fields[pair.field]
    against = f"journal {entry.place} {pair.field}"
    if pair.places is None:
        wanted = expected.name if isinstance(expected, IntEnum) else expected
        findings.equal(STORE, place, pair.column, value, against, wanted)
        return
    number = int(Decimal(str(expected)))
    found = 0 if value is None else int(Decimal(str(value)).scaleb(pair.places))
    findings.equal(
        STORE,
        place,
        pair.column,
        Decimal(found).scaleb(-pair.places),
        against,
        Decimal(number).scaleb(-pair.places),
    )
