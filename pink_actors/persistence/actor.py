"""The persistence process: batches of durable outcomes to the database, and a port to look at it.

A database that is away is lag and nothing else: outcomes stay in the journal until it is back.
"""

import asyncio
from collections import deque
from typing import NamedTuple

from pink_actors import shm
from pink_actors._native import JournalDamaged, JournalGone, JournalReader
from pink_actors.clock import NS_PER_MS, NS_PER_S
from pink_actors.errors import PermanentError
from pink_actors.persistence.database import EMBEDDED, Database, Owner, StoreError
from pink_actors.persistence.feed import Feed
from pink_actors.persistence.sink import Numbered, Sink, Written
from pink_actors.persistence.sql_endpoint import Reader, SqlEndpoint
from pink_actors.persistence.tables import Schema
from pink_actors.persistence.worker import Worker
from pink_actors.runner import Context
from pink_actors.shm_layout import (
    JOURNAL,
    OUTCOMES,
    PERSISTENCE_STATS,
    ActorState,
    JournalCell,
    PersistenceCell,
    Writer,
)

# Outcomes are of one size, so this also keeps a batch below 8 MiB.
BATCH_RECORDS_MAX = 10_000
BATCH_AGE_NS_MAX = NS_PER_S
PENDING_RECORDS_MAX = 2 * BATCH_RECORDS_MAX
TAKE_RECORDS_MAX = 1_000
RETRY_NS_MIN = 500 * NS_PER_MS
RETRY_NS_MAX = 10 * NS_PER_S
STATS_EVERY_NS = 250 * NS_PER_MS
DRAIN_S_MAX = 12.0
CLOSE_S_MAX = 2.0
DRAIN_LOOK_S = 0.02


class Linked(NamedTuple):
    """A database that answered, and how far it is."""

    database: Database
    sink: Sink
    cursor: int
    owner: Owner


class PersistenceActor:
    """Owns the two worker threads; everything else happens on the loop."""

    idle_ms = 50

    def __init__(self, context: Context) -> None:
        self._context = context
        self._own = shm.Own(context.segment)
        self._schema = Schema()
        self._writer = Worker("writer")
        self._reader_worker = Worker("reader")
        self._reader: Reader | None = None
        self._endpoint: SqlEndpoint | None = None
        self._database: Database | None = None
        self._sink: Sink | None = None
        self._owner = Owner(context.instance, 0)
        self._linking: asyncio.Future[Linked] | None = None
        self._writing: asyncio.Future[Written] | None = None
        self._written_from_ns = 0
        self._pending: deque[Numbered] = deque()
        self._oldest_mono_ns = 0
        self._retry_mono_ns = 0
        self._retry_ns = RETRY_NS_MIN
        self._stats_mono_ns = 0
        self._stats = PersistenceCell.zero()

    async def start(self) -> None:
        """Finds the outcomes; the database is sought by step(), since it may come later."""
        self._kernel = shm.Reader.attach(self._context.instance, Writer.KERNEL)
        ring = self._own.consumer(self._kernel, OUTCOMES)
        journal = JournalReader(str(self._context.config.journal_dir))
        self._feed = Feed(ring.native, journal)
        self._publish()

    async def step(self) -> int:
        """Takes what is durable, stores what is due; never waits for the database."""
        mark = self._kernel.read(JOURNAL)
        done = await self._settle()
        if mark.journal_id and self._sink is None:
            self._link(mark)
        if self._sink is not None:
            done += self._take(mark)
            self._store(force=False)
        if self._mono_ns() >= self._stats_mono_ns:
            lag = max(0, mark.durable_seq - self._stats.stored_seq)
            self._stats = self._stats._replace(lag=lag, refilled=self._feed.refilled)
            self._publish()
        return done

    async def close(self) -> None:
        """Stores what is durable as far as the time allows, then lets the database go."""
        if self._sink is not None:
            await self._drain()
        if self._endpoint is not None:
            await self._endpoint.close()
        # An insert or a question that hangs is given up; the next start finds out what it did.
        self._reader_worker.forget()
        if self._reader is not None and self._database is not None:
            await self._give_time(self._writer.submit(self._database.end_questions))
            await self._give_time(self._reader_worker.submit(self._reader.close))
        if self._database is not None:
            await self._give_time(self._writer.submit(self._database.close))
        self._reader_worker.stop()
        self._writer.stop()
        self._stats = self._stats._replace(connected=0, http_port=0)
        self._publish()

    async def _give_time(self, closing: "asyncio.Future[None]") -> None:
        await asyncio.wait({closing}, timeout=CLOSE_S_MAX)
        error = closing.exception() if closing.done() else f"not done in {CLOSE_S_MAX} s"
        if error is not None:
            self._context.log.warning("close_gave_up", error=str(error))

    async def _drain(self) -> None:
        deadline_ns = self._mono_ns() + int(DRAIN_S_MAX * NS_PER_S)
        while self._mono_ns() < deadline_ns:
            await self._settle()
            mark = self._kernel.read(JOURNAL)
            if self._sink is None or self._stats.stored_seq >= mark.durable_seq:
                break
            self._take(mark)
            self._store(force=True)
            await asyncio.sleep(DRAIN_LOOK_S)
        left = self._kernel.read(JOURNAL).durable_seq - self._stats.stored_seq
        if left > 0:
            self._context.log.warning("drain_ended_early", records_left=left)

    def _link(self, mark: JournalCell) -> None:
        """Opens the database, or asks the open one again what it holds."""
        if self._linking is not None or self._mono_ns() < self._retry_mono_ns:
            return
        config = self._context.config
        owner = Owner(self._context.instance, mark.journal_id)
        held, schema = self._database, self._schema

        def link() -> Linked:
            if held is None:
                database = Database.open(config.persistence, config.database_dir, schema)
            else:
                database = held
                database.migrate()
            sink = Sink(database, schema, owner)
            return Linked(database, sink, sink.recover(), owner)

        self._linking = self._writer.submit(link)

    async def _settle(self) -> int:
        """Takes over what the writer's thread finished."""
        done = 0
        if self._linking is not None and self._linking.done():
            linking, self._linking = self._linking, None
            await self._linked(linking)
        if self._writing is not None and self._writing.done():
            writing, self._writing = self._writing, None
            done = self._wrote(writing)
        return done

    async def _linked(self, linking: "asyncio.Future[Linked]") -> None:
        try:
            linked = linking.result()
        except StoreError as error:
            self._failed(error)
            return
        self._database, self._sink, self._owner = linked.database, linked.sink, linked.owner
        self._pending.clear()
        self._feed.seek(linked.cursor + 1)
        self._retry_ns = RETRY_NS_MIN
        self._stats = self._stats._replace(
            connected=1, journal_id=linked.owner.journal_id, stored_seq=linked.cursor
        )
        self._context.segment.set_state(ActorState.READY)
        self._context.log.info("database_ready", stored_seq=linked.cursor)
        if self._endpoint is None and self._context.config.persistence.url == EMBEDDED:
            await self._open_port()

    async def _open_port(self) -> None:
        config = self._context.config.persistence
        directory = self._context.config.database_dir
        self._reader = await self._reader_worker.submit(lambda: Reader(directory, config.database))
        self._endpoint = SqlEndpoint(self._reader, self._reader_worker, config.database)
        port = await self._endpoint.start(self._context.config.sql_credential, config.http_port)
        self._stats = self._stats._replace(http_port=port)
        self._context.log.info("sql_port_open", port=port)

    def _take(self, mark: JournalCell) -> int:
        """Durable records into the batch; with another journal the search starts anew."""
        if mark.journal_id != self._owner.journal_id:
            self._sink = None
            return 0
        room = PENDING_RECORDS_MAX - len(self._pending)
        try:
            taken = self._feed.take(mark.durable_seq, min(room, TAKE_RECORDS_MAX))
        except (JournalDamaged, JournalGone) as error:
            raise PermanentError(
                f"{self._context.config.journal_dir}: {error}; the database ends at "
                f"{self._stats.stored_seq}; run pink-journal verify"
            ) from error
        if taken and not self._pending:
            self._oldest_mono_ns = self._mono_ns()
        self._pending.extend(taken)
        return len(taken)

    def _store(self, force: bool) -> None:
        """Gives a batch to the writer when it is old or large enough, one at a time."""
        if self._writing is not None or self._sink is None or not self._pending:
            return
        old = self._mono_ns() - self._oldest_mono_ns >= BATCH_AGE_NS_MAX
        full = len(self._pending) >= BATCH_RECORDS_MAX
        if not (old or full or force):
            return
        size = min(BATCH_RECORDS_MAX, len(self._pending))
        batch = [self._pending.popleft() for _ in range(size)]
        self._oldest_mono_ns = self._mono_ns()
        sink = self._sink
        self._written_from_ns = self._mono_ns()
        self._writing = self._writer.submit(lambda: sink.write(batch))

    def _wrote(self, writing: "asyncio.Future[Written]") -> int:
        try:
            written = writing.result()
        except StoreError as error:
            self._failed(error)
            return 0
        stats = self._stats
        self._stats = stats._replace(
            stored_seq=written.cursor,
            rows=stats.rows + written.rows,
            batches=stats.batches + 1,
            quarantined=stats.quarantined + written.quarantined,
            last_insert_ns=self._mono_ns() - self._written_from_ns,
        )
        if written.quarantined:
            self._context.log.error(
                "rows_quarantined", count=written.quarantined, stored_seq=written.cursor
            )
        return 1

    def _failed(self, error: StoreError) -> None:
        """Nothing that was under way is believed; the database is asked when it is back."""
        self._sink = None
        self._pending.clear()
        self._retry_mono_ns = self._mono_ns() + self._retry_ns
        self._retry_ns = min(2 * self._retry_ns, RETRY_NS_MAX)
        self._stats = self._stats._replace(connected=0, errors=self._stats.errors + 1)
        self._context.segment.set_state(ActorState.DEGRADED)
        self._context.log.warning("database_away", error=str(error), errors=self._stats.errors)

    def _publish(self) -> None:
        self._stats_mono_ns = self._mono_ns() + STATS_EVERY_NS
        self._own.write(PERSISTENCE_STATS, self._stats)

    def _mono_ns(self) -> int:
        return self._context.clock.mono_ns()
