"""Pauses between tries: doubling, bounded, with jitter so that processes do not march in step."""

from __future__ import annotations

import random
from typing import Final

_JITTER: Final = 0.25


class Backoff:
    """One row of tries."""

    def __init__(self, first_s: float, last_s: float) -> None:
        self._first_s = first_s
        self._last_s = last_s
        self._next_s = first_s

    def next_s(self) -> float:
        """How long to wait before the next try."""
        pause_s = self._next_s
        self._next_s = min(self._next_s * 2, self._last_s)
        return pause_s * random.uniform(1 - _JITTER, 1 + _JITTER)

    def reset(self) -> None:
        """It worked: the next row starts short."""
        self._next_s = self._first_s
