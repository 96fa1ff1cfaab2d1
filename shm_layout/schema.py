"""layout.toml as checked, placed objects: every offset, every code and the digest over them."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

HEADER_SIZE = 4096
LINE_SIZE = 128
SLOT_HEAD_SIZE = 16
RECORD_SIZE_MAX = 65_536
SEGMENT_SIZE_MAX = 1 << 30
FORMAT = "zinc segment format 1"

Shape = Literal["cells", "lossless", "broadcast", "cursors"]
INTS = {
    "u8": (1, "B"), "i8": (1, "b"), "u16": (2, "H"), "i16": (2, "h"),
    "u32": (4, "I"), "i32": (4, "i"), "u64": (8, "Q"), "i64": (8, "q"),
}  # fmt: skip


class LayoutMistake(Exception):
    """layout.toml says something that cannot be placed; the text names the entry and the cure."""


@dataclass(frozen=True)
class EnumValue:
    """One name of an enum with its code."""

    name: str
    code: int
    doc: str


@dataclass(frozen=True)
class Enum:
    """A closed vocabulary stored as one unsigned integer."""

    name: str
    repr: str
    doc: str
    values: tuple[EnumValue, ...]
    journalled: bool


@dataclass(frozen=True)
class Field:
    """One placed field; `base` is an integer type, `ascii`, or the name of an enum."""

    name: str
    base: str
    count: int | None
    doc: str
    offset: int
    size: int

    @property
    def reserved(self) -> bool:
        """`reserved_N` fills a gap: it is zero, and no program reads it."""
        return re.fullmatch(r"reserved_[0-9]+", self.name) is not None

    @property
    def type_text(self) -> str:
        """The type as layout.toml writes it."""
        return self.base if self.count is None else f"{self.base}[{self.count}]"


@dataclass(frozen=True)
class Record:
    """A fixed-size record of placed fields without implicit padding."""

    name: str
    doc: str
    size: int
    fields: tuple[Field, ...]
    journalled: bool


@dataclass(frozen=True)
class Region:
    """One run of cells, one ring, or the cursor lines of a segment."""

    id: int
    name: str
    segment: str
    shape: Shape
    record: str
    record_size: int
    offset: int
    stride: int
    count: int
    size: int
    consumers: tuple[str, ...]
    doc: str


@dataclass(frozen=True)
class Cursor:
    """The line in a consumer's own segment that says how far it has read one ring."""

    ring: str
    consumer: str
    offset: int


@dataclass(frozen=True)
class Segment:
    """One shared-memory object: everything that one process may write."""

    name: str
    writer: str
    code: int
    size: int
    regions: tuple[Region, ...]
    cursors: tuple[Cursor, ...]
    doc: str


@dataclass(frozen=True)
class Layout:
    """The whole of shared memory."""

    version: int
    enums: tuple[Enum, ...]
    records: tuple[Record, ...]
    segments: tuple[Segment, ...]
    digest: str

    def record(self, name: str) -> Record:
        """The record called `name`."""
        return next(record for record in self.records if record.name == name)

    def enum_names(self) -> frozenset[str]:
        """All names that a field may use as an enum type."""
        return frozenset(enum.name for enum in self.enums)


HEADER_FIELDS = [
    ["magic", "u64", "`PINKZNC1`, read as a little-endian word"],
    ["layout_version", "u32", "`version` of layout.toml"],
    ["writer", "u32", "code of the one process that may write this segment"],
    ["total_size", "u64", "size of the object in bytes"],
    ["digest", "u8[32]", "digest of the layout the creator was built with"],
    ["instance", "ascii[32]", "name of the instance"],
    ["boot_id", "u8[16]", "kernel boot in which the segment was created"],
    ["creator_pid", "u32", "process that created the segment"],
    ["creator_uid", "u32", "its user"],
    ["creator_start_ticks", "u64", "its start time, so that a reused pid is told apart"],
    ["created_mono_ns", "u64", "CLOCK_MONOTONIC at creation"],
    ["created_wall_ns", "u64", "CLOCK_REALTIME at creation"],
]
WRITER_FIELDS = [
    ["epoch", "u64", "incarnation of the writer, +1 at each; 0: none yet"],
    ["pid", "u32", "process that holds the writer lock"],
    ["uid", "u32", "its user"],
    ["start_ticks", "u64", "its start time, so that a reused pid is told apart"],
    ["opened_mono_ns", "u64", "CLOCK_MONOTONIC when it opened the segment"],
    ["opened_wall_ns", "u64", "CLOCK_REALTIME when it opened the segment"],
    ["boot_id", "u8[16]", "kernel boot in which it runs"],
]
BUILT_IN_RECORDS = [
    {"name": "SegmentHeader", "size": 136, "fields": HEADER_FIELDS,
     "doc": "Start of every segment; written once, before the object gets its name."},
    {"name": "WriterIdentity", "size": 56, "fields": WRITER_FIELDS,
     "doc": "Who writes the segment; a two-copy cell at WRITER_CELL_OFFSET of the header page."},
]  # fmt: skip
HEADER_CRC_OFFSET = 256
WRITER_CELL_OFFSET = 512
LIVE_STATE_OFFSET = 1024
LIVE_HEARTBEAT_OFFSET = 1032
LIVE_PROGRESS_OFFSET = 1040
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TYPE = re.compile(r"([A-Za-z][A-Za-z0-9_]*)(?:\[([1-9][0-9]*)\])?")


def load(path: Path) -> Layout:
    """Read, check and place layout.toml."""
    try:
        table: dict[str, Any] = tomllib.loads(path.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LayoutMistake(f"{path.name}: not TOML: {error}") from error
    unknown = set(table) - {"version", "enum", "record", "segment", "region"}
    if unknown:
        raise LayoutMistake(f"{path.name}: unknown top-level keys {sorted(unknown)}")
    version = table.get("version")
    if not isinstance(version, int) or version < 1:
        raise LayoutMistake(f"{path.name}: version must be an integer from 1")
    segments = table.get("segment", [])
    enums = tuple(_enum(entry) for entry in table.get("enum", []))
    _unique("enum", [enum.name for enum in enums])
    reprs = {enum.name: enum.repr for enum in enums}
    entries = [*BUILT_IN_RECORDS, *table.get("record", [])]
    records = tuple(_record(entry, reprs) for entry in entries)
    _unique("record or enum", [*reprs, *(record.name for record in records)])
    writers = {v.name: v.code for enum in enums if enum.name == "Writer" for v in enum.values}
    placed = _segments(segments, table.get("region", []), records, writers)
    digest = _digest(version, enums, records, placed)
    return Layout(version, enums, records, placed, digest)


def _unique(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LayoutMistake(f"{what} {', '.join(twice)} is defined twice: rename one")


def _enum(entry: dict[str, Any]) -> Enum:
    name = entry["name"]
    _keys(f"enum {name}", entry, {"name", "repr", "doc", "values", "journalled"})
    if entry["repr"] not in ("u8", "u16", "u32"):
        raise LayoutMistake(f"enum {name}: repr must be u8, u16 or u32")
    values = tuple(EnumValue(*value) for value in entry["values"])
    if not values:
        raise LayoutMistake(f"enum {name} has no values: add one or remove it")
    _unique(f"enum {name}: value", [value.name for value in values])
    _unique(f"enum {name}: code", [str(value.code) for value in values])
    limit = 1 << (8 * INTS[entry["repr"]][0])
    for value in values:
        if not re.fullmatch(r"[A-Z][A-Z0-9_]*", value.name):
            raise LayoutMistake(f"enum {name}: {value.name} must be UPPER_CASE")
        if not 0 <= value.code < limit:
            raise LayoutMistake(f"enum {name}: code {value.code} does not fit {entry['repr']}")
    journalled = entry.get("journalled", False)
    return Enum(name, entry["repr"], entry.get("doc", ""), values, journalled)


def _keys(what: str, entry: dict[str, Any], allowed: set[str]) -> None:
    unknown = set(entry) - allowed
    if unknown:
        raise LayoutMistake(f"{what}: unknown keys {sorted(unknown)}")


def _record(entry: dict[str, Any], enum_reprs: dict[str, str]) -> Record:
    name = entry["name"]
    _keys(f"record {name}", entry, {"name", "doc", "size", "fields", "journalled"})
    fields: list[Field] = []
    offset = 0
    for field_name, type_text, doc in entry["fields"]:
        what = f"record {name}: field {field_name}"
        match = TYPE.fullmatch(type_text)
        if match is None or not re.fullmatch(r"[a-z][a-z0-9_]*", field_name):
            raise LayoutMistake(f"{what}: bad name or type {type_text!r}")
        base, count = match[1], None if match[2] is None else int(match[2])
        if base == "ascii" and count is None:
            raise LayoutMistake(f"{what}: ascii needs a length, as in ascii[40]")
        if base in enum_reprs and count is not None:
            raise LayoutMistake(f"{what}: arrays of enums are not supported")
        base_repr = "u8" if base == "ascii" else enum_reprs.get(base, base)
        if base_repr not in INTS:
            raise LayoutMistake(f"{what}: unknown type {type_text!r}")
        unit = INTS[base_repr][0]
        if offset % unit:
            gap = unit - offset % unit
            raise LayoutMistake(
                f"{what} at offset {offset} is not aligned to {unit}: "
                f'put ["reserved_N", "u8[{gap}]", ""] before it'
            )
        size = unit * (count or 1)
        fields.append(Field(field_name, base, count, doc, offset, size))
        offset += size
    _unique(f"record {name}: field", [field.name for field in fields])
    if offset != entry["size"]:
        raise LayoutMistake(f"record {name}: size says {entry['size']}, its fields sum to {offset}")
    if offset % 8 or not 0 < offset <= RECORD_SIZE_MAX:
        raise LayoutMistake(f"record {name}: size {offset} must be a multiple of 8 in 8..65536")
    journalled = entry.get("journalled", False)
    return Record(name, entry.get("doc", ""), offset, tuple(fields), journalled)


def _segments(
    entries: list[dict[str, Any]],
    regions: list[dict[str, Any]],
    records: tuple[Record, ...],
    writers: dict[str, int],
) -> tuple[Segment, ...]:
    names = [entry["name"] for entry in entries]
    _unique("segment", names)
    _unique("writer of a segment", [entry["writer"] for entry in entries])
    _unique("region", [region["name"] for region in regions])
    for entry in entries:
        _keys(f"segment {entry['name']}", entry, {"name", "writer", "doc"})
        if writers.get(entry["writer"], 0) == 0:
            raise LayoutMistake(f"segment {entry['name']}: its writer is no value of enum Writer")
    owners = {entry["name"]: entry["writer"] for entry in entries}
    for region in regions:
        _check_region(region, owners, {record.name for record in records})
    ids = {region["name"]: i for i, region in enumerate(regions, 1)}
    sizes = {record.name: record.size for record in records}
    return tuple(
        _segment(writers[entry["writer"]], entry, regions, ids, sizes) for entry in entries
    )


def _check_region(region: dict[str, Any], owners: dict[str, str], records: set[str]) -> None:
    what = f"region {region['name']}"
    ring = region.get("shape") == "ring"
    own = {"kind", "capacity", "consumers"} if ring else {"count"}
    _keys(what, region, {"name", "segment", "shape", "record", "doc"} | own)
    if not NAME.fullmatch(region["name"]) or region["name"].endswith("_cursors"):
        raise LayoutMistake(f"{what}: bad name")
    if region["segment"] not in owners:
        raise LayoutMistake(f"{what}: no segment {region['segment']}")
    if region["record"] not in records:
        raise LayoutMistake(f"{what}: no record {region['record']}")
    if not ring:
        if region.get("shape") != "cells" or region["count"] < 1:
            raise LayoutMistake(f"{what}: shape must be cells with a count, or ring")
        return
    capacity = region["capacity"]
    if region["kind"] not in ("lossless", "broadcast"):
        raise LayoutMistake(f"{what}: kind must be lossless or broadcast")
    if capacity < 4 or capacity & (capacity - 1):
        raise LayoutMistake(f"{what}: capacity {capacity} must be a power of two from 4")
    consumers = region.get("consumers", [])
    _unique(f"{what}: consumer", consumers)
    if region["kind"] == "lossless" and not consumers:
        raise LayoutMistake(f"{what}: a lossless ring names its consumers")
    for consumer in consumers:
        if consumer not in owners.values() or consumer == owners[region["segment"]]:
            raise LayoutMistake(f"{what}: {consumer} has no segment of its own to read it from")


def _round_up(value: int, unit: int) -> int:
    return (value + unit - 1) // unit * unit


def _segment(
    code: int,
    entry: dict[str, Any],
    regions: list[dict[str, Any]],
    ids: dict[str, int],
    sizes: dict[str, int],
) -> Segment:
    name, writer = entry["name"], entry["writer"]
    offset = HEADER_SIZE
    placed: list[Region] = []
    for region in (region for region in regions if region["segment"] == name):
        record_size = sizes[region["record"]]
        if region["shape"] == "cells":
            shape: Shape = "cells"
            stride, count = _round_up(8 + 2 * record_size, 64), region["count"]
            size = _round_up(stride * count, LINE_SIZE)
        else:
            shape = region["kind"]
            stride, count = _round_up(SLOT_HEAD_SIZE + record_size, 64), region["capacity"]
            size = LINE_SIZE + stride * count
        placed.append(
            Region(
                ids[region["name"]], region["name"], name, shape, region["record"], record_size,
                offset, stride, count, size, tuple(region.get("consumers", ())),
                region.get("doc", ""),
            )
        )  # fmt: skip
        offset = _round_up(offset + size, LINE_SIZE)
    rings = [region["name"] for region in regions if writer in region.get("consumers", [])]
    cursors = tuple(Cursor(ring, writer, offset + LINE_SIZE * i) for i, ring in enumerate(rings))
    if rings:
        region_id = len(ids) + code
        size = LINE_SIZE * len(rings)
        doc = "How far this process has read each ring, and whether it is parked."
        placed.append(
            Region(region_id, f"{name}_cursors", name, "cursors", "", LINE_SIZE, offset,
                   LINE_SIZE, len(rings), size, (), doc)
        )  # fmt: skip
        offset += size
    if offset > SEGMENT_SIZE_MAX:
        raise LayoutMistake(f"segment {name}: {offset} bytes is more than {SEGMENT_SIZE_MAX}")
    size = _round_up(offset, HEADER_SIZE)
    return Segment(name, writer, code, size, tuple(placed), cursors, entry.get("doc", ""))


def _digest(
    version: int,
    enums: tuple[Enum, ...],
    records: tuple[Record, ...],
    segments: tuple[Segment, ...],
) -> str:
    """Names, types, places and codes count; prose does not, so a better comment breaks nothing."""
    facts = [
        FORMAT,
        version,
        [[e.name, e.repr, [[v.name, v.code] for v in e.values]] for e in enums],
        [[r.name, r.size, [[f.name, f.type_text, f.offset] for f in r.fields]] for r in records],
        [
            [s.name, s.writer, s.code, s.size,
             [[r.id, r.name, r.shape, r.record, r.offset, r.stride, r.count, r.consumers]
              for r in s.regions],
             [[c.ring, c.consumer, c.offset] for c in s.cursors]]
            for s in segments
        ],
    ]  # fmt: skip
    text = json.dumps(facts, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
