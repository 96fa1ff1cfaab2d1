//! A seqlock cell with two copies: a reader finds a complete one even after its writer was killed.
//!
//! The sequence word `2g` says that copy `g & 1` is complete; `2g + 1` says that the other copy is
//! being filled. Words move as relaxed atomics, so a torn copy is a value thrown away and never a
//! data race. Loads are relaxed with fences because the reader's mapping is read-only.

use crate::sync::{AtomicU64, Ordering, fence, load_words, store_words};

/// Copies a reader makes before it gives up; one whole store may end during a copy unharmed, so
/// only a writer that stores without pause all that time can exhaust them.
pub const TRIES_MAX: usize = 64;

/// Words of a cell: `words[0]` is the sequence, then two copies of the record.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    words: &'a [AtomicU64],
    record_words: usize,
}

impl<'a> Cell<'a> {
    /// A cell over `1 + 2 * record_words` words.
    #[must_use]
    pub const fn new(words: &'a [AtomicU64], record_words: usize) -> Self {
        Self {
            words,
            record_words,
        }
    }

    fn copy(&self, generation: u64) -> &'a [AtomicU64] {
        let start = if generation & 1 == 0 {
            1
        } else {
            1 + self.record_words
        };
        &self.words[start..start + self.record_words]
    }

    /// Stores `record`. Only the one writer calls this; after a kill in the middle the next call
    /// fills the same copy again, so a restart needs no repair.
    pub fn write(&self, record: &[u8]) {
        let sequence = &self.words[0];
        let complete = sequence.load(Ordering::Relaxed) & !1;
        // Release, because a reader that meets this word takes the copy completed before it; a
        // relaxed store would not carry that copy along (loom shows the stale record).
        sequence.store(complete | 1, Ordering::Release);
        fence(Ordering::Release);
        store_words(self.copy((complete >> 1).wrapping_add(1)), record);
        sequence.store(complete.wrapping_add(2), Ordering::Release);
    }

    /// Copies the newest complete record and returns its generation; `None` if the writer
    /// overtook every one of [`TRIES_MAX`] copies.
    pub fn read(&self, record: &mut [u8]) -> Option<u64> {
        let sequence = &self.words[0];
        for _ in 0..TRIES_MAX {
            let generation = sequence.load(Ordering::Relaxed) >> 1;
            fence(Ordering::Acquire);
            load_words(self.copy(generation), record);
            fence(Ordering::Acquire);
            if sequence.load(Ordering::Relaxed) <= 2 * generation + 2 {
                return Some(generation);
            }
        }
        None
    }

    /// How many stores were completed.
    pub fn generation(&self) -> u64 {
        self.words[0].load(Ordering::Relaxed) >> 1
    }
}
