"""Counts of what the venue did, for whoever compares it with others."""

from collections import Counter

from msgspec import Struct, field


class Stats(Struct):
    """Totals since the process began."""

    orders: int = 0
    orders_limit: int = 0
    orders_conditional: int = 0
    orders_refused: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    duplicates_refused: int = 0
    fills: int = 0
    partial_fills: int = 0
    cancels: int = 0
    ended_by_venue: int = 0
    triggers: int = 0
    liquidations: int = 0
    adl: int = 0
    fundings: int = 0
    requests: int = 0
    rate_limited: int = 0
    bad_requests: int = 0
    frames_sent: int = 0
    sockets_opened: int = 0
    sockets_cut: int = 0
    faults: Counter[str] = field(default_factory=Counter)
