"""REST replies in every recorded shape."""

from __future__ import annotations

import msgspec
import pytest
from msgspec import Raw

from pink_actors.shm_layout import OrderKind, OrderSide, OrderStatus, PositionMode, Side
from pink_actors.venue import replies
from pink_actors.venue.evidence import accepted_echo
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.words import MARGIN_COINS

ECHOES = {
    "documented": b'{"order":{"symbol":"BTC-USDT","orderId":1735950529123455001,"side":"BUY",'
    b'"positionSide":"LONG","type":"MARKET","clientOrderId":"","workingType":"MARK_PRICE"}}',
    "demo 2024": b'{"order":{"orderId":1735950529123455001,"symbol":"BTC-USDT","positionSide":'
    b'"LONG","side":"BUY","type":"MARKET","price":0,"quantity":0.1,"stopPrice":0,"clientOrderID":'
    b'"Abc-1","timeInForce":"GTC","priceRate":0,"stopLoss":"","takeProfit":"","reduceOnly":false}}',
    "live 2026": b'{"orderId":1735950529123455001,"orderID":"1735950529123455001","symbol":'
    b'"BTC-USDT","positionSide":"LONG","side":"BUY","type":"MARKET","price":0,"quantity":0.1,'
    b'"stopPrice":0,"clientOrderID":"","clientOrderId":"abc-1","timeInForce":"GTC",'
    b'"closePosition":"","stopGuaranteed":"","status":"PENDING","avgPrice":"0.00",'
    b'"executedQty":"0.00","reduceOnly":false}',
}
ROW = (
    b'{"symbol":"LTC-USDT","orderId":1736012449498123456,"side":"SELL","positionSide":"LONG",'
    b'"type":"LIMIT","origQty":"1.0","price":"2.1710","executedQty":"0.0","avgPrice":"0.0000",'
    b'"cumQuote":"0","stopPrice":"","profit":"0.0000","commission":"0.000000","status":"PENDING",'
    b'"time":1702732596168,"updateTime":1702732596188,"clientOrderId":"","leverage":"15X",'
    b'"takeProfit":{"type":"","quantity":0},"stopLoss":"","postOnly":false,"reduceOnly":false}'
)


@pytest.mark.parametrize("shape", ECHOES)
def test_all_three_shapes_of_the_place_echo_are_taken_as_an_acknowledgement(shape: str) -> None:
    facts = accepted_echo(replies.order(Raw(ECHOES[shape])))
    assert facts.venue_order_id == 1735950529123455001
    assert (facts.order_side, facts.position_side) == (OrderSide.BUY, Side.LONG)
    assert facts.status is OrderStatus.WORKING
    assert facts.cum_qty_e8 is None and facts.avg_price_e12 is None
    assert facts.client_order_id in ("", "abc-1")


def test_flaw_e12_f23_the_bound_price_of_a_market_order_is_never_its_fill() -> None:
    row = ROW.replace(b'"LIMIT"', b'"MARKET"').replace(b'"2.1710"', b'"83.69"')
    row = row.replace(b'"avgPrice":"0.0000"', b'"avgPrice":"83.71"')
    row = row.replace(b'"executedQty":"0.0"', b'"executedQty":"1.0"')
    facts = replies.order_row(Raw(row))
    assert facts.avg_price_e12 == 83_710_000_000_000
    assert facts.price_e12 == 83_690_000_000_000
    assert facts.cum_qty_e8 == 100_000_000


def test_an_average_that_a_division_left_long_hides_no_fill_and_no_position() -> None:
    row = ROW.replace(b'"avgPrice":"0.0000"', b'"avgPrice":"0.30000000000000004"')
    row = row.replace(b'"executedQty":"0.0"', b'"executedQty":"1.0"')
    row = row.replace(b'"price":"2.1710"', b'"price":2.1709999999999998')
    facts = replies.order_row(Raw(row))
    assert facts.avg_price_e12 == 300_000_000_000
    assert facts.price_e12 == 2_171_000_000_000
    position = b'[{"symbol":"LTC-USDT","positionSide":"LONG","positionAmt":"0.1","avgPrice":"%s"}]'
    (held,) = replies.positions(Raw(position % b"83.53000000000000123"))
    assert held.entry_e12 == 83_530_000_000_000


def test_flaw_l3_an_average_of_zero_is_no_average() -> None:
    facts = replies.order_row(Raw(ROW.replace(b'"executedQty":"0.0"', b'"executedQty":"0.4"')))
    assert facts.cum_qty_e8 == 40_000_000
    assert facts.avg_price_e12 is None


def test_flaw_h7_l11_the_order_type_is_the_one_the_venue_names() -> None:
    assert replies.order_row(Raw(ROW)).order_kind is OrderKind.LIMIT
    other = replies.order_row(Raw(ROW.replace(b'"LIMIT"', b'"TRIGGER_LIMIT"')))
    assert other.order_kind is OrderKind.UNKNOWN


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("NEW", OrderStatus.WORKING), ("PENDING", OrderStatus.WORKING),
        ("PARTIALLY_FILLED", OrderStatus.WORKING), ("FILLED", OrderStatus.FILLED),
        ("CANCELLED", OrderStatus.CANCELLED), ("CANCELED", OrderStatus.CANCELLED),
        ("FAILED", OrderStatus.REJECTED), ("EXPIRED", OrderStatus.EXPIRED),
        ("SOMETHING_NEW", OrderStatus.UNKNOWN),
    ],
)  # fmt: skip
def test_flaw_h8_a_status_that_is_not_in_the_sheet_is_unknown(
    word: str, status: OrderStatus
) -> None:
    facts = replies.order_row(Raw(ROW.replace(b"PENDING", word.encode())))
    assert (facts.status, facts.status_word) == (status, word)


def test_fees_are_costs_and_times_are_the_venues() -> None:
    row = ROW.replace(b'"commission":"0.000000"', b'"commission":"-0.0025"')
    facts = replies.order_row(Raw(row))
    assert facts.cum_fee_e8 == 250_000
    assert (facts.created_ms, facts.updated_ms) == (1702732596168, 1702732596188)


BAD_ROWS = [
    ROW.replace(b"1736012449498123456", b"0"),
    ROW.replace(b"1736012449498123456", b"1.5"),
    ROW.replace(b'"SELL"', b'"HOLD"'),
    ROW.replace(b'"positionSide":"LONG"', b'"positionSide":"UP"'),
    ROW.replace(b'"origQty":"1.0"', b'"origQty":"-1.0"'),
    ROW.replace(b'"price":"2.1710"', b'"price":"1e40"'),
    ROW.replace(b'"price":"2.1710"', b'"price":{}'),
    ROW[:-20],
    b"[]",
    b"null",
    b"\xff\xfe",
]


@pytest.mark.parametrize("row", BAD_ROWS)
def test_an_order_that_cannot_be_is_malformed(row: bytes) -> None:
    with pytest.raises(Malformed):
        replies.order_row(Raw(row))


def test_positions_carry_their_side_and_flat_rows_are_left_out() -> None:
    row = b'{"symbol":"LTC-USDT","positionAmt":"%s","positionSide":"%s","avgPrice":"83.53",' \
          b'"leverage":6,"liquidationPrice":0,"updateTime":1721088016688}'  # fmt: skip
    data = Raw(b"[" + b",".join(
        row % pair for pair in
        [(b"0.1", b"LONG"), (b"0.2", b"SHORT"), (b"0", b"LONG"), (b"-0.3", b"BOTH")]
    ) + b"]")  # fmt: skip
    held = [(facts.side, facts.qty_e8) for facts in replies.positions(data)]
    assert held == [(Side.LONG, 10_000_000), (Side.SHORT, 20_000_000), (Side.SHORT, 30_000_000)]
    with pytest.raises(Malformed):
        replies.positions(Raw(b"[" + row % (b"-0.1", b"LONG") + b"]"))
    with pytest.raises(Malformed):
        replies.positions(Raw(b"[" + row % (b"", b"LONG") + b"]"))


def test_flaw_l4_l5_the_balance_is_the_margin_coins_row_and_says_what_it_was_not_told() -> None:
    unused = b'{"userId":"","asset":"USDC","balance":"","equity":"","availableMargin":""}'
    used = (
        b'{"asset":"%s","balance":"300.0000","equity":"299.5","availableMargin":"250",'
        b'"usedMargin":""}'
    )
    coins = MARGIN_COINS["paper"]
    for coin in (b"USDT", b"VST"):
        facts = replies.balance(Raw(b"[" + unused + b"," + used % coin + b"]"), coins)
        assert (facts.wallet_e8, facts.equity_e8) == (30_000_000_000, 29_950_000_000)
        assert facts.available_e8 == 25_000_000_000
        assert facts.used_margin_e8 is None
    with pytest.raises(Malformed):
        replies.balance(Raw(b"[" + unused + b"]"), coins)


@pytest.mark.parametrize(
    ("kind", "rows", "wallet_e8"),
    [
        ("demo", {"USDT": "0.0000", "VST": "5"}, 500_000_000),
        ("demo", {"USDT": "7", "VST": ""}, 700_000_000),
        ("live", {"VST": "5", "USDT": "0.0000"}, 0),
        ("live", {"VST": "5"}, None),
        ("paper", {"USDT": "0.30000000000000004"}, 30_000_000),
    ],
)
def test_the_margin_coin_is_the_one_of_the_kind_of_venue(
    kind: str, rows: dict[str, str], wallet_e8: int | None
) -> None:
    data = Raw(msgspec.json.encode([{"asset": c, "balance": b} for c, b in rows.items()]))
    if wallet_e8 is None:
        with pytest.raises(Malformed):
            replies.balance(data, MARGIN_COINS[kind])
        return
    facts = replies.balance(data, MARGIN_COINS[kind])
    assert facts.wallet_e8 == wallet_e8
    assert bool(facts.rounded) == (kind == "paper")


def test_of_a_row_that_makes_no_sense_the_name_may_still_be_read() -> None:
    row = b'{"symbol":"A-B","orderID":"7","side":"MAYBE","avgPrice":{},"clientOrderId":"Abc"}'
    with pytest.raises(Malformed):
        replies.order_row(Raw(row))
    facts = replies.order_name(Raw(row))
    assert (facts.symbol, facts.venue_order_id, facts.client_order_id) == ("A-B", 7, "abc")
    assert (facts.status, facts.cum_qty_e8) == (OrderStatus.UNKNOWN, None)
    for broken in (row.replace(b'"A-B"', b'""'), row.replace(b'"7"', b'"x"'), b'"A-B"'):
        with pytest.raises(Malformed):
            replies.order_name(Raw(broken))


def test_the_time_of_a_fill_is_read_with_its_offset() -> None:
    row = (
        b'{"filledTm":"2023-12-16T20:58:36Z","volume":"4.10","price":"3.1088","amount":"12.7",'
        b'"commission":"-0.0025","orderId":"1736007768311123456","tradeId":"241512",'
        b'"filledTime":"2023-12-16T20:58:36.000+0800","symbol":"WLD-USDT","role":"maker"}'
    )
    facts = replies.fill(Raw(row))
    assert facts.venue_ms == 1702731516000
    assert (facts.fill_id, facts.maker, facts.fee_e8) == ("241512", True, 250_000)
    for broken in (row.replace(b'"241512"', b'""'), row.replace(b"+0800", b""),
                   row.replace(b'"4.10"', b'"0"')):  # fmt: skip
        with pytest.raises(Malformed):
            replies.fill(Raw(broken))


def test_flaw_l7_an_id_of_zero_stays_that_id() -> None:
    row = (
        b'{"volume":"1","price":"2","commission":"0","orderId":7,"tradeId":0,"symbol":"A-B",'
        b'"filledTime":null}'
    )
    facts = replies.fill(Raw(row))
    assert (facts.fill_id, facts.fee_e8, facts.venue_ms) == ("0", 0, 0)
    income = b'[{"incomeType":"ADL","income":"0","time":0,"tranId":0}]'
    assert replies.incomes(Raw(income)).rows[0].income_id == "0"


def test_flaw_e16_a_tick_or_lot_of_zero_is_refused() -> None:
    row = (
        b'{"symbol":"BTC-USDT","quantityPrecision":4,"pricePrecision":1,"feeRate":0.0005,'
        b'"makerFeeRate":0.0002,"takerFeeRate":5e-4,"tradeMinQuantity":0.0001,"tradeMinUSDT":2,'
        b'"apiStateOpen":"true"}'
    )
    wanted = frozenset({"BTC-USDT"})
    (facts,), _ = replies.instruments(Raw(b"[" + row + b"]"), wanted)
    assert (facts.tick_e12, facts.lot_e8) == (100_000_000_000, 10_000)
    assert (facts.min_qty_e8, facts.min_notional_e8) == (10_000, 200_000_000)
    assert (facts.maker_fee_e8, facts.taker_fee_e8) == (20_000, 50_000)
    for broken in (row.replace(b'"pricePrecision":1', b'"pricePrecision":99'),
                   row.replace(b'"quantityPrecision":4,', b""),
                   row.replace(b'"pricePrecision":1', b'"pricePrecision":"x"')):  # fmt: skip
        rows = Raw(b"[" + broken + b",7," + row + b"]")
        found, unreadable = replies.instruments(rows, wanted)
        assert (found, len(unreadable)) == ([facts], 2)


def test_income_rows_of_fills_are_left_to_the_fills() -> None:
    rows = (
        b'[{"symbol":"LDO-USDT","incomeType":"FUNDING_FEE","income":"-0.0292","time":1702713615000,'
        b'"tranId":"17"},{"incomeType":"REALIZED_PNL","income":"3","time":1,"tranId":"18"},'
        b'{"incomeType":"TRANSFER","income":"100","time":5,"tranId":""}]'
    )
    funding, transfer = replies.incomes(Raw(rows)).rows
    assert (funding.income_id, funding.kind, funding.amount_e8) == ("17", 1, -2_920_000)
    assert transfer.income_id == "TRANSF-5-10000000000"
    assert replies.incomes(Raw(b"null")).rows == []


@pytest.mark.parametrize("data", [b"", b"{}", b'{"list":[]}', b'"busy"'])
def test_a_list_that_is_not_told_is_not_an_empty_one(data: bytes) -> None:
    assert replies.orders(Raw(b'{"orders":null}')) == ()
    with pytest.raises(Malformed):
        replies.orders(Raw(data))
    with pytest.raises(Malformed):
        replies.incomes(Raw(data))


def test_the_envelope_is_read_in_all_its_shapes() -> None:
    assert replies.body(b'{"code":"0","msg":"","data":{}}').code == 0
    assert replies.body(b'{"code":109421,"msg":"order not exist","data":null}').code == 109421
    assert replies.body(b'{"listenKey":"abc"}', bare=True).listen_key == "abc"
    assert replies.body(b"{}", bare=True).code == 0
    for broken in (b"", b"{}", b'{"listenKey":"abc"}', b"<html>", b'{"code":1e40}', b'{"code":[]}',
                   b'{"code":99999999999}', b"[" * 5000):  # fmt: skip
        with pytest.raises(Malformed):
            replies.body(broken)


def test_position_mode_is_a_word() -> None:
    assert replies.position_mode(Raw(b'{"dualSidePosition":"true"}')) is PositionMode.HEDGE
    assert replies.position_mode(Raw(b'{"dualSidePosition":false}')) is PositionMode.ONE_WAY
    with pytest.raises(Malformed):
        replies.position_mode(Raw(b"{}"))
