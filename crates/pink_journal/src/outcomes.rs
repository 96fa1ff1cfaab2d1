//! Outcomes by sequence, for readers that follow the journal while it grows.

use std::collections::VecDeque;

use shm_layout::Outcome;

use crate::disk::Disk;
use crate::entry::{Entries, PartKind};
use crate::error::JournalError;
use crate::reader::{Found, Reader, reader_for};

/// An outcome's sequence and its bytes as they stand in shared memory.
pub type Numbered = (u64, [u8; Outcome::SIZE]);

/// Reads outcomes in order; it remembers where it is.
pub struct OutcomeReader<D: Disk> {
    disk: D,
    reader: Option<Reader<D>>,
    next_seq: u64,
    pending: VecDeque<Numbered>,
}

impl<D: Disk> OutcomeReader<D> {
    pub fn new(disk: D) -> Self {
        Self {
            disk,
            reader: None,
            next_seq: 0,
            pending: VecDeque::new(),
        }
    }

    /// Up to `max` outcomes from `from_seq` on, none beyond `limit_seq`: what the writer says is
    /// written, since bytes behind that may still change.
    pub fn read(
        &mut self,
        from_seq: u64,
        max: usize,
        limit_seq: u64,
    ) -> Result<Vec<Numbered>, JournalError> {
        if from_seq != self.next_seq {
            self.reader = None;
            self.pending.clear();
            self.next_seq = from_seq;
        }
        let read = self.read_on(max, limit_seq);
        if read.is_err() {
            self.reader = None;
            self.pending.clear();
        }
        read
    }

    fn read_on(&mut self, max: usize, limit_seq: u64) -> Result<Vec<Numbered>, JournalError> {
        let mut out = Vec::new();
        while out.len() < max && self.next_seq <= limit_seq {
            match self.pending.pop_front() {
                Some((seq, _)) if seq < self.next_seq => {}
                Some((seq, outcome)) => {
                    out.push((seq, outcome));
                    self.next_seq = seq + 1;
                }
                None if self.load(limit_seq)? => {}
                None => break,
            }
        }
        Ok(out)
    }

    /// Decodes the next batch; false if there is none up to the limit.
    fn load(&mut self, limit_seq: u64) -> Result<bool, JournalError> {
        if self.reader.is_none() {
            self.reader = reader_for(&self.disk, self.next_seq)?;
        }
        let Some(reader) = self.reader.as_mut() else {
            return Ok(false);
        };
        let position = reader.position();
        if position.next_seq > limit_seq {
            return Ok(false);
        }
        match reader.advance()? {
            Found::Batch(_) => decode(reader.entries(), position.next_seq, &mut self.pending),
            Found::End => Ok(false),
            Found::Invalid(why) => Err(JournalError::Damaged {
                segment: position.segment,
                offset: position.offset,
                seq: position.next_seq,
                why: why.to_owned(),
            }),
        }
    }
}

fn decode(
    entries: Entries<'_>,
    first_seq: u64,
    pending: &mut VecDeque<Numbered>,
) -> Result<bool, JournalError> {
    for entry in entries {
        let malformed = || JournalError::Malformed {
            seq: first_seq,
            why: "its outcome".to_owned(),
        };
        let entry = entry.ok_or_else(malformed)?;
        let part = entry.part(PartKind::Outcome).ok_or_else(malformed)?;
        let words = part.words::<{ Outcome::WORDS }>().ok_or_else(malformed)?;
        let mut bytes = [0; Outcome::SIZE];
        for (to, from) in bytes.chunks_exact_mut(8).zip(words) {
            to.copy_from_slice(&from.to_le_bytes());
        }
        pending.push_back((entry.head.seq, bytes));
    }
    Ok(true)
}
