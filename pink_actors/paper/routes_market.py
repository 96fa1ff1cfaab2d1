"""Public market data: contracts, tickers, books, bars, trades and funding."""

from pink_actors.paper.advance import FUNDING_MS
from pink_actors.paper.checks import BOUND_BP, OPEN_ORDERS_MAX, price_band_e12
from pink_actors.paper.fixed import PRICE_ONE, div_half_even, exact_text, rounded_text
from pink_actors.paper.frames import KLINE_MS, depth_data
from pink_actors.paper.instrument import TIERS
from pink_actors.paper.limits import Rate
from pink_actors.paper.market import BARS_KEPT_MAX, Bar, Market, day_of, grouped
from pink_actors.paper.request import NO_SYMBOL, Now, Refusal, bad
from pink_actors.paper.routes import Answer, Bare, Call, Route
from pink_actors.paper.wire import Json, number, price_text

DEPTHS = ("5", "10", "20", "50", "100", "500", "1000")
LAUNCHED_MS = 1_586_275_200_000


def server_time(call: Call) -> Answer:
    """Protocol time; market time stands beside `data`."""
    return {"serverTime": call.now.wall_ms}


def contracts(call: Call) -> Answer:
    """What can be traded."""
    return [contract_row(market) for market in _chosen(call)] or NO_SYMBOL


def contract_row(market: Market) -> Json:
    """One contract; tick and step follow from the two precisions."""
    i = market.instrument
    return {
        "contractId": i.contract_id,
        "symbol": i.symbol,
        "size": "0",
        "quantityPrecision": i.qty_places,
        "pricePrecision": i.price_places,
        "feeRate": number(i.taker_rate_e8, 8),
        "makerFeeRate": number(i.maker_rate_e8, 8),
        "takerFeeRate": number(i.taker_rate_e8, 8),
        "tradeMinLimit": 0,
        "tradeMinQuantity": number(i.qty_min_e8, 8),
        "tradeMinUSDT": number(i.notional_min_e8, 8),
        "maxLongLeverage": i.leverage_max,
        "maxShortLeverage": i.leverage_max,
        "currency": "USDT",
        "asset": i.asset,
        "status": 1,
        "apiStateOpen": "true",
        "apiStateClose": "true",
        "brokerState": "true",
        "launchTime": LAUNCHED_MS,
        "maintainTime": 0,
        "offTime": 0,
        "displayName": i.symbol,
    }


def ticker(call: Call) -> Answer:
    """The last day of one market, or of all."""
    return _one_or_all(call, [ticker_row(market, call.now) for market in _chosen(call)])


def ticker_row(market: Market, now: Now) -> Json:
    """The 24 h ticker of REST."""
    i = market.instrument
    day = day_of(market)
    change = market.last_e12 - day.open_e12
    ask, bid = market.top(buyer=True), market.top(buyer=False)
    turnover = div_half_even(day.volume_e8 * market.last_e12, PRICE_ONE)
    return {
        "symbol": i.symbol,
        "priceChange": price_text(change, i),
        "priceChangePercent": rounded_text(change * 10**10 // day.open_e12, 8, 2),
        "lastPrice": price_text(market.last_e12, i),
        "lastQty": "1",
        "highPrice": price_text(day.high_e12, i),
        "lowPrice": price_text(day.low_e12, i),
        "volume": rounded_text(day.volume_e8, 8, 4),
        "quoteVolume": rounded_text(turnover, 8, 2),
        "openPrice": price_text(day.open_e12, i),
        "openTime": day.open_ms,
        "closeTime": now.wall_ms,
        "askPrice": price_text(ask.price_e12, i),
        "askQty": rounded_text(ask.qty_e8, 8, i.qty_places),
        "bidPrice": price_text(bid.price_e12, i),
        "bidQty": rounded_text(bid.qty_e8, 8, i.qty_places),
    }


def premium_index(call: Call) -> Answer:
    """Mark price, index price and funding."""
    return _one_or_all(
        call,
        [
            {
                "symbol": market.instrument.symbol,
                "markPrice": price_text(market.mark_e12, market.instrument),
                "indexPrice": price_text(market.mark_e12, market.instrument),
                "lastFundingRate": rounded_text(market.funding_rate_e8, 8, 8),
                "nextFundingTime": call.venue.clockwork.next_funding_ms,
                "time": call.now.wall_ms,
            }
            for market in _chosen(call)
        ],
    )


def depth(call: Call) -> Answer:
    """A book snapshot, asks from far to near."""
    market = call.venue.markets.get(call.text("symbol"))
    if market is None:
        return NO_SYMBOL
    limit = call.text("limit") or "20"
    if limit not in DEPTHS:
        return bad("Invalid parameters, err:limit: must be one of 5,10,20,50,100,500,1000")
    book = depth_data(market, int(limit))
    return {"T": call.now.wall_ms, **book, "bidsCoin": book["bids"], "asksCoin": book["asks"]}


def book_ticker(call: Call) -> Answer:
    """Best bid and ask, as numbers."""
    market = call.venue.markets.get(call.text("symbol"))
    if market is None:
        return NO_SYMBOL
    ask, bid = market.top(buyer=True), market.top(buyer=False)
    return {
        "book_ticker": {
            "symbol": market.instrument.symbol,
            "bid_price": number(bid.price_e12, 12),
            "bid_qty": number(bid.qty_e8, 8),
            "ask_price": number(ask.price_e12, 12),
            "ask_qty": number(ask.qty_e8, 8),
            "time": call.now.wall_ms,
        }
    }


def price_ticker(call: Call) -> Answer:
    """The last price alone."""
    return _one_or_all(
        call,
        [
            {
                "symbol": market.instrument.symbol,
                "price": price_text(market.last_e12, market.instrument),
                "time": call.now.wall_ms,
            }
            for market in _chosen(call)
        ],
    )


def trades(call: Call) -> Answer:
    """The latest public trades."""
    market = call.venue.markets.get(call.text("symbol"))
    limit = call.whole("limit", 500)
    if market is None:
        return NO_SYMBOL
    if isinstance(limit, Refusal):
        return limit
    i = market.instrument
    return [
        {
            "time": t.wall_ms,
            "isBuyerMaker": t.buyer_made,
            "price": price_text(t.price_e12, i),
            "qty": rounded_text(t.qty_e8, 8, i.qty_places),
            "quoteQty": rounded_text(div_half_even(t.price_e12 * t.qty_e8, PRICE_ONE), 8, 2),
            "id": str(t.trade_id),
        }
        for t in list(market.trades)[-max(1, min(limit, 1000)) :]
    ]


def klines(call: Call) -> Answer:
    """Bars in market time, newest first."""
    rows = _bars(call)
    if isinstance(rows, Refusal):
        return rows
    i = call.venue.markets[call.text("symbol")].instrument
    return [
        {
            "open": price_text(b.open_e12, i),
            "close": price_text(b.close_e12, i),
            "high": price_text(b.high_e12, i),
            "low": price_text(b.low_e12, i),
            "volume": rounded_text(b.volume_e8, 8, 2),
            "time": b.open_ms,
        }
        for b in reversed(rows)
    ]


def mark_klines(call: Call) -> Answer:
    """Bars of the mark price; the paper market's mark follows its last price."""
    rows = _bars(call)
    if isinstance(rows, Refusal):
        return rows
    i = call.venue.markets[call.text("symbol")].instrument
    span = KLINE_MS.get(call.text("interval"), 60_000)
    return [
        {
            "open": price_text(b.open_e12, i),
            "close": price_text(b.close_e12, i),
            "high": price_text(b.high_e12, i),
            "low": price_text(b.low_e12, i),
            "volume": "0",
            "openTime": b.open_ms,
            "closeTime": b.open_ms + span - 1,
        }
        for b in reversed(rows)
    ]


def funding_rate(call: Call) -> Answer:
    """Funding rates, newest first; before the first payment, the rate to come."""
    market = call.venue.markets.get(call.text("symbol"))
    if market is None:
        return NO_SYMBOL
    limit = call.whole("limit", 100)
    if isinstance(limit, Refusal):
        return limit
    past = list(market.funding) or [
        (call.venue.clockwork.next_funding_ms - FUNDING_MS, market.funding_rate_e8)
    ]
    return [
        {
            "symbol": market.instrument.symbol,
            "fundingRate": rounded_text(rate, 8, 8),
            "fundingTime": at_ms,
            "markPrice": price_text(market.mark_e12, market.instrument),
        }
        for at_ms, rate in reversed(past[-max(1, min(limit, 1000)) :])
    ]


def open_interest(call: Call) -> Answer:
    """The value held by the accounts of this venue."""
    market = call.venue.markets.get(call.text("symbol"))
    if market is None:
        return NO_SYMBOL
    symbol = market.instrument.symbol
    value = sum(
        position.value_e8(market.mark_e12)
        for account in call.venue.state.accounts.values()
        for position in account.held()
        if position.symbol == symbol
    )
    return {"openInterest": rounded_text(value, 8, 2), "symbol": symbol, "time": call.now.wall_ms}


def trading_rules(call: Call) -> Answer:
    """Limits of orders in one contract."""
    market = call.venue.markets.get(call.text("symbol"))
    if market is None:
        return NO_SYMBOL
    i = market.instrument
    buy_low, buy_high = price_band_e12(market, buyer=True)
    sell_low, sell_high = price_band_e12(market, buyer=False)
    return {
        "minSizeCoin": exact_text(i.qty_min_e8, 8),
        "minSizeUsd": exact_text(i.notional_min_e8, 8),
        "maxNumOrder": str(OPEN_ORDERS_MAX),
        "protectionThreshold": "0.1",
        "buyMaxPrice": price_text(buy_high, i),
        "buyMinPrice": price_text(buy_low, i),
        "sellMaxPrice": price_text(sell_high, i),
        "sellMinPrice": price_text(sell_low, i),
        "marketRatio": exact_text(BOUND_BP, 4),
    }


def maintenance_tiers(call: Call) -> Answer:
    """The maintenance rates by position value."""
    symbol = call.text("symbol")
    if symbol not in call.venue.markets:
        return NO_SYMBOL
    return [
        {
            "tier": f"Tier {number_}",
            "symbol": symbol,
            "minPositionVal": exact_text(tier.value_min_e8, 8),
            "maxPositionVal": exact_text(tier.value_max_e8, 8),
            "maintMarginRatio": rounded_text(tier.rate_e8, 8, 6),
            "maintAmount": "0.000000",
        }
        for number_, tier in enumerate(TIERS, start=1)
    ]


def no_coins(call: Call) -> Answer:
    """Other products of the venue, which the paper venue does not have: empty lists."""
    return Bare({"code": 0, "msg": "", "data": [], "timestamp": call.now.wall_ms})


def no_spot(call: Call) -> Answer:
    """Spot markets: none."""
    return Bare({"code": 0, "msg": "", "data": {"symbols": []}, "timestamp": call.now.wall_ms})


def _chosen(call: Call) -> list[Market]:
    symbol = call.text("symbol")
    if not symbol:
        return list(call.venue.markets.values())
    market = call.venue.markets.get(symbol)
    return [market] if market is not None else []


def _one_or_all(call: Call, rows: list[Json]) -> Answer:
    if not call.text("symbol"):
        return rows
    return rows[0] if rows else NO_SYMBOL


def _bars(call: Call) -> list[Bar] | Refusal:
    market = call.venue.markets.get(call.text("symbol"))
    if market is None:
        return NO_SYMBOL
    span = KLINE_MS.get(call.text("interval") or "1m")
    limit = call.whole("limit", 500)
    start = call.whole("startTime", 0)
    end = call.whole("endTime", 1 << 62)
    if span is None:
        return bad("Invalid parameters, err:interval: This field is invalid")
    if isinstance(limit, Refusal) or isinstance(start, Refusal) or isinstance(end, Refusal):
        return bad("Invalid parameters, err:limit, startTime or endTime: Mismatch type int64")
    rows = grouped(list(market.bars), span, BARS_KEPT_MAX)
    chosen = [bar for bar in rows if start <= bar.open_ms <= end]
    count = max(1, min(limit, 1440))
    return chosen[:count] if start else chosen[-count:]


# The documents say one a second and elsewhere fifty for the whole group; clients rely on more.
_PUBLIC = Rate(0, 10)

ROUTES = {
    "GET /openApi/swap/v2/server/time": Route(server_time, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/contracts": Route(contracts, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/ticker": Route(ticker, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/premiumIndex": Route(premium_index, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/depth": Route(depth, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/bookTicker": Route(book_ticker, False, _PUBLIC),
    "GET /openApi/swap/v1/ticker/price": Route(price_ticker, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/price": Route(price_ticker, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/trades": Route(trades, False, _PUBLIC),
    "GET /openApi/swap/v3/quote/klines": Route(klines, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/klines": Route(klines, False, _PUBLIC),
    "GET /openApi/swap/v1/market/markPriceKlines": Route(mark_klines, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/fundingRate": Route(funding_rate, False, _PUBLIC),
    "GET /openApi/swap/v2/quote/openInterest": Route(open_interest, False, _PUBLIC),
    "GET /openApi/swap/v1/tradingRules": Route(trading_rules, False, _PUBLIC),
    "GET /openApi/swap/v1/maintMarginRatio": Route(maintenance_tiers, True, Rate(5, 5)),
    "GET /openApi/wallets/v1/capital/config/getall": Route(no_coins, True, Rate(5, 5)),
    "GET /openApi/cswap/v1/market/contracts": Route(no_coins, False, _PUBLIC),
    "GET /openApi/spot/v1/common/symbols": Route(no_spot, False, _PUBLIC),
}
