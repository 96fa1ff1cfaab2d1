"""Signatures as the documents compute them, in every way a client may send them."""

import pytest

from pink_actors.paper.auth import (
    MISMATCH,
    NO_SIGNATURE,
    STALE,
    body_pairs,
    check_time,
    query_pairs,
    sign,
    verify,
)

SECRET = "mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"
GOLDEN = [
    (
        "recvWindow=0&symbol=BTC-USDT&timestamp=1696751141337",
        "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2",
    ),
    (
        "recvWindow=0&subAccountString=abc12345&timestamp=1696751141337",
        "8d0d3ea9b592be3678c33332ab13e9102e093e67255921e15a581146c87c272f",
    ),
]


@pytest.mark.parametrize(("text", "digest"), GOLDEN)
def test_golden_signatures(text: str, digest: str) -> None:
    assert sign(SECRET, text) == digest
    assert verify(SECRET, query_pairs(f"{text}&signature={digest}")) is None
    assert verify(SECRET, query_pairs(f"{text}&signature={digest.upper()}")) is None


def test_parameters_may_be_signed_as_sent_or_sorted() -> None:
    sent, ordered = "symbol=BTC-USDT&recvWindow=0&timestamp=5", GOLDEN[0][0]
    for text in (sent, ordered):
        pairs = query_pairs(f"{sent}&signature={sign(SECRET, sent)}")
        assert verify(SECRET, pairs) is None, text
    swapped = "timestamp=1696751141337&symbol=BTC-USDT&recvWindow=0"
    assert verify(SECRET, query_pairs(f"{swapped}&signature={GOLDEN[0][1]}")) is None


def test_values_are_signed_before_they_are_encoded() -> None:
    plain = 'batchOrders=[{"symbol":"BTC-USDT","x":"a b+c"}]&timestamp=5'
    sent = "batchOrders=%5B%7B%22symbol%22%3A%22BTC-USDT%22%2C%22x%22%3A%22a%20b%2Bc%22%7D%5D"
    pairs = query_pairs(f"{sent}&timestamp=5&signature={sign(SECRET, plain)}")
    assert verify(SECRET, pairs) is None


def test_forms_and_json_bodies_are_signed_too() -> None:
    plain = "quantity=0.5&reduceOnly=true&symbol=BTC-USDT&timestamp=5"
    digest = sign(SECRET, plain)
    form = body_pairs(f"{plain}&signature={digest}".encode(), "application/x-www-form-urlencoded")
    body = (
        '{"symbol":"BTC-USDT","reduceOnly":true,"quantity":0.5,"timestamp":5,'
        f'"signature":"{digest}"}}'
    )
    json = body_pairs(body.encode(), "application/json")
    assert form is not None and json is not None
    assert verify(SECRET, form) is None
    assert verify(SECRET, json) is None


def test_what_is_wrong_is_said() -> None:
    text, digest = GOLDEN[0]
    assert verify(SECRET, query_pairs(text)) is NO_SIGNATURE
    assert verify("other", query_pairs(f"{text}&signature={digest}")) is MISMATCH
    assert verify(SECRET, query_pairs(f"{text}&more=1&signature={digest}")) is MISMATCH


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"a":', b"{1:2}", b'{"a"}'])
def test_a_body_that_cannot_be_read_is_refused_whole(body: bytes) -> None:
    assert body_pairs(body, "application/json") is None


@pytest.mark.parametrize(
    ("params", "fits"),
    [
        ({"timestamp": "100000"}, True),
        ({"timestamp": "95000"}, True),
        ({"timestamp": "94999"}, False),
        ({"timestamp": "99000", "recvWindow": "500"}, False),
        ({"timestamp": "94999", "recvWindow": "60000"}, False),
        ({"timestamp": "95000", "recvWindow": "0"}, True),
        ({}, False),
        ({"timestamp": ""}, False),
        ({"timestamp": "now"}, False),
        ({"timestamp": "\u0661\u0662"}, False),
        ({"timestamp": "9" * 40}, False),
        ({"timestamp": "-5"}, False),
        ({"timestamp": "1e5"}, False),
    ],
)
def test_a_request_must_be_of_now(params: dict[str, str], fits: bool) -> None:
    assert check_time(params, 100_000) is (None if fits else STALE)
