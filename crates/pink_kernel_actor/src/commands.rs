//! The two command rings: what the outbox lets go is published to the gateway.

use std::os::fd::RawFd;

use pink_journal::outbox::{Lane, Outbox};
use shm_layout::{Command, region};
use zinc::{OwnSegment, Producer, Segment, ZincError};

/// The two command rings and what waits for them.
#[derive(Default)]
pub struct Commands {
    pub outbox: Outbox,
    producers: Option<(Producer, Producer)>,
    backpressure: u64,
    published: u64,
}

impl Commands {
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

    /// Times a ring was full, commands published.
    pub const fn figures(&self) -> (u64, u64) {
        (self.backpressure, self.published)
    }

    /// Publishes what may go; true if anything went.
    pub fn publish(&mut self, durable_seq: u64) -> Result<bool, ZincError> {
        let Some((now, durable)) = self.producers.as_mut() else {
            return Ok(false);
        };
        let full = &mut self.backpressure;
        let sent = self.outbox.send(durable_seq, |lane, command| {
            let ring = match lane {
                Lane::Now => &mut *now,
                Lane::Durable => &mut *durable,
            };
            put(ring, command, full)
        })?;
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
