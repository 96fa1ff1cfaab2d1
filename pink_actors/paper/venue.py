"""The venue as one object: engine, ledger, streams, clock; and the one place where it commits."""

import asyncio
import contextlib
from typing import NamedTuple

from pink_actors.paper import entries as e
from pink_actors.paper import frames
from pink_actors.paper.advance import Clockwork
from pink_actors.paper.auth import ApiKey
from pink_actors.paper.clock import VenueClock
from pink_actors.paper.engine import PARTIAL_SHARE, Exchange
from pink_actors.paper.events import AccountEvent, BarEvent, ConfigEvent, Event, OrderEvent
from pink_actors.paper.faults import FaultName, FaultPlan, Faults
from pink_actors.paper.feed import Replay
from pink_actors.paper.hub import Hub
from pink_actors.paper.ledger import Ledger, LedgerUnwritableError
from pink_actors.paper.limits import Budgets
from pink_actors.paper.market import Market
from pink_actors.paper.request import Now
from pink_actors.paper.state import Account, State

REQUEST_GUARD_MS = 1_000
GUARDS_MAX = 50_000
# A sync costs more than several orders: what lay in the sockets meanwhile joins the next one.
QUIET_TURNS = 3
GROUP_MAX = 64


class Options(NamedTuple):
    """What the command line decides about a running venue."""

    seed: int
    rate_limits: bool
    control: bool
    coin: str
    partial_share: float = PARTIAL_SHARE


class Venue:
    """Everything behind the sockets."""

    def __init__(
        self,
        options: Options,
        keys: list[ApiKey],
        state: State,
        ledger: Ledger,
        markets: dict[str, Market],
        clock: VenueClock,
        plan: FaultPlan,
    ) -> None:
        self.options = options
        self.state = state
        self.ledger = ledger
        self.clock = clock
        self.exchange = Exchange(state, markets, ledger.append, options.seed, options.partial_share)
        self.stats = self.exchange.stats
        self.faults = Faults(plan, self.stats.faults)
        self.hub = Hub(self.faults, self.stats)
        self.budgets = Budgets(enabled=options.rate_limits)
        self.keys = {key.api_key: key for key in keys}
        now = clock.now()
        self.clockwork = Clockwork(self.exchange, now, options.seed)
        self.dead_man: dict[str, int] = {}
        self.failure: LedgerUnwritableError | None = None
        self._guards: dict[tuple[str, str], int] = {}
        self._waiting: asyncio.Future[None] | None = None
        self._joined = 0
        self._quiet_turns = 0

    @property
    def markets(self) -> dict[str, Market]:
        """The markets by symbol."""
        return self.exchange.markets

    def account_of(self, api_key: str) -> Account | None:
        """The account a key opens."""
        key = self.keys.get(api_key)
        return self.state.accounts.get(key.account) if key is not None else None

    def record(self, now: Now, entry: e.Entry) -> None:
        """Record an entry that the engine did not make."""
        self.exchange.record(now, entry)

    def guarded(self, account: Account, subject: str, now: Now) -> bool:
        """Whether the same order was named within the last second; remembers that it was now."""
        key = (account.name, subject)
        before = self._guards.get(key)
        if before is not None and now.wall_ms - before < REQUEST_GUARD_MS:
            return True
        if len(self._guards) >= GUARDS_MAX:
            horizon = now.wall_ms - REQUEST_GUARD_MS
            self._guards = {k: at for k, at in self._guards.items() if at > horizon}
        self._guards[key] = now.wall_ms
        return False

    def tick(self) -> None:
        """Let time pass."""
        if self.failure is not None:
            raise self.failure
        self.clock.step()
        rule = self.faults.draw(FaultName.CLOCK_SKEW)
        if rule is not None:
            self.clock.skew_ms = rule.skew_ms
        now = self.clock.now()
        self.clockwork.advance(now)
        if self.clock.held:
            self.exchange.settle(now)
        for name, deadline_ms in list(self.dead_man.items()):
            if deadline_ms <= now.wall_ms:
                del self.dead_man[name]
                self.cancel_all(self.state.accounts[name], "", now, "cancelAllAfter")
        for key in self.hub.overdue(now.wall_ms):
            self.hub.expire(key, frames.expired_frame(key, now))
        self.flush()
        replays = [m.feed for m in self.markets.values() if isinstance(m.feed, Replay)]
        if self.clock.fast and replays and all(feed.done for feed in replays):
            self.clock.settle()

    def cancel_all(self, account: Account, symbol: str, now: Now, reason: str) -> list[int]:
        """End all open orders of an account, or of one of its symbols."""
        ended: list[int] = []
        for order in list(account.open_orders.values()):
            if order.open and symbol in ("", order.accepted.symbol):
                self.exchange.end(account, order, "CANCELLED", reason, now)
                ended.append(order.order_id)
        return ended

    def move_money(self, account: Account, amount_e8: int, kind: str, now: Now) -> None:
        """Deposit (positive) or withdraw money."""
        self.record(
            now,
            e.MoneyMoved(
                account=account.name,
                kind="TRANSFER",
                symbol="",
                amount=amount_e8,
                wallet_after=account.wallet_e8 + amount_e8,
                info=kind.title(),
            ),
        )
        self.exchange.tell_account(account, kind, amount_e8, ())

    def flush(self) -> None:
        """Make the group durable, then let its frames and replies go."""
        waiting, self._waiting = self._waiting, None
        self._joined = 0
        try:
            self.ledger.commit()
        except LedgerUnwritableError as error:
            self.failure = error
            if waiting is not None and not waiting.done():
                waiting.set_exception(error)
            raise
        events = self.exchange.events
        if events:
            self.exchange.events = []
            now = self.clock.now()
            for event in events:
                self._publish(event, now)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def committed(self) -> asyncio.Future[None]:
        """Resolves when everything recorded so far is durable; requests share one commit."""
        self._joined += 1
        self._quiet_turns = 0
        if self._waiting is None:
            loop = asyncio.get_running_loop()
            self._waiting = loop.create_future()
            loop.call_soon(self._flush_for_requests)
        return self._waiting

    def _flush_for_requests(self) -> None:
        """A commit that fails breaks the waiting requests, and the next tick ends the process."""
        self._quiet_turns += 1
        waits = self._waiting is not None and self._joined < GROUP_MAX
        if waits and self._quiet_turns < QUIET_TURNS:
            asyncio.get_running_loop().call_soon(self._flush_for_requests)
            return
        with contextlib.suppress(LedgerUnwritableError):
            self.flush()

    def _publish(self, event: Event, now: Now) -> None:
        if isinstance(event, BarEvent):
            self._publish_bar(event, now)
            return
        listeners = self.hub.listeners(event.account)
        if not listeners:
            return
        account = self.state.accounts[event.account]
        match event:
            case OrderEvent():
                named = self.faults.draw(FaultName.CLIENT_ID_MISSING) is None
                instrument = self.markets[event.order.accepted.symbol].instrument
                frame = frames.order_frame(event, instrument, now, named=named)
            case AccountEvent():
                frame = frames.account_frame(event, account, self.exchange.marks(), now)
            case ConfigEvent():
                kind = "ACCOUNT_CONFIG_UPDATE"
                frame = frames.config_frame(account, event.symbol, now, kind)
        self.hub.send_user(listeners, frame)

    def _publish_bar(self, event: BarEvent, now: Now) -> None:
        topic = f"{event.symbol}@kline_1m"
        if topic not in self.hub.topics:
            return
        instrument = self.markets[event.symbol].instrument
        self.hub.send_topic(
            topic,
            {
                "code": 0,
                "dataType": topic,
                "s": event.symbol,
                "ts": now.wall_ms,
                "data": frames.kline_data([event.bar], instrument),
                "marketTime": now.market_ms,
                "closed": True,
            },
        )
