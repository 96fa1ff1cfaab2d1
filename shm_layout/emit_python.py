"""The Python output: IntEnums, NamedTuples over `struct.Struct`, and the typed region table."""

from __future__ import annotations

import emit_records
from schema import (
    HEADER_CRC_OFFSET,
    HEADER_SIZE,
    INTS,
    LINE_SIZE,
    LIVE_HEARTBEAT_OFFSET,
    LIVE_PROGRESS_OFFSET,
    LIVE_STATE_OFFSET,
    SLOT_HEAD_SIZE,
    WRITER_CELL_OFFSET,
    Enum,
    Field,
    Layout,
    Record,
    Region,
    Segment,
)

PRELUDE = '''\
"""Every byte and every code of the shared memory; generated from layout.toml by scripts/gen."""
# ruff: noqa: E501
# fmt: off

from __future__ import annotations

from enum import IntEnum
from struct import Struct
from struct import error as StructError
from typing import Any, Final, Generic, NamedTuple, Protocol, Self, TypeVar


class MalformedRecord(ValueError):
    """Bytes that are not a value of their record: wrong length, unknown code, text not ASCII."""


class Record(Protocol):
    """What every record offers."""

    @classmethod
    def zero(cls) -> Self:
        """All numbers zero, all text empty, each enum at code 0 or its first."""

    def encode(self) -> bytes:
        """The record as the bytes of shared memory."""

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """The record in these bytes, or MalformedRecord."""


R = TypeVar("R", bound=Record)


class Cells(NamedTuple, Generic[R]):
    """A region of two-copy cells: latest state."""

    id: int
    name: str
    writer: Writer
    record: type[R]
    record_size: int
    offset: int
    stride: int
    cell_count: int


class Ring(NamedTuple, Generic[R]):
    """A ring of messages; lossless rings wait for their consumers, broadcast rings never."""

    id: int
    name: str
    writer: Writer
    record: type[R]
    record_size: int
    offset: int
    stride: int
    capacity: int
    lossless: bool
    consumers: tuple[Writer, ...]


class Cursor(NamedTuple):
    """The line in a consumer's own segment that holds its position in one ring."""

    ring: int
    consumer: Writer
    offset: int


class Segment(NamedTuple):
    """One shared-memory object: all that one process may write."""

    writer: Writer
    size: int
    cursors: tuple[Cursor, ...]


def _ascii(text: str, size: int, field: str) -> bytes:
    if len(text) > size or not text.isascii() or "\\0" in text:
        raise MalformedRecord(f"{field}: {text!r} is not ASCII of at most {size} bytes")
    return text.encode("ascii")


def _sized(data: bytes, size: int, field: str) -> bytes:
    if len(data) != size:
        raise MalformedRecord(f"{field}: {len(data)} bytes, not {size}")
    return data


def _text(data: bytes, field: str) -> str:
    try:
        text = data.rstrip(b"\\0").decode("ascii")
    except UnicodeDecodeError:
        raise MalformedRecord(f"{field}: text is not ASCII") from None
    if "\\0" in text:
        raise MalformedRecord(f"{field}: text goes on after its end")
    return text


def _counted(values: tuple[int, ...], count: int, field: str) -> tuple[int, ...]:
    if len(values) != count:
        raise MalformedRecord(f"{field}: {len(values)} numbers, not {count}")
    return values


def _checked(layout: Struct, data: bytes, record: str) -> tuple[Any, ...]:
    if len(data) != layout.size:
        raise MalformedRecord(f"{record}: {len(data)} bytes, not {layout.size}")
    return layout.unpack(data)

'''


def emit(layout: Layout) -> str:
    """All of pink_actors/shm_layout.py."""
    parts = [PRELUDE + _constants(layout)]
    parts += [_enum(enum) for enum in layout.enums]
    parts += [_record(record, layout) for record in layout.records]
    parts.append(_regions(layout))
    return "\n\n".join(part.rstrip("\n") + "\n" for part in parts)


def _constants(layout: Layout) -> str:
    return f"""
VERSION: Final = {layout.version}
DIGEST_HEX: Final = "{layout.digest}"
DIGEST: Final = bytes.fromhex(DIGEST_HEX)
JOURNAL_SHAPE: Final = 0x{emit_records.digest(layout)}
MAGIC: Final = int.from_bytes(b"PINKZNC1", "little")
HEADER_SIZE: Final = {HEADER_SIZE}
HEADER_CRC_OFFSET: Final = {HEADER_CRC_OFFSET}
WRITER_CELL_OFFSET: Final = {WRITER_CELL_OFFSET}
LIVE_STATE_OFFSET: Final = {LIVE_STATE_OFFSET}
LIVE_HEARTBEAT_OFFSET: Final = {LIVE_HEARTBEAT_OFFSET}
LIVE_PROGRESS_OFFSET: Final = {LIVE_PROGRESS_OFFSET}
LINE_SIZE: Final = {LINE_SIZE}
SLOT_HEAD_SIZE: Final = {SLOT_HEAD_SIZE}
"""


def _doc(text: str, fallback: str) -> str:
    return f'    """{" ".join((text or fallback).split())}"""'


def _enum(enum: Enum) -> str:
    lines = [f"class {enum.name}(IntEnum):", _doc(enum.doc, "Codes."), ""]
    for value in enum.values:
        note = f"  # {value.doc}" if value.doc else ""
        lines.append(f"    {value.name} = {value.code}{note}")
    lines += ["", "", f"_{enum.name}: Final = {{member.value: member for member in {enum.name}}}"]
    return "\n".join(lines)


def _python_type(f: Field, layout: Layout) -> str:
    if f.base == "ascii":
        return "str"
    if f.base in layout.enum_names():
        return f.base
    if f.count is None:
        return "int"
    return "bytes" if f.base == "u8" else "tuple[int, ...]"


def _format(f: Field, layout: Layout) -> str:
    if f.reserved:
        return f"{f.size}x"
    if f.base == "ascii" or (f.base == "u8" and f.count is not None):
        return f"{f.size}s"
    base = next((e.repr for e in layout.enums if e.name == f.base), f.base)
    return f"{f.count or ''}{INTS[base][1]}"


def _is_array(f: Field) -> bool:
    return f.count is not None and f.base not in ("ascii", "u8")


def _pack(f: Field, record: Record) -> str:
    where = f'"{record.name}.{f.name}"'
    if f.base == "ascii":
        return f"_ascii(self.{f.name}, {f.size}, {where})"
    if f.base == "u8" and f.count is not None:
        return f"_sized(self.{f.name}, {f.size}, {where})"
    if _is_array(f):
        return f"*_counted(self.{f.name}, {f.count}, {where})"
    return f"self.{f.name}"


def _unpack(f: Field, index: int, record: Record, layout: Layout) -> str:
    if _is_array(f):
        return f"v[{index}:{index + (f.count or 0)}]"
    if f.base == "ascii":
        return f'_text(v[{index}], "{record.name}.{f.name}")'
    if f.base in layout.enum_names():
        return f"_{f.base}[v[{index}]]"
    return f"v[{index}]"


def _zero(f: Field, layout: Layout) -> str:
    if f.base == "ascii":
        return '""'
    for enum in layout.enums:
        if enum.name == f.base:
            first = next((v for v in enum.values if v.code == 0), enum.values[0])
            return f"{enum.name}.{first.name}"
    if f.count is None:
        return "0"
    return f"bytes({f.size})" if f.base == "u8" else f"(0,) * {f.count}"


def _unpacked(record: Record, fields: list[Field], layout: Layout) -> list[str]:
    """The parts of the decoded tuple; plain numbers that lie side by side are one slice."""
    parts: list[str] = []
    index = start = 0
    for f in [*fields, None]:
        plain = f is not None and not _is_array(f) and _python_type(f, layout) in ("int", "bytes")
        if not plain and start < index:
            parts.append(f"v[{start}]" if index - start == 1 else f"*v[{start}:{index}]")
        if f is None:
            break
        if not plain:
            parts.append(_unpack(f, index, record, layout))
        index += (f.count or 1) if _is_array(f) else 1
        start = start if plain else index
    return parts


def _record(record: Record, layout: Layout) -> str:
    name = record.name
    fields = [f for f in record.fields if not f.reserved]
    formats = " ".join(_format(f, layout) for f in record.fields)
    lines = [f"class {name}(NamedTuple):", _doc(record.doc, "A record."), ""]
    for f in fields:
        note = f"  # {f.doc}" if f.doc else ""
        lines.append(f"    {f.name}: {_python_type(f, layout)}{note}")
    lines += ["", "    @classmethod", "    def zero(cls) -> Self:"]
    lines += ['        """All numbers zero, all text empty, each enum at code 0 or its first."""']
    lines += ["        return cls("]
    lines += [f"            {f.name}={_zero(f, layout)}," for f in fields]
    lines += ["        )", "", "    def encode(self) -> bytes:"]
    lines += ['        """The record as the bytes of shared memory."""', "        try:"]
    lines += [f"            return _{name}_STRUCT.pack("]
    lines += [f"                {_pack(f, record)}," for f in fields]
    lines += ["            )", "        except StructError as error:"]
    lines += [f'            raise MalformedRecord(f"{name}: {{error}}") from error', ""]
    lines += ["    @classmethod", "    def decode(cls, data: bytes) -> Self:"]
    lines += ['        """The record in these bytes, or MalformedRecord."""']
    lines += [f'        v = _checked(_{name}_STRUCT, data, "{name}")', "        try:"]
    # The class's own constructor is a Python function; a record is read more often than made.
    lines += ["            return tuple.__new__(cls, ("]
    lines += [f"                {part}," for part in _unpacked(record, fields, layout)]
    lines += ["            ))", "        except KeyError as error:"]
    lines += [f'            raise MalformedRecord(f"{name}: unknown code {{error}}") from error']
    lines += ["", "", f'_{name}_STRUCT: Final = Struct("<{formats}")']
    return "\n".join(lines)


def _regions(layout: Layout) -> str:
    lines: list[str] = []
    for segment in layout.segments:
        lines += [_region(r, segment.writer) for r in segment.regions if r.shape != "cursors"]
    lines += ["", "SEGMENTS: Final = {"]
    lines += [_segment(segment, layout) for segment in layout.segments]
    lines += ["}"]
    for kind, names in _tables(layout).items():
        shape = "Cells" if kind == "CELLS" else "Ring"
        lines += [f"{kind}: Final[tuple[{shape}[Any], ...]] = ({', '.join(names)},)"]
    return "\n".join(lines)


def _tables(layout: Layout) -> dict[str, list[str]]:
    regions = [r for segment in layout.segments for r in segment.regions]
    return {
        "CELLS": [r.name.upper() for r in regions if r.shape == "cells"],
        "RINGS": [r.name.upper() for r in regions if r.shape in ("lossless", "broadcast")],
    }


def _region(r: Region, writer: str) -> str:
    start = f'{r.id}, "{r.name}", Writer.{writer}, {r.record}, {r.record_size}'
    place = f"{r.offset}, {r.stride}, {r.count}"
    if r.shape == "cells":
        return f"{r.name.upper()}: Final = Cells({start}, {place})"
    consumers = "".join(f"Writer.{name}, " for name in r.consumers).strip()
    kind = f"{r.shape == 'lossless'}, ({consumers})"
    return f"{r.name.upper()}: Final = Ring({start}, {place}, {kind})"


def _segment(segment: Segment, layout: Layout) -> str:
    ids = {r.name: r.id for s in layout.segments for r in s.regions}
    writer = f"Writer.{segment.writer}"
    cursors = "".join(f"Cursor({ids[c.ring]}, {writer}, {c.offset}), " for c in segment.cursors)
    return f"    {writer}: Segment({writer}, {segment.size}, ({cursors.strip()})),"
