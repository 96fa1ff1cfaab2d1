//! The bytes of the journal, precise enough to write a decoder from this page alone.
//!
//! All numbers are little-endian. All structures start at a multiple of 8.
//!
//! **Directory.** `seg-%08d.pj` segments (numbered from 1), `snap-%020d.ps` snapshots (named by the
//! last sequence they cover), `torn-*.bin` bytes that recovery cut off, `*.tmp` unfinished files.
//!
//! **Segment.** A file of fixed size, written full of zeros before its first use. A segment whose
//! first 4096 bytes are zero is a spare. The header of a used one:
//!
//! | at | type | field |
//! |---:|------|-------|
//! | 0 | u64 | magic `PINKJRN1` |
//! | 8 | u32 | version, 1 |
//! | 12 | u32 | header bytes, 4096: the first batch follows |
//! | 16 | u64 | `journal_id` |
//! | 24 | u64 | segment number |
//! | 32 | u64 | `first_seq`: sequence of the first entry |
//! | 40 | u64 | `first_batch`: number of the first batch |
//! | 48 | u32 | `previous_chain`: chain word of the last batch before |
//! | 52 | u32 | 0 |
//! | 56 | u64 | shape: digest of records and codes, `JOURNAL_SHAPE` |
//! | 64 | i64 | created, wall clock ns |
//! | 72 | u64 | bytes of the file |
//! | 80 | | zeros |
//! | 124 | u32 | CRC32C of bytes 0..124 |
//!
//! **Batch**, one group commit: a head of 72 bytes, then `bytes` bytes of entries.
//!
//! | at | type | field |
//! |---:|------|-------|
//! | 0 | u32 | magic `PJB1` |
//! | 4 | u32 | segment number: bytes of another life of the file never verify |
//! | 8 | u64 | batch number, from 1, +1 each |
//! | 16 | u64 | sequence of the first entry |
//! | 24 | u32 | entries |
//! | 28 | u32 | bytes of the entries |
//! | 32 | u64 | `durable_seq` when this was written |
//! | 40 | i64 | wall clock ns |
//! | 48 | u64 | monotonic ns |
//! | 56 | u32 | chain word of the batch before (0 before the first) |
//! | 60 | u32 | CRC32C of bytes 0..60 |
//! | 64 | u32 | chain word: CRC32C of the entries' bytes, continued from the word at 60 |
//! | 68 | u32 | the bitwise complement of the chain word |
//!
//! The end of the journal is the first place where no batch stands that continues the chain. A
//! batch that does not fit its segment stands first in the next one.
//!
//! **Entry**, one per sequence: a head of 56 bytes, then `parts` parts.
//!
//! | at | type | field |
//! |---:|------|-------|
//! | 0 | u32 | bytes of the entry with its head |
//! | 4 | u8 | `InputKind` |
//! | 5 | u8 | source, a `Writer` code |
//! | 6 | u16 | flags, 0 |
//! | 8 | u64 | sequence, from 1, +1 each |
//! | 16 | u64 | stream of the input ring; 0 = made by the kernel itself |
//! | 24 | u64 | position in that stream, from 1 |
//! | 32 | i64 | wall clock ns of the apply |
//! | 40 | u64 | monotonic ns of the apply |
//! | 48 | u16 | parts |
//! | 50 | | zeros |
//!
//! **Part**: `kind u8, region u8, index u16, words u16, stored u16`, then a bitmap of
//! `ceil(words / 64)` u64 (bit `i % 64` of word `i / 64` set: word `i` of the record is not zero),
//! then the `stored` words that are not zero, in order. Kinds: 1 INPUT (`region` is the record:
//! 1 Epoch, 2 Control, 3 Intent, 4 Mark, 5 Report; a DEADLINE has none), 2 OUTCOME, 3 CELL
//! (`region` and `index` name the cell; new content), 4 COMMAND. Each entry has one OUTCOME.
//! Regions of cells below 128 are those of `LAYOUT.md`; from 128 on they are journal-only: 128 the
//! configuration (Control), 129 the last Epoch, 130 `DeskCell`, 131 to 133 `WindowCell`s.
//!
//! **Snapshot.** The 4096-byte header holds: magic `PINKSNP1` u64, version u32, header bytes u32,
//! `journal_id` u64, seq u64, shape u64, `state_hash` u64, `build_hash` u64, wall ns i64, boot hash
//! u64, then where the journal goes on: segment u64, offset u64, next batch u64, chain u32, u32 0,
//! then `bytes` u64 of parts, then at 112 the CRC32C u32 of the parts and at 116 that of the bytes
//! 0..116. The parts: CELL for each cell of the state that is not blank, and kind 5 STREAM for each
//! input ring (words: source, stream, last position).

pub const SEGMENT_MAGIC: u64 = u64::from_le_bytes(*b"PINKJRN1");
pub const SNAPSHOT_MAGIC: u64 = u64::from_le_bytes(*b"PINKSNP1");
pub const BATCH_MAGIC: u32 = u32::from_le_bytes(*b"PJB1");
pub const VERSION: u32 = 1;

pub const SEGMENT_HEADER_BYTES: usize = 4096;
pub const SEGMENT_HEAD_USED: usize = 128;
pub const BATCH_HEAD_BYTES: usize = 72;
pub const ENTRY_HEAD_BYTES: usize = 56;
pub const PART_HEAD_BYTES: usize = 8;
/// Entries of one batch, without its head.
pub const BATCH_BYTES_MAX: usize = 1 << 20;
/// The largest entry `apply` can cause, with room to spare.
pub const ENTRY_BYTES_MAX: usize = 24 << 10;
/// Words of the largest record.
pub const RECORD_WORDS_MAX: usize = 512;
pub const SEGMENT_BYTES: u64 = 64 << 20;
pub const SEGMENT_BYTES_MIN: u64 = 64 << 10;

/// The word at `at` of a head that is known to be long enough.
pub(crate) fn word32(bytes: &[u8], at: usize) -> u32 {
    bytes
        .get(at..at + 4)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u32::from_le_bytes)
}

/// The word at `at` of a head that is known to be long enough.
pub(crate) fn word64(bytes: &[u8], at: usize) -> u64 {
    bytes
        .get(at..at + 8)
        .and_then(|b| b.try_into().ok())
        .map_or(0, u64::from_le_bytes)
}

pub(crate) fn put32(bytes: &mut [u8], at: usize, value: u32) {
    bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
}

pub(crate) fn put64(bytes: &mut [u8], at: usize, value: u64) {
    bytes[at..at + 8].copy_from_slice(&value.to_le_bytes());
}

/// Name of a segment file.
pub fn segment_name(number: u64) -> String {
    format!("seg-{number:08}.pj")
}

/// Number of a segment file, if the name is one.
pub fn segment_number(name: &str) -> Option<u64> {
    name.strip_prefix("seg-")?.strip_suffix(".pj")?.parse().ok()
}

/// Name of a snapshot file.
pub fn snapshot_name(seq: u64) -> String {
    format!("snap-{seq:020}.ps")
}

/// Sequence of a snapshot file, if the name is one.
pub fn snapshot_seq(name: &str) -> Option<u64> {
    name.strip_prefix("snap-")?
        .strip_suffix(".ps")?
        .parse()
        .ok()
}

/// What the header of a used segment says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentHead {
    pub journal_id: u64,
    pub number: u64,
    pub first_seq: u64,
    pub first_batch: u64,
    pub previous_chain: u32,
    pub shape: u64,
    pub created_wall_ns: i64,
    pub bytes: u64,
}

impl SegmentHead {
    pub fn to_bytes(&self) -> [u8; SEGMENT_HEAD_USED] {
        let mut b = [0; SEGMENT_HEAD_USED];
        put64(&mut b, 0, SEGMENT_MAGIC);
        put32(&mut b, 8, VERSION);
        put32(&mut b, 12, 4096);
        put64(&mut b, 16, self.journal_id);
        put64(&mut b, 24, self.number);
        put64(&mut b, 32, self.first_seq);
        put64(&mut b, 40, self.first_batch);
        put32(&mut b, 48, self.previous_chain);
        put64(&mut b, 56, self.shape);
        put64(&mut b, 64, self.created_wall_ns.cast_unsigned());
        put64(&mut b, 72, self.bytes);
        let crc = crc32c::crc32c(&b[..124]);
        put32(&mut b, 124, crc);
        b
    }

    /// The header, or `None` if the bytes are not one: a spare, or damaged.
    pub fn from_bytes(b: &[u8]) -> Option<Self> {
        let sound = b.len() >= SEGMENT_HEAD_USED
            && word64(b, 0) == SEGMENT_MAGIC
            && crc32c::crc32c(b.get(..124)?) == word32(b, 124)
            && word32(b, 8) == VERSION
            && word32(b, 12) == 4096;
        sound.then(|| Self {
            journal_id: word64(b, 16),
            number: word64(b, 24),
            first_seq: word64(b, 32),
            first_batch: word64(b, 40),
            previous_chain: word32(b, 48),
            shape: word64(b, 56),
            created_wall_ns: word64(b, 64).cast_signed(),
            bytes: word64(b, 72),
        })
    }
}

/// What the head of a batch says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHead {
    pub segment: u64,
    pub number: u64,
    pub first_seq: u64,
    pub entries: u32,
    pub bytes: u32,
    pub durable_seq: u64,
    pub wall_ns: i64,
    pub mono_ns: u64,
    pub previous_chain: u32,
    pub chain: u32,
}

impl BatchHead {
    /// Fills the head in front of its entries and returns the chain word.
    pub(crate) fn seal(&self, b: &mut [u8]) -> u32 {
        put32(b, 0, BATCH_MAGIC);
        put32(b, 4, low_word(self.segment));
        put64(b, 8, self.number);
        put64(b, 16, self.first_seq);
        put32(b, 24, self.entries);
        put32(b, 28, self.bytes);
        put64(b, 32, self.durable_seq);
        put64(b, 40, self.wall_ns.cast_unsigned());
        put64(b, 48, self.mono_ns);
        put32(b, 56, self.previous_chain);
        let head = crc32c::crc32c(&b[..60]);
        put32(b, 60, head);
        let chain = crc32c::crc32c_append(head, &b[BATCH_HEAD_BYTES..]);
        put32(b, 64, chain);
        put32(b, 68, !chain);
        chain
    }

    /// The head alone, if it is sound and belongs to this segment.
    pub fn from_bytes(b: &[u8], segment: u64) -> Option<Self> {
        let sound = b.len() >= BATCH_HEAD_BYTES
            && word32(b, 0) == BATCH_MAGIC
            && word32(b, 4) == low_word(segment)
            && crc32c::crc32c(b.get(..60)?) == word32(b, 60)
            && word32(b, 64) == !word32(b, 68);
        let bytes = word32(b, 28);
        let fits = usize::try_from(bytes).is_ok_and(|n| n <= BATCH_BYTES_MAX && n % 8 == 0);
        (sound && fits).then(|| Self {
            segment,
            number: word64(b, 8),
            first_seq: word64(b, 16),
            entries: word32(b, 24),
            bytes,
            durable_seq: word64(b, 32),
            wall_ns: word64(b, 40).cast_signed(),
            mono_ns: word64(b, 48),
            previous_chain: word32(b, 56),
            chain: word32(b, 64),
        })
    }

    /// True if `payload` are the entries this head was sealed over.
    pub fn covers(&self, head: &[u8], payload: &[u8]) -> bool {
        crc32c::crc32c_append(word32(head, 60), payload) == self.chain
    }

    /// Head and entries.
    pub fn total_bytes(&self) -> usize {
        BATCH_HEAD_BYTES + usize::try_from(self.bytes).unwrap_or(usize::MAX - BATCH_HEAD_BYTES)
    }

    /// Sequence after the last entry.
    pub fn next_seq(&self) -> u64 {
        self.first_seq.saturating_add(u64::from(self.entries))
    }
}

fn low_word(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// A place in the journal: where the next batch stands and what it must continue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    pub segment: u64,
    pub offset: u64,
    pub next_batch: u64,
    pub next_seq: u64,
    pub chain: u32,
}
