//! What a start does with the directory it finds: follow the chain, then judge the first place
//! where it does not go on. A torn tail is kept aside and cut; a damaged durable record is refused.

use std::path::Path;
use std::sync::Arc;

use crate::disk::{Disk, DiskFile};
use crate::entry::Entry;
use crate::error::JournalError;
use crate::format::{Position, segment_name};
use crate::reader::{Found, Reader, segments};
use crate::tail::{CHUNK_BYTES, Tail, TornTail, zero};
use crate::writer::{SPARES_MAX, Spare, Terms, Writer};

const GENESIS: Position = Position {
    segment: 0,
    offset: 0,
    next_batch: 1,
    next_seq: 1,
    chain: 0,
};

/// A journal that can be written again.
pub struct Recovered<D: Disk> {
    pub writer: Writer<D>,
    pub torn: Vec<TornTail>,
    /// Records that were read.
    pub records: u64,
}

/// Follows the journal from `start` (or from its beginning), gives every entry to `visit`, and
/// repairs the tail. `terms` hold for a new journal; in an old one records of an earlier
/// shape are read, and the next batch begins a segment.
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
    let tail = Tail {
        disk,
        end,
        why,
        wall_ns,
    };
    let torn = tail.judge_and_cut()?;
    rewrite(disk, settled, end)?;
    // A segment holds records of one shape: this build's begin in the next one.
    let same = reader.segment().shape == terms.shape;
    let file = same.then(|| Arc::new(reader.into_file()));
    let mut writer = Writer::new(old, file, end);
    adopt_spares(disk, &mut writer)?;
    Ok(Recovered {
        writer,
        torn,
        records: end.next_seq - first,
    })
}

/// The reader to start with; `None` if nothing was ever journalled here.
fn first_reader<D: Disk>(
    disk: &D,
    start: Option<Position>,
) -> Result<Option<Reader<D>>, JournalError> {
    let damaged = |segment, seq, why: &str| {
        Err(JournalError::Damaged {
            segment,
            offset: 0,
            seq,
            why: why.to_owned(),
        })
    };
    if let Some(position) = start {
        if !segments(disk)?.contains(&position.segment) {
            return damaged(
                position.segment,
                position.next_seq,
                "its segment is missing",
            );
        }
        return match Reader::at(disk, position)? {
            Some(reader) => Ok(Some(reader)),
            None => damaged(
                position.segment,
                position.next_seq,
                "its segment has no header",
            ),
        };
    }
    let numbers = segments(disk)?;
    let Some(first) = numbers.first().copied() else {
        return Ok(None);
    };
    match Reader::at_segment(disk, first)? {
        Some(reader)
            if reader.position()
                == (Position {
                    segment: 1,
                    offset: 4096,
                    ..GENESIS
                }) =>
        {
            Ok(Some(reader))
        }
        Some(reader) => damaged(
            first,
            1,
            &format!("records before {} are missing", reader.position().next_seq),
        ),
        None if first == 1 => Ok(None),
        None => damaged(first, 1, "records are missing before the first segment"),
    }
}

/// A journal without a first batch: also here the tail may hold bytes of a start that was cut off.
fn begin<D: Disk>(disk: &D, terms: Terms, wall_ns: i64) -> Result<Recovered<D>, JournalError> {
    let why = "the first segment has no header";
    let tail = Tail {
        disk,
        end: GENESIS,
        why,
        wall_ns,
    };
    let torn = tail.judge_and_cut()?;
    let mut writer = Writer::new(terms, None, GENESIS);
    adopt_spares(disk, &mut writer)?;
    Ok(Recovered {
        writer,
        torn,
        records: 0,
    })
}

fn is_unfinished(name: &str) -> bool {
    Path::new(name)
        .extension()
        .is_some_and(|extension| extension == "tmp")
}

fn remove_unfinished<D: Disk>(disk: &D) -> Result<(), JournalError> {
    let names = disk
        .names()
        .map_err(|e| JournalError::io("list", "the journal directory", e))?;
    for name in names.iter().filter(|name| is_unfinished(name)) {
        disk.remove(name)
            .map_err(|e| JournalError::io("remove", name, e))?;
    }
    Ok(())
}

/// Writes what may not be durable once more, then syncs it: after a failed sync the cache holds
/// pages that count as clean and would never reach the disk.
fn rewrite<D: Disk>(disk: &D, from: Position, to: Position) -> Result<(), JournalError> {
    for number in from.segment..=to.segment {
        let name = segment_name(number);
        let failed = |source| JournalError::io("write again", &name, source);
        let file = disk.open(&name).map_err(failed)?;
        let end = if number == to.segment {
            to.offset
        } else {
            file.bytes().map_err(failed)?
        };
        let mut at = if number == from.segment {
            from.offset
        } else {
            0
        };
        let mut chunk = vec![0; CHUNK_BYTES];
        while at < end {
            let want = usize::try_from(end - at)
                .unwrap_or(CHUNK_BYTES)
                .min(CHUNK_BYTES);
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
        let file = disk
            .open(&name)
            .map_err(|e| JournalError::io("open", &name, e))?;
        let bytes = file
            .bytes()
            .map_err(|e| JournalError::io("read", &name, e))?;
        let wanted = bytes == writer.terms().segment_bytes
            && writer.spares() < SPARES_MAX
            && number == writer.next_spare();
        if wanted {
            writer.offer(Spare {
                number,
                file: Arc::new(file),
            });
        } else {
            disk.remove(&name)
                .map_err(|e| JournalError::io("remove", &name, e))?;
        }
    }
    restore_size(disk, writer)
}

/// A segment that lost its end gets its zeros back, so that no write ever needs new space.
fn restore_size<D: Disk>(disk: &D, writer: &Writer<D>) -> Result<(), JournalError> {
    let Some(file) = writer.file() else {
        return Ok(());
    };
    let name = segment_name(writer.position().segment);
    let failed = |source| JournalError::io("restore", &name, source);
    let (bytes, wanted) = (file.bytes().map_err(failed)?, writer.terms().segment_bytes);
    if bytes < wanted {
        zero(file.as_ref(), bytes, wanted).map_err(failed)?;
    }
    disk.sync_directory().map_err(failed)
}
