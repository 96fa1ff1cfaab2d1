"""The gateway: takes the kernel's commands to the venue and brings every answer back."""

from __future__ import annotations

import asyncio
from typing import Final

from pink_actors import shm
from pink_actors.clock import NS_PER_MS
from pink_actors.errors import SecretsError
from pink_actors.gateway import bootstrap
from pink_actors.gateway.cancel import cancel
from pink_actors.gateway.clock_watch import ClockWatch
from pink_actors.gateway.dead_man import DeadMan
from pink_actors.gateway.desk import Desk
from pink_actors.gateway.gate import Gate
from pink_actors.gateway.inbox import Inbox, Work
from pink_actors.gateway.income import income
from pink_actors.gateway.lanes import Lanes
from pink_actors.gateway.memory import Memory
from pink_actors.gateway.query import query
from pink_actors.gateway.settle import settle
from pink_actors.gateway.snapshot import reconcile
from pink_actors.gateway.submit import submit
from pink_actors.rest.backoff import Backoff
from pink_actors.rest.connection import Connection, Keys
from pink_actors.rest.kept import Kept
from pink_actors.rest.reporting import Reporter
from pink_actors.runner import Context
from pink_actors.shm_layout import (
    COMMANDS_DURABLE,
    COMMANDS_NOW,
    GATEWAY_REPORTS,
    GATEWAY_STATS,
    ActorState,
    Code,
    CommandKind,
    GatewayCell,
    ReportKind,
    Writer,
)

STATS_EVERY_NS: Final = 250 * NS_PER_MS
# While commands are under way their places in the ring are freed this often.
WAIT_MS_BUSY: Final = 10
WAIT_MS_IDLE: Final = 50
BOOTSTRAP_PAUSE_S_MAX: Final = 5.0
PERFORM: Final = {
    CommandKind.SUBMIT: submit,
    CommandKind.CANCEL: cancel,
    CommandKind.QUERY: query,
    CommandKind.SETTLE: settle,
    CommandKind.RECONCILE: reconcile,
    CommandKind.INCOME: income,
}


class GatewayActor:
    """One account's REST side; nothing of it needs to survive its own death."""

    idle_ms = 0

    def __init__(self, context: Context) -> None:
        if context.secrets is None:
            raise SecretsError("the gateway has no API key: --secrets-fd is missing")
        self._context = context
        keys = Keys(context.secrets.api_key, context.secrets.api_secret)
        kept = Kept(context.config.unread_dir, "gateway", context.clock, context.log)
        self._connection = Connection(context.config.venue, keys, context.clock, context.log, kept)
        self._lanes = Lanes(self._perform)
        self._doorbell = shm.Doorbell(context.wake_fd)
        self._tasks: list[asyncio.Task[None]] = []
        self._next_stats_mono_ns = 0
        self._state = ActorState.READY

    async def start(self) -> None:
        """Opens the rings and asks the venue once; a venue that is away is asked again later."""
        context = self._context
        own = shm.Own(context.segment)
        kernel = shm.Reader.attach(context.instance, Writer.KERNEL)
        reporter = Reporter(own.producer(GATEWAY_REPORTS, [kernel]), context.clock)
        self._connection.tell_unread = reporter.unread
        self._own = own
        seconds = context.config.venue.dead_man_s
        self._dead_man = DeadMan(seconds, self._connection, kernel, context.clock, context.log)
        self._desk = Desk(
            context.config,
            self._connection,
            reporter,
            Memory(context.clock.mono_ns()),
            Gate(context.instance, context.run_dir, kernel, context.clock),
            self._dead_man,
            kernel,
            context.clock,
            context.log,
        )
        self._inbox = Inbox(
            own.consumer(kernel, COMMANDS_NOW), own.consumer(kernel, COMMANDS_DURABLE)
        )
        missing = await bootstrap.learn(self._desk)
        if missing:
            context.log.warning("venue_not_ready", missing=missing)
        self._tasks = [
            asyncio.create_task(self._learn(), name="learn"),
            asyncio.create_task(self._dead_man.run(), name="dead man"),
            asyncio.create_task(ClockWatch(self._desk).run(), name="clock watch"),
        ]
        self._publish_stats()

    async def step(self) -> int:
        """Waits until something comes or is to be freed, then takes all there is.

        Waiting comes first: right after commands were taken the lanes have the loop to themselves,
        and nothing of this stands between an order and the wire.
        """
        wait_ms = WAIT_MS_BUSY if self._inbox.open_count else WAIT_MS_IDLE
        await self._woken(wait_ms)
        released = self._inbox.release()
        taken = self._take()
        if not taken:
            self._show_state()
        now = self._context.clock.mono_ns()
        if now >= self._next_stats_mono_ns:
            self._next_stats_mono_ns = now + STATS_EVERY_NS
            self._show_state()
            self._publish_stats()
        return taken + released

    async def close(self) -> None:
        """Ends requests under way; their commands stay in the ring for the next start."""
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)
        await self._lanes.close()
        if self._tasks:
            await self._dead_man.disarm()  # What rests shall outlive an orderly end.
        self._doorbell.close()
        await self._connection.close()

    def _take(self) -> int:
        self._lanes.check()
        taken = self._inbox.take()
        for work in taken:
            self._lanes.add(work)
        return len(taken)

    async def _woken(self, wait_ms: int) -> None:
        consumers = self._inbox.consumers
        if consumers:
            await self._doorbell.wait_readable(consumers, wait_ms)
        else:
            await asyncio.sleep(wait_ms / 1000)

    async def _perform(self, work: Work) -> None:
        if work.command.venue_order_id:
            # The kernel knows whose it is, and the stream may have told it, not we.
            owners = self._desk.memory.owners
            owners.put(work.command.venue_order_id, work.command.client_order_id)
        perform = PERFORM.get(work.command.kind)
        if perform is None:
            await self._desk.reporter.conclude(
                ReportKind.COMMAND_DONE, work.command, Code.INVALID_FIELD
            )
            return
        await perform(self._desk, work)

    async def _learn(self) -> None:
        """Learns what is still missing, and after that asks for rules from time to time."""
        backoff = Backoff(0.25, BOOTSTRAP_PAUSE_S_MAX)
        while not self._desk.memory.learned.is_set():
            await asyncio.sleep(backoff.next_s())
            missing = await bootstrap.learn(self._desk)
            if missing:
                self._context.log.warning("venue_not_ready", missing=missing)
        while True:
            await asyncio.sleep(self._context.config.venue.rules_refresh_ms / 1000)
            missing = await bootstrap.refresh(self._desk)
            if missing:
                self._context.log.warning("rules_not_refreshed", missing=missing)

    def _show_state(self) -> None:
        """DEGRADED while the venue is unknown or away; a refused key ends the process."""
        for task in self._tasks:
            if task.done():
                task.result()
        learned = self._desk.memory.learned.is_set()
        lacking = not learned or not self._connection.counters.connected
        state = ActorState.DEGRADED if lacking else ActorState.READY
        if state is not self._state:
            self._state = state
            self._context.segment.set_state(state)
            self._context.log.info("venue", state=state.name)

    def _publish_stats(self) -> None:
        counters = self._connection.counters
        tally = self._desk.tally
        cell = GatewayCell.zero()._replace(
            requests=counters.requests,
            submits=tally.submits,
            cancels=tally.cancels,
            queries=tally.queries,
            snapshots=tally.snapshots,
            unknown_outcomes=tally.unknown_outcomes,
            resolved_found=tally.resolved_found,
            resolved_absent=tally.resolved_absent,
            refused=tally.refused,
            not_sent=tally.not_sent,
            rate_limited=counters.rate_limited,
            http_errors=counters.http_errors,
            parse_errors=counters.parse_errors,
            retries=counters.retries,
            clock_offset_ms=counters.clock_offset_ms,
            rtt_last_ns=counters.rtt_last_ns,
            rtt_max_ns=counters.rtt_max_ns,
            in_flight=counters.in_flight,
            connected=counters.connected,
            last_answer_mono_ns=counters.last_answer_mono_ns,
            budget_waits=counters.budget_waits,
            fills_by_rest=tally.fills_by_rest,
            clock_steps=tally.clock_steps + counters.venue_clock_steps,
            echo_differences=tally.echo_differences,
        )
        self._own.write(GATEWAY_STATS, cell)
