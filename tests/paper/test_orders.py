"""Orders by their names: amended within what the account can carry, found under their symbol."""

import time
from pathlib import Path

import pytest

from pink_actors.paper import entries as e
from pink_actors.paper.request import Refusal
from pink_actors.paper.state import Order
from tests.paper.serving import KEYS, ORDER, Client, at, ledger_of, served, size
from tests.paper.world import World, check, qty_of

LIMIT = {"side": "BUY", "type": "LIMIT", "price": 80_000, "quantity": "0.01"}
DAY_MS = 86_400_000


def amended(world: World, quantity: str) -> int:
    """The code with which the last order is given another quantity; 0 if it is."""
    assert isinstance(world.last, Order)
    before = len(world.entries)
    answer = world.exchange.amend(world.account, world.last, qty_of(quantity), world.now)
    if isinstance(answer, Refusal):
        assert len(world.entries) == before
        return answer.code
    return 0


@pytest.mark.parametrize(
    ("quantity", "code"),
    [
        ("100000", 101209),  # More than its leverage allows.
        ("40", 101204),  # 40 x 49000 / 20 = 98000, and 100 are bound by the other order.
        ("38", 0),
        ("0.00001", 101400),
        ("0.05", 0),
        ("0", 109400),
    ],
)
def test_an_amended_quantity_is_judged_like_that_of_a_new_order(quantity: str, code: int) -> None:
    world = check("""
        buy limit 1 @ 49500     | open 1
        buy limit 1 @ 49000     | open 2
    """)
    assert amended(world, quantity) == code


def test_less_may_rest_even_when_no_more_could() -> None:
    world = check("buy limit 38 @ 49000 | open 1", World(balance="95000"))
    assert amended(world, "39") == 101204
    gone = e.MoneyMoved(
        account="main",
        kind="TRANSFER",
        symbol="",
        amount=-qty_of("50000"),
        wallet_after=qty_of("45000"),
    )
    world.exchange.record(world.now, gone)
    assert amended(world, "38") == 101204
    assert amended(world, "37.5") == 0


def test_a_closing_order_grows_up_to_the_position_and_not_below_what_filled() -> None:
    world = check("""
        buy market 0.5                   | pos 0.5
        sell stopmarket 0.2 stop 45000   | open 1
    """)
    assert amended(world, "0.6") == 110424
    assert amended(world, "0.5") == 0
    part = World(partial_share=1.0)
    part.act("buy limit 0.1 @ 50010")
    assert part.last is not None
    assert 0 < part.last.filled_e8 < qty_of("0.1")
    before = len(part.entries)
    done = part.exchange.amend(part.account, part.last, part.last.filled_e8, part.now)
    assert isinstance(done, Refusal)
    assert len(part.entries) == before


async def test_an_amended_order_is_told_of_on_the_stream(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        order_id = at((await client.place(**LIMIT)).data, "order", "orderId")
        async with client.stream(await client.listen_key()) as stream:
            wanted = {"symbol": "BTC-USDT", "orderId": order_id}
            much = await client.post("v1/trade/amend", **wanted, quantity="100000")
            assert much.code == 101209
            done = await client.post("v1/trade/amend", **wanted, quantity="0.02519")
            assert at(done.data, "quantity") == 0.0251
            told = await stream.next(event="ORDER_TRADE_UPDATE")
            assert (at(told, "o", "i"), at(told, "o", "q")) == (order_id, "0.02510000")
            assert (at(told, "o", "x"), at(told, "o", "X")) == ("NEW", "NEW")
        assert [x.qty for x in ledger_of(tmp_path) if isinstance(x, e.Amended)] == [
            qty_of("0.0251")
        ]


async def test_an_order_is_none_of_another_symbol(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        order_id = at((await client.place(**LIMIT, clientOrderId="mine")).data, "order", "orderId")
        for name in ({"orderId": order_id}, {"clientOrderId": "mine"}):
            for symbol in ("ETH-USDT", "NO-USDT"):
                other = {"symbol": symbol, **name}
                assert (await client.send("GET", ORDER, **other)).code == 109421
                assert (await client.get("v2/trade/openOrder", **other)).code == 109421
                assert (await client.delete("v2/trade/order", **other)).code == 109421
                answer = await client.post("v1/trade/amend", **other, quantity="0.02")
                assert answer.code == 109421
        listed = {"symbol": "ETH-USDT", "orderIdList": f"[{order_id}]"}
        failed = await client.delete("v2/trade/batchOrders", **listed)
        assert at(failed.data, "failed", 0, "errorCode") == 109421
        moved = {**LIMIT, "symbol": "ETH-USDT", "positionSide": "BOTH", "price": 3_000}
        mode = {"cancelReplaceMode": "STOP_ON_FAILURE", "cancelOrderId": order_id}
        assert (await client.post("v1/trade/cancelReplace", **mode, **moved)).code == 109421
        assert size(at((await client.get("v2/trade/openOrders")).data, "orders")) == 1
        own = {"symbol": "BTC-USDT", "orderId": order_id}
        assert (await client.delete("v2/trade/order", **own)).code == 0


async def test_orders_of_more_than_a_week_are_refused_and_fills_are_not(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        now_ms = time.time_ns() // 1_000_000
        for path in ("v2/trade/allOrders", "v1/trade/fullOrder"):
            week = {"startTime": now_ms - 7 * DAY_MS, "endTime": now_ms}
            assert (await client.get(path, **week)).code == 0
            more = await client.get(path, startTime=week["startTime"] - 1, endTime=now_ms)
            assert more.code == 109400
            assert "7 days" in str(more.whole["msg"])
        month = {"tradingUnit": "COIN", "startTs": now_ms - 30 * DAY_MS, "endTs": now_ms}
        assert (await client.get("v2/trade/allFillOrders", **month)).code == 0


async def test_two_sockets_of_one_key_get_each_event_with_push_times_of_their_own(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        key = await client.listen_key()
        async with client.stream(key) as one, client.stream(key) as two:
            await one.next(event="SNAPSHOT")
            await two.next(event="SNAPSHOT")
            await client.place(**LIMIT)
            frames = [await s.next(event="ORDER_TRADE_UPDATE") for s in (one, two)]
        pushed = [int(str(frame.pop("E"))) for frame in frames]
        assert abs(pushed[0] - pushed[1]) == 1
        assert frames[0] == frames[1]
