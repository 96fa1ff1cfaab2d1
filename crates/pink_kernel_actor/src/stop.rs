//! The orderly end: everything written is durable, the state is put aside, and it is said so.

use std::time::Duration;

use shm_layout::ActorState;

use crate::failure::Failure;
use crate::shell::Shell;
use crate::workshop::{Done, Job};

/// Longest wait for the disk at the end.
const STOP_TIMEOUT: Duration = Duration::from_secs(5);

impl Shell {
    /// Finishes what is in hand and ends.
    pub fn stop(mut self) -> Result<(), Failure> {
        self.own.set_state(u64::from(ActorState::Closing.code()));
        let ended = self.finish();
        if let Err(failure) = &ended {
            self.show_failure(failure);
            return ended;
        }
        let Self {
            own,
            workshop,
            durability,
            sync_thread,
            log,
            machine,
            ..
        } = self;
        workshop.stop().map_err(Failure::Permanent)?;
        durability.stop();
        let panicked = |_| Failure::Permanent("the sync thread panicked".to_owned());
        sync_thread.join().map_err(panicked)?;
        own.set_state(u64::from(ActorState::Stopped.code()));
        log.info("stopped", machine.next_seq() - 1, "in order");
        Ok(())
    }

    fn finish(&mut self) -> Result<(), Failure> {
        self.turn()?;
        if !self.batch.is_empty() {
            let text = "the disk has no room for the last inputs; they stay in their rings";
            return Err(Failure::Temporary(text.to_owned()));
        }
        let seq = self.machine.next_seq() - 1;
        if !self.durability.wait_for(seq, STOP_TIMEOUT) {
            let failure = self.durability.failure();
            return Err(failure.map_or_else(
                || Failure::Temporary("the last records did not become durable".to_owned()),
                Failure::Permanent,
            ));
        }
        self.turn()?;
        self.store_snapshot()
    }

    fn store_snapshot(&mut self) -> Result<(), Failure> {
        let snapshot = Box::new(self.snapshot());
        let stored_seq = self.stored_seq();
        if !self
            .workshop
            .ask(Job::Store {
                snapshot,
                stored_seq,
            })
            .map_err(Failure::Permanent)?
        {
            return Ok(());
        }
        loop {
            let done = self
                .workshop
                .wait(STOP_TIMEOUT)
                .map_err(Failure::Permanent)?;
            let stored = matches!(done, Some(Done::Stored { .. } | Done::NotStored(_)) | None);
            if let Some(done) = done {
                self.take_finished(done)?;
            }
            if stored {
                return Ok(());
            }
        }
    }
}
