//! A full disk, short writes and failing syncs.

use pink_journal::disk::{Disk, DiskFile};
use pink_journal::error::JournalError;
use pink_journal::format::{SEGMENT_BYTES_MIN, segment_name};
use pink_journal::sim_disk::Faults;

use crate::rig::Rig;

#[test]
fn under_a_full_disk_the_prepared_segments_are_used_up_and_nothing_is_lost() {
    let mut rig = Rig::fresh();
    rig.disk.set_faults(Faults {
        capacity_bytes: 3 * SEGMENT_BYTES_MIN,
        ..Faults::default()
    });
    let mut full = 0;
    let refused = loop {
        if rig.prepare().is_err() {
            full += 1;
        }
        match rig.write(40) {
            Ok(()) => {}
            Err(e) => break e,
        }
    };
    assert!(matches!(refused, JournalError::NoSpare), "{refused}");
    assert!(full > 1, "preparing failed long before the journal stopped");
    assert_eq!(
        rig.writer.position().segment,
        3,
        "every prepared segment was used"
    );
    let names = rig.disk.names().unwrap();
    assert!(
        !names.iter().any(|name| name.contains(".tmp")),
        "an unfinished file is removed"
    );
    let written = rig.writer.position().next_seq - 1;
    assert_eq!(Rig::open(&rig.disk.fork()).unwrap().1.len() as u64, written);

    rig.disk.set_faults(Faults::default());
    rig.prepare().unwrap();
    rig.write(40).unwrap();
    assert_eq!(Rig::open(&rig.disk).unwrap().1.len() as u64, written + 40);
}

#[test]
fn short_writes_are_continued_and_leave_no_torn_record() {
    let mut rig = Rig::fresh();
    rig.disk.set_faults(Faults {
        write_bytes_max: 96,
        ..Faults::default()
    });
    rig.prepare().unwrap();
    for _ in 0..10 {
        rig.write(5).unwrap();
    }
    assert_eq!(Rig::open(&rig.disk).unwrap().1.len(), 50);
}

#[test]
fn after_a_failed_write_nothing_more_is_taken() {
    let mut rig = Rig::with_batches(3);
    let (_, writes) = rig.disk.counts();
    rig.disk.set_faults(Faults {
        write_fails_from: writes,
        ..Faults::default()
    });
    assert!(matches!(rig.write(1), Err(JournalError::Io { .. })));
    rig.disk.set_faults(Faults::default());
    assert!(
        matches!(rig.write(1), Err(JournalError::Failed)),
        "a later write is not tried"
    );
    assert_eq!(Rig::open(&rig.disk).unwrap().1.len(), 9);
}

#[test]
fn a_failing_sync_is_an_error_of_recovery_too() {
    let rig = Rig::with_batches(3);
    let (syncs, _) = rig.disk.counts();
    rig.disk.set_faults(Faults {
        sync_fails_from: syncs,
        ..Faults::default()
    });
    assert!(rig.writer.file().unwrap().sync().is_err());
    assert!(matches!(
        Rig::open(&rig.disk).map(|_| ()),
        Err(JournalError::Io { .. })
    ));
}

#[test]
fn recovery_writes_the_undurable_end_again_because_a_failed_sync_leaves_clean_pages() {
    let mut rig = Rig::with_batches(3);
    rig.write(3).unwrap();
    let (_, before) = rig.disk.counts();
    Rig::open(&rig.disk).unwrap();
    let (_, after) = rig.disk.counts();
    assert!(
        after > before,
        "the end of the journal was not written again"
    );
}

#[test]
fn a_segment_that_lost_its_end_gets_its_zeros_back() {
    let rig = Rig::with_batches(3);
    let mut bytes = rig.disk.contents(&segment_name(1)).unwrap();
    bytes.truncate(bytes.len() / 2);
    rig.disk.replace(&segment_name(1), bytes);
    let (again, seen) = Rig::open(&rig.disk).unwrap();
    assert_eq!(seen.len(), 9);
    assert_eq!(
        again.writer.file().unwrap().bytes().unwrap(),
        SEGMENT_BYTES_MIN
    );
}
