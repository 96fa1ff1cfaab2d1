"""The read-only port as clickhouse-connect and anybody else on this machine meets it."""

from __future__ import annotations

import asyncio
import stat
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import anyio
import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from pink_actors.persistence.sql_endpoint import (
    Credential,
    Reader,
    SqlEndpoint,
    read_credential,
)
from pink_actors.persistence.tables import Schema
from pink_actors.persistence.worker import Worker
from tests.persistence.store import database, store

ROWS = 30


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[Credential]:
    """A filled database, its port and the way in."""
    data, credential = folder / "data", folder / "sql-credential.json"
    store(data, ROWS, batch=ROWS)
    with database(data, Schema()):
        worker = Worker("reader")
        reader = await worker.submit(lambda: Reader(data, "pink"))
        endpoint = SqlEndpoint(reader, worker, "pink")
        await endpoint.start(credential, 0)
        found = read_credential(credential)
        assert found is not None
        try:
            yield found
        finally:
            await endpoint.close()
            await worker.submit(reader.close)
            worker.stop()


def connected(credential: Credential) -> Client:
    where = urllib.parse.urlsplit(credential.url)
    return clickhouse_connect.get_client(
        host=where.hostname,
        port=where.port or 0,
        username=credential.user,
        password=credential.password,
    )


async def aside(call: object) -> object:
    """A blocking client must not hold the loop that answers it."""
    assert callable(call)
    return await anyio.to_thread.run_sync(call)


def status_of(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.anyio
async def test_clickhouse_connect_reads_rows_decimals_and_parameters(tmp_path: Path) -> None:
    def look(credential: Credential) -> list[object]:
        client = connected(credential)
        try:
            counted = client.query("SELECT count() FROM pink.transitions").result_rows
            priced = client.query(
                "SELECT price, fee FROM fill_events WHERE seq = {seq:UInt64}",
                parameters={"seq": 4},
            ).result_rows
            return [list(counted), list(priced), client.command("SELECT 7")]
        finally:
            client.close()

    async with served(tmp_path) as credential:
        found = await aside(lambda: look(credential))
    assert found == [[(ROWS,)], [(Decimal("50000.000000000000"), Decimal("12.50000000"))], 7]


@pytest.mark.anyio
async def test_nothing_can_be_written_through_the_port(tmp_path: Path) -> None:
    target = tmp_path / "written"
    statements = (
        "INSERT INTO pink.transitions (seq) VALUES (999)",
        "DROP TABLE pink.transitions",
        f"SELECT 1 INTO OUTFILE '{target}'",
        "SELECT * FROM file('/etc/hostname', 'LineAsString')",
        "SELECT * FROM url('http://127.0.0.1:9/', 'LineAsString')",
        "SELECT 1 SETTINGS readonly = 0",
    )

    def attack(credential: Credential) -> list[int]:
        client = connected(credential)
        codes = []
        for statement in statements:
            with pytest.raises(DatabaseError) as raised:
                client.command(statement)
            codes.append(raised.value.code or 0)
        with pytest.raises(DatabaseError):
            client.insert("transitions", [[999]], column_names=["seq"], database="pink")
        codes.append(int(str(client.command("SELECT max(seq) FROM pink.transitions"))))
        client.close()
        return codes

    async with served(tmp_path) as credential:
        codes = await aside(lambda: attack(credential))
    assert codes == [164, 164, 164, 164, 164, 164, ROWS]
    assert not target.exists()


@pytest.mark.anyio
async def test_who_has_no_credential_learns_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as credential:
        url = f"{credential.url}/?query=SELECT+1"
        wrong = {"X-ClickHouse-User": "pink", "X-ClickHouse-Key": "guess"}
        right = {"X-ClickHouse-User": "pink", "X-ClickHouse-Key": credential.password}
        answers = [
            await aside(lambda: status_of(f"{credential.url}/ping")),
            await aside(lambda: status_of(url)),
            await aside(lambda: status_of(url, headers=wrong)),
            await aside(lambda: status_of(url, headers={"Authorization": "Basic !"})),
            await aside(lambda: status_of(url, headers=right)),
        ]
    assert answers == [200, 403, 403, 403, 200]


@pytest.mark.anyio
async def test_the_credential_is_for_its_owner_alone_and_stays_across_restarts(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as first:
        file = tmp_path / "sql-credential.json"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert first.password not in repr(first)
    async with served(tmp_path) as second:
        assert second == first
    file.chmod(0o644)
    async with served(tmp_path) as third:
        assert third.password != first.password
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.anyio
async def test_a_slow_query_does_not_hold_the_loop(tmp_path: Path) -> None:
    async with served(tmp_path) as credential:
        right = {"X-ClickHouse-User": "pink", "X-ClickHouse-Key": credential.password}
        slow = f"{credential.url}/?query=SELECT+sum(sipHash64(number))+FROM+numbers(50000000)"
        running = asyncio.ensure_future(aside(lambda: status_of(slow, headers=right)))
        pinged = await aside(lambda: status_of(f"{credential.url}/ping"))
        assert (pinged, running.done()) == (200, False)
        assert await running == 200
