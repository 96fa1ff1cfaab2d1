"""A server by its address: the same rows, also when an answer is lost after they were stored."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pink_actors.config import Persistence
from pink_actors.persistence.database import Database, StoreError
from pink_actors.persistence.sink import Sink
from pink_actors.persistence.tables import Schema
from tests.persistence.outcomes import records
from tests.persistence.store import OWNER, contents, expected
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
LAST = 60
BATCH = 20
TRIES_MAX = 20


@contextmanager
def serving(folder: Path, lost: str) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = int(free.getsockname()[1])
    words = ["tests.persistence.sql_server", str(folder / "data"), str(port), lost]
    server = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT)

    def listening() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait_until(listening, "the server", 30)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def store_all(url: str, folder: Path) -> int:
    """Goes on after each failure as the process does; how many there were."""
    schema, settings = Schema(), Persistence(url=url)
    database = Database.open(settings, folder, schema)
    failures = 0
    for _ in range(TRIES_MAX):
        try:
            sink = Sink(database, schema, OWNER)
            for first in range(sink.recover() + 1, LAST + 1, BATCH):
                sink.write(records(first, min(first + BATCH - 1, LAST)))
        except StoreError:
            failures += 1
        else:
            break
    database.close()
    return failures


@pytest.mark.parametrize("lost", ["", "2,9,16,23"])
def test_flaw_m12_an_answer_that_is_lost_after_the_rows_were_stored_doubles_none(
    tmp_path: Path, lost: str
) -> None:
    with serving(tmp_path, lost) as url:
        failures = store_all(url, tmp_path)
    assert failures == len(lost.split(",") if lost else [])
    assert contents(tmp_path / "data") == expected(records(1, LAST))
