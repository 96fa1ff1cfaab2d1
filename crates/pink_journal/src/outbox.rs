//! Commands on their way out: none before its record is written, and what adds risk not before its
//! record is durable.

use std::collections::VecDeque;

use pink_kernel::COMMANDS_MAX;
use shm_layout::Command;

/// Commands that may wait; beyond it no input is taken.
const PENDING_MAX: usize = 2048;

/// Which ring a command leaves by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Now,
    Durable,
}

/// Commands in the order they were made, per lane.
#[derive(Default)]
pub struct Outbox {
    /// Made by inputs whose records are not written yet.
    staged: Vec<Command>,
    now: VecDeque<Command>,
    durable: VecDeque<Command>,
}

impl Outbox {
    /// True if the commands of two more inputs fit.
    pub fn has_room(&self) -> bool {
        let waiting = self.staged.len() + self.now.len().max(self.durable.len());
        waiting + 2 * COMMANDS_MAX <= PENDING_MAX
    }

    /// Takes the commands of an input whose record is not written yet.
    pub fn stage(&mut self, commands: &[Command]) {
        self.staged.extend_from_slice(commands);
    }

    /// The records of everything staged are written.
    pub fn commit(&mut self) {
        for command in self.staged.drain(..) {
            if command.adds_risk == 0 {
                self.now.push_back(command);
            } else {
                self.durable.push_back(command);
            }
        }
    }

    /// True if a command waits only for the disk.
    pub fn waits_for_disk(&self, durable_seq: u64) -> bool {
        self.durable
            .front()
            .is_some_and(|command| record_of(command) > durable_seq)
    }

    /// Gives `put` what may leave, until it refuses; returns how many left.
    pub fn send<E>(
        &mut self,
        durable_seq: u64,
        mut put: impl FnMut(Lane, &Command) -> Result<bool, E>,
    ) -> Result<u64, E> {
        let mut sent = 0;
        while let Some(command) = self.now.front() {
            if !put(Lane::Now, command)? {
                break;
            }
            self.now.pop_front();
            sent += 1;
        }
        while let Some(command) = self.durable.front() {
            if record_of(command) > durable_seq || !put(Lane::Durable, command)? {
                break;
            }
            self.durable.pop_front();
            sent += 1;
        }
        Ok(sent)
    }
}

/// Sequence of the record that caused a command.
pub const fn record_of(command: &Command) -> u64 {
    command.command_seq / 8
}

#[cfg(test)]
mod tests {
    use shm_layout::Command;

    use super::{Lane, Outbox};

    fn command(seq: u64, adds_risk: u8) -> Command {
        Command {
            command_seq: seq * 8,
            adds_risk,
            ..Command::ZERO
        }
    }

    fn sent(outbox: &mut Outbox, durable_seq: u64) -> Vec<(Lane, u64)> {
        let mut out = Vec::new();
        let put = |lane, command: &Command| {
            out.push((lane, command.command_seq / 8));
            Ok::<bool, ()>(true)
        };
        outbox.send(durable_seq, put).unwrap();
        out
    }

    #[test]
    fn nothing_leaves_before_it_is_written_and_added_risk_not_before_it_is_durable() {
        let mut outbox = Outbox::default();
        outbox.stage(&[command(5, 1), command(6, 0)]);
        assert_eq!(sent(&mut outbox, 9), [], "staged only");
        outbox.commit();
        assert!(outbox.waits_for_disk(4) && !outbox.waits_for_disk(5));
        assert_eq!(sent(&mut outbox, 4), [(Lane::Now, 6)]);
        assert_eq!(sent(&mut outbox, 5), [(Lane::Durable, 5)]);
    }

    #[test]
    fn what_a_ring_refuses_stays_and_keeps_its_place() {
        let mut outbox = Outbox::default();
        outbox.stage(&[command(1, 0), command(2, 0)]);
        outbox.commit();
        assert_eq!(outbox.send(0, |_, _| Ok::<bool, ()>(false)), Ok(0));
        assert_eq!(sent(&mut outbox, 0), [(Lane::Now, 1), (Lane::Now, 2)]);
    }
}
