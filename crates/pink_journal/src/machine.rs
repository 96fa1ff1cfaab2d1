//! The kernel with what must be remembered beside it: how far each input ring is journalled.
//!
//! Live and replay go through the same lines, so replay is the same function of the same inputs.

use pink_kernel::{CELL_WORDS_MAX, CellRef, Effects, Kernel, Now, Violation};
use shm_layout::Writer;

use crate::diagnosis::first_difference;
use crate::entry::{Batch, Entry, EntryHead, PartKind};
use crate::error::JournalError;
use crate::format::{Position, SEGMENT_BYTES_MIN};
use crate::record::Record;
use crate::snapshot::{Snapshot, SnapshotHead};
use crate::streams::{Stream, Streams};

/// Every so many inputs the state is hashed into the outcome and checked in full.
pub const CHECK_EVERY: u64 = 1024;

/// Digest of all that a journal keeps: fields, their places, and codes.
pub const fn shape() -> u64 {
    shm_layout::JOURNAL_SHAPE
}

/// Names what `apply` is made of; set at build time from its sources.
pub fn build_hash() -> u64 {
    env!("PINK_BUILD_HASH").parse().unwrap_or(0)
}

/// Where an input came from and when it was taken.
#[derive(Clone, Copy, Debug)]
pub struct Taken {
    pub source: Writer,
    pub stream_id: u64,
    pub stream_seq: u64,
    pub now: Now,
}

/// The kernel and its surroundings.
pub struct Machine {
    pub kernel: Kernel,
    pub effects: Effects,
    pub streams: Streams,
    build_hash: u64,
    next_seq: u64,
    /// Entries being replayed were written by this very build.
    same_build: bool,
    /// Compared with the entry that is replayed.
    scratch: Batch,
}

impl Machine {
    /// An empty state; `build_hash` says which recorded outcomes are recomputed.
    pub fn new(build_hash: u64) -> Self {
        Self::with_kernel(Kernel::new(), build_hash)
    }

    /// The same around a kernel with another table of moves; for the simulation.
    pub fn with_kernel(kernel: Kernel, build_hash: u64) -> Self {
        Self {
            kernel,
            effects: Effects::new(),
            streams: Streams::default(),
            build_hash,
            next_seq: 1,
            same_build: true,
            scratch: Batch::new(SEGMENT_BYTES_MIN),
        }
    }

    /// Sequence of the next input.
    pub fn next_seq(&self) -> u64 {
        self.next_seq
    }

    /// Applies one input and adds its entry to the batch, which is not full.
    pub fn take(
        &mut self,
        taken: &Taken,
        record: &Record,
        batch: &mut Batch,
    ) -> Result<(), JournalError> {
        let seq = self.next_seq;
        self.kernel.apply(
            seq,
            taken.now,
            record.input(taken.source),
            &mut self.effects,
        );
        if seq.is_multiple_of(CHECK_EVERY) {
            self.effects.outcome.state_hash = self.kernel.state_hash();
            let broken = |v: Violation| JournalError::Violation {
                seq,
                why: v.to_string(),
            };
            self.kernel.check().map_err(broken)?;
        }
        if let Some(v) = self.kernel.violation() {
            return Err(JournalError::Violation {
                seq,
                why: v.to_string(),
            });
        }
        self.encode(taken, record, batch);
        self.streams
            .note(taken.source, taken.stream_id, taken.stream_seq);
        self.next_seq += 1;
        Ok(())
    }

    fn encode(&self, taken: &Taken, record: &Record, batch: &mut Batch) {
        batch.begin(&EntryHead {
            input: self.effects.outcome.input,
            source: taken.source,
            flags: 0,
            seq: self.next_seq,
            stream_id: taken.stream_id,
            stream_seq: taken.stream_seq,
            wall_ns: taken.now.wall_ns,
            mono_ns: taken.now.mono_ns,
        });
        record.encode(batch);
        batch.part(PartKind::Outcome, 0, 0, &self.effects.outcome.to_words());
        let mut words = [0; CELL_WORDS_MAX];
        for cell in self.effects.touched() {
            let count = self.kernel.cell(*cell, &mut words);
            batch.part(PartKind::Cell, cell.region, cell.index, &words[..count]);
        }
        for (index, command) in (0..).zip(self.effects.commands()) {
            batch.part(PartKind::Command, 0, index, &command.to_words());
        }
        batch.end();
    }

    /// Takes a recorded entry: recomputed and compared if this build wrote it, else its recorded
    /// cells are believed.
    pub fn replay(&mut self, entry: &Entry<'_>) -> Result<(), JournalError> {
        let seq = entry.head.seq;
        let malformed = |why: &str| JournalError::Malformed {
            seq,
            why: why.to_owned(),
        };
        if seq != self.next_seq {
            return Err(malformed("its sequence does not follow"));
        }
        let input = entry.part(PartKind::Input);
        let record = Record::decode(input).ok_or_else(|| malformed("its input"))?;
        if let Record::Epoch(epoch) = &record {
            let same = epoch.build_hash == self.build_hash;
            if same && !self.same_build {
                self.kernel.rebuild();
            }
            self.same_build = same;
        }
        if self.same_build {
            self.recompute(entry, &record)
        } else {
            self.overlay(entry)
        }
    }

    fn recompute(&mut self, entry: &Entry<'_>, record: &Record) -> Result<(), JournalError> {
        let head = &entry.head;
        let now = Now {
            wall_ns: head.wall_ns,
            mono_ns: head.mono_ns,
        };
        let (stream_id, stream_seq) = (head.stream_id, head.stream_seq);
        let taken = Taken {
            source: head.source,
            stream_id,
            stream_seq,
            now,
        };
        let mut scratch = std::mem::replace(&mut self.scratch, Batch::new(0));
        scratch.clear();
        let applied = self.take(&taken, record, &mut scratch);
        let same = scratch.payload() == entry.bytes();
        let difference = if same {
            None
        } else {
            first_difference(entry, scratch.payload())
        };
        self.scratch = scratch;
        applied?;
        match (same, difference) {
            (true, _) => Ok(()),
            (false, Some(difference)) => Err(difference),
            (false, None) => Err(JournalError::Diverged {
                seq: head.seq,
                field: "entry".to_owned(),
                recorded: format!("{head:?}"),
                computed: "other bytes".to_owned(),
            }),
        }
    }

    fn overlay(&mut self, entry: &Entry<'_>) -> Result<(), JournalError> {
        let (seq, head) = (entry.head.seq, &entry.head);
        let malformed = |why: &str| JournalError::Malformed {
            seq,
            why: why.to_owned(),
        };
        self.streams
            .note(head.source, head.stream_id, head.stream_seq);
        for part in entry.parts() {
            let part = part.ok_or_else(|| malformed("one of its parts"))?;
            if part.kind == PartKind::Cell {
                let mut words = [0; CELL_WORDS_MAX];
                let words = part.unpack(&mut words).ok_or_else(|| malformed("a cell"))?;
                let cell = CellRef {
                    region: part.region,
                    index: part.index,
                };
                self.kernel
                    .overlay(cell, words)
                    .map_err(|e| malformed(&e.to_string()))?;
            }
        }
        self.next_seq = seq + 1;
        Ok(())
    }

    /// To be called after the last entry: derived state is made anew and everything is checked.
    pub fn finish_replay(&mut self) -> Result<(), JournalError> {
        if !self.same_build {
            self.kernel.rebuild();
            self.same_build = true;
        }
        let seq = self.next_seq - 1;
        let broken = |v: Violation| JournalError::Violation {
            seq,
            why: v.to_string(),
        };
        self.kernel.check().map_err(broken)
    }

    /// All of the state after the last input, which is the last one before `position`.
    pub fn snapshot(&self, journal_id: u64, position: Position, wall_ns: i64) -> Snapshot {
        let mut snapshot = Snapshot::new(SnapshotHead {
            journal_id,
            seq: self.next_seq - 1,
            shape: shape(),
            state_hash: self.kernel.state_hash(),
            build_hash: self.build_hash,
            wall_ns,
            boot_hash: self.kernel.epoch().boot_hash,
            position,
        });
        let mut words = [0; CELL_WORDS_MAX];
        for cell in self.kernel.used_cells() {
            let count = self.kernel.cell(cell, &mut words);
            snapshot.part(PartKind::Cell, cell.region, cell.index, &words[..count]);
        }
        for stream in self.streams.iter() {
            snapshot.part(PartKind::Stream, 0, 0, &stream.to_words());
        }
        snapshot
    }

    /// The state a snapshot holds; `build_hash` is this build's.
    pub fn load(snapshot: &Snapshot, build_hash: u64) -> Result<Self, JournalError> {
        Self::new(build_hash).restored(snapshot)
    }

    /// What this empty state becomes with all that a snapshot holds.
    pub(crate) fn restored(mut self, snapshot: &Snapshot) -> Result<Self, JournalError> {
        let seq = snapshot.head.seq;
        let malformed = |why: String| JournalError::Malformed { seq, why };
        for part in snapshot.parts() {
            let part = part.ok_or_else(|| malformed("a part of its snapshot".to_owned()))?;
            let sound = match part.kind {
                PartKind::Cell => {
                    let mut words = [0; CELL_WORDS_MAX];
                    let cell = CellRef {
                        region: part.region,
                        index: part.index,
                    };
                    part.unpack(&mut words)
                        .is_some_and(|words| self.kernel.overlay(cell, words).is_ok())
                }
                PartKind::Stream => part
                    .words()
                    .and_then(Stream::from_words)
                    .map(|s| self.streams.note(s.source, s.stream_id, s.last_seq))
                    .is_some(),
                PartKind::Input | PartKind::Outcome | PartKind::Command => false,
            };
            if !sound {
                return Err(malformed(format!("{:?} of its snapshot", part.kind)));
            }
        }
        self.kernel.rebuild();
        self.next_seq = seq + 1;
        self.same_build = snapshot.head.build_hash == self.build_hash;
        let computed = self.kernel.state_hash();
        if self.same_build && computed != snapshot.head.state_hash {
            return Err(malformed("the state hash of its snapshot".to_owned()));
        }
        Ok(self)
    }
}
