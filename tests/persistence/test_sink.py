"""Each row once, whatever happens between two inserts: with a real embedded database."""

from __future__ import annotations

from pathlib import Path

import pytest

from pink_actors.config import Persistence
from pink_actors.errors import ConfigError
from pink_actors.persistence.database import Database, Owner, RowRefusedError, StoreError
from pink_actors.persistence.sink import Numbered, Sink
from pink_actors.persistence.tables import Schema, Table
from pink_actors.shm_layout import Outcome
from tests.persistence.outcomes import MARK, outcome, record, records
from tests.persistence.store import (
    OWNER,
    contents,
    database,
    expected,
    sink,
    statement,
    store,
)


class Interrupted(Database):
    """The real database, but the n-th insert reports an error: before or after it was done."""

    calls = 0
    fails_at = 0
    stored_first = False

    def insert(self, table: Table, text: str) -> None:
        Interrupted.calls += 1
        failing = Interrupted.calls == Interrupted.fails_at
        if not failing or Interrupted.stored_first:
            super().insert(table, text)
        if failing:
            raise StoreError("the connection broke")


def test_every_row_arrives_exactly_as_it_was_built(tmp_path: Path) -> None:
    assert store(tmp_path, 57, batch=20) == 0
    assert contents(tmp_path) == expected(records(1, 57))


def test_a_restart_goes_on_where_the_database_is(tmp_path: Path) -> None:
    store(tmp_path, 23, batch=10)
    assert store(tmp_path, 41, batch=10) == 23
    assert contents(tmp_path) == expected(records(1, 41))


@pytest.mark.parametrize("stored_first", [False, True])
def test_flaw_m12_an_insert_that_fails_or_only_seems_to_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stored_first: bool
) -> None:
    # One batch of the story makes an insert for each of twelve tables; each is interrupted once.
    told = records(1, 20)
    with sink(tmp_path / "counted") as counted:
        monkeypatch.setattr(Database, "insert", count_inserts(Database.insert))
        counted.write(told)
    inserts = len(INSERTS)
    assert inserts > 8
    monkeypatch.undo()
    schema = Schema()
    for fails_at in range(1, inserts + 1):
        owner = Owner("paper", fails_at)
        with database(tmp_path / "real", schema) as opened:
            broken = Interrupted(opened._client, "pink", schema)
            Interrupted.calls, Interrupted.fails_at = 0, fails_at
            Interrupted.stored_first = stored_first
            interrupted = Sink(broken, schema, owner)
            interrupted.recover()
            with pytest.raises(StoreError):
                interrupted.write(told)
            healed = Sink(opened, schema, owner)
            cursor = healed.recover()
            healed.write([one for one in told if one.seq > cursor])
        assert contents(tmp_path / "real", owner) == expected(told, owner), fails_at


INSERTS: list[str] = []


def count_inserts(insert: object) -> object:
    def counted(self: Database, table: Table, text: str) -> None:
        INSERTS.append(table.name)
        assert callable(insert)
        insert(self, table, text)

    INSERTS.clear()
    return counted


def test_rows_of_two_months_are_stored_month_by_month(tmp_path: Path) -> None:
    november_ns = 1_793_491_200 * 10**9
    told = [
        Numbered(seq, MARK._replace(seq=seq, wall_ns=november_ns + offset).encode())
        for seq, offset in ((1, -2), (2, 5), (3, -1), (4, 6))
    ]
    with sink(tmp_path) as made:
        assert made.write(told).cursor == 4
    assert contents(tmp_path) == expected(told)


def test_a_lost_row_of_any_table_is_found_at_the_next_start_and_stored_again(
    tmp_path: Path,
) -> None:
    store(tmp_path, 40, batch=40)
    statement(tmp_path, "ALTER TABLE pink.fill_events DELETE WHERE seq = 14")
    assert store(tmp_path, 45, batch=10) == 13
    statement(tmp_path, "ALTER TABLE pink.transitions DELETE WHERE seq IN (7, 20)")
    assert store(tmp_path, 50, batch=10) == 6
    statement(tmp_path, "DROP TABLE pink.order_events")
    assert store(tmp_path, 50, batch=10) == 0
    assert contents(tmp_path) == expected(records(1, 50))


def test_journals_and_instances_share_a_database_without_meeting(tmp_path: Path) -> None:
    owners = (Owner("paper", 7), Owner("paper", 8), Owner("other", 7))
    for last, owner in enumerate(owners, start=11):
        with sink(tmp_path, owner) as made:
            made.write(records(1, last))
    for last, owner in enumerate(owners, start=11):
        assert contents(tmp_path, owner) == expected(records(1, last), owner)


def test_flaw_g26_a_row_that_cannot_be_stored_is_quarantined_and_blocks_nothing(
    tmp_path: Path,
) -> None:
    damaged = bytearray(outcome(3).encode())
    damaged[32] = 0xEE
    late = outcome(4)._replace(wall_ns=-5).encode()
    told = [record(1), record(2), Numbered(3, bytes(damaged)), Numbered(4, late), record(5)]
    with sink(tmp_path) as made:
        written = made.write(told)
    assert (written.cursor, written.quarantined) == (5, 2)
    found = contents(tmp_path)
    assert found == expected(told)
    assert len(found["transitions"]) == 5
    assert [line.split("\t")[2] for line in found["quarantine"]] == ["3", "4"]


def test_a_row_that_the_database_refuses_is_quarantined_and_its_neighbours_are_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A line that the server cannot parse, as a schema changed behind our back would make it.
    def spoil(self: Table, row: tuple[object, ...]) -> str:
        line = honest(self, row)  # type: ignore[arg-type]
        bad = self.name == "order_events" and row[2] in (2, 11)
        return line.replace("\t", "\tnonsense\t", 1) if bad else line

    honest = Table.line
    monkeypatch.setattr(Table, "line", spoil)
    with sink(tmp_path) as made:
        written = made.write(records(1, 20))
    monkeypatch.undo()
    assert (written.cursor, written.quarantined) == (20, 2)
    found = contents(tmp_path)
    assert [line.split("\t")[2] for line in found["quarantine"]] == ["2", "11"]
    assert all("order_events" in line for line in found["quarantine"])
    whole = expected(records(1, 20))
    kept = [line for line in whole["order_events"] if line.split("\t")[2] not in ("2", "11")]
    assert found["order_events"] == kept
    assert found["fill_events"] == whole["fill_events"]
    with sink(tmp_path) as again:
        assert again.recover() == 20


def test_a_row_that_is_refused_says_so_and_a_dead_table_does_not(tmp_path: Path) -> None:
    schema = Schema()
    with database(tmp_path, schema) as opened:
        with pytest.raises(RowRefusedError):
            opened.insert(schema.transitions, "no such row\n")
        opened.command("DROP TABLE pink.transitions")
        with pytest.raises(StoreError) as raised:
            opened.insert(schema.transitions, "no such table\n")
        assert not isinstance(raised.value, RowRefusedError)


def test_a_database_of_another_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    with database(tmp_path, Schema()) as opened:
        opened.command("INSERT INTO pink.schema_version (version, digest) VALUES (9, 'newer')")
    with pytest.raises(ConfigError, match="has schema 9"):
        Database.open(Persistence(), tmp_path, Schema())


def test_a_folder_that_another_process_holds_is_lag_and_no_damage(tmp_path: Path) -> None:
    (tmp_path / "status").write_text("held")
    tmp_path.joinpath("metadata").write_text("a file where a folder belongs")
    with pytest.raises(StoreError):
        Database.open(Persistence(), tmp_path, Schema())


def test_flaw_m12_a_server_that_is_away_is_a_store_error(tmp_path: Path) -> None:
    away = Persistence(url="http://127.0.0.1:9")
    with pytest.raises(StoreError):
        Database.open(away, tmp_path, Schema())


def test_flaw_g20_names_in_a_statement_come_from_the_program_and_values_as_parameters(
    tmp_path: Path,
) -> None:
    owner = Owner("x' OR 1=1 --", 7)
    store(tmp_path, 5, batch=5)
    schema = Schema()
    with database(tmp_path, schema) as opened:
        assert opened.range(schema.transitions, owner).rows == 0
        assert opened.range(schema.transitions, OWNER).rows == 5


def test_flaw_k7_more_rows_than_the_old_journal_could_hold_are_all_there(tmp_path: Path) -> None:
    store(tmp_path, 12_000, batch=6_000)
    found = contents(tmp_path)["transitions"]
    assert [line.split("\t")[2] for line in found] == [str(seq) for seq in range(1, 12_001)]


def test_an_outcome_of_zeros_is_stored_too(tmp_path: Path) -> None:
    told = [Numbered(1, Outcome.zero()._replace(seq=1).encode())]
    with sink(tmp_path) as made:
        made.write(told)
    assert contents(tmp_path) == expected(told)
