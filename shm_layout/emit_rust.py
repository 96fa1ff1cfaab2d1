"""The Rust output: enums, `#[repr(C)]` records with const proofs, and the region table."""

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
    Segment,
)

PRELUDE = """\
//! Every byte and every code of the shared memory; generated from layout.toml by scripts/gen.
#![no_std]
#![cfg_attr(rustfmt, rustfmt_skip)]
#![forbid(unsafe_code)]
#![allow(
    clippy::all, clippy::pedantic, clippy::restriction,
    reason = "generated: reviewed as layout.toml, proved by the const assertions below"
)]

/// A field of a record, for tools that show any record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    Number(i128),
    Numbers(&'a [i128]),
    Text(&'a str),
    Code(&'static str),
}

/// Bytes of a record that are not a value of its type: an unknown code or text that is not ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub record: &'static str,
    pub field: &'static str,
    pub code: u64,
}

impl core::fmt::Display for Malformed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}.{} holds {}, which is no value of it", self.record, self.field, self.code)
    }
}

impl core::error::Error for Malformed {}

/// ASCII text of at most `N` bytes, padded with NUL.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Ascii<const N: usize>([u8; N]);

impl<const N: usize> Ascii<N> {
    pub const EMPTY: Self = Self([0; N]);

    /// The text, or `None` if it is longer than `N`, not ASCII, or holds NUL.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let mut bytes = [0; N];
        bytes.get_mut(..text.len())?.copy_from_slice(text.as_bytes());
        text.bytes().all(|b| b.is_ascii() && b != 0).then_some(Self(bytes))
    }

    /// Padded bytes as they stand in a record; NUL only at the end.
    #[must_use]
    pub fn from_padded(bytes: [u8; N]) -> Option<Self> {
        let len = bytes.iter().position(|b| *b == 0).unwrap_or(N);
        let clean = bytes.iter().enumerate().all(|(i, b)| b.is_ascii() && (i < len) == (*b != 0));
        clean.then_some(Self(bytes))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        let len = self.0.iter().position(|b| *b == 0).unwrap_or(N);
        match core::str::from_utf8(&self.0[..len]) {
            Ok(text) => text,
            Err(_) => "",
        }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        N == 0 || self.0[0] == 0
    }

    #[must_use]
    pub const fn as_padded(&self) -> &[u8; N] {
        &self.0
    }
}

impl<const N: usize> Default for Ascii<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> core::fmt::Debug for Ascii<N> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{:?}", self.as_str())
    }
}

/// How the elements of a region are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Latest state, each element a two-copy cell.
    Cells,
    /// A ring whose producer never overruns its named consumers.
    Lossless,
    /// A ring that never waits; a lapped reader is told what it missed.
    Broadcast,
    /// One line for each ring that the segment's writer consumes.
    Cursors,
}

/// One region of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    pub id: u32,
    pub name: &'static str,
    pub writer: u32,
    pub shape: Shape,
    pub record_size: usize,
    pub offset: usize,
    pub stride: usize,
    pub count: usize,
    pub consumers: &'static [u32],
}

/// The line in a consumer's own segment that holds its position in one ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub ring: u32,
    pub offset: usize,
}

/// One shared-memory object: all that one process may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub writer: u32,
    pub name: &'static str,
    pub size: usize,
    pub regions: &'static [&'static Region],
    pub cursors: &'static [Cursor],
}

/// All segments, with the digest that creator, writer and readers must share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    pub version: u32,
    pub digest: [u8; 32],
    pub segments: &'static [Segment],
}

impl Layout {
    /// The segment that `writer` writes.
    #[must_use]
    pub fn segment(&self, writer: u32) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.writer == writer)
    }

    /// The region with this id, in whichever segment it lies.
    #[must_use]
    pub fn region(&self, id: u32) -> Option<&'static Region> {
        self.segments.iter().flat_map(|segment| segment.regions).copied().find(|r| r.id == id)
    }
}

fn take<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}
"""


def emit(layout: Layout, earlier: list[str]) -> str:
    """All of lib.rs; `earlier` are the shapes of the journal that this build can still read."""
    parts = [PRELUDE, _constants(layout), _journalled(layout, earlier)]
    parts += [_enum(enum) for enum in layout.enums]
    parts += [_record(record, layout) for record in layout.records]
    parts.append(_regions(layout))
    return "\n".join(parts)


def _journalled(layout: Layout, earlier: list[str]) -> str:
    folder = emit_records.EARLIER
    texts = [f'    (0x{name}, include_str!("{folder}/{name}.txt")),' for name in earlier]
    lines = ["/// Digest of all that the journal keeps: records, their fields, and codes."]
    lines += [f"pub const JOURNAL_SHAPE: u64 = 0x{emit_records.digest(layout)};"]
    lines += ["/// The same, readable."]
    lines += ['pub const JOURNAL_RECORDS: &str = include_str!("records.txt");']
    lines += ["/// What earlier builds kept, by their digest."]
    lines += ["pub const EARLIER_RECORDS: &[(u64, &str)] = &[", *texts, "];", ""]
    return "\n".join(lines)


def _doc(text: str, indent: str = "") -> str:
    return "".join(f"{indent}/// {line}\n" for line in text.splitlines() if line)


def _constants(layout: Layout) -> str:
    digest = ", ".join(f"0x{layout.digest[i : i + 2]}" for i in range(0, 64, 2))
    return f"""\
pub const VERSION: u32 = {layout.version};
pub const DIGEST_HEX: &str = "{layout.digest}";
pub const DIGEST: [u8; 32] = [{digest}];
pub const MAGIC: u64 = u64::from_le_bytes(*b"PINKZNC1");
pub const HEADER_SIZE: usize = {HEADER_SIZE};
pub const HEADER_CRC_OFFSET: usize = {HEADER_CRC_OFFSET};
pub const WRITER_CELL_OFFSET: usize = {WRITER_CELL_OFFSET};
pub const LIVE_STATE_OFFSET: usize = {LIVE_STATE_OFFSET};
pub const LIVE_HEARTBEAT_OFFSET: usize = {LIVE_HEARTBEAT_OFFSET};
pub const LIVE_PROGRESS_OFFSET: usize = {LIVE_PROGRESS_OFFSET};
pub const LINE_SIZE: usize = {LINE_SIZE};
pub const SLOT_HEAD_SIZE: usize = {SLOT_HEAD_SIZE};
"""


def variant(name: str) -> str:
    """ENTRY_WORKING as EntryWorking."""
    return "".join(part[:1] + part[1:].lower() for part in name.split("_") if part)


def _enum(enum: Enum) -> str:
    lines = [_doc(enum.doc).rstrip()] if enum.doc else []
    lines.append("#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]")
    lines += [f"#[repr({enum.repr})]", f"pub enum {enum.name} {{"]
    for value in enum.values:
        lines += [_doc(value.doc, "    ").rstrip()] if value.doc else []
        lines.append(f"    {variant(value.name)} = {value.code},")
    every = ", ".join(f"Self::{variant(value.name)}" for value in enum.values)
    lines += ["}", "", f"impl {enum.name} {{"]
    lines += [f"    pub const ALL: &'static [Self] = &[{every}];", ""]
    lines += ["    /// The value with this code; an unknown code is `None`, never a default."]
    lines += ["    #[must_use]"]
    lines += [f"    pub const fn from_code(code: {enum.repr}) -> Option<Self> {{"]
    lines += ["        match code {"]
    lines += [f"            {v.code} => Some(Self::{variant(v.name)})," for v in enum.values]
    lines += ["            _ => None,", "        }", "    }", ""]
    lines += ["    #[must_use]", f"    pub const fn code(self) -> {enum.repr} {{"]
    lines += [f"        self as {enum.repr}", "    }", ""]
    lines += ["    #[must_use]", "    pub const fn name(self) -> &'static str {"]
    lines += ["        match self {"]
    lines += [f'            Self::{variant(v.name)} => "{v.name}",' for v in enum.values]
    lines += ["        }", "    }", "}", ""]
    return "\n".join(lines)


def _rust_type(field: Field) -> str:
    if field.base == "ascii":
        return f"Ascii<{field.count}>"
    return field.base if field.count is None else f"[{field.base}; {field.count}]"


def _zero(field: Field, layout: Layout) -> str:
    if field.base == "ascii":
        return "Ascii::EMPTY"
    for enum in layout.enums:
        if enum.name == field.base:
            first = next((v for v in enum.values if v.code == 0), enum.values[0])
            return f"{enum.name}::{variant(first.name)}"
    return "0" if field.count is None else f"[0; {field.count}]"


def _record(record: Record, layout: Layout) -> str:
    name = record.name
    lines = [_doc(record.doc).rstrip()] if record.doc else []
    lines += ["#[derive(Clone, Copy, Debug, PartialEq, Eq)]", "#[repr(C)]", f"pub struct {name} {{"]
    for field in record.fields:
        lines += [_doc(field.doc, "    ").rstrip()] if field.doc else []
        lines.append(f"    pub {field.name}: {_rust_type(field)},")
    lines += ["}", "", "const _: () = {"]
    for f in record.fields:
        lines.append(f"    assert!(core::mem::offset_of!({name}, {f.name}) == {f.offset});")
    lines += [f"    assert!(core::mem::size_of::<{name}>() == {record.size});", "};", ""]
    lines += [f"impl {name} {{", f"    pub const SIZE: usize = {record.size};"]
    lines += [f"    pub const WORDS: usize = {record.size // 8};"]
    lines += ["    /// All numbers zero, all text empty, each enum at code 0 or its first value."]
    lines += ["    pub const ZERO: Self = Self {"]
    lines += [f"        {f.name}: {_zero(f, layout)}," for f in record.fields]
    lines += ["    };", "", "    #[must_use]"]
    lines += [f"    pub fn to_bytes(&self) -> [u8; {record.size}] {{"]
    lines += [f"        let mut b = [0; {record.size}];"]
    for f in record.fields:
        lines += _encode(f, layout)
    lines += ["        b", "    }", ""]
    lines += ["    /// Shows each field that is not reserved, in order."]
    lines += ["    pub fn visit(&self, each: &mut dyn FnMut(&'static str, Value<'_>)) {"]
    lines += [_visit(f, layout) for f in record.fields if not f.reserved]
    lines += ["    }", ""]
    lines += [f"    pub fn from_bytes(b: &[u8; {record.size}]) -> Result<Self, Malformed> {{"]
    lines += ["        Ok(Self {"]
    lines += [f"            {f.name}: {_decode(f, record, layout)}," for f in record.fields]
    lines += ["        })", "    }", "", "    #[must_use]"]
    lines += [f"    pub fn to_words(&self) -> [u64; {record.size // 8}] {{"]
    lines += ["        let b = self.to_bytes();"]
    lines += ["        core::array::from_fn(|i| u64::from_le_bytes(take(&b, i * 8)))", "    }", ""]
    lines += [f"    pub fn from_words(w: &[u64; {record.size // 8}]) -> Result<Self, Malformed> {{"]
    lines += [f"        let mut b = [0; {record.size}];"]
    lines += ["        for (to, from) in b.chunks_exact_mut(8).zip(w) {"]
    lines += ["            to.copy_from_slice(&from.to_le_bytes());", "        }"]
    lines += ["        Self::from_bytes(&b)", "    }", "}", ""]
    return "\n".join(lines)


def _encode(f: Field, layout: Layout) -> list[str]:
    span = f"b[{f.offset}..{f.offset + f.size}]"
    if f.base == "ascii":
        return [f"        {span}.copy_from_slice(&self.{f.name}.0);"]
    if f.base in layout.enum_names():
        return [f"        {span}.copy_from_slice(&self.{f.name}.code().to_le_bytes());"]
    if f.count is None:
        return [f"        {span}.copy_from_slice(&self.{f.name}.to_le_bytes());"]
    unit = INTS[f.base][0]
    return [
        f"        for (to, from) in {span}.chunks_exact_mut({unit}).zip(&self.{f.name}) {{",
        "            to.copy_from_slice(&from.to_le_bytes());",
        "        }",
    ]


def _visit(f: Field, layout: Layout) -> str:
    if f.base == "ascii":
        value = f"Value::Text(self.{f.name}.as_str())"
    elif f.base in layout.enum_names():
        value = f"Value::Code(self.{f.name}.name())"
    elif f.count is None:
        value = f"Value::Number(self.{f.name}.into())"
    else:
        value = f"Value::Numbers(&self.{f.name}.map(Into::into))"
    return f'        each("{f.name}", {value});'


def _decode(f: Field, record: Record, layout: Layout) -> str:
    where = f'record: "{record.name}", field: "{f.name}"'
    if f.base == "ascii":
        bad = f"Malformed {{ {where}, code: 0 }}"
        return f"Ascii::from_padded(take(b, {f.offset})).ok_or({bad})?"
    for enum in layout.enums:
        if enum.name == f.base:
            code = f"{enum.repr}::from_le_bytes(take(b, {f.offset}))"
            bad = f"Malformed {{ {where}, code: u64::from({code}) }}"
            return f"{enum.name}::from_code({code}).ok_or({bad})?"
    if f.count is None:
        return f"{f.base}::from_le_bytes(take(b, {f.offset}))"
    unit = INTS[f.base][0]
    element = f"{f.base}::from_le_bytes(take(b, {f.offset} + i * {unit}))"
    return f"core::array::from_fn(|i| {element})"


def _regions(layout: Layout) -> str:
    codes = {segment.writer: segment.code for segment in layout.segments}
    lines = ["/// The regions, by name.", "pub mod region {"]
    lines += ["    use super::{Region, Shape};"]
    for segment in layout.segments:
        for r in segment.regions:
            consumers = ", ".join(str(codes[name]) for name in r.consumers)
            lines += [_doc(r.doc, "    ").rstrip()] if r.doc else []
            lines += [
                f'    pub const {r.name.upper()}: Region = Region {{ id: {r.id}, name: "{r.name}", '
                f"writer: {segment.code}, shape: Shape::{r.shape.title()}, "
                f"record_size: {r.record_size}, offset: {r.offset}, stride: {r.stride}, "
                f"count: {r.count}, consumers: &[{consumers}] }};"
            ]
    named = [r for s in layout.segments for r in s.regions if r.shape != "cursors"]
    names = ", ".join(f"&region::{r.name.upper()}" for r in sorted(named, key=lambda r: r.id))
    lines += ["}", "", "/// Cells and rings by id, which starts at 1."]
    lines += [f"pub const REGIONS: &[&Region] = &[{names}];"]
    lines += ["", "/// The layout this build speaks."]
    lines += ["pub const LAYOUT: Layout = Layout {", "    version: VERSION,"]
    lines += ["    digest: DIGEST,", "    segments: &["]
    lines += [_segment(segment, layout) for segment in layout.segments]
    lines += ["    ],", "};", ""]
    return "\n".join(lines)


def _segment(segment: Segment, layout: Layout) -> str:
    ids = {r.name: r.id for s in layout.segments for r in s.regions}
    regions = ", ".join(f"&region::{r.name.upper()}" for r in segment.regions)
    cursors = ", ".join(
        f"Cursor {{ ring: {ids[c.ring]}, offset: {c.offset} }}" for c in segment.cursors
    )
    return (
        f'        Segment {{ writer: {segment.code}, name: "{segment.name}", '
        f"size: {segment.size}, regions: &[{regions}], cursors: &[{cursors}] }},"
    )
