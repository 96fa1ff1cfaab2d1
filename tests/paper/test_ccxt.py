"""A third-party client, unmodified but for its base URL, through all it can do, in both modes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import ccxt
import ccxt.pro
import pytest

from tests.paper.serving import KEYS, at, served, until

SYMBOL = "BTC/USDT:USDT"
SECTIONS = (
    "fund",
    "spot",
    "swap",
    "contract",
    "wallets",
    "user",
    "subAccount",
    "account",
    "copyTrading",
    "cswap",
    "api",
)
DEADLINE_S = 15


@asynccontextmanager
async def connected(data: Path, hedged: bool, account: int = 0) -> AsyncIterator[ccxt.pro.bingx]:
    """The library, pointed at a venue of this test, with its markets loaded."""
    async with served(data) as base:
        stream = base.replace("http", "ws", 1)
        client = ccxt.pro.bingx(
            {
                "apiKey": KEYS[account].api_key,
                "secret": KEYS[account].api_secret,
                # The library's own pause between requests would be most of the test's time.
                "enableRateLimit": False,
                "options": {"defaultType": "swap"},
                "urls": {
                    "api": {
                        **{section: f"{base}/openApi" for section in SECTIONS},
                        # If the spot url were a prefix of the linear one, pushes would be misread.
                        "ws": {
                            "linear": f"{stream}/swap-market",
                            "spot": f"{stream}/market",
                            "inverse": f"{stream}/cmarket",
                        },
                    }
                },
            }
        )
        try:
            await client.load_markets()
            await client.set_position_mode(hedged)
            yield client
        finally:
            await client.close()


def extra(hedged: bool, **more: object) -> dict[str, object]:
    """The parameters of an order: the library has to be told that the account is hedged."""
    return {**({"hedged": True} if hedged else {}), **more}


async def filled(client: ccxt.pro.bingx, order: object) -> object:
    """The order, once all of it has filled."""

    async def closed() -> object:
        found = await client.fetch_order(at(order, "id"), SYMBOL)
        return found if at(found, "status") == "closed" else None

    return await until(closed, "the fill")


async def flat(client: ccxt.pro.bingx) -> None:
    """Wait until nothing is held."""

    async def none() -> bool:
        return not await client.fetch_positions([SYMBOL])

    await until(none, "a flat account")


@pytest.mark.parametrize("hedged", [False, True])
async def test_markets_and_settings(tmp_path: Path, hedged: bool) -> None:
    async with connected(tmp_path, hedged) as client:
        assert at(client.markets, SYMBOL, "active") is True
        assert at(client.markets, SYMBOL, "linear") is True
        assert at(await client.fetch_position_mode(SYMBOL), "hedged") is hedged
        for side in ("LONG", "SHORT") if hedged else ("BOTH",):
            await client.set_leverage(7, SYMBOL, {"side": side})
        assert at(await client.fetch_leverage(SYMBOL), "longLeverage") == 7
        await client.set_margin_mode("isolated", SYMBOL)
        assert at(await client.fetch_margin_mode(SYMBOL), "marginMode") == "isolated"
        ticker = await client.fetch_ticker(SYMBOL)
        assert ticker["bid"] < ticker["last"] < ticker["ask"]
        book = await client.fetch_order_book(SYMBOL)
        assert book["bids"][0][0] < book["asks"][0][0]
        assert len(await client.fetch_ohlcv(SYMBOL, "5m", limit=5)) == 5
        assert at(await client.fetch_balance(), "USDT", "total") == 100_000
        assert at(await client.fetch_trading_fee(SYMBOL), "taker") == 0.0005
        assert await client.fetch_market_leverage_tiers(SYMBOL)
        assert at(await client.fetch_funding_rate(SYMBOL), "nextFundingTimestamp")
        for call in (
            client.fetch_time(),
            client.fetch_trades(SYMBOL),
            client.fetch_tickers(),
            client.fetch_mark_price(SYMBOL),
            client.fetch_funding_rate_history(SYMBOL),
            client.fetch_open_interest(SYMBOL),
        ):
            assert await call


@pytest.mark.parametrize("hedged", [False, True])
async def test_orders_from_placing_to_their_end(tmp_path: Path, hedged: bool) -> None:
    more = extra(hedged)
    async with connected(tmp_path, hedged) as client:
        limit = await client.create_order(
            SYMBOL, "limit", "buy", 0.01, 80_000, extra(hedged, clientOrderId="Mine-1")
        )
        found = await client.fetch_order(limit["id"], SYMBOL)
        assert (found["status"], found["clientOrderId"]) == ("open", "mine-1")
        assert [row["id"] for row in await client.fetch_open_orders(SYMBOL)] == [limit["id"]]
        assert at(await client.cancel_order(limit["id"], SYMBOL), "status") == "canceled"
        post = await client.create_order(
            SYMBOL, "limit", "buy", 0.01, 80_000, extra(hedged, postOnly=True)
        )
        edited = await client.edit_order(post["id"], SYMBOL, "limit", "buy", 0.02, 81_000, more)
        batch = await client.create_orders(
            [
                {
                    "symbol": SYMBOL,
                    "type": "limit",
                    "side": "buy",
                    "amount": 0.01,
                    "price": price,
                    "params": more,
                }
                for price in (80_000, 80_500)
            ]
        )
        assert len(batch) == 2
        names = {row["id"] for row in await client.fetch_open_orders(SYMBOL)}
        assert names == {edited["id"], *(row["id"] for row in batch)}
        await client.cancel_orders([batch[0]["id"]], SYMBOL)
        await client.cancel_all_orders(SYMBOL)
        assert await client.fetch_open_orders(SYMBOL) == []
        await client.create_order(
            SYMBOL, "limit", "buy", 0.01, 80_000, extra(hedged, timeInForce="IOC")
        )
        assert len(await client.fetch_canceled_orders(SYMBOL)) == 6
        assert len(await client.fetch_orders(SYMBOL)) == 6
        assert await client.create_order(SYMBOL, "market", "buy", 0.01, None, {**more, "test": 1})
        assert await client.cancel_all_orders_after(20_000)
        assert await client.cancel_all_orders_after(0)


@pytest.mark.parametrize("hedged", [False, True])
async def test_positions_from_opening_to_closing(tmp_path: Path, hedged: bool) -> None:
    more = extra(hedged)
    async with connected(tmp_path, hedged) as client:
        order = await client.create_order(SYMBOL, "market", "buy", 0.02, None, more)
        done = await filled(client, order)
        assert at(done, "filled") == 0.02
        assert float(str(at(done, "average"))) > 0
        held = await client.fetch_positions([SYMBOL])
        assert [(row["side"], row["contracts"]) for row in held] == [("long", 0.02)]
        assert at(await client.fetch_position(SYMBOL), "entryPrice") == held[0]["entryPrice"]
        stop = await client.create_order(
            SYMBOL,
            "market",
            "sell",
            0.02,
            None,
            extra(hedged, stopLossPrice=80_000, reduceOnly=True),
        )
        waiting = await client.fetch_order(stop["id"], SYMBOL)
        assert (waiting["status"], waiting["stopLossPrice"]) == ("open", 80_000)
        part = await client.create_order(
            SYMBOL, "market", "sell", 0.005, None, extra(hedged, reduceOnly=True)
        )
        await filled(client, part)
        await client.close_position(SYMBOL)
        await flat(client)
        assert await client.fetch_open_orders(SYMBOL) == []
        trades = await client.fetch_my_trades(SYMBOL)
        # Some releases take `volume` for a number of contracts, so the venue's own text counts.
        for side in ("buy", "sell"):
            volumes = [row["info"]["volume"] for row in trades if row["side"] == side]
            assert sum(map(Decimal, volumes)) == Decimal("0.02")
        assert len(await client.fetch_position_history(SYMBOL)) == 1
        again = await client.create_order(SYMBOL, "market", "sell", 0.01, None, more)
        # The rest of an order that is still filling would open what was just closed.
        await filled(client, again)
        await client.close_all_positions()
        await flat(client)
        assert await client.fetch_funding_history(SYMBOL) == []


@pytest.mark.parametrize("hedged", [False, True])
async def test_streams_follow_orders_balance_positions_and_prices(
    tmp_path: Path, hedged: bool
) -> None:
    async with connected(tmp_path, hedged) as client:
        # Started at once, each watcher of the library would ask for a listen key of its own.
        orders = watching(client.watch_orders(SYMBOL))
        await until(lambda: followed(client, 1), "the user stream")
        # The library waits for ever for a snapshot that came before it began to watch.
        balance = watching(paid(client))
        trades = watching(client.watch_my_trades())
        positions = watching(
            client.watch_positions([SYMBOL], None, None, {"awaitPositionsSnapshot": False})
        )
        await until(lambda: followed(client, 3), "all watchers")
        order = await client.create_order(SYMBOL, "market", "buy", 0.01, None, extra(hedged))
        assert at(await orders, 0, "id") == order["id"]
        assert at(await trades, 0, "order") == order["id"]
        assert 99_999 < float(str(at(await balance, "USDT", "free"))) < 100_000
        assert at(await positions, 0, "side") == "long"
        seen = await watching(client.watch_ticker(SYMBOL))
        assert at(seen, "last")
        book = await watching(client.watch_order_book(SYMBOL))
        assert float(str(at(book, "bids", 0, 0))) < float(str(at(book, "asks", 0, 0)))
        assert await watching(client.watch_trades(SYMBOL))
        assert await watching(client.watch_ohlcv(SYMBOL, "1m"))


@pytest.mark.parametrize("hedged", [False, True])
async def test_refusals_arrive_as_the_librarys_own_errors(tmp_path: Path, hedged: bool) -> None:
    more = extra(hedged)
    async with connected(tmp_path, hedged) as client:
        with pytest.raises(ccxt.InsufficientFunds):
            await client.create_order(SYMBOL, "limit", "buy", 40, 90_000, more)
        with pytest.raises(ccxt.ExchangeError, match="109421"):
            await client.fetch_order("123", SYMBOL)
        with pytest.raises(ccxt.ExchangeError, match="109400"):
            await client.create_order(
                SYMBOL, "limit", "buy", 0.01, 80_000, {} if hedged else {"hedged": True}
            )
        named = extra(hedged, clientOrderId="x")
        await client.create_order(SYMBOL, "limit", "buy", 0.01, 80_000, named)
        with pytest.raises(ccxt.ExchangeError, match=r"109201|101481"):
            await client.create_order(SYMBOL, "limit", "buy", 0.01, 80_000, named)
        client.secret = "wrong"
        with pytest.raises(ccxt.AuthenticationError):
            await client.fetch_balance()


def watching(call: Awaitable[object]) -> "asyncio.Task[object]":
    """A subscription under way, which fails at a deadline."""
    return asyncio.create_task(_limited(call))


async def _limited(call: Awaitable[object]) -> object:
    async with asyncio.timeout(DEADLINE_S):
        return await call


async def paid(client: ccxt.pro.bingx) -> object:
    """The balance once a fee was taken from it."""
    while True:
        balance = await client.watch_balance({"awaitBalanceSnapshot": False})
        if float(str(at(balance, "USDT", "free"))) != 100_000:
            return balance


async def followed(client: ccxt.pro.bingx, watchers: int) -> bool:
    """Whether the library's user stream is connected and so many watchers wait on it."""
    return any(
        "listenKey" in url and socket.connection is not None and len(socket.futures) >= watchers
        for url, socket in client.clients.items()
    )
