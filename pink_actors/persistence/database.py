"""The connection that writes: embedded or a server, one client either way, and the tables in it."""

from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError, DatabaseError

from pink_actors.config import Persistence
from pink_actors.errors import ConfigError
from pink_actors.persistence.tables import SCHEMA_VERSION, Schema, Table
from pink_actors.persistence.worker import JobError

EMBEDDED = "embedded"
CONNECT_TIMEOUT_S = 3
ANSWER_TIMEOUT_S = 30
# One insert has to become one part: nothing queues it, cuts it or drops it for its likeness.
WRITER_SETTINGS = {
    "async_insert": 0,
    "insert_deduplicate": 0,
    "input_format_parallel_parsing": 0,
    "max_insert_threads": 1,
}
# What the server answers to a row it cannot take, as opposed to a server in trouble.
ROW_REFUSED_CODES = frozenset({6, 26, 27, 38, 41, 53, 69, 70, 72, 117, 131, 321, 349, 407})


class StoreError(JobError):
    """The database did not do what was asked; what it holds now is not known."""


class RowRefusedError(StoreError):
    """The database reads the batch and refuses what stands in it."""


class Range(NamedTuple):
    """What one table holds of one journal."""

    rows: int
    seq_max: int


class Owner(NamedTuple):
    """Whose rows are meant."""

    instance: str
    journal_id: int

    @property
    def where(self) -> str:
        """The condition that every statement carries; values travel as parameters."""
        return "instance = {instance:String} AND journal_id = {journal_id:UInt64}"


class Database:
    """The writer's client. Every failure of it is a StoreError or a ConfigError."""

    def __init__(self, client: Client, name: str, schema: Schema) -> None:
        self._client = client
        self._name = name
        self._schema = schema

    @staticmethod
    def open(config: Persistence, directory: Path, schema: Schema) -> "Database":
        """Connects and brings the tables to this version."""
        try:
            client = _client(config, directory)
        except (ClickHouseError, OSError) as error:
            raise StoreError(_one_line(error)) from error
        database = Database(client, config.database, schema)
        try:
            database.migrate()
        except (StoreError, ConfigError):
            client.close()
            raise
        return database

    def close(self) -> None:
        """Lets the embedded directory go."""
        self._client.close()

    def end_questions(self) -> None:
        """Ends what readers of the embedded engine still ask; an answer would come too late."""
        self.command("KILL QUERY WHERE 1 SYNC")

    def insert(self, table: Table, text: str) -> None:
        """One insert, never repeated by the client: a lost answer is for the caller to judge."""
        names = ", ".join(column.name for column in table.columns)
        self.command(
            f"INSERT INTO {self._name}.{table.name} ({names}) FORMAT TabSeparated", data=text
        )

    def command(self, statement: str, data: str | None = None) -> None:
        """A statement without a result."""
        try:
            self._client.command(statement, data=data)
        except DatabaseError as error:
            refused = error.code in ROW_REFUSED_CODES and data is not None
            kind = RowRefusedError if refused else StoreError
            raise kind(_one_line(error)) from error
        except (ClickHouseError, OSError) as error:
            raise StoreError(_one_line(error)) from error

    def numbers(self, statement: str, owner: Owner, **bounds: int) -> list[tuple[int, ...]]:
        """The rows of a query that yields integers only."""
        parameters = {"instance": owner.instance, "journal_id": owner.journal_id, **bounds}
        try:
            result = self._client.query(statement, parameters=parameters)
        except (ClickHouseError, OSError) as error:
            raise StoreError(_one_line(error)) from error
        return [tuple(int(value) for value in row) for row in result.result_rows]

    def range(self, table: Table, owner: Owner, seq_to: int = 2**64 - 1) -> Range:
        """How many rows of this journal a table holds, and up to where."""
        statement = (
            f"SELECT count(), max(seq) FROM {self._name}.{table.name} "
            f"WHERE {owner.where} AND seq <= {{seq_to:UInt64}}"
        )
        return Range(*self.numbers(statement, owner, seq_to=seq_to)[0])

    def stored(self, table: Table, owner: Owner, seq_from: int, seq_to: int) -> set[int]:
        """Which sequence numbers of an interval a table has rows of."""
        statement = (
            f"SELECT seq FROM {self._name}.{table.name} WHERE {owner.where} "
            "AND seq BETWEEN {seq_from:UInt64} AND {seq_to:UInt64}"
        )
        found = self.numbers(statement, owner, seq_from=seq_from, seq_to=seq_to)
        return {row[0] for row in found}

    def first_hole(self, owner: Owner) -> int:
        """The first sequence number that transitions lack."""
        table = f"{self._name}.{self._schema.transitions.name}"
        statement = (
            f"SELECT min(seq) FROM (SELECT seq + 1 AS seq FROM {table} WHERE {owner.where} "
            f"UNION ALL SELECT toUInt64(1)) WHERE seq NOT IN "
            f"(SELECT seq FROM {table} WHERE {owner.where})"
        )
        return self.numbers(statement, owner)[0][0]

    def expected(self, owner: Owner, seq_to: int) -> list[int]:
        """How many rows each family must have, by what the transitions say of themselves."""
        counts = ", ".join(
            f"countIf(bitTest(row_tables, {table.bit}))" for table in self._schema.families
        )
        statement = (
            f"SELECT {counts} FROM {self._name}.{self._schema.transitions.name} "
            f"WHERE {owner.where} AND seq <= {{seq_to:UInt64}}"
        )
        return list(self.numbers(statement, owner, seq_to=seq_to)[0])

    def first_lost(self, table: Table, owner: Owner) -> int:
        """The first sequence number whose row in a family is gone; 0 if none is."""
        statement = (
            f"SELECT min(seq) FROM {self._name}.{self._schema.transitions.name} "
            f"WHERE {owner.where} AND bitTest(row_tables, {table.bit}) AND seq NOT IN "
            f"(SELECT seq FROM {self._name}.{table.name} WHERE {owner.where})"
        )
        return self.numbers(statement, owner)[0][0]

    def migrate(self) -> None:
        """Tables before the first row; a database of a later program is refused."""
        versions = f"{self._name}.schema_version"
        self.command(f"CREATE DATABASE IF NOT EXISTS {self._name}")
        self.command(
            f"CREATE TABLE IF NOT EXISTS {versions} (version UInt32, digest String, "
            "applied_ts DateTime64(3, 'UTC') DEFAULT now64(3)) ENGINE = MergeTree ORDER BY version"
        )
        try:
            result = self._client.query(f"SELECT version, digest FROM {versions} ORDER BY version")
        except (ClickHouseError, OSError) as error:
            raise StoreError(_one_line(error)) from error
        rows = [(int(version), str(digest)) for version, digest in result.result_rows]
        for statement in self._schema.statements(self._name):
            if not rows or rows[-1] == (SCHEMA_VERSION, self._schema.digest()):
                # Repeated at every start: a table that somebody dropped comes back and is refilled.
                self.command(statement)
        if not rows:
            self.command(
                f"INSERT INTO {versions} (version, digest) "
                f"VALUES ({SCHEMA_VERSION}, '{self._schema.digest()}')"
            )
        elif rows[-1] != (SCHEMA_VERSION, self._schema.digest()):
            raise ConfigError(
                f"persistence.database: {self._name} has schema {rows[-1][0]} ({rows[-1][1]}), "
                f"this program writes {SCHEMA_VERSION} ({self._schema.digest()}); "
                "name another database or use the program that made it"
            )


def _client(config: Persistence, directory: Path) -> Client:
    if config.url == EMBEDDED:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        return clickhouse_connect.get_client(
            interface="chdb", path=str(directory), settings=WRITER_SETTINGS
        )
    where = urlsplit(config.url)
    return clickhouse_connect.get_client(
        interface=where.scheme,
        host=where.hostname or "",
        port=where.port or 0,
        username=config.user,
        password=password_of(config),
        connect_timeout=CONNECT_TIMEOUT_S,
        send_receive_timeout=ANSWER_TIMEOUT_S,
        query_retries=0,
        autogenerate_session_id=False,
        settings=WRITER_SETTINGS,
    )


def password_of(config: Persistence) -> str:
    """The server's password from its file, which nobody else may read."""
    if config.password_file == "":
        return ""
    path = Path(config.password_file).expanduser()
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"persistence.password_file: {path} is open to others; chmod 600")
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ConfigError(f"persistence.password_file: {error}; correct the path") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:400] or repr(error)
