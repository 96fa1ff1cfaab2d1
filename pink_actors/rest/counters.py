"""What the connection counted since the process started; both actors show it in their cells."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Counters:
    """Plain counters, written by the one event loop only."""

    requests: int = 0
    http_errors: int = 0
    parse_errors: int = 0
    retries: int = 0
    rate_limited: int = 0
    budget_waits: int = 0
    in_flight: int = 0
    connected: int = 0
    rtt_last_ns: int = 0
    rtt_max_ns: int = 0
    last_answer_mono_ns: int = 0
    clock_offset_ms: int = 0
    venue_clock_steps: int = 0
    venue_clock_step_ms: int = 0
