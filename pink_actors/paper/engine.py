"""The exchange: takes, fills, triggers and ends orders; pure but for the entries it records.

Every change is first an entry of the ledger and only then a change of the state, in one place
(`_record`). Time, prices and randomness come from outside, so a seed repeats a session.
"""

import heapq
from collections.abc import Callable
from random import Random

import msgspec

from pink_actors.paper import entries as e
from pink_actors.paper import request as r
from pink_actors.paper.attached import exit_of
from pink_actors.paper.checks import bound_e12, check_amended, check_order, closes_only
from pink_actors.paper.events import AccountEvent, ConfigEvent, Event, OrderEvent
from pink_actors.paper.fixed import fee_e8
from pink_actors.paper.market import Market
from pink_actors.paper.position import effect_of
from pink_actors.paper.reach import reachable
from pink_actors.paper.request import NewOrder, Now, Refusal
from pink_actors.paper.state import Account, Order, State
from pink_actors.paper.stats import Stats

PIECE_DELAY_MIN_MS = 40
PIECE_DELAY_MAX_MS = 700
EPOCH_MS = 1_288_834_974_657
PARTIAL_SHARE = 0.4


class Exchange:
    """All markets and accounts, with the orders that work in them."""

    def __init__(
        self,
        state: State,
        markets: dict[str, Market],
        record: Callable[[e.Entry], None],
        seed: int,
        partial_share: float = PARTIAL_SHARE,
    ) -> None:
        self.state = state
        self.markets = markets
        self.stats = Stats()
        self.events: list[Event] = []
        self.working: dict[str, dict[int, Order]] = {symbol: {} for symbol in markets}
        self._write = record
        self._seed = seed
        self._partial_share = partial_share
        self._due: list[tuple[int, int, str, bool]] = []
        self._not_before: dict[int, int] = {}
        for account in state.accounts.values():
            for order in account.open_orders.values():
                self.working.setdefault(order.accepted.symbol, {})[order.order_id] = order
                if order.accepted.type == "MARKET" or order.triggered:
                    heapq.heappush(self._due, (0, order.order_id, account.name, True))

    def marks(self) -> dict[str, int]:
        """Mark prices by symbol."""
        return {symbol: market.mark_e12 for symbol, market in self.markets.items()}

    def place(
        self, account: Account, order: NewOrder, now: Now, *, cut_short: bool = False
    ) -> Order | Refusal:
        """Take or refuse an order; what can fill at once does so before this returns."""
        refusal = self._refusal(account, order)
        if refusal is not None:
            self.stats.orders_refused += 1
            self.stats.refusals[str(refusal.code)] += 1
            self.stats.duplicates_refused += refusal is r.DUPLICATE_ID
            return refusal
        accepted = self.accept(account, order, now)
        self.stats.orders += 1
        self.stats.orders_limit += order.type == "LIMIT"
        self.stats.orders_conditional += accepted.waiting
        if not accepted.waiting:
            self.work(account, accepted, now, fresh=True, cut_short=cut_short)
        return accepted

    def accept(self, account: Account, order: NewOrder, now: Now) -> Order:
        """Record an order as taken and tell of it."""
        market = self.markets[order.symbol]
        order_id = self.next_order_id(now)
        price = bound_e12(market, order) if order.type == "MARKET" else order.price_e12
        self.record(
            now,
            e.OrderAccepted(
                account=account.name,
                order_id=order_id,
                client_order_id=order.client_order_id,
                symbol=order.symbol,
                side=order.side,
                position_side=order.position_side,
                type=order.type,
                qty=order.qty_e8,
                price=price,
                stop_price=order.stop_e12,
                time_in_force=order.time_in_force,
                working_type=order.working_type,
                reduce_only=order.reduce_only,
                close_position=order.close_position,
                price_rate=order.rate_e8,
                activation_price=order.activation_e12,
                stop_loss=order.stop_loss,
                take_profit=order.take_profit,
                parent_id=order.parent_id,
            ),
        )
        taken = account.orders[order_id]
        self.working[order.symbol][order_id] = taken
        self._tell_order(account, taken, "NEW", None)
        return taken

    def cancel(self, account: Account, order_id: int, now: Now) -> Order | Refusal:
        """End an open order at its owner's wish."""
        order = account.orders.get(order_id)
        if order is None:
            return r.NO_ORDER
        if not order.open:
            return r.ALREADY_FILLED if order.status == "FILLED" else r.NO_ORDER
        self.stats.cancels += 1
        self.end(account, order, "CANCELLED", "user", now)
        return order

    def amend(self, account: Account, order: Order, qty_e8: int, now: Now) -> Refusal | None:
        """Give an open order another quantity, and tell of it."""
        if not order.open:
            return r.ALREADY_FILLED if order.status == "FILLED" else r.NO_ORDER
        market = self.markets[order.accepted.symbol]
        refusal = check_amended(account, market, order, qty_e8, self.marks())
        if refusal is None:
            self.record(now, e.Amended(account=account.name, order_id=order.order_id, qty=qty_e8))
            self._tell_order(account, order, "NEW", None)
        return refusal

    def end(self, account: Account, order: Order, status: str, reason: str, now: Now) -> None:
        """Take an order out of the market."""
        self.record(
            now,
            e.Ended(account=account.name, order_id=order.order_id, status=status, reason=reason),
        )
        self._forget(order)
        self.stats.ended_by_venue += reason != "user"
        execution = "EXPIRED" if status == "EXPIRED" else "CANCELED"
        self._tell_order(account, order, execution, None)
        self._attach_exits(account, order, now)

    def due(self, now: Now) -> None:
        """Fill the later pieces of orders whose time has come."""
        while self._due and self._due[0][0] <= now.market_ms:
            self._next_piece(now)

    def settle(self, now: Now) -> None:
        """Fill all later pieces now: in a market that stands still their time would never come."""
        while self._due:
            self._next_piece(now)

    def held_back(self, order: Order, now: Now) -> bool:
        """Whether the order waits for its next piece."""
        return self._not_before.get(order.order_id, 0) > now.market_ms

    def work(
        self, account: Account, order: Order, now: Now, *, fresh: bool, cut_short: bool = False
    ) -> None:
        """Fill an order as far as the book, its price and its kind allow right now."""
        kind = order.accepted
        market = self.markets[kind.symbol]
        taker = fresh or kind.type != "LIMIT"
        levels = reachable(market, order, taker=taker)
        rest = order.rest_e8
        if kind.time_in_force == "FOK" and sum(qty for _, qty in levels) < rest:
            self.end(account, order, "CANCELLED", "FOK", now)
            return
        if not levels:
            self._without_book(account, order, now)
            return
        at_once = kind.time_in_force in ("IOC", "FOK")
        target = rest if at_once and not cut_short else self._piece(market, order, cut_short)
        partial = target < rest
        for price, qty in levels:
            take = min(qty, target)
            if take <= 0 or not self._execute(account, order, take, price, taker, now):
                break
            target -= take
        if not order.open:
            return
        if cut_short:
            self.end(account, order, "CANCELLED", "partial_then_cancel", now)
        elif partial and not at_once:
            self._later(account, order, now, taker=taker)
        else:
            self._without_book(account, order, now)

    def record(self, now: Now, entry: e.Entry) -> None:
        """Write an entry and let it change the state: the only way to change anything."""
        entry.wall_ms, entry.market_ms = now
        self._write(entry)
        self.state.apply(entry)

    def next_order_id(self, now: Now) -> int:
        """A number that grows and holds its time, far beyond 2^53."""
        return max(self.state.order_id_last + 1, (now.wall_ms - EPOCH_MS) << 22)

    def tell_account(
        self, account: Account, reason: str, change_e8: int, symbols: tuple[tuple[str, str], ...]
    ) -> None:
        """Announce the wallet and the named positions as they are now."""
        changed = tuple(
            msgspec.structs.replace(account.positions[key])
            for key in symbols
            if key in account.positions
        )
        self.events.append(
            AccountEvent(account.name, reason, account.wallet_e8, change_e8, changed)
        )

    def tell_config(self, account: Account, symbol: str) -> None:
        """Announce leverage and margin type of a symbol."""
        self.events.append(ConfigEvent(account.name, symbol))

    def force(
        self, account: Account, symbol: str, side: str, qty_e8: int, kind: str, now: Now
    ) -> None:
        """Close part of a position by the venue's hand, at the mark price."""
        position = account.position(symbol, side)
        market = self.markets[symbol]
        taken = self.accept(
            account,
            NewOrder(
                symbol=symbol,
                side="SELL" if position.qty_e8 > 0 else "BUY",
                type="MARKET",
                position_side=side,
                qty_e8=min(qty_e8, abs(position.qty_e8)),
            ),
            now,
        )
        self.record(
            now,
            e.Liquidated(
                account=account.name,
                order_id=taken.order_id,
                symbol=symbol,
                position_side=side,
                kind=kind,
                qty=taken.qty_e8,
                price=market.mark_e12,
            ),
        )
        self.stats.liquidations += kind == "LIQUIDATION"
        self.stats.adl += kind == "ADL"
        self._execute(account, taken, taken.qty_e8, market.mark_e12, True, now)

    def _next_piece(self, now: Now) -> None:
        _, order_id, name, taker = heapq.heappop(self._due)
        account = self.state.accounts[name]
        order = account.open_orders.get(order_id)
        if order is not None and not order.waiting:
            self._not_before.pop(order_id, None)
            self.work(account, order, now, fresh=taker)

    def _refusal(self, account: Account, order: NewOrder) -> Refusal | None:
        market = self.markets.get(order.symbol)
        if market is None:
            return r.NO_SYMBOL
        identifier = order.client_order_id
        if identifier and identifier in account.client_ids:
            return r.DUPLICATE_ID
        refusal = check_order(account, market, order, self.marks())
        if refusal is None and order.time_in_force == "PostOnly" and order.type == "LIMIT":
            crosses = (
                order.price_e12 >= market.ask_e12
                if order.buyer
                else order.price_e12 <= market.bid_e12
            )
            return r.WOULD_TAKE if crosses else None
        return refusal

    def _piece(self, market: Market, order: Order, cut_short: bool) -> int:
        """How much to fill now: mostly all, for a share of orders only a part."""
        step = market.instrument.step_e8
        steps = order.rest_e8 // step
        # Not from the order's number, which holds the time: a seed repeats a session.
        rng = Random(f"{self._seed}:{self.state.trade_id_last}:{order.rest_e8}")
        if cut_short:
            return max(1, steps // 2) * step if steps > 1 else 0
        again = 0.5 if order.filled_e8 else self._partial_share
        if steps < 3 or rng.random() >= again:
            return order.rest_e8
        return max(1, int(steps * rng.uniform(0.2, 0.7))) * step

    def _later(self, account: Account, order: Order, now: Now, *, taker: bool) -> None:
        rng = Random(f"{self._seed}:{self.state.trade_id_last}:{order.rest_e8}:when")
        due = now.market_ms + rng.randint(PIECE_DELAY_MIN_MS, PIECE_DELAY_MAX_MS)
        self._not_before[order.order_id] = due
        heapq.heappush(self._due, (due, order.order_id, account.name, taker))

    def _without_book(self, account: Account, order: Order, now: Now) -> None:
        """What cannot rest ends here; what can, stays."""
        kind = order.accepted
        if kind.type == "LIMIT" and kind.time_in_force in ("IOC", "FOK"):
            self.end(account, order, "CANCELLED", kind.time_in_force, now)
        elif kind.type not in ("LIMIT", "STOP", "TAKE_PROFIT", "TRIGGER_LIMIT"):
            self.end(account, order, "CANCELLED", "no liquidity within the bound", now)

    def _execute(
        self, account: Account, order: Order, qty_e8: int, price_e12: int, taker: bool, now: Now
    ) -> bool:
        """Book one execution; False when nothing more may fill."""
        kind = order.accepted
        position = account.position(kind.symbol, kind.position_side)
        if self._closes(order):
            held = -position.qty_e8 * order.sign
            if held <= 0:
                self.end(account, order, "CANCELLED", "nothing left to close", now)
                return False
            qty_e8 = min(qty_e8, held)
        signed = qty_e8 * order.sign
        effect = effect_of(position, signed, price_e12)
        instrument = self.markets[kind.symbol].instrument
        rate = instrument.taker_rate_e8 if taker else instrument.maker_rate_e8
        fee = fee_e8(price_e12, qty_e8, rate)
        fill = e.Filled(
            account=account.name,
            order_id=order.order_id,
            client_order_id=kind.client_order_id,
            trade_id=self.state.trade_id_last + 1,
            symbol=kind.symbol,
            side=kind.side,
            position_side=kind.position_side,
            qty=qty_e8,
            price=price_e12,
            fee=fee,
            realised_pnl=effect.realised_e8,
            role="taker" if taker else "maker",
            position_after=effect.qty_after_e8,
            wallet_after=account.wallet_e8 + effect.realised_e8 - fee,
        )
        self.record(now, fill)
        self.stats.fills += 1
        self.stats.partial_fills += order.open
        forced = order.order_id in account.forced
        self._tell_order(account, order, "CALCULATED" if forced else "TRADE", fill)
        key = (kind.symbol, kind.position_side)
        self.tell_account(account, "ORDER", effect.realised_e8 - fee, (key,))
        if not order.open:
            self._forget(order)
            self._attach_exits(account, order, now)
        if effect.closed_e8 and (effect.opened_e8 or not position.qty_e8):
            self._drop_exits(account, kind.symbol, kind.position_side, order, now)
        return order.open

    def _closes(self, order: Order) -> bool:
        kind = order.accepted
        return closes_only(
            NewOrder(
                kind.symbol,
                kind.side,
                kind.type,
                kind.position_side,
                reduce_only=kind.reduce_only,
                close_position=kind.close_position,
            )
        )

    def _attach_exits(self, account: Account, order: Order, now: Now) -> None:
        """Place the stop-loss and take-profit that an order carried, for what it filled."""
        kind = order.accepted
        if not order.filled_e8 or not (kind.stop_loss or kind.take_profit):
            return
        for text in (kind.stop_loss, kind.take_profit):
            wanted = exit_of(text, order, self.markets[kind.symbol].instrument) if text else None
            if wanted is not None:
                self.place(account, wanted, now)

    def _drop_exits(self, account: Account, symbol: str, side: str, done: Order, now: Now) -> None:
        """A flat position has no use for its stops: the venue cancels them itself."""
        for order in list(account.open_orders.values()):
            kind = order.accepted
            if order is done or (kind.symbol, kind.position_side) != (symbol, side):
                continue
            if order.waiting and self._closes(order):
                self.end(account, order, "CANCELLED", "position closed", now)

    def _forget(self, order: Order) -> None:
        self.working[order.accepted.symbol].pop(order.order_id, None)
        self._not_before.pop(order.order_id, None)

    def _tell_order(
        self, account: Account, order: Order, execution: str, fill: e.Filled | None
    ) -> None:
        self.events.append(
            OrderEvent(account.name, msgspec.structs.replace(order), execution, fill)
        )
