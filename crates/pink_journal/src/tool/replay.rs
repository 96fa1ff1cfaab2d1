//! `replay`: recomputes what this build wrote and compares it bit for bit.

use std::io::Write;

use pink_journal::disk::FileDisk;
use pink_journal::entry::PartKind;
use pink_journal::error::JournalError;
use pink_journal::format::Position;
use pink_journal::machine::{Machine, build_hash};
use pink_journal::reader::{Found, Reader, segments};
use pink_journal::show::decimal;
use pink_journal::snapshot::{Snapshot, snapshots};
use shm_layout::{InputKind, Stage};

use super::{Ended, Request};

pub(super) fn replay(request: &Request, out: &mut dyn Write) -> Result<(), Ended> {
    let disk = &request.disk;
    let (mut machine, mut reader) = begin(disk, request.until_seq)?;
    let first = machine.next_seq();
    let mut other_builds = 0_u64;
    'batches: while let Found::Batch(head) = reader.advance()? {
        for entry in reader.entries() {
            let why = "an entry of this batch".to_owned();
            let entry = entry.ok_or(JournalError::Malformed {
                seq: head.first_seq,
                why,
            })?;
            if entry.head.seq > request.until_seq {
                break 'batches;
            }
            if entry.head.seq < first {
                continue;
            }
            machine.replay(&entry)?;
            let epoch =
                entry.head.input == InputKind::Epoch && entry.part(PartKind::Input).is_some();
            let foreign = machine.kernel.epoch().build_hash != build_hash();
            other_builds += u64::from(epoch && foreign);
        }
    }
    machine.finish_replay()?;
    report(&machine, first, other_builds, out)
}

fn report(
    machine: &Machine,
    first: u64,
    other_builds: u64,
    out: &mut dyn Write,
) -> Result<(), Ended> {
    let (kernel, last) = (&machine.kernel, machine.next_seq() - 1);
    writeln!(
        out,
        "records {first} to {last} replayed, every outcome as recorded"
    )?;
    if other_builds > 0 {
        writeln!(
            out,
            "{other_builds} starts of other builds: their records were read as they are"
        )?;
    }
    writeln!(out, "state hash {:016x}", kernel.state_hash())?;
    let account = kernel.account();
    writeln!(
        out,
        "mode {} capital {} realised {} fees {} funding {} wallet {}",
        account.mode.name(),
        decimal(account.capital_e8, 8),
        decimal(account.realised_e8, 8),
        decimal(account.fees_e8, 8),
        decimal(account.funding_e8, 8),
        decimal(account.wallet_e8, 8),
    )?;
    for index in 0..pink_kernel::SLOTS_MAX {
        let slot = kernel.slot(index);
        if slot.stage != Stage::Idle {
            writeln!(
                out,
                "slot {index} {} {} {} {} {}",
                slot.stage.name(),
                slot.trade_id.as_str(),
                slot.symbol.as_str(),
                slot.side.name(),
                decimal(slot.qty_e8, 8),
            )?;
        }
    }
    let unreported = kernel.unreported().len();
    writeln!(out, "{unreported} commands without their last report")?;
    Ok(())
}

/// From the first record if it is still kept, else from a snapshot not beyond `until_seq`.
fn begin(disk: &FileDisk, until_seq: u64) -> Result<(Machine, Reader<FileDisk>), Ended> {
    let mut first = None;
    for number in segments(disk)? {
        first = Reader::at_segment(disk, number)?;
        if first.is_some() {
            break;
        }
    }
    let nothing = || Ended::Nothing("no journal: no segment was begun here".to_owned());
    let first = first.ok_or_else(nothing)?;
    if first.position().next_seq == 1 {
        return Ok((Machine::new(build_hash()), first));
    }
    for seq in snapshots(disk)?
        .into_iter()
        .rev()
        .filter(|seq| *seq <= until_seq)
    {
        if let Some(snapshot) = Snapshot::load(disk, seq)?
            && let Some(reader) = at(disk, snapshot.head.position)?
        {
            return Ok((Machine::load(&snapshot, build_hash())?, reader));
        }
    }
    Err(Ended::Nothing(
        "neither the first record nor a snapshot before it is kept".to_owned(),
    ))
}

fn at(disk: &FileDisk, position: Position) -> Result<Option<Reader<FileDisk>>, Ended> {
    if !segments(disk)?.contains(&position.segment) {
        return Ok(None);
    }
    Ok(Reader::at(disk, position)?)
}
