"""Numbers of the wire become exact integers or are refused."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from msgspec import Raw

from pink_actors.venue import numbers
from pink_actors.venue.numbers import Malformed


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ('"0.00100000"', 100_000),
        ("0.1", 10_000_000),
        ("1e-8", 1),
        ("5E-05", 5_000),
        ('"9.85e-06"', 985),
        ("1e3", 100_000_000_000),
        ('"-0.05642405"', -5_642_405),
        ('"12."', 1_200_000_000),
        ('"0.000000010000000"', 1),
        ("0", 0),
        ("", None),
        ('""', None),
        ("null", None),
    ],
)
def test_flaw_l2_numbers_as_text_and_as_numbers_are_read_exactly(
    token: str, expected: int | None
) -> None:
    assert numbers.qty(Raw(token.encode()), "f") == expected


@pytest.mark.parametrize(
    "token",
    [
        '"NaN"', '"Infinity"', '"-inf"', '"1,5"', '" 1"', '"0x10"', "true", "{}", "[]", '"1e99"',
        '"0.123456789"', '"99999999999999999999"', '"' + "1" * 60 + '"', '"1\\u0030"', '"--1"',
        '"\xb2"', '"."', '"1e"', "1e-9",
    ],
)  # fmt: skip
def test_what_is_no_number_of_the_scale_is_refused(token: str) -> None:
    with pytest.raises(Malformed):
        numbers.qty(Raw(token.encode()), "f")


def test_flaw_h4_zero_is_a_number_and_missing_is_not_zero() -> None:
    assert numbers.money(Raw(b'"0.0000"'), "f") == 0
    assert numbers.money(Raw(b""), "f") is None


@pytest.mark.parametrize(
    ("token", "value_e8", "exact"),
    [
        ('"0.1000000000"', 10_000_000, True), ("0.30000000000000004", 30_000_000, False),
        ("-0.1999999999999999", -20_000_000, False), ('"0.000000005"', 0, False),
        ('"-0.000000015"', -2, False), ('"0.0000000051"', 1, False), ("1e-12", 0, False),
        ('""', None, True),
    ],
)  # fmt: skip
def test_money_that_the_venue_tells_is_rounded_to_even_and_says_so(
    token: str, value_e8: int | None, exact: bool
) -> None:
    told = numbers.told(Raw(token.encode()), "f")
    assert told.value_e8 == value_e8
    assert (told.rounded == "") is exact
    for broken in (b'"NaN"', b"1e99", b'"1,5"'):
        with pytest.raises(Malformed):
            numbers.told(Raw(broken), "f")


def test_order_ids_beyond_2_to_the_53_keep_every_digit() -> None:
    for token in (b"1970374651259388001", b'"1970374651259388001"'):
        assert numbers.whole(Raw(token), "orderId") == 1970374651259388001
    for token in (b"1.5", b'"12a"', b"9223372036854775808", b'"\xc2\xb2"'):
        with pytest.raises(Malformed):
            numbers.whole(Raw(token), "orderId")


def test_every_scaled_integer_survives_the_way_to_text_and_back() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    for _ in range(2_000):
        digits = rng.choice((8, 12))
        value = rng.randint(-(2**63) + 1, 2**63 - 1) >> rng.randint(0, 62)
        text = numbers.decimal_text(value, digits)
        assert numbers.scaled_from_text(text, digits, "f") == value
        assert Decimal(text) == Decimal(value).scaleb(-digits)


@pytest.mark.parametrize(
    ("token", "expected"),
    [("true", True), ('"true"', True), ("false", False), ('"False"', False), ('""', None)],
)
def test_truth_comes_as_json_or_as_text(token: str, expected: bool | None) -> None:
    assert numbers.flag(Raw(token.encode()), "f") is expected
    with pytest.raises(Malformed):
        numbers.flag(Raw(b'"yes"'), "f")
