"""Journal files as the page of their format describes them, written by the tests themselves."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

from pink_actors.shm_layout import JOURNAL_SHAPE, Outcome, Record

SEGMENT_BYTES = 8 << 20
HEADER_BYTES = 4096
MAGIC = int.from_bytes(b"PINKJRN1", "little")
BATCH_MAGIC = int.from_bytes(b"PJB1", "little")
INPUT, OUTCOME, CELL = 1, 2, 3


class Part(NamedTuple):
    """A record within an entry."""

    kind: int
    region: int
    place: int
    record: Record


class Entry(NamedTuple):
    """One sequence number."""

    outcome: Outcome
    parts: tuple[Part, ...] = ()


def _step(crc: int) -> int:
    for _ in range(8):
        crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    return crc


STEPS = [_step(byte) for byte in range(256)]


def crc32c(data: bytes, before: int = 0) -> int:
    """Castagnoli, a byte at a time."""
    crc = before ^ 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ STEPS[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def write(directory: Path, journal_id: int, batches: list[list[Entry]]) -> Path:
    """One segment that holds these batches, and zeros after them."""
    directory.mkdir(parents=True, exist_ok=True)
    first = batches[0][0].outcome.seq
    head = struct.pack(
        "<QIIQQQQIIQqQ", MAGIC, 1, HEADER_BYTES, journal_id, 1, first, 1, 0, 0, JOURNAL_SHAPE, 0,
        SEGMENT_BYTES,
    ).ljust(124, b"\0")  # fmt: skip
    data = (head + struct.pack("<I", crc32c(head))).ljust(HEADER_BYTES, b"\0")
    chain = 0
    for number, entries in enumerate(batches, start=1):
        batch, chain = _batch(number, entries, chain)
        data += batch
    path = directory / "seg-00000001.pj"
    path.write_bytes(data.ljust(SEGMENT_BYTES, b"\0"))
    return path


def _batch(number: int, entries: list[Entry], before: int) -> tuple[bytes, int]:
    payload = b"".join(_entry(entry) for entry in entries)
    first = entries[0].outcome.seq
    head = struct.pack(
        "<IIQQIIQqQI", BATCH_MAGIC, 1, number, first, len(entries), len(payload), first - 1, 0, 0,
        before,
    )  # fmt: skip
    crc = crc32c(head)
    chain = crc32c(payload, crc)
    return head + struct.pack("<III", crc, chain, chain ^ 0xFFFFFFFF) + payload, chain


def _entry(entry: Entry) -> bytes:
    told = entry.outcome
    parts = (*entry.parts, Part(OUTCOME, 0, 0, told))
    body = b"".join(_part(part) for part in parts)
    head = struct.pack(
        "<IBBHQQQqQH6x", 56 + len(body), told.input, told.source, 0, told.seq, 0, 0,
        told.wall_ns, told.mono_ns, len(parts),
    )  # fmt: skip
    return head + body


def _part(part: Part) -> bytes:
    data = part.record.encode()
    words = [data[at : at + 8] for at in range(0, len(data), 8)]
    kept = [word for word in words if any(word)]
    bitmap = sum(1 << i for i, word in enumerate(words) if any(word))
    maps = (len(words) + 63) // 64
    head = struct.pack("<BBHHH", part.kind, part.region, part.place, len(words), len(kept))
    return head + bitmap.to_bytes(8 * maps, "little") + b"".join(kept)
