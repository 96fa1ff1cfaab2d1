//! Entries and their parts: written straight into the buffer of one batch, read in place.

use pink_kernel::region;
use shm_layout::{InputKind, Writer};

use crate::format::{
    BATCH_BYTES_MAX, BATCH_HEAD_BYTES, ENTRY_BYTES_MAX, ENTRY_HEAD_BYTES, PART_HEAD_BYTES,
    RECORD_WORDS_MAX, put32, put64, word32, word64,
};
use crate::packing::{pack, packed_bytes_max, unpack};
use crate::translation::Translation;

/// What a part holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum PartKind {
    Input = 1,
    Outcome = 2,
    Cell = 3,
    Command = 4,
    Stream = 5,
}

impl PartKind {
    fn from_code(code: u8) -> Option<Self> {
        [
            Self::Input,
            Self::Outcome,
            Self::Cell,
            Self::Command,
            Self::Stream,
        ]
        .into_iter()
        .find(|kind| *kind as u8 == code)
    }
}

/// Which record the INPUT part of an entry is; stored as its `region`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum InputRecord {
    Epoch = 1,
    Control = 2,
    Intent = 3,
    Mark = 4,
    Report = 5,
}

impl InputRecord {
    pub fn from_code(code: u8) -> Option<Self> {
        [
            Self::Epoch,
            Self::Control,
            Self::Intent,
            Self::Mark,
            Self::Report,
        ]
        .into_iter()
        .find(|record| *record as u8 == code)
    }
}

/// The fixed part of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryHead {
    pub input: InputKind,
    pub source: Writer,
    pub flags: u16,
    pub seq: u64,
    pub stream_id: u64,
    pub stream_seq: u64,
    pub wall_ns: i64,
    pub mono_ns: u64,
}

/// The buffer of one batch: entries are encoded where they will be written from.
pub struct Batch {
    buffer: Box<[u8]>,
    used: usize,
    entry_at: usize,
    entry_parts: u16,
    entries: u32,
    first_seq: u64,
}

impl Batch {
    /// A buffer for batches that fit a segment of so many bytes.
    pub fn new(segment_bytes: u64) -> Self {
        let room = usize::try_from(segment_bytes).unwrap_or(usize::MAX);
        let room = room
            .saturating_sub(4096)
            .min(BATCH_HEAD_BYTES + BATCH_BYTES_MAX);
        Self {
            buffer: vec![0; room].into_boxed_slice(),
            used: BATCH_HEAD_BYTES,
            entry_at: BATCH_HEAD_BYTES,
            entry_parts: 0,
            entries: 0,
            first_seq: 0,
        }
    }

    /// Forgets all entries.
    pub fn clear(&mut self) {
        self.used = BATCH_HEAD_BYTES;
        self.entries = 0;
    }

    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// True if two of the largest entries may not fit any more: write first.
    pub fn is_full(&self) -> bool {
        self.used + 2 * ENTRY_BYTES_MAX > self.buffer.len()
    }

    pub fn entries(&self) -> u32 {
        self.entries
    }

    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// The entries as they will be written.
    pub fn payload(&self) -> &[u8] {
        self.buffer.get(BATCH_HEAD_BYTES..self.used).unwrap_or(&[])
    }

    /// Bytes of the entries.
    pub fn payload_bytes(&self) -> usize {
        self.used - BATCH_HEAD_BYTES
    }

    /// The whole batch, its head still to be filled.
    pub(crate) fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.buffer[..self.used]
    }

    /// Starts an entry. The caller saw that the batch is not full.
    pub fn begin(&mut self, head: &EntryHead) {
        if self.entries == 0 {
            self.first_seq = head.seq;
        }
        self.entry_at = self.used;
        self.entry_parts = 0;
        let b = &mut self.buffer[self.used..self.used + ENTRY_HEAD_BYTES];
        b.fill(0);
        b[4] = head.input.code();
        b[5] = head.source.code();
        b[6..8].copy_from_slice(&head.flags.to_le_bytes());
        put64(b, 8, head.seq);
        put64(b, 16, head.stream_id);
        put64(b, 24, head.stream_seq);
        put64(b, 32, head.wall_ns.cast_unsigned());
        put64(b, 40, head.mono_ns);
        self.used += ENTRY_HEAD_BYTES;
    }

    /// Adds a part to the entry that was begun.
    pub fn part(&mut self, kind: PartKind, region: u8, index: u16, words: &[u64]) {
        self.used += encode_part(&mut self.buffer[self.used..], kind, region, index, words);
        self.entry_parts += 1;
    }

    /// Ends the entry that was begun.
    pub fn end(&mut self) {
        let bytes = u32::try_from(self.used - self.entry_at).unwrap_or(u32::MAX);
        let b = &mut self.buffer[self.entry_at..];
        put32(b, 0, bytes);
        b[48..50].copy_from_slice(&self.entry_parts.to_le_bytes());
        self.entries += 1;
    }
}

/// Bytes that a part of so many words may need.
pub const fn part_bytes_max(words: usize) -> usize {
    PART_HEAD_BYTES + packed_bytes_max(words)
}

/// Writes one part and returns its bytes; `out` has room for `part_bytes_max`.
pub fn encode_part(out: &mut [u8], kind: PartKind, region: u8, index: u16, words: &[u64]) -> usize {
    let (head, body) = out.split_at_mut(PART_HEAD_BYTES);
    let (used, stored) = pack(words, body);
    let count = u16::try_from(words.len()).unwrap_or(u16::MAX);
    head[0] = kind as u8;
    head[1] = region;
    head[2..4].copy_from_slice(&index.to_le_bytes());
    head[4..6].copy_from_slice(&count.to_le_bytes());
    head[6..8].copy_from_slice(&stored.to_le_bytes());
    PART_HEAD_BYTES + used
}

/// One part, still packed.
#[derive(Clone, Copy)]
pub struct Part<'a> {
    pub kind: PartKind,
    pub region: u8,
    pub index: u16,
    count: u16,
    packed: &'a [u8],
    translation: Option<&'a Translation>,
}

impl Part<'_> {
    /// The words of the record as this build has it; `None` if it has another length or its bytes
    /// contradict themselves.
    pub fn words<const N: usize>(&self) -> Option<[u64; N]> {
        let mut words = [0; N];
        (self.unpack(&mut words)?.len() == N).then_some(words)
    }

    /// The words of the record into the front of `out`.
    pub fn unpack<'o>(&self, out: &'o mut [u64]) -> Option<&'o [u64]> {
        let count = usize::from(self.count);
        if let Some(translation) = self.translation
            && let Some(name) = record_name(self.kind, self.region)
        {
            let mut earlier = [0; RECORD_WORDS_MAX];
            let earlier = earlier.get_mut(..count)?;
            unpack(self.packed, earlier)?;
            let count = translation.apply(name, earlier, out)?;
            return out.get(..count);
        }
        let out = out.get_mut(..count)?;
        unpack(self.packed, out)?;
        Some(out)
    }
}

/// The record a part holds, as the layout calls it; a stream is none.
fn record_name(kind: PartKind, region: u8) -> Option<&'static str> {
    Some(match kind {
        PartKind::Outcome => "Outcome",
        PartKind::Command => "Command",
        PartKind::Input => match InputRecord::from_code(region)? {
            InputRecord::Epoch => "Epoch",
            InputRecord::Control => "Control",
            InputRecord::Intent => "Intent",
            InputRecord::Mark => "Mark",
            InputRecord::Report => "Report",
        },
        PartKind::Cell => match region {
            region::SLOTS => "SlotCell",
            region::ORDERS => "OrderCell",
            region::ACCOUNT => "AccountCell",
            region::INSTRUMENTS => "InstrumentCell",
            region::KERNEL_STATS => "KernelCell",
            region::CONFIG => "Control",
            region::EPOCH => "Epoch",
            region::DESK => "DeskCell",
            _ => "WindowCell",
        },
        PartKind::Stream => return None,
    })
}

/// Goes through the parts of an entry or of a snapshot; `None` inside means malformed bytes.
pub struct Parts<'a> {
    bytes: &'a [u8],
    translation: Option<&'a Translation>,
}

impl<'a> Parts<'a> {
    /// Parts that this build wrote, or an earlier one whose records are to be translated.
    pub fn new(bytes: &'a [u8], translation: Option<&'a Translation>) -> Self {
        Self { bytes, translation }
    }

    fn take(&mut self) -> Option<Part<'a>> {
        let (head, rest) = self.bytes.split_at_checked(PART_HEAD_BYTES)?;
        let words = u16::from_le_bytes([head[4], head[5]]);
        let stored = u16::from_le_bytes([head[6], head[7]]);
        let bytes = (usize::from(words).div_ceil(64) + usize::from(stored)) * 8;
        let (packed, rest) = rest.split_at_checked(bytes)?;
        self.bytes = rest;
        let kind = PartKind::from_code(head[0])?;
        let index = u16::from_le_bytes([head[2], head[3]]);
        Some(Part {
            kind,
            region: head[1],
            index,
            count: words,
            packed,
            translation: self.translation,
        })
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Option<Part<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let part = self.take();
        if part.is_none() {
            self.bytes = &[];
        }
        Some(part)
    }
}

/// One entry, read in place.
#[derive(Clone, Copy)]
pub struct Entry<'a> {
    pub head: EntryHead,
    bytes: &'a [u8],
    parts: &'a [u8],
    translation: Option<&'a Translation>,
}

impl<'a> Entry<'a> {
    /// The entry as it was written.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    pub fn parts(&self) -> Parts<'a> {
        Parts::new(self.parts, self.translation)
    }

    /// The first part of a kind, if the parts up to it are sound.
    pub fn part(&self, kind: PartKind) -> Option<Part<'a>> {
        self.parts()
            .map_while(|part| part)
            .find(|part| part.kind == kind)
    }
}

/// The entries of one batch; `None` inside means malformed bytes.
pub struct Entries<'a> {
    bytes: &'a [u8],
    translation: Option<&'a Translation>,
}

impl<'a> Entries<'a> {
    /// Entries that this build wrote, or an earlier one whose records are to be translated.
    pub fn new(payload: &'a [u8], translation: Option<&'a Translation>) -> Self {
        Self {
            bytes: payload,
            translation,
        }
    }

    fn take(&mut self) -> Option<Entry<'a>> {
        let b = self.bytes;
        let bytes = usize::try_from(word32(b, 0)).ok()?;
        let (entry, rest) = b.split_at_checked(bytes)?;
        let (head, parts) = entry.split_at_checked(ENTRY_HEAD_BYTES)?;
        self.bytes = rest;
        let head = EntryHead {
            input: InputKind::from_code(head[4])?,
            source: Writer::from_code(head[5])?,
            flags: u16::from_le_bytes([head[6], head[7]]),
            seq: word64(head, 8),
            stream_id: word64(head, 16),
            stream_seq: word64(head, 24),
            wall_ns: word64(head, 32).cast_signed(),
            mono_ns: word64(head, 40),
        };
        Some(Entry {
            head,
            bytes: entry,
            parts,
            translation: self.translation,
        })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Option<Entry<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.bytes.is_empty() {
            return None;
        }
        let entry = self.take();
        if entry.is_none() {
            self.bytes = &[];
        }
        Some(entry)
    }
}
