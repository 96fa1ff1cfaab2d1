"""Decisions become intents exactly, or are refused with the field that is wrong."""

from decimal import Decimal

import pytest

from pink_actors.policy.intents import BadDecision, Stamp, intent_from
from pink_actors.policy.strategy import Cancel, Decision, Enter, Exit, Note
from pink_actors.shm_layout import InputKind, Intent, OrderKind, Side, TimeInForce

STAMP = Stamp(intent_id=7, trade_id="made-1", wall_ns=1, mono_ns=2)
D = Decimal


def enter(**changes: object) -> Enter:
    fields: dict[str, object] = {"symbol": "BTC-USDT", "side": Side.LONG, "qty": D("0.01")}
    return Enter(**{**fields, **changes})  # type: ignore[arg-type]


def test_flaw_e3_m18_a_limit_entry_keeps_its_kind_price_and_time_in_force() -> None:
    decision = enter(order_kind=OrderKind.LIMIT, price=D("97012.5"), tif=TimeInForce.POST_ONLY)
    intent = intent_from(decision, STAMP)
    assert intent.kind == InputKind.ENTER
    assert intent.order_kind == OrderKind.LIMIT
    assert intent.price_e12 == 97_012_500_000_000_000
    assert intent.tif == TimeInForce.POST_ONLY
    assert Intent.decode(intent.encode()) == intent


def test_flaw_f28_every_typed_field_of_a_decision_arrives() -> None:
    decision = enter(
        leverage=3,
        leg_ratios=(D("0.6"), D("0.6"), D(1)),
        stop_loss=D("90000"),
        take_profit=D("99000"),
        reference_price=D("97000.1"),
        trade_id="mine-9",
        ttl_ms=1500,
        confidence=D("0.75"),
        reason="because",
    )
    intent = intent_from(decision, STAMP)
    assert (intent.intent_id, intent.trade_id, intent.leverage) == (7, "mine-9", 3)
    assert intent.leg_count == 3
    assert intent.leg_ratios_e8 == (60_000_000, 60_000_000, 100_000_000, 0, 0, 0, 0, 0)
    assert intent.stop_loss_e12 == 90_000 * 10**12
    assert intent.take_profit_e12 == 99_000 * 10**12
    assert intent.reference_price_e12 == 97_000_100_000_000_000
    assert (intent.ttl_ms, intent.confidence_e8, intent.text) == (1500, 75_000_000, "because")
    assert intent_from(Exit("mine-9", bars_held=106), STAMP).bars_held == 106
    assert intent_from(enter(trailing_stop=D("250.5")), STAMP).trail_e12 == 250_500_000_000_000


@pytest.mark.parametrize(
    ("decision", "names"),
    [
        (enter(qty=D("NaN")), "qty"),
        (enter(qty=D("0.123456789")), "more than 8 decimals"),
        (enter(qty=D("-1")), "not above zero"),
        (enter(qty=D("1e12")), "out of range"),
        (enter(qty=0.1), "must be a Decimal"),
        (enter(order_kind=OrderKind.LIMIT), "needs a price"),
        (enter(price=D(1)), "MARKET order takes neither"),
        (enter(order_kind=OrderKind.STOP_MARKET), "MARKET or LIMIT"),
        (enter(leg_ratios=()), "0 legs"),
        (enter(leg_ratios=(D(0),)), "leg_ratios 0 is not above zero"),
        (enter(side=Side.NONE), "side must be"),
        (Exit("t", qty=D(0)), "qty 0 is not above zero"),
    ],
)
def test_flaw_g7_a_figure_that_cannot_be_traded_is_refused(decision: Decision, names: str) -> None:
    with pytest.raises(BadDecision, match=names):
        intent_from(decision, STAMP)


def test_an_exit_without_quantity_means_the_next_leg() -> None:
    intent = intent_from(Exit("t-1"), STAMP)
    assert (intent.kind, intent.qty_e8, intent.trade_id) == (InputKind.EXIT, 0, "t-1")


def test_cancel_and_note_name_what_they_are() -> None:
    assert intent_from(Cancel("t-1"), STAMP).kind == InputKind.CANCEL
    note = intent_from(Note("zażółć" + "x" * 200), STAMP)
    assert note.kind == InputKind.NOTE
    assert note.text.startswith("za???") and len(note.text) == 120
