"""A strategy's decision as an Intent record: exact conversion, nothing filled in silently."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from pink_actors.policy.strategy import Cancel, Decision, Enter, Exit, ExitResidual
from pink_actors.shm_layout import InputKind, Intent, OrderKind, Side, TimeInForce

ANY_SLOT = 0xFFFF
LEGS_MAX = 8
I64_MAX = 2**63 - 1
PRICE_SCALE = 12
AMOUNT_SCALE = 8
TEXT_MAX = 120
NOTE_TTL_MS = 60_000


class BadDecision(ValueError):
    """A decision that cannot be put into an Intent; the message names field and value."""


class Stamp(NamedTuple):
    """Identity and time of one intent."""

    intent_id: int
    trade_id: str  # used where the decision leaves its own out
    wall_ns: int
    mono_ns: int


def scaled(name: str, value: Decimal | None, scale: int) -> int:
    """`value` * 10**scale as an integer; None is 0. More decimals than `scale` are refused."""
    if value is None:
        return 0
    if not isinstance(value, Decimal):
        raise BadDecision(f"{name} must be a Decimal, not {type(value).__name__} {value!r}")
    if not value.is_finite():
        raise BadDecision(f"{name} is {value}")
    shifted = value.scaleb(scale)
    number = int(shifted)
    if number != shifted:
        raise BadDecision(f"{name} {value} has more than {scale} decimals")
    if abs(number) > I64_MAX:
        raise BadDecision(f"{name} {value} is out of range")
    return number


def positive(name: str, value: Decimal | None, scale: int) -> int:
    """Like `scaled`, for a figure that must be above zero when it is given."""
    if isinstance(value, Decimal) and value.is_finite() and value <= 0:
        raise BadDecision(f"{name} {value} is not above zero")
    return scaled(name, value, scale)


def plain(text: str) -> str:
    """Text as the record can hold it: printable ASCII, cut."""
    return "".join(c if " " <= c <= "~" else "?" for c in text)[:TEXT_MAX]


def intent_from(decision: Decision, stamp: Stamp) -> Intent:
    """The Intent for `decision`, or BadDecision."""
    blank = Intent.zero()._replace(
        slot_id=ANY_SLOT,
        intent_id=stamp.intent_id,
        created_wall_ns=stamp.wall_ns,
        created_mono_ns=stamp.mono_ns,
    )
    if isinstance(decision, Enter):
        return _enter(blank, decision, stamp)
    if isinstance(decision, Exit):
        exit_intent = blank._replace(
            kind=InputKind.EXIT,
            trade_id=decision.trade_id,
            qty_e8=positive("qty", decision.qty, AMOUNT_SCALE),
            bars_held=decision.bars_held,
            ttl_ms=decision.ttl_ms,
            text=plain(decision.reason),
        )
        return _priced(exit_intent, decision.order_kind, decision.price, decision.tif)
    if isinstance(decision, ExitResidual):
        return _by_trade(blank, InputKind.EXIT_RESIDUAL, decision)
    if isinstance(decision, Cancel):
        return _by_trade(blank, InputKind.CANCEL, decision)
    return blank._replace(
        kind=InputKind.NOTE, symbol=decision.symbol, ttl_ms=NOTE_TTL_MS, text=plain(decision.text)
    )


def _by_trade(blank: Intent, kind: InputKind, decision: ExitResidual | Cancel) -> Intent:
    return blank._replace(
        kind=kind,
        trade_id=decision.trade_id,
        order_kind=OrderKind.MARKET,
        ttl_ms=decision.ttl_ms,
        text=plain(decision.reason),
    )


def _enter(blank: Intent, decision: Enter, stamp: Stamp) -> Intent:
    legs = decision.leg_ratios
    if not 1 <= len(legs) <= LEGS_MAX:
        raise BadDecision(f"leg_ratios has {len(legs)} legs; 1 to {LEGS_MAX} are possible")
    ratios = tuple(positive("leg_ratios", leg, AMOUNT_SCALE) for leg in legs)
    if decision.side not in (Side.LONG, Side.SHORT):
        raise BadDecision(f"side must be LONG or SHORT, not {decision.side!r}")
    intent = blank._replace(
        kind=InputKind.ENTER,
        side=decision.side,
        leverage=decision.leverage,
        trade_id=decision.trade_id or stamp.trade_id,
        symbol=decision.symbol,
        qty_e8=positive("qty", decision.qty, AMOUNT_SCALE),
        reference_price_e12=positive("reference_price", decision.reference_price, PRICE_SCALE),
        stop_loss_e12=positive("stop_loss", decision.stop_loss, PRICE_SCALE),
        take_profit_e12=positive("take_profit", decision.take_profit, PRICE_SCALE),
        trail_e12=positive("trailing_stop", decision.trailing_stop, PRICE_SCALE),
        ttl_ms=decision.ttl_ms,
        leg_count=len(legs),
        leg_ratios_e8=ratios + (0,) * (LEGS_MAX - len(legs)),
        confidence_e8=scaled("confidence", decision.confidence, AMOUNT_SCALE),
        text=plain(decision.reason),
    )
    return _priced(intent, decision.order_kind, decision.price, decision.tif)


def _priced(intent: Intent, kind: OrderKind, price: Decimal | None, tif: TimeInForce) -> Intent:
    """`intent` with order kind, price and time in force, which must fit each other."""
    if kind == OrderKind.MARKET and (price is not None or tif != TimeInForce.NONE):
        raise BadDecision("a MARKET order takes neither price nor time in force")
    if kind == OrderKind.LIMIT and (price is None or tif == TimeInForce.NONE):
        raise BadDecision("a LIMIT order needs a price and a time in force")
    if kind not in (OrderKind.MARKET, OrderKind.LIMIT):
        raise BadDecision(f"order_kind must be MARKET or LIMIT, not {kind!r}")
    return intent._replace(
        order_kind=kind, price_e12=positive("price", price, PRICE_SCALE), tif=tif
    )
