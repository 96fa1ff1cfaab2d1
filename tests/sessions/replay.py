"""Candles replayed through the whole tree far faster than they came about, with trades."""

import random
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from tests.sessions.books import ledger_of
from tests.sessions.session import LOOK_EVERY_S, Session, Table
from tests.waiting import wait_until

MINUTES_A_DAY = 1_440
# Minutes pass within milliseconds: what is near in time is far in price.
RISK: Table = {"price_band": 0.2, "divergence": 0.2, "drawdown": 9000}
PARAMS: Table = {
    "notional": 600, "hold_ms": 20, "rest_ms": 200, "pause_ms": 10, "positions_max": 2,
    "retry_ms": 100, "legs": 1, "both_sides": 1, "limit_every": 7, "stop_every": 0,
}  # fmt: skip


def session_on(home: Path, instance: str, candles: Path, speed: int) -> Session:
    """A session whose market is that file."""
    return Session(
        home, instance, ("BTC-USDT",), params=PARAMS, venue={"position_mode": "hedge"},
        paper={"candles": str(candles), "speed": str(speed)}, risk=RISK,
    )  # fmt: skip


def replay(session: Session, timeout_s: float) -> float:
    """Trades until the file is used up; returns how many seconds that took."""
    began = time.monotonic()
    wait_until(lambda: session.market("done"), "the last candle", timeout_s, LOOK_EVERY_S)
    return time.monotonic() - began


def trips(session: Session) -> Counter[str]:
    """Positions that were opened and closed again, by day of market time."""
    days: Counter[str] = Counter()
    for row in ledger_of(session, "fill"):
        if float(str(row["position_after"])) == 0:
            moment = datetime.fromtimestamp(int(str(row["market_ms"])) / 1000, UTC)
            days[f"{moment:%Y-%m-%d}"] += 1
    return days


def made_up(seed: int, days: int, path: Path) -> set[str]:
    """Writes minutes of a market that never was; returns the days."""
    rng = random.Random(seed)
    first = datetime(2022, 1, 1, tzinfo=UTC).timestamp()
    close = 45_000.0
    lines = ["timestamp,open,high,low,close,volume"]
    for minute in range(days * MINUTES_A_DAY):
        opened, close = close, round(close * (1 + rng.gauss(0, 0.0008)), 1)
        high = round(max(opened, close) * (1 + abs(rng.gauss(0, 0.0003))), 1)
        low = round(min(opened, close) * (1 - abs(rng.gauss(0, 0.0003))), 1)
        lines.append(f"{int(first + minute * 60) * 1000},{opened},{high},{low},{close},1000")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return {f"2022-01-{day + 1:02d}" for day in range(days)}
