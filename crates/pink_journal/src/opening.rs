//! From a directory to a running state: the newest sound snapshot, then every record behind it.

use crate::disk::Disk;
use crate::error::JournalError;
use crate::machine::Machine;
use crate::recovery::{Recovered, recover};
use crate::snapshot::{Snapshot, snapshots};
use crate::writer::Terms;

/// What a start found.
pub struct Opened<D: Disk> {
    pub machine: Machine,
    pub journal: Recovered<D>,
    /// Snapshots that were damaged, by sequence; the journal has it all.
    pub refused: Vec<u64>,
}

/// Recovers; `empty` is the state before the first record.
pub fn open<D: Disk>(
    disk: &D,
    terms: Terms,
    empty: Machine,
    wall_ns: i64,
) -> Result<Opened<D>, JournalError> {
    let mut refused = Vec::new();
    let (mut machine, mut start) = (empty, None);
    for seq in snapshots(disk)?.into_iter().rev() {
        match Snapshot::load(disk, seq)? {
            Some(snapshot) => {
                machine = machine.restored(&snapshot)?;
                start = Some(snapshot.head.position);
                break;
            }
            None => refused.push(seq),
        }
    }
    let journal = recover(disk, terms, start, wall_ns, |entry| machine.replay(entry))?;
    machine.finish_replay()?;
    Ok(Opened {
        machine,
        journal,
        refused,
    })
}
