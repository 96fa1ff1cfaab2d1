//! Consumer lines: position in a ring, and the announcement that its reader is about to sleep.
//!
//! The line lies in the consumer's own segment. Announce, fence, look again, sleep; the producer
//! publishes, fences, looks for announcements. With a `SeqCst` fence on both sides at least one of
//! the two sees the other, so no wake is lost. An announcement carries a token that is new for
//! each sleep: whoever rang for it once need not ring again.

use crate::sync::{AtomicU64, Ordering, fence};

/// Words of one line.
pub const LINE_WORDS: usize = 16;
const STREAM_ID: usize = 0;
const NEXT_SEQ: usize = 1;
const PARK: usize = 2;
const LOST: usize = 3;

/// How a sleeping consumer wants to be woken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bell {
    /// It waits on the tail of the ring.
    Futex,
    /// It waits on an eventfd.
    EventFd,
}

/// One consumer line.
#[derive(Clone, Copy)]
pub struct Line<'a>(pub &'a [AtomicU64]);

impl Line<'_> {
    /// Position released in that stream, if the line speaks of it.
    pub fn position(&self, stream_id: u64) -> Option<u64> {
        let before = self.0[STREAM_ID].load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let position = self.0[NEXT_SEQ].load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        let after = self.0[STREAM_ID].load(Ordering::Relaxed);
        (before == stream_id && after == stream_id).then_some(position)
    }

    /// Makes the line speak of another stream.
    pub fn bind(&self, stream_id: u64, position: u64) {
        self.0[STREAM_ID].store(0, Ordering::Relaxed);
        fence(Ordering::Release);
        self.0[NEXT_SEQ].store(position, Ordering::Relaxed);
        self.0[LOST].store(0, Ordering::Relaxed);
        self.0[STREAM_ID].store(stream_id, Ordering::Release);
    }

    /// Everything before `position` may be overwritten.
    pub fn release(&self, position: u64) {
        self.0[NEXT_SEQ].store(position, Ordering::Release);
    }

    /// Stream the line speaks of; 0 before the first.
    pub fn stream_id(&self) -> u64 {
        self.0[STREAM_ID].load(Ordering::Relaxed)
    }

    /// Records this consumer was lapped on.
    pub fn lost(&self) -> u64 {
        self.0[LOST].load(Ordering::Relaxed)
    }

    /// Counts records this consumer was lapped on.
    pub fn add_lost(&self, records: u64) {
        self.0[LOST].store(self.lost().saturating_add(records), Ordering::Relaxed);
    }

    /// Says that its reader is about to sleep; [`announced`] and another look must follow.
    pub fn announce(&self, token: u64, bell: Bell) {
        let mode = match bell {
            Bell::Futex => 1,
            Bell::EventFd => 2,
        };
        self.0[PARK].store(token << 2 | mode, Ordering::Relaxed);
    }

    /// Takes the announcement back.
    pub fn clear(&self) {
        self.0[PARK].store(0, Ordering::Relaxed);
    }

    /// Token and bell of a sleeping reader; [`published`] must stand between the last publish
    /// and this look.
    pub fn sleeper(&self) -> Option<(u64, Bell)> {
        let word = self.0[PARK].load(Ordering::Relaxed);
        match word & 3 {
            1 => Some((word >> 2, Bell::Futex)),
            2 => Some((word >> 2, Bell::EventFd)),
            _ => None,
        }
    }
}

/// The consumer's half of the handshake: between announcing and looking again.
pub fn announced() {
    fence(Ordering::SeqCst);
}

/// The producer's half of the handshake: between publishing and looking for sleepers.
pub fn published() {
    fence(Ordering::SeqCst);
}
