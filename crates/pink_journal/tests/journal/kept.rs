//! A journal of an earlier build, kept as text, is taken up: its recorded cells are believed.
//!
//! `scripts/keep_journal` writes it anew; needed only when the shape of the records changes.

use std::fmt::Write as _;
use std::path::PathBuf;

use pink_journal::disk::Disk;
use pink_journal::error::JournalError;
use pink_journal::machine::{Machine, build_hash};
use pink_journal::recovery::recover;
use pink_journal::sim_disk::SimDisk;
use pink_journal::snapshot::{Snapshot, snapshots};
use pink_kernel::{Effects, Input, Now};
use shm_layout::{Code, Epoch};

use crate::replay::{Live, OTHER_BUILD, TERMS, hash, replayed};

const ROW_BYTES: usize = 32;
/// What the kept journal holds; the outcome of its last record said so.
const RECORDS: u64 = 80;

fn path() -> PathBuf {
    PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/fixtures/journal.txt"
    ))
}

/// Each file as `= name bytes`, then rows of an offset and 32 bytes; rows of zeros are left out.
fn to_text(disk: &SimDisk) -> String {
    let mut text = String::new();
    for name in disk.names().unwrap() {
        let bytes = disk.contents(&name).unwrap();
        writeln!(text, "= {name} {}", bytes.len()).unwrap();
        for (row, part) in bytes.chunks(ROW_BYTES).enumerate() {
            if part.iter().any(|byte| *byte != 0) {
                write!(text, "{:x} ", row * ROW_BYTES).unwrap();
                for byte in part {
                    write!(text, "{byte:02x}").unwrap();
                }
                text.push('\n');
            }
        }
    }
    text
}

fn from_text(text: &str) -> SimDisk {
    let disk = SimDisk::default();
    let mut files: Vec<(String, Vec<u8>)> = Vec::new();
    for line in text.lines() {
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

/// Writes the file anew when asked to.
fn kept() -> SimDisk {
    if std::env::var_os("KEEP").is_some() {
        let mut live = Live::new();
        live.go_on(RECORDS / 2);
        let position = live.writer.position();
        let snapshot = live.flow.machine.snapshot(TERMS.journal_id, position, 1);
        snapshot.store(&live.disk).unwrap();
        live.go_on(RECORDS / 2);
        std::fs::write(path(), to_text(&live.disk)).unwrap();
    }
    from_text(&std::fs::read_to_string(path()).unwrap())
}

/// A build hash that is not the one in the journal.
fn this_build(snapshot: &Snapshot) -> u64 {
    if snapshot.head.build_hash == build_hash() {
        OTHER_BUILD
    } else {
        build_hash()
    }
}

#[test]
fn a_journal_of_another_build_is_taken_up_and_goes_on() {
    let disk = kept();
    let seq = *snapshots(&disk).unwrap().first().unwrap();
    let snapshot = Snapshot::load(&disk, seq).unwrap().unwrap();
    let build = this_build(&snapshot);
    let whole = replayed(&disk, Machine::new(build), None).unwrap();
    let machine = Machine::load(&snapshot, build).unwrap();
    let mut again = replayed(&disk, machine, Some(snapshot.head.position)).unwrap();
    assert_eq!(hash(&again), hash(&whole));
    assert!(again.next_seq() > RECORDS);
    let account = *again.kernel.account();
    assert!(account.trades_closed > 2 && account.fees_e8 > 0);
    assert_eq!(
        account.capital_e8,
        account.seed_e8 + account.realised_e8 - account.fees_e8
    );
    let mut effects = Effects::new();
    let epoch = Epoch {
        incarnation: again.kernel.epoch().incarnation + 1,
        build_hash: build,
        ..*again.kernel.epoch()
    };
    let now = Now {
        wall_ns: 1_800_000_000_000_000_000,
        mono_ns: 1 << 50,
    };
    let (seq, input) = (again.next_seq(), Input::Epoch(&epoch));
    again.kernel.apply(seq, now, input, &mut effects);
    assert_eq!(effects.outcome.code, Code::Ok);
    again.kernel.check().unwrap();
}

#[test]
fn records_of_another_shape_are_refused_and_the_message_says_what_to_do() {
    let disk = kept();
    let mut terms = TERMS;
    terms.shape ^= 1;
    let refused = recover(&disk, terms, None, 1, |_| Ok(())).map(|_| ());
    assert!(matches!(refused, Err(JournalError::Shape { .. })));
    let seq = *snapshots(&disk).unwrap().first().unwrap();
    let mut snapshot = Snapshot::load(&disk, seq).unwrap().unwrap();
    snapshot.head.shape ^= 1;
    let Err(error) = Machine::load(&snapshot, OTHER_BUILD).map(|_| ()) else {
        panic!("a snapshot of another shape was loaded");
    };
    let said = error.to_string();
    assert!(said.contains("a field moved"), "{said}");
}
