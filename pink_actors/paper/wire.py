"""REST renderings of orders, positions, balances and fills, rounded as the real venue does."""

from datetime import UTC, datetime, timedelta, timezone

from pink_actors.paper import entries as e
from pink_actors.paper.fixed import PRICE_ONE, div_half_even, exact_text, rounded_text
from pink_actors.paper.instrument import Instrument, maintenance_e8
from pink_actors.paper.market import Market
from pink_actors.paper.position import Position
from pink_actors.paper.state import Account, ClosedPosition, Order, initial_margin_e8, margin_use

Json = dict[str, object]
EAST_EIGHT = timezone(timedelta(hours=8))


def money_text(value_e8: int, places: int = 4) -> str:
    """Money with the four places of account replies."""
    return rounded_text(value_e8, 8, places)


def price_text(value_e12: int, instrument: Instrument) -> str:
    """A price in the precision of its contract."""
    return rounded_text(value_e12, 12, instrument.price_places)


def number(value: int, digits: int) -> float:
    """A number where the venue sends numbers; never used to calculate."""
    return float(exact_text(value, digits))


def average_e12(order: Order) -> int:
    """The average fill price."""
    return div_half_even(order.quote_e20, order.filled_e8) if order.filled_e8 else 0


def place_echo(order: Order) -> Json:
    """The acknowledgement of a new order: no fill report, price 0 for MARKET."""
    kind = order.accepted
    market = kind.type == "MARKET"
    return {
        "orderId": order.order_id,
        "orderID": str(order.order_id),
        "symbol": kind.symbol,
        "positionSide": kind.position_side,
        "side": kind.side,
        "type": kind.type,
        "price": 0 if market else number(kind.price, 12),
        "quantity": number(kind.qty, 8),
        "quoteOrderQty": 0,
        "stopPrice": number(kind.stop_price, 12),
        "workingType": kind.working_type,
        "clientOrderID": kind.client_order_id,
        "clientOrderId": kind.client_order_id,
        "timeInForce": kind.time_in_force,
        "priceRate": number(kind.price_rate, 8),
        "stopLoss": kind.stop_loss,
        "takeProfit": kind.take_profit,
        "reduceOnly": kind.reduce_only,
        "activationPrice": number(kind.activation_price, 12),
        "closePosition": "true" if kind.close_position else "",
        "stopGuaranteed": "",
        "status": "NEW" if order.waiting else "PENDING",
        "avgPrice": "0.00",
        "executedQty": "0.00",
    }


def order_row(order: Order, instrument: Instrument, account: Account) -> Json:
    """An order as queries and lists show it: average rounded, cost rounded to an integer."""
    kind = order.accepted
    leverage = account.leverage_of(kind.symbol, kind.position_side)
    empty = {
        "type": "",
        "quantity": 0,
        "stopPrice": 0,
        "price": 0,
        "workingType": "",
        "stopGuaranteed": "",
    }
    forced = order.order_id in account.forced
    return {
        "symbol": kind.symbol,
        "orderId": order.order_id,
        "side": kind.side,
        "positionSide": kind.position_side,
        "type": "LIQUIDATION" if forced else kind.type,
        "origQty": rounded_text(order.qty_e8, 8, instrument.qty_places),
        "price": rounded_text(kind.price, 12, 8)
        if kind.type == "MARKET"
        else price_text(kind.price, instrument),
        "executedQty": rounded_text(order.filled_e8, 8, instrument.qty_places),
        "avgPrice": price_text(average_e12(order), instrument),
        "cumQuote": rounded_text(div_half_even(order.quote_e20, PRICE_ONE), 8, 0),
        "stopPrice": price_text(kind.stop_price, instrument) if kind.stop_price else "",
        "profit": money_text(order.realised_e8),
        "commission": money_text(-order.fee_e8, 6),
        "status": order.status,
        "time": kind.wall_ms,
        "updateTime": order.updated_ms,
        "clientOrderId": kind.client_order_id,
        "leverage": f"{leverage}X",
        "takeProfit": kind.take_profit or empty,
        "stopLoss": kind.stop_loss or empty,
        "advanceAttr": 0,
        "positionID": 0,
        "takeProfitEntrustPrice": 0,
        "stopLossEntrustPrice": 0,
        "orderType": "",
        "workingType": kind.working_type,
        "onlyOnePosition": not account.hedge,
        "reduceOnly": kind.reduce_only,
        "postOnly": kind.time_in_force == "PostOnly",
        "timeInForce": kind.time_in_force,
        "closePosition": "true" if kind.close_position else "",
        "stopGuaranteed": "false",
        "triggerOrderId": kind.parent_id,
        "trailingStopRate": number(kind.price_rate, 8),
        "trailingStopDistance": 0,
        "marketTime": kind.market_ms,
    }


def position_row(position: Position, account: Account, market: Market, wallet_e8: int) -> Json:
    """A position: size always positive, direction only in positionSide."""
    mark = market.mark_e12
    qty = abs(position.qty_e8)
    isolated = account.isolated(position.symbol)
    initial = initial_margin_e8(account, position)
    gain = position.unrealised_e8(mark)
    collateral = position.isolated_e8 if isolated else initial
    need = maintenance_e8(position.value_e8(mark))
    cover = collateral if isolated else wallet_e8
    gap = div_half_even((cover - need) * PRICE_ONE, qty)
    entry = position.entry_e12
    liquidation = max(0, entry - gap if position.qty_e8 > 0 else entry + gap)
    places = market.instrument.qty_places
    return {
        "positionId": str(position.position_id),
        "symbol": position.symbol,
        "currency": "USDT",
        "positionAmt": rounded_text(qty, 8, places),
        "availableAmt": rounded_text(qty, 8, places),
        "positionSide": position.wire_side,
        "isolated": isolated,
        "avgPrice": price_text(entry, market.instrument),
        "initialMargin": money_text(initial),
        "margin": money_text(collateral + gain),
        "leverage": account.leverage_of(position.symbol, position.side),
        "unrealizedProfit": money_text(gain),
        "realisedProfit": money_text(position.realised_e8),
        "liquidationPrice": number(liquidation - liquidation % market.instrument.tick_e12, 12),
        "pnlRatio": rounded_text(gain * 10**8 // initial if initial else 0, 8, 4),
        "maxMarginReduction": "0.0000",
        "riskRate": rounded_text(need * 10**8 // cover if cover > 0 else 0, 8, 4),
        "markPrice": price_text(mark, market.instrument),
        "positionValue": money_text(position.value_e8(mark)),
        "onlyOnePosition": not account.hedge,
        "openTime": position.opened_ms,
        "updateTime": position.updated_ms,
    }


def balance_row(account: Account, marks: dict[str, int], coin: str) -> Json:
    """The balance of the margin coin."""
    use = margin_use(account, marks)
    realised = sum(position.realised_e8 for position in account.held())
    return {
        "userId": account_number(account),
        "asset": coin,
        "balance": money_text(use.wallet_e8),
        "equity": money_text(use.equity_e8),
        "unrealizedProfit": money_text(use.unrealised_e8),
        "realisedProfit": money_text(realised),
        "availableMargin": money_text(use.available_e8),
        "usedMargin": money_text(use.used_e8),
        "freezedMargin": money_text(use.frozen_e8),
        "shortUid": account_number(account),
    }


def unused_coin_row() -> Json:
    """The row of a coin the account never held, with its empty strings."""
    return {
        "userId": "",
        "asset": "USDC",
        "balance": "",
        "equity": "",
        "unrealizedProfit": "",
        "realisedProfit": "0",
        "availableMargin": "",
        "usedMargin": "",
        "freezedMargin": "",
        "shortUid": "",
    }


def account_number(account: Account) -> str:
    """A stable number made of the account's name."""
    return str(100_000 + sum(ord(letter) * (i + 1) for i, letter in enumerate(account.name)))


def fill_row(fill: e.Filled, order: Order | None, instrument: Instrument) -> Json:
    """A fill as `allFillOrders` shows it: rounded, without a trade id, filledTm eight hours on."""
    local = datetime.fromtimestamp(fill.wall_ms / 1000, UTC).astimezone(EAST_EIGHT)
    quote = div_half_even(fill.price * fill.qty, PRICE_ONE)
    return {
        "filledTm": local.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "volume": rounded_text(fill.qty, 8, instrument.qty_places),
        "price": price_text(fill.price, instrument),
        "amount": money_text(quote),
        "commission": money_text(-fill.fee),
        "currency": "USDT",
        "orderId": str(fill.order_id),
        "liquidatedPrice": "",
        "liquidatedMarginRatio": "",
        "filledTime": _filled_time(local),
        "clientOrderId": "",
        "symbol": fill.symbol,
        "side": fill.side,
        "type": order.accepted.type if order is not None else "",
        "positionSide": fill.position_side,
        "workingType": order.accepted.working_type if order is not None else "",
    }


def history_row(fill: e.Filled, instrument: Instrument) -> Json:
    """A fill as `fillHistory` shows it: the one place with exact money and a trade id."""
    local = datetime.fromtimestamp(fill.wall_ms / 1000, UTC).astimezone(EAST_EIGHT)
    return {
        "filledTm": local.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "filledTime": _filled_time(local),
        "volume": rounded_text(fill.qty, 8, instrument.qty_places),
        "price": price_text(fill.price, instrument),
        "qty": rounded_text(fill.qty, 8, instrument.qty_places),
        "quoteQty": exact_text(div_half_even(fill.price * fill.qty, PRICE_ONE), 8),
        "commission": exact_text(-fill.fee, 8),
        "commissionAsset": "USDT",
        "realizedPNL": exact_text(fill.realised_pnl, 8),
        "orderId": str(fill.order_id),
        "tradeId": str(fill.trade_id),
        "symbol": fill.symbol,
        "role": fill.role,
        "side": fill.side.lower(),
        "positionSide": fill.position_side.lower(),
        "marketTime": fill.market_ms,
    }


def income_row(
    kind: str, symbol: str, amount_e8: int, at_ms: int, ids: tuple[int, int], info: str
) -> Json:
    """One row of the income list."""
    return {
        "symbol": symbol,
        "incomeType": kind,
        "income": exact_text(amount_e8, 8),
        "asset": "USDT",
        "info": info,
        "time": at_ms,
        "tranId": str(ids[0]),
        "tradeId": str(ids[1]) if ids[1] else "",
    }


def closed_row(closed: ClosedPosition, instrument: Instrument) -> Json:
    """A position that is over, for the position history."""
    position = closed.position
    qty = position.close_qty_e8
    average = div_half_even(position.close_cost_e20, qty) if qty else 0
    entered = position.close_cost_e20
    gained = position.realised_e8 * PRICE_ONE
    held_long = closed.held_side == "LONG"
    entry = div_half_even(entered - gained if held_long else entered + gained, qty) if qty else 0
    return {
        "positionId": str(position.position_id),
        "symbol": position.symbol,
        "isolated": closed.isolated,
        "positionSide": closed.held_side,
        "openTime": position.opened_ms,
        "updateTime": position.updated_ms,
        "avgPrice": price_text(entry, instrument),
        "avgClosePrice": price_text(average, instrument),
        "realisedProfit": money_text(position.realised_e8),
        "netProfit": money_text(closed.net_e8 + closed.funding_e8),
        "positionAmt": rounded_text(position.qty_max_e8, 8, instrument.qty_places),
        "closePositionAmt": rounded_text(qty, 8, instrument.qty_places),
        "leverage": closed.leverage,
        "closeAllPositions": True,
        "positionCommission": money_text(-position.fee_e8),
        "totalFunding": money_text(closed.funding_e8),
    }


def _filled_time(local: datetime) -> str:
    return local.strftime("%Y-%m-%dT%H:%M:%S.") + f"{local.microsecond // 1000:03d}+0800"
