"""ClickHouse against the journal: every figure of every row, and each number once."""

from collections.abc import Callable
from decimal import Decimal
from enum import IntEnum
from typing import NamedTuple

from pink_actors.shm_layout import Code, Effect, OrderStatus, Outcome, ReportKind
from pink_actors.verify.columns import TABLES, expression, facts, places_of
from pink_actors.verify.findings import Findings
from pink_actors.verify.journal import Entry, Journal

STORE = "clickhouse"
Cell = int | str | bool | Decimal | list[str] | None


Query = Callable[[str], list[tuple[Cell, ...]]]


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
    for table in TABLES:
        findings.begin(f"clickhouse: {table} = journal")
        stored[table] = _table(source, table, journal, entries, findings)
    findings.begin("clickhouse: each sequence number once")
    numbers = stored["transitions"]
    last = max(numbers, default=0)
    for seq, entry in entries.items():
        if seq <= last and seq not in numbers:
            findings.wrong(STORE, f"transitions seq {seq}", "row", "missing", entry.place, "a row")
    if entries and last < max(entries):
        findings.note(f"ClickHouse is {max(entries) - last} records behind the journal")
    _count_rows(source, stored, journal, findings)
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


def _count_rows(
    source: Source, stored: dict[str, set[int]], journal: Journal, findings: Findings
) -> None:
    """Each transition says how many other rows its number has; those put aside count too."""
    findings.begin("clickhouse: as many rows as transitions say")
    aside = {int(str(row[0])) for row in source.query(_select(source, journal, "quarantine"))}
    if aside:
        where = f"{source.database}.quarantine"
        findings.note(f"{len(aside)} rows could not be stored as they were: see {where}")
    others = [aside, *(seqs for table, seqs in stored.items() if table != "transitions")]
    for row in source.query(_select(source, journal, "transitions", "bitCount(row_tables)")):
        seq, said = int(str(row[0])), int(str(row[1]))
        found = sum(seq in seqs for seqs in others)
        place = f"transitions seq {seq}"
        findings.equal(STORE, place, "row_tables", said, "rows in other tables", found)


def _select(source: Source, journal: Journal, table: str, *columns: str) -> str:
    return (
        f"SELECT {', '.join(('seq', *columns))} FROM {source.database}.{table} "
        f"WHERE instance = '{source.instance}' AND journal_id = {journal.journal_id} ORDER BY seq"
    )


def _table(
    source: Source,
    table: str,
    journal: Journal,
    entries: dict[int, Entry],
    findings: Findings,
) -> set[int]:
    columns = TABLES[table]
    asked = [expression(column) for column in columns]
    seen: set[int] = set()
    first = journal.entries[0].seq if journal.entries else 0
    last = journal.entries[-1].seq if journal.entries else 0
    for row in source.query(_select(source, journal, table, *asked)):
        seq = int(str(row[0]))
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
        told = facts(entry.outcome)
        for (column, fact), value in zip(columns.items(), row[1:], strict=True):
            against = f"journal {entry.place} {fact}"
            found, expected = _comparable(value, told[fact], places_of(fact))
            findings.equal(STORE, place, column, found, against, expected)
    return seen


def _comparable(value: Cell, expected: object, places: int | None) -> tuple[object, object]:
    """Both sides in one form; a figure that is not told is stored as none and is 0 here."""
    if places is None:
        return value, expected.name if isinstance(expected, IntEnum) else expected
    wanted = int(str(expected))
    found = 0 if value is None else int(Decimal(str(value)).scaleb(places))
    if found == wanted:
        return found, wanted
    return Decimal(found).scaleb(-places), Decimal(wanted).scaleb(-places)
