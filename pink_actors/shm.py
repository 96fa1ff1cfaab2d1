"""Records instead of bytes: typed cells and rings over the extension, and its bridge to asyncio.

reader = Reader.attach("paper", Writer.KERNEL)      somebody else's segment, read-only
slot = reader.read(SLOTS, 3)                        one consistent SlotCell
own = Own(context.segment)                          the segment this process writes
intents = own.producer(INTENTS, [reader])           publish(record), then wake() once
commands = own.consumer(reader, COMMANDS_NOW)       poll(n), then release(seq) when done
await Doorbell(context.wake_fd).wait_readable([commands], timeout_ms=100)
"""

import asyncio
import os
from collections.abc import Sequence
from typing import Generic, NamedTuple, TypeVar, cast

from pink_actors import _native
from pink_actors._native import CorruptRecord, Header, OwnSegment, Segment
from pink_actors.shm_layout import Cells, MalformedRecord, Record, Ring, Writer

__all__ = [
    "WAIT_MS_MAX", "Consumer", "Doorbell", "Message", "Own", "Producer", "Reader", "wait_any",
]  # fmt: skip

WAIT_MS_MAX = 100
"""Longest wait there is: a lost wake costs this and not for ever."""
POLL_MS = 2
"""How often a process without an eventfd looks."""

R = TypeVar("R", bound=Record)
R_co = TypeVar("R_co", bound=Record, covariant=True)


class Message(NamedTuple, Generic[R]):
    """A record of a ring with its absolute position."""

    seq: int
    record: R


def _decoded(kind: type[R], data: bytes, region: str, index: int) -> R:
    try:
        return kind.decode(data)
    except MalformedRecord as error:
        raise CorruptRecord(f"{region}[{index}]: {error}: restart the instance") from error


class Reader:
    """Somebody else's segment, mapped read-only."""

    __slots__ = ("_kept", "native", "writer")

    def __init__(self, native: Segment, writer: Writer) -> None:
        self.native = native
        self.writer = writer
        self._kept: dict[int, list[tuple[int, Record]]] = {}

    @classmethod
    def attach(cls, instance: str, writer: Writer) -> "Reader":
        """Raises AttachRefused unless the object is exactly what this build expects."""
        return cls(Segment.attach(instance, writer), writer)

    @classmethod
    def attach_file(cls, path: str, writer: Writer) -> "Reader":
        """A segment that was saved to a file when its instance went down."""
        return cls(Segment.attach_file(path, writer), writer)

    def header(self) -> Header:
        """Identity, state, heartbeat and progress of the writer."""
        return self.native.header()

    def read(self, cells: Cells[R], index: int = 0) -> R:
        """One consistent record."""
        return _decoded(cells.record, self.native.read(cells.id, index), cells.name, index)

    def read_all(self, cells: Cells[R]) -> list[R]:
        """Every cell of a region; each is consistent in itself.

        A region has hundreds of cells of which few change: only those are read and decoded.
        """
        kept = cast("list[tuple[int, R]]", self._kept.setdefault(cells.id, []))
        for index in range(cells.cell_count):
            # Asked before the cell is read: a write in between is seen next time.
            generation = self.native.generation(cells.id, index)
            if index == len(kept):
                kept.append((generation, self.read(cells, index)))
            elif kept[index][0] != generation:
                kept[index] = (generation, self.read(cells, index))
        return [record for _, record in kept]

    def generation(self, cells: Cells[R], index: int = 0) -> int:
        """How often the cell was written; unchanged means nothing new to read."""
        return self.native.generation(cells.id, index)

    def tail(self, ring: Ring[R]) -> int:
        """Position the ring's next record will have."""
        return self.native.tail(ring.id)

    def replaced(self) -> bool:
        """Whether a later tree made a new segment of this name, or took this one down."""
        return self.native.replaced()

    def follow(self, ring: Ring[R]) -> "Consumer[R]":
        """A reader from the tail on, for which nobody waits and whom nobody wakes."""
        return Consumer(self.native.follow(ring.id), ring)


class Own:
    """The segment this process writes."""

    __slots__ = ("native",)

    def __init__(self, native: OwnSegment) -> None:
        self.native = native

    def read(self, cells: Cells[R], index: int = 0) -> R:
        """What this process, or its predecessor, wrote last."""
        return _decoded(cells.record, self.native.read(cells.id, index), cells.name, index)

    def write(self, cells: Cells[R], record: R, index: int = 0) -> None:
        """Replaces one cell; readers see the old record or the new, nothing between."""
        self.native.write(cells.id, index, record.encode())

    def producer(
        self, ring: Ring[R], consumers: Sequence[Reader], wake_fds: Sequence[int] = ()
    ) -> "Producer[R]":
        """`wake_fds[i]` rings `consumers[i]`; without any they wait on the futex."""
        fds = list(wake_fds) or [-1] * len(consumers)
        natives = [consumer.native for consumer in consumers]
        return Producer(self.native.producer(ring.id, natives, fds))

    def consumer(self, source: Reader, ring: Ring[R]) -> "Consumer[R]":
        """A reader that goes on where this process, or its predecessor, released last."""
        return Consumer(self.native.consumer(source.native, ring.id), ring)


class Producer(Generic[R]):
    """The producing end of a ring."""

    __slots__ = ("native",)

    def __init__(self, native: _native.RingProducer) -> None:
        self.native = native

    @property
    def tail(self) -> int:
        """Position the next record will have."""
        return self.native.tail

    @property
    def stream_id(self) -> int:
        """Identity of the ring's content."""
        return self.native.stream_id

    def publish(self, record: R) -> int:
        """The record's position. Raises Backpressure, and writes nothing, if the ring is full."""
        return self.native.publish(record.encode())

    def free(self) -> int:
        """Records that fit now."""
        return self.native.free()

    def wake(self) -> int:
        """Wakes consumers that sleep; call it once after a batch of publishes."""
        return self.native.wake()


class Consumer(Generic[R_co]):
    """The consuming end of a ring."""

    __slots__ = ("_kind", "_name", "native")

    def __init__(self, native: _native.RingConsumer, ring: Ring[R_co]) -> None:
        self.native = native
        self._kind = ring.record
        self._name = ring.name

    @property
    def next_seq(self) -> int:
        """Position the next poll will look at."""
        return self.native.next_seq

    @property
    def released_seq(self) -> int:
        """Everything before it may be overwritten, and is not seen again after a restart."""
        return self.native.released_seq

    @property
    def stream_id(self) -> int:
        """Identity of the ring's content."""
        return self.native.stream_id

    @property
    def lag(self) -> int:
        """Records published and not yet polled."""
        return self.native.lag

    def poll(self, limit: int) -> list[Message[R_co]]:
        """Up to `limit` records. A gap of a broadcast ring is raised once, as Lapped."""
        kind, name = self._kind, self._name
        return [
            Message(seq, _decoded(kind, data, name, seq)) for seq, data in self.native.poll(limit)
        ]

    def release(self, next_seq: int) -> None:
        """Says that everything before `next_seq` is dealt with for good."""
        self.native.release(next_seq)

    def seek(self, next_seq: int) -> None:
        """Goes on at another position of a broadcast ring."""
        self.native.seek(next_seq)

    def ready(self) -> bool:
        """Whether a poll would find something."""
        return self.native.ready()

    def wait(self, timeout_ms: int) -> bool:
        """Blocks the thread, never more than WAIT_MS_MAX; for programs without an event loop."""
        return self.native.wait(timeout_ms)


def wait_any(consumers: Sequence[Consumer[Record]], timeout_ms: int) -> bool:
    """Blocks the thread until one of the rings has something."""
    return _native.wait_any([consumer.native for consumer in consumers], timeout_ms)


class Doorbell:
    """Waits on rings inside an event loop: announce, look again, sleep on the eventfd.

    Producers ring the eventfd only for an announced sleep. The descriptor comes from the
    supervisor, which keeps it across restarts of either side.
    """

    __slots__ = ("_fd", "_listening", "_sleeper")

    def __init__(self, wake_fd: int | None) -> None:
        self._fd = wake_fd
        self._listening: asyncio.AbstractEventLoop | None = None
        self._sleeper: asyncio.Future[None] | None = None

    async def wait_readable(
        self, consumers: Sequence[Consumer[Record]], timeout_ms: int = WAIT_MS_MAX
    ) -> bool:
        """Whether there is something to poll, after `timeout_ms` and WAIT_MS_MAX at most."""
        natives = [consumer.native for consumer in consumers]
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(timeout_ms, WAIT_MS_MAX) / 1000
        self._listen(loop)
        if not _native.announce_park(natives):
            return True
        try:
            while not any(native.ready() for native in natives):
                rest = deadline - loop.time()
                if rest <= 0:
                    return False
                await self._sleep(loop, rest if self._fd is not None else POLL_MS / 1000)
                if self._fd is not None:
                    break
        finally:
            _native.unpark(natives)
        return any(native.ready() for native in natives)

    def close(self) -> None:
        """Stops listening; the descriptor stays open, it belongs to the process."""
        if self._fd is not None and self._listening is not None:
            self._listening.remove_reader(self._fd)
            self._listening = None

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._fd is not None and self._listening is not loop:
            os.set_blocking(self._fd, False)
            loop.add_reader(self._fd, self._rung, self._fd)
            self._listening = loop

    async def _sleep(self, loop: asyncio.AbstractEventLoop, seconds: float) -> None:
        self._sleeper = loop.create_future()
        timer = loop.call_later(seconds, self._end_sleep)
        try:
            await self._sleeper
        finally:
            timer.cancel()
            self._sleeper = None

    def _rung(self, fd: int) -> None:
        try:
            os.eventfd_read(fd)
        except BlockingIOError:
            return
        self._end_sleep()

    def _end_sleep(self) -> None:
        if self._sleeper is not None and not self._sleeper.done():
            self._sleeper.set_result(None)
