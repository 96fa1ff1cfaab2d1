"""Stream frames: recorded ones, odd ones, and hostile ones."""

from __future__ import annotations

import gzip
import random

import pytest

from pink_actors.shm_layout import Has, OrderStatus, Report, Side
from pink_actors.venue import frames, reports
from pink_actors.venue.numbers import Malformed
from pink_actors.venue.reports import Arrival

ORDER = (
    b'{"e":"ORDER_TRADE_UPDATE","E":1758608899350,"T":1758608899316,"o":{"s":"BTC-USDT","c":"",'
    b'"i":1970374651259388001,"S":"SELL","o":"MARKET","q":"0.00100000","p":"437.12006772",'
    b'"sp":"0.00000000","ap":"437.10000000","x":"TRADE","X":"FILLED","N":"USDT","n":"-0.05642405",'
    b'"T":1758608899316,"wt":"","ps":"SHORT","rp":"0.00000000","z":"0.00100000","sg":"false",'
    b'"ti":0,"ro":false,"td":511178071,"tv":"112.8"}}'
)
ACCOUNT = (
    b'{"e":"ACCOUNT_UPDATE","E":1758608899352,"a":{"m":"FUNDING_FEE","B":[{"a":"USDT",'
    b'"wb":"117.80007595","cw":"95.23045595","bc":"0"}],"P":[{"s":"BTC-USDT","pa":"0.001"}]}}'
)
BOOK = (
    b'{"code":0,"dataType":"BTC-USDT@bookTicker","data":{"e":"bookTicker","u":578534658,"E":5,'
    b'"T":5,"s":"BTC-USDT","b":"121584.1","B":"18.7084","a":"121584.3","A":"4.9602"}}'
)
ARRIVAL = Arrival(wall_ns=1, mono_ns=2)


def order_event(data: bytes) -> frames.OrderEvent:
    """The order event in a frame."""
    event = frames.user_event(data)
    assert isinstance(event, frames.OrderEvent)
    return event


@pytest.mark.parametrize("name", [b"ORDER_TRADE_UPDATE", b"TRADE_UPDATE"])
def test_an_order_event_is_read_under_both_of_its_names(name: bytes) -> None:
    facts = order_event(gzip.compress(ORDER.replace(b"ORDER_TRADE_UPDATE", name))).facts
    assert facts.venue_order_id == 1970374651259388001
    assert (facts.status, facts.position_side) == (OrderStatus.FILLED, Side.SHORT)
    assert facts.cum_qty_e8 == 100_000
    assert facts.avg_price_e12 == 437_100_000_000_000


def test_prices_that_the_venue_computed_hide_no_fill_by_their_digits() -> None:
    frame = ORDER.replace(b'"437.10000000"', b"437.1000000000000227")
    frame = frame.replace(b'"437.12006772"', b"437.12006772000001")
    facts = order_event(frame).facts
    assert facts.avg_price_e12 == 437_100_000_000_000
    assert facts.price_e12 == 437_120_067_720_000


def test_flaw_j5_k11_an_event_carries_the_venues_time_and_never_ours() -> None:
    facts = order_event(ORDER).facts
    assert facts.updated_ms == 1758608899316
    bare = ORDER.replace(b'"T":1758608899316,', b"").replace(b'"E":1758608899350,', b"")
    report = reports.order_state(order_event(bare).facts, ARRIVAL)
    assert report.venue_wall_ms == 0
    assert not report.has & Has.VENUE_TIME
    assert (report.recv_wall_ns, report.recv_mono_ns) == (1, 2)


def test_a_stream_fee_that_may_be_partial_is_not_told_as_the_orders_fee() -> None:
    report = reports.order_state(order_event(ORDER).facts, ARRIVAL)
    assert not report.has & Has.CUM_FEE
    assert report.has & Has.AVG_PRICE
    assert Report.decode(report.encode()) == report


def test_an_id_in_text_and_the_spelling_with_two_l_are_read_too() -> None:
    text = ORDER.replace(b"1970374651259388001", b'"1970374651259388001"')
    text = text.replace(b'"X":"FILLED"', b'"X":"CANCELLED"').replace(b'"ps":"SHORT"', b'"ps":""')
    facts = order_event(text).facts
    assert (facts.status, facts.position_side) == (OrderStatus.CANCELLED, Side.NONE)


def test_flaw_l5_a_wallet_that_is_not_told_is_not_zero() -> None:
    event = frames.user_event(ACCOUNT)
    assert isinstance(event, frames.AccountEvent)
    assert (event.reason, event.wallet_e8) == ("FUNDING_FEE", 11_780_007_595)
    silent = frames.user_event(ACCOUNT.replace(b'"wb":"117.80007595",', b""))
    assert isinstance(silent, frames.AccountEvent)
    assert silent.wallet_e8 is None


def test_the_wallet_of_a_demo_account_is_its_vst() -> None:
    row = b'{"a":"USDT","wb":"0.0000"},{"a":"VST","wb":"99.5"},{"a":"USDC","wb":"7"}'
    event = frames.user_event(b'{"e":"ACCOUNT_UPDATE","E":1,"a":{"m":"ORDER","B":[' + row + b"]}}")
    assert isinstance(event, frames.AccountEvent)
    assert event.wallet_e8 == 9_950_000_000


def test_flaw_l14_an_expired_key_is_an_event_and_no_error() -> None:
    event = frames.user_event(b'{"e":"listenKeyExpired","E":1676964520421,"listenKey":"53c1"}')
    assert event == frames.KeyExpired("53c1")


def test_the_other_user_events_are_known_and_strange_ones_are_named() -> None:
    config = b'{"e":"ACCOUNT_CONFIG_UPDATE","E":1,"ac":{"s":"BTC-USDT","l":12,"S":9,"mt":"cross"}}'
    assert frames.user_event(config) == frames.ConfigEvent("BTC-USDT", 12, 9)
    assert frames.user_event(b'{"e":"SNAPSHOT","E":1,"ac":{}}') == frames.Snapshot()
    assert frames.user_event(gzip.compress(b"Ping")) == frames.Ping()
    assert frames.user_event(b"Ping") == frames.Ping()
    assert frames.user_event(b'{"e":"NOVELTY"}') == frames.Unknown("NOVELTY")
    assert isinstance(frames.user_event(b"{}"), frames.Unknown)


def test_in_the_book_ticker_small_letters_are_prices_and_capitals_quantities() -> None:
    event = frames.market_event(gzip.compress(BOOK))
    assert isinstance(event, frames.MarkEvent)
    assert (event.bid_e12, event.ask_e12) == (121_584_100_000_000_000, 121_584_300_000_000_000)
    assert (event.bid_qty_e8, event.ask_qty_e8) == (1_870_840_000, 496_020_000)


def test_flaw_j3_mark_last_and_bars_are_typed_with_the_venues_time() -> None:
    mark = frames.market_event(
        b'{"code":0,"dataType":"B-U@markPrice","marketTime":9,"data":'
        b'{"e":"markPriceUpdate","E":7,"s":"B-U","p":"121570.0"}}'
    )
    assert mark == frames.MarkEvent("B-U", 7, 9, mark_e12=121_570 * 10**12)
    last = frames.market_event(
        b'{"code":0,"dataType":"B-U@lastPrice","data":'
        b'{"e":"lastPriceUpdate","E":7,"s":"B-U","c":"5"}}'
    )
    assert last == frames.MarkEvent("B-U", 7, 0, last_e12=5 * 10**12)
    bar = frames.market_event(
        b'{"code":0,"dataType":"B-U@kline_1m","s":"B-U","data":[{"c":"2","o":"1","h":"3","l":"1",'
        b'"v":"9","T":60000},{"c":"2","o":"2","h":"4","l":"2","v":"9","T":120000}]}'
    )
    assert isinstance(bar, frames.MarkEvent)
    assert (bar.open_e12, bar.high_e12, bar.low_e12) == (2 * 10**12, 4 * 10**12, 2 * 10**12)


HOSTILE = [
    b"", b"\x00", b"{", b"[]", b"null", b"\x1f\x8b", gzip.compress(ORDER)[:-9],
    gzip.compress(ORDER)[:40], b"\x1f\x8b" + bytes(30),
    gzip.compress(b" " * (frames.FRAME_SIZE_MAX + 1)), b" " * (frames.FRAME_SIZE_MAX + 1),
    ORDER.replace(b"1970374651259388001", b"1e18"),
    ORDER.replace(b"1970374651259388001", b"-5"),
    ORDER.replace(b'"z":"0.00100000"', b'"z":"-1"'),
    ORDER.replace(b'"z":"0.00100000"', b'"z":"1e40"'),
    ORDER.replace(b'"S":"SELL"', b'"S":7'),
    ORDER.replace(b'"o":{', b'"o":[{').replace(b"}}", b"}]}"),
    b'{"e":"ORDER_TRADE_UPDATE"}', b'{"e":"ACCOUNT_UPDATE","a":7}', b'{"e":7}', b"[" * 100_000,
    b'{"e":"\xff"}',
]  # fmt: skip


@pytest.mark.parametrize("index", range(len(HOSTILE)))
def test_a_frame_that_cannot_be_read_is_malformed_and_nothing_worse(index: int) -> None:
    with pytest.raises(Malformed):
        frames.user_event(HOSTILE[index])


@pytest.mark.parametrize("price", [b'"0"', b'"-1"', b'""', b'"1e40"', b"null"])
def test_flaw_l3_a_market_price_that_is_not_above_zero_is_malformed(price: bytes) -> None:
    with pytest.raises(Malformed):
        frames.market_event(BOOK.replace(b'"121584.1"', price))


def test_mutated_frames_end_as_an_event_or_as_malformed() -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    originals = (ORDER, ACCOUNT, BOOK, gzip.compress(ORDER))
    for _ in range(5_000):
        data = bytearray(rng.choice(originals))
        for _ in range(rng.randint(1, 6)):
            data[rng.randrange(len(data))] = rng.randrange(256)
        for read in (frames.user_event, frames.market_event):
            try:
                event = read(bytes(data))
            except Malformed:
                continue
            if isinstance(event, frames.OrderEvent):
                report = reports.order_state(event.facts, ARRIVAL)
                assert Report.decode(report.encode()) == report
