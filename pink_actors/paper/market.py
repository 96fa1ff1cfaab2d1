"""One market: last, mark and index price, the synthetic book around them, bars and trades."""

from collections import deque
from random import Random
from typing import NamedTuple

from msgspec import Struct

from pink_actors.paper.feed import CANDLE_MS, Point, Replay, Walk
from pink_actors.paper.fixed import QTY_ONE
from pink_actors.paper.instrument import Instrument

BARS_KEPT_MAX = 3_000
TRADES_KEPT_MAX = 1_000
WARM_BARS = 720
LEVELS_MAX = 100
SPREAD_BP_E2 = 20
DAY_BARS = 1_440


class Level(NamedTuple):
    """One price of the book and what can be had there."""

    price_e12: int
    qty_e8: int


class Trade(NamedTuple):
    """A public trade."""

    trade_id: int
    wall_ms: int
    price_e12: int
    qty_e8: int
    buyer_made: bool


class Bar(Struct):
    """One minute of trading."""

    open_ms: int
    open_e12: int
    high_e12: int
    low_e12: int
    close_e12: int
    volume_e8: int


class Market:
    """The state of one symbol's market, moved on by the points of its feed."""

    def __init__(self, instrument: Instrument, feed: Walk | Replay, rng: Random) -> None:
        self.instrument = instrument
        self.feed = feed
        self.bars: deque[Bar] = deque(maxlen=BARS_KEPT_MAX)
        self.trades: deque[Trade] = deque(maxlen=TRADES_KEPT_MAX)
        self.last_e12 = instrument.start_price_e12
        self.mark_e12 = self.last_e12
        self.funding_rate_e8 = 10_000
        self.funding: deque[tuple[int, int]] = deque(maxlen=1_000)
        self.updates = 0
        self._rng = rng
        self._book_at_e12 = 0
        self._asks: list[Level] = []
        self._bids: list[Level] = []

    @property
    def spread_e12(self) -> int:
        """The distance of best bid and best ask, at least one tick."""
        tick = self.instrument.tick_e12
        return max(tick, self.last_e12 * SPREAD_BP_E2 // 1_000_000 // tick * tick)

    @property
    def ask_e12(self) -> int:
        """The price at which a buyer is served."""
        return self.last_e12 + self.spread_e12

    @property
    def bid_e12(self) -> int:
        """The price at which a seller is served; never below one tick."""
        return max(self.instrument.tick_e12, self.last_e12 - self.spread_e12)

    def touch(self, point: Point, wall_ms: int) -> None:
        """Take one new price."""
        self.last_e12 = point.price_e12
        tick = self.instrument.tick_e12
        smooth = (self.mark_e12 + 3 * point.price_e12) // 4
        self.mark_e12 = max(tick, smooth - smooth % tick)
        self.updates += 1
        open_ms = point.market_ms - point.market_ms % CANDLE_MS
        if not self.bars or self.bars[-1].open_ms < open_ms:
            price = point.price_e12
            self.bars.append(Bar(open_ms, price, price, price, price, 0))
        bar = self.bars[-1]
        bar.high_e12 = max(bar.high_e12, point.price_e12)
        bar.low_e12 = min(bar.low_e12, point.price_e12)
        bar.close_e12 = point.price_e12
        bar.volume_e8 += point.volume_e8
        step = self.instrument.step_e8
        qty = max(step, point.volume_e8 // step * step)
        made = bool(self.updates & 1)
        self.trades.append(Trade(self.updates, wall_ms, point.price_e12, qty, made))

    def warm(self, now_ms: int) -> None:
        """Give a synthetic market a past, so that a first question for bars is answered."""
        price = float(self.last_e12)
        tick = self.instrument.tick_e12
        start = now_ms - now_ms % CANDLE_MS
        for index in range(1, WARM_BARS + 1):
            opened = price * (1 + self._rng.gauss(0.0, 0.0006))
            top = max(opened, price) * (1 + abs(self._rng.gauss(0.0, 0.0002)))
            low = min(opened, price) * (1 - abs(self._rng.gauss(0.0, 0.0002)))
            first, high, least, last = (
                max(tick, round(value / tick) * tick) for value in (opened, top, low, price)
            )
            volume = int(self._rng.random() * 60 * QTY_ONE)
            self.bars.appendleft(Bar(start - index * CANDLE_MS, first, high, least, last, volume))
            price = opened

    def asks(self, count: int = LEVELS_MAX) -> list[Level]:
        """What buyers find, best first."""
        self._rebuild()
        return self._asks[:count]

    def bids(self, count: int = LEVELS_MAX) -> list[Level]:
        """What sellers find, best first."""
        self._rebuild()
        return self._bids[:count]

    def top(self, *, buyer: bool) -> Level:
        """The best level against a taker, without building the whole book."""
        return (self.asks(1) if buyer else self.bids(1))[0]

    def _rebuild(self) -> None:
        """A book of its own for each price: it stands still as long as the price does."""
        if self._book_at_e12 == self.last_e12:
            return
        self._book_at_e12 = self.last_e12
        instrument = self.instrument
        step = instrument.step_e8
        gap = max(instrument.tick_e12, self.spread_e12 // 2)
        gap -= gap % instrument.tick_e12
        asks: list[Level] = []
        bids: list[Level] = []
        ask, bid = self.ask_e12, self.bid_e12
        rng = Random(f"{self.last_e12}:{instrument.contract_id}")
        for index in range(LEVELS_MAX):
            weight = (0.5 + rng.random()) * (1 + index / 4)
            qty = max(step, int(instrument.level_qty_e8 * weight) // step * step)
            asks.append(Level(ask + index * gap, qty))
            price = bid - index * gap
            if price >= instrument.tick_e12:
                bids.append(Level(price, qty))
        self._asks, self._bids = asks, bids


def day_of(market: Market) -> Bar:
    """The last day in one bar: what tickers show."""
    bars = list(market.bars)[-DAY_BARS:]
    if not bars:
        price = market.last_e12
        return Bar(0, price, price, price, price, 0)
    return Bar(
        bars[0].open_ms,
        bars[0].open_e12,
        max(bar.high_e12 for bar in bars),
        min(bar.low_e12 for bar in bars),
        market.last_e12,
        sum(bar.volume_e8 for bar in bars),
    )


def grouped(bars: list[Bar], span_ms: int, limit: int) -> list[Bar]:
    """Join minute bars to longer ones, oldest first."""
    joined: list[Bar] = []
    for bar in bars:
        start = bar.open_ms - bar.open_ms % span_ms
        if joined and joined[-1].open_ms == start:
            last = joined[-1]
            last.high_e12 = max(last.high_e12, bar.high_e12)
            last.low_e12 = min(last.low_e12, bar.low_e12)
            last.close_e12 = bar.close_e12
            last.volume_e8 += bar.volume_e8
        else:
            joined.append(
                Bar(start, bar.open_e12, bar.high_e12, bar.low_e12, bar.close_e12, bar.volume_e8)
            )
    return joined[-limit:]
