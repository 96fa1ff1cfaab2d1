"""What is done with what is heard: events to reports and cells, oddities counted and kept."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pink_actors.clock import NS_PER_S, Clock
from pink_actors.listener.marks import Marks
from pink_actors.log import Logger
from pink_actors.rest.kept import Kept
from pink_actors.rest.reporting import Reporter
from pink_actors.shm_layout import Code, Has, Report, ReportKind
from pink_actors.venue import reports
from pink_actors.venue.frames import (
    AccountEvent,
    Ack,
    ConfigEvent,
    MarketEvent,
    MarkEvent,
    OrderEvent,
    Ping,
    Snapshot,
    Unknown,
    UserEvent,
)
from pink_actors.venue.numbers import Malformed

# Events remembered, so that the same from another socket is not told again.
TOLD_MAX: Final = 1024
# What cannot be read may have been a fill: a gap, but a flood of it is one in so long a time.
UNREAD_GAP_NS_MIN: Final = 5 * NS_PER_S
# Money moved by an order is told by the order itself.
ORDER_REASON: Final = "ORDER"


@dataclass(slots=True)
class Heard:
    """What was counted."""

    frames: int = 0
    order_events: int = 0
    account_events: int = 0
    mark_events: int = 0
    reconnects: int = 0
    gaps: int = 0
    parse_errors: int = 0
    unknown_events: int = 0
    pings: int = 0
    snapshots_ignored: int = 0
    user_sessions: int = 0
    market_sessions: int = 0
    last_user_mono_ns: int = 0
    last_market_mono_ns: int = 0


class Ear:
    """The one place where frames of both streams end."""

    def __init__(
        self, reporter: Reporter, marks: Marks, kept: Kept, clock: Clock, log: Logger
    ) -> None:
        self.heard = Heard()
        self._reporter = reporter
        self._marks = marks
        self._kept = kept
        self._clock = clock
        self._log = log
        self._told: OrderedDict[OrderEvent | AccountEvent, None] = OrderedDict()
        self._next_unread_gap_mono_ns = 0

    async def user_connected(self) -> None:
        """A user socket is up: whatever happened before may have been missed."""
        heard = self.heard
        heard.reconnects += heard.gaps > 0
        heard.gaps += 1
        heard.user_sessions += 1
        await self._gap("user stream connected")

    def user_lost(self) -> None:
        """A user socket that was up is down."""
        self.heard.user_sessions -= 1

    def market_connected(self) -> None:
        """A market socket is up."""
        self.heard.market_sessions += 1

    def market_lost(self, symbols: list[str]) -> None:
        """The market socket that told the marks of these symbols was up and is down."""
        self.heard.reconnects += 1
        self.heard.market_sessions -= 1
        self._marks.lost(symbols)

    async def user(self, data: bytes, read: Callable[[bytes], UserEvent]) -> UserEvent | None:
        """A frame of the user stream; None when it cannot be read."""
        heard = self.heard
        heard.frames += 1
        heard.last_user_mono_ns = self._clock.mono_ns()
        try:
            event = read(data)
        except Malformed as error:
            await self._unread(data, error)
            if heard.last_user_mono_ns >= self._next_unread_gap_mono_ns:
                self._next_unread_gap_mono_ns = heard.last_user_mono_ns + UNREAD_GAP_NS_MIN
                await self._gap("a frame of the user stream cannot be read")
            return None
        match event:
            case Ping():
                heard.pings += 1
            case Snapshot():
                heard.snapshots_ignored += 1
            case OrderEvent():
                heard.order_events += 1
                if self._is_new(event):
                    await self._order(event)
            case AccountEvent():
                heard.account_events += 1
                if event.reason != ORDER_REASON and self._is_new(event):
                    await self._reporter.publish(self._hint(event))
            case ConfigEvent():
                heard.account_events += 1
            case Unknown():
                await self._strange(event.word, "", Code.UNKNOWN_WORD)
            case Ack():
                await self._refused(event)
        return event

    async def market(self, data: bytes, read: Callable[[bytes], MarketEvent]) -> MarketEvent | None:
        """A frame of the market stream; None when it cannot be read."""
        heard = self.heard
        heard.frames += 1
        heard.last_market_mono_ns = self._clock.mono_ns()
        try:
            event = read(data)
        except Malformed as error:
            await self._unread(data, error)
            return None
        match event:
            case Ping():
                heard.pings += 1
            case MarkEvent():
                heard.mark_events += 1
                if not self._marks.take(event):
                    text = f"market data of {event.symbol}"
                    await self._strange(text, event.symbol, Code.UNKNOWN_SYMBOL)
            case Ack(code=0):
                pass
            case Ack():
                await self._refused(event)
            case Unknown():
                await self._strange(event.word, "", Code.UNKNOWN_WORD)
        return event

    def _is_new(self, event: OrderEvent | AccountEvent) -> bool:
        """Whether no socket has told this already: two sockets tell the same twice.

        Each copy of an order event has its own push time, so that is no part of what it says.
        """
        told = event
        if isinstance(event, OrderEvent):
            facts = event.facts._replace(updated_ms=event.order_ms)
            told = OrderEvent(facts, 0, event.order_ms)
        if told in self._told:
            return False
        self._told[told] = None
        if len(self._told) > TOLD_MAX:
            self._told.popitem(last=False)
        return True

    async def _gap(self, text: str) -> None:
        gap = reports.of_kind(ReportKind.GAP, self._reporter.arrival())
        await self._reporter.publish(gap._replace(text=text))

    async def _order(self, event: OrderEvent) -> None:
        facts = event.facts
        await self._reporter.publish(reports.order_state(facts, self._reporter.arrival()))
        if facts.strange:
            text = f"{facts.strange}; order {facts.venue_order_id}"
            await self._strange(text, facts.symbol, Code.UNKNOWN_WORD)

    def _hint(self, event: AccountEvent) -> Report:
        told = event.wallet_e8 is not None
        timed = event.event_ms > 0
        return reports.of_kind(ReportKind.ACCOUNT_HINT, self._reporter.arrival())._replace(
            has=(Has.WALLET if told else 0) | (Has.VENUE_TIME if timed else 0),
            wallet_e8=event.wallet_e8 or 0,
            venue_wall_ms=event.event_ms,
            market_ms=event.market_ms,
            text=event.reason,
        )

    async def _refused(self, ack: Ack) -> None:
        await self._strange(f"stream: {ack.code} {ack.text}", "", Code.VENUE_REFUSED)

    async def _strange(self, text: str, symbol: str, code: Code) -> None:
        self.heard.unknown_events += 1
        self._log.warning("strange_event", text=text, code=code.name)
        await self._reporter.diagnose(text, symbol, code=code)

    async def _unread(self, data: bytes, error: Malformed) -> None:
        self.heard.parse_errors += 1
        self._kept.keep(data)
        self._log.warning("unreadable_frame", error=str(error), size=len(data))
        await self._reporter.unread(error)
