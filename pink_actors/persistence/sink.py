"""Stores outcomes exactly once: what the database holds is the cursor, and nothing else is.

Each sequence number has one row in `transitions`, which is stored after the rows of the other
tables; so everything up to the last row of `transitions` without a hole below it is complete.
After a start or any error nothing is believed: the tables are asked what they hold, and of the
numbers up to the highest one found anywhere only the missing rows are inserted. One insert lies
in one partition and is therefore there in whole or not at all. No deduplication by tokens.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from pink_actors.persistence.database import Database, Owner, RowRefusedError
from pink_actors.persistence.figures import Key
from pink_actors.persistence.tables import Built, Line, Schema, Table


class Numbered(NamedTuple):
    """An outcome as it came, still bytes."""

    seq: int
    data: bytes


class Written(NamedTuple):
    """What one call stored."""

    cursor: int
    rows: int
    quarantined: int


class Sink:
    """The one writer of an instance's rows; runs on the writer's thread."""

    def __init__(self, database: Database, schema: Schema, owner: Owner) -> None:
        self._database = database
        self._schema = schema
        self._owner = owner
        self._key = Key(owner.instance, owner.journal_id)
        self._cursor = 0
        self._suspect_to = 0
        self._rows = 0
        self._quarantined = 0

    def recover(self) -> int:
        """Asks the database how far it is: every table is complete up to the number returned."""
        held = self._database.range(self._schema.transitions, self._owner)
        self._cursor = held.seq_max
        if held.rows != held.seq_max:
            self._cursor = self._database.first_hole(self._owner) - 1
        self._audit()
        highest = [
            self._database.range(table, self._owner).seq_max for table in self._schema.tables
        ]
        self._suspect_to = max(highest)
        return self._cursor

    def write(self, records: Sequence[Numbered]) -> Written:
        """Stores consecutive records, the first one above the cursor.

        After an exception a new Sink has to recover: what was stored is not known to this one.
        """
        self._rows = self._quarantined = 0
        built = [self._schema.build(self._key, record.seq, record.data) for record in records]
        # Runs of one partition, in order: so the cursor never passes a number that is missing.
        for _, run in groupby(built, key=lambda one: one.month):
            self._store_run(list(run))
        return Written(self._cursor, self._rows, self._quarantined)

    def _store_run(self, run: list[Built]) -> None:
        places = {one.seq: one for one in run}
        for table in self._schema.families[:-1]:
            lines = [line for one in run for line in one.lines if line.table is table]
            for seq, reason in self._store(table, lines).items():
                places[seq].refused[table.name] = reason
        self._store_quarantine(run)
        transitions = self._schema.transitions
        lines = [self._schema.transition_line(one) for one in run]
        for seq, reason in self._store(transitions, lines).items():
            kept = self._schema.placeholder(self._key, seq, places[seq].data, reason)
            self._store_quarantine([kept])
            self._insert(transitions, [self._schema.transition_line(kept)])
        self._cursor = run[-1].seq

    def _store_quarantine(self, run: list[Built]) -> None:
        """A row refused even here is a database in trouble: the batch comes again, not skipped."""
        lines = [line for line in map(self._schema.quarantine_line, run) if line is not None]
        missing = self._missing(self._schema.quarantine, lines)
        if missing:
            self._insert(self._schema.quarantine, missing)
            self._quarantined += len(missing)

    def _store(self, table: Table, lines: list[Line]) -> dict[int, str]:
        """Inserts what is missing; the rows that the database refuses, with its reason."""
        missing = self._missing(table, lines)
        if not missing:
            return {}
        try:
            self._insert(table, missing)
        except RowRefusedError:
            # The insert lies in one partition, so a refused one has stored nothing.
            return self._store_apart(table, missing)
        return {}

    def _store_apart(self, table: Table, lines: list[Line]) -> dict[int, str]:
        """Halves a refused batch until only the rows that are bad themselves are left over."""
        refused: dict[int, str] = {}
        middle = (len(lines) + 1) // 2
        for part in (lines[:middle], lines[middle:]):
            try:
                if part:
                    self._insert(table, part)
            except RowRefusedError as error:
                if len(part) == 1:
                    refused[part[0].seq] = str(error)
                else:
                    refused |= self._store_apart(table, part)
        return refused

    def _missing(self, table: Table, lines: list[Line]) -> list[Line]:
        if not lines or lines[0].seq > self._suspect_to:
            return lines
        stored = self._database.stored(table, self._owner, lines[0].seq, lines[-1].seq)
        return [line for line in lines if line.seq not in stored]

    def _insert(self, table: Table, lines: list[Line]) -> None:
        self._database.insert(table, "".join(f"{line.text}\n" for line in lines))
        self._rows += len(lines)

    def _audit(self) -> None:
        """Sets the cursor back to before the first row that a table lost, as in a power cut."""
        expected = self._database.expected(self._owner, self._cursor)
        for table, due in zip(self._schema.families, expected, strict=True):
            if self._database.range(table, self._owner, self._cursor).rows < due:
                lost = self._database.first_lost(table, self._owner)
                self._cursor = min(self._cursor, lost - 1) if lost else self._cursor
