"""The venue over real HTTP and WebSocket on loopback."""

import asyncio
from pathlib import Path

import pytest

from pink_actors.paper import entries as e
from pink_actors.paper.auth import ApiKey
from tests.paper.serving import KEYS, LISTEN, ORDER, Client, at, ledger_of, served, size, until


async def test_a_session_in_one_way_mode(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        assert at((await client.get("v1/positionSide/dual")).data, "dualSidePosition") == "false"
        assert (
            await client.post("v2/trade/leverage", symbol="BTC-USDT", side="BOTH", leverage=10)
        ).data == {"leverage": 10, "symbol": "BTC-USDT"}
        placed = await client.place(side="BUY", type="MARKET", quantity="0.01", clientOrderId="Aa1")
        assert placed.code == 0
        assert at(placed.data, "order", "clientOrderId") == "aa1"
        assert at(placed.data, "order", "avgPrice") == "0.00"
        assert at(placed.data, "order", "price") == 0
        order_id = at(placed.data, "order", "orderId")
        assert isinstance(order_id, int) and order_id > 2**53

        async def filled() -> bool:
            found = await client.send("GET", ORDER, symbol="BTC-USDT", clientOrderId="AA1")
            return at(found.data, "order", "status") == "FILLED"

        await until(filled, "the fill")
        found = await client.send("GET", ORDER, symbol="BTC-USDT", orderId=order_id)
        average, bound = at(found.data, "order", "avgPrice"), at(found.data, "order", "price")
        assert float(str(bound)) > float(str(average)) * 1.01
        assert str(at(found.data, "order", "cumQuote")).isdigit()
        held = await client.get("v2/user/positions", symbol="BTC-USDT")
        assert at(held.whole, "data", 0, "positionSide") == "LONG"
        assert at(held.whole, "data", 0, "onlyOnePosition") is True
        closed = await client.post("v2/trade/closeAllPositions", symbol="BTC-USDT")
        assert size(at(closed.data, "success")) == 1

        async def flat() -> bool:
            return (await client.get("v2/user/positions")).whole["data"] == []

        await until(flat, "the close")
        balance = await client.get("v3/user/balance")
        assert at(balance.whole, "data", 1, "balance") == ""
        fills = [x for x in ledger_of(tmp_path) if isinstance(x, e.Filled)]
        history = await client.get(
            "v2/trade/fillHistory",
            symbol="BTC-USDT",
            startTs=fills[0].wall_ms,
            endTs=fills[-1].wall_ms,
            pageSize=1000,
        )
        assert [at(row, "tradeId") for row in _list(history.data, "fill_history_orders")] == [
            str(fill.trade_id) for fill in fills
        ]


async def test_a_session_in_hedge_mode_with_two_accounts(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as one, Client(base, KEYS[1]) as two:
        await one.post("v1/positionSide/dual", dualSidePosition="true")
        assert at((await two.get("v1/positionSide/dual")).data, "dualSidePosition") == "false"
        for side, position in (("BUY", "LONG"), ("SELL", "SHORT")):
            placed = await one.place(
                side=side,
                type="LIMIT",
                price=96_000 if side == "BUY" else 94_000,
                quantity="0.01",
                positionSide=position,
            )
            assert placed.code == 0
        held = await until(lambda: _held(one, 2), "both positions")
        assert sorted(str(at(row, "positionSide")) for row in held) == ["LONG", "SHORT"]
        assert [at(row, "onlyOnePosition") for row in held] == [False, False]
        assert (await two.get("v2/user/positions")).whole["data"] == []
        busy = await one.post("v1/positionSide/dual", dualSidePosition="false")
        assert busy.code == 109401


async def test_the_user_stream_tells_each_fill_and_its_money(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        key = await client.listen_key()
        async with client.stream(key) as stream:
            assert at(await stream.next(event="SNAPSHOT"), "a", "P") == []
            await stream.next(event="ACCOUNT_CONFIG_UPDATE")
            placed = await client.place(side="SELL", type="MARKET", quantity="0.02")
            order_id = at(placed.data, "order", "orderId")
            first = await stream.next(event="ORDER_TRADE_UPDATE")
            assert (at(first, "o", "x"), at(first, "o", "X")) == ("NEW", "NEW")
            sold, last = 0.0, first
            while at(last, "o", "X") != "FILLED":
                last = await stream.next(event="ORDER_TRADE_UPDATE")
                assert at(last, "o", "i") == order_id
                assert float(str(at(last, "o", "n"))) < 0
                sold += float(str(at(last, "o", "l")))
                money = await stream.next(event="ACCOUNT_UPDATE")
                assert at(money, "a", "P", 0, "ps") == "BOTH"
                assert str(at(money, "a", "P", 0, "pa")).startswith("-0.0")
            assert round(sold, 8) == 0.02
            fill = [x for x in ledger_of(tmp_path) if isinstance(x, e.Filled)][-1]
            assert at(last, "o", "td") == fill.trade_id


async def test_market_channels_carry_what_was_asked_for(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client, client.stream() as stream:
        topics = (
            "BTC-USDT@markPrice",
            "BTC-USDT@lastPrice",
            "BTC-USDT@bookTicker",
            "BTC-USDT@trade",
            "BTC-USDT@ticker",
            "BTC-USDT@depth20@500ms",
            "BTC-USDT@kline_1m",
            "BTC-USDT@kline_5m",
        )
        for topic in topics:
            assert (await stream.subscribe(topic))["code"] == 0
            frame = await stream.next(topic=topic)
            assert isinstance(frame["marketTime"], int)
        book = await stream.next(topic="BTC-USDT@depth20@500ms")
        asks = [float(str(at(row, 0))) for row in _list(book["data"], "asks")]
        bids = [float(str(at(row, 0))) for row in _list(book["data"], "bids")]
        assert asks == sorted(asks, reverse=True)
        assert bids == sorted(bids, reverse=True)
        assert asks[-1] > bids[0]
        assert (await stream.subscribe("XYZ-USDT@trade"))["code"] == 80015
        assert (await stream.subscribe("BTC-USDT@magic"))["code"] == 80014


async def test_bad_requests_get_coded_answers_and_change_nothing(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        before = len(ledger_of(tmp_path))
        assert (await client.raw("GET", "/openApi/swap/v2/user/positions")).code == 100413
        unsigned = await client.raw("GET", "/openApi/swap/v2/user/positions", key="key-main")
        assert unsigned.code == 100412
        stranger = Client(base, ApiKey("main", "key-main", "wrong"))
        async with stranger:
            assert (await stranger.get("v2/user/positions")).code == 100001
        assert (await client.raw("GET", "/openApi/nowhere")).code == 100400
        for body in ('{"a":', "{1:2}", "[]"):
            assert (await client.raw("POST", ORDER, content=body, key="key-main")).code != 0
        for odd in ("NaN", "1e400", "-1", "0x10", "\u0661", "1" * 60, "Infinity", " "):
            refused = await client.place(side="BUY", type="MARKET", quantity=odd)
            assert refused.code == 109400, odd
        long = await client.raw("POST", ORDER, content="x" * ((1 << 18) + 1), key="key-main")
        assert (long.status, long.code) == (200, 100400)
        assert "262144 bytes" in str(long.whole["msg"])
        client.skew_ms = -10_000
        assert (await client.place(side="BUY", type="MARKET", quantity="0.01")).code == 100421
        assert len(ledger_of(tmp_path)) == before


async def test_conditional_orders_have_no_client_id_and_wrong_names_are_ignored(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.place(side="BUY", type="MARKET", quantity="0.01")
        await until(lambda: _held(client, 1), "the position")
        stop = await client.place(
            side="SELL",
            type="STOP_MARKET",
            stopPrice=50_000,
            quantity="0.001",
            clientOrderId="mine",
        )
        assert (stop.code, at(stop.data, "order", "clientOrderId")) == (0, "")
        named = await client.place(
            side="BUY", type="LIMIT", price=80_000, quantity="0.01", newClientOrderId="mine"
        )
        assert at(named.data, "order", "clientOrderId") == ""


async def test_one_order_twice_in_a_second_and_twice_for_ever(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        order = {"side": "BUY", "type": "LIMIT", "price": 80_000, "quantity": "0.01"}
        assert (await client.place(**order, clientOrderId="x")).code == 0
        assert (await client.place(**order, clientOrderId="X")).code == 109201

        async def remembered() -> bool:
            return (await client.place(**order, clientOrderID="x")).code == 101481

        await asyncio.sleep(1.05)
        await until(remembered, "the lasting refusal")
        assert sum(isinstance(x, e.OrderAccepted) for x in ledger_of(tmp_path)) == 1


async def test_what_a_reply_tells_is_already_on_disk(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:

        async def one(number: int) -> None:
            placed = await client.place(
                side="BUY", type="LIMIT", price=80_000, quantity="0.001", clientOrderId=f"n{number}"
            )
            known = {x.order_id for x in ledger_of(tmp_path) if isinstance(x, e.OrderAccepted)}
            assert at(placed.data, "order", "orderId") in known

        await asyncio.gather(*(one(number) for number in range(40)))


async def test_listen_keys_live_are_renewed_and_end(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        unsigned = await client.raw("POST", LISTEN, key="key-main")
        key = str(unsigned.whole["listenKey"])
        assert (await client.send("PUT", LISTEN, listenKey=key)).status == 200
        assert (await client.send("PUT", LISTEN)).status == 204
        assert (await client.send("PUT", LISTEN, listenKey="unknown")).status == 404
        async with client.stream(key) as stream:
            await stream.next(event="SNAPSHOT")
            await client.control(op="expire_keys")
            expired = await stream.next(event="listenKeyExpired")
            assert expired["listenKey"] == key
        assert (await client.send("PUT", LISTEN, listenKey=key)).status == 404
        async with client.stream("unknown") as stream:
            await stream.next(event="listenKeyExpired")


async def test_a_restart_finds_orders_positions_and_settings_again(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.post("v2/trade/leverage", symbol="BTC-USDT", side="BOTH", leverage=7)
        await client.place(side="BUY", type="LIMIT", price=96_000, quantity="0.01")
        await client.place(side="BUY", type="LIMIT", price=80_000, quantity="0.01")
        await until(lambda: _held(client, 1), "the position")
        await until(lambda: _open(client, 1), "the resting order alone")
        before = (await client.get("v2/trade/openOrders")).data
        wallet = at((await client.get("v3/user/balance")).whole, "data", 0, "balance")
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        assert (await client.get("v2/trade/openOrders")).data == before
        assert at((await client.get("v3/user/balance")).whole, "data", 0, "balance") == wallet
        assert (
            at((await client.get("v2/trade/leverage", symbol="BTC-USDT")).data, "longLeverage") == 7
        )
        held = await client.get("v2/user/positions")
        assert at(held.whole, "data", 0, "positionAmt") == "0.0100"


async def test_a_market_that_is_held_leaves_no_order_half_way(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        for _ in range(12):
            await client.place(side="BUY", type="MARKET", quantity="0.0123")
        for key in ("", "somebody"):
            assert (await client.raw("POST", "/paper/hold", key=key)).status == 403
        own = await client.raw("POST", "/paper/hold", key=KEYS[0].api_key)
        assert own.status == 200
        assert await _open(client, 0)
        before = (await client.get("v2/server/time")).whole["marketTime"]
        for _ in range(12):
            await client.place(side="SELL", type="MARKET", quantity="0.0123")
        await until(lambda: _open(client, 0), "the orders of a market that stands still")
        assert (await client.get("v2/server/time")).whole["marketTime"] == before
        assert (await client.get("v2/user/positions")).whole["data"] == []


@pytest.mark.parametrize(
    "path",
    [
        "v2/quote/contracts",
        "v2/quote/ticker",
        "v2/quote/premiumIndex",
        "v1/ticker/price",
    ],
)
async def test_public_lists_have_one_row_for_a_symbol_and_all_without(
    tmp_path: Path, path: str
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        assert size((await client.get(path)).whole["data"]) == 2
        one = (await client.get(path, symbol="ETH-USDT")).whole["data"]
        row = at(one, 0) if isinstance(one, list) else one
        assert at(row, "symbol") == "ETH-USDT"
        assert (await client.get(path, symbol="NO-USDT")).code == 109425


async def _held(client: Client, count: int) -> list[object] | None:
    rows = (await client.get("v2/user/positions")).whole["data"]
    assert isinstance(rows, list)
    return rows if len(rows) == count else None


async def _open(client: Client, count: int) -> bool:
    return size(at((await client.get("v2/trade/openOrders")).data, "orders")) == count


def _list(row: object, name: str) -> list[object]:
    found = at(row, name)
    assert isinstance(found, list)
    return found
