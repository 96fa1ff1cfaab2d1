//! What is kept on the disk: the newest snapshots, and the segments somebody may still need.

use crate::disk::{Disk, DiskFile};
use crate::error::JournalError;
use crate::format::{segment_name, snapshot_name};
use crate::reader::{Reader, segments, start_of};
use crate::snapshot::{SNAPSHOTS_MAX, Snapshot, snapshots};

/// Stores a snapshot whose record is durable, then removes what it and the database make
/// superfluous: segments of records below `stored_seq` that are older than `age_seconds`.
///
/// Returns how many segments were removed.
pub fn store<D: Disk>(
    disk: &D,
    snapshot: &Snapshot,
    stored_seq: u64,
    age_seconds: u64,
) -> Result<usize, JournalError> {
    snapshot.store(disk)?;
    let seqs = snapshots(disk)?;
    let (old, kept) = seqs.split_at(seqs.len().saturating_sub(SNAPSHOTS_MAX));
    for seq in old {
        let name = snapshot_name(*seq);
        disk.remove(&name)
            .map_err(|e| JournalError::io("remove", &name, e))?;
    }
    let covered = if kept.len() < SNAPSHOTS_MAX {
        0
    } else {
        kept[0]
    };
    retain(disk, covered.min(stored_seq) + 1, age_seconds)
}

/// Removes segments that nobody needs: older than `keep_seq` and than `age_seconds`.
///
/// Returns how many were removed.
pub fn retain<D: Disk>(disk: &D, keep_seq: u64, age_seconds: u64) -> Result<usize, JournalError> {
    let numbers = segments(disk)?;
    let mut removed = 0;
    for pair in numbers.windows(2) {
        let Some(next) = Reader::at_segment(disk, pair[1])? else {
            break;
        };
        let name = segment_name(pair[0]);
        let file = disk
            .open(&name)
            .map_err(|e| JournalError::io("open", &name, e))?;
        let age = file
            .age_seconds()
            .map_err(|e| JournalError::io("read", &name, e))?;
        if start_of(next.segment()).next_seq > keep_seq || age < age_seconds {
            break;
        }
        disk.remove(&name)
            .map_err(|e| JournalError::io("remove", &name, e))?;
        removed += 1;
    }
    Ok(removed)
}
