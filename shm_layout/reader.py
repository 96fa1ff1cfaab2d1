"""A monitor without our wheel: reads any segment with posix_ipc and mmap, and writes nothing.

From a checkout, nothing built: `python -m shm_layout.reader paper KERNEL slots`. It needs this
file, pink_actors/shm_layout.py and posix_ipc. Python has no memory fences, so it serves x86-64,
where loads stay in order, and refuses elsewhere; the extension serves everywhere.
"""

from __future__ import annotations

import mmap
import os
import platform
import stat
import sys
from typing import TypeVar

import posix_ipc

from pink_actors import shm_layout as layout
from pink_actors.shm_layout import Cells, Record, Ring, Writer

TRIES_MAX = 64
ORDERED_MACHINES = ("x86_64", "AMD64")
R = TypeVar("R", bound=Record)


class RefusedError(Exception):
    """The object is not what this layout expects, or has no consistent copy just now."""


def crc32c(data: bytes) -> int:
    """Castagnoli, bit by bit: headers are short."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class SegmentReader:
    """One segment, mapped read-only."""

    def __init__(self, instance: str, writer: Writer) -> None:
        if platform.machine() not in ORDERED_MACHINES:
            raise RefusedError(f"{platform.machine()} reorders loads: use the extension")
        self.name = f"/pink.{instance}.{writer.name.lower()}"
        try:
            shared = posix_ipc.SharedMemory(self.name, read_only=True)
        except posix_ipc.ExistentialError:
            raise RefusedError(f"{self.name} does not exist: is the instance up?") from None
        try:
            facts = os.fstat(shared.fd)
            if stat.S_IMODE(facts.st_mode) & ~0o640:
                raise RefusedError(f"{self.name} is open to everybody: do not trust it")
            expected = layout.SEGMENTS[writer].size
            if facts.st_size != expected:
                raise RefusedError(f"{self.name} has {facts.st_size} bytes, not {expected}")
            self._map = mmap.mmap(shared.fd, expected, prot=mmap.PROT_READ)
        finally:
            shared.close_fd()
        # The view reads whole aligned words; struct would read byte by byte and could tear.
        self._words = memoryview(self._map).cast("Q")
        self._check(instance, writer)

    def close(self) -> None:
        """Unmaps."""
        self._words.release()
        self._map.close()

    def header(self) -> layout.SegmentHeader:
        """The part of the header that never changes."""
        return layout.SegmentHeader.decode(self._map[:HEADER_BYTES])

    def writer(self) -> layout.WriterIdentity:
        """Who writes the segment."""
        offset, size = layout.WRITER_CELL_OFFSET, WRITER_BYTES
        return layout.WriterIdentity.decode(self._cell(offset, size))

    def live(self) -> tuple[int, int, int]:
        """State, heartbeat on CLOCK_MONOTONIC, progress."""
        first = layout.LIVE_STATE_OFFSET // 8
        return self._words[first], self._words[first + 1], self._words[first + 2]

    def read(self, cells: Cells[R], index: int = 0) -> R:
        """One consistent record."""
        if not 0 <= index < cells.cell_count:
            raise RefusedError(f"{cells.name} has {cells.cell_count} cells, no {index}")
        offset = cells.offset + index * cells.stride
        return cells.record.decode(self._cell(offset, cells.record_size))

    def tail(self, ring: Ring[R]) -> int:
        """Position the ring's next record will have."""
        return self._words[ring.offset // 8 + TAIL_WORD]

    def message(self, ring: Ring[R], seq: int) -> R | None:
        """The record at that position; None if it is not there yet or no longer."""
        slot = ring.offset + layout.LINE_SIZE + (seq & (ring.capacity - 1)) * ring.stride
        if seq >= self.tail(ring) or self._words[slot // 8] != 2 * seq + 2:
            return None
        crc = self._words[slot // 8 + 1]
        start = slot + layout.SLOT_HEAD_SIZE
        data = self._map[start : start + ring.record_size]
        if self._words[slot // 8] != 2 * seq + 2:
            return None
        if crc32c(data) != crc:
            raise RefusedError(f"{ring.name} at {seq} does not match its checksum")
        return ring.record.decode(data)

    def _cell(self, offset: int, size: int) -> bytes:
        word = offset // 8
        for _ in range(TRIES_MAX):
            generation = self._words[word] >> 1
            start = offset + 8 + (generation & 1) * size
            data = self._map[start : start + size]
            if self._words[word] <= 2 * generation + 2:
                return data
        raise RefusedError(f"{self.name}: a cell changed during every try: read it again")

    def _check(self, instance: str, writer: Writer) -> None:
        head = self.header()
        if head.magic != layout.MAGIC:
            raise RefusedError(f"{self.name} is no segment")
        crc = self._words[layout.HEADER_CRC_OFFSET // 8]
        if crc != crc32c(self._map[:HEADER_BYTES]):
            raise RefusedError(f"{self.name} has a damaged header")
        if head.digest != layout.DIGEST or head.layout_version != layout.VERSION:
            raise RefusedError(
                f"{self.name} has layout digest {head.digest.hex()}, this file knows "
                f"{layout.DIGEST_HEX}: use the shm_layout.py of the running build"
            )
        if head.instance != instance or head.writer != writer:
            raise RefusedError(f"{self.name} says it is {head.instance} {head.writer}")


HEADER_BYTES = len(layout.SegmentHeader.zero().encode())
WRITER_BYTES = len(layout.WriterIdentity.zero().encode())
TAIL_WORD = 8


def main(arguments: list[str]) -> int:
    """Prints the cells of one region that were ever written."""
    cells = {region.name: region for region in layout.CELLS}
    if len(arguments) != 3 or arguments[2] not in cells:
        print(f"usage: INSTANCE WRITER REGION, REGION one of {' '.join(cells)}", file=sys.stderr)
        return 64
    try:
        reader = SegmentReader(arguments[0], Writer[arguments[1].upper()])
    except (RefusedError, KeyError) as error:
        print(error, file=sys.stderr)
        return 1
    region = cells[arguments[2]]
    for index in range(region.cell_count):
        record = reader.read(region, index)
        if record != region.record.zero():
            print(index, record)
    reader.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
