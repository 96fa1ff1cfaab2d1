"""Account endpoints: balance, positions, income, settings, listen keys."""

from pink_actors.paper import entries as e
from pink_actors.paper import request as r
from pink_actors.paper.faults import FaultName
from pink_actors.paper.fixed import rounded_text
from pink_actors.paper.limits import Rate
from pink_actors.paper.position import Position
from pink_actors.paper.request import NO_SYMBOL, Refusal, bad
from pink_actors.paper.routes import Answer, Bare, Call, Route
from pink_actors.paper.state import margin_use
from pink_actors.paper.wire import (
    Json,
    balance_row,
    closed_row,
    income_row,
    number,
    position_row,
    unused_coin_row,
)

DAY_MS = 86_400_000
MARGIN_TYPES = ("ISOLATED", "CROSSED", "SEPARATE_ISOLATED")


def balance(call: Call) -> Answer:
    """All coins, the second of which was never used."""
    venue = call.venue
    own = balance_row(call.account, venue.exchange.marks(), venue.options.coin)
    return [own, unused_coin_row()]


def balance_single(call: Call) -> Answer:
    """The old form: one coin in an object."""
    venue = call.venue
    return {"balance": balance_row(call.account, venue.exchange.marks(), venue.options.coin)}


def positions(call: Call) -> Answer:
    """What is held; nothing held is an empty list."""
    venue = call.venue
    symbol = call.text("symbol")
    if symbol and symbol not in venue.markets:
        return NO_SYMBOL
    held, wallet = _positions_seen(call)
    return [
        position_row(position, call.account, venue.markets[position.symbol], wallet)
        for position in held
        if symbol in ("", position.symbol)
    ]


def income(call: Call) -> Answer:
    """Money that came and went: fees and results of fills, funding, transfers."""
    limit = call.whole("limit", 100)
    start = call.whole("startTime", call.now.wall_ms - 7 * DAY_MS)
    end = call.whole("endTime", 1 << 62)
    if isinstance(limit, Refusal) or isinstance(start, Refusal) or isinstance(end, Refusal):
        return bad("Invalid parameters, err:limit, startTime or endTime: Mismatch type int64")
    kind, symbol = call.text("incomeType"), call.text("symbol")
    rows: list[tuple[int, int, Json]] = []
    for fill in call.account.fills:
        if not start <= fill.wall_ms <= end or symbol not in ("", fill.symbol):
            continue
        ids = (fill.seq, fill.trade_id)
        parts = (("REALIZED_PNL", fill.realised_pnl, "Realized"), ("TRADING_FEE", -fill.fee, "Fee"))
        for name, amount, info in parts:
            if amount and kind in ("", name):
                row = income_row(name, fill.symbol, amount, fill.wall_ms, ids, info)
                rows.append((fill.wall_ms, fill.seq, row))
    for moved in call.account.money:
        fits = symbol in ("", moved.symbol) and kind in ("", moved.kind)
        if fits and start <= moved.wall_ms <= end:
            row = income_row(
                moved.kind, moved.symbol, moved.amount, moved.wall_ms, (moved.seq, 0), moved.info
            )
            row["marketTime"] = moved.market_ms
            rows.append((moved.wall_ms, moved.seq, row))
    rows.sort(key=lambda row: row[:2], reverse=True)
    return [row for _, _, row in rows[: max(1, min(limit, 1000))]]


def commission_rate(call: Call) -> Answer:
    """The fees, as numbers."""
    instrument = next(iter(call.venue.markets.values())).instrument
    return {
        "commission": {
            "takerCommissionRate": number(instrument.taker_rate_e8, 8),
            "makerCommissionRate": number(instrument.maker_rate_e8, 8),
        }
    }


def leverage(call: Call) -> Answer:
    """The leverage of both sides and what it still allows."""
    symbol = call.text("symbol")
    market = call.venue.markets.get(symbol)
    if market is None:
        return NO_SYMBOL
    account = call.account
    both = not account.hedge
    long_side = account.leverage_of(symbol, "BOTH" if both else "LONG")
    short_side = account.leverage_of(symbol, "BOTH" if both else "SHORT")
    free = margin_use(account, call.venue.exchange.marks()).available_e8
    limit = market.instrument.leverage_max
    return {
        "longLeverage": long_side,
        "shortLeverage": short_side,
        "maxLongLeverage": limit,
        "maxShortLeverage": limit,
        "availableLongVol": rounded_text(free * long_side * 10**12 // market.last_e12, 8, 4),
        "availableShortVol": rounded_text(free * short_side * 10**12 // market.last_e12, 8, 4),
    }


def set_leverage(call: Call) -> Answer:
    """Change the leverage of a side; BOTH exactly in one-way mode."""
    symbol = call.text("symbol")
    market = call.venue.markets.get(symbol)
    if market is None:
        return NO_SYMBOL
    side = call.text("side")
    if call.account.hedge and side not in ("LONG", "SHORT"):
        return bad("In the Hedge mode, the 'Side' field can only be set to LONG or SHORT.")
    if not call.account.hedge and side != "BOTH":
        return bad("In the One-way mode, the 'Side' field can only be set to BOTH.")
    wanted = call.whole("leverage", 0)
    if isinstance(wanted, Refusal):
        return wanted
    if wanted < 1:
        return bad("Invalid parameters, err:leverage: This field must be greater than 0.")
    if wanted > market.instrument.leverage_max:
        return Refusal(101414, "The maximum leverage for this trading pair has been exceeded")
    if call.account.leverage_of(symbol, side) != wanted:
        call.venue.record(
            call.now,
            e.LeverageSet(account=call.account.name, symbol=symbol, side=side, leverage=wanted),
        )
        call.venue.exchange.tell_config(call.account, symbol)
    return {"leverage": wanted, "symbol": symbol}


def margin_type(call: Call) -> Answer:
    """CROSSED or ISOLATED."""
    if call.text("symbol") not in call.venue.markets:
        return NO_SYMBOL
    return {"marginType": call.account.margin_type.get(call.text("symbol"), "CROSSED")}


def set_margin_type(call: Call) -> Answer:
    """Change it while the symbol is flat and free of orders; answers without data."""
    symbol, wanted = call.text("symbol"), call.text("marginType")
    if symbol not in call.venue.markets:
        return NO_SYMBOL
    if wanted not in MARGIN_TYPES:
        return bad("Invalid parameters, err:marginType: This field is invalid")
    busy = any(o.accepted.symbol == symbol for o in call.account.open_orders.values())
    if busy or any(position.symbol == symbol for position in call.account.held()):
        return bad("you have open orders or positions, margin type can not be changed")
    call.venue.record(
        call.now, e.MarginTypeSet(account=call.account.name, symbol=symbol, margin_type=wanted)
    )
    call.venue.exchange.tell_config(call.account, symbol)
    return Bare({"code": 0, "msg": ""})


def position_mode(call: Call) -> Answer:
    """Hedge mode as the text true or false."""
    return {"dualSidePosition": "true" if call.account.hedge else "false"}


def set_position_mode(call: Call) -> Answer:
    """Switch the account's mode, only when it holds and awaits nothing."""
    wanted = call.text("dualSidePosition").lower()
    if wanted not in ("true", "false"):
        return bad("Invalid parameters, err:dualSidePosition: This field must be true or false")
    hedge = wanted == "true"
    if hedge != call.account.hedge:
        if call.account.held() or call.account.open_orders:
            return r.MODE_BUSY
        call.venue.record(call.now, e.ModeSet(account=call.account.name, hedge=hedge))
    return {"dualSidePosition": wanted}


def position_margin(call: Call) -> Answer:
    """Add to or take from the collateral of an isolated position; answers without data."""
    symbol, account = call.text("symbol"), call.account
    amount, kind = call.qty("amount"), call.text("type")
    side = call.text("positionSide") if account.hedge else "BOTH"
    position = account.positions.get((symbol, side))
    if isinstance(amount, Refusal):
        return amount
    if not amount or kind not in ("1", "2"):
        return bad("Invalid parameters, err:amount or type: This field is invalid")
    if position is None or not position.qty_e8 or not account.isolated(symbol):
        return Refusal(80017, "position not exist")
    free = margin_use(account, call.venue.exchange.marks()).available_e8
    if amount > (free if kind == "1" else position.isolated_e8):
        return r.NO_MARGIN
    call.venue.record(
        call.now,
        e.MarginMoved(
            account=account.name,
            symbol=symbol,
            position_side=side,
            amount=amount if kind == "1" else -amount,
        ),
    )
    call.venue.exchange.tell_account(account, "ORDER", 0, ((symbol, side),))
    return Bare({"code": 0, "msg": "", "amount": number(amount, 8), "type": int(kind)})


def test_funds(call: Call) -> Answer:
    """The demo venue's gift of play money."""
    amount = call.qty("amount")
    if isinstance(amount, Refusal):
        return amount
    gift = amount or 20_000 * 10**8
    call.venue.move_money(call.account, gift, "DEPOSIT", call.now)
    return {"amount": number(gift, 8)}


def position_history(call: Call) -> Answer:
    """Positions that are over, newest first."""
    symbol = call.text("symbol")
    return {
        "positionHistory": [
            closed_row(closed, call.venue.markets[closed.position.symbol].instrument)
            for closed in reversed(call.account.closed)
            if symbol in ("", closed.position.symbol)
        ][:1000]
    }


def listen_key_new(call: Call) -> Answer:
    """A listen key, at the top level of the answer."""
    key = call.venue.hub.new_key(call.account.name, call.now.wall_ms)
    if key is None:
        return Refusal(100410, "too many listen keys")
    return Bare({"listenKey": key})


def listen_key_renew(call: Call) -> Answer:
    """One hour more: 200, 204 without a key, 404 for an unknown one."""
    key = call.text("listenKey")
    if not key:
        return Bare({}, 204)
    return Bare({}, 200 if call.venue.hub.renew(key, call.now.wall_ms) else 404)


def listen_key_end(call: Call) -> Answer:
    """Give a key back."""
    key = call.text("listenKey")
    if not key:
        return Bare({}, 204)
    return Bare({}, 200 if call.venue.hub.keys.pop(key, None) is not None else 404)


def _positions_seen(call: Call) -> tuple[list[Position], int]:
    """The positions now, or, under the lag fault, those of a while ago."""
    account = call.account
    rule = call.venue.faults.draw(FaultName.POSITIONS_LAG)
    if rule is None:
        return account.held(), account.wallet_e8
    horizon = call.now.wall_ms - rule.delay_ms
    for at_ms, wallet, held in reversed(account.snapshots):
        if at_ms <= horizon:
            return list(held), wallet
    # A busy account outruns what is kept: the oldest view is then the nearest to the horizon.
    _, wallet, held = account.snapshots[0]
    return list(held), wallet


_KEYS = Rate(2, 2)
_LISTEN = "/openApi/user/auth/userDataStream"

ROUTES = {
    "GET /openApi/swap/v3/user/balance": Route(balance, True, Rate(5, 3)),
    "GET /openApi/swap/v2/user/balance": Route(balance_single, True, Rate(5, 3)),
    "GET /openApi/swap/v2/user/positions": Route(positions, True, Rate(10, 3)),
    "GET /openApi/swap/v2/user/income": Route(income, True, Rate(5, 2)),
    "GET /openApi/swap/v2/user/commissionRate": Route(commission_rate, True, Rate(5, 2)),
    "GET /openApi/swap/v2/trade/leverage": Route(leverage, True, Rate(5, 2)),
    "POST /openApi/swap/v2/trade/leverage": Route(set_leverage, True, Rate(5, 2)),
    "GET /openApi/swap/v2/trade/marginType": Route(margin_type, True, Rate(2, 2)),
    "POST /openApi/swap/v2/trade/marginType": Route(set_margin_type, True, Rate(2, 2)),
    "GET /openApi/swap/v1/positionSide/dual": Route(position_mode, True, Rate(2, 2)),
    "POST /openApi/swap/v1/positionSide/dual": Route(set_position_mode, True, Rate(4, 2)),
    "POST /openApi/swap/v2/trade/positionMargin": Route(position_margin, True, Rate(2, 2)),
    "POST /openApi/swap/v1/trade/getVst": Route(test_funds, True, Rate(2, 2)),
    "GET /openApi/swap/v1/trade/positionHistory": Route(position_history, True, Rate(5, 2)),
    f"POST {_LISTEN}": Route(listen_key_new, True, _KEYS, unsigned=True),
    f"PUT {_LISTEN}": Route(listen_key_renew, True, _KEYS, unsigned=True),
    f"DELETE {_LISTEN}": Route(listen_key_end, True, _KEYS, unsigned=True),
}
