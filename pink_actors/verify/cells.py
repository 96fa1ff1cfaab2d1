"""The final cells of the kernel: from shared memory, or from the copy that `down` leaves behind."""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import posix_ipc

from pink_actors.shm_layout import (
    ACCOUNT,
    CELLS,
    DIGEST,
    INSTRUMENTS,
    MAGIC,
    ORDERS,
    SEGMENTS,
    SLOTS,
    AccountCell,
    Cells,
    MalformedRecord,
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
R = TypeVar("R", bound=Record)
HEADER_BYTES = len(SegmentHeader.zero().encode())


class KernelCells:
    """The kernel's segment, read cell by cell; a cell has two copies and a word that says which."""

    def __init__(self, name: str, data: mmap.mmap) -> None:
        self.name = name
        self._data = data
        self._words = memoryview(data).cast("Q")

    @classmethod
    def live(cls, instance: str) -> "KernelCells | None":
        """The segment of a running tree."""
        name = f"/pink.{instance}.{Writer.KERNEL.name.lower()}"
        try:
            shared = posix_ipc.SharedMemory(name, read_only=True)
        except posix_ipc.ExistentialError:
            return None
        try:
            return cls(name, mmap.mmap(shared.fd, 0, prot=mmap.PROT_READ))
        finally:
            shared.close_fd()

    @classmethod
    def saved(cls, path: Path) -> "KernelCells | None":
        """The copy of the last run."""
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            return cls(path.name, mmap.mmap(descriptor, 0, prot=mmap.PROT_READ))
        finally:
            os.close(descriptor)

    def close(self) -> None:
        """Unmaps."""
        self._words.release()
        self._data.close()

    def fits(self, findings: Findings) -> bool:
        """Whether this is a segment of the layout we know."""
        size = SEGMENTS[Writer.KERNEL].size
        if not findings.equal(STORE, self.name, "size", len(self._data), "layout", size):
            return False
        head = SegmentHeader.decode(self._data[:HEADER_BYTES])
        findings.equal(STORE, self.name, "magic", head.magic, "layout", MAGIC)
        found, expected = head.digest.hex(), DIGEST.hex()
        return findings.equal(STORE, self.name, "digest", found, "layout", expected)

    def bytes_of(self, region: Cells[R], index: int) -> bytes:
        """One consistent record."""
        offset = region.offset + index * region.stride
        for _ in range(TRIES_MAX):
            generation = self._words[offset // 8] >> 1
            start = offset + 8 + (generation & 1) * region.record_size
            data = self._data[start : start + region.record_size]
            if self._words[offset // 8] <= 2 * generation + 2:
                return data
        raise MalformedRecord(f"{self.name} {region.name}[{index}] changed during every try")

    def slots(self) -> Iterator[SlotCell]:
        """Those that hold a trade."""
        for index in range(SLOTS.cell_count):
            slot = SlotCell.decode(self.bytes_of(SLOTS, index))
            if slot.stage is not Stage.IDLE:
                yield slot

    def account(self) -> AccountCell:
        """The account."""
        return AccountCell.decode(self.bytes_of(ACCOUNT, 0))


def compare(cells: KernelCells, journal: Journal, findings: Findings) -> None:
    """Each cell against what the journal wrote of it last, field by field."""
    findings.begin("slots, orders, account: cells = journal")
    last: dict[tuple[int, int], tuple[str, bytes]] = {}
    for entry in journal.entries:
        for region_id, index, record in entry.cells:
            if region_id in COMPARED:
                last[region_id, index] = (entry.place, record)
    for (region_id, index), (place, expected) in sorted(last.items()):
        region = REGIONS[region_id]
        where = f"{cells.name} {region.name}[{index}]"
        found = cells.bytes_of(region, index)
        if found == expected:
            findings.equal(STORE, where, "record", True, f"journal {place}", True)
        else:
            _fields(region, found, expected, where, f"journal {place}", findings)


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
