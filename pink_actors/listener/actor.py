"""The listener: hears both streams, reports order events, and keeps the market's cells fresh."""

from __future__ import annotations

import asyncio
from typing import Final

from pink_actors import shm
from pink_actors.clock import NS_PER_MS, NS_PER_S
from pink_actors.errors import SecretsError
from pink_actors.listener.ear import Ear
from pink_actors.listener.listen_key import KeyService, Times
from pink_actors.listener.market_stream import MarketStream, topics
from pink_actors.listener.marks import Marks
from pink_actors.listener.user_stream import UserStream
from pink_actors.rest.connection import Connection, Keys
from pink_actors.rest.kept import Kept
from pink_actors.rest.reporting import Reporter
from pink_actors.runner import Context
from pink_actors.shm_layout import (
    LISTENER_REPORTS,
    LISTENER_STATS,
    MARKS,
    ActorState,
    ListenerCell,
    MarkCell,
    Writer,
)

STATS_EVERY_NS: Final = 250 * NS_PER_MS
FIRST_CONNECT_NS_MAX: Final = 5 * NS_PER_S
CLOSE_S_MAX: Final = 3.0
# The venue's clock is measured once a minute, and after one pause where marks seem late or old.
CLOCK_PAUSE_S: Final = 5.0
CLOCK_PAUSES: Final = 12


class ListenerActor:
    """Sockets and keys; nothing of it needs to survive its own death."""

    idle_ms = 25

    def __init__(self, context: Context) -> None:
        if context.secrets is None:
            raise SecretsError("the listener has no API key: --secrets-fd is missing")
        self._context = context
        keys = Keys(context.secrets.api_key, context.secrets.api_secret)
        self._kept = Kept(context.config.unread_dir, "listener", context.clock, context.log)
        self._connection = Connection(
            context.config.venue, keys, context.clock, context.log, self._kept
        )
        self._keys = KeyService(self._connection, context.clock, context.log)
        self._tasks: list[asyncio.Task[None]] = []
        self._next_stats_mono_ns = 0
        self._frames = 0
        self._state = ActorState.READY

    async def start(self) -> None:
        """Opens the ring and the streams; a venue that is away is tried again for ever."""
        context = self._context
        venue = context.config.venue
        own = shm.Own(context.segment)
        kernel = shm.Reader.attach(context.instance, Writer.KERNEL)
        reporter = Reporter(own.producer(LISTENER_REPORTS, [kernel]), context.clock)

        def write(cell: MarkCell, index: int) -> None:
            own.write(MARKS, cell, index)

        self._own = own
        self._connection.tell_unread = reporter.unread
        self._marks = Marks(
            context.config.symbols,
            context.config.risk.mark_age_ms_max,
            context.clock,
            self._connection.venue_now_ms,
            write,
        )
        self._ear = Ear(reporter, self._marks, self._kept, context.clock, context.log)
        user_streams = [
            UserStream(venue.ws_url, venue.proxy, self._keys, self._ear, context.log, Times())
            for _ in range(venue.user_sockets)
        ]
        markets = [
            MarketStream(venue.ws_url, venue.proxy, some, self._ear, context.log)
            for some in topics(context.config.symbols)
        ]
        self._market_sockets = len(markets)
        self._tasks = [
            *(asyncio.create_task(user.run(), name="user stream") for user in user_streams),
            *(asyncio.create_task(market.run(), name="market stream") for market in markets),
            asyncio.create_task(self._keep_time(), name="venue clock"),
        ]
        give_up_mono_ns = context.clock.mono_ns() + FIRST_CONNECT_NS_MAX
        while not self._connected() and context.clock.mono_ns() < give_up_mono_ns:
            self._check()
            await asyncio.sleep(0.02)
        self._publish_stats()

    async def step(self) -> int:
        """Looks after the tasks, the age of the marks and the counters."""
        self._check()
        now = self._context.clock.mono_ns()
        if now >= self._next_stats_mono_ns:
            self._next_stats_mono_ns = now + STATS_EVERY_NS
            self._marks.look()
            self._publish_stats()
            self._show_state()
        # Progress is what was heard; a step that found nothing rests.
        news = self._ear.heard.frames - self._frames
        self._frames = self._ear.heard.frames
        if news:
            await asyncio.sleep(self.idle_ms / 1000)
        return news

    async def close(self) -> None:
        """Ends both streams, which also gives the listen key back."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSE_S_MAX)
        await self._connection.close()

    async def _keep_time(self) -> None:
        """Measures the venue's clock, by which marks are old: soon again where they seem so."""
        while True:
            measured = await self._connection.set_clock()
            doubts = self._marks.doubts
            for _ in range(CLOCK_PAUSES):
                await asyncio.sleep(CLOCK_PAUSE_S)
                if not measured or self._marks.doubts != doubts:
                    break

    def _check(self) -> None:
        for task in self._tasks:
            if task.done():
                task.result()

    def _connected(self) -> bool:
        return self._ear.heard.user_sessions > 0 and self._is_market_whole()

    def _is_market_whole(self) -> bool:
        return self._ear.heard.market_sessions == self._market_sockets

    def _show_state(self) -> None:
        state = ActorState.READY if self._connected() else ActorState.DEGRADED
        if state is not self._state:
            self._state = state
            self._context.segment.set_state(state)
            self._context.log.info("streams", state=state.name)

    def _publish_stats(self) -> None:
        heard = self._ear.heard
        cell = ListenerCell.zero()._replace(
            frames=heard.frames,
            order_events=heard.order_events,
            account_events=heard.account_events,
            mark_events=heard.mark_events,
            reconnects=heard.reconnects,
            gaps=heard.gaps,
            parse_errors=heard.parse_errors,
            unknown_events=heard.unknown_events,
            user_connected=int(heard.user_sessions > 0),
            market_connected=int(self._is_market_whole()),
            last_user_mono_ns=heard.last_user_mono_ns,
            last_market_mono_ns=heard.last_market_mono_ns,
            listen_key_wall_ms=self._keys.renewed_wall_ms,
            key_renewals=self._keys.renewals,
            pings=heard.pings,
            snapshots_ignored=heard.snapshots_ignored,
            late_marks=self._marks.late,
            old_marks=self._marks.old,
        )
        self._own.write(LISTENER_STATS, cell)
