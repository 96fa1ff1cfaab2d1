//! The header page: identity written once, the writer's identity as a cell, and the live words.

use shm_layout::{
    Ascii, HEADER_CRC_OFFSET, HEADER_SIZE, LINE_SIZE, LIVE_HEARTBEAT_OFFSET, LIVE_PROGRESS_OFFSET,
    LIVE_STATE_OFFSET, Layout, MAGIC, Segment as SegmentSpec, SegmentHeader, WRITER_CELL_OFFSET,
    WriterIdentity,
};

use crate::cell::Cell;
use crate::error::Refusal;
use crate::map::Map;
use crate::process::{boot_id, mono_ns, start_ticks, wall_ns};
use crate::sync::Ordering::Relaxed;
use crate::sync::{load_words, store_words};
use crate::system::effective_uid;

/// A copy of everything the header page says.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    pub segment: SegmentHeader,
    pub writer: WriterIdentity,
    pub state: u64,
    pub heartbeat_mono_ns: u64,
    pub progress: u64,
}

/// Writes the part that never changes.
pub(crate) fn write_identity(map: &Map, layout: &Layout, spec: &SegmentSpec, instance: Ascii<32>) {
    let pid = std::process::id();
    let header = SegmentHeader {
        magic: MAGIC,
        layout_version: layout.version,
        writer: spec.writer,
        total_size: spec.size as u64,
        digest: layout.digest,
        instance,
        boot_id: boot_id(),
        creator_pid: pid,
        creator_uid: effective_uid(),
        creator_start_ticks: start_ticks(pid).unwrap_or(0),
        created_mono_ns: mono_ns(),
        created_wall_ns: wall_ns(),
    };
    let bytes = header.to_bytes();
    store_words(map.part(0, SegmentHeader::SIZE), &bytes);
    let crc = u64::from(crc32c::crc32c(&bytes));
    map.part(HEADER_CRC_OFFSET, 8)[0].store(crc, Relaxed);
}

/// The part that never changes, if it is a header at all.
pub(crate) fn read_identity(map: &Map) -> Result<SegmentHeader, Refusal> {
    let mut bytes = [0; SegmentHeader::SIZE];
    load_words(map.part(0, SegmentHeader::SIZE), &mut bytes);
    let found = map.words()[0].load(Relaxed);
    if found != MAGIC {
        return Err(Refusal::BadMagic { found });
    }
    let crc = map.part(HEADER_CRC_OFFSET, 8)[0].load(Relaxed);
    if crc != u64::from(crc32c::crc32c(&bytes)) {
        return Err(Refusal::DamagedHeader);
    }
    SegmentHeader::from_bytes(&bytes).map_err(|_| Refusal::DamagedHeader)
}

/// Refuses every header that is not exactly what this build expects at that name.
pub(crate) fn check_identity(
    header: &SegmentHeader,
    layout: &Layout,
    spec: &SegmentSpec,
    instance: Option<&str>,
    size: u64,
) -> Result<(), Refusal> {
    if header.layout_version != layout.version {
        let (ours, theirs) = (layout.version, header.layout_version);
        return Err(Refusal::OtherVersion { ours, theirs });
    }
    if header.digest != layout.digest {
        let (ours, theirs) = (hex(&layout.digest), hex(&header.digest));
        return Err(Refusal::OtherDigest { ours, theirs });
    }
    if header.writer != spec.writer {
        return Err(Refusal::OtherWriter {
            expected: spec.writer,
            found: header.writer,
        });
    }
    if instance.is_some_and(|name| name != header.instance.as_str()) {
        return Err(Refusal::OtherInstance {
            found: header.instance.as_str().to_owned(),
        });
    }
    let expected = spec.size as u64;
    match [size, header.total_size]
        .into_iter()
        .find(|found| *found != expected)
    {
        Some(found) => Err(Refusal::OtherSize { expected, found }),
        None => Ok(()),
    }
}

fn hex(digest: &[u8; 32]) -> String {
    use std::fmt::Write;
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // Writing to a String cannot fail.
        text
    })
}

pub(crate) fn writer_cell(map: &Map) -> Cell<'_> {
    let size = 8 + 2 * WriterIdentity::SIZE;
    Cell::new(map.part(WRITER_CELL_OFFSET, size), WriterIdentity::WORDS)
}

/// Who writes the segment; all zero before its first writer, or while it changes without pause.
pub(crate) fn read_writer(map: &Map) -> WriterIdentity {
    let mut bytes = [0; WriterIdentity::SIZE];
    match writer_cell(map).read(&mut bytes) {
        Some(_) => WriterIdentity::from_bytes(&bytes).unwrap_or(WriterIdentity::ZERO),
        None => WriterIdentity::ZERO,
    }
}

/// The whole page as it is now.
pub(crate) fn read(map: &Map) -> Result<Header, Refusal> {
    let live = |offset: usize| map.part(offset, 8)[0].load(Relaxed);
    Ok(Header {
        segment: read_identity(map)?,
        writer: read_writer(map),
        state: live(LIVE_STATE_OFFSET),
        heartbeat_mono_ns: live(LIVE_HEARTBEAT_OFFSET),
        progress: live(LIVE_PROGRESS_OFFSET),
    })
}

/// Stores one of the live words.
pub(crate) fn store_live(map: &Map, offset: usize, value: u64) {
    map.part(offset, 8)[0].store(value, Relaxed);
}

const _: () = assert!(SegmentHeader::SIZE <= HEADER_CRC_OFFSET);
const _: () = assert!(LIVE_STATE_OFFSET + LINE_SIZE <= HEADER_SIZE);
