"""Every endpoint answers in the shape that clients were written for."""

from pathlib import Path

import pytest

from pink_actors.paper import routes_account, routes_fills, routes_market, routes_orders
from tests.paper.serving import KEYS, ORDER, Client, at, served, size, until

SYMBOL = {"symbol": "BTC-USDT"}
LIMIT = {"side": "BUY", "type": "LIMIT", "price": 80_000, "quantity": "0.01"}
SPAN = {"startTs": 0, "endTs": 4_000_000_000_000}
NEEDS: dict[str, dict[str, object]] = {
    "/openApi/swap/v2/trade/allFillOrders": {"tradingUnit": "COIN", **SPAN},
    "/openApi/swap/v2/trade/fillHistory": {"startTs": 0, "endTs": 1},
}


async def test_each_query_answers_with_code_zero_and_a_market_time(tmp_path: Path) -> None:
    tables = (routes_market, routes_account, routes_orders, routes_fills)
    endpoints = [name for table in tables for name in table.ROUTES]
    assert len(endpoints) == len(set(endpoints)) > 50
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        placed = await client.place(**LIMIT)
        order_id = at(placed.data, "order", "orderId")
        for endpoint in endpoints:
            method, path = endpoint.split()
            if method != "GET":
                continue
            params = {**SYMBOL, "orderId": order_id, **NEEDS.get(path, {})}
            if path.endswith(("allOrders", "fullOrder")):
                params.pop("orderId")
            answer = await client.send("GET", path, **params)
            assert (answer.status, answer.code) == (200, 0), (endpoint, answer.whole)
            assert isinstance(answer.whole["timestamp"], int)


async def test_contracts_are_what_clients_read(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        row = at((await client.get("v2/quote/contracts", **SYMBOL)).whole, "data", 0)
        assert isinstance(row, dict)
        assert (row["apiStateOpen"], row["apiStateClose"]) == ("true", "true")
        assert (row["pricePrecision"], row["quantityPrecision"]) == (1, 4)
        assert (row["tradeMinQuantity"], row["tradeMinUSDT"]) == (0.0001, 2)
        assert "minTickSize" not in row


async def test_batches_are_judged_order_by_order(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        good = '{"symbol":"BTC-USDT","side":"BUY","type":"LIMIT","price":8e4,"quantity":0.01'
        rows = f'[{good},"positionSide":"BOTH"}},{good},"positionSide":"LONG"}}]'
        answer = await client.post("v2/trade/batchOrders", batchOrders=rows)
        assert size(at(answer.data, "orders")) == 1
        assert at(answer.data, "errors", 0, "errorCode") == 109400
        order_id = at(answer.data, "orders", 0, "orderId")
        ended = await client.delete(
            "v2/trade/batchOrders", **SYMBOL, orderIdList=f"[{order_id},123]"
        )
        assert at(ended.data, "success", 0, "status") == "CANCELLED"
        assert at(ended.data, "failed", 0, "errorCode") == 109421
        for odd in ("", "[", "[]", "{}", f"[{','.join(['{}'] * 6)}]"):
            assert (await client.post("v2/trade/batchOrders", batchOrders=odd)).code == 109400


async def test_an_order_is_replaced_and_amended(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        first = at((await client.place(**LIMIT)).data, "order", "orderId")
        new = {**SYMBOL, **LIMIT, "positionSide": "BOTH", "price": 81_000}
        answer = await client.post(
            "v1/trade/cancelReplace",
            cancelReplaceMode="STOP_ON_FAILURE",
            cancelOrderId=first,
            **new,
        )
        assert at(answer.data, "cancelResponse", "status") == "CANCELLED"
        second = at(answer.data, "newOrderResponse", "orderId")
        stopped = await client.post(
            "v1/trade/cancelReplace", cancelReplaceMode="STOP_ON_FAILURE", cancelOrderId=77, **new
        )
        assert stopped.code == 109421
        amended = await client.post("v1/trade/amend", **SYMBOL, orderId=second, quantity="0.025")
        assert at(amended.data, "quantity") == 0.025
        found = await client.send("GET", ORDER, **SYMBOL, orderId=second)
        assert at(found.data, "order", "origQty") == "0.0250"
        assert size(at((await client.get("v2/trade/openOrders")).data, "orders")) == 1


async def test_the_same_cancel_twice_in_a_second_is_refused(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        order_id = at((await client.place(**LIMIT)).data, "order", "orderId")
        cancel = {**SYMBOL, "orderId": order_id}
        assert (await client.delete("v2/trade/order", **cancel)).code == 0
        assert (await client.delete("v2/trade/order", **cancel)).code == 109201


async def test_the_dead_man_switch_takes_ten_to_a_hundred_and_twenty_seconds(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        for seconds, code in ((9, 109400), (121, 109400), (10, 0), (120, 0)):
            answer = await client.post("v2/trade/cancelAllAfter", type="ACTIVATE", timeOut=seconds)
            assert answer.code == code
        closed = await client.post("v2/trade/cancelAllAfter", type="CLOSE", timeOut=0)
        assert at(closed.data, "status") == "CLOSED"


async def test_the_dead_man_switch_cancels_orders_when_it_is_not_renewed(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.place(**LIMIT)
        await client.post("v2/trade/cancelAllAfter", type="ACTIVATE", timeOut=10)
        # Eleven seconds pass at once for the venue, and for the client that signs by its clock.
        await client.control(op="skew", skew_ms=11_000)
        client.skew_ms = 11_000

        async def gone() -> bool:
            return size(at((await client.get("v2/trade/openOrders")).data, "orders")) == 0

        await until(gone, "the switch")


async def test_isolated_collateral_is_added_and_taken(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        assert (
            await client.post("v2/trade/marginType", **SYMBOL, marginType="ISOLATED")
        ).whole == {"code": 0, "msg": ""}
        await client.place(side="BUY", type="LIMIT", price=96_000, quantity="0.01")

        async def collateral() -> float | None:
            rows = (await client.get("v2/user/positions")).whole["data"]
            done = size(at((await client.get("v2/trade/openOrders")).data, "orders")) == 0
            return float(str(at(rows, 0, "initialMargin"))) if done else None

        before = await until(collateral, "the position")
        more = await client.post("v2/trade/positionMargin", **SYMBOL, amount=3, type=1)
        assert more.whole == {"code": 0, "msg": "", "amount": 3.0, "type": 1}
        assert round(await until(collateral, "the position") - before, 4) == 3
        for amount, kind, code in ((5_000_000, 1, 101204), (5_000, 2, 101204), (3, 3, 109400)):
            answer = await client.post(
                "v2/trade/positionMargin", **SYMBOL, amount=amount, type=kind
            )
            assert answer.code == code
        busy = await client.post("v2/trade/marginType", **SYMBOL, marginType="CROSSED")
        assert busy.code == 109400


@pytest.mark.parametrize(
    ("path", "params", "code"),
    [
        ("v2/trade/leverage", {"side": "LONG", "leverage": 5}, 109400),
        ("v2/trade/leverage", {"side": "BOTH", "leverage": 500}, 101414),
        ("v2/trade/leverage", {"side": "BOTH", "leverage": 0}, 109400),
        ("v2/trade/leverage", {"side": "BOTH", "leverage": "x"}, 109400),
        ("v2/trade/leverage", {"side": "BOTH", "leverage": 5, "symbol": "NO-USDT"}, 109425),
        ("v2/trade/marginType", {"marginType": "SOMETIMES"}, 109400),
        ("v1/positionSide/dual", {"dualSidePosition": "maybe"}, 109400),
        ("v2/trade/cancelAllAfter", {"type": "MAYBE", "timeOut": 20}, 109400),
        ("v1/trade/amend", {"orderId": 5, "quantity": 1}, 109421),
        ("v1/trade/closePosition", {"positionId": 5}, 80017),
        ("v2/trade/order", {}, 109400),
    ],
)
async def test_settings_refuse_what_makes_no_sense(
    tmp_path: Path, path: str, params: dict[str, object], code: int
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        assert (await client.post(path, **{**SYMBOL, **params})).code == code


async def test_one_position_is_closed_by_its_number(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.place(side="SELL", type="LIMIT", price=94_000, quantity="0.0002")
        held = (await client.get("v2/user/positions")).whole["data"]
        answer = await client.post("v1/trade/closePosition", positionId=at(held, 0, "positionId"))
        assert (at(answer.data, "side"), at(answer.data, "type")) == ("Bid", "Market")
        rows = (await client.get("v2/user/income")).whole["data"]
        assert isinstance(rows, list)
        assert {at(row, "incomeType") for row in rows} == {"TRADING_FEE", "REALIZED_PNL"}


async def test_orders_in_a_form_or_json_body_are_read_too(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        for content_type in ("application/x-www-form-urlencoded", "application/json"):
            answer = await client.body(ORDER, content_type, **SYMBOL, **LIMIT, positionSide="BOTH")
            assert answer.code == 0, answer.whole
