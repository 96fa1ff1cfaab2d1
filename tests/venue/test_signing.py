"""Signatures against known vectors, and their place in the query."""

from __future__ import annotations

from pink_actors.venue.signing import plain_query, signature, signed_query

SECRET = "mheO6dR8ovSsxZQCOYEFCtelpuxcWGTfHw7te326y6jOwq5WpvFQ9JNljoTwBXZGv5It07m9RXSPpDQEK2w"


def test_signatures_reproduce_the_golden_vectors() -> None:
    assert (
        signature(
            SECRET,
            (("recvWindow", "0"), ("symbol", "BTC-USDT"), ("timestamp", "1696751141337")),
        )
        == "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2"
    )
    assert (
        signature(
            SECRET,
            (
                ("recvWindow", "0"),
                ("subAccountString", "abc12345"),
                ("timestamp", "1696751141337"),
            ),
        )
        == "8d0d3ea9b592be3678c33332ab13e9102e093e67255921e15a581146c87c272f"
    )


def test_the_signature_is_over_plain_values_and_stands_last() -> None:
    query = signed_query("s", (("a", "[1,2]"), ("b", "x y")), 7, 9_999)
    assert query.startswith("a=%5B1%2C2%5D&b=x%20y&recvWindow=5000&timestamp=7&signature=")
    expected = signature(
        "s", (("a", "[1,2]"), ("b", "x y"), ("recvWindow", "5000"), ("timestamp", "7"))
    )
    assert query.endswith(expected)
    assert plain_query(()) == ""
