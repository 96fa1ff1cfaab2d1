"""Each fault does what its name says, is counted, and leaves a ledger that adds up."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest

from pink_actors.paper import entries as e
from pink_actors.paper.fault_plan import FaultPlanError, read_plan
from pink_actors.paper.faults import FaultName, FaultPlan, FaultRule
from pink_actors.paper.state import State
from tests.paper.serving import KEYS, ORDER, Client, at, ledger_of, served, size, until

LIMIT = {"side": "BUY", "type": "LIMIT", "price": 80_000, "quantity": "0.01"}


def accepted(data: Path) -> list[str]:
    """The client ids of all orders on disk; the whole ledger is replayed on the way."""
    state = State()
    found = []
    for entry in ledger_of(data):
        state.apply(entry)
        if isinstance(entry, e.OrderAccepted):
            found.append(entry.client_order_id)
    return found


async def count(client: Client, name: str) -> int:
    """How often a fault struck."""
    faults = (await client.stats())["faults"]
    assert isinstance(faults, dict)
    return int(faults.get(name, 0))


async def test_a_lost_reply_is_an_accepted_order_and_its_repeat_is_refused(
    tmp_path: Path,
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.control(op="fault", name="reply_lost", count=5, endpoint=f"POST {ORDER}")
        for number in range(5):
            with pytest.raises(httpx.TransportError):
                await client.place(**LIMIT, clientOrderId=f"n{number}")
        for number in range(5):
            assert (await client.place(**LIMIT, clientOrderId=f"n{number}")).code in (
                109201,
                101481,
            )
            found = await client.send("GET", ORDER, symbol="BTC-USDT", clientOrderId=f"n{number}")
            assert at(found.data, "order", "status") == "PENDING"
        assert await count(client, "reply_lost") == 5
        assert accepted(tmp_path) == [f"n{number}" for number in range(5)]


async def test_a_held_request_is_not_found_first_and_accepted_later(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.control(
            op="fault", name="request_held", count=1, delay_ms=300, endpoint=f"POST {ORDER}"
        )
        with pytest.raises(httpx.TransportError):
            await client.place(**LIMIT, clientOrderId="late")
        query = {"symbol": "BTC-USDT", "clientOrderId": "late"}
        assert (await client.send("GET", ORDER, **query)).code == 109421

        async def there() -> bool:
            return (await client.send("GET", ORDER, **query)).code == 0

        await until(there, "the late order")
        assert accepted(tmp_path) == ["late"]


async def test_a_lost_request_never_existed(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.control(op="fault", name="request_lost", count=1, endpoint=f"POST {ORDER}")
        with pytest.raises(httpx.TransportError):
            await client.place(**LIMIT, clientOrderId="gone")
        assert (await client.place(**LIMIT, clientOrderId="gone")).code == 0
        assert accepted(tmp_path) == ["gone"]


@pytest.mark.parametrize(
    ("name", "status", "code", "taken"),
    [
        ("http_5xx", 503, -1, False),
        ("http_5xx_after", 504, -1, True),
        ("http_429", 429, 429, False),
        ("rate_limited", 200, 100410, False),
        ("busy", 200, 100500, False),
        ("refused", 200, 101204, False),
        ("reply_garbled", 200, -1, True),
        ("delay", 200, 0, True),
    ],
)
async def test_a_request_may_fail_in_every_way(
    tmp_path: Path, name: str, status: int, code: int, taken: bool
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        endpoint = "" if name == "refused" else f"POST {ORDER}"
        await client.control(op="fault", name=name, count=1, delay_ms=50, endpoint=endpoint)
        answer = await client.place(**LIMIT, clientOrderId="once")
        assert (answer.status, answer.code) == (status, code)
        assert bool(accepted(tmp_path)) is taken
        assert await count(client, name) == 1
        assert (await client.place(**LIMIT, clientOrderId="next")).code == 0


async def test_positions_lag_behind_fills(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.control(op="fault", name="positions_lag", delay_ms=400)
        await client.place(side="BUY", type="LIMIT", price=96_000, quantity="0.0001")
        assert any(isinstance(x, e.Filled) for x in ledger_of(tmp_path))
        assert (await client.get("v2/user/positions")).whole["data"] == []

        async def seen() -> bool:
            return size((await client.get("v2/user/positions")).whole["data"]) == 1

        await until(seen, "the position")


async def test_a_query_lags_behind_the_order(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.control(op="fault", name="query_lag", delay_ms=300)
        await client.place(**LIMIT, clientOrderId="q")
        query = {"symbol": "BTC-USDT", "clientOrderId": "q"}
        assert (await client.send("GET", ORDER, **query)).code == 109421
        assert size(at((await client.get("v2/trade/openOrders")).data, "orders")) == 0

        async def there() -> bool:
            return (await client.send("GET", ORDER, **query)).code == 0

        await until(there, "the order")


async def test_a_part_fill_may_be_cancelled_by_the_venue(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.control(op="fault", name="partial_then_cancel", count=1)
        placed = await client.place(side="BUY", type="MARKET", quantity="0.01")
        found = await client.send(
            "GET", ORDER, symbol="BTC-USDT", orderId=at(placed.data, "order", "orderId")
        )
        assert at(found.data, "order", "status") == "CANCELLED"
        assert at(found.data, "order", "executedQty") == "0.0050"


async def test_stream_frames_are_dropped_doubled_and_swapped(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        async with client.stream(await client.listen_key()) as stream:

            async def orders(names: list[str], wanted: int) -> list[object]:
                for name in names:
                    await client.place(**LIMIT, clientOrderId=name)
                return [
                    at(await stream.next(event="ORDER_TRADE_UPDATE"), "o", "c")
                    for _ in range(wanted)
                ]

            only = {"op": "fault", "endpoint": "ORDER_TRADE_UPDATE", "count": 1}
            await client.control(**only, name="frame_dropped")
            assert await orders(["a", "b"], 1) == ["b"]
            await client.control(**only, name="frame_duplicated")
            assert await orders(["c"], 2) == ["c", "c"]
            await client.control(**only, name="frame_reordered")
            assert await orders(["d", "e"], 2) == ["e", "d"]
            await client.control(op="fault", name="client_id_missing", count=1)
            assert await orders(["f"], 1) == [""]
        assert accepted(tmp_path) == ["a", "b", "c", "d", "e", "f"]


async def test_sockets_are_cut_and_can_come_back(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        key = await client.listen_key()
        for _ in range(3):
            async with client.stream(key) as stream:
                await stream.next(event="SNAPSHOT")
                await client.control(op="cut_sockets")
                async with asyncio.timeout(5):
                    await stream.socket.wait_closed()
        assert (await client.stats())["sockets_cut"] == 3


async def test_money_prices_and_positions_may_move_by_themselves(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.place(side="BUY", type="LIMIT", price=96_000, quantity="0.0002")

        async def filled() -> bool:
            return size(at((await client.get("v2/trade/openOrders")).data, "orders")) == 0

        await until(filled, "the fill")
        async with client.stream(await client.listen_key()) as stream:
            await client.control(op="money", amount="250.5")
            moved = await stream.next(event="ACCOUNT_UPDATE")
            assert (at(moved, "a", "m"), at(moved, "a", "B", 0, "bc")) == ("DEPOSIT", "250.5")
            await client.control(op="money", amount="-50")
            assert at(await stream.next(event="ACCOUNT_UPDATE"), "a", "m") == "WITHDRAWAL"
            before = at(await client.stats(), "prices", "BTC-USDT")
            await client.control(op="price", symbol="BTC-USDT", bp=-500)
            after = at(await client.stats(), "prices", "BTC-USDT")
            assert float(str(after)) < float(str(before)) * 0.96
            await client.control(op="adl", symbol="BTC-USDT")
            forced = await stream.next(event="ORDER_TRADE_UPDATE")
            while at(forced, "o", "x") != "CALCULATED":
                forced = await stream.next(event="ORDER_TRADE_UPDATE")
            assert at(forced, "o", "o") == "LIQUIDATION"
        listed = await client.get("v2/trade/forceOrders")
        assert size(at(listed.data, "orders")) == 1
        assert [x.kind for x in ledger_of(tmp_path) if isinstance(x, e.Liquidated)] == ["ADL"]


async def test_the_clock_of_the_venue_may_be_wrong(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.control(op="skew", skew_ms=9_000)
        assert (await client.place(**LIMIT)).code == 100421
        client.skew_ms = 9_000
        assert (await client.place(**LIMIT)).code == 0
        await client.control(op="clear")
        assert (await client.get("v2/user/positions")).code == 0


async def test_a_plan_strikes_by_probability_and_by_its_seed(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(
        'seed = 5\n[[fault]]\nname = "busy"\nprobability = 0.5\nendpoint = "POST"\nafter = 2\n'
    )

    async def session(data: Path) -> list[int]:
        async with served(data, plan=read_plan(path)) as base, Client(base, KEYS[0]) as client:
            return [(await client.place(**LIMIT)).code for _ in range(30)]

    first = await session(tmp_path / "one")
    assert first[:2] == [0, 0]
    assert 5 < first.count(100500) < 25
    assert await session(tmp_path / "two") == first


@pytest.mark.parametrize(
    "text",
    [
        "seed = [",
        '[[fault]]\nname = "magic"',
        '[[fault]]\nnmae = "busy"',
        "[[fault]]\ncount = 1",
    ],
)
def test_a_bad_plan_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(FaultPlanError, match=r"plan\.toml"):
        read_plan(path)


RULE_THAT_CANNOT_BE = [
    ("busy", "probability", 7.5, "0 to 1"),
    ("busy", "probability", float("nan"), "0 to 1"),
    ("busy", "count", -3, "1 to"),
    ("busy", "count", 0, "1 to"),
    ("busy", "after", -1, "0 to"),
    ("delay", "delay_ms", -5, "0 to"),
    ("http_5xx", "status", 99_999, "400 to 599"),
    ("refused", "code", 0, "1 to"),
    ("clock_skew", "skew_ms", 10**12, "-604800000 to 604800000"),
    ("price_jump", "bp", -10_000, "-9900 to"),
    ("deposit", "amount", "lots", "decimal number above 0"),
    ("reply_lost", "endpoint", "POST /openApi/swap/v2/trade/ordr", "METHOD /path"),
    ("refused", "endpoint", "MARKT", "MARKET"),
    ("frame_dropped", "endpoint", "TRADE_UPDAT3", "ORDER_TRADE_UPDATE"),
    ("positions_lag", "endpoint", "POST", "leave it out"),
]


@pytest.mark.parametrize(("name", "field", "value", "allowed"), RULE_THAT_CANNOT_BE)
def test_a_rule_that_cannot_be_is_refused_with_entry_field_and_what_is_allowed(
    tmp_path: Path, name: str, field: str, value: object, allowed: str
) -> None:
    path = tmp_path / "plan.toml"
    text = f'"{value}"' if isinstance(value, str) else value
    path.write_text(f'[[fault]]\nname = "busy"\n[[fault]]\nname = "{name}"\n{field} = {text}\n')
    with pytest.raises(FaultPlanError) as refused:
        read_plan(path)
    told = str(refused.value)
    assert f"plan.toml: [[fault]] 2 ({name}): {field} = " in told
    assert allowed in told
    assert "\n" not in told


def test_parts_of_names_are_endpoints_and_more_rules_than_are_kept_are_none(
    tmp_path: Path,
) -> None:
    good = [
        ("reply_lost", "POST"),
        ("delay", "v2/trade/order"),
        ("refused", "STOP"),
        ("frame_dropped", "UPDATE"),
        ("frame_reordered", "BTC-USDT@kline_1m"),
        ("frame_duplicated", "@depth20@200ms"),
        ("socket_cut", "order"),
    ]
    path = tmp_path / "plan.toml"
    rules = [f'[[fault]]\nname = "{name}"\nendpoint = "{part}"\n' for name, part in good]
    path.write_text("".join(rules))
    assert [rule.endpoint for rule in read_plan(path).fault] == [part for _, part in good]
    path.write_text(rules[0] * 101)
    with pytest.raises(FaultPlanError, match="101 rules; at most 100"):
        read_plan(path)


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ({"op": "adl", "symbol": "NOPE"}, "symbol"),
        ({"op": "adl", "symbol": "BTC-USDT", "percent": 0}, "percent"),
        ({"op": "adl", "symbol": "BTC-USDT", "percent": 101}, "percent"),
        ({"op": "adl", "symbol": "ETH-USDT"}, "no position in ETH-USDT"),
        ({"op": "adl", "symbol": "BTC-USDT", "account": "nobody"}, "account"),
        ({"op": "adl", "symbol": "BTC-USDT", "side": "LONG"}, "side"),
        ({"op": "price", "symbol": "NOPE", "bp": 10}, "symbol"),
        ({"op": "price", "symbol": "BTC-USDT", "bp": -20_000}, "bp"),
        ({"op": "money", "amount": "lots"}, "amount"),
        ({"op": "money", "amount": "0"}, "amount"),
        ({"op": "money", "amount": "5", "account": "nobody"}, "account"),
        ({"op": "skew", "skew_ms": 10**12}, "skew_ms"),
        ({"op": "cut_sockets", "account": "main"}, "account"),
        ({"op": "clear", "name": "busy"}, "name"),
        ({"op": "magic"}, "magic"),
        *(
            ({"op": "fault", "name": name, field: value}, field)
            for name, field, value, _ in RULE_THAT_CANNOT_BE
            if value == value  # JSON has no nan.
        ),
    ],
)
async def test_a_command_that_cannot_be_is_refused_and_changes_nothing(
    tmp_path: Path, command: dict[str, object], words: str
) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.place(side="BUY", type="MARKET", quantity="0.01")
        await until(lambda: _settled(client, 1), "the position")
        before = len(ledger_of(tmp_path))
        refused = await client.raw("POST", "/paper/control", content=json.dumps(command))
        assert refused.status == 400
        assert words in str(refused.whole["msg"])
        assert (await client.get("v2/user/positions")).code == 0
        told = [x for x in ledger_of(tmp_path)[before:] if not isinstance(x, e.MarketSeen)]
        assert told == []


async def test_adl_takes_the_named_share_of_the_named_symbol(tmp_path: Path) -> None:
    async with served(tmp_path) as base, Client(base, KEYS[0]) as client:
        await client.place(side="BUY", type="MARKET", quantity="0.01")
        await client.place(symbol="ETH-USDT", side="BUY", type="MARKET", quantity="1")
        await until(lambda: _settled(client, 2), "both positions, whole")
        await client.control(op="adl", symbol="ETH-USDT", percent=30)
        held = at(await client.stats(), "accounts", "main", "positions")
        assert held == {"BTC-USDT BOTH": "0.01", "ETH-USDT BOTH": "0.7"}


async def test_a_plan_may_move_money_once(tmp_path: Path) -> None:
    plan = FaultPlan(fault=[FaultRule(name=FaultName.DEPOSIT, count=1, amount="7")])
    async with served(tmp_path, plan=plan) as base, Client(base, KEYS[0]) as client:
        await client.place(**LIMIT)
        await client.place(**LIMIT)
        assert at((await client.get("v3/user/balance")).whole, "data", 0, "balance") == (
            "100007.0000"
        )


async def _settled(client: Client, count: int) -> bool:
    """Whether no order is open and so many positions are held."""
    account = at(await client.stats(), "accounts", "main")
    held = at(account, "positions")
    return at(account, "open_orders") == 0 and isinstance(held, dict) and len(held) == count
