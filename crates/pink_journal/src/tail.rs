//! Behind the last batch that continues the chain: what is torn and what is damage.

use crate::disk::{Disk, DiskFile};
use crate::error::JournalError;
use crate::format::{BATCH_HEAD_BYTES, BATCH_MAGIC, BatchHead, Position, segment_name, word32};
use crate::reader::segments;
use crate::snapshot::snapshots;

pub(crate) const CHUNK_BYTES: usize = 256 << 10;

/// Bytes that were cut off and where they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    pub segment: u64,
    pub offset: u64,
    pub bytes: u64,
    pub kept_as: String,
    pub why: &'static str,
}

/// What a start would cut behind `end`, as segment, from and to; changes nothing.
pub fn inspect_tail<D: Disk>(
    disk: &D,
    end: Position,
    why: &'static str,
) -> Result<Vec<(u64, u64, u64)>, JournalError> {
    Tail {
        disk,
        end,
        why,
        wall_ns: 0,
    }
    .judge()
}

/// Everything behind the last batch that continues the chain.
pub(crate) struct Tail<'d, D: Disk> {
    pub(crate) disk: &'d D,
    pub(crate) end: Position,
    pub(crate) why: &'static str,
    pub(crate) wall_ns: i64,
}

/// What one segment of the tail holds.
#[derive(Default)]
struct Remains {
    /// Offset behind the last byte that is not zero; 0 = all zeros.
    used_to: u64,
    /// Largest `durable_seq` that a sound batch of the tail carries.
    durable_seq: u64,
}

impl<D: Disk> Tail<'_, D> {
    pub(crate) fn judge_and_cut(&self) -> Result<Vec<TornTail>, JournalError> {
        let dirty = self.judge()?;
        dirty
            .into_iter()
            .map(|(number, from, to)| self.cut(number, from, to))
            .collect()
    }

    /// What is to be cut, as segment, from and to; or the refusal, if some of it was durable.
    fn judge(&self) -> Result<Vec<(u64, u64, u64)>, JournalError> {
        let mut durable_seq = snapshots(self.disk)?.last().copied().unwrap_or(0);
        let mut dirty = Vec::new();
        for number in segments(self.disk)?
            .into_iter()
            .filter(|n| *n >= self.end.segment)
        {
            let from = if number == self.end.segment {
                self.end.offset
            } else {
                0
            };
            let remains = self.look(number, from)?;
            durable_seq = durable_seq.max(remains.durable_seq);
            if remains.used_to > from {
                dirty.push((number, from, remains.used_to));
            }
        }
        if durable_seq >= self.end.next_seq {
            return Err(JournalError::Damaged {
                segment: self.end.segment,
                offset: self.end.offset,
                seq: self.end.next_seq,
                why: format!("{}, yet {durable_seq} was durable later", self.why),
            });
        }
        Ok(dirty)
    }

    /// Reads a segment from `from` on: where it is used to, and what its sound batches say.
    fn look(&self, number: u64, from: u64) -> Result<Remains, JournalError> {
        let name = segment_name(number);
        let failed = |source| JournalError::io("read", &name, source);
        let file = self.disk.open(&name).map_err(failed)?;
        let mut remains = Remains::default();
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut at = from;
        loop {
            let read = file.read_full_at(&mut chunk, at).map_err(failed)?;
            if read == 0 {
                return Ok(remains);
            }
            if let Some(last) = chunk[..read].iter().rposition(|b| *b != 0) {
                remains.used_to = at + last as u64 + 1;
                for offset in (0..=last).step_by(8) {
                    if word32(&chunk[..read], offset) == BATCH_MAGIC {
                        let sound = sound_batch(&file, number, at + offset as u64);
                        let durable = sound.map_err(failed)?.map_or(0, |head| head.durable_seq);
                        remains.durable_seq = remains.durable_seq.max(durable);
                    }
                }
            }
            at += read as u64;
        }
    }

    /// Keeps the bytes in a file of their own, then makes them zero.
    fn cut(&self, number: u64, from: u64, to: u64) -> Result<TornTail, JournalError> {
        let name = segment_name(number);
        let kept_as = format!("torn-{}-{number:08}-{from}.bin", self.wall_ns);
        let file = self
            .disk
            .open(&name)
            .map_err(|e| JournalError::io("open", &name, e))?;
        let failed = |source| JournalError::io("keep aside", &kept_as, source);
        let kept = self.disk.create(&kept_as).map_err(failed)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut at = from;
        while at < to {
            let want = usize::try_from(to - at)
                .unwrap_or(CHUNK_BYTES)
                .min(CHUNK_BYTES);
            let read = file.read_full_at(&mut chunk[..want], at).map_err(failed)?;
            kept.write_full_at(&chunk[..read], at - from)
                .map_err(failed)?;
            at += want as u64;
        }
        kept.sync().map_err(failed)?;
        self.disk.sync_directory().map_err(failed)?;
        zero(&file, from, to).map_err(|e| JournalError::io("cut", &name, e))?;
        Ok(TornTail {
            segment: number,
            offset: from,
            bytes: to - from,
            kept_as,
            why: self.why,
        })
    }
}

fn sound_batch<F: DiskFile>(
    file: &F,
    segment: u64,
    offset: u64,
) -> std::io::Result<Option<BatchHead>> {
    let mut head = [0; BATCH_HEAD_BYTES];
    if file.read_full_at(&mut head, offset)? < BATCH_HEAD_BYTES {
        return Ok(None);
    }
    let Some(parsed) = BatchHead::from_bytes(&head, segment) else {
        return Ok(None);
    };
    let mut payload = vec![0; parsed.total_bytes() - BATCH_HEAD_BYTES];
    let read = file.read_full_at(&mut payload, offset + BATCH_HEAD_BYTES as u64)?;
    let sound = read == payload.len() && parsed.covers(&head, &payload);
    Ok(sound.then_some(parsed))
}

/// Makes a range of a file zero, durably.
pub(crate) fn zero<F: DiskFile>(file: &F, from: u64, to: u64) -> std::io::Result<()> {
    let zeros = vec![0; CHUNK_BYTES];
    let mut at = from;
    while at < to {
        let want = usize::try_from(to - at)
            .unwrap_or(CHUNK_BYTES)
            .min(CHUNK_BYTES);
        file.write_full_at(&zeros[..want], at)?;
        at += want as u64;
    }
    file.sync()
}
