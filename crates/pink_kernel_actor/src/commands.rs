//! Commands on their way to the gateway: what adds risk waits until its record is durable.

use std::collections::VecDeque;
use std::os::fd::RawFd;

use pink_kernel::COMMANDS_MAX;
use shm_layout::{Command, region};
use zinc::{OwnSegment, Producer, Segment, ZincError};

/// Commands that may wait for a ring; beyond it no input is taken.
const PENDING_MAX: usize = 2048;

/// The two command rings and what waits for them.
pub struct Commands {
    /// Made by inputs whose records are not written yet.
    staged: Vec<Command>,
    now: VecDeque<Command>,
    durable: VecDeque<Command>,
    producers: Option<(Producer, Producer)>,
    backpressure: u64,
    published: u64,
}

impl Commands {
    pub fn new() -> Self {
        Self {
            staged: Vec::with_capacity(PENDING_MAX),
            now: VecDeque::with_capacity(PENDING_MAX),
            durable: VecDeque::with_capacity(PENDING_MAX),
            producers: None,
            backpressure: 0,
            published: 0,
        }
    }

    /// Binds the rings to the gateway's cursors; to be called for each new gateway segment.
    pub fn bind(
        &mut self,
        own: &mut OwnSegment,
        gateway: &Segment,
        wake_fd: RawFd,
    ) -> Result<(), ZincError> {
        let consumers = [(gateway, wake_fd)];
        let now = own.producer(&region::COMMANDS_NOW, &consumers)?;
        let durable = own.producer(&region::COMMANDS_DURABLE, &consumers)?;
        self.producers = Some((now, durable));
        Ok(())
    }

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
            .is_some_and(|command| command.command_seq / 8 > durable_seq)
    }

    /// Times a ring was full, commands published.
    pub const fn figures(&self) -> (u64, u64) {
        (self.backpressure, self.published)
    }

    /// Publishes what may go; true if anything went.
    pub fn publish(&mut self, durable_seq: u64) -> Result<bool, ZincError> {
        let Some((now, durable)) = self.producers.as_mut() else {
            return Ok(false);
        };
        let mut sent = 0;
        while let Some(command) = self.now.front() {
            if !put(now, command, &mut self.backpressure)? {
                break;
            }
            self.now.pop_front();
            sent += 1;
        }
        while let Some(command) = self.durable.front() {
            let may_go = command.command_seq / 8 <= durable_seq;
            if !may_go || !put(durable, command, &mut self.backpressure)? {
                break;
            }
            self.durable.pop_front();
            sent += 1;
        }
        self.published += sent;
        Ok(sent > 0)
    }

    /// Wakes the gateway, at most once however many commands went.
    pub fn wake(&self) -> Result<(), ZincError> {
        if let Some((now, durable)) = &self.producers {
            now.wake()?;
            durable.wake()?;
        }
        Ok(())
    }
}

fn put(ring: &mut Producer, command: &Command, full: &mut u64) -> Result<bool, ZincError> {
    match ring.publish(&command.to_bytes()) {
        Ok(_) => Ok(true),
        Err(ZincError::Backpressure { .. }) => {
            *full += 1;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}
