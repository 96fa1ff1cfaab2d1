//! Damage at every place: a torn tail is cut, a damaged durable record refused, nothing guessed.

use pink_journal::disk::Disk;
use pink_journal::error::JournalError;
use pink_journal::format::segment_name;
use pink_journal::sim_disk::{SECTOR_BYTES, SimDisk};

use crate::rig::{Random, Rig};

fn last_batch(disk: &SimDisk) -> (usize, usize) {
    let (rig, _) = Rig::open(&disk.fork()).unwrap();
    let end = usize::try_from(rig.writer.position().offset).unwrap();
    let used = disk.contents(&segment_name(1)).unwrap();
    assert!(used[end..].iter().all(|b| *b == 0));
    let start = (4096..end)
        .step_by(8)
        .rfind(|at| used[*at..].starts_with(b"PJB1"))
        .unwrap();
    (start, end)
}

fn damaged(disk: &SimDisk, change: impl Fn(&mut [u8])) -> SimDisk {
    let copy = disk.fork();
    let mut bytes = copy.contents(&segment_name(1)).unwrap();
    change(&mut bytes);
    copy.replace(&segment_name(1), bytes);
    copy
}

#[test]
fn a_cut_at_every_byte_of_the_last_batch_loses_that_batch_and_nothing_else() {
    let rig = Rig::with_batches(5);
    let (start, end) = last_batch(&rig.disk);
    for at in start..end {
        let copy = damaged(&rig.disk, |bytes| bytes[at..].fill(0));
        let (again, seen) = Rig::open(&copy).unwrap();
        let whole = bytes_are_zero(&rig.disk, at, end);
        let expected = if whole { 15 } else { 12 };
        assert_eq!(seen, (1..=expected).collect::<Vec<_>>(), "cut at byte {at}");
        let kept = copy
            .names()
            .unwrap()
            .iter()
            .filter(|n| n.starts_with("torn-"))
            .count();
        assert_eq!(
            kept,
            usize::from(!whole && at > start),
            "the cut bytes are kept aside"
        );
        let (_, after) = Rig::open(&again.disk).unwrap();
        assert_eq!(after, seen, "the repaired journal is whole");
    }
}

fn bytes_are_zero(disk: &SimDisk, from: usize, to: usize) -> bool {
    disk.contents(&segment_name(1)).unwrap()[from..to]
        .iter()
        .all(|b| *b == 0)
}

/// The rule: sound prefix kept and what follows was not durable, or refused.
fn judged_by_the_rule(disk: &SimDisk, durable_seq: u64, what: &str) {
    match Rig::open(disk) {
        Ok((_, seen)) => {
            let last = seen.last().copied().unwrap_or(0);
            assert_eq!(seen, (1..=last).collect::<Vec<_>>(), "{what}");
            assert!(
                last >= durable_seq,
                "{what}: durable record {} was dropped",
                last + 1
            );
        }
        Err(JournalError::Damaged { seq, .. }) => {
            assert!(
                seq <= durable_seq,
                "{what}: {seq} was never durable, yet refused"
            );
        }
        Err(e) => panic!("{what}: {e}"),
    }
}

#[test]
fn any_sector_zeroed_is_cut_or_refused_as_the_rule_says() {
    let rig = Rig::with_batches(12);
    let (_, end) = last_batch(&rig.disk);
    // The last batch says that the one before it was durable up to here.
    let known_durable = 3 * 10;
    let known_durable = known_durable + 3;
    for sector in 4096 / SECTOR_BYTES..=end / SECTOR_BYTES {
        let copy = damaged(&rig.disk, |bytes| {
            bytes[sector * SECTOR_BYTES..(sector + 1) * SECTOR_BYTES].fill(0);
        });
        let (start, _) = last_batch(&rig.disk);
        let hits_last = (sector + 1) * SECTOR_BYTES > start;
        let durable = if hits_last { 0 } else { known_durable };
        judged_by_the_rule(&copy, durable, &format!("sector {sector}"));
    }
}

#[test]
fn any_bit_flipped_is_cut_or_refused_never_believed() {
    let seed = 4711;
    println!("seed {seed}");
    let rig = Rig::with_batches(6);
    let (start, end) = last_batch(&rig.disk);
    let mut random = Random::new(seed);
    for _ in 0..800 {
        let (at, bit) = (random.below(end), random.below(8));
        let copy = damaged(&rig.disk, |bytes| bytes[at] ^= 1 << bit);
        let durable = if at < start { 15 } else { 0 };
        let inside_header = (128..4096).contains(&at);
        if at < 128 {
            assert!(Rig::open(&copy).is_err(), "header byte {at}");
        } else if inside_header {
            assert_eq!(Rig::open(&copy).unwrap().1.len(), 18, "unused byte {at}");
        } else {
            judged_by_the_rule(&copy, durable, &format!("byte {at} bit {bit}"));
        }
    }
}

#[test]
fn a_hole_among_durable_records_is_refused_with_the_place() {
    let rig = Rig::with_batches(9);
    let copy = damaged(&rig.disk, |bytes| bytes[4096 + 200] ^= 1);
    let Err(JournalError::Damaged {
        segment,
        offset,
        seq,
        why,
    }) = Rig::open(&copy).map(|_| ())
    else {
        panic!("not refused");
    };
    assert_eq!((segment, offset, seq), (1, 4096, 1));
    assert!(why.contains("24 was durable"), "{why}");
}

#[test]
fn two_sectors_swapped_are_noticed() {
    let rig = Rig::with_batches(9);
    let copy = damaged(&rig.disk, |bytes| {
        let (a, b) = bytes.split_at_mut(4096 + SECTOR_BYTES);
        a[4096..].swap_with_slice(&mut b[..SECTOR_BYTES]);
    });
    assert!(matches!(
        Rig::open(&copy).map(|_| ()),
        Err(JournalError::Damaged { .. })
    ));
}

#[test]
fn a_missing_segment_is_refused() {
    let mut rig = Rig::fresh();
    while rig.writer.position().segment < 4 {
        rig.prepare().unwrap();
        rig.write(40).unwrap();
        rig.sync();
    }
    for number in 1..4 {
        let copy = rig.disk.fork();
        copy.remove(&segment_name(number)).unwrap();
        let refused = Rig::open(&copy).map(|_| ());
        assert!(
            matches!(refused, Err(JournalError::Damaged { .. })),
            "segment {number}"
        );
    }
}
