"""How `verify` asks ClickHouse: the port of a running tree, the embedded folder, or a server."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import clickhouse_connect
import msgspec
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from pink_actors.config import Config
from pink_actors.errors import ConfigError, TemporaryError
from pink_actors.verify.rows import Cell, Query

EMBEDDED = "embedded"
CONNECT_TIMEOUT_S = 3


class Address(NamedTuple):
    """Where a database answers over HTTP."""

    url: str
    user: str
    password: str


class Credential(msgspec.Struct, frozen=True):
    """What the persistence process leaves beside its database."""

    url: str
    user: str
    password: str


@contextmanager
def opened(config: Config, live: bool) -> Iterator[Query]:
    """A function that asks; TemporaryError if nothing answers."""
    # What the driver would say on standard error it also says in its exceptions.
    logging.getLogger("clickhouse_connect").addHandler(logging.NullHandler())
    client = _client(config, live)

    def ask(statement: str) -> list[tuple[Cell, ...]]:
        try:
            return [tuple(row) for row in client.query(statement).result_rows]
        except ClickHouseError as error:
            text = " ".join(str(error).split())[:300]
            raise TemporaryError(f"ClickHouse: {text}; check the persistence process") from error

    try:
        yield ask
    finally:
        client.close()


def _client(config: Config, live: bool) -> Client:
    settings = config.persistence
    try:
        if settings.url != EMBEDDED:
            password = ""
            if settings.password_file:
                path = Path(settings.password_file).expanduser()
                password = path.read_text(encoding="utf-8").strip()
            return _over_http(Address(settings.url, settings.user, password))
        running = _running(config.sql_credential) if live else None
        if running is not None:
            return running
        if not config.database_dir.exists():
            raise ConfigError(f"{config.database_dir}: no database; has this instance ever run?")
        client = clickhouse_connect.get_client(interface="chdb", path=str(config.database_dir))
        client.command("SET readonly = 1")
    except (ClickHouseError, OSError) as error:
        text = " ".join(str(error).split())[:300]
        raise TemporaryError(f"ClickHouse cannot be opened: {text}; try again") from error
    return client


def _running(credential: Path) -> Client | None:
    """The port of a running persistence process, if one answers."""
    try:
        found = msgspec.json.decode(credential.read_bytes(), type=Credential)
        return _over_http(Address(found.url, found.user, found.password))
    except (FileNotFoundError, msgspec.DecodeError, ClickHouseError):
        return None


def _over_http(address: Address) -> Client:
    where = urlsplit(address.url)
    return clickhouse_connect.get_client(
        interface=where.scheme,
        host=where.hostname or "",
        port=where.port or 0,
        username=address.user,
        password=address.password,
        connect_timeout=CONNECT_TIMEOUT_S,
    )
