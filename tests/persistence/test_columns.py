"""What a column takes and what it refuses, before the database sees it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pink_actors.persistence.columns import BadValueError, Value, columns_of, exact, month_of
from pink_actors.persistence.figures import Key
from pink_actors.persistence.records import OrderEvent, PolicyEvent, Transition
from pink_actors.persistence.tables import Schema
from tests.persistence.outcomes import ENTER, outcome

COLUMNS = {
    column.name: column
    for row in (Transition, PolicyEvent, OrderEvent)
    for column in columns_of(row)
}
WRITTEN: tuple[tuple[str, Value, str], ...] = (
    ("instance", "paper", "paper"),
    ("text", "a\tb\nc\\d", "a\\tb\\nc\\\\d"),
    ("seq", 2**64 - 1, "18446744073709551615"),
    ("ts", 1_790_000_000_000_000_001, "2026-09-21 14:13:20.000000001"),
    ("market_ts", None, "\\N"),
    ("accepted", True, "true"),
    ("commands", ("SUBMIT", "CANCEL"), "['SUBMIT','CANCEL']"),
    ("qty", Decimal("0.1"), "0.1"),
    ("price", Decimal("94938.800000000001"), "94938.800000000001"),
    ("venue_order_id", -(2**63), "-9223372036854775808"),
)
REFUSED: tuple[tuple[str, Value], ...] = (
    ("bars_held", -106),
    ("seq", -1),
    ("seq", 2**64),
    ("seq", True),
    ("qty", Decimal("NaN")),
    ("qty", Decimal("Infinity")),
    ("qty", None),
    ("qty", Decimal("0.000000001")),
    ("qty", Decimal(10) ** 30),
    ("ts", -1),
    ("ts", 2**63),
    ("ts", None),
    ("accepted", 1),
    ("text", None),
    ("commands", ("no word",)),
)


@pytest.mark.parametrize(("name", "value", "text"), WRITTEN)
def test_a_value_is_written_exactly(name: str, value: Value, text: str) -> None:
    assert COLUMNS[name].write(value) == text


@pytest.mark.parametrize(("name", "value"), REFUSED)
def test_flaw_g26_a_value_that_does_not_fit_is_refused_and_never_becomes_zero(
    name: str, value: Value
) -> None:
    with pytest.raises(BadValueError):
        COLUMNS[name].write(value)


def test_scaled_integers_lose_no_digit() -> None:
    assert exact(2**63 - 1, 8) == Decimal("92233720368.54775807")
    assert exact(-(2**63), 12) == Decimal("-9223372.036854775808")
    assert exact(10**31 + 1, 12) == Decimal("10000000000000000000.000000000001")


def test_a_partition_is_the_month_in_utc() -> None:
    assert month_of(1_793_491_199 * 10**9) == "2026-10"
    assert month_of(1_793_491_200 * 10**9) == "2026-11"


def test_flaw_g26_one_bad_value_keeps_its_own_row_out_and_no_other() -> None:
    schema = Schema()
    built = schema.build(Key("paper", 7), 1, ENTER._replace(seq=1, wall_ns=-1).encode())
    assert built.refused == {
        "transitions": "transitions.ts: -1 is no time in nanoseconds since 1970"
    }
    kept = schema.transition_line(built).text.split("\t")
    assert (kept[2], kept[11]) == ("1", "QUARANTINED")


def test_a_record_that_cannot_be_read_keeps_its_place() -> None:
    schema = Schema()
    damaged = bytearray(outcome(4).encode())
    damaged[32] = 0xEE
    built = schema.build(Key("paper", 7), 4, bytes(damaged))
    line = schema.quarantine_line(built)
    assert line is not None
    assert damaged.hex() in line.text
    assert int(schema.transition_line(built).text.split("\t")[-1]) == 1 << schema.quarantine.bit


def test_a_changed_declaration_needs_a_new_version_of_the_schema() -> None:
    # Change a row type, and give the change a version of its own with its ALTER statements.
    assert Schema().digest() == "e973de20b993c70b"
