"""Every fault of the venue, alone and in pairs, as rules that strike often in a short session."""

import itertools
import random
from collections.abc import Iterable, Mapping

Rule = Mapping[str, str | int | float]
# How often each rule strikes for certain, at its first occasions, before chance takes over.
SURE_COUNT = 2
ORDER = "/openApi/swap/v2/trade/order"

# For a few of them the venue is asked to strike a certain kind of request, else any.
ALONE: Mapping[str, tuple[Rule, ...]] = {
    "reply_lost": ({"name": "reply_lost", "probability": 0.1},),
    "reply_lost_after_accept": (
        {"name": "reply_lost", "probability": 0.3, "endpoint": f"POST {ORDER}"},
    ),
    "request_held": (
        {
            "name": "request_held",
            "probability": 0.1,
            "endpoint": f"POST {ORDER}",
            "delay_ms": 1_200,
        },
        {
            "name": "request_held",
            "probability": 0.1,
            "endpoint": f"DELETE {ORDER}",
            "delay_ms": 700,
        },
    ),
    "request_lost": ({"name": "request_lost", "probability": 0.05},),
    "http_5xx": ({"name": "http_5xx", "probability": 0.1},),
    "http_5xx_after": ({"name": "http_5xx_after", "probability": 0.1},),
    "http_429": ({"name": "http_429", "probability": 0.05},),
    "rate_limited": ({"name": "rate_limited", "probability": 0.05},),
    "busy": ({"name": "busy", "probability": 0.1},),
    "refused": ({"name": "refused", "probability": 0.15},),
    "delay": ({"name": "delay", "probability": 0.1, "delay_ms": 400},),
    "delay_beyond_timeout": ({"name": "delay", "probability": 0.04, "delay_ms": 2_000},),
    "reply_garbled": ({"name": "reply_garbled", "probability": 0.1},),
    "positions_lag": ({"name": "positions_lag", "delay_ms": 3_000},),
    "query_lag": (
        {"name": "query_lag", "delay_ms": 800},
        {"name": "reply_lost", "probability": 0.1, "endpoint": f"POST {ORDER}"},
    ),
    "clock_skew": (
        {"name": "clock_skew", "probability": 0.05, "skew_ms": -4_000},
        {"name": "clock_skew", "probability": 0.05, "skew_ms": 3_000},
    ),
    "frame_dropped": ({"name": "frame_dropped", "probability": 0.3},),
    # Polling alone tells what became of an order, then the stream alone.
    "stream_silent": ({"name": "frame_dropped", "endpoint": "UPDATE"},),
    "replies_silent": ({"name": "reply_lost", "endpoint": f"POST {ORDER}"},),
    "frame_duplicated": ({"name": "frame_duplicated", "probability": 0.5},),
    "frame_reordered": ({"name": "frame_reordered", "probability": 0.3},),
    "client_id_missing": ({"name": "client_id_missing", "probability": 0.5},),
    "socket_cut": ({"name": "socket_cut", "probability": 0.05, "endpoint": "order"},),
    "listen_key_expired": ({"name": "listen_key_expired", "probability": 0.03},),
    "partial_then_cancel": ({"name": "partial_then_cancel", "probability": 0.3},),
    "deposit": ({"name": "deposit", "probability": 0.1, "amount": "55.5"},),
    "withdrawal": ({"name": "withdrawal", "probability": 0.1, "amount": "33.25"},),
    "adl": ({"name": "adl", "probability": 0.05},),
    "price_jump": (
        {"name": "price_jump", "probability": 0.03, "bp": 40},
        {"name": "price_jump", "probability": 0.03, "bp": -40},
    ),
}


def rules_of(names: Iterable[str]) -> list[Rule]:
    """The rules of these faults; each strikes at its first occasions, whatever the draw."""
    chosen = [rule for name in names for rule in ALONE[name]]
    sure = [{**rule, "probability": 1.0, "count": SURE_COUNT} for rule in chosen]
    return [*sure, *chosen]


def struck_by(names: Iterable[str]) -> set[str]:
    """What the venue's statistics must name after these faults were in force."""
    return {str(rule["name"]) for name in names for rule in ALONE[name]}


def pairs() -> list[tuple[str, str]]:
    """All of them."""
    return list(itertools.combinations(ALONE, 2))


def some_pairs(seed: int, count: int = 10) -> list[tuple[str, str]]:
    """So many of them, drawn from the seed."""
    return random.Random(seed).sample(pairs(), count)
