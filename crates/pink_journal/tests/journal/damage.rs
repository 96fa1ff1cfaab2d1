//! Damage at every place: a torn tail is cut, a damaged durable record refused, nothing guessed.
//!
//! What must come of it is told by `expected`, from what was written and which bytes changed alone:
//! it shares nothing with the recovery it judges.

use std::ops::Range;

use pink_journal::disk::Disk;
use pink_journal::error::JournalError;
use pink_journal::format::segment_name;
use pink_journal::sim_disk::{SECTOR_BYTES, SimDisk};

use crate::rig::Rig;

const FIRST_BATCH: usize = 4096;
/// Bytes of a segment's header that mean something.
const HEADER_USED: usize = 128;
/// Enough for these few batches; every recovery here reads all of it.
const SEGMENT_BYTES: u64 = 16 << 10;

/// One batch as it was written.
struct Written {
    place: Range<usize>,
    first_seq: u64,
    /// What it says was durable before it.
    durable_seq: u64,
}

/// What recovery must do.
#[derive(Debug, PartialEq, Eq)]
enum Expected {
    /// The records up to this one, none else, and no error.
    Kept(u64),
    /// A refusal that names this record.
    Refused(u64),
}

/// `batches` batches of so many entries in one segment; all but the last are durable.
fn lived(batches: u64, entries: u64) -> (Rig, Vec<Written>) {
    let mut rig = Rig::sized(SEGMENT_BYTES);
    rig.prepare().unwrap();
    let mut written = Vec::new();
    for batch in 0..batches {
        let (durable_seq, before) = (rig.durable_seq, rig.writer.position());
        rig.write(entries).unwrap();
        let start = if batch == 0 {
            FIRST_BATCH
        } else {
            usize::try_from(before.offset).unwrap()
        };
        written.push(Written {
            place: start..usize::try_from(rig.writer.position().offset).unwrap(),
            first_seq: before.next_seq,
            durable_seq,
        });
        if batch + 1 < batches {
            rig.sync();
        }
    }
    (rig, written)
}

/// The rule, from what was written and what is left: the records before the first damaged batch,
/// unless a sound batch says that the damaged one was durable.
fn expected(written: &[Written], before: &[u8], after: &[u8]) -> Expected {
    let is_sound = |place: &Range<usize>| before[place.clone()] == after[place.clone()];
    let header = is_sound(&(0..HEADER_USED));
    let first_bad = written.iter().position(|batch| !is_sound(&batch.place));
    let first_bad = if header { first_bad } else { Some(0) };
    let last = written.last().unwrap();
    let entries = written[1].first_seq - written[0].first_seq;
    let Some(bad) = first_bad else {
        return Expected::Kept(last.first_seq + entries - 1);
    };
    let sound = written.iter().filter(|batch| is_sound(&batch.place));
    let known_durable = sound.map(|batch| batch.durable_seq).max().unwrap_or(0);
    let lost = written[bad].first_seq;
    if known_durable >= lost {
        Expected::Refused(lost)
    } else {
        Expected::Kept(lost - 1)
    }
}

/// Recovers the journal with this segment and holds what happened against the rule.
fn judge(rig: &Rig, written: &[Written], after: &[u8], what: &str) {
    let before = rig.disk.contents(&segment_name(1)).unwrap();
    let expected = expected(written, &before, after);
    let copy = rig.disk.fork();
    copy.replace(&segment_name(1), after.to_owned());
    let found = match Rig::open_sized(&copy, SEGMENT_BYTES) {
        Ok((again, seen)) => {
            let last = seen.last().copied().unwrap_or(0);
            assert_eq!(seen, (1..=last).collect::<Vec<_>>(), "{what}");
            let (_, once_more) = Rig::open_sized(&again.disk, SEGMENT_BYTES).unwrap();
            assert_eq!(once_more, seen, "{what}: the repaired journal is whole");
            Expected::Kept(last)
        }
        Err(JournalError::Damaged { seq, .. }) => {
            let left = copy.contents(&segment_name(1)).unwrap();
            assert!(left == after, "{what}: the evidence was changed");
            Expected::Refused(seq)
        }
        Err(e) => panic!("{what}: {e}"),
    };
    assert_eq!(found, expected, "{what}");
}

fn damaged(disk: &SimDisk, change: impl Fn(&mut [u8])) -> SimDisk {
    let copy = disk.fork();
    let mut bytes = copy.contents(&segment_name(1)).unwrap();
    change(&mut bytes);
    copy.replace(&segment_name(1), bytes);
    copy
}

fn segment(rig: &Rig) -> Vec<u8> {
    rig.disk.contents(&segment_name(1)).unwrap()
}

#[test]
fn a_cut_at_every_byte_of_the_last_batch_loses_that_batch_and_nothing_else() {
    let (rig, written) = lived(4, 3);
    let sound = segment(&rig);
    let last = &written[3];
    for at in last.place.clone() {
        let mut bytes = sound.clone();
        bytes[at..].fill(0);
        judge(&rig, &written, &bytes, &format!("zeros from byte {at}"));
        let copy = rig.disk.fork();
        copy.replace(&segment_name(1), sound[..at].to_vec());
        let (_, seen) = Rig::open_sized(&copy, SEGMENT_BYTES).unwrap();
        assert_eq!(
            seen.len() as u64,
            last.first_seq - 1,
            "the file ends at {at}"
        );
        let kept = copy.names().unwrap();
        let kept = kept.iter().filter(|name| name.starts_with("torn-"));
        assert_eq!(
            kept.count(),
            usize::from(at > last.place.start),
            "kept aside"
        );
    }
}

#[test]
fn any_sector_zeroed_is_cut_or_refused_as_the_rule_says() {
    for (batches, entries) in [(12, 3), (40, 1), (3, 14)] {
        let (rig, written) = lived(batches, entries);
        for sector in 0..segment(&rig).len() / SECTOR_BYTES {
            let mut bytes = segment(&rig);
            bytes[sector * SECTOR_BYTES..(sector + 1) * SECTOR_BYTES].fill(0);
            let what = format!("{batches} batches, sector {sector}");
            judge(&rig, &written, &bytes, &what);
        }
    }
}

#[test]
fn any_bit_flipped_is_cut_or_refused_and_never_believed() {
    let (rig, written) = lived(4, 1);
    let end = written.last().unwrap().place.end;
    let sound = segment(&rig);
    for at in (0..HEADER_USED).chain(FIRST_BATCH..end + 16) {
        for bit in 0..8 {
            let mut bytes = sound.clone();
            bytes[at] ^= 1 << bit;
            judge(&rig, &written, &bytes, &format!("byte {at} bit {bit}"));
        }
    }
    let mut bytes = sound;
    bytes[HEADER_USED..FIRST_BATCH].fill(0xFF);
    judge(&rig, &written, &bytes, "what no header uses");
}

#[test]
fn a_hole_among_durable_records_is_refused_with_the_place() {
    let rig = Rig::with_batches(9);
    let copy = damaged(&rig.disk, |bytes| bytes[FIRST_BATCH + 200] ^= 1);
    let Err(JournalError::Damaged {
        segment,
        offset,
        seq,
        why,
    }) = Rig::open(&copy).map(|_| ())
    else {
        panic!("not refused");
    };
    assert_eq!((segment, offset, seq), (1, FIRST_BATCH as u64, 1));
    assert!(why.contains("24 was durable"), "{why}");
}

#[test]
fn two_sectors_swapped_are_noticed() {
    let rig = Rig::with_batches(9);
    let copy = damaged(&rig.disk, |bytes| {
        let (a, b) = bytes.split_at_mut(FIRST_BATCH + SECTOR_BYTES);
        a[FIRST_BATCH..].swap_with_slice(&mut b[..SECTOR_BYTES]);
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
