"""The typed face of the extension: Zinc for Python, bytes only; pink_actors.shm adds the types."""

from typing import Final, final

__all__ = [
    "DIGEST_HEX",
    "AttachRefused",
    "Backpressure",
    "BadSize",
    "CellBusy",
    "CorruptRecord",
    "CreateRefused",
    "Header",
    "JournalDamaged",
    "JournalGone",
    "JournalReader",
    "Lapped",
    "NotWriter",
    "OwnSegment",
    "RingConsumer",
    "RingProducer",
    "Segment",
    "WriterHeld",
    "ZincError",
    "announce_park",
    "create_segment",
    "list_segments",
    "set_timer_slack",
    "unlink_segment",
    "unpark",
    "wait_any",
]

DIGEST_HEX: Final[str]
"""Digest of the layout the extension was built with."""

class ZincError(Exception):
    """Any refusal of Zinc; the text says what, where and what to do."""

class AttachRefused(ZincError):
    """The object is missing, foreign, of another size, mode, version or digest, or damaged."""

class CreateRefused(ZincError):
    """The segment cannot be created: a live tree owns the name, or there is no room."""

class WriterHeld(ZincError):
    """Another live process writes this segment; the text names it."""

class NotWriter(ZincError):
    """The region lies in another segment, or is not of the kind that was asked for."""

class Backpressure(ZincError):
    """The ring is full up to the slowest consumer's cursor; nothing was written."""

class Lapped(ZincError):
    """Records `lost_from` up to, not including, `lost_to` were overwritten unread."""

    lost_from: int
    lost_to: int

class CellBusy(ZincError):
    """No consistent copy within the bounded number of tries."""

class CorruptRecord(ZincError):
    """A record in a ring does not match its checksum."""

class JournalDamaged(Exception):
    """A record that was written is not readable: nothing after it can be trusted."""

class JournalGone(Exception):
    """Retention removed the records asked for; the text names the first one kept."""

class BadSize(ZincError):
    """A record of another size than the region holds, or an index outside it."""

@final
class Header:
    """The header of a segment, copied."""

    @property
    def instance(self) -> str: ...
    @property
    def writer(self) -> int: ...
    @property
    def digest(self) -> bytes: ...
    @property
    def boot_id(self) -> bytes: ...
    @property
    def created_wall_ns(self) -> int: ...
    @property
    def created_mono_ns(self) -> int: ...
    @property
    def creator_pid(self) -> int: ...
    @property
    def epoch(self) -> int: ...
    @property
    def pid(self) -> int: ...
    @property
    def uid(self) -> int: ...
    @property
    def start_ticks(self) -> int: ...
    @property
    def opened_mono_ns(self) -> int: ...
    @property
    def state(self) -> int: ...
    @property
    def heartbeat_mono_ns(self) -> int: ...
    @property
    def progress(self) -> int: ...

@final
class Segment:
    """A read-only attachment."""

    @staticmethod
    def attach(instance: str, writer: int) -> Segment: ...
    @staticmethod
    def attach_file(path: str, writer: int) -> Segment:
        """A segment saved to a file, for post-mortem readers."""

    def header(self) -> Header: ...
    def replaced(self) -> bool:
        """Whether the object lost its name: a later tree made a new one, or it was taken down."""

    def read(self, region: int, index: int) -> bytes:
        """One consistent record."""

    def generation(self, region: int, index: int) -> int:
        """How often the cell was written since the segment was created."""

    def tail(self, region: int) -> int:
        """Sequence number the ring's next record will have."""

    def stream_id(self, region: int) -> int: ...
    def cursor(self, region: int) -> tuple[int, int, int]:
        """(stream id, next sequence, records lost) of this segment's consumer in that ring."""

    def follow(self, region: int) -> RingConsumer:
        """A reader without a cursor: nobody waits for it, nobody wakes it."""

@final
class OwnSegment:
    """The writable attachment of the one writer; holds its lock until the process ends."""

    @staticmethod
    def open(instance: str, writer: int, run_dir: str) -> OwnSegment: ...
    def header(self) -> Header: ...
    def beat(self, progress: int) -> None: ...
    def set_state(self, state: int) -> None: ...
    def read(self, region: int, index: int) -> bytes: ...
    def generation(self, region: int, index: int) -> int: ...
    def write(self, region: int, index: int, record: bytes) -> None: ...
    def producer(self, region: int, consumers: list[Segment], wake_fds: list[int]) -> RingProducer:
        """`wake_fds[i]` is the eventfd of `consumers[i]`, or -1 if it waits on the futex."""

    def consumer(self, source: Segment, region: int) -> RingConsumer:
        """A reader whose released position is kept in this segment."""

@final
class RingProducer:
    @property
    def tail(self) -> int: ...
    @property
    def stream_id(self) -> int: ...
    def publish(self, record: bytes) -> int:
        """The record's sequence number; no system call, and nobody is woken."""

    def wake(self) -> int:
        """Wakes consumers that are parked; how many were."""

    def free(self) -> int:
        """Records that fit before a lossless ring refuses; the capacity for a broadcast ring."""

@final
class RingConsumer:
    @property
    def next_seq(self) -> int: ...
    @property
    def released_seq(self) -> int: ...
    @property
    def stream_id(self) -> int: ...
    @property
    def lag(self) -> int:
        """Records published and not yet polled."""

    def poll(self, max: int) -> list[tuple[int, bytes]]: ...
    def take(self, timeout_ms: int) -> tuple[int, bytes] | None:
        """The next record; `wait` and `poll` in one call, 0 does not wait."""

    def release(self, next_seq: int) -> None:
        """Lets the producer reuse everything before `next_seq`."""

    def seek(self, next_seq: int) -> None:
        """Goes on at another position; only for a reader without a cursor or a broadcast ring."""

    def set_spin(self, max_us: int) -> None:
        """Longest spin before each sleep; 0 sleeps at once. It adapts below that by itself."""

    def ready(self) -> bool: ...
    def wait(self, timeout_ms: int) -> bool:
        """Spins, then parks, at most 100 ms; whether there is something to poll."""

@final
class JournalReader:
    """Outcomes of a journal directory, in order; it remembers where it is."""

    def __new__(cls, directory: str) -> JournalReader: ...
    def read(self, from_seq: int, max: int, limit_seq: int) -> list[tuple[int, bytes]]:
        """Up to `max` outcomes from `from_seq` on; none beyond `limit_seq`, the written mark."""

def wait_any(consumers: list[RingConsumer], timeout_ms: int) -> bool:
    """Like `wait`, on several rings."""

def announce_park(consumers: list[RingConsumer]) -> bool:
    """Asks producers to ring the eventfd; False, and nothing announced, if there is work now."""

def unpark(consumers: list[RingConsumer]) -> None:
    """Takes the announcement back."""

def create_segment(instance: str, writer: int, run_dir: str, mode: int) -> None:
    """Creates it whole and preallocated; leftovers of a dead tree are replaced."""

def unlink_segment(instance: str, writer: int) -> bool: ...
def list_segments() -> list[str]:
    """Names of all complete segments of this machine, as `<instance>.<segment>`."""

def set_timer_slack() -> None:
    """Lets timed waits of this process end on time instead of 50 µs later."""
