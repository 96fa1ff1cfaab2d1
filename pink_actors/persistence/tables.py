"""The tables: which function fills which, their declaration, and how an outcome becomes rows."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

from pink_actors.persistence import figures, rows
from pink_actors.persistence.columns import (
    BadValueError,
    Column,
    Value,
    columns_of,
    month_of,
)
from pink_actors.persistence.figures import Key
from pink_actors.persistence.records import (
    AccountEvent,
    AnomalyEvent,
    FeeSettledEvent,
    FillEvent,
    OrderEvent,
    PolicyEvent,
    PositionState,
    Quarantined,
    StatusSnapshot,
    TradeEvent,
    TradeExitLeg,
    TradeReconstruction,
    Transition,
)
from pink_actors.shm_layout import MalformedRecord, Outcome

SCHEMA_VERSION = 1

Row = tuple[Value, ...]
Build = Callable[[Key, Outcome], Row | None]


class Table(NamedTuple):
    """One table; `bit` is its place in `row_tables`, and never changes."""

    name: str
    bit: int
    columns: tuple[Column, ...]
    build: Build | None

    def line(self, row: Row) -> str:
        """The row as one line of TabSeparated; BadValueError names the column."""
        cells: list[str] = []
        for column, value in zip(self.columns, row, strict=True):
            try:
                cells.append(column.write(value))
            except BadValueError as error:
                raise BadValueError(f"{self.name}.{column.name}: {error}") from error
        return "\t".join(cells)

    def declaration(self, database: str) -> str:
        """The statement that makes the table."""
        columns = ", ".join(f"{column.name} {column.type}" for column in self.columns)
        return (
            f"CREATE TABLE IF NOT EXISTS {database}.{self.name} ({columns}) "
            "ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(ts) "
            "ORDER BY (instance, journal_id, seq)"
        )


class Line(NamedTuple):
    """One row ready to be stored."""

    table: Table
    seq: int
    text: str


class Built(NamedTuple):
    """All rows of one sequence number; they share one partition."""

    seq: int
    month: str
    lines: tuple[Line, ...]
    transition: Transition
    data: bytes
    # Table to reason, for what cannot be stored where it belongs.
    refused: dict[str, str]


class Schema:
    """All tables, and the conversion of a record into lines for them."""

    def __init__(self) -> None:
        families: tuple[tuple[str, type, Build | None], ...] = (
            ("order_events", OrderEvent, rows.order_event),
            ("fill_events", FillEvent, rows.fill_event),
            ("fee_settled_events", FeeSettledEvent, rows.fee_settled_event),
            ("trade_events", TradeEvent, rows.trade_event),
            ("trade_exit_legs", TradeExitLeg, rows.trade_exit_leg),
            ("trade_reconstruction", TradeReconstruction, rows.trade_reconstruction),
            ("position_state", PositionState, rows.position_state),
            ("account_events", AccountEvent, rows.account_event),
            ("policy_events", PolicyEvent, rows.policy_event),
            ("status_snapshots", StatusSnapshot, rows.status_snapshot),
            ("anomaly_events", AnomalyEvent, rows.anomaly_event),
            ("quarantine", Quarantined, None),
        )
        self.families = tuple(
            Table(name, bit, columns_of(row), build)
            for bit, (name, row, build) in enumerate(families)
        )
        self.quarantine = self.families[-1]
        self.transitions = Table(
            "transitions", len(families), columns_of(Transition), rows.transition
        )

    @property
    def tables(self) -> tuple[Table, ...]:
        """In the order in which they are stored: transitions last, since it is the cursor."""
        return (*self.families, self.transitions)

    def statements(self, database: str) -> tuple[str, ...]:
        """What version 1 consists of."""
        return tuple(table.declaration(database) for table in self.tables)

    def digest(self) -> str:
        """Changes whenever a declaration does, so that a forgotten version shows."""
        return hashlib.sha256("\n".join(self.statements("pink")).encode()).hexdigest()[:16]

    def build(self, key: Key, seq: int, data: bytes) -> Built:
        """Every row of one record; what cannot be one is named in `refused` and blocks nothing."""
        try:
            outcome = Outcome.decode(data)
            if outcome.seq != seq:
                raise BadValueError(f"record of {outcome.seq} in the place of {seq}")
            whole = rows.transition(key, outcome)
            self.transitions.line(whole)
        except (MalformedRecord, ValueError) as error:
            return self.placeholder(key, seq, data, str(error))
        lines: list[Line] = []
        refused: dict[str, str] = {}
        for table in self.families:
            row = None if table.build is None else table.build(key, outcome)
            if row is None:
                continue
            try:
                lines.append(Line(table, seq, table.line(row)))
            except BadValueError as error:
                refused[table.name] = str(error)
        return Built(seq, month_of(whole.ts), tuple(lines), whole, data, refused)

    def placeholder(self, key: Key, seq: int, data: bytes, reason: str) -> Built:
        """Keeps the place of a record that cannot be stored, since every number has its row."""
        empty = rows.transition(key, Outcome.zero()._replace(seq=seq, slot_id=figures.NO_SLOT))
        whole = empty._replace(code="QUARANTINED", accepted=False)
        return Built(seq, month_of(0), (), whole, data, {self.transitions.name: reason})

    def quarantine_line(self, built: Built) -> Line | None:
        """Where and why something of this number was refused, with the record itself."""
        if not built.refused:
            return None
        whole = built.transition
        row = Quarantined(
            whole.instance,
            whole.journal_id,
            built.seq,
            whole.ts,
            ",".join(built.refused),
            "; ".join(built.refused.values()),
            built.data.hex(),
        )
        return Line(self.quarantine, built.seq, self.quarantine.line(row))

    def transition_line(self, built: Built) -> Line:
        """The row of the number itself, which says in which other tables it has one."""
        stored = [line.table for line in built.lines if line.table.name not in built.refused]
        if built.refused:
            stored.append(self.quarantine)
        whole = built.transition._replace(row_tables=sum(1 << table.bit for table in stored))
        return Line(self.transitions, built.seq, self.transitions.line(whole))
