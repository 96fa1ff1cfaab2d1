//! The journal that the previous build's kernel wrote is taken up: its recorded cells are believed.
//!
//! `tests/kernel_actor/keep_journal.py` wrote it, run with that build; its first lines say which.

use std::path::Path;

use pink_journal::disk::Disk;
use pink_journal::error::JournalError;
use pink_journal::format::{SegmentHead, segment_name};
use pink_journal::machine::{Machine, Taken, build_hash, shape};
use pink_journal::opening::open;
use pink_journal::reader::{segment_head, segments};
use pink_journal::record::Record;
use pink_journal::recovery::{Recovered, recover};
use pink_journal::sim_disk::SimDisk;
use pink_journal::snapshot::{Snapshot, snapshots};
use pink_journal::writer::{Stamp, Terms, prepare_spare};
use pink_kernel::Now;
use shm_layout::{Code, Epoch, Stage, Writer as Source};

use crate::replay::hash;

const KEPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/journal.txt");
const E8: i64 = 100_000_000;
const TERMS: Terms = Terms {
    journal_id: 7,
    segment_bytes: 64 << 10,
    shape: shape(),
};

/// Files as `= name bytes`, then rows of an offset and their bytes; rows of zeros are left out.
fn kept() -> SimDisk {
    let text = std::fs::read_to_string(Path::new(KEPT)).unwrap();
    let disk = SimDisk::default();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        if let ["=", name, bytes] = words[..] {
            files.push((name.to_owned(), vec![0; bytes.parse().unwrap()]));
            continue;
        }
        let (at, hex) = (usize::from_str_radix(words[0], 16).unwrap(), words[1]);
        let bytes = &mut files.last_mut().unwrap().1;
        for (place, pair) in (at..).zip((0..hex.len()).step_by(2)) {
            bytes[place] = u8::from_str_radix(&hex[pair..pair + 2], 16).unwrap();
        }
    }
    for (name, bytes) in files {
        disk.create(&name).unwrap();
        disk.replace(&name, bytes);
    }
    disk
}

fn only_snapshot(disk: &SimDisk) -> Snapshot {
    let [seq] = snapshots(disk).unwrap()[..] else {
        panic!("one snapshot")
    };
    Snapshot::load(disk, seq).unwrap().unwrap()
}

/// As the kernel process starts.
fn taken_up(disk: &SimDisk) -> Result<(Machine, Recovered<SimDisk>), JournalError> {
    let opened = open(disk, TERMS, Machine::new(build_hash()), 1)?;
    assert!(opened.refused.is_empty());
    Ok((opened.machine, opened.journal))
}

/// From the first record, as if there were no snapshot.
fn read_whole(disk: &SimDisk) -> Machine {
    let mut machine = Machine::new(build_hash());
    recover(disk, TERMS, None, 1, |entry| machine.replay(entry)).unwrap();
    machine.finish_replay().unwrap();
    machine
}

#[test]
fn a_journal_of_the_previous_build_is_taken_up_with_and_without_its_snapshot() {
    let disk = kept();
    let snapshot = only_snapshot(&disk);
    assert_ne!(
        snapshot.head.build_hash,
        build_hash(),
        "this build wrote it"
    );
    assert_ne!(snapshot.head.shape, shape(), "its records are this build's");
    let whole = read_whole(&disk);
    let (again, recovered) = taken_up(&disk).unwrap();
    assert_eq!(hash(&again), hash(&whole));
    assert!(recovered.torn.is_empty() && again.next_seq() > snapshot.head.seq + 20);
    // The session as it was lived: 0.01 bought at 50,000, sold at 50,500; then 0.01 in two legs.
    let account = *again.kernel.account();
    assert_eq!((account.trades_closed, account.realised_e8), (2, 5 * E8));
    let fees_e8 = (50_000 + 50_500 + 50_000 + 20_000 + 30_000 + 50_000) * E8 / 100 / 2_000;
    assert_eq!(account.fees_e8, fees_e8);
    assert_eq!(account.capital_e8, 10_000 * E8 + 5 * E8 - fees_e8);
    assert_eq!(
        again.kernel.config().max_leverage,
        5,
        "the later configuration"
    );
    let live: Vec<_> = (0..pink_kernel::SLOTS_MAX)
        .map(|index| again.kernel.slot(index))
        .filter(|slot| slot.stage != Stage::Idle)
        .map(|slot| (slot.trade_id.as_str().to_owned(), slot.stage))
        .collect();
    let named = |name: &str, stage| (name.to_owned(), stage);
    assert_eq!(
        live,
        [
            named("t-held", Stage::PositionOpen),
            named("t-unknown", Stage::OrderRequested),
            named("t-silent", Stage::OrderRequested)
        ]
    );
}

/// Goes on as the kernel process does: the epoch of this build in a batch of its own.
fn go_on(disk: &SimDisk, machine: &mut Machine, recovered: &mut Recovered<SimDisk>) {
    let writer = &mut recovered.writer;
    let next = writer.next_spare();
    assert!(writer.offer(prepare_spare(disk, next, TERMS.segment_bytes).unwrap()));
    let mut batch = pink_journal::entry::Batch::new(TERMS.segment_bytes);
    let epoch = Epoch {
        incarnation: machine.kernel.epoch().incarnation + 1,
        build_hash: build_hash(),
        ..*machine.kernel.epoch()
    };
    let now = Now {
        wall_ns: 1_800_000_000_000_000_000,
        mono_ns: 1 << 50,
    };
    let taken = Taken {
        source: Source::Kernel,
        stream_id: 0,
        stream_seq: 0,
        now,
    };
    machine
        .take(&taken, &Record::Epoch(epoch), &mut batch)
        .unwrap();
    assert_eq!(machine.effects.outcome.code, Code::Ok);
    let stamp = Stamp {
        durable_seq: machine.next_seq() - 2,
        wall_ns: 1,
        mono_ns: 1,
    };
    writer.append(&mut batch, stamp).unwrap();
    machine.kernel.check().unwrap();
}

fn head_of(disk: &SimDisk, number: u64) -> SegmentHead {
    segment_head(disk, number).unwrap().1.unwrap()
}

#[test]
fn this_builds_records_begin_a_segment_and_both_are_read_at_the_next_start() {
    let disk = kept();
    let (mut machine, mut recovered) = taken_up(&disk).unwrap();
    let last = recovered.writer.position().segment;
    go_on(&disk, &mut machine, &mut recovered);
    assert_eq!(recovered.writer.position().segment, last + 1);
    assert_eq!(head_of(&disk, last + 1).shape, shape());
    assert_ne!(head_of(&disk, last).shape, shape());
    let (again, recovered) = taken_up(&disk).unwrap();
    assert_eq!(hash(&again), hash(&machine));
    assert_eq!(recovered.writer.position().segment, last + 1);
    assert!(
        recovered.writer.file().is_some(),
        "it goes on where it ended"
    );
}

#[test]
fn a_crash_at_any_sector_of_the_first_segment_of_this_build_loses_nothing_of_the_earlier() {
    let disk = kept();
    let (mut machine, mut recovered) = taken_up(&disk).unwrap();
    let before = hash(&machine);
    let last = recovered.writer.position().segment;
    go_on(&disk, &mut machine, &mut recovered);
    let name = segment_name(last + 1);
    let whole = disk.contents(&name).unwrap();
    let end = usize::try_from(recovered.writer.position().offset).unwrap();
    for cut in (0..=end).step_by(64).chain([end]) {
        let copy = disk.fork();
        let mut bytes = whole.clone();
        bytes[cut..].fill(0);
        copy.replace(&name, bytes);
        let (again, _) = taken_up(&copy).unwrap();
        let expected = if cut == end { hash(&machine) } else { before };
        assert_eq!(hash(&again), expected, "cut at {cut}");
    }
}

#[test]
fn records_of_an_unknown_shape_are_refused_and_the_message_says_what_to_do() {
    let disk = kept();
    for number in segments(&disk).unwrap() {
        let mut head = head_of(&disk, number);
        head.shape ^= 1;
        let mut bytes = disk.contents(&segment_name(number)).unwrap();
        let sealed = head.to_bytes();
        bytes[..sealed.len()].copy_from_slice(&sealed);
        disk.replace(&segment_name(number), bytes);
    }
    let refused = taken_up(&disk).map(|_| ());
    let Err(error @ JournalError::Shape { .. }) = refused else {
        panic!("{refused:?}");
    };
    let said = error.to_string();
    assert!(said.contains("no earlier shape I know"), "{said}");
    assert!(
        said.contains("go on with the build that wrote it"),
        "{said}"
    );
}
