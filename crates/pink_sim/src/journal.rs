//! What the process does between its inputs: write, sync, and let commands go when they may.

use pink_journal::error::JournalError;
use pink_journal::outbox::record_of;
use pink_journal::sim_disk::Faults as DiskFaults;
use shm_layout::{Control, ControlKind};

use crate::crash::Death;
use crate::entry::Entry;
use crate::run::Run;

/// Chances in a thousand, per step, that the batch is written and that it is synced.
const WRITE: u64 = 400;
const SYNC: u64 = 300;
/// Writes or syncs from now among which the one that fails is.
const FAULT_AHEAD: u64 = 12;

impl Run {
    /// Writes and syncs as it comes, on a disk that is sometimes full and sometimes breaks.
    pub(crate) fn work_the_disk(&mut self) -> Result<(), String> {
        if self.rng.permille(self.faults.disk_broken) {
            self.tally.disk_faults += 1;
            let (syncs, writes) = self.disk.counts();
            let ahead = self.rng.below(FAULT_AHEAD);
            let whole = DiskFaults::default();
            self.disk.set_faults(if self.rng.permille(500) {
                DiskFaults {
                    sync_fails_from: syncs + ahead,
                    ..whole
                }
            } else {
                DiskFaults {
                    write_fails_from: writes + ahead,
                    write_bytes_max: 512 * (1 + self.rng.index(8)),
                    ..whole
                }
            });
        } else if self.rng.permille(self.faults.disk_full) {
            self.tally.disk_faults += 1;
            self.disk.set_faults(DiskFaults {
                capacity_bytes: 0,
                ..DiskFaults::default()
            });
        }
        if self.rng.permille(WRITE) {
            self.write()?;
        }
        if self.rng.permille(SYNC) {
            self.sync()?;
        }
        Ok(())
    }

    /// Writes the batch; the rings are released behind it and its commands may go.
    pub(crate) fn write(&mut self) -> Result<(), String> {
        match self.process.write(self.now) {
            Ok(false) => return Ok(()),
            Ok(true) => {}
            Err(JournalError::NoSpare) => return self.wait_for_space(),
            // The process stops; somebody looks at the disk and starts it again.
            Err(_) => return self.crash(Death::Process),
        }
        self.unreleased = std::mem::take(&mut self.unwritten);
        self.send()
    }

    fn sync(&mut self) -> Result<(), String> {
        match self.process.sync() {
            Ok(()) => self.send(),
            Err(_) => self.crash(Death::Process),
        }
    }

    /// All that was taken is written and durable.
    pub(crate) fn make_durable(&mut self) -> Result<(), String> {
        self.write()?;
        self.sync()
    }

    /// Commands whose watermark has come leave for the gateway.
    pub(crate) fn send(&mut self) -> Result<(), String> {
        let durable_seq = self.process.durable_seq();
        let (edge, sent, risk) = (&mut self.edge, &mut self.sent_seq, &mut self.sent_risk_seq);
        self.process.outbox.send(durable_seq, |_, command| {
            let record = record_of(command);
            *sent = record.max(*sent);
            if command.adds_risk != 0 {
                *risk = record.max(*risk);
            }
            edge.commands.push_back(*command);
            Ok::<bool, String>(true)
        })?;
        Ok(())
    }

    /// The disk is full: nothing is taken until there is space, and nothing taken is lost.
    fn wait_for_space(&mut self) -> Result<(), String> {
        for _ in 0..self.rng.below(20) {
            self.venue.tick(&mut self.rng, false);
            let pause_ms = self.rng.between(0, 500);
            self.pass(pause_ms);
        }
        if self.rng.permille(200) {
            return self.crash(Death::Process);
        }
        self.disk.set_faults(DiskFaults::default());
        self.write()?;
        for engaged in [1, 0] {
            let kind = ControlKind::Disk;
            self.apply(Entry::Control(Control {
                kind,
                engaged,
                ..Control::ZERO
            }))?;
        }
        Ok(())
    }
}
