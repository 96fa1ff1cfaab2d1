//! What is written is what is read, across segments and restarts.

use pink_journal::disk::Disk;
use pink_journal::entry::PartKind;
use pink_journal::format::segment_name;
use pink_journal::reader::{Found, reader_for};
use pink_journal::retention::retain;
use pink_journal::snapshot::{Snapshot, SnapshotHead, snapshots};

use crate::rig::{Rig, TERMS, check};

#[test]
fn flaw_k7_no_record_is_dropped_however_many_there_are() {
    let mut rig = Rig::fresh();
    while rig.writer.position().next_seq <= 20_000 {
        rig.prepare().unwrap();
        rig.write(40).unwrap();
    }
    let last = rig.writer.position().next_seq - 1;
    assert!(
        rig.writer.position().segment > 20,
        "the journal spans many segments"
    );
    let (_, seen) = Rig::open(&rig.disk).unwrap();
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());
}

#[test]
fn a_reader_finds_any_sequence_and_reads_on_while_the_writer_writes() {
    let mut rig = Rig::fresh();
    let mut wanted = 1;
    let mut reader = None;
    for _ in 0..300 {
        rig.prepare().unwrap();
        rig.write(7).unwrap();
        if reader.is_none() {
            reader = reader_for(&rig.disk, 1).unwrap();
        }
        let reader = reader.as_mut().unwrap();
        while let Found::Batch(head) = reader.advance().unwrap() {
            assert_eq!(head.first_seq, wanted);
            reader.entries().for_each(|entry| check(&entry.unwrap()));
            wanted = head.next_seq();
        }
    }
    assert_eq!(wanted, rig.writer.position().next_seq);
    for seq in [1, 700, 1500, wanted - 1] {
        let mut reader = reader_for(&rig.disk, seq).unwrap().unwrap();
        let mut found = false;
        while let Found::Batch(head) = reader.advance().unwrap() {
            found |= (head.first_seq..head.next_seq()).contains(&seq);
        }
        assert!(found, "sequence {seq}");
    }
}

#[test]
fn a_restart_goes_on_where_the_journal_ends() {
    let mut rig = Rig::fresh();
    let mut expected = 0;
    for _ in 0..30 {
        rig.prepare().unwrap();
        rig.write(20).unwrap();
        expected += 20;
        let (again, seen) = Rig::open(&rig.disk).unwrap();
        assert_eq!(seen, (1..=expected).collect::<Vec<_>>());
        rig = again;
    }
    let names = rig.disk.names().unwrap();
    assert!(
        !names.iter().any(|name| name.starts_with("torn-")),
        "a clean stop cuts nothing"
    );
}

#[test]
fn a_segment_is_removed_only_when_nothing_before_the_given_sequence_is_in_the_next() {
    let mut rig = Rig::fresh();
    while rig.writer.position().segment < 4 {
        rig.prepare().unwrap();
        rig.write(40).unwrap();
    }
    let second = reader_for(&rig.disk, u64::MAX)
        .unwrap()
        .unwrap()
        .segment()
        .first_seq;
    assert_eq!(retain(&rig.disk, second - 1, 0).unwrap(), 2);
    assert_eq!(retain(&rig.disk, second, 0).unwrap(), 1);
    assert!(!rig.disk.names().unwrap().contains(&segment_name(1)));
    assert!(
        reader_for(&rig.disk, 1).is_err(),
        "a reader is told that the record is gone"
    );
}

#[test]
fn a_snapshot_reads_back_and_a_damaged_one_is_not_believed() {
    let rig = Rig::with_batches(3);
    let head = SnapshotHead {
        journal_id: TERMS.journal_id,
        seq: rig.writer.position().next_seq - 1,
        shape: TERMS.shape,
        state_hash: 1,
        build_hash: 2,
        wall_ns: 3,
        boot_hash: 4,
        position: rig.writer.position(),
    };
    let mut snapshot = Snapshot::new(head);
    snapshot.part(PartKind::Cell, 1, 5, &[0, 6, 0, 7]);
    snapshot.part(PartKind::Stream, 0, 0, &[2, 9, 9]);
    snapshot.store(&rig.disk).unwrap();
    let [seq] = snapshots(&rig.disk).unwrap()[..] else {
        panic!("one snapshot")
    };
    let back = Snapshot::load(&rig.disk, seq).unwrap().unwrap();
    assert_eq!(back.head, head);
    let cell = back.parts().next().unwrap().unwrap();
    assert_eq!(
        (cell.region, cell.index, cell.words::<4>()),
        (1, 5, Some([0, 6, 0, 7]))
    );
    let name = pink_journal::format::snapshot_name(seq);
    let sound = rig.disk.contents(&name).unwrap();
    for at in [0, 9, 30, 100, 117, sound.len() - 1] {
        let mut bytes = sound.clone();
        bytes[at] ^= 4;
        rig.disk.replace(&name, bytes);
        assert!(
            Snapshot::load(&rig.disk, seq).unwrap().is_none(),
            "byte {at}"
        );
    }
}
