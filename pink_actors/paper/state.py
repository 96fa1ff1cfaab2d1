"""The state of the venue: accounts, orders, positions, and the one way in which entries change it.

The running venue and the restart from the ledger both go through `State.apply`; there is no other
code that changes an account. Each entry that states a wallet or a position is checked against what
the state itself arrives at.
"""

from collections import deque

import msgspec
from msgspec import Struct, field

from pink_actors.errors import PermanentError
from pink_actors.paper import entries as e
from pink_actors.paper.position import Position, apply_fill

LEVERAGE_DEFAULT = 20
ORDERS_KEPT_MAX = 200_000
FILLS_KEPT_MAX = 200_000
MONEY_KEPT_MAX = 200_000
CLOSED_KEPT_MAX = 10_000
SNAPSHOTS_MAX = 512

OPEN_STATUSES = frozenset({"NEW", "PENDING", "PARTIALLY_FILLED"})
CONDITIONAL_TYPES = frozenset(
    {
        "STOP_MARKET",
        "TAKE_PROFIT_MARKET",
        "STOP",
        "TAKE_PROFIT",
        "TRIGGER_LIMIT",
        "TRIGGER_MARKET",
        "TRAILING_STOP_MARKET",
    }
)


class StateMismatchError(PermanentError):
    """An entry contradicts the state that the entries before it lead to."""


class Order(Struct, gc=False):
    """One order from acceptance to its end."""

    accepted: e.OrderAccepted
    status: str
    qty_e8: int
    updated_ms: int
    filled_e8: int = 0
    quote_e20: int = 0
    fee_e8: int = 0
    realised_e8: int = 0
    triggered: bool = False
    extreme_e12: int = 0

    @property
    def order_id(self) -> int:
        """The venue's number of the order."""
        return self.accepted.order_id

    @property
    def open(self) -> bool:
        """Whether it can still fill."""
        return self.status in OPEN_STATUSES

    @property
    def waiting(self) -> bool:
        """Whether it is conditional and has not triggered."""
        return self.accepted.type in CONDITIONAL_TYPES and not self.triggered

    @property
    def rest_e8(self) -> int:
        """What has not filled."""
        return self.qty_e8 - self.filled_e8

    @property
    def sign(self) -> int:
        """+1 for BUY, -1 for SELL."""
        return 1 if self.accepted.side == "BUY" else -1


class ClosedPosition(Struct):
    """A position that returned to zero, for the position history."""

    position: Position
    net_e8: int
    funding_e8: int
    leverage: int
    isolated: bool
    held_side: str


class Account(Struct):
    """One customer of the venue."""

    name: str
    wallet_e8: int
    hedge: bool = False
    leverage: dict[tuple[str, str], int] = field(default_factory=dict)
    margin_type: dict[str, str] = field(default_factory=dict)
    positions: dict[tuple[str, str], Position] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    open_orders: dict[int, Order] = field(default_factory=dict)
    client_ids: dict[str, int] = field(default_factory=dict)
    fills: deque[e.Filled] = field(default_factory=lambda: deque(maxlen=FILLS_KEPT_MAX))
    money: deque[e.MoneyMoved] = field(default_factory=lambda: deque(maxlen=MONEY_KEPT_MAX))
    forced: set[int] = field(default_factory=set)
    closed: deque[ClosedPosition] = field(default_factory=lambda: deque(maxlen=CLOSED_KEPT_MAX))
    snapshots: deque[tuple[int, int, tuple[Position, ...]]] = field(
        default_factory=lambda: deque(maxlen=SNAPSHOTS_MAX)
    )

    def leverage_of(self, symbol: str, side: str) -> int:
        """The leverage in force; BOTH and unset sides use the account's default."""
        return self.leverage.get((symbol, side), LEVERAGE_DEFAULT)

    def isolated(self, symbol: str) -> bool:
        """Whether positions of the symbol have their own collateral."""
        return self.margin_type.get(symbol, "CROSSED") != "CROSSED"

    def position(self, symbol: str, side: str) -> Position:
        """The position of one symbol and side, created flat when it is new."""
        found = self.positions.get((symbol, side))
        if found is None:
            found = self.positions[(symbol, side)] = Position(symbol, side)
        return found

    def held(self) -> list[Position]:
        """The positions that are not flat."""
        return [position for position in self.positions.values() if position.qty_e8]


class State:
    """All accounts, rebuilt from and changed by entries alone."""

    def __init__(self) -> None:
        self.accounts: dict[str, Account] = {}
        self.order_id_last = 0
        self.trade_id_last = 100_000_000
        self.market_ms = 0
        self.prices: dict[str, int] = {}
        self.starts = 0

    def apply(self, entry: e.Entry) -> None:
        """Change the state by one entry."""
        self.market_ms = max(self.market_ms, entry.market_ms)
        match entry:
            case e.Filled():
                self._fill(entry)
            case e.OrderAccepted():
                self._order(entry)
            case e.Ended() | e.Triggered() | e.Trailed() | e.Amended():
                self._change_order(entry)
            case e.MarketSeen():
                self.prices[entry.symbol] = entry.price
            case e.MoneyMoved():
                self._money(entry)
            case e.Started():
                self.starts += 1
            case e.AccountOpened():
                account = Account(entry.account, entry.balance)
                account.snapshots.append((entry.wall_ms, entry.balance, ()))
                self.accounts[entry.account] = account
            case e.Liquidated():
                self.accounts[entry.account].forced.add(entry.order_id)
            case _:
                self._settings(entry)

    def _settings(self, entry: e.Entry) -> None:
        match entry:
            case e.ModeSet():
                self.accounts[entry.account].hedge = entry.hedge
            case e.LeverageSet():
                sides = ("BOTH", "LONG", "SHORT") if entry.side == "BOTH" else (entry.side,)
                for side in sides:
                    key = (entry.symbol, side)
                    self.accounts[entry.account].leverage[key] = entry.leverage
            case e.MarginTypeSet():
                self.accounts[entry.account].margin_type[entry.symbol] = entry.margin_type
            case e.MarginMoved():
                account = self.accounts[entry.account]
                account.position(entry.symbol, entry.position_side).isolated_e8 += entry.amount

    def _order(self, entry: e.OrderAccepted) -> None:
        account = self.accounts[entry.account]
        waiting = entry.type in CONDITIONAL_TYPES
        order = Order(entry, "NEW" if waiting else "PENDING", entry.qty, entry.wall_ms)
        self.order_id_last = max(self.order_id_last, entry.order_id)
        account.orders[entry.order_id] = order
        account.open_orders[entry.order_id] = order
        if entry.client_order_id:
            account.client_ids[entry.client_order_id] = entry.order_id
        if len(account.orders) > ORDERS_KEPT_MAX:
            self._forget_oldest(account)

    def _forget_oldest(self, account: Account) -> None:
        for order_id, order in account.orders.items():
            if not order.open:
                del account.orders[order_id]
                return

    def _change_order(self, entry: e.Ended | e.Triggered | e.Trailed | e.Amended) -> None:
        account = self.accounts[entry.account]
        order = account.open_orders.get(entry.order_id)
        if order is None:
            raise StateMismatchError(f"seq {entry.seq}: order {entry.order_id} is not open")
        order.updated_ms = entry.wall_ms
        match entry:
            case e.Ended():
                order.status = entry.status
                del account.open_orders[entry.order_id]
            case e.Triggered():
                order.triggered = True
                order.status = "PENDING"
                order.qty_e8 = entry.qty
            case e.Trailed():
                order.extreme_e12 = entry.extreme
            case e.Amended():
                order.qty_e8 = entry.qty

    def _fill(self, entry: e.Filled) -> None:
        account = self.accounts[entry.account]
        order = account.open_orders[entry.order_id]
        position = account.position(entry.symbol, entry.position_side)
        signed = entry.qty if entry.side == "BUY" else -entry.qty
        before = position.qty_e8
        if not before:
            self._reopen(position, entry)
        leverage = account.leverage_of(entry.symbol, entry.position_side)
        isolated = account.isolated(entry.symbol)
        effect = apply_fill(position, signed, entry.price, leverage, isolated)
        position.fee_e8 += entry.fee
        position.updated_ms = entry.wall_ms
        account.wallet_e8 += entry.realised_pnl - entry.fee
        if (effect.realised_e8, effect.qty_after_e8, account.wallet_e8) != (
            entry.realised_pnl,
            entry.position_after,
            entry.wallet_after,
        ):
            raise StateMismatchError(f"seq {entry.seq}: fill {entry.trade_id} does not add up")
        if effect.closed_e8 and (effect.opened_e8 or not position.qty_e8):
            self._close(account, position, before, effect.opened_e8, entry)
        order.filled_e8 += entry.qty
        order.quote_e20 += entry.price * entry.qty
        order.fee_e8 += entry.fee
        order.realised_e8 += entry.realised_pnl
        order.updated_ms = entry.wall_ms
        self.trade_id_last = max(self.trade_id_last, entry.trade_id)
        if order.rest_e8 > 0:
            order.status = "PARTIALLY_FILLED"
        else:
            order.status = "FILLED"
            del account.open_orders[entry.order_id]
        account.fills.append(entry)
        self._snapshot(account, entry.wall_ms)

    def _reopen(self, position: Position, entry: e.Filled) -> None:
        position.position_id = entry.order_id + 1
        position.opened_ms = entry.wall_ms
        position.realised_e8 = position.fee_e8 = position.qty_max_e8 = 0
        position.close_qty_e8 = position.close_cost_e20 = 0

    def _close(
        self, account: Account, position: Position, before: int, opened: int, entry: e.Filled
    ) -> None:
        done = msgspec.structs.replace(position)
        done.qty_max_e8 = max(done.qty_max_e8, abs(before))
        side = position.side if position.side != "BOTH" else ("LONG" if before > 0 else "SHORT")
        funding = (
            sum(
                moved.amount
                for moved in account.money
                if moved.symbol == position.symbol and moved.wall_ms >= position.opened_ms
            )
            if account.money and account.money[-1].wall_ms >= position.opened_ms
            else 0
        )
        account.closed.append(
            ClosedPosition(
                done,
                done.realised_e8 - done.fee_e8,
                funding,
                account.leverage_of(position.symbol, position.side),
                account.isolated(position.symbol),
                side,
            )
        )
        if opened:
            self._reopen(position, entry)
            position.qty_max_e8 = abs(position.qty_e8)

    def _money(self, entry: e.MoneyMoved) -> None:
        account = self.accounts[entry.account]
        account.wallet_e8 += entry.amount
        if account.wallet_e8 != entry.wallet_after:
            raise StateMismatchError(f"seq {entry.seq}: wallet is {account.wallet_e8}")
        account.money.append(entry)
        self._snapshot(account, entry.wall_ms)

    def _snapshot(self, account: Account, wall_ms: int) -> None:
        held = tuple(msgspec.structs.replace(position) for position in account.held())
        account.snapshots.append((wall_ms, account.wallet_e8, held))


class MarginUse(Struct):
    """How an account's money is bound at given mark prices."""

    wallet_e8: int
    unrealised_e8: int
    used_e8: int
    frozen_e8: int

    @property
    def equity_e8(self) -> int:
        """Wallet and unrealised profit."""
        return self.wallet_e8 + self.unrealised_e8

    @property
    def available_e8(self) -> int:
        """What new orders may bind."""
        return max(0, self.equity_e8 - self.used_e8 - self.frozen_e8)


def initial_margin_e8(account: Account, position: Position) -> int:
    """The margin a position binds: its own collateral, or its value at entry over leverage."""
    if account.isolated(position.symbol):
        return position.isolated_e8
    return position.cost_e8 // account.leverage_of(position.symbol, position.side)


def opening_qty_e8(order: Order, held_e8: int) -> int:
    """The part of a working order that would open or add to what is held of its position."""
    accepted = order.accepted
    if accepted.reduce_only or accepted.close_position or order.waiting:
        return 0
    buys = accepted.side == "BUY"
    rest = order.qty_e8 - order.filled_e8
    if accepted.position_side != "BOTH":
        return rest if buys == (accepted.position_side == "LONG") else 0
    against = -held_e8 if buys else held_e8
    return rest if against <= 0 else max(0, rest - against)


def margin_use(account: Account, marks: dict[str, int]) -> MarginUse:
    """Sum up what positions and working orders bind."""
    unrealised = used = frozen = 0
    for position in account.held():
        unrealised += position.unrealised_e8(marks[position.symbol])
        used += initial_margin_e8(account, position)
    lot: tuple[str, str] | None = None
    held = leverage = 0
    for order in account.open_orders.values():
        accepted = order.accepted
        key = (accepted.symbol, accepted.position_side)
        if key != lot:
            lot = key
            found = account.positions.get(key)
            held = found.qty_e8 if found is not None else 0
            leverage = account.leverage_of(*key)
        qty = opening_qty_e8(order, held)
        if qty:
            frozen += accepted.price * qty // 10**12 // leverage
    return MarginUse(account.wallet_e8, unrealised, used, frozen)
