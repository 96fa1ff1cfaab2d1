"""The final cells of the kernel: from shared memory, or from the copy that `down` leaves behind."""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import posix_ipc

from pink_actors.errors import TemporaryError
from pink_actors.shm_layout import (
    ACCOUNT,
    CELLS,
    DIGEST,
    INSTRUMENTS,
    JOURNAL,
    MAGIC,
    ORDERS,
    SEGMENTS,
    SLOTS,
    AccountCell,
    Cells,
    JournalCell,
    MalformedRecord,
    OrderCell,
    OrderStatus,
    Record,
    SegmentHeader,
    SlotCell,
    Stage,
    Writer,
)
from pink_actors.verify.findings import Findings
from pink_actors.verify.journal import Journal

STORE = "slots"
SAVED = "last-kernel.segment"
TRIES_MAX = 64
REGIONS = {region.id: region for region in CELLS}
COMPARED = (SLOTS.id, ORDERS.id, ACCOUNT.id, INSTRUMENTS.id)
READ = (*COMPARED, JOURNAL.id)
R = TypeVar("R", bound=Record)
HEADER_BYTES = len(SegmentHeader.zero().encode())


class KernelCells:
    """A copy of the kernel's cells, each consistent in itself, and where it was taken."""

    def __init__(self, name: str, live: bool, data: mmap.mmap, findings: Findings) -> None:
        self.name = name
        self.live = live
        self._records: dict[tuple[int, int], bytes] = {}
        if _fits(name, data, findings):
            self._records = _copied(name, data)

    def __bool__(self) -> bool:
        return bool(self._records)

    def bytes_of(self, region_id: int, index: int) -> bytes:
        """One record as it lay in memory."""
        return self._records[region_id, index]

    def written_seq(self) -> int:
        """How far the journal was when the copy was taken."""
        return JournalCell.decode(self._records[JOURNAL.id, 0]).written_seq

    def account(self) -> AccountCell:
        """The account."""
        return AccountCell.decode(self._records[ACCOUNT.id, 0])

    def slots(self) -> list[SlotCell]:
        """Those that hold a trade."""
        every = (SlotCell.decode(data) for data in self._all(SLOTS.id))
        return [slot for slot in every if slot.stage is not Stage.IDLE]

    def orders_in_flight(self) -> set[str]:
        """Client order ids of what is live, unknown or not yet settled."""
        every = (OrderCell.decode(data) for data in self._all(ORDERS.id))
        return {order.client_order_id for order in every if order.status is not OrderStatus.NONE}

    def _all(self, region_id: int) -> Iterator[bytes]:
        return (data for (region, _), data in self._records.items() if region == region_id)


def find(instance: str, journal_dir: Path, findings: Findings) -> KernelCells | None:
    """The segment of a running tree, else the copy that the last `down` left."""
    name = f"/pink.{instance}.{Writer.KERNEL.name.lower()}"
    try:
        shared = posix_ipc.SharedMemory(name, read_only=True)
        descriptor, live = shared.fd, True
    except posix_ipc.ExistentialError:
        try:
            descriptor = os.open(journal_dir / SAVED, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        name, live = SAVED, False
    try:
        with mmap.mmap(descriptor, 0, prot=mmap.PROT_READ) as data:
            return KernelCells(name, live, data, findings)
    finally:
        os.close(descriptor)


def compare(cells: KernelCells, journal: Journal, findings: Findings) -> None:
    """Each cell against what the journal wrote of it last, field by field.

    A running kernel writes on while this reads, so there any version of the journal will do.
    """
    findings.begin("slots, orders, account: cells = journal")
    last: dict[tuple[int, int], tuple[str, bytes]] = {}
    versions: dict[tuple[int, int], set[bytes]] = {}
    for entry in journal.entries:
        for region_id, index, record in entry.cells:
            if region_id in COMPARED:
                last[region_id, index] = (entry.place, record)
                if cells.live:
                    versions.setdefault((region_id, index), set()).add(record)
    for (region_id, index), (place, expected) in sorted(last.items()):
        region = REGIONS[region_id]
        where = f"{cells.name} {region.name}[{index}]"
        found = cells.bytes_of(region_id, index)
        if found == expected or found in versions.get((region_id, index), ()):
            findings.equal(STORE, where, "record", True, f"journal {place}", True)
        else:
            _fields(region, found, expected, where, f"journal {place}", findings)


def _fits(name: str, data: mmap.mmap, findings: Findings) -> bool:
    """Whether this is a segment of the layout we know."""
    findings.begin("slots: the kernel's last segment")
    size = SEGMENTS[Writer.KERNEL].size
    if not findings.equal(STORE, name, "size", len(data), "layout", size):
        return False
    head = SegmentHeader.decode(data[:HEADER_BYTES])
    findings.equal(STORE, name, "magic", head.magic, "layout", MAGIC)
    return findings.equal(STORE, name, "digest", head.digest.hex(), "layout", DIGEST.hex())


def _copied(name: str, data: mmap.mmap) -> dict[tuple[int, int], bytes]:
    with memoryview(data).cast("Q") as words:
        return {
            (region.id, index): _consistent(name, data, words, region, index)
            for region in CELLS
            if region.id in READ
            for index in range(region.cell_count)
        }


def _consistent(
    name: str, data: mmap.mmap, words: memoryview, region: Cells[R], index: int
) -> bytes:
    """One record; a cell has two copies and a word that says which of them is whole."""
    offset = region.offset + index * region.stride
    for _ in range(TRIES_MAX):
        generation = words[offset // 8] >> 1
        start = offset + 8 + (generation & 1) * region.record_size
        record = data[start : start + region.record_size]
        if words[offset // 8] <= 2 * generation + 2:
            return record
    raise TemporaryError(f"{name} {region.name}[{index}] changed during every try; try again")


def _fields(
    region: Cells[R], found: bytes, expected: bytes, where: str, against: str, findings: Findings
) -> None:
    """Names the field; bytes that are no record any more are shown as they are."""
    names = tuple(region.record.__annotations__)
    try:
        one, other = region.record.decode(found), region.record.decode(expected)
    except MalformedRecord as error:
        findings.wrong(STORE, where, "record", str(error), against, "readable")
        return
    differing = [
        (name, getattr(one, name), getattr(other, name))
        for name in names
        if getattr(one, name) != getattr(other, name)
    ]
    for name, value, wanted in differing:
        findings.equal(STORE, where, name, value, against, wanted)
    if not differing:
        findings.wrong(STORE, where, "reserved", found.hex(), against, expected.hex())
