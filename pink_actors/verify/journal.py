"""An own reader of the journal's files, written from the page that describes their format."""

import functools
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pink_actors.shm_layout import JOURNAL_SHAPE, MalformedRecord, Outcome, Report
from pink_actors.verify.findings import Findings

STORE = "journal"
SEGMENT_MAGIC = int.from_bytes(b"PINKJRN1", "little")
BATCH_MAGIC = int.from_bytes(b"PJB1", "little")
VERSION = 1
SEGMENT_HEAD = struct.Struct("<Q I I Q Q Q Q I I Q q Q")
BATCH_HEAD = struct.Struct("<I I Q Q I I Q q Q I I I I")
ENTRY_HEAD = struct.Struct("<I B B H Q Q Q q Q H 6x")
PART_HEAD = struct.Struct("<B B H H H")
INPUT, OUTCOME, CELL = 1, 2, 3
REPORT = 5


class Entry(NamedTuple):
    """One sequence number: what came in, what it did, and the cells it left behind."""

    seq: int
    place: str
    outcome: Outcome
    report: Report | None
    cells: list[tuple[int, int, bytes]]


class Journal(NamedTuple):
    """All of it that reads without a fault."""

    journal_id: int
    entries: list[Entry]

    def until(self, seq: int) -> "Journal":
        """Without what came later."""
        return self._replace(entries=[entry for entry in self.entries if entry.seq <= seq])


class _DamagedError(Exception):
    """Bytes that contradict the format."""


def read(directory: Path, findings: Findings) -> Journal:
    """The entries in order; damage is a difference and ends the reading."""
    findings.begin("journal: frames and checksums")
    paths = sorted(directory.glob("seg-*.pj"))
    entries: list[Entry] = []
    reader = _Chain()
    for path in paths:
        try:
            entries.extend(reader.segment(path))
        except _DamagedError as error:
            findings.wrong(STORE, reader.place, "bytes", str(error), "format", "undamaged")
            break
    if not entries:
        findings.wrong(STORE, str(directory.name), "entries", "none", "kernel", "at least one")
    for entry in entries:
        findings.equal(STORE, entry.place, "outcome.seq", entry.outcome.seq, "entry", entry.seq)
    return Journal(reader.journal_id, entries)


class _Chain:
    """Follows batches by number, sequence and chained checksum from file to file."""

    def __init__(self) -> None:
        self.journal_id = 0
        self.place = ""
        self._chain = 0
        self._batch = 0
        self._seq = 0

    def segment(self, path: Path) -> Iterator[Entry]:
        """The entries of one file, up to where its chain ends."""
        self.place = path.name
        data = path.read_bytes()
        if not any(data[:4096]):
            return
        head = SEGMENT_HEAD.unpack_from(data)
        magic, version, start, journal_id, number, first_seq, first_batch, chain, _, shape, *_ = (
            head
        )
        if crc32c(data[:124]) != int.from_bytes(data[124:128], "little"):
            raise _DamagedError("the checksum of the header does not match")
        if magic != SEGMENT_MAGIC or version != VERSION:
            raise _DamagedError(f"magic {magic:#x} version {version}")
        if shape != JOURNAL_SHAPE:
            raise _DamagedError(
                f"records of another build (shape {shape:#x}): compare with that one"
            )
        if self._seq == 0:
            # Retention may have taken away what was before; the chain starts with this file.
            self.journal_id, self._seq = journal_id, first_seq
            self._batch, self._chain = first_batch, chain
        if (journal_id, first_batch, chain) != (self.journal_id, self._batch, self._chain):
            raise _DamagedError("the header does not continue the file before")
        offset = start
        while (end := self._batch_end(data, offset, number)) is not None:
            yield from self._batch_entries(data, offset, end)
            offset = end

    def _batch_end(self, data: bytes, offset: int, number: int) -> int | None:
        """Where the batch at `offset` ends; None if none stands there."""
        self.place = f"{self.place.split('@')[0]}@{offset}"
        head = data[offset : offset + BATCH_HEAD.size]
        if len(head) < BATCH_HEAD.size or not any(head):
            return None
        magic, segment, batch, first, count, size, _, _, _, before, crc, chain, inverse = (
            BATCH_HEAD.unpack(head)
        )
        if magic != BATCH_MAGIC or crc32c(head[:60]) != crc:
            raise _DamagedError("the head of the batch does not match its checksum")
        if (segment, batch, first, before) != (number, self._batch, self._seq, self._chain):
            raise _DamagedError("the batch does not continue the one before")
        end = offset + BATCH_HEAD.size + size
        payload = crc32c(data[offset + BATCH_HEAD.size : end], crc)
        if payload != chain or chain ^ inverse != 2**32 - 1:
            raise _DamagedError("the entries of the batch do not match their checksum")
        self._batch, self._chain = batch + 1, chain
        self._count = count
        return int(end)

    def _batch_entries(self, data: bytes, offset: int, end: int) -> Iterator[Entry]:
        at = offset + BATCH_HEAD.size
        for _ in range(self._count):
            size, _, _, _, seq, _, _, _, _, parts = ENTRY_HEAD.unpack_from(data, at)
            if seq != self._seq or at + size > end:
                raise _DamagedError(f"entry of {seq} where {self._seq} is due")
            yield self._entry(data, at, seq, parts)
            self._seq += 1
            at += size
        if at != end:
            raise _DamagedError("the batch is longer than its entries")

    def _entry(self, data: bytes, at: int, seq: int, parts: int) -> Entry:
        outcome: Outcome | None = None
        report: Report | None = None
        cells: list[tuple[int, int, bytes]] = []
        at += ENTRY_HEAD.size
        for _ in range(parts):
            kind, region, index, words, stored = PART_HEAD.unpack_from(data, at)
            record, at = _unpacked(data, at + PART_HEAD.size, words, stored)
            try:
                if kind == OUTCOME:
                    outcome = Outcome.decode(record)
                elif kind == INPUT and region == REPORT:
                    report = Report.decode(record)
                elif kind == CELL:
                    cells.append((region, index, record))
            except MalformedRecord as error:
                raise _DamagedError(f"seq {seq}: {error}") from error
        if outcome is None:
            raise _DamagedError(f"seq {seq} has no outcome")
        return Entry(seq, f"{self.place} seq {seq}", outcome, report, cells)


def _unpacked(data: bytes, at: int, words: int, stored: int) -> tuple[bytes, int]:
    """A record with its zero words put back, and where the next part begins."""
    maps = (words + 63) // 64
    bitmap = int.from_bytes(data[at : at + 8 * maps], "little")
    at += 8 * maps
    if bitmap.bit_count() != stored or bitmap >> words:
        raise _DamagedError("a bitmap contradicts its part")
    record = bytearray(8 * words)
    while bitmap:
        low = bitmap & -bitmap
        word = low.bit_length() - 1
        record[8 * word : 8 * word + 8] = data[at : at + 8]
        at += 8
        bitmap ^= low
    return bytes(record), at


@functools.cache
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        rows.append(byte)
    return tuple(rows)


def crc32c(data: bytes, before: int = 0) -> int:
    """Castagnoli, continued from an earlier word."""
    crc = before ^ 0xFFFFFFFF
    table = _table()
    for byte in data:
        crc = crc >> 8 ^ table[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF
