"""Sessions in which the stream breaks, replies are lost, or the gateway is away: short ones."""

import random
from pathlib import Path

import pytest

from tests.sessions.lossy import LONELY, leave_alone, lose
from tests.sessions.lost import HALF, REPLY_LOST, REQUEST_HELD, resolved, trade_through
from tests.sessions.session import Session, session_of

pytestmark = pytest.mark.timeout(240)

SEED = 7
AWAY_MS = 4_000


def test_nothing_is_missing_after_a_stream_that_was_cut_and_lost_frames(
    home: Path, instance: str
) -> None:
    session = Session(home, instance)
    with session_of(session):
        loss = lose(session, 8, random.Random(SEED))
    print(f"seed {SEED}: {loss}")
    report = session.verify()
    assert report.agrees, report.to_text()
    assert loss.gaps >= loss.cuts and loss.dropped > 10
    assert 0 < loss.rest_only <= loss.told


def test_each_order_without_a_reply_is_resolved_by_evidence_and_none_is_sent_twice(
    home: Path, instance: str
) -> None:
    session = Session(home, instance, params=HALF)
    with session_of(session):
        lost = trade_through(session, REPLY_LOST, 40, 60.0)
        held = trade_through(session, REQUEST_HELD, 12, 60.0)
        ends = resolved(session)
    print(f"{lost}\n{held}\n{ends}")
    report = session.verify()
    assert report.agrees, report.to_text()
    assert not ends.faults
    assert ends.unknown >= lost.faults["reply_lost"] + held.faults["request_held"] >= 52
    assert ends.asked_too_early >= 8
    assert lost.conditional * 3 >= lost.orders


def test_a_stop_outlives_the_gateway_and_is_taken_over_as_the_same(
    home: Path, instance: str
) -> None:
    away = {"backoff_ms_min": AWAY_MS, "backoff_ms_max": AWAY_MS}
    often = {"reconcile_interval_ms": 500}
    session = Session(home, instance, ("BTC-USDT",), params=LONELY, supervisor=away, risk=often)
    with session_of(session):
        assert leave_alone(session, AWAY_MS / 1000) > AWAY_MS / 1000 * 0.7
        session.verb("flatten")
        session.drain()
    report = session.verify()
    assert report.agrees, report.to_text()
