//! One turn of the loop: read, apply, write, and only then publish.

use std::fs::File;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use pink_journal::disk::FileDisk;
use pink_journal::durability::Durability;
use pink_journal::entry::Batch;
use pink_journal::error::JournalError;
use pink_journal::machine::{Machine, Taken};
use pink_journal::record::Record;
use pink_journal::writer::{Stamp, Writer as JournalWriter};
use pink_kernel::Now;
use shm_layout::{ActorState, InputKind, JournalCell, Writer};
use zinc::OwnSegment;

use crate::board::{Board, LoopFigures};
use crate::chores::Chores;
use crate::commands::Commands;
use crate::failure::Failure;
use crate::latch::Latch;
use crate::log::Log;
use crate::marks::Marks;
use crate::options::Options;
use crate::peers::{Peers, Polling};
use crate::workshop::Workshop;

/// Longest sleep while nothing happens: marks, latch and heartbeat are looked after at this pace.
const IDLE_NS: u64 = 20_000_000;
/// Sleep while a command waits for the disk alone: a tenth of what one sync takes.
const DISK_WAIT_NS: u64 = 20_000;
/// Inputs taken from one ring before the next ring has its turn.
const RING_INPUTS_MAX: usize = 64;

/// The kernel process.
pub struct Shell {
    pub log: Log,
    pub options: Options,
    pub own: OwnSegment,
    pub peers: Peers,
    pub machine: Machine,
    pub writer: JournalWriter<FileDisk>,
    pub batch: Batch,
    pub board: Board,
    pub commands: Commands,
    pub marks: Marks,
    pub latch: Latch,
    pub durability: Arc<Durability<File>>,
    pub sync_thread: JoinHandle<()>,
    pub workshop: Workshop<FileDisk>,
    pub journal: JournalCell,
    pub figures: LoopFigures,
    pub chores: Chores,
}

/// The time of one input.
pub fn now() -> Now {
    Now {
        wall_ns: wall_ns(),
        mono_ns: zinc::mono_ns(),
    }
}

/// The wall clock as records carry it.
pub fn wall_ns() -> i64 {
    i64::try_from(zinc::wall_ns()).unwrap_or(i64::MAX)
}

impl Shell {
    /// One turn; true if anything was done.
    pub fn turn(&mut self) -> Result<bool, Failure> {
        let started = zinc::mono_ns();
        if let Some(failure) = self.durability.failure() {
            return Err(Failure::Permanent(failure));
        }
        self.look_after(started)?;
        // A batch that found no segment is tried again before anything else is read.
        let mut worked = false;
        if self.batch.is_empty() {
            self.gather()?;
        }
        if !self.batch.is_empty() {
            worked = self.flush()?;
        }
        worked |= self.commands.publish(self.durability.durable_seq())?;
        self.commands.wake()?;
        self.show_journal()?;
        self.own.beat(self.journal.written_seq);
        self.figures.loops += 1;
        self.figures.backpressure = self.commands.figures().0;
        let took = zinc::mono_ns().saturating_sub(started);
        self.figures.loop_max_ns = self.figures.loop_max_ns.max(took);
        Ok(worked)
    }

    /// Sleeps until there may be something to do.
    pub fn rest(&mut self) -> Result<(), Failure> {
        if !self.batch.is_empty() {
            // Only a new segment helps now; the rings are full of what cannot be taken.
            let finished = self.workshop.wait(Duration::from_nanos(IDLE_NS));
            if let Some(done) = finished.map_err(Failure::Permanent)? {
                self.take_finished(done)?;
            }
            return Ok(());
        }
        let mut sleep_ns = IDLE_NS;
        if self
            .commands
            .outbox
            .waits_for_disk(self.durability.durable_seq())
        {
            sleep_ns = DISK_WAIT_NS;
        }
        if let Some(deadline) = self.machine.kernel.next_deadline() {
            sleep_ns = sleep_ns.min(deadline.saturating_sub(zinc::mono_ns()));
        }
        self.peers.wait(Duration::from_nanos(sleep_ns));
        Ok(())
    }

    fn is_full(&self) -> bool {
        self.batch.is_full() || self.board.is_full() || !self.commands.outbox.has_room()
    }

    /// Reads and applies what there is, up to one batch.
    fn gather(&mut self) -> Result<(), Failure> {
        self.say_own_words()?;
        for at in 0..Peers::count() {
            for _ in 0..RING_INPUTS_MAX {
                if self.is_full() {
                    return Ok(());
                }
                let Some(polled) = self.peers.poll(at, now())? else {
                    break;
                };
                self.take_polled(&polled)?;
            }
        }
        let due = |shell: &Self| {
            shell
                .machine
                .kernel
                .next_deadline()
                .is_some_and(|at| at <= zinc::mono_ns())
        };
        while !self.is_full() && due(self) {
            self.take_own(Writer::Kernel, &Record::Deadline)?;
        }
        self.sample_marks()
    }

    fn take_polled(&mut self, polled: &Polling) -> Result<(), Failure> {
        // What a crash kept from being released is in the journal already.
        if self
            .machine
            .streams
            .has(polled.stream_id, polled.stream_seq)
        {
            return Ok(());
        }
        if let Record::Intent(intent) = &polled.record
            && intent.kind == InputKind::Enter
            && let Some(listener) = self.peers.segment(Writer::Listener)
            && let Some(mark) = self.marks.fresh(
                listener,
                &self.machine.kernel,
                &intent.symbol,
                zinc::mono_ns(),
            )?
        {
            self.take_own(Writer::Listener, &Record::Mark(mark))?;
        }
        let taken = Taken {
            source: polled.source,
            stream_id: polled.stream_id,
            stream_seq: polled.stream_seq,
            now: now(),
        };
        self.take(&taken, &polled.record)
    }

    /// Takes an input that comes from no ring.
    pub fn take_own(&mut self, source: Writer, record: &Record) -> Result<(), Failure> {
        self.take(
            &Taken {
                source,
                stream_id: 0,
                stream_seq: 0,
                now: now(),
            },
            record,
        )
    }

    fn take(&mut self, taken: &Taken, record: &Record) -> Result<(), Failure> {
        self.machine.take(taken, record, &mut self.batch)?;
        self.board.note(&self.machine);
        self.commands.outbox.stage(self.machine.effects.commands());
        Ok(())
    }

    fn sample_marks(&mut self) -> Result<(), Failure> {
        let mut from = 0;
        let at = zinc::mono_ns();
        while !self.is_full() {
            let Some(listener) = self.peers.segment(Writer::Listener) else {
                return Ok(());
            };
            let Some((index, mark)) = self.marks.due(listener, &self.machine.kernel, from, at)?
            else {
                return Ok(());
            };
            self.take_own(Writer::Listener, &Record::Mark(mark))?;
            from = index + 1;
        }
        Ok(())
    }

    /// Writes the batch, then lets everyone see what it did. False if no segment is ready.
    pub fn flush(&mut self) -> Result<bool, Failure> {
        let time = now();
        let durable_seq = self.durability.durable_seq();
        let stamp = Stamp {
            durable_seq,
            wall_ns: time.wall_ns,
            mono_ns: time.mono_ns,
        };
        let began = match self.writer.append(&mut self.batch, stamp) {
            Ok(began) => began,
            Err(JournalError::NoSpare) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let written_seq = self.writer.position().next_seq - 1;
        if let Some(file) = self.writer.file() {
            self.durability.written(file, written_seq);
        }
        self.journal.batches += 1;
        self.chores
            .note_written(written_seq, durable_seq, time.mono_ns);
        self.board
            .publish(&mut self.own, &self.machine, &self.figures)?;
        self.commands.outbox.commit();
        // Whoever sees that its input was taken also sees how far the journal has come with it.
        self.show_journal()?;
        self.peers.release()?;
        if began {
            self.segment_began();
        }
        Ok(true)
    }

    /// Shows the watermarks, if anything about them changed.
    fn show_journal(&mut self) -> Result<(), Failure> {
        let position = self.writer.position();
        let (syncs, sync_last_ns, sync_max_ns) = self.durability.figures();
        let cell = JournalCell {
            written_seq: position.next_seq - 1,
            durable_seq: self.durability.durable_seq(),
            segment_number: position.segment,
            segment_offset: position.offset,
            syncs,
            sync_last_ns,
            sync_max_ns,
            spare_segments: self.writer.spares() as u64,
            config_hash: self.machine.kernel.config().config_hash,
            ..self.journal
        };
        if cell != self.journal || self.figures.loops == 0 {
            self.journal = cell;
            Board::publish_journal(&mut self.own, &cell)?;
        }
        Ok(())
    }

    /// The process cannot go on: says so where everyone looks.
    pub fn show_failure(&mut self, failure: &Failure) {
        let seq = self.machine.next_seq() - 1;
        self.log.error("failed", seq, &failure.to_string());
        self.journal.failed = u64::from(matches!(failure, Failure::Permanent(_)));
        if let Err(error) = Board::publish_journal(&mut self.own, &self.journal) {
            self.log.error("failed", seq, &error.to_string());
        }
        self.own.set_state(u64::from(ActorState::Failed.code()));
    }
}
