"""Requests made of anything: every answer is coded, and the ledger still adds up."""

from pathlib import Path
from random import Random

from pink_actors.paper import routes_account, routes_fills, routes_market, routes_orders
from pink_actors.paper.state import State
from tests.paper.serving import KEYS, Client, ledger_of, served

REQUESTS = 1_000
VALUES = (
    "",
    "0",
    "1",
    "-1",
    "0.01",
    "0.0003",
    "95000",
    "80000",
    "1e5",
    "9.85e-06",
    "1e999",
    "NaN",
    "true",
    "false",
    "null",
    "BTC-USDT",
    "ETH-USDT",
    "btc-usdt",
    "BUY",
    "SELL",
    "LONG",
    "SHORT",
    "BOTH",
    "LIMIT",
    "MARKET",
    "STOP_MARKET",
    "TAKE_PROFIT",
    "TRAILING_STOP_MARKET",
    "GTC",
    "IOC",
    "FOK",
    "PostOnly",
    "[]",
    "[1]",
    '["a"]',
    "{}",
    '[{"symbol":"BTC-USDT"}]',
    "\ud7ff",
    "\x00",
    '{"type":"STOP_MARKET","stopPrice":90000}',
    "9" * 30,
    "ISOLATED",
    "ACTIVATE",
    "1m",
    "COIN",
)
NAMES = (
    "side",
    "type",
    "positionSide",
    "quantity",
    "price",
    "stopPrice",
    "timeInForce",
    "reduceOnly",
    "closePosition",
    "clientOrderId",
    "orderId",
    "stopLoss",
    "takeProfit",
    "priceRate",
    "limit",
    "startTs",
    "endTs",
    "startTime",
    "endTime",
    "tradingUnit",
    "pageSize",
    "pageIndex",
    "leverage",
    "marginType",
    "dualSidePosition",
    "amount",
    "batchOrders",
    "orderIdList",
    "interval",
    "clientOrderIdList",
    "cancelReplaceMode",
    "cancelOrderId",
    "timeOut",
    "positionId",
    "quoteOrderQty",
    "activationPrice",
    "workingType",
    "listenKey",
    "recvWindow",
    "incomeType",
)
SENSIBLE = {"symbol": "BTC-USDT", "side": "BUY", "positionSide": "BOTH", "quantity": "0.01"}


async def test_no_request_breaks_the_venue(tmp_path: Path) -> None:
    seed = 20_221
    print("seed", seed)
    rng = Random(seed)
    tables = (routes_market, routes_account, routes_orders, routes_fills)
    endpoints = [name for table in tables for name in table.ROUTES]
    orders = [name for name in endpoints if name.endswith("trade/order")]
    codes: set[int] = set()
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        for number in range(REQUESTS):
            method, path = rng.choice(orders if number & 1 else endpoints).split()
            params = dict(SENSIBLE) if rng.random() < 0.8 else {}
            params["type"] = rng.choice(("MARKET", "LIMIT", "STOP_MARKET"))
            params["price"] = str(rng.randint(90_000, 99_000))
            for name in rng.sample(NAMES, rng.randint(0, 5)):
                params[name] = rng.choice(VALUES)
            answer = await client.send(method, path, **params)
            assert answer.status in (200, 204, 404), (number, method, path, params)
            assert answer.code >= 0, (number, method, path, params)
            codes.add(answer.code)
    assert {0, 109400, 109421} <= codes
    state = State()
    for entry in ledger_of(tmp_path):
        state.apply(entry)
    assert state.accounts["main"].fills
