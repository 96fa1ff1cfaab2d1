"""Monotonic and wall time as integers; actors receive a Clock so that tests can own the time."""

import time
from typing import Protocol

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Clock(Protocol):
    """The two times there are. Durations and ages come from `mono_ns` alone."""

    def wall_ns(self) -> int:
        """Nanoseconds since 1970, may jump."""
        ...

    def mono_ns(self) -> int:
        """CLOCK_MONOTONIC, the same clock that every other process of the tree reads."""
        ...


class SystemClock:
    """The machine's clocks."""

    __slots__ = ()

    def wall_ns(self) -> int:
        """See Clock."""
        return time.time_ns()

    def mono_ns(self) -> int:
        """See Clock."""
        return time.monotonic_ns()
