"""WebSocket renderings of what happened, as the venue's user and market streams send them."""

from pink_actors.paper.events import AccountEvent, OrderEvent
from pink_actors.paper.fixed import PRICE_ONE, div_half_even, exact_text, rounded_text
from pink_actors.paper.instrument import Instrument
from pink_actors.paper.market import Bar, Market, day_of
from pink_actors.paper.position import Position
from pink_actors.paper.request import Now
from pink_actors.paper.state import Account
from pink_actors.paper.wire import Json, average_e12, number, price_text

KLINE_MS = {
    "1m": 60_000,
    "3m": 180_000,
    "5m": 300_000,
    "15m": 900_000,
    "30m": 1_800_000,
    "1h": 3_600_000,
    "2h": 7_200_000,
    "4h": 14_400_000,
    "6h": 21_600_000,
    "8h": 28_800_000,
    "12h": 43_200_000,
    "1d": 86_400_000,
    "3d": 259_200_000,
    "1w": 604_800_000,
    "1M": 2_592_000_000,
}
STREAM_STATUS = {"CANCELLED": "CANCELED", "PENDING": "NEW"}


def order_frame(event: OrderEvent, instrument: Instrument, now: Now, *, named: bool) -> Json:
    """ORDER_TRADE_UPDATE; `ap` is the rounded average padded with zeros, `p` of MARKET a bound."""
    order, fill = event.order, event.fill
    kind = order.accepted
    average = average_e12(order)
    average -= average % instrument.tick_e12
    forced = event.execution == "CALCULATED"
    row: Json = {
        "s": kind.symbol,
        "c": kind.client_order_id if named else "",
        "i": order.order_id,
        "S": kind.side,
        "o": "LIQUIDATION" if forced else kind.type,
        "q": rounded_text(order.qty_e8, 8, 8),
        "p": rounded_text(kind.price, 12, 8),
        "sp": rounded_text(kind.stop_price, 12, 8),
        "ap": rounded_text(average, 12, 8),
        "x": event.execution,
        "X": STREAM_STATUS.get(order.status, order.status),
        "N": "USDT",
        "n": rounded_text(-fill.fee if fill else 0, 8, 8),
        "T": fill.wall_ms if fill else 0,
        "wt": kind.working_type,
        "ps": kind.position_side,
        "rp": rounded_text(fill.realised_pnl if fill else 0, 8, 8),
        "z": rounded_text(order.filled_e8, 8, 8),
        "sg": "false",
        "ti": kind.parent_id,
        "ro": kind.reduce_only,
        "td": fill.trade_id if fill else 0,
        "tv": exact_text(div_half_even(fill.price * fill.qty, PRICE_ONE), 8) if fill else "0",
    }
    if fill is not None:
        row["l"] = rounded_text(fill.qty, 8, 8)
        row["L"] = rounded_text(fill.price, 12, 8)
    return {
        "e": "ORDER_TRADE_UPDATE",
        "E": now.wall_ms,
        "T": order.updated_ms,
        "o": row,
        "marketTime": fill.market_ms if fill else now.market_ms,
    }


def account_frame(event: AccountEvent, account: Account, marks: dict[str, int], now: Now) -> Json:
    """ACCOUNT_UPDATE: the wallet, and the positions that changed."""
    isolated = sum(p.isolated_e8 for p in account.held() if account.isolated(p.symbol))
    coin = {
        "a": "USDT",
        "wb": rounded_text(event.wallet_e8, 8, 8),
        "cw": rounded_text(event.wallet_e8 - isolated, 8, 8),
        "bc": "0" if event.reason == "ORDER" else exact_text(event.change_e8, 8),
    }
    rows = [
        position_row(position, account, marks[position.symbol], event.change_e8)
        for position in event.positions
    ]
    return {
        "e": "ACCOUNT_UPDATE",
        "E": now.wall_ms,
        "T": now.wall_ms,
        "a": {"m": event.reason, "B": [coin], "P": rows},
        "marketTime": now.market_ms,
    }


def position_row(position: Position, account: Account, mark_e12: int, change_e8: int) -> Json:
    """One P row: unsigned in hedge mode, signed under BOTH in one-way mode."""
    isolated = account.isolated(position.symbol)
    qty = position.qty_e8 if position.side == "BOTH" else abs(position.qty_e8)
    return {
        "s": position.symbol,
        "pa": rounded_text(qty, 8, 8),
        "ep": rounded_text(position.entry_e12, 12, 8),
        "up": rounded_text(position.unrealised_e8(mark_e12), 8, 8),
        "mt": "isolated" if isolated else "cross",
        "iw": rounded_text(position.isolated_e8, 8, 8),
        "ps": position.side,
        "cr": rounded_text(change_e8, 8, 8),
    }


def snapshot_frame(account: Account, marks: dict[str, int], now: Now) -> Json:
    """SNAPSHOT of wallet and positions, sent on connect and every few seconds."""
    whole = AccountEvent(account.name, "INIT", account.wallet_e8, 0, tuple(account.held()))
    frame = account_frame(whole, account, marks, now)
    frame["e"] = "SNAPSHOT"
    return frame


def config_frame(account: Account, symbol: str, now: Now, kind: str) -> Json:
    """ACCOUNT_CONFIG_UPDATE or its SNAPSHOT: leverage and margin type of one symbol."""
    both = "BOTH" if not account.hedge else ""
    return {
        "e": kind,
        "E": now.wall_ms,
        "ac": {
            "s": symbol,
            "l": account.leverage_of(symbol, both or "LONG"),
            "S": account.leverage_of(symbol, both or "SHORT"),
            "mt": "isolated" if account.isolated(symbol) else "cross",
        },
    }


def expired_frame(listen_key: str, now: Now) -> Json:
    """listenKeyExpired: from here on no data comes, though the socket may stay."""
    return {"e": "listenKeyExpired", "E": now.wall_ms, "listenKey": listen_key}


def market_frame(channel: str, topic: str, market: Market, now: Now) -> Json | None:
    """The frame of one market channel as of now; None for a channel that does not exist."""
    data = _market_data(channel, market, now)
    if data is None:
        return None
    frame: Json = {
        "code": 0,
        "dataType": topic,
        "data": data,
        "ts": now.wall_ms,
        "marketTime": now.market_ms,
    }
    if channel.startswith("kline_"):
        frame["s"] = market.instrument.symbol
    return frame


def kline_data(bars: list[Bar], instrument: Instrument) -> list[Json]:
    """Bars as kline frames carry them; T is the time a bar opens, in market time."""
    return [
        {
            "c": price_text(bar.close_e12, instrument),
            "o": price_text(bar.open_e12, instrument),
            "h": price_text(bar.high_e12, instrument),
            "l": price_text(bar.low_e12, instrument),
            "v": rounded_text(bar.volume_e8, 8, 4),
            "T": bar.open_ms,
        }
        for bar in bars
    ]


def _market_data(channel: str, market: Market, now: Now) -> Json | list[Json] | None:
    instrument = market.instrument
    symbol = instrument.symbol
    match channel.partition("@")[0]:
        case "lastPrice":
            return {
                "e": "lastPriceUpdate",
                "E": now.wall_ms,
                "s": symbol,
                "c": price_text(market.last_e12, instrument),
            }
        case "markPrice":
            return {
                "e": "markPriceUpdate",
                "E": now.wall_ms,
                "s": symbol,
                "p": price_text(market.mark_e12, instrument),
            }
        case "bookTicker":
            ask, bid = market.top(buyer=True), market.top(buyer=False)
            return {
                "e": "bookTicker",
                "u": market.updates,
                "E": now.wall_ms,
                "T": now.wall_ms,
                "s": symbol,
                "b": price_text(bid.price_e12, instrument),
                "B": rounded_text(bid.qty_e8, 8, 4),
                "A": rounded_text(ask.qty_e8, 8, 4),
                "a": price_text(ask.price_e12, instrument),
            }
        case "trade":
            return [
                {
                    "q": rounded_text(t.qty_e8, 8, instrument.qty_places),
                    "p": price_text(t.price_e12, instrument),
                    "T": t.wall_ms,
                    "m": t.buyer_made,
                    "s": symbol,
                }
                for t in list(market.trades)[-1:]
            ]
        case "ticker":
            return ticker_data(market, now)
        case "incrDepth":
            return {
                "action": "all",
                "lastUpdateId": market.updates,
                "time": now.wall_ms,
                **depth_data(market, 20),
            }
        case name if name in ("depth5", "depth10", "depth20", "depth50", "depth100"):
            return depth_data(market, int(name[5:]))
    return None


def depth_data(market: Market, count: int) -> Json:
    """A book snapshot; the asks run from far to near, as the venue has them."""
    instrument = market.instrument
    places = instrument.qty_places
    return {
        "bids": [
            [price_text(price, instrument), rounded_text(qty, 8, places)]
            for price, qty in market.bids(count)
        ],
        "asks": [
            [price_text(price, instrument), rounded_text(qty, 8, places)]
            for price, qty in reversed(market.asks(count))
        ],
    }


def ticker_data(market: Market, now: Now) -> Json:
    """The 24 h ticker of the stream: A and B are prices, a and b quantities."""
    instrument = market.instrument
    day = day_of(market)
    change = market.last_e12 - day.open_e12
    ask, bid = market.top(buyer=True), market.top(buyer=False)
    return {
        "e": "24hTicker",
        "E": now.wall_ms,
        "s": instrument.symbol,
        "p": price_text(change, instrument),
        "P": f"{change * 100 / day.open_e12:.2f}",
        "c": price_text(market.last_e12, instrument),
        "L": "0.0100",
        "h": price_text(day.high_e12, instrument),
        "l": price_text(day.low_e12, instrument),
        "v": rounded_text(day.volume_e8, 8, 4),
        "o": price_text(day.open_e12, instrument),
        "q": rounded_text(div_half_even(day.volume_e8 * market.last_e12, PRICE_ONE), 8, 2),
        "O": day.open_ms,
        "C": now.wall_ms,
        "A": price_text(ask.price_e12, instrument),
        "a": number(ask.qty_e8, 8),
        "B": price_text(bid.price_e12, instrument),
        "b": number(bid.qty_e8, 8),
    }
