"""Protocol time and market time: signatures live in the first, candles in the second."""

import time

from pink_actors.paper.request import Now

STEP_MAX_MS = 60_000


class VenueClock:
    """Reads real time and derives market time from it, or steps it as fast as it is asked."""

    def __init__(self, market_ms: int | None, speed: float | None, *, held: bool) -> None:
        self._wall_start_ms = self._real_ms()
        self._market_start_ms = self._wall_start_ms if market_ms is None else market_ms
        self._speed = speed
        self._stepped_ms = self._market_start_ms
        self.skew_ms = 0
        self.held = held

    @property
    def stepping(self) -> bool:
        """Whether market time moves by steps and not by real time."""
        return self._speed is None

    @property
    def fast(self) -> bool:
        """Whether market time outruns real time."""
        return self._speed is None or self._speed > 1

    def now(self) -> Now:
        """Both times, as of this call."""
        wall_ms = self._real_ms()
        if self.held or self._speed is None:
            return Now(wall_ms + self.skew_ms, self._stepped_ms)
        passed = int((wall_ms - self._wall_start_ms) * self._speed)
        self._stepped_ms = max(self._stepped_ms, self._market_start_ms + passed)
        return Now(wall_ms + self.skew_ms, self._stepped_ms)

    def step(self) -> None:
        """Move market time on by one candle, when it moves by steps."""
        if self._speed is None and not self.held:
            self._stepped_ms += STEP_MAX_MS

    def hold(self) -> None:
        """Stop market time where it is; what is asked of the venue goes on."""
        self._market_start_ms = self.now().market_ms
        self.held = True

    def settle(self) -> None:
        """Go on at the pace of real time: what a replay does once its file is used up."""
        market_ms = self.now().market_ms
        self._speed = 1.0
        self._wall_start_ms = self._real_ms()
        self._market_start_ms = market_ms

    def release(self) -> None:
        """Let a held market begin."""
        if self.held:
            self.held = False
            self._wall_start_ms = self._real_ms()

    def _real_ms(self) -> int:
        return time.time_ns() // 1_000_000
