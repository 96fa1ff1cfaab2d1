"""Which found order is ours, and what an echo proves."""

from __future__ import annotations

import pytest

from pink_actors.shm_layout import (
    Code,
    Command,
    CommandKind,
    OrderKind,
    OrderSide,
    OrderStatus,
    PositionMode,
    Side,
    TimeInForce,
)
from pink_actors.venue import quantise, requests
from pink_actors.venue.evidence import (
    SAME,
    accepted_echo,
    difference,
    echo_difference,
    echo_mismatch,
    match_unnamed,
    mismatch,
)
from pink_actors.venue.facts import InstrumentFacts, OrderFacts
from pink_actors.venue.requests import Unsendable
from pink_actors.venue.signing import RECV_WINDOW_MS_MAX

SENT_MS = 1_700_000_000_000
COMMAND = Command.zero()._replace(
    kind=CommandKind.SUBMIT, symbol="BTC-USDT", order_side=OrderSide.SELL,
    position_side=Side.LONG, order_kind=OrderKind.STOP_MARKET, qty_e8=1_000_000,
    trigger_e12=30_000 * 10**12, client_order_id="tag-1-1-s0-1", submitted_wall_ms=SENT_MS,
    position_mode=PositionMode.ONE_WAY, reduce_only=1,
)  # fmt: skip
FACTS = OrderFacts(
    symbol="BTC-USDT", venue_order_id=7, client_order_id="", order_side=OrderSide.SELL,
    position_side=Side.NONE, order_kind=OrderKind.STOP_MARKET, tif=TimeInForce.NONE,
    status=OrderStatus.WORKING, status_word="NEW", reduce_only=True, qty_e8=1_000_000,
    price_e12=None, trigger_e12=30_000 * 10**12, cum_qty_e8=0, avg_price_e12=None, cum_fee_e8=0,
    created_ms=SENT_MS + 20, updated_ms=0, market_ms=0,
)  # fmt: skip
OTHERS = {
    "symbol": FACTS._replace(symbol="ETH-USDT"),
    "side": FACTS._replace(order_side=OrderSide.BUY),
    "type": FACTS._replace(order_kind=OrderKind.TAKE_PROFIT_MARKET),
    "quantity": FACTS._replace(qty_e8=1_000_001),
    "client id": FACTS._replace(client_order_id="somebody"),
    "age": FACTS._replace(created_ms=SENT_MS - 60_000),
}


def test_an_order_of_the_same_features_is_ours() -> None:
    assert mismatch(COMMAND, FACTS, 0) == ""
    assert match_unnamed(COMMAND, [FACTS], set(), 0) == [FACTS]


def test_an_order_made_while_the_venues_clock_was_back_unnoticed_is_ours() -> None:
    """Its reply was lost; taken for older than its command it would be sent again."""
    early = FACTS._replace(created_ms=SENT_MS - RECV_WINDOW_MS_MAX)
    assert match_unnamed(COMMAND, [early], set(), 0) == [early]
    assert match_unnamed(COMMAND, [early._replace(created_ms=early.created_ms - 1)], set(), 0) == []


@pytest.mark.parametrize("what", OTHERS)
def test_flaw_g9_an_order_that_differs_in_anything_is_not_ours(what: str) -> None:
    assert mismatch(COMMAND, OTHERS[what], 0)
    assert match_unnamed(COMMAND, [OTHERS[what]], set(), 0) == []


def test_an_order_is_too_old_only_on_every_clock_the_venue_has_shown() -> None:
    assert mismatch(COMMAND, OTHERS["age"], -60_000) == ""


def test_an_order_with_our_id_is_ours_where_a_clock_was_set_right_since() -> None:
    named = OTHERS["age"]._replace(client_order_id=COMMAND.client_order_id)
    assert mismatch(COMMAND, named, 0) == ""
    assert mismatch(COMMAND, named._replace(created_ms=SENT_MS - 86_400_000), 0)


def test_an_unnamed_order_of_another_trigger_or_of_another_command_is_not_ours() -> None:
    other = FACTS._replace(trigger_e12=31_000 * 10**12)
    assert match_unnamed(COMMAND, [other], set(), 0) == []
    assert match_unnamed(COMMAND, [FACTS], {FACTS.venue_order_id}, 0) == []


def test_two_candidates_are_both_named_so_that_none_is_guessed() -> None:
    twin = FACTS._replace(venue_order_id=8)
    assert len(match_unnamed(COMMAND, [FACTS, twin], set(), 0)) == 2


def test_what_the_venue_truncated_shows_in_the_echo() -> None:
    named = COMMAND._replace(order_kind=OrderKind.MARKET, trigger_e12=0)
    echo = FACTS._replace(
        order_kind=OrderKind.MARKET, client_order_id="tag-1-1-s0-1", trigger_e12=None
    )
    assert echo_difference(named, echo) == SAME
    assert "quantity" in echo_difference(named, echo._replace(qty_e8=999_999)).text
    assert "no client id" in echo_difference(named, echo._replace(client_order_id="")).text
    assert "trigger" in echo_difference(COMMAND, FACTS._replace(trigger_e12=1)).text
    # The answer to our own request is ours, whatever the venue cut off it.
    assert echo_mismatch(COMMAND, FACTS._replace(qty_e8=999_999), 0) == ""
    assert echo_mismatch(COMMAND, FACTS._replace(order_side=OrderSide.BUY), 0)


def test_an_exact_name_outweighs_the_quantity_but_neither_symbol_nor_side() -> None:
    cut = FACTS._replace(client_order_id=COMMAND.client_order_id, qty_e8=999_999)
    assert mismatch(COMMAND, cut, 0) == ""
    assert match_unnamed(COMMAND, [cut], set(), 0) == [cut]
    assert mismatch(COMMAND, cut._replace(symbol="ETH-USDT"), 0)
    assert mismatch(COMMAND, cut._replace(order_side=OrderSide.BUY), 0)
    numbered = COMMAND._replace(venue_order_id=FACTS.venue_order_id)
    assert mismatch(numbered, cut._replace(client_order_id=""), 0) == ""
    assert "number" in mismatch(numbered, cut._replace(venue_order_id=8), 0)


PRICED = COMMAND._replace(
    order_kind=OrderKind.LIMIT, tif=TimeInForce.POST_ONLY, price_e12=30_000 * 10**12, trigger_e12=0
)
AS_PRICED = FACTS._replace(
    order_kind=OrderKind.LIMIT, tif=TimeInForce.POST_ONLY, price_e12=30_000 * 10**12,
    trigger_e12=None, client_order_id=COMMAND.client_order_id,
)  # fmt: skip
TRAILING = COMMAND._replace(
    order_kind=OrderKind.TRAILING_STOP_MARKET, price_e12=5 * 10**12, trigger_e12=0
)
AS_TRAILING = FACTS._replace(order_kind=OrderKind.TRAILING_STOP_MARKET, price_e12=5 * 10**12)
MARKET = COMMAND._replace(order_kind=OrderKind.MARKET, trigger_e12=0)
AS_MARKET = AS_PRICED._replace(order_kind=OrderKind.MARKET, tif=TimeInForce.GTC)
UNDERSTOOD = [
    (PRICED, AS_PRICED, "", False),
    (PRICED, AS_PRICED._replace(price_e12=None, qty_e8=None, tif=TimeInForce.NONE), "", False),
    (PRICED, AS_PRICED._replace(price_e12=29_999 * 10**12), "price", True),
    (PRICED, AS_PRICED._replace(qty_e8=999_999), "quantity", True),
    (PRICED, AS_PRICED._replace(reduce_only=False), "reduce only", True),
    (PRICED, AS_PRICED._replace(reduce_only=None), "", False),
    (PRICED._replace(reduce_only=0), AS_PRICED, "reduce only", True),
    (PRICED, AS_PRICED._replace(position_side=Side.SHORT), "position side", True),
    (PRICED, AS_PRICED._replace(position_side=Side.LONG), "", False),
    (PRICED, AS_PRICED._replace(tif=TimeInForce.GTC), "time in force", False),
    (TRAILING, AS_TRAILING, "", False),
    (TRAILING, AS_TRAILING._replace(trigger_e12=7), "", False),
    (TRAILING, AS_TRAILING._replace(price_e12=6 * 10**12), "price", True),
    (COMMAND, FACTS, "", False),
    (COMMAND, FACTS._replace(trigger_e12=1), "trigger", True),
    # Of a MARKET order price is a bound and time in force a word without meaning.
    (MARKET, AS_MARKET._replace(price_e12=1), "", False),
    (MARKET, AS_MARKET._replace(qty_e8=1), "quantity", True),
    # What a cancel does not describe cannot be understood otherwise.
    (PRICED._replace(qty_e8=0, price_e12=0), AS_PRICED, "", False),
]  # fmt: skip


@pytest.mark.parametrize(("command", "facts", "text", "grave"), UNDERSTOOD)
def test_all_that_the_venue_tells_of_an_order_is_compared_with_what_was_commanded(
    command: Command, facts: OrderFacts, text: str, grave: bool
) -> None:
    found = difference(command, facts)
    assert (found.text[: len(text)], bool(found.text), found.grave) == (text, bool(text), grave)


def test_in_hedge_mode_reduce_only_is_not_compared() -> None:
    hedge = PRICED._replace(position_mode=PositionMode.HEDGE, reduce_only=0)
    assert difference(hedge, AS_PRICED._replace(position_side=Side.LONG)) == SAME
    assert difference(hedge, AS_PRICED._replace(position_side=Side.SHORT)).grave


def test_flaw_g9_an_unnamed_order_of_another_limit_is_not_ours() -> None:
    unnamed = AS_PRICED._replace(client_order_id="")
    assert match_unnamed(PRICED, [unnamed], set(), 0) == [unnamed]
    assert match_unnamed(PRICED, [unnamed._replace(price_e12=1)], set(), 0) == []
    assert match_unnamed(TRAILING, [AS_TRAILING._replace(price_e12=1)], set(), 0) == []


def test_a_status_that_is_not_in_the_sheet_stays_unknown_in_an_echo() -> None:
    unknown = FACTS._replace(status=OrderStatus.UNKNOWN, status_word="SUSPENDED")
    assert accepted_echo(unknown).status is OrderStatus.UNKNOWN


def test_flaw_f19_an_echo_is_an_acknowledgement_unless_it_proves_a_whole_fill() -> None:
    filled = FACTS._replace(status=OrderStatus.FILLED, cum_qty_e8=1_000_000, avg_price_e12=5)
    assert accepted_echo(filled).status is OrderStatus.FILLED
    for claim in (
        filled._replace(avg_price_e12=None),
        filled._replace(cum_qty_e8=0),
        filled._replace(cum_qty_e8=999_999),
    ):
        assert accepted_echo(claim).status is OrderStatus.WORKING
    assert accepted_echo(FACTS._replace(status=OrderStatus.NONE)).status is OrderStatus.WORKING


RULES = InstrumentFacts(
    symbol="BTC-USDT", tick_e12=10**11, lot_e8=10_000, min_qty_e8=20_000,
    min_notional_e8=200_000_000, maker_fee_e8=0, taker_fee_e8=0, open_to_api=True,
)  # fmt: skip
LIMIT = COMMAND._replace(
    order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC, price_e12=30_000 * 10**12, trigger_e12=0,
    adds_risk=1,
)  # fmt: skip


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (LIMIT, Code.OK),
        (LIMIT._replace(qty_e8=1_000_001), Code.LOT),
        (LIMIT._replace(price_e12=30_000 * 10**12 + 1), Code.TICK),
        (COMMAND._replace(trigger_e12=1), Code.TICK),
        (LIMIT._replace(qty_e8=10_000), Code.MIN_QUANTITY),
        (LIMIT._replace(qty_e8=20_000, price_e12=10**12), Code.MIN_NOTIONAL),
        (LIMIT._replace(qty_e8=10_000, adds_risk=0), Code.OK),
    ],
)
def test_flaw_e16_what_is_off_the_grid_is_named_before_it_is_sent(
    command: Command, code: Code
) -> None:
    assert quantise.refusal(command, RULES) is code


def params(command: Command, mode: PositionMode = PositionMode.ONE_WAY) -> dict[str, str]:
    """The parameters of a place request."""
    return dict(requests.place_order(command, mode).params)


def test_flaw_e3_e11_m18_every_order_type_says_all_that_belongs_to_it() -> None:
    limit = params(LIMIT._replace(tif=TimeInForce.POST_ONLY, client_order_id="ABC-1"))
    assert (limit["price"], limit["timeInForce"]) == ("30000", "PostOnly")
    assert (limit["quantity"], limit["clientOrderId"]) == ("0.01", "abc-1")
    stop = params(COMMAND._replace(reduce_only=1))
    assert (stop["stopPrice"], stop["workingType"]) == ("30000", "MARK_PRICE")
    assert stop["reduceOnly"] == "true"
    assert "clientOrderId" not in stop
    trailing = params(
        COMMAND._replace(order_kind=OrderKind.TRAILING_STOP_MARKET, price_e12=5 * 10**12)
    )
    assert (trailing["price"], trailing["activationPrice"]) == ("5", "30000")


def test_reduce_only_is_said_in_one_way_mode_and_the_side_in_hedge_mode() -> None:
    closing = COMMAND._replace(reduce_only=1)
    assert params(closing)["positionSide"] == "BOTH"
    hedge = params(closing, PositionMode.HEDGE)
    assert hedge["positionSide"] == "LONG"
    assert "reduceOnly" not in hedge


@pytest.mark.parametrize(
    "command",
    [
        COMMAND._replace(order_kind=OrderKind.UNKNOWN),
        COMMAND._replace(order_side=OrderSide.NONE),
        COMMAND._replace(qty_e8=-1),
        COMMAND._replace(trigger_e12=0),
        LIMIT._replace(tif=TimeInForce.NONE),
        LIMIT._replace(price_e12=-5),
        LIMIT._replace(client_order_id=""),
    ],
)
def test_flaw_h8_a_command_that_says_too_little_is_refused_and_nothing_is_assumed(
    command: Command,
) -> None:
    with pytest.raises(Unsendable):
        requests.place_order(command, PositionMode.ONE_WAY)


def test_an_unknown_position_mode_sends_nothing() -> None:
    with pytest.raises(Unsendable):
        requests.place_order(LIMIT, PositionMode.UNKNOWN)
