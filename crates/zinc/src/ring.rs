//! Slots of a ring: absolute positions, a sequence word and a CRC32C per record, one producer.
//!
//! Position `p` lies in slot `p & (capacity - 1)`, whose sequence word is `2p + 1` while it is
//! written and `2p + 2` when it is complete. The tail is stored last: what it does not count was
//! never published, so a producer killed in the middle goes on from its tail without repair.

use crate::sync::{AtomicU64, Ordering, fence, load_words, store_words};

/// Word of the control line that holds the random identity of the ring's content.
pub const STREAM_ID_WORD: usize = 0;
/// Word of the control line that holds the tail; waiters sleep on its low half.
pub const TAIL_WORD: usize = 8;
/// Words of the control line before the slots.
pub const CONTROL_WORDS: usize = 16;
const HEAD_WORDS: usize = 2;

/// What a read of one position found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// The record is in the caller's buffer.
    Record,
    /// The producer has reused the slot.
    Overwritten,
    /// The slot does not hold what was published: the memory is damaged.
    Corrupt,
}

/// Words of a ring: one control line, then the slots.
#[derive(Clone, Copy)]
pub struct Ring<'a> {
    words: &'a [AtomicU64],
    stride_words: usize,
    record_words: usize,
    mask: u64,
}

impl<'a> Ring<'a> {
    /// A ring of `capacity` (a power of two) slots of `stride_words` each.
    #[must_use]
    pub const fn new(
        words: &'a [AtomicU64],
        stride_words: usize,
        record_words: usize,
        capacity: u64,
    ) -> Self {
        Self {
            words,
            stride_words,
            record_words,
            mask: capacity - 1,
        }
    }

    fn slot(&self, position: u64) -> &'a [AtomicU64] {
        #[allow(
            clippy::cast_possible_truncation,
            reason = "masked: less than the capacity"
        )]
        let index = (position & self.mask) as usize;
        &self.words[CONTROL_WORDS + index * self.stride_words..][..self.stride_words]
    }

    /// Records the ring holds.
    pub const fn capacity(&self) -> u64 {
        self.mask + 1
    }

    /// Identity of this content; a fresh segment has another one.
    pub fn stream_id(&self) -> u64 {
        self.words[STREAM_ID_WORD].load(Ordering::Relaxed)
    }

    /// Positions published so far; what it counts may be read afterwards.
    pub fn tail(&self) -> u64 {
        let tail = self.words[TAIL_WORD].load(Ordering::Relaxed);
        fence(Ordering::Acquire);
        tail
    }

    /// The word that changes with every record.
    pub fn tail_word(&self) -> &'a AtomicU64 {
        &self.words[TAIL_WORD]
    }

    /// Publishes `record` as `position`, which is the tail. Only the one producer calls this.
    pub fn publish(&self, position: u64, record: &[u8]) {
        let slot = self.slot(position);
        slot[0].store(2 * position + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        slot[1].store(u64::from(crc32c::crc32c(record)), Ordering::Relaxed);
        store_words(&slot[HEAD_WORDS..HEAD_WORDS + self.record_words], record);
        slot[0].store(2 * position + 2, Ordering::Release);
        self.words[TAIL_WORD].store(position + 1, Ordering::Release);
    }

    /// Copies the record at `position`, which a call of [`Ring::tail`] has counted: its fence
    /// orders these loads after the publish.
    pub fn read(&self, position: u64, record: &mut [u8]) -> Slot {
        let slot = self.slot(position);
        let complete = 2 * position + 2;
        let before = slot[0].load(Ordering::Relaxed);
        if before != complete {
            return if before > complete {
                Slot::Overwritten
            } else {
                Slot::Corrupt
            };
        }
        let crc = slot[1].load(Ordering::Relaxed);
        load_words(&slot[HEAD_WORDS..HEAD_WORDS + self.record_words], record);
        fence(Ordering::Acquire);
        if slot[0].load(Ordering::Relaxed) != complete {
            return Slot::Overwritten;
        }
        if u64::from(crc32c::crc32c(record)) == crc {
            Slot::Record
        } else {
            Slot::Corrupt
        }
    }

    /// Where a lapped reader at `position` goes on: half a ring behind the tail, so that it is
    /// not lapped again at once.
    pub fn after_lap(&self, position: u64) -> u64 {
        self.tail()
            .saturating_sub(self.capacity() / 2)
            .max(position + 1)
    }
}
