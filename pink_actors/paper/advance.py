"""What time and prices do: triggers, resting fills, trailing stops, funding, liquidation."""

from random import Random

from pink_actors.paper import entries as e
from pink_actors.paper.checks import reached, reference_e12
from pink_actors.paper.engine import Exchange
from pink_actors.paper.events import BarEvent
from pink_actors.paper.fixed import QTY_ONE, div_half_even
from pink_actors.paper.instrument import maintenance_e8
from pink_actors.paper.market import Market
from pink_actors.paper.position import Position
from pink_actors.paper.request import NewOrder, Now
from pink_actors.paper.state import Account, Order

FUNDING_MS = 8 * 3_600_000
CHECKPOINT_MS = 15_000
FUNDING_CAP_E8 = 300_000


class Clockwork:
    """Moves an exchange through time."""

    def __init__(self, exchange: Exchange, now: Now, seed: int) -> None:
        self._exchange = exchange
        self._rng = Random(f"{seed}:funding:{exchange.state.starts}")
        self.next_funding_ms = (now.market_ms // FUNDING_MS + 1) * FUNDING_MS
        self._checkpoint_ms = now.wall_ms + CHECKPOINT_MS
        self._trailed: dict[int, int] = {}

    def advance(self, now: Now) -> None:
        """Let everything happen that happens up to now, in the order of market time."""
        for market in self._exchange.markets.values():
            for point in market.feed.points(now.market_ms):
                if point.market_ms >= self.next_funding_ms:
                    self._fund(Now(now.wall_ms, point.market_ms))
                opened = market.bars[-1] if market.bars else None
                market.touch(point, now.wall_ms)
                if opened is not None and market.bars[-1] is not opened:
                    self._exchange.events.append(BarEvent(market.instrument.symbol, opened))
                self.react(market, Now(now.wall_ms, point.market_ms))
        if now.market_ms >= self.next_funding_ms:
            self._fund(now)
        self._exchange.due(now)
        if now.wall_ms >= self._checkpoint_ms:
            self._checkpoint_ms = now.wall_ms + CHECKPOINT_MS
            self.checkpoint(now)

    def react(self, market: Market, now: Now) -> None:
        """Let the orders and positions of one market meet its new price."""
        exchange = self._exchange
        for order in list(exchange.working[market.instrument.symbol].values()):
            if not order.open:
                continue
            account = exchange.state.accounts[order.accepted.account]
            if order.waiting:
                self._condition(account, market, order, now)
            elif order.accepted.type != "MARKET" and not exchange.held_back(order, now):
                if self._touched(market, order):
                    exchange.work(account, order, now, fresh=False)
        for account in exchange.state.accounts.values():
            if account.held():
                self._liquidate(account, now)

    def checkpoint(self, now: Now) -> None:
        """Record where the markets stand and how far trailing orders have come."""
        exchange = self._exchange
        for symbol, market in exchange.markets.items():
            if exchange.state.prices.get(symbol) != market.last_e12:
                exchange.record(now, e.MarketSeen(symbol=symbol, price=market.last_e12))
            for order in exchange.working[symbol].values():
                if order.extreme_e12 != self._trailed.get(order.order_id, 0):
                    self._trailed[order.order_id] = order.extreme_e12
                    exchange.record(
                        now,
                        e.Trailed(
                            account=order.accepted.account,
                            order_id=order.order_id,
                            extreme=order.extreme_e12,
                        ),
                    )

    def _touched(self, market: Market, order: Order) -> bool:
        limit = order.accepted.price
        if order.accepted.side == "BUY":
            return market.ask_e12 <= limit
        return market.bid_e12 >= limit

    def _condition(self, account: Account, market: Market, order: Order, now: Now) -> None:
        kind = order.accepted
        probe = NewOrder(
            kind.symbol,
            kind.side,
            kind.type,
            stop_e12=kind.stop_price,
            working_type=kind.working_type,
        )
        price = reference_e12(market, probe)
        if kind.type == "TRAILING_STOP_MARKET":
            if not self._trail(order, price):
                return
        elif not reached(probe, price):
            return
        exchange = self._exchange
        qty = order.qty_e8
        if kind.close_position:
            position = account.position(kind.symbol, kind.position_side)
            qty = max(0, -position.qty_e8 * order.sign)
        exchange.stats.triggers += 1
        exchange.record(
            now, e.Triggered(account=account.name, order_id=order.order_id, price=price, qty=qty)
        )
        exchange.work(account, order, now, fresh=True)

    def _trail(self, order: Order, price_e12: int) -> bool:
        """Follow the price after activation; True once it came back far enough."""
        kind = order.accepted
        falls = kind.side == "SELL"
        if not order.extreme_e12:
            activation = kind.activation_price
            if activation and (price_e12 < activation if falls else price_e12 > activation):
                return False
            order.extreme_e12 = price_e12
            return False
        pair = (order.extreme_e12, price_e12)
        order.extreme_e12 = max(pair) if falls else min(pair)
        back = abs(order.extreme_e12 - price_e12)
        if kind.price_rate:
            return back * QTY_ONE >= order.extreme_e12 * kind.price_rate
        return back >= kind.price

    def _fund(self, now: Now) -> None:
        """Pay funding on every open position at each venue hour that has passed."""
        exchange = self._exchange
        while self.next_funding_ms <= now.market_ms:
            moment = Now(now.wall_ms, self.next_funding_ms)
            self.next_funding_ms += FUNDING_MS
            for market in exchange.markets.values():
                market.funding.append((moment.market_ms, market.funding_rate_e8))
                for account in exchange.state.accounts.values():
                    for position in account.held():
                        if position.symbol == market.instrument.symbol:
                            self._pay_funding(account, market, position, moment)
                drawn = int(self._rng.gauss(10_000, 8_000))
                market.funding_rate_e8 = max(-FUNDING_CAP_E8, min(FUNDING_CAP_E8, drawn))

    def _pay_funding(self, account: Account, market: Market, position: Position, now: Now) -> None:
        exchange = self._exchange
        signed = market.mark_e12 * position.qty_e8 * market.funding_rate_e8
        amount = -div_half_even(signed, 10**20)
        exchange.record(
            now,
            e.MoneyMoved(
                account=account.name,
                kind="FUNDING_FEE",
                symbol=position.symbol,
                amount=amount,
                wallet_after=account.wallet_e8 + amount,
                info="Funding Fee",
                position_side=position.side,
            ),
        )
        exchange.stats.fundings += 1
        isolated = account.isolated(position.symbol)
        keys = ((position.symbol, position.side),) if isolated else ()
        exchange.tell_account(account, "FUNDING_FEE", amount, keys)

    def _liquidate(self, account: Account, now: Now) -> None:
        """Take over positions whose collateral no longer covers their maintenance."""
        exchange = self._exchange
        marks = exchange.marks()
        cross_need = cross_gain = cross_bound = 0
        cross: list[Position] = []
        for position in account.held():
            mark = marks[position.symbol]
            need = maintenance_e8(position.value_e8(mark))
            gain = position.unrealised_e8(mark)
            if account.isolated(position.symbol):
                cross_bound += position.isolated_e8
                if position.isolated_e8 + gain <= need:
                    self._take_over(account, position, now)
            else:
                cross.append(position)
                cross_need += need
                cross_gain += gain
        if cross and account.wallet_e8 - cross_bound + cross_gain <= cross_need:
            for position in cross:
                self._take_over(account, position, now)

    def _take_over(self, account: Account, position: Position, now: Now) -> None:
        exchange = self._exchange
        for order in list(account.open_orders.values()):
            if order.accepted.symbol == position.symbol:
                exchange.end(account, order, "CANCELLED", "liquidation", now)
        isolated = account.isolated(position.symbol)
        floor = account.wallet_e8 - position.isolated_e8 if isolated else 0
        if position.qty_e8:
            qty = abs(position.qty_e8)
            exchange.force(account, position.symbol, position.side, qty, "LIQUIDATION", now)
        short = max(0, floor) - account.wallet_e8
        if short > 0:
            exchange.record(
                now,
                e.MoneyMoved(
                    account=account.name,
                    kind="INSURANCE_CLEAR",
                    symbol=position.symbol,
                    amount=short,
                    wallet_after=account.wallet_e8 + short,
                    info="Insurance fund",
                ),
            )
            exchange.tell_account(account, "ORDER", short, ())
