"""Four stores that agree pass; one digit changed in any of them is found and named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import clickhouse_connect
import msgspec
import pytest

from pink_actors.shm_layout import (
    ACCOUNT,
    ORDERS,
    SLOTS,
    AccountCell,
    Cells,
    Code,
    OrderSide,
    Record,
    SlotCell,
)
from pink_actors.verify.findings import Report
from pink_actors.verify.journal import crc32c
from pink_actors.verify.run import run_verify
from tests import journal_files
from tests.verify.stores import JOURNAL_ID, Stores, client_id, sealed

INSTANCE = "checked"


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(INSTANCE, tmp_path)


def look(stores: Stores) -> Report:
    return run_verify(stores.config)


def places(report: Report) -> list[str]:
    assert not report.agrees
    assert report.exit_code == 1
    return [f"{d.store} {d.place} {d.field}" for d in report.differences]


def change_ledger(stores: Stores, line: int, old: str, new: str) -> None:
    lines = stores.ledger.read_text().splitlines(keepends=True)
    assert lines[line - 1].count(old) == 1, lines[line - 1]
    lines[line - 1] = lines[line - 1].replace(old, new)
    stores.ledger.write_text("".join(lines))


def change_cell(stores: Stores, cells: Cells[Record], index: int, old: int, new: int) -> None:
    data = bytearray(stores.segment.read_bytes())
    start = cells.offset + index * cells.stride + 8 + cells.record_size
    at = data.index(old.to_bytes(8, "little"), start, start + cells.record_size)
    data[at : at + 8] = new.to_bytes(8, "little")
    stores.segment.write_bytes(data)


def change_row(stores: Stores, statement: str) -> None:
    client = clickhouse_connect.get_client(interface="chdb", path=str(stores.config.database_dir))
    client.command(statement, settings={"mutations_sync": 2})
    client.close()


def test_stores_that_agree_pass_to_the_last_digit(stores: Stores) -> None:
    report = look(stores)
    assert report.differences == []
    assert (report.agrees, report.exit_code) == (True, 0)
    empty = {check.subject for check in report.checks if check.compared == 0}
    assert empty == {
        "clickhouse: policy_events = journal",
        "clickhouse: status_snapshots = journal",
        "clickhouse: anomaly_events = journal",
        "clickhouse: each sequence number once",
    }
    assert report.to_text().endswith("checked: all stores agree")
    told = msgspec.json.decode(report.to_json())
    assert told["agrees"] is True
    assert told["checks"][0]["differences"] == 0


LEDGER_DIGITS = (
    # line, old, new, what has to be named
    (4, '"price": "50000"', '"price": "50001"', "fill 9001 price_e12"),
    (4, '"fee": "5.00000001"', '"fee": "5.00000002"', "fill 9001 fee"),
    (4, '"qty": "0.2"', '"qty": "0.20000001"', "ledger ledger.jsonl:4 position_after"),
    (4, '"wallet_after": "9994.99999999"', '"wallet_after": "9994.99999998"', "jsonl:4 wallet_aft"),
    (4, '"trade_id": 9001', '"trade_id": 9009', "fill 9009 fill"),
    (3, '"qty": "0.5"', '"qty": "0.6"', "0-1-e0-1 qty"),
    (3, '"type": "MARKET"', '"type": "LIMIT"', "0-1-e0-1 type"),
    (6, '"price": "49000"', '"price": "49000.1"', "1-1-e0-1 price_e12"),
    (7, '"status": "CANCELLED"', '"status": "EXPIRED"', "1-1-e0-1 status"),
    (3, "0-1-e0-1", "0-1-e0-9", "0-1-e0-1 client_order_id"),
    (4, "0-1-e0-1", "0-1-e0-9", "ledger.jsonl:4 client_order_id"),
    (13, '"amount": "-0.125"', '"amount": "-0.124"', "account[0] funding"),
    (9, '"seq": 9', '"seq": 8', "ledger ledger.jsonl:9 seq"),
    (3, '"seq": 3', '"seq":  3', "ledger ledger.jsonl:3 crc32"),
    (9, '"realised_pnl": "0"', '"realised_pnl": "0.00000001"', "ledger.jsonl:9 wallet_after"),
)


@pytest.mark.parametrize(("line", "old", "new", "named"), LEDGER_DIGITS)
def test_a_digit_changed_in_the_ledger_is_named(
    stores: Stores, line: int, old: str, new: str, named: str
) -> None:
    change_ledger(stores, line, old, new)
    assert any(named in place for place in places(look(stores))), look(stores).to_text()


def test_a_byte_changed_in_the_journal_is_named_with_its_batch(stores: Stores) -> None:
    data = bytearray(stores.journal.read_bytes())
    at = data.index(b"9003")
    data[at] ^= 1
    stores.journal.write_bytes(data)
    named = places(look(stores))
    assert named[0].startswith("journal seg-00000001.pj@")
    assert named[0].endswith(" bytes")


def test_a_figure_forged_in_the_journal_with_its_checksums_is_named(stores: Stores) -> None:
    entries = stores.forged(seq=3, fill_qty_e8=20_000_001)
    journal_files.write(stores.config.journal_dir, JOURNAL_ID, [entries])
    named = places(look(stores))
    assert any(re.search(r"journal .*seq 3 fill_qty", place) for place in named), named
    assert any("clickhouse fill_events seq 3 qty" in place for place in named), named


SLOT_DIGITS: tuple[tuple[Cells[SlotCell] | Cells[AccountCell], int, str, str], ...] = (
    (SLOTS, 1, "qty_e8", "slots[1] qty_e8"),
    (SLOTS, 1, "fees_e8", "slots[1] fees_e8"),
    (ACCOUNT, 0, "capital_e8", "account[0] capital_e8"),
    (ACCOUNT, 0, "fees_e8", "account[0] fees_e8"),
    (ACCOUNT, 0, "funding_e8", "account[0] funding_e8"),
)


@pytest.mark.parametrize(("cells", "index", "field", "named"), SLOT_DIGITS)
def test_a_digit_changed_in_the_saved_slots_is_named(
    stores: Stores,
    cells: Cells[SlotCell] | Cells[AccountCell],
    index: int,
    field: str,
    named: str,
) -> None:
    value = stores.cell(cells.id, index, field)
    change_cell(stores, cells, index, value, value + 1)  # type: ignore[arg-type]
    found = places(look(stores))
    assert any(f"slots last-kernel.segment {named}" == place for place in found), found


def test_an_order_left_in_the_saved_slots_is_named(stores: Stores) -> None:
    change_cell(stores, ORDERS, 5, 5, 6)  # type: ignore[arg-type]
    found = places(look(stores))
    assert "slots last-kernel.segment orders[5] order_index" in found


ROW_CHANGES = (
    ("UPDATE fee = fee + 0.00000001 WHERE seq = 3", "fill_events", "fill_events seq 3 fee"),
    ("UPDATE qty = qty + 0.00000001 WHERE seq = 2", "fill_events", "fill_events seq 2 qty"),
    (
        "UPDATE price = price + toDecimal128('0.000000000001', 12) WHERE seq = 2",
        "fill_events",
        "seq 2 price",
    ),
    ("UPDATE status = 'FILLED' WHERE seq = 5", "order_events", "order_events seq 5 status"),
    ("UPDATE cum_fee = cum_fee + 1 WHERE seq = 7", "order_events", "order_events seq 7 cum_fee"),
    ("UPDATE capital = capital + 1 WHERE seq = 11", "account_events", "account_events seq 11 cap"),
    ("UPDATE realised = 0 WHERE seq = 12", "trade_events", "trade_events seq 12 realised"),
    ("UPDATE code = 'DUST' WHERE seq = 4", "transitions", "transitions seq 4 code"),
    ("DELETE WHERE seq = 8", "transitions", "transitions seq 8 row"),
    ("DELETE WHERE seq = 7", "fill_events", "fill_events seq 7 row"),
    ("DELETE WHERE seq = 12", "trade_events", "trade_events seq 12 row"),
)


@pytest.mark.parametrize(("change", "table", "named"), ROW_CHANGES)
def test_a_digit_changed_in_the_database_is_named(
    stores: Stores, change: str, table: str, named: str
) -> None:
    change_row(stores, f"ALTER TABLE pink.{table} {change}")
    found = places(look(stores))
    assert any(place.startswith("clickhouse") and named in place for place in found), found


def test_every_figure_of_every_table_is_compared(stores: Stores) -> None:
    database = str(stores.config.database_dir)
    client = clickhouse_connect.get_client(interface="chdb", path=database)
    tables: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in client.query(
        "SELECT table, name, type FROM system.columns WHERE database = 'pink' AND table IN "
        "(SELECT name FROM system.tables WHERE database = 'pink' AND total_rows > 0)"
    ).result_rows:
        whole = kind.startswith("UInt") and column not in ("journal_id", "seq")
        if whole or "Decimal" in kind:
            tables.setdefault(table, []).append((column, f"{column} = {column} + 1"))
    del tables["schema_version"]
    for table, changes in tables.items():
        client.command(
            f"ALTER TABLE pink.{table} UPDATE {', '.join(change for _, change in changes)} WHERE 1",
            settings={"mutations_sync": 2},
        )
    filled = {
        (table, column)
        for table, changes in tables.items()
        for column, _ in changes
        if client.query(f"SELECT count({column}) FROM pink.{table}").result_rows[0][0]
    }
    client.close()
    named = {
        (d.place.split()[0], d.field) for d in look(stores).differences if d.store == "clickhouse"
    }
    assert len(filled) > 70
    assert filled - named == set()


def test_a_row_stored_twice_is_named(stores: Stores) -> None:
    change_row(stores, "INSERT INTO pink.fill_events SELECT * FROM pink.fill_events WHERE seq = 3")
    assert "clickhouse fill_events seq 3 row" in places(look(stores))


def test_orders_that_pink_never_sent_are_reported_apart(stores: Stores) -> None:
    lines = [json.loads(line) for line in stores.ledger.read_text().splitlines()]
    stranger = {**lines[2], "seq": len(lines) + 1, "order_id": 77, "client_order_id": "by-hand"}
    with stores.ledger.open("a") as ledger:
        ledger.write(sealed(json.dumps(stranger)))
    report = look(stores)
    assert report.agrees
    assert any("foreign order by-hand: BUY BTC-USDT" in note for note in report.notes)


def test_an_order_of_ours_that_the_journal_does_not_know_is_a_difference(stores: Stores) -> None:
    lines = [json.loads(line) for line in stores.ledger.read_text().splitlines()]
    name = client_id(INSTANCE, "9-9-e0-1")
    lost = {**lines[2], "seq": len(lines) + 1, "order_id": 77, "client_order_id": name}
    with stores.ledger.open("a") as ledger:
        ledger.write(sealed(json.dumps(lost)))
    assert f"journal order {name} order" in places(look(stores))


def test_an_order_that_was_sent_twice_is_named(stores: Stores) -> None:
    lines = [json.loads(line) for line in stores.ledger.read_text().splitlines()]
    again = {**lines[2], "seq": len(lines) + 1, "order_id": 77}
    with stores.ledger.open("a") as ledger:
        ledger.write(sealed(json.dumps(again)))
    assert f"ledger ledger.jsonl:{len(lines) + 1} client_order_id" in places(look(stores))


MISSING: tuple[tuple[str, Callable[[Stores], Path], str], ...] = (
    ("ledger", lambda stores: stores.ledger, "ledger ledger.jsonl file"),
    ("slots", lambda stores: stores.segment, "slots last-kernel.segment file"),
    ("journal", lambda stores: stores.journal, "journal journal entries"),
)


def forge(stores: Stores, seq: int, **fields: int) -> None:
    entries = stores.forged(seq, **fields)
    journal_files.write(stores.config.journal_dir, JOURNAL_ID, [entries[:7], entries[7:]])


def test_an_outcome_that_names_an_order_and_does_not_tell_it_is_a_difference(
    stores: Stores,
) -> None:
    forge(stores, 1, order_side=OrderSide.NONE)
    fields = {field.rsplit(" ", 1)[-1] for field in places(look(stores))}
    assert {"told", "freed"} <= fields


def test_a_late_word_of_an_order_is_one_only_before_nothing_more_is_told(stores: Stores) -> None:
    forge(stores, 2, order_side=OrderSide.NONE, code=Code.DUPLICATE)
    assert "told after it was freed" in " ".join(places(look(stores)))


@pytest.mark.parametrize(("store", "path", "named"), MISSING)
def test_a_store_that_is_missing_is_a_difference(
    stores: Stores, store: str, path: Callable[[Stores], Path], named: str
) -> None:
    path(stores).unlink()
    assert named in places(look(stores)), store


def test_the_checksum_is_castagnolis() -> None:
    assert crc32c(b"123456789") == 0xE3069283
    assert crc32c(b"6789", crc32c(b"12345")) == 0xE3069283
