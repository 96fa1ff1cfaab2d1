//! Snapshots: all of the state after one record, so that a start need not replay everything.

use crate::disk::{Disk, DiskFile};
use crate::entry::{PartKind, Parts, encode_part, part_bytes_max};
use crate::error::JournalError;
use crate::format::{
    Position, SEGMENT_HEADER_BYTES, SNAPSHOT_MAGIC, VERSION, put32, put64, snapshot_name,
    snapshot_seq, word32, word64,
};
use crate::translation::{Reading, reading};

/// Snapshots that retention keeps.
pub const SNAPSHOTS_MAX: usize = 2;
/// The largest snapshot that is believed.
const SNAPSHOT_BYTES_MAX: usize = 8 << 20;
const HEAD_USED: usize = 120;

/// What a snapshot says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotHead {
    pub journal_id: u64,
    pub seq: u64,
    pub shape: u64,
    pub state_hash: u64,
    pub build_hash: u64,
    pub wall_ns: i64,
    pub boot_hash: u64,
    /// Where the record after the snapshot will stand.
    pub position: Position,
}

/// A snapshot in memory: built from the state, or read from the disk.
#[derive(Clone)]
pub struct Snapshot {
    pub head: SnapshotHead,
    parts: Vec<u8>,
    reading: Reading,
}

impl Snapshot {
    pub fn new(head: SnapshotHead) -> Self {
        Self {
            head,
            parts: Vec::new(),
            reading: None,
        }
    }

    /// Adds a part; words that are all zero need none.
    pub fn part(&mut self, kind: PartKind, region: u8, index: u16, words: &[u64]) {
        let at = self.parts.len();
        self.parts.resize(at + part_bytes_max(words.len()), 0);
        let used = encode_part(&mut self.parts[at..], kind, region, index, words);
        self.parts.truncate(at + used);
    }

    pub fn parts(&self) -> Parts<'_> {
        Parts::new(&self.parts, self.reading.as_deref())
    }

    /// Writes it: temporary name, fsync, rename, directory fsync.
    ///
    /// The caller has made the journal durable up to the snapshot's record before.
    pub fn store<D: Disk>(&self, disk: &D) -> Result<(), JournalError> {
        let name = snapshot_name(self.head.seq);
        let unfinished = format!("{name}.tmp");
        let written = self.write(disk, &unfinished);
        if let Err(source) = written {
            // The first error is the one to report; the leftover is removed at the next start too.
            let _removed = disk.remove(&unfinished);
            return Err(JournalError::io("write", &name, source));
        }
        disk.rename(&unfinished, &name)
            .map_err(|e| JournalError::io("rename", &name, e))?;
        disk.sync_directory()
            .map_err(|e| JournalError::io("sync the directory of", &name, e))
    }

    fn write<D: Disk>(&self, disk: &D, name: &str) -> std::io::Result<()> {
        let file = disk.create(name)?;
        file.write_full_at(&self.header(), 0)?;
        file.write_full_at(&self.parts, SEGMENT_HEADER_BYTES as u64)?;
        file.sync()
    }

    fn header(&self) -> Vec<u8> {
        let (head, position) = (&self.head, &self.head.position);
        let mut b = vec![0; SEGMENT_HEADER_BYTES];
        put64(&mut b, 0, SNAPSHOT_MAGIC);
        put32(&mut b, 8, VERSION);
        put32(&mut b, 12, 4096);
        put64(&mut b, 16, head.journal_id);
        put64(&mut b, 24, head.seq);
        put64(&mut b, 32, head.shape);
        put64(&mut b, 40, head.state_hash);
        put64(&mut b, 48, head.build_hash);
        put64(&mut b, 56, head.wall_ns.cast_unsigned());
        put64(&mut b, 64, head.boot_hash);
        put64(&mut b, 72, position.segment);
        put64(&mut b, 80, position.offset);
        put64(&mut b, 88, position.next_batch);
        put32(&mut b, 96, position.chain);
        put64(&mut b, 104, self.parts.len() as u64);
        put32(&mut b, 112, crc32c::crc32c(&self.parts));
        let crc = crc32c::crc32c(&b[..116]);
        put32(&mut b, 116, crc);
        b
    }

    /// Reads a snapshot; `None` if its bytes are not sound.
    pub fn load<D: Disk>(disk: &D, seq: u64) -> Result<Option<Self>, JournalError> {
        let name = snapshot_name(seq);
        let failed = |source| JournalError::io("read", &name, source);
        let file = disk.open(&name).map_err(failed)?;
        let mut b = [0; HEAD_USED];
        file.read_full_at(&mut b, 0).map_err(failed)?;
        let bytes = usize::try_from(word64(&b, 104)).unwrap_or(usize::MAX);
        let sound = word64(&b, 0) == SNAPSHOT_MAGIC
            && word32(&b, 8) == VERSION
            && crc32c::crc32c(&b[..116]) == word32(&b, 116)
            && word64(&b, 24) == seq
            && bytes <= SNAPSHOT_BYTES_MAX;
        if !sound {
            return Ok(None);
        }
        let mut parts = vec![0; bytes];
        let read = file
            .read_full_at(&mut parts, SEGMENT_HEADER_BYTES as u64)
            .map_err(failed)?;
        if read < bytes || crc32c::crc32c(&parts) != word32(&b, 112) {
            return Ok(None);
        }
        Ok(Some(Self {
            head: head_of(&b),
            parts,
            reading: reading(word64(&b, 72), word64(&b, 32))?,
        }))
    }
}

fn head_of(b: &[u8]) -> SnapshotHead {
    SnapshotHead {
        journal_id: word64(b, 16),
        seq: word64(b, 24),
        shape: word64(b, 32),
        state_hash: word64(b, 40),
        build_hash: word64(b, 48),
        wall_ns: word64(b, 56).cast_signed(),
        boot_hash: word64(b, 64),
        position: Position {
            segment: word64(b, 72),
            offset: word64(b, 80),
            next_batch: word64(b, 88),
            next_seq: word64(b, 24) + 1,
            chain: word32(b, 96),
        },
    }
}

/// Sequences of the snapshots in a directory, oldest first.
pub fn snapshots<D: Disk>(disk: &D) -> Result<Vec<u64>, JournalError> {
    let names = disk
        .names()
        .map_err(|e| JournalError::io("list", "the journal directory", e))?;
    let mut seqs: Vec<u64> = names.iter().filter_map(|name| snapshot_seq(name)).collect();
    seqs.sort_unstable();
    Ok(seqs)
}
