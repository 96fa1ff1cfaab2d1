//! The kernel's process dies, or the power fails: the next one knows only what the disk tells.

use pink_journal::outbox::record_of;
use pink_journal::sim_disk::Faults as DiskFaults;
use shm_layout::{Ascii, Epoch};

use crate::entry::{Entry, Ringed};
use crate::process::{BUILD, JOURNAL, Process};
use crate::run::Run;
use crate::venue::State;

/// What ends a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// All that was written is there.
    Process,
    /// Only what was synced is sure; rings, gateway and listener are gone too.
    Power,
}

/// One crash in so many is also recovered by another build.
const OTHER_BUILD_EVERY: u64 = 16;

impl Run {
    /// A process ends and the next one takes over.
    pub(crate) fn crash(&mut self, death: Death) -> Result<(), String> {
        self.tally.crashes += 1;
        if death == Death::Power {
            self.tally.power_cuts += 1;
            let rng = &mut self.rng;
            self.disk.power_cut(|versions| rng.index(versions));
        } else {
            self.disk.set_faults(DiskFaults::default());
        }
        let next = Process::start(&self.disk, &self.table, self.now.wall_ns)
            .map_err(|refused| format!("recovery after {death:?}: {refused}"))?;
        self.judge_recovery(death, &next)?;
        self.process = next;
        if self.rng.below(OTHER_BUILD_EVERY) == 0 {
            self.process.judge_other_build(&self.table)?;
        }
        if self.telling {
            self.say(format!("{death:?} ends"));
        }
        match death {
            Death::Process => self.take_over(),
            Death::Power => self.power_returns(),
        }
    }

    fn judge_recovery(&self, death: Death, next: &Process) -> Result<(), String> {
        let found = next.written_seq();
        let (written, durable) = (self.process.written_seq(), self.process.durable_seq());
        let (kept, sent) = match death {
            Death::Process => (written, self.sent_seq),
            Death::Power => (durable, self.sent_risk_seq),
        };
        if found < kept {
            return Err(format!(
                "{death:?}: record {kept} was kept, recovery ends with {found}"
            ));
        }
        if found < sent {
            return Err(format!(
                "{death:?}: a command of record {sent} had left, recovery ends with {found}"
            ));
        }
        self.process.has_been(next)?;
        let check = next.machine.kernel.check();
        check.map_err(|violation| format!("after recovery: {violation}"))
    }

    /// The next kernel says who it is, issues again what nobody answered, and reads on.
    fn take_over(&mut self) -> Result<(), String> {
        let offered = self.offered();
        let lost = self.rng.permille(500);
        self.epoch()?;
        self.reissue(lost)?;
        for input in offered {
            let known = self
                .process
                .machine
                .streams
                .has(input.stream_id, input.stream_seq);
            if known != (input.seq <= self.recovered_seq) {
                return Err(format!(
                    "record {} is known to the journal: {known}, it ends with {}",
                    input.seq, self.recovered_seq
                ));
            }
            if !known {
                self.take(input.entry, input.stream_id, input.stream_seq)?;
            }
        }
        Ok(())
    }

    /// What the rings still hold: what was never written, and perhaps what was not released yet.
    fn offered(&mut self) -> Vec<Ringed> {
        let mut offered = std::mem::take(&mut self.unreleased);
        if self.rng.permille(500) {
            offered.clear();
        }
        offered.append(&mut self.unwritten);
        offered.retain(|input| input.stream_id != 0);
        offered
    }

    /// Journals the new incarnation durably, before anything of it can leave.
    pub(crate) fn epoch(&mut self) -> Result<(), String> {
        self.recovered_seq = self.process.written_seq();
        self.sent_seq = self.sent_seq.min(self.recovered_seq);
        self.sent_risk_seq = self.sent_risk_seq.min(self.recovered_seq);
        self.unwritten.clear();
        self.unreleased.clear();
        let known = self.kernel().epoch().incarnation;
        self.apply(Entry::Epoch(Epoch {
            incarnation: known + 1,
            journal_id: JOURNAL,
            build_hash: BUILD,
            boot_hash: self.boot,
            instance: Ascii::new("sim").unwrap_or(Ascii::EMPTY),
            ..Epoch::ZERO
        }))?;
        self.make_durable()
    }

    /// What was in the rings may or may not be there; what has no report is issued again.
    fn reissue(&mut self, lost: bool) -> Result<(), String> {
        let epoch_seq = self.process.written_seq();
        let mut commands = self.kernel().unreported();
        commands.retain(|command| record_of(command) < epoch_seq);
        if lost {
            self.edge.commands.retain(|command| {
                let same = |again: &shm_layout::Command| again.command_seq == command.command_seq;
                !commands.iter().any(same)
            });
        }
        self.process.outbox.stage(&commands);
        self.process.outbox.commit();
        self.send()
    }

    /// Everything ran on this machine: the venue went on alone, and monotonic time starts anew.
    fn power_returns(&mut self) -> Result<(), String> {
        self.edge.power_off();
        self.forget_lost();
        let dark_ms = self.rng.between(2_000, 90_000);
        for _ in 0..self.rng.below(40) {
            self.venue.tick(&mut self.rng, false);
        }
        self.venue.news.clear();
        self.pass(dark_ms);
        self.now.mono_ns = 3_000_000_000 + self.rng.below(2_000_000_000);
        self.boot += 1;
        self.streams.iter_mut().for_each(|stream| {
            stream.0 += 16;
            stream.1 = 0;
        });
        self.edge.restarted(&self.venue);
        self.epoch()?;
        self.reissue(true)
    }

    /// Wishes that never reached the disk were not made; an exit that left without its record is a
    /// stranger's from now on: what it trades is seen, but has no order of the kernel's.
    fn forget_lost(&mut self) {
        let kept = self.process.written_seq();
        self.asked.retain(|_, asked| asked.seq <= kept);
        let sent = &self.edge.sent;
        let lost = sent.iter().filter(|(_, sent)| sent.record > kept);
        for (client, _) in lost {
            let id = self.venue.find_any(client);
            let trades = id.map(|id| &self.venue.orders[id]);
            if trades.is_some_and(|order| order.state == State::Resting || order.filled > 0) {
                self.lost_orders.insert(*client);
                self.by_hand = true;
            }
        }
        let lost = &self.lost_orders;
        self.edge
            .sent
            .retain(|client, sent| sent.record <= kept || lost.contains(client));
    }
}
