//! A journal of made-up entries on a simulated disk, and a random source that prints its seed.

use pink_journal::disk::{Disk, DiskFile};
use pink_journal::entry::{Batch, Entry, EntryHead, PartKind};
use pink_journal::error::JournalError;
use pink_journal::format::SEGMENT_BYTES_MIN;
use pink_journal::machine::shape;
use pink_journal::recovery::{Recovered, recover};
use pink_journal::sim_disk::SimDisk;
use pink_journal::writer::{Stamp, Terms, Writer, prepare_spare};
use shm_layout::{InputKind, Writer as Source};

pub const TERMS: Terms = Terms {
    journal_id: 77,
    segment_bytes: SEGMENT_BYTES_MIN,
    shape: shape(),
};

/// A small generator (xorshift); enough for choosing what to break.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % bound as u64).unwrap()
    }
}

/// The record every test writes under a sequence; recomputable, so that a wrong one shows.
pub fn words_of(seq: u64) -> [u64; 40] {
    std::array::from_fn(|i| {
        if i % 3 == 0 {
            seq.wrapping_mul(i as u64 + 1)
        } else {
            0
        }
    })
}

pub struct Rig {
    pub disk: SimDisk,
    pub writer: Writer<SimDisk>,
    pub batch: Batch,
    pub durable_seq: u64,
}

impl Rig {
    /// A recovered journal on `disk`, and the sequences it holds.
    pub fn open(disk: &SimDisk) -> Result<(Self, Vec<u64>), JournalError> {
        Self::open_sized(disk, TERMS.segment_bytes)
    }

    /// The same with segments of another size.
    pub fn open_sized(
        disk: &SimDisk,
        segment_bytes: u64,
    ) -> Result<(Self, Vec<u64>), JournalError> {
        let terms = Terms {
            segment_bytes,
            ..TERMS
        };
        let mut seen = Vec::new();
        let Recovered { writer, .. } = recover(disk, terms, None, 1, |entry| {
            check(entry);
            seen.push(entry.head.seq);
            Ok(())
        })?;
        let durable_seq = writer.position().next_seq - 1;
        let batch = Batch::new(segment_bytes);
        Ok((
            Self {
                disk: disk.clone(),
                writer,
                batch,
                durable_seq,
            },
            seen,
        ))
    }

    pub fn fresh() -> Self {
        Self::sized(TERMS.segment_bytes)
    }

    pub fn sized(segment_bytes: u64) -> Self {
        Self::open_sized(&SimDisk::default(), segment_bytes)
            .unwrap()
            .0
    }

    /// Prepares a segment if none is ahead.
    pub fn prepare(&mut self) -> Result<(), JournalError> {
        if self.writer.spares() == 0 {
            let bytes = self.writer.terms().segment_bytes;
            let spare = prepare_spare(&self.disk, self.writer.next_spare(), bytes)?;
            assert!(self.writer.offer(spare));
        }
        Ok(())
    }

    /// Writes one batch of so many entries.
    pub fn write(&mut self, entries: u64) -> Result<(), JournalError> {
        let first = self.writer.position().next_seq;
        self.batch.clear();
        for seq in first..first + entries {
            self.batch.begin(&head_of(seq));
            self.batch.part(PartKind::Outcome, 0, 0, &words_of(seq));
            self.batch.end();
        }
        let stamp = Stamp {
            durable_seq: self.durable_seq,
            wall_ns: 1,
            mono_ns: 1,
        };
        self.writer.append(&mut self.batch, stamp).map(|_| ())
    }

    /// Syncs the segment that is written.
    pub fn sync(&mut self) {
        self.writer.file().unwrap().sync().unwrap();
        self.durable_seq = self.writer.position().next_seq - 1;
    }

    /// `batches` batches of three entries; all but the last are durable.
    pub fn with_batches(batches: u64) -> Self {
        let mut rig = Self::fresh();
        rig.prepare().unwrap();
        for batch in 0..batches {
            rig.write(3).unwrap();
            if batch + 1 < batches {
                rig.sync();
            }
            rig.prepare().unwrap();
        }
        rig
    }
}

fn head_of(seq: u64) -> EntryHead {
    EntryHead {
        input: InputKind::Deadline,
        source: Source::Kernel,
        flags: 0,
        seq,
        stream_id: 0,
        stream_seq: 0,
        wall_ns: 0,
        mono_ns: seq,
    }
}

/// Every entry that recovery shows is exactly what was written under its sequence.
pub fn check(entry: &Entry<'_>) {
    assert_eq!(entry.head, head_of(entry.head.seq));
    let part = entry.part(PartKind::Outcome).unwrap();
    assert_eq!(part.words::<40>().unwrap(), words_of(entry.head.seq));
}

/// Syncs as the sync thread does: every segment that was written since the last sync.
pub fn sync_segments(disk: &SimDisk) {
    for name in disk.names().unwrap() {
        if name.starts_with("seg-") {
            disk.open(&name).unwrap().sync().unwrap();
        }
    }
}
