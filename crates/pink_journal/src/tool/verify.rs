//! `verify`: follows the chain through every segment and reads every snapshot.

use std::io::Write;

use pink_journal::disk::FileDisk;
use pink_journal::error::JournalError;
use pink_journal::reader::{Found, Reader, segments};
use pink_journal::snapshot::{Snapshot, snapshots};
use pink_journal::tail::inspect_tail;

use super::Ended;

pub(super) fn verify(disk: &FileDisk, out: &mut dyn Write) -> Result<(), Ended> {
    let mut first = None;
    for number in segments(disk)? {
        first = Reader::at_segment(disk, number)?;
        if first.is_some() {
            break;
        }
    }
    let Some(mut reader) = first else {
        return Err(Ended::Nothing(
            "no journal: no segment was begun here".to_owned(),
        ));
    };
    let head = *reader.segment();
    let figures = follow(&mut reader)?;
    let end = reader.position();
    let torn = inspect_tail(disk, end, figures.why)?;
    writeln!(out, "journal {:016x}", head.journal_id)?;
    let (first, last, batches) = (head.first_seq, end.next_seq - 1, figures.batches);
    writeln!(out, "records {first} to {last} in {batches} batches")?;
    writeln!(out, "known durable up to {}", figures.durable_seq)?;
    writeln!(
        out,
        "segments {} to {} of {} bytes",
        head.number, end.segment, head.bytes
    )?;
    for (segment, from, to) in torn {
        let (bytes, why) = (to - from, figures.why);
        writeln!(
            out,
            "tail: {bytes} bytes in segment {segment} from {from}: {why}"
        )?;
    }
    for seq in snapshots(disk)? {
        let sound = Snapshot::load(disk, seq)?.is_some();
        writeln!(
            out,
            "snapshot {seq}: {}",
            if sound { "sound" } else { "DAMAGED" }
        )?;
    }
    writeln!(out, "sound")?;
    Ok(())
}

/// What was met on the way to the end.
struct Figures {
    batches: u64,
    durable_seq: u64,
    why: &'static str,
}

fn follow(reader: &mut Reader<FileDisk>) -> Result<Figures, Ended> {
    let (mut batches, mut durable_seq) = (0, 0);
    loop {
        let batch = match reader.advance()? {
            Found::Batch(batch) => batch,
            Found::End => {
                return Ok(Figures {
                    batches,
                    durable_seq,
                    why: "zeros where a batch was expected",
                });
            }
            Found::Invalid(why) => {
                return Ok(Figures {
                    batches,
                    durable_seq,
                    why,
                });
            }
        };
        batches += 1;
        durable_seq = durable_seq.max(batch.durable_seq);
        for (next_seq, entry) in (batch.first_seq..).zip(reader.entries()) {
            let sound = entry.is_some_and(|entry| {
                entry.head.seq == next_seq && entry.parts().all(|part| part.is_some())
            });
            if !sound {
                let why = "its entry".to_owned();
                return Err(JournalError::Malformed { seq: next_seq, why }.into());
            }
        }
    }
}
