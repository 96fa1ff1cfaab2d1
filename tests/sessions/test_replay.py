"""A short replay: trades on every market day, and the stores agree."""

from pathlib import Path

import pytest

from tests.sessions.replay import made_up, replay, session_on, trips
from tests.sessions.session import session_of

pytestmark = pytest.mark.timeout(240)

SEED = 5
SPEED = 20_000
DAYS = 2
TRIPS_MIN = 5


def test_two_market_days_are_replayed_in_seconds_with_trades_on_both(
    home: Path, instance: str
) -> None:
    candles = home / "candles.csv"
    days = made_up(SEED, DAYS, candles)
    session = session_on(home, instance, candles, SPEED)
    with session_of(session):
        seconds = replay(session, 60.0)
        session.drain()
    found = trips(session)
    print(f"seed {SEED}: {dict(found)} trips in {seconds:.1f} s at {SPEED} x real time")
    assert all(found[day] >= TRIPS_MIN for day in days)
    report = session.verify()
    assert report.agrees, report.to_text()
