//! What a start does with the directory it finds: follow the chain, then judge the first place where
//! it does not go on. A torn tail is kept aside and cut; a damaged durable record is refused.

use std::sync::Arc;

use crate::disk::{Disk, DiskFile};
use crate::entry::Entry;
use crate::error::JournalError;
use crate::format::{
    BATCH_HEAD_BYTES, BATCH_MAGIC, BatchHead, Position, same_shape,
    segment_name, word32,
};
use crate::reader::{Found, Reader, segments, start_of};
use crate::snapshot::snapshots;
use crate::writer::{SPARES_MAX, Spare, Terms, Writer};

const CHUNK_BYTES: usize = 256 << 10;
const GENESIS: Position = Position { segment: 0, offset: 0, next_batch: 1, next_seq: 1, chain: 0 };

/// Bytes that were cut off and where they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TornTail {
    pub segment: u64,
    pub offset: u64,
    pub bytes: u64,
    pub kept_as: String,
    pub why: &'static str,
}

/// A journal that can be written again.
pub struct Recovered<D: Disk> {
    pub writer: Writer<D>,
    pub torn: Vec<TornTail>,
    /// Records that were read.
    pub records: u64,
}

/// Follows the journal from `start` (or from its beginning), gives every entry to `visit`, and repairs
/// the tail. `terms` hold for a new journal; of an old one only its shape is compared.
pub fn recover<D: Disk>(
    disk: &D,
    terms: Terms,
    start: Option<Position>,
    wall_ns: i64,
    mut visit: impl FnMut(&Entry<'_>) -> Result<(), JournalError>,
) -> Result<Recovered<D>, JournalError> {
    remove_unfinished(disk)?;
    let Some(mut reader) = first_reader(disk, start)? else {
        return begin(disk, terms, wall_ns);
    };
    same_shape(reader.segment(), terms.shape)?;
    let first = reader.position().next_seq;
    // Everything before `settled` was durable; the two marks move on as batches say so.
    let mut settled = reader.position();
    let mut mark = reader.position();
    let why = loop {
        match reader.advance()? {
            Found::Batch(head) => {
                if head.durable_seq.saturating_add(1) >= mark.next_seq {
                    settled = mark;
                    mark = reader.position();
                }
                for entry in reader.entries() {
                    let malformed = || JournalError::Malformed {
                        seq: head.first_seq,
                        why: "an entry of this batch".to_owned(),
                    };
                    visit(&entry.ok_or_else(malformed)?)?;
                }
            }
            Found::End => break "zeros where a batch was expected",
            Found::Invalid(why) => break why,
        }
    };
    let end = reader.position();
    let old = Terms {
        journal_id: reader.segment().journal_id,
        segment_bytes: reader.segment().bytes,
        shape: terms.shape,
    };
    let tail = Tail { disk, end, why, wall_ns };
    let torn = tail.judge_and_cut()?;
    rewrite(disk, settled, end)?;
    let mut writer = Writer::new(old, Some(Arc::new(reader.into_file())), end);
    adopt_spares(disk, &mut writer)?;
    Ok(Recovered { writer, torn, records: end.next_seq - first })
}

/// The reader to start with; `None` if nothing was ever journalled here.
fn first_reader<D: Disk>(
    disk: &D,
    start: Option<Position>,
) -> Result<Option<Reader<D>>, JournalError> {
    let damaged = |segment, seq, why: &str| {
        Err(JournalError::Damaged { segment, offset: 0, seq, why: why.to_owned() })
    };
    if let Some(position) = start {
        if !segments(disk)?.contains(&position.segment) {
            return damaged(position.segment, position.next_seq, "its segment is missing");
        }
        return match Reader::at(disk, position)? {
            Some(reader) => Ok(Some(reader)),
            None => damaged(position.segment, position.next_seq, "its segment has no header"),
        };
    }
    let numbers = segments(disk)?;
    let Some(first) = numbers.first().copied() else { return Ok(None) };
    match Reader::at_segment(disk, first)? {
        Some(reader) if reader.position() == (Position { segment: 1, offset: 4096, ..GENESIS }) => {
            Ok(Some(reader))
        }
        Some(reader) => {
            damaged(first, 1, &format!("records before {} are missing", reader.position().next_seq))
        }
        None if first == 1 => Ok(None),
        None => damaged(first, 1, "records are missing before the first segment"),
    }
}

/// A journal without a first batch: also here the tail may hold bytes of a start that was cut off.
fn begin<D: Disk>(disk: &D, terms: Terms, wall_ns: i64) -> Result<Recovered<D>, JournalError> {
    let why = "the first segment has no header";
    let tail = Tail { disk, end: GENESIS, why, wall_ns };
    let torn = tail.judge_and_cut()?;
    let mut writer = Writer::new(terms, None, GENESIS);
    adopt_spares(disk, &mut writer)?;
    Ok(Recovered { writer, torn, records: 0 })
}

fn remove_unfinished<D: Disk>(disk: &D) -> Result<(), JournalError> {
    let names = disk.names().map_err(|e| JournalError::io("list", "the journal directory", e))?;
    for name in names.iter().filter(|name| name.ends_with(".tmp")) {
        disk.remove(name).map_err(|e| JournalError::io("remove", name, e))?;
    }
    Ok(())
}

/// Everything behind the last batch that continues the chain.
struct Tail<'d, D: Disk> {
    disk: &'d D,
    end: Position,
    why: &'static str,
    wall_ns: i64,
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
    fn judge_and_cut(&self) -> Result<Vec<TornTail>, JournalError> {
        let mut durable_seq = snapshots(self.disk)?.last().copied().unwrap_or(0);
        let mut dirty = Vec::new();
        for number in segments(self.disk)?.into_iter().filter(|n| *n >= self.end.segment) {
            let from = if number == self.end.segment { self.end.offset } else { 0 };
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
        let mut torn = Vec::new();
        for (number, from, to) in dirty {
            torn.push(self.cut(number, from, to)?);
        }
        Ok(torn)
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
        let file = self.disk.open(&name).map_err(|e| JournalError::io("open", &name, e))?;
        let failed = |source| JournalError::io("keep aside", &kept_as, source);
        let kept = self.disk.create(&kept_as).map_err(failed)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        let mut at = from;
        while at < to {
            let want = usize::try_from(to - at).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let read = file.read_full_at(&mut chunk[..want], at).map_err(failed)?;
            kept.write_full_at(&chunk[..read], at - from).map_err(failed)?;
            at += want as u64;
        }
        kept.sync().map_err(failed)?;
        self.disk.sync_directory().map_err(failed)?;
        zero(&file, from, to).map_err(|e| JournalError::io("cut", &name, e))?;
        Ok(TornTail { segment: number, offset: from, bytes: to - from, kept_as, why: self.why })
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
    let Some(parsed) = BatchHead::from_bytes(&head, segment) else { return Ok(None) };
    let mut payload = vec![0; parsed.total_bytes() - BATCH_HEAD_BYTES];
    let read = file.read_full_at(&mut payload, offset + BATCH_HEAD_BYTES as u64)?;
    let sound = read == payload.len() && parsed.covers(&head, &payload);
    Ok(sound.then_some(parsed))
}

fn zero<F: DiskFile>(file: &F, from: u64, to: u64) -> std::io::Result<()> {
    let zeros = vec![0; CHUNK_BYTES];
    let mut at = from;
    while at < to {
        let want = usize::try_from(to - at).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        file.write_full_at(&zeros[..want], at)?;
        at += want as u64;
    }
    file.sync()
}

/// Writes what may not be durable once more, then syncs it: after a failed sync the cache holds pages
/// that count as clean and would never reach the disk.
fn rewrite<D: Disk>(disk: &D, from: Position, to: Position) -> Result<(), JournalError> {
    for number in from.segment..=to.segment {
        let name = segment_name(number);
        let failed = |source| JournalError::io("write again", &name, source);
        let file = disk.open(&name).map_err(failed)?;
        let end = if number == to.segment { to.offset } else { file.bytes().map_err(failed)? };
        let mut at = if number == from.segment { from.offset } else { 0 };
        let mut chunk = vec![0; CHUNK_BYTES];
        while at < end {
            let want = usize::try_from(end - at).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
            let read = file.read_full_at(&mut chunk[..want], at).map_err(failed)?;
            if read == 0 {
                break;
            }
            file.write_full_at(&chunk[..read], at).map_err(failed)?;
            at += read as u64;
        }
        file.sync().map_err(failed)?;
    }
    Ok(())
}

/// Takes over the prepared segments that follow; others would never be reached and are removed.
fn adopt_spares<D: Disk>(disk: &D, writer: &mut Writer<D>) -> Result<(), JournalError> {
    let current = writer.position().segment;
    for number in segments(disk)?.into_iter().filter(|n| *n > current) {
        let name = segment_name(number);
        let file = disk.open(&name).map_err(|e| JournalError::io("open", &name, e))?;
        let bytes = file.bytes().map_err(|e| JournalError::io("read", &name, e))?;
        let wanted = bytes == writer.terms().segment_bytes
            && writer.spares() < SPARES_MAX
            && number == writer.next_spare();
        if wanted {
            writer.offer(Spare { number, file: Arc::new(file) });
        } else {
            disk.remove(&name).map_err(|e| JournalError::io("remove", &name, e))?;
        }
    }
    restore_size(disk, writer)
}

/// A segment that lost its end gets its zeros back, so that no write ever needs new space.
fn restore_size<D: Disk>(disk: &D, writer: &Writer<D>) -> Result<(), JournalError> {
    let Some(file) = writer.file() else { return Ok(()) };
    let name = segment_name(writer.position().segment);
    let failed = |source| JournalError::io("restore", &name, source);
    let (bytes, wanted) = (file.bytes().map_err(failed)?, writer.terms().segment_bytes);
    if bytes < wanted {
        zero(file.as_ref(), bytes, wanted).map_err(failed)?;
    }
    disk.sync_directory().map_err(failed)
}

/// Removes segments that nobody needs: older than `keep_seq` and than `age_seconds`.
///
/// Returns how many were removed.
pub fn retain<D: Disk>(disk: &D, keep_seq: u64, age_seconds: u64) -> Result<usize, JournalError> {
    let numbers = segments(disk)?;
    let mut removed = 0;
    for pair in numbers.windows(2) {
        let Some(next) = Reader::at_segment(disk, pair[1])? else { break };
        let name = segment_name(pair[0]);
        let file = disk.open(&name).map_err(|e| JournalError::io("open", &name, e))?;
        let age = file.age_seconds().map_err(|e| JournalError::io("read", &name, e))?;
        if start_of(next.segment()).next_seq > keep_seq || age < age_seconds {
            break;
        }
        disk.remove(&name).map_err(|e| JournalError::io("remove", &name, e))?;
        removed += 1;
    }
    Ok(removed)
}
