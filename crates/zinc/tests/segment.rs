//! Segments: what is created, who may write it, and what becomes of leftovers.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]

mod support;

use std::fs;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use shm_layout::{ActorState, Layout, Segment as SegmentSpec, SegmentHeader};
use support::{CELL_SIZE, CELLS, LAYOUT, LEFT, RIGHT, Tree, number_of, record};
use zinc::{OwnSegment, Refusal, Segment, ZincError};

/// More than any memory holds.
const HUGE: Layout = Layout {
    version: 1,
    digest: [7; 32],
    segments: &[SegmentSpec {
        writer: LEFT,
        name: "left",
        size: 1 << 46,
        regions: &[],
        cursors: &[],
    }],
};

fn names_of(instance: &str) -> Vec<String> {
    let entries = fs::read_dir("/dev/shm").unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.contains(instance)).collect()
}

/// Makes the segment look as if this process had created it.
fn forge_creator(tree: &Tree, pid: u32, start_ticks: u64) {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(tree.path("left"))
        .unwrap();
    let mut bytes = [0; SegmentHeader::SIZE];
    file.read_exact_at(&mut bytes, 0).unwrap();
    let mut header = SegmentHeader::from_bytes(&bytes).unwrap();
    header.creator_pid = pid;
    header.creator_start_ticks = start_ticks;
    file.write_all_at(&header.to_bytes(), 0).unwrap();
    let crc = u64::from(crc32c::crc32c(&header.to_bytes()));
    file.write_all_at(&crc.to_le_bytes(), shm_layout::HEADER_CRC_OFFSET as u64)
        .unwrap();
}

fn dead_pid() -> u32 {
    let mut child = Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    child.id()
}

#[test]
fn flaw_g17_a_name_that_could_leave_its_place_is_refused_everywhere() {
    let tree = Tree::empty();
    let long = "a".repeat(25);
    for name in [
        "", "../etc", "a/b", "a.b", "A", "a b", "a\0b", "ä", "a_b", &long,
    ] {
        let refusals = [
            zinc::create(&LAYOUT, name, LEFT, &tree.run_dir, 0o600).unwrap_err(),
            zinc::unlink(&LAYOUT, name, LEFT).unwrap_err(),
            Segment::attach(&LAYOUT, name, LEFT).err().unwrap(),
            OwnSegment::open(&LAYOUT, name, LEFT, &tree.run_dir)
                .err()
                .unwrap(),
        ];
        for refusal in refusals {
            assert!(
                matches!(refusal, ZincError::BadInstance { .. }),
                "{name:?}: {refusal}"
            );
        }
    }
    assert!(matches!(
        tree.create(99),
        Err(ZincError::UnknownWriter { writer: 99 })
    ));
    assert!(names_of(&tree.instance).is_empty());
}

#[test]
fn flaw_i16_a_segment_is_closed_to_others_and_one_that_is_not_is_refused() {
    let tree = Tree::new();
    for mode in [0o644, 0o660, 0o666, 0o700, 0o604] {
        let made = zinc::create(&LAYOUT, &tree.instance, LEFT, &tree.run_dir, mode);
        assert!(
            made.unwrap_err()
                .to_string()
                .contains("neither 0600 nor 0640")
        );
    }
    let path = tree.path("left");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    for open in [0o644, 0o660, 0o602, 0o601, 0o4600] {
        fs::set_permissions(&path, fs::Permissions::from_mode(open)).unwrap();
        for refusal in [
            Segment::attach(&LAYOUT, &tree.instance, LEFT)
                .err()
                .unwrap(),
            OwnSegment::open(&LAYOUT, &tree.instance, LEFT, &tree.run_dir)
                .err()
                .unwrap(),
        ] {
            let refused = matches!(
                refusal,
                ZincError::Attach { refusal: Refusal::OpenMode { mode }, .. } if mode == open
            );
            assert!(refused, "{open:o}: {refusal}");
        }
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    tree.attach(LEFT);
    let lock = fs::metadata(tree.run_dir.join("left.lock")).unwrap();
    assert_eq!(lock.mode() & 0o7777, 0o600);
}

#[test]
fn flaw_j10_a_second_writer_is_refused_and_told_who_the_first_is() {
    let tree = Tree::new();
    let first = tree.open(LEFT);
    let refused = OwnSegment::open(&LAYOUT, &tree.instance, LEFT, &tree.run_dir)
        .err()
        .unwrap();
    let me = std::process::id();
    assert!(
        matches!(refused, ZincError::WriterHeld { pid, .. } if pid == me),
        "{refused}"
    );
    assert!(
        refused
            .to_string()
            .contains(&format!("held by process {me} "))
    );
    drop(first);
    assert_eq!(tree.open(LEFT).header().unwrap().writer.epoch, 2);
}

#[test]
fn flaw_j10_a_second_tree_of_the_same_name_is_refused_wherever_its_home_is() {
    let tree = Tree::new();
    let elsewhere = Tree::empty();
    let refused = zinc::create(&LAYOUT, &tree.instance, LEFT, &elsewhere.run_dir, 0o600);
    let me = std::process::id();
    assert!(matches!(refused, Err(ZincError::Busy { pid, .. }) if pid == me));
    assert_eq!(names_of(&tree.instance).len(), 2, "nothing half-made stays");
}

#[test]
fn flaw_g28_leftovers_of_dead_trees_never_stop_the_next_one() {
    let tree = Tree::new();
    let path = tree.path("left");
    let stream = |tree: &Tree| tree.attach(LEFT).tail(&support::LOSSLESS).unwrap().1;
    let old = stream(&tree);
    forge_creator(&tree, dead_pid(), 1);
    tree.create(LEFT).unwrap();
    assert_ne!(stream(&tree), old, "a fresh segment, not the old one");
    forge_creator(&tree, std::process::id(), 1);
    tree.create(LEFT).unwrap();

    for garbage in [&b""[..], &[0xA5; 100], &[0; 12288], &[0xFF; 12288]] {
        fs::write(&path, garbage).unwrap();
        tree.create(LEFT).unwrap();
        tree.attach(LEFT);
    }
    fs::remove_file(&path).unwrap();
    symlink("/dev/null", &path).unwrap();
    tree.create(LEFT).unwrap();
    let unfinished = format!("{}.{}.new", path.display(), dead_pid());
    fs::write(&unfinished, "half-made").unwrap();
    forge_creator(&tree, dead_pid(), 1);
    tree.create(LEFT).unwrap();
    assert!(!Path::new(&unfinished).exists());
    assert_eq!(names_of(&tree.instance).len(), 2);
}

#[test]
fn a_live_writer_keeps_its_segment_when_its_creator_is_dead() {
    let tree = Tree::new();
    let own = tree.open(LEFT);
    forge_creator(&tree, dead_pid(), 1);
    assert!(matches!(tree.create(LEFT), Err(ZincError::Busy { .. })));
    drop(own);
    assert!(
        matches!(tree.create(LEFT), Err(ZincError::Busy { .. })),
        "its process lives"
    );
}

#[test]
fn a_memory_that_cannot_hold_the_segment_is_refused_before_anything_has_its_name() {
    let tree = Tree::empty();
    let refused = zinc::create(&HUGE, &tree.instance, LEFT, &tree.run_dir, 0o600).unwrap_err();
    assert!(refused.to_string().contains("preallocating"), "{refused}");
    assert!(names_of(&tree.instance).is_empty());
}

#[test]
fn flaw_g33_taking_a_segment_down_twice_does_no_harm() {
    let tree = Tree::new();
    let (mut own, reader) = (tree.open(LEFT), tree.attach(LEFT));
    assert!(!reader.is_replaced());
    assert!(zinc::unlink(&LAYOUT, &tree.instance, LEFT).unwrap());
    assert!(!zinc::unlink(&LAYOUT, &tree.instance, LEFT).unwrap());
    assert!(reader.is_replaced());
    own.write(&CELLS, 0, &record::<CELL_SIZE>(5)).unwrap();
    let mut bytes = [0; CELL_SIZE];
    reader.read(&CELLS, 0, &mut bytes).unwrap();
    assert_eq!(number_of(&bytes), 5, "whoever has it mapped keeps it");
}

#[test]
fn the_header_says_who_writes_and_how_it_is() {
    let tree = Tree::new();
    let before = tree.attach(LEFT).header().unwrap();
    assert_eq!(
        (before.writer.epoch, before.writer.pid, before.state),
        (0, 0, 0)
    );
    let own = tree.open(LEFT);
    let opened = tree.attach(LEFT).header().unwrap();
    assert_eq!(opened.writer.pid, std::process::id());
    assert!(opened.writer.start_ticks > 0);
    assert_eq!(opened.writer.boot_id, opened.segment.boot_id);
    assert_eq!(opened.state, u64::from(ActorState::Starting.code()));
    own.set_state(u64::from(ActorState::Ready.code()));
    own.beat(42);
    let beaten = tree.attach(LEFT).header().unwrap();
    assert_eq!((beaten.state, beaten.progress), (2, 42));
    assert!(beaten.heartbeat_mono_ns >= opened.heartbeat_mono_ns);
    assert!(beaten.heartbeat_mono_ns <= zinc::mono_ns());
    let name = format!("{}.left", tree.instance);
    assert!(zinc::list().unwrap().contains(&name));
}

#[test]
fn a_saved_copy_of_a_segment_is_read_like_the_segment() {
    let tree = Tree::new();
    let mut own = tree.open(LEFT);
    own.write(&CELLS, 3, &record::<CELL_SIZE>(9)).unwrap();
    let copy = tree.run_dir.join("left.saved");
    fs::copy(tree.path("left"), &copy).unwrap();
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o644)).unwrap();
    let reader = Segment::attach_file(&LAYOUT, &copy, LEFT).unwrap();
    let mut bytes = [0; CELL_SIZE];
    reader.read(&CELLS, 3, &mut bytes).unwrap();
    assert_eq!(number_of(&bytes), 9);
    assert!(Segment::attach_file(&LAYOUT, &copy, RIGHT).is_err());
}
