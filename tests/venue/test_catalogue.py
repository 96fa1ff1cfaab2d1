"""What answers mean, as a table."""

from __future__ import annotations

import pytest

from pink_actors.venue.catalogue import CODES, Kind, Meaning, judge, judge_http

POST = [
    (100410, "", Kind.RETRY, Meaning.RATE),
    (100421, "Null timestamp or timestamp mismatch", Kind.RETRY, Meaning.CLOCK),
    (109400, "timestamp is invalid", Kind.RETRY, Meaning.CLOCK),
    (109400, "In the Hedge mode, the 'ReduceOnly' field can not be filled", Kind.DEFINITE,
     Meaning.MODE),
    (109400, "quantity: This field must be greater than 0.", Kind.DEFINITE, Meaning.NONE),
    (100001, "Signature verification failed", Kind.FIX, Meaning.KEY),
    (100413, "Incorrect apiKey", Kind.FIX, Meaning.KEY),
    (100500, "system busy", Kind.UNKNOWN, Meaning.NONE),
    (101500, "rpc timeout", Kind.UNKNOWN, Meaning.NONE),
    (80012, "margin is not enough", Kind.DEFINITE, Meaning.NONE),
    (80012, "Service Unavailable", Kind.UNKNOWN, Meaning.NONE),
    (80012, "system is BUSY", Kind.UNKNOWN, Meaning.NONE),
    (80001, "service has some errors", Kind.UNKNOWN, Meaning.NONE),
    (80001, "Insufficient margin", Kind.DEFINITE, Meaning.NONE),
    (80001, "In the One-way mode, the 'PositionSide' field can only be set to BOTH.",
     Kind.DEFINITE, Meaning.MODE),
    (80001, "words that nobody has seen", Kind.UNKNOWN, Meaning.NONE),
    (80012, "words that nobody has seen", Kind.UNKNOWN, Meaning.NONE),
    (80012, 'cancel: {"Code":101253,"Msg":"margin is not enough"}', Kind.DEFINITE, Meaning.NONE),
    (429, "", Kind.RETRY, Meaning.ADDRESS_RATE),
    (80019, "order is being processed", Kind.UNKNOWN, Meaning.IN_PROGRESS),
    (101204, "Insufficient margin", Kind.DEFINITE, Meaning.NONE),
    (101481, "clientOrderID cannot be repeated", Kind.DEFINITE, Meaning.DUPLICATE_ID),
    (101400, "duplicate clientOrderID", Kind.DEFINITE, Meaning.DUPLICATE_ID),
    (101400, "The minimum order amount is 0.0001 BTC.", Kind.DEFINITE, Meaning.NONE),
    (109201, "", Kind.UNKNOWN, Meaning.IN_PROGRESS),
    (109421, "order not exist", Kind.DEFINITE, Meaning.NO_ORDER),
    (80018, "order is already filled, The order doesn't exist", Kind.DEFINITE,
     Meaning.ALREADY_FILLED),
    (777777, "never heard of", Kind.UNKNOWN, Meaning.NONE),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "kind", "meaning"), POST)
def test_flaw_f18_each_answer_to_a_change_has_its_own_meaning(
    code: int, text: str, kind: Kind, meaning: Meaning
) -> None:
    verdict = judge(code, text, changes=True)
    assert (verdict.kind, verdict.meaning) == (kind, meaning)


# Words of a refusal in a text that refuses nothing, and the two the other way round.
CATCH_ALL = [
    (80012, "request timed out, please check your position", Kind.UNKNOWN),
    (80012, "The order is being processed, check your position later", Kind.UNKNOWN),
    (80012, "request time out, position unchanged?", Kind.UNKNOWN),
    (80012, "system error: price service failed", Kind.UNKNOWN),
    (80012, "margin is not enough? try again", Kind.UNKNOWN),
    (80012, "cancel order failed", Kind.UNKNOWN),
    (80012, "network failed", Kind.UNKNOWN),
    (80012, "your position, price and quantity", Kind.UNKNOWN),
    (80012, "symbol not exist", Kind.DEFINITE),
    (80001, "rpc timed out, invalid response", Kind.UNKNOWN),
    (80001, "invalid parameter", Kind.UNKNOWN),
    (80001, "Internal error, minimum nominal value", Kind.UNKNOWN),
    (80001, "margin not enough", Kind.DEFINITE),
    (80001, "No position to close", Kind.DEFINITE),
    (80001, "Please ensure that the minimum nominal value of the order placed must be greater "
     "than 2u", Kind.DEFINITE),
    (109400, "system is busy", Kind.UNKNOWN),
    (109400, "request timeout, the timestamp is fine, please retry", Kind.UNKNOWN),
    (109400, "positionSide: This field must be LONG or SHORT", Kind.DEFINITE),
    (100400, "timeout", Kind.UNKNOWN),
    (100400, "this api is not exist", Kind.FIX),
    (101400, "The order is being processed, price and quantity", Kind.UNKNOWN),
    (101400, "invalid clientOrderID, 1-40 chars", Kind.DEFINITE),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "kind"), CATCH_ALL)
def test_flaw_f18_a_code_for_anything_refuses_only_in_words_that_are_known_to_refuse(
    code: int, text: str, kind: Kind
) -> None:
    assert judge(code, text, changes=True).kind is kind
    assert judge(code, text, changes=True).meaning is not Meaning.DUPLICATE_ID
    if kind is Kind.UNKNOWN:
        assert judge(code, text, changes=False).kind is Kind.RETRY


def test_a_question_whose_answer_is_unknown_may_be_asked_again() -> None:
    assert judge(100500, "", changes=False).kind is Kind.RETRY
    assert judge(777777, "", changes=False).kind is Kind.UNKNOWN


@pytest.mark.parametrize(
    ("status", "kind"),
    [(504, Kind.UNKNOWN), (500, Kind.UNKNOWN), (502, Kind.UNKNOWN), (408, Kind.UNKNOWN),
     (302, Kind.UNKNOWN), (429, Kind.RETRY), (418, Kind.RETRY), (400, Kind.FIX), (403, Kind.FIX)],
)  # fmt: skip
def test_an_http_failure_of_a_change_is_unknown_unless_it_never_reached_the_engine(
    status: int, kind: Kind
) -> None:
    assert judge_http(status, changes=True).kind is kind


def test_no_code_of_the_catalogue_lets_a_change_be_repeated_when_a_question_may_not() -> None:
    for code, row in CODES.items():
        if row.change is Kind.RETRY:
            assert row.read is Kind.RETRY, code
