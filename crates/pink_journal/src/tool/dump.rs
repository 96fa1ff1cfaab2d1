//! `dump`: one line per record.

use std::io::Write;

use pink_journal::disk::FileDisk;
use pink_journal::entry::Entry;
use pink_journal::error::JournalError;
use pink_journal::reader::{Found, Reader, reader_for, segments};
use pink_journal::show::{entry_json, entry_line};

use super::{Ended, Request};

pub(super) fn dump(request: &Request, out: &mut dyn Write) -> Result<(), Ended> {
    each_entry(
        &request.disk,
        request.from_seq,
        request.until_seq,
        &mut |entry| {
            let line = if request.json {
                entry_json(entry)
            } else {
                entry_line(entry)
            };
            writeln!(out, "{line}").map_err(Ended::from)
        },
    )
}

/// Gives every entry of a range to `visit`; what lies behind the last sound batch is not there.
pub(super) fn each_entry(
    disk: &FileDisk,
    from_seq: u64,
    until_seq: u64,
    visit: &mut dyn FnMut(&Entry<'_>) -> Result<(), Ended>,
) -> Result<(), Ended> {
    let Some(mut reader) = first_reader(disk, from_seq)? else {
        return Ok(());
    };
    while reader.position().next_seq <= until_seq {
        let Found::Batch(head) = reader.advance()? else {
            return Ok(());
        };
        for entry in reader.entries() {
            let why = "an entry of this batch".to_owned();
            let entry = entry.ok_or(JournalError::Malformed {
                seq: head.first_seq,
                why,
            })?;
            if (from_seq..=until_seq).contains(&entry.head.seq) {
                visit(&entry)?;
            }
        }
    }
    Ok(())
}

/// The segment that holds `from_seq`, or the first one kept if that was asked for from the start.
fn first_reader(disk: &FileDisk, from_seq: u64) -> Result<Option<Reader<FileDisk>>, Ended> {
    if from_seq > 1 {
        return Ok(reader_for(disk, from_seq)?);
    }
    for number in segments(disk)? {
        if let Some(reader) = Reader::at_segment(disk, number)? {
            return Ok(Some(reader));
        }
    }
    Ok(None)
}
