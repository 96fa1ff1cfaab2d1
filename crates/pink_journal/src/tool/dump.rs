//! `dump`: one line per record.

use std::io::Write;

use pink_journal::entry::Entry;
use pink_journal::error::JournalError;
use pink_journal::reader::reader_for;
use pink_journal::show::{entry_json, entry_line};

use super::walk::Walk;
use super::{Ended, Request};

pub(super) fn dump(request: &Request, out: &mut dyn Write) -> Result<(), Ended> {
    let mut shown = 0_u64;
    let last = each_entry(request, &mut |entry| {
        shown += 1;
        let line = if request.json {
            entry_json(entry)
        } else {
            entry_line(entry)
        };
        writeln!(out, "{line}").map_err(Ended::from)
    })?;
    if shown == 0 {
        let from = request.from_seq;
        return Err(Ended::Nothing(format!(
            "no such record from {from} on: the last one is {last}"
        )));
    }
    Ok(())
}

/// Gives every entry of the range to `visit`; returns the last sequence that was looked at.
pub(super) fn each_entry(
    request: &Request,
    visit: &mut dyn FnMut(&Entry<'_>) -> Result<(), Ended>,
) -> Result<u64, Ended> {
    let (disk, from_seq, until_seq) = (&request.disk, request.from_seq, request.until_seq);
    let reader = if from_seq > 1 {
        reader_for(disk, from_seq)?
    } else {
        None
    };
    let mut walk = match reader {
        Some(reader) => Walk::from(disk, reader)?,
        None => Walk::from_first(disk)?,
    };
    while walk.position().next_seq <= until_seq
        && let Some(head) = walk.next()?
    {
        for entry in walk.entries() {
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
    walk.warn();
    Ok(walk.position().next_seq - 1)
}
