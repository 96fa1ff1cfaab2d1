"""Faults on demand: what can go wrong, how often, and for which requests.

A rule names a fault, a probability, how many requests to let pass first (`after`), how often to
strike (`count`) and a part of the endpoint it is for (`METHOD /path`). The draws come from the
plan's seed, so a session with the same requests meets the same faults.
"""

from collections import Counter
from enum import StrEnum
from random import Random

import msgspec

RULES_MAX = 100


class FaultName(StrEnum):
    """Everything the venue can be told to do wrong."""

    REPLY_LOST = "reply_lost"
    REQUEST_HELD = "request_held"
    REQUEST_LOST = "request_lost"
    HTTP_5XX = "http_5xx"
    HTTP_5XX_AFTER = "http_5xx_after"
    HTTP_429 = "http_429"
    RATE_LIMITED = "rate_limited"
    BUSY = "busy"
    REFUSED = "refused"
    DELAY = "delay"
    REPLY_GARBLED = "reply_garbled"
    POSITIONS_LAG = "positions_lag"
    QUERY_LAG = "query_lag"
    CLOCK_SKEW = "clock_skew"
    FRAME_DROPPED = "frame_dropped"
    FRAME_DUPLICATED = "frame_duplicated"
    FRAME_REORDERED = "frame_reordered"
    CLIENT_ID_MISSING = "client_id_missing"
    CLIENT_ID_DROPPED = "client_id_dropped"
    SOCKET_CUT = "socket_cut"
    LISTEN_KEY_EXPIRED = "listen_key_expired"
    PARTIAL_THEN_CANCEL = "partial_then_cancel"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    ADL = "adl"
    PRICE_JUMP = "price_jump"


class FaultRule(msgspec.Struct, forbid_unknown_fields=True):
    """One kind of misbehaviour and when it strikes."""

    name: FaultName
    probability: float = 1.0
    count: int | None = None
    after: int = 0
    endpoint: str = ""
    delay_ms: int = 3_000
    status: int = 503
    code: int = 101204
    message: str = "Insufficient margin"
    skew_ms: int = 0
    amount: str = "100"
    bp: int = 100


class FaultPlan(msgspec.Struct, forbid_unknown_fields=True):
    """A seed and rules, as written in a plan file."""

    seed: int = 1
    fault: list[FaultRule] = msgspec.field(default_factory=list)


class Faults:
    """The rules in force and what they have done."""

    def __init__(self, plan: FaultPlan, applied: Counter[str]) -> None:
        self._rules: list[FaultRule] = []
        self._rng = Random(plan.seed)
        self.applied = applied
        for rule in plan.fault:
            self.add(rule)

    def add(self, rule: FaultRule) -> bool:
        """Put a rule in force; False when there are too many."""
        if len(self._rules) >= RULES_MAX:
            return False
        self._rules.append(rule)
        return True

    def clear(self) -> None:
        """Behave well from now on."""
        self._rules.clear()

    def draw(self, name: FaultName, subject: str = "", age_ms: int = 0) -> FaultRule | None:
        """The rule that strikes here and now, if one does; a strike is counted.

        A lag strikes only what is younger than its delay; what has no age is as young as can be.
        """
        if not self._rules:
            return None
        for rule in self._rules:
            if rule.name is not name or rule.endpoint not in subject:
                continue
            if age_ms and age_ms >= rule.delay_ms:
                continue
            if rule.after > 0:
                rule.after -= 1
                continue
            if rule.count is not None and rule.count <= 0:
                continue
            if self._rng.random() >= rule.probability:
                continue
            if rule.count is not None:
                rule.count -= 1
            self.applied[name.value] += 1
            return rule
        return None
