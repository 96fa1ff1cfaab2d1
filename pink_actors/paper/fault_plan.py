"""Reads fault plans and judges each rule: what could never strike, or not so, is refused."""

import tomllib
from itertools import product
from pathlib import Path

import msgspec

from pink_actors.errors import ConfigError
from pink_actors.paper.checks import ORDER_TYPES
from pink_actors.paper.endpoints import ENDPOINTS
from pink_actors.paper.faults import RULES_MAX, FaultName, FaultPlan, FaultRule
from pink_actors.paper.fixed import parse_qty
from pink_actors.paper.frames import KLINE_MS
from pink_actors.paper.instrument import catalogue

COUNT_MAX = 1_000_000_000
DELAY_MS_MAX = 3_600_000
SKEW_MS_MAX = 7 * 86_400_000
STATUS_MIN, STATUS_MAX = 400, 599
CODE_MAX = 999_999
BP_MIN, BP_MAX = -9_900, 100_000

_F = FaultName
OF_REQUESTS = frozenset(
    {_F.REPLY_LOST, _F.REQUEST_HELD, _F.REQUEST_LOST, _F.HTTP_5XX, _F.HTTP_5XX_AFTER, _F.HTTP_429}
) | {_F.RATE_LIMITED, _F.BUSY, _F.DELAY, _F.REPLY_GARBLED}
OF_ORDERS = frozenset({_F.REFUSED, _F.CLIENT_ID_DROPPED, _F.PARTIAL_THEN_CANCEL})
OF_FRAMES = frozenset({_F.FRAME_DROPPED, _F.FRAME_DUPLICATED, _F.FRAME_REORDERED, _F.SOCKET_CUT})
EVENTS = ("ORDER_TRADE_UPDATE", "ACCOUNT_UPDATE", "ACCOUNT_CONFIG_UPDATE")
_DEPTHS = [f"depth{n}{pace}" for n in (5, 10, 20, 50, 100) for pace in ("", "@200ms", "@500ms")]
CHANNELS = (
    *("lastPrice", "markPrice", "bookTicker", "trade", "ticker", "incrDepth"),
    *_DEPTHS,
    *(f"kline_{span}" for span in KLINE_MS),
)


class FaultPlanError(ConfigError):
    """A plan that cannot be used; the message says where and why."""


def read_plan(path: Path) -> FaultPlan:
    """Read a plan file and judge its rules."""
    try:
        plan = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), FaultPlan)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise FaultPlanError(f"{path}: cannot be read: {error}") from error
    except msgspec.ValidationError as error:
        raise FaultPlanError(f"{path}: {error}; see pink-paper-venue --help") from error
    if len(plan.fault) > RULES_MAX:
        raise FaultPlanError(f"{path}: has {len(plan.fault)} rules; at most {RULES_MAX} are kept")
    for number, rule in enumerate(plan.fault, start=1):
        complaint = complaint_of(rule)
        if complaint:
            raise FaultPlanError(f"{path}: [[fault]] {number} ({rule.name}): {complaint}")
    return plan


def complaint_of(rule: FaultRule) -> str:
    """Which field of a rule cannot be and what is allowed; empty for a good rule."""
    if not 0.0 <= rule.probability <= 1.0:
        return f"probability = {rule.probability}: give a number from 0 to 1"
    for field, value, least, most in (
        ("count", 1 if rule.count is None else rule.count, 1, COUNT_MAX),
        ("after", rule.after, 0, COUNT_MAX),
        ("delay_ms", rule.delay_ms, 0, DELAY_MS_MAX),
        ("status", rule.status, STATUS_MIN, STATUS_MAX),
        ("code", rule.code, 1, CODE_MAX),
        ("skew_ms", rule.skew_ms, -SKEW_MS_MAX, SKEW_MS_MAX),
        ("bp", rule.bp, BP_MIN, BP_MAX),
    ):
        if not least <= value <= most:
            return f"{field} = {value}: give {least} to {most}"
    if (parse_qty(rule.amount) or 0) <= 0:
        return f'amount = "{rule.amount}": give a decimal number above 0, as text'
    return _endpoint_complaint(rule)


def _endpoint_complaint(rule: FaultRule) -> str:
    """An endpoint is a part of a name, so it is right if any name holds it."""
    if not rule.endpoint:
        return ""
    wrong = f'endpoint = "{rule.endpoint}": '
    if rule.name in OF_REQUESTS:
        fits = any(rule.endpoint in name for name in ENDPOINTS)
        return "" if fits else wrong + "no endpoint has this in its METHOD /path"
    if rule.name in OF_ORDERS:
        fits = any(rule.endpoint in name for name in ORDER_TYPES)
        return "" if fits else wrong + f"give a type of order: {', '.join(sorted(ORDER_TYPES))}"
    if rule.name in OF_FRAMES:
        topics = (f"{symbol}@{channel}" for symbol, channel in product(catalogue(), CHANNELS))
        placing = ("order",) if rule.name is FaultName.SOCKET_CUT else ()
        fits = any(rule.endpoint in name for name in (*EVENTS, *placing, *topics))
        names = ", ".join((*EVENTS, *placing))
        return "" if fits else wrong + f"give {names} or a topic such as BTC-USDT@markPrice"
    return wrong + "this fault is for no endpoint; leave it out"
