"""Where prices come from: a seeded walk, or the path through the candles of a file."""

import csv
import lzma
import math
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple, TextIO

from pink_actors.errors import ConfigError
from pink_actors.paper.fixed import QTY_ONE, parse_price, parse_qty

CANDLE_MS = 60_000
CANDLES_MAX = 10_000_000
# 1973 in ms: a smaller number counts seconds.
EPOCH_MS_MIN = 100_000_000_000
WALK_BP_PER_ROOT_S = 3.0
WALK_PULL_PER_S = 0.0005
WALK_STEP_BP_MAX = 80.0


class Point(NamedTuple):
    """A trade price at a market time, with the volume since the point before."""

    market_ms: int
    price_e12: int
    volume_e8: int


class Candle(NamedTuple):
    """One row of a candle file."""

    open_ms: int
    open_e12: int
    high_e12: int
    low_e12: int
    close_e12: int
    volume_e8: int


class CandleFileError(ConfigError):
    """A candle file that cannot be replayed; the message says where and why."""


def on_tick(price_e12: int, tick_e12: int) -> int:
    """The nearest price that can be traded; a file may hold averages."""
    return max(tick_e12, (price_e12 + tick_e12 // 2) // tick_e12 * tick_e12)


class Walk:
    """A random walk that is pulled back to where it began; the seed decides all of it."""

    def __init__(self, rng: Random, price_e12: int, tick_e12: int, now_ms: int) -> None:
        self._rng = rng
        self._home = price_e12
        self._price = float(price_e12)
        self._tick = tick_e12
        self._at_ms = now_ms
        self.done = False

    def points(self, until_ms: int) -> list[Point]:
        """The one new price at this time, if time has passed."""
        elapsed_s = (until_ms - self._at_ms) / 1000
        if elapsed_s <= 0:
            return []
        self._at_ms = until_ms
        step = self._rng.gauss(0.0, WALK_BP_PER_ROOT_S) * math.sqrt(elapsed_s)
        pull = math.log(self._home / self._price) * 10_000 * min(0.5, WALK_PULL_PER_S * elapsed_s)
        bounded = max(-WALK_STEP_BP_MAX, min(WALK_STEP_BP_MAX, step + pull))
        self._price *= math.exp(bounded / 10_000)
        price = max(self._tick, round(self._price / self._tick) * self._tick)
        return [Point(until_ms, price, int(self._rng.random() * elapsed_s * QTY_ONE))]

    def jump(self, price_e12: int) -> None:
        """Go on from another price, and stay there."""
        self._price = float(price_e12)
        self._home = price_e12


class Replay:
    """The path open, low and high (nearer one first), close through each candle in turn."""

    def __init__(self, candles: list[Candle], tick_e12: int, from_ms: int) -> None:
        self._candles = candles
        self._tick = tick_e12
        self._path = self._walk_path(from_ms)
        self._next: Point | None = next(self._path, None)
        self._last: Point | None = None
        self.first_ms = candles[0].open_ms
        self.end_ms = candles[-1].open_ms + CANDLE_MS

    @property
    def done(self) -> bool:
        """Whether the file is used up."""
        return self._next is None

    def points(self, until_ms: int) -> list[Point]:
        """All prices up to this time; between two of them, the straight line."""
        found: list[Point] = []
        while self._next is not None and self._next.market_ms <= until_ms:
            self._last = self._next
            found.append(self._next)
            self._next = next(self._path, None)
        if found or self._last is None or self._next is None:
            return found
        span = self._next.market_ms - self._last.market_ms
        if span > CANDLE_MS:
            return []
        rise = self._next.price_e12 - self._last.price_e12
        price = self._last.price_e12 + rise * (until_ms - self._last.market_ms) // span
        return [Point(until_ms, price - price % self._tick, 0)]

    def jump(self, price_e12: int) -> None:
        """The file decides the price; a jump lasts until its next point."""

    def _walk_path(self, from_ms: int) -> Iterator[Point]:
        for candle in self._candles:
            if candle.open_ms < from_ms:
                continue
            rises = candle.close_e12 >= candle.open_e12
            inner = (
                (candle.low_e12, candle.high_e12) if rises else (candle.high_e12, candle.low_e12)
            )
            prices = (candle.open_e12, *inner, candle.close_e12)
            for index, price in enumerate(prices):
                traded = on_tick(price, self._tick)
                yield Point(candle.open_ms + index * 19_000, traded, candle.volume_e8 // 4)


def read_candles(path: Path) -> list[Candle]:
    """Read minute candles, plain or .xz, with a header line; times are UTC or epoch ms."""
    try:
        if path.suffix == ".xz":
            with lzma.open(path, "rt", encoding="utf-8", newline="") as text:
                return _read_rows(path, text)
        with path.open(encoding="utf-8", newline="") as text:
            return _read_rows(path, text)
    except (OSError, lzma.LZMAError, UnicodeDecodeError, csv.Error, EOFError) as error:
        raise CandleFileError(f"{path}: cannot be read: {error}") from error


def _read_rows(path: Path, text: TextIO) -> list[Candle]:
    rows = csv.reader(text)
    header = [name.strip().lower() for name in next(rows, [])]
    if header[:6] != ["timestamp", "open", "high", "low", "close", "volume"]:
        raise CandleFileError(
            f"{path}:1: the first line must be timestamp,open,high,low,close,volume"
        )
    candles: list[Candle] = []
    minutes = False
    for number, row in enumerate(rows, start=2):
        where = f"{path}:{number}"
        candle = _candle_of(row)
        if candle is None or (candles and candle.open_ms <= candles[-1].open_ms):
            raise CandleFileError(f"{where}: no candle, or not later than the one before")
        if candle.open_ms < EPOCH_MS_MIN:
            raise CandleFileError(
                f"{where}: time {row[0]} is no epoch time in ms (in seconds, perhaps?); "
                "write ms, or UTC as in 2024-01-31 12:00"
            )
        if len(candles) >= CANDLES_MAX:
            raise CandleFileError(f"{where}: more than {CANDLES_MAX} candles")
        if candles:
            _check_spacing(where, candle.open_ms - candles[-1].open_ms)
            minutes = minutes or candle.open_ms - candles[-1].open_ms == CANDLE_MS
        candles.append(candle)
    if not candles:
        raise CandleFileError(f"{path}: holds no candle")
    if len(candles) > 1 and not minutes:
        span = min(b.open_ms - a.open_ms for a, b in pairwise(candles))
        raise CandleFileError(
            f"{path}:3: the candles are {span // CANDLE_MS} minutes apart; "
            "only candles of one minute are replayed"
        )
    return candles


def _check_spacing(where: str, gap_ms: int) -> None:
    """A minute, or several where the file has a gap."""
    if gap_ms % CANDLE_MS:
        raise CandleFileError(
            f"{where}: {gap_ms / 1000:g} s after the candle before; "
            "only candles of one minute are replayed"
        )


def _candle_of(row: list[str]) -> Candle | None:
    if len(row) < 6:
        return None
    open_ms = _time_ms(row[0])
    prices = [parse_price(text) for text in row[1:5]]
    volume = parse_qty(row[5])
    if open_ms is None or volume is None or volume < 0:
        return None
    known = [price for price in prices if price is not None and price > 0]
    if len(known) != 4:
        return None
    opened, high, low, close = known
    if not low <= min(opened, close) <= max(opened, close) <= high:
        return None
    return Candle(open_ms, opened, high, low, close, volume)


def _time_ms(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    zoned = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    return round(zoned.timestamp() * 1000)
