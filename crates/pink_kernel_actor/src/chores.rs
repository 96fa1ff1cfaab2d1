//! What the loop looks after beside its inputs: peers, latch, disk, segments ahead, snapshots.

use std::fs::File;

use pink_journal::record::Record;
use pink_journal::snapshot::Snapshot;
use pink_journal::writer::SPARES_MAX;
use shm_layout::{ActorState, Control, ControlKind, LAYOUT, PersistenceCell, Writer, region};
use zinc::Segment;

use crate::failure::Failure;
use crate::latch::printable;
use crate::shell::{Shell, wall_ns};
use crate::workshop::{Done, Job};

/// How often peers and latch are looked at.
const LOOK_NS: u64 = 100_000_000;
/// A record that is not durable after this makes the disk too slow for added risk.
const DURABLE_DEADLINE_NS: u64 = 50_000_000;
/// A disk that was too slow is believed again after this.
const SLOW_HOLD_NS: u64 = 1_000_000_000;
/// Pause after a segment could not be made.
const SPARE_RETRY_NS: u64 = 1_000_000_000;
/// Segments between two snapshots.
const SNAPSHOT_SEGMENTS: u64 = 4;

/// When things were done and are due.
#[derive(Default)]
pub struct Chores {
    look_at_mono_ns: u64,
    attached: u64,
    latch_engaged: bool,
    spare_asked: bool,
    spare_retry_mono_ns: u64,
    spare_refusal: String,
    /// A written record and when it was written; the oldest that may not be durable.
    lag_seq: u64,
    lag_mono_ns: u64,
    slow_since_mono_ns: u64,
    segments_begun: u64,
    snapshot: Option<Box<Snapshot>>,
}

impl Chores {
    /// Notes a write: keeps the oldest one that is not durable, to know its age.
    pub fn note_written(&mut self, written_seq: u64, durable_seq: u64, mono_ns: u64) {
        if durable_seq >= self.lag_seq {
            self.lag_seq = written_seq;
            self.lag_mono_ns = mono_ns;
        }
    }

    /// True if the disk refused the last segment that was to be prepared.
    pub fn is_spare_refused(&self) -> bool {
        !self.spare_refusal.is_empty()
    }

    fn is_late(&self, durable_seq: u64, mono_ns: u64) -> bool {
        durable_seq < self.lag_seq && mono_ns.saturating_sub(self.lag_mono_ns) > DURABLE_DEADLINE_NS
    }
}

impl Shell {
    /// Everything that is due at this time.
    pub fn look_after(&mut self, mono_ns: u64) -> Result<(), Failure> {
        while let Some(done) = self.workshop.finished().map_err(Failure::Permanent)? {
            self.take_finished(done)?;
        }
        self.ask_for_spare(mono_ns)?;
        self.hand_over_snapshot()?;
        if mono_ns >= self.chores.look_at_mono_ns {
            self.chores.look_at_mono_ns = mono_ns + LOOK_NS;
            self.chores.latch_engaged = self.latch.is_engaged();
            self.attach_peers()?;
        }
        Ok(())
    }

    pub fn attach_peers(&mut self) -> Result<(), Failure> {
        let seq = self.machine.next_seq() - 1;
        for refusal in self.peers.attach(&self.own) {
            self.log.warning("peer-refused", seq, &refusal);
        }
        if self.peers.attached() != self.chores.attached {
            self.chores.attached = self.peers.attached();
            if let Some(gateway) = self.peers.segment(Writer::Gateway) {
                self.commands
                    .bind(&mut self.own, gateway, self.options.gateway_wake)?;
            }
        }
        Ok(())
    }

    pub fn look_at_latch(&mut self) {
        self.chores.latch_engaged = self.latch.is_engaged();
    }

    /// Journals what the kernel's own process found: latch and disk.
    pub fn say_own_words(&mut self) -> Result<(), Failure> {
        let engaged = self.chores.latch_engaged;
        if engaged != (self.machine.kernel.account().kill_switch == 1) {
            let control = self.latch.control(engaged, wall_ns());
            self.log.warning(
                "kill-switch",
                self.machine.next_seq(),
                control.text.as_str(),
            );
            self.take_own(Writer::Kernel, &Record::Control(control))?;
        }
        let at = zinc::mono_ns();
        let is_slow =
            self.chores.is_late(self.durability.durable_seq(), at) || self.writer.spares() == 0;
        if is_slow {
            self.chores.slow_since_mono_ns = at;
        }
        let held = at.saturating_sub(self.chores.slow_since_mono_ns) < SLOW_HOLD_NS;
        let told = self.machine.kernel.account().journal_slow == 1;
        if is_slow && !told || told && !is_slow && !held {
            self.say_disk(is_slow)?;
        }
        Ok(())
    }

    fn say_disk(&mut self, slow: bool) -> Result<(), Failure> {
        let text = match (slow, self.writer.spares()) {
            (false, _) => "the disk keeps up again",
            (true, 0) => "no journal segment is prepared ahead",
            (true, _) => "records are not durable in time",
        };
        self.log.warning("disk", self.machine.next_seq(), text);
        let state = if slow {
            ActorState::Degraded
        } else {
            ActorState::Ready
        };
        self.own.set_state(u64::from(state.code()));
        let control = Control {
            kind: ControlKind::Disk,
            engaged: u8::from(slow),
            created_wall_ns: wall_ns(),
            text: printable(text),
            ..Control::ZERO
        };
        self.take_own(Writer::Kernel, &Record::Control(control))
    }

    fn ask_for_spare(&mut self, mono_ns: u64) -> Result<(), Failure> {
        let wanted = self.writer.spares() < SPARES_MAX && !self.chores.spare_asked;
        if wanted && mono_ns >= self.chores.spare_retry_mono_ns {
            let job = Job::Spare(self.writer.next_spare());
            self.chores.spare_asked = self.workshop.ask(job).map_err(Failure::Permanent)?;
        }
        Ok(())
    }

    /// Takes what the prepare thread finished.
    pub fn take_finished(&mut self, done: Done<File>) -> Result<(), Failure> {
        let seq = self.machine.next_seq() - 1;
        match done {
            Done::Spare(spare, free_bytes) => {
                self.chores.spare_asked = false;
                self.chores.spare_refusal.clear();
                self.journal.free_bytes = free_bytes;
                if !self.writer.offer(spare) {
                    let text = "a prepared segment does not follow the last".to_owned();
                    return Err(Failure::Permanent(text));
                }
            }
            Done::NoSpare(text) => {
                self.chores.spare_asked = false;
                self.chores.spare_retry_mono_ns = zinc::mono_ns() + SPARE_RETRY_NS;
                if text != self.chores.spare_refusal {
                    self.log.error("no-segment", seq, &text);
                    self.chores.spare_refusal = text;
                }
            }
            Done::Stored {
                seq: covered,
                removed,
            } => {
                let text = format!("covers {covered}; {removed} old segments removed");
                self.log.info("snapshot", seq, &text);
            }
            // The journal alone is enough for a start: a snapshot is only a short cut.
            Done::NotStored(text) => self.log.error("no-snapshot", seq, &text),
        }
        Ok(())
    }

    /// A segment was begun; every few of them the state is put aside.
    pub fn segment_began(&mut self) {
        self.chores.segments_begun += 1;
        if self.chores.segments_begun.is_multiple_of(SNAPSHOT_SEGMENTS) {
            self.chores.snapshot = Some(Box::new(self.snapshot()));
        }
    }

    /// The state after the last written record.
    pub fn snapshot(&self) -> Snapshot {
        let journal_id = self.writer.terms().journal_id;
        self.machine
            .snapshot(journal_id, self.writer.position(), wall_ns())
    }

    /// A snapshot may exist only once its record is durable.
    fn hand_over_snapshot(&mut self) -> Result<(), Failure> {
        let durable_seq = self.durability.durable_seq();
        let ready = self.chores.snapshot.take_if(|s| s.head.seq <= durable_seq);
        if let Some(snapshot) = ready {
            let job = Job::Store {
                snapshot,
                stored_seq: self.stored_seq(),
            };
            if !self.workshop.ask(job).map_err(Failure::Permanent)? {
                self.log
                    .warning("no-snapshot", durable_seq, "the prepare thread is busy");
            }
        }
        Ok(())
    }

    /// How far the database is with this journal; 0 if that cannot be known.
    pub fn stored_seq(&self) -> u64 {
        let writer = u32::from(Writer::Persistence.code());
        let Ok(segment) = Segment::attach(&LAYOUT, &self.options.instance, writer) else {
            return 0;
        };
        let mut bytes = [0; PersistenceCell::SIZE];
        if segment
            .read(&region::PERSISTENCE_STATS, 0, &mut bytes)
            .is_err()
        {
            return 0;
        }
        PersistenceCell::from_bytes(&bytes)
            .ok()
            .filter(|cell| cell.journal_id == self.writer.terms().journal_id)
            .map_or(0, |cell| cell.stored_seq)
    }
}
