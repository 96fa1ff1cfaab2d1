"""Request budgets: each endpoint has one for the account and one for the address, per second."""

from typing import NamedTuple

WINDOW_MS = 1_000
COUNTERS_MAX = 20_000


class Rate(NamedTuple):
    """Requests a second: of one account, and of one address; zero is no budget of that kind."""

    account: int
    address: int


class Allowance(NamedTuple):
    """What is left in the window after a request."""

    granted: bool
    remaining: int
    expires_ms: int


class Budgets:
    """Counts requests in windows of one second."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._counts: dict[tuple[str, str], tuple[int, int]] = {}

    def take(self, endpoint: str, rate: Rate, account: str, address: str, now_ms: int) -> Allowance:
        """Spend one request of both budgets, or refuse it."""
        window = now_ms // WINDOW_MS
        expires_ms = (window + 1) * WINDOW_MS
        if not self._enabled:
            return Allowance(True, 1_000, expires_ms)
        if len(self._counts) > COUNTERS_MAX:
            self._counts = {key: row for key, row in self._counts.items() if row[0] == window}
        remaining = 1_000
        granted = True
        for who, limit in ((f"a:{account}", rate.account), (f"i:{address}", rate.address)):
            if not limit or who == "a:":
                continue
            seen, count = self._counts.get((endpoint, who), (window, 0))
            count = count + 1 if seen == window else 1
            self._counts[(endpoint, who)] = (window, count)
            granted = granted and count <= limit
            remaining = min(remaining, max(0, limit - count))
        return Allowance(granted, remaining, expires_ms)
