//! `verify`: follows the chain through every segment and reads every snapshot.

use std::io::Write;

use pink_journal::error::JournalError;
use pink_journal::json::Object;
use pink_journal::snapshot::{Snapshot, snapshots};

use super::walk::Walk;
use super::{Ended, Request};

pub(super) fn verify(request: &Request, out: &mut dyn Write) -> Result<(), Ended> {
    let mut walk = Walk::from_first(&request.disk)?;
    let head = walk.segment();
    let (batches, durable_seq) = follow(&mut walk)?;
    let end = walk.position();
    let (first, last) = (head.first_seq, end.next_seq - 1);
    let mut sound = Vec::new();
    for seq in snapshots(&request.disk)? {
        sound.push((seq, Snapshot::load(&request.disk, seq)?.is_some()));
    }
    if request.json {
        let mut line = Object::new();
        line.string("journal_id", &format!("{:016x}", head.journal_id));
        line.number("first_seq", first);
        line.number("last_seq", last);
        line.number("batches", batches);
        line.number("durable_seq", durable_seq);
        line.number("first_segment", head.number);
        line.number("last_segment", end.segment);
        let torn: u64 = walk.torn.iter().map(|(_, from, to)| to - from).sum();
        line.number("torn_bytes", torn);
        let all: Vec<String> = sound.iter().map(snapshot_json).collect();
        line.json("snapshots", &format!("[{}]", all.join(",")));
        writeln!(out, "{}", line.finish())?;
        return Ok(());
    }
    writeln!(out, "journal {:016x}", head.journal_id)?;
    writeln!(out, "records {first} to {last} in {batches} batches")?;
    writeln!(out, "known durable up to {durable_seq}")?;
    let (begun, last, bytes) = (head.number, end.segment, head.bytes);
    writeln!(out, "segments {begun} to {last} of {bytes} bytes")?;
    for (segment, from, to) in &walk.torn {
        let (bytes, why) = (to - from, walk.why);
        writeln!(
            out,
            "tail: {bytes} bytes in segment {segment} from {from}: {why}"
        )?;
    }
    for (seq, is_sound) in sound {
        let word = if is_sound { "sound" } else { "DAMAGED" };
        writeln!(out, "snapshot {seq}: {word}")?;
    }
    writeln!(out, "sound")?;
    Ok(())
}

fn snapshot_json((seq, is_sound): &(u64, bool)) -> String {
    let mut line = Object::new();
    line.number("seq", *seq);
    line.json("sound", if *is_sound { "true" } else { "false" });
    line.finish()
}

/// Batches, and the last sequence that one of them knows to be durable.
fn follow(walk: &mut Walk<'_>) -> Result<(u64, u64), Ended> {
    let (mut batches, mut durable_seq) = (0, 0);
    while let Some(batch) = walk.next()? {
        batches += 1;
        durable_seq = durable_seq.max(batch.durable_seq);
        for (next_seq, entry) in (batch.first_seq..).zip(walk.entries()) {
            let sound = entry.is_some_and(|entry| {
                entry.head.seq == next_seq && entry.parts().all(|part| part.is_some())
            });
            if !sound {
                let why = "its entry".to_owned();
                return Err(JournalError::Malformed { seq: next_seq, why }.into());
            }
        }
    }
    Ok((batches, durable_seq))
}
