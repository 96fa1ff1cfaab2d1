//! `replay`: recomputes what this build wrote and compares it bit for bit.

use std::io::Write;

use pink_journal::disk::FileDisk;
use pink_journal::entry::PartKind;
use pink_journal::error::JournalError;
use pink_journal::format::Position;
use pink_journal::json::Object;
use pink_journal::machine::{Machine, build_hash};
use pink_journal::reader::{Reader, segments};
use pink_journal::show::decimal;
use pink_journal::snapshot::{Snapshot, snapshots};
use shm_layout::{InputKind, Stage};

use super::walk::Walk;
use super::{Ended, Request};

pub(super) fn replay(request: &Request, out: &mut dyn Write) -> Result<(), Ended> {
    let (mut machine, mut walk) = begin(&request.disk, request.until_seq)?;
    let first = machine.next_seq();
    let mut other_builds = 0_u64;
    'batches: while let Some(head) = walk.next()? {
        for entry in walk.entries() {
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
    walk.warn();
    machine.finish_replay()?;
    if request.json {
        return report_json(&machine, first, other_builds, out);
    }
    report(&machine, first, other_builds, out)
}

fn report_json(
    machine: &Machine,
    first: u64,
    other_builds: u64,
    out: &mut dyn Write,
) -> Result<(), Ended> {
    let kernel = &machine.kernel;
    let mut account = Object::new();
    kernel
        .account()
        .visit(&mut |name, value| account.field(name, value));
    let mut slots = Vec::new();
    for slot in (0..pink_kernel::SLOTS_MAX).map(|index| kernel.slot(index)) {
        if slot.stage != Stage::Idle {
            let mut fields = Object::new();
            slot.visit(&mut |name, value| fields.field(name, value));
            slots.push(fields.finish());
        }
    }
    let mut line = Object::new();
    line.number("first_seq", first);
    line.number("last_seq", machine.next_seq() - 1);
    line.number("other_builds", other_builds);
    line.string("state_hash", &format!("{:016x}", kernel.state_hash()));
    line.json("account", &account.finish());
    line.json("slots", &format!("[{}]", slots.join(",")));
    line.number("unreported", kernel.unreported().len() as u64);
    writeln!(out, "{}", line.finish())?;
    Ok(())
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
fn begin(disk: &FileDisk, until_seq: u64) -> Result<(Machine, Walk<'_>), Ended> {
    let walk = Walk::from_first(disk)?;
    if walk.position().next_seq == 1 {
        return Ok((Machine::new(build_hash()), walk));
    }
    for seq in snapshots(disk)?
        .into_iter()
        .rev()
        .filter(|seq| *seq <= until_seq)
    {
        if let Some(snapshot) = Snapshot::load(disk, seq)?
            && let Some(reader) = at(disk, snapshot.head.position)?
        {
            let machine = Machine::load(&snapshot, build_hash())?;
            return Ok((machine, Walk::from(disk, reader)?));
        }
    }
    let first = walk.position().next_seq;
    Err(Ended::Nothing(format!(
        "records before {first} were removed and no snapshot up to {until_seq} is kept: \
         ask for a later --until"
    )))
}

fn at(disk: &FileDisk, position: Position) -> Result<Option<Reader<FileDisk>>, Ended> {
    if !segments(disk)?.contains(&position.segment) {
        return Ok(None);
    }
    Ok(Reader::at(disk, position)?)
}
