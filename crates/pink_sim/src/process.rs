//! The kernel's process: the real machine, journal and outbox, on a disk that forgets.

use std::collections::VecDeque;

use pink_journal::disk::Disk;
use pink_journal::durability::Durability;
use pink_journal::entry::Batch;
use pink_journal::error::JournalError;
use pink_journal::format::SEGMENT_BYTES_MIN;
use pink_journal::machine::{Machine, Taken, shape};
use pink_journal::opening::open;
use pink_journal::outbox::Outbox;
use pink_journal::record::Record;
use pink_journal::retention::store;
use pink_journal::sim_disk::{SimDisk, SimFile};
use pink_journal::snapshot::Snapshot;
use pink_journal::writer::{Stamp, Terms, Writer, prepare_spare};
use pink_kernel::fsm::Row;
use pink_kernel::{Kernel, Now};

use crate::digest::Digest;

/// The build that writes, and one that believes what another wrote.
pub(crate) const BUILD: u64 = 7;
pub(crate) const OTHER_BUILD: u64 = 8;
pub(crate) const JOURNAL: u64 = 9;
const TERMS: Terms = Terms {
    journal_id: JOURNAL,
    segment_bytes: SEGMENT_BYTES_MIN,
    shape: shape(),
};
/// Segments between two snapshots.
const SNAPSHOT_SEGMENTS: u64 = 2;

pub struct Process {
    pub machine: Machine,
    pub(crate) outbox: Outbox,
    disk: SimDisk,
    writer: Writer<SimDisk>,
    batch: Batch,
    durability: Durability<SimFile>,
    digest: Digest,
    /// Sequence and digest at the end of each batch that recovery may end with.
    ends: VecDeque<(u64, u64)>,
    segments_begun: u64,
    snapshot: Option<Box<Snapshot>>,
}

impl Process {
    /// Recovers what the disk holds, as the real start does.
    pub(crate) fn start(disk: &SimDisk, table: &[Row], wall_ns: i64) -> Result<Self, JournalError> {
        let machine = recovered(disk, table, BUILD, wall_ns)?;
        let (machine, writer) = (machine.0, machine.1);
        let written_seq = machine.next_seq() - 1;
        let digest = Digest::of(&machine.kernel);
        Ok(Self {
            outbox: Outbox::default(),
            disk: disk.clone(),
            writer,
            batch: Batch::new(TERMS.segment_bytes),
            durability: Durability::new(written_seq),
            ends: VecDeque::from([(written_seq, digest.sum)]),
            digest,
            segments_begun: 0,
            snapshot: None,
            machine,
        })
    }

    /// True if a batch must be written before another input is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.batch.is_full() || !self.outbox.has_room()
    }

    pub(crate) fn take(&mut self, taken: &Taken, record: &Record) -> Result<(), JournalError> {
        self.machine.take(taken, record, &mut self.batch)?;
        self.outbox.stage(self.machine.effects.commands());
        for cell in self.machine.effects.touched() {
            self.digest.note(&self.machine.kernel, *cell);
        }
        Ok(())
    }

    /// Writes the batch; false if there was nothing to write.
    pub(crate) fn write(&mut self, now: Now) -> Result<bool, JournalError> {
        if self.batch.is_empty() {
            return Ok(false);
        }
        self.prepare();
        let end = (self.machine.next_seq() - 1, self.digest.sum);
        if self.ends.back() != Some(&end) {
            self.ends.push_back(end);
        }
        let stamp = Stamp {
            durable_seq: self.durability.durable_seq(),
            wall_ns: now.wall_ns,
            mono_ns: now.mono_ns,
        };
        let began = self.writer.append(&mut self.batch, stamp)?;
        if let Some(file) = self.writer.file() {
            self.durability.written(file, end.0);
        }
        self.outbox.commit();
        if began {
            self.segments_begun += 1;
            if self.segments_begun.is_multiple_of(SNAPSHOT_SEGMENTS) {
                let position = self.writer.position();
                let snapshot = self.machine.snapshot(JOURNAL, position, now.wall_ns);
                self.snapshot = Some(Box::new(snapshot));
            }
        }
        Ok(true)
    }

    /// A segment ahead, unless the disk refuses it; then it is tried again.
    fn prepare(&mut self) {
        if self.writer.spares() == 0
            && let Ok(spare) =
                prepare_spare(&self.disk, self.writer.next_spare(), TERMS.segment_bytes)
        {
            self.writer.offer(spare);
        }
    }

    /// Makes durable what is written; the error is what no process survives.
    pub(crate) fn sync(&mut self) -> Result<(), String> {
        self.durability.sync_written();
        if let Some(failure) = self.durability.failure() {
            return Err(failure);
        }
        let durable_seq = self.durability.durable_seq();
        while self.ends.get(1).is_some_and(|end| end.0 <= durable_seq) {
            self.ends.pop_front();
        }
        let ready = self.snapshot.take_if(|s| s.head.seq <= durable_seq);
        if let Some(snapshot) = ready {
            // The journal alone is enough for a start: a snapshot is only a short cut.
            let _stored = store(&self.disk, &snapshot, snapshot.head.seq, 0);
        }
        Ok(())
    }

    pub(crate) fn written_seq(&self) -> u64 {
        self.writer.position().next_seq - 1
    }

    pub(crate) fn durable_seq(&self) -> u64 {
        self.durability.durable_seq()
    }

    /// What recovery yields must be the state at the end of a batch that this process wrote.
    pub(crate) fn has_been(&self, later: &Self) -> Result<(), String> {
        let end = later.ends[0];
        if self.ends.contains(&end) {
            return Ok(());
        }
        let known: Vec<u64> = self.ends.iter().map(|end| end.0).collect();
        Err(format!(
            "recovery ends in a state that never was: record {}, batches ended at {known:?}",
            end.0
        ))
    }

    /// Another build, which believes what was recorded, arrives at the same state.
    pub(crate) fn judge_other_build(&self, table: &[Row]) -> Result<(), String> {
        let fork = self.disk.fork();
        let other = recovered(&fork, table, OTHER_BUILD, 0).map_err(|e| e.to_string())?;
        if Digest::of(&other.0.kernel).sum == self.digest.sum {
            return Ok(());
        }
        Err("the recorded cells are another state".into())
    }
}

fn recovered(
    disk: &SimDisk,
    table: &[Row],
    build: u64,
    wall_ns: i64,
) -> Result<(Machine, Writer<SimDisk>), JournalError> {
    let empty = Machine::with_kernel(Kernel::with_table(table), build);
    let opened = open(disk, TERMS, empty, wall_ns)?;
    // What was cut off is kept for people; here nobody looks.
    for torn in opened.journal.torn {
        disk.remove(&torn.kept_as)
            .map_err(|source| JournalError::Io {
                doing: "remove",
                name: torn.kept_as,
                source,
            })?;
    }
    Ok((opened.machine, opened.journal.writer))
}
