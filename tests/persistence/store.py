"""A real embedded database for tests, and what it must hold if everything was stored once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import clickhouse_connect

from pink_actors.config import Persistence
from pink_actors.persistence.database import Database, Owner
from pink_actors.persistence.figures import Key
from pink_actors.persistence.sink import Numbered, Sink
from pink_actors.persistence.tables import Schema
from tests.persistence.outcomes import records

OWNER = Owner("paper", 7)


@contextmanager
def database(directory: Path, schema: Schema) -> Iterator[Database]:
    """Opened as the writer does, and let go at the end: a process can have one only."""
    opened = Database.open(Persistence(), directory, schema)
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def sink(directory: Path, owner: Owner = OWNER) -> Iterator[Sink]:
    """A sink that has asked the database how far it is."""
    schema = Schema()
    with database(directory, schema) as opened:
        made = Sink(opened, schema, owner)
        made.recover()
        yield made


def store(directory: Path, last: int, batch: int) -> int:
    """Goes on where the database is, up to `last`; how far it was at first."""
    schema = Schema()
    with database(directory, schema) as opened:
        made = Sink(opened, schema, OWNER)
        cursor = made.recover()
        for first in range(cursor + 1, last + 1, batch):
            made.write(records(first, min(first + batch - 1, last)))
    return cursor


def contents(directory: Path, owner: Owner = OWNER) -> dict[str, list[str]]:
    """Every row of every table, unmerged, as lines."""
    client = clickhouse_connect.get_client(interface="chdb", path=str(directory))
    try:
        found = {}
        for table in Schema().tables:
            statement = (
                f"SELECT * FROM pink.{table.name} WHERE instance = '{owner.instance}' "
                f"AND journal_id = {owner.journal_id} ORDER BY seq "
                "SETTINGS output_format_decimal_trailing_zeros = 1 FORMAT TabSeparated"
            )
            found[table.name] = client.raw_query(statement).decode().splitlines()
    finally:
        client.close()
    return found


def expected(told: list[Numbered], owner: Owner = OWNER) -> dict[str, list[str]]:
    """What these records become."""
    schema = Schema()
    lines: dict[str, list[str]] = {table.name: [] for table in schema.tables}
    for record in told:
        built = schema.build(Key(*owner), record.seq, record.data)
        for line in (*built.lines, schema.quarantine_line(built), schema.transition_line(built)):
            if line is not None:
                lines[line.table.name].append(line.text)
    return lines


def statement(directory: Path, text: str) -> None:
    """Something that goes wrong with a database from outside."""
    client = clickhouse_connect.get_client(interface="chdb", path=str(directory))
    try:
        client.command(text, settings={"mutations_sync": 2})
    finally:
        client.close()
