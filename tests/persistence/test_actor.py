"""The persistence process as the supervisor starts it; the test is the kernel that it reads."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from pink_actors import _native, config
from pink_actors.config import Config
from pink_actors.persistence.database import Owner
from pink_actors.persistence.sql_endpoint import read_credential
from pink_actors.shm import Own, Reader
from pink_actors.shm_layout import (
    JOURNAL,
    OUTCOMES,
    PERSISTENCE_STATS,
    ActorState,
    JournalCell,
    PersistenceCell,
    Writer,
)
from tests import journal_files
from tests.persistence.outcomes import outcome, records
from tests.persistence.store import contents, expected
from tests.waiting import wait_until

ROOT = Path(__file__).parents[2]
JOURNAL_ID = 4711
READY_S_MAX = 30.0
BATCH = 100


class Stage:
    """A kernel's segment that the test writes, and the process that reads it."""

    def __init__(self, instance: str, home: Path, url: str) -> None:
        settings = config.Persistence(url=url)
        self.config = Config(
            instance=config.Instance(name=instance, home=str(home)), persistence=settings
        )
        self.owner = Owner(instance, JOURNAL_ID)
        for folder in (self.config.run_dir, self.config.journal_dir):
            folder.mkdir(mode=0o700, parents=True)
        config.save(self.config, self.config.run_dir)
        run_dir = str(self.config.run_dir)
        for writer in (Writer.KERNEL, Writer.PERSISTENCE):
            _native.create_segment(instance, writer, run_dir, 0o600)
        self.kernel = Own(_native.OwnSegment.open(instance, Writer.KERNEL, run_dir))
        self.ring = self.kernel.producer(OUTCOMES, [])
        self.persistence = Reader.attach(instance, Writer.PERSISTENCE)
        self.child: subprocess.Popen[bytes] | None = None
        self.published = 0

    def start(self) -> None:
        words = ["pink_actors", "persistence", "--instance", self.config.instance.name]
        words += ["--run-dir", str(self.config.run_dir)]
        with (self.config.directory / "log").open("ab") as log:
            self.child = subprocess.Popen([sys.executable, "-m", *words], cwd=ROOT, stderr=log)

    def publish(self, last: int, durable_seq: int) -> None:
        for seq in range(self.published + 1, last + 1):
            self.ring.publish(outcome(seq))
        self.published = last
        mark = JournalCell.zero()._replace(
            journal_id=JOURNAL_ID, written_seq=last, durable_seq=durable_seq
        )
        self.kernel.write(JOURNAL, mark)

    def stats(self) -> PersistenceCell:
        return self.persistence.read(PERSISTENCE_STATS)

    def wait_stored(self, seq: int) -> None:
        wait_until(
            lambda: self.stats().stored_seq >= seq, f"{seq} stored: {self.log()}", READY_S_MAX
        )

    def end(self, number: int) -> int:
        assert self.child is not None
        self.child.send_signal(number)
        return self.child.wait(timeout=20)

    def log(self) -> str:
        return (self.config.directory / "log").read_text("utf-8")[-2000:]

    def close(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
            self.child.wait(timeout=20)
        for writer in (Writer.KERNEL, Writer.PERSISTENCE):
            _native.unlink_segment(self.config.instance.name, writer)

    def check(self, last: int) -> None:
        found = contents(self.config.database_dir, self.owner)
        assert found == expected(records(1, last), self.owner)


@pytest.fixture
def stage(instance: str, home: Path) -> Iterator[Stage]:
    made = Stage(instance, home, "embedded")
    yield made
    made.close()


def test_what_is_durable_is_stored_and_nothing_beyond_it(stage: Stage) -> None:
    stage.start()
    stage.publish(60, durable_seq=45)
    stage.wait_stored(45)
    wait_until(lambda: stage.stats().http_port, "the port", READY_S_MAX)
    assert stage.stats().connected == 1
    stage.publish(80, durable_seq=70)
    assert stage.end(signal.SIGTERM) == 0
    assert stage.stats().stored_seq == 70
    assert stage.persistence.header().state == ActorState.STOPPED
    stage.check(70)


def test_flaw_k7_a_reader_that_was_lapped_refills_from_the_journal(stage: Stage) -> None:
    last = OUTCOMES.capacity + 600
    entries = [journal_files.Entry(outcome(seq)) for seq in range(1, last + 1)]
    batches = [entries[at : at + BATCH] for at in range(0, last, BATCH)]
    journal_files.write(stage.config.journal_dir, JOURNAL_ID, batches)
    stage.publish(last, durable_seq=last)
    stage.start()
    stage.wait_stored(last)
    assert stage.stats().refilled >= 600
    assert stage.end(signal.SIGTERM) == 0
    stage.check(last)


def test_a_killed_process_goes_on_where_the_database_is(stage: Stage) -> None:
    last = 0
    for _ in range(3):
        stage.start()
        stage.publish(last + 150, durable_seq=last + 150)
        stage.wait_stored(last + 1)
        last += 300
        stage.publish(last, durable_seq=last)
        assert stage.end(signal.SIGKILL) == -signal.SIGKILL
        entries = [journal_files.Entry(outcome(seq)) for seq in range(1, last + 1)]
        journal_files.write(stage.config.journal_dir, JOURNAL_ID, [entries])
    stage.start()
    stage.wait_stored(last)
    assert stage.end(signal.SIGTERM) == 0
    stage.check(last)


def test_flaw_m12_a_database_that_is_away_is_lag_and_nothing_else(
    instance: str, home: Path
) -> None:
    stage = Stage(instance, home, "http://127.0.0.1:9")
    try:
        stage.start()
        stage.publish(50, durable_seq=50)
        wait_until(lambda: stage.stats().errors >= 2, f"errors: {stage.log()}", READY_S_MAX)
        wait_until(lambda: stage.stats().lag == 50, "the lag to show", READY_S_MAX)
        assert stage.stats().connected == 0
        assert stage.persistence.header().state == ActorState.DEGRADED
        beat = stage.persistence.header().heartbeat_mono_ns
        wait_until(lambda: stage.persistence.header().heartbeat_mono_ns > beat, "a beat")
        assert stage.end(signal.SIGTERM) == 0
    finally:
        stage.close()


def test_a_process_that_hangs_in_the_database_still_beats_and_stops(
    instance: str, home: Path
) -> None:
    # A server that accepts and never answers: the writer's thread waits, the loop does not.
    with socket.create_server(("127.0.0.1", 0)) as silent:
        stage = Stage(instance, home, f"http://127.0.0.1:{silent.getsockname()[1]}")
        try:
            stage.publish(5, durable_seq=5)
            stage.start()
            silent.settimeout(READY_S_MAX)
            held, _ = silent.accept()
            beat = stage.persistence.header().heartbeat_mono_ns
            wait_until(lambda: stage.persistence.header().heartbeat_mono_ns > beat, "a beat")
            assert stage.end(signal.SIGTERM) == 0
            held.close()
        finally:
            stage.close()


def test_the_port_answers_while_rows_are_stored(stage: Stage) -> None:
    stage.start()
    stage.publish(40, durable_seq=40)
    stage.wait_stored(40)
    wait_until(lambda: stage.stats().http_port, "the port", READY_S_MAX)
    credential = read_credential(stage.config.sql_credential)
    assert credential is not None
    request = urllib.request.Request(
        f"{credential.url}/?query=SELECT+count()+AS+n+FROM+transitions+FORMAT+JSONEachRow",
        headers={"X-ClickHouse-User": "pink", "X-ClickHouse-Key": credential.password},
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert json.loads(answer.read()) == {"n": 40}
    assert stage.end(signal.SIGTERM) == 0


def test_a_password_that_others_can_read_is_refused_at_the_start(instance: str, home: Path) -> None:
    stage = Stage(instance, home, "http://127.0.0.1:9")
    try:
        secret = home / "password"
        secret.write_text("open")
        secret.chmod(0o644)
        settings = msgspec.structs.replace(
            stage.config.persistence, password_file=os.fspath(secret)
        )
        changed = msgspec.structs.replace(stage.config, persistence=settings)
        config.save(changed, stage.config.run_dir)
        stage.publish(1, durable_seq=1)
        stage.start()
        assert stage.child is not None
        assert stage.child.wait(timeout=20) == 78
        assert "chmod 600" in stage.log()
    finally:
        stage.close()


def test_a_query_that_runs_on_does_not_spoil_the_end_of_the_process(stage: Stage) -> None:
    stage.start()
    stage.publish(40, durable_seq=40)
    stage.wait_stored(40)
    wait_until(lambda: stage.stats().http_port, "the port", READY_S_MAX)
    credential = read_credential(stage.config.sql_credential)
    assert credential is not None
    slow = "SELECT+sum(sipHash64(number))+FROM+numbers(100000000000)"
    where = urllib.parse.urlsplit(credential.url)
    with socket.create_connection((where.hostname or "", where.port or 0)) as asking:
        asking.sendall(
            f"GET /?query={slow} HTTP/1.1\r\nHost: localhost\r\nX-ClickHouse-User: pink\r\n"
            f"X-ClickHouse-Key: {credential.password}\r\n\r\n".encode()
        )
        # The port takes one question after the other: the second shows that the first runs.
        status = f"{credential.url}/ping"
        with urllib.request.urlopen(status, timeout=10) as answer:
            assert answer.status == 200
        stage.publish(60, durable_seq=60)
        assert stage.end(signal.SIGTERM) == 0
    stage.check(60)
