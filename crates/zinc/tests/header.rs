//! Attaching: every doubt about an object is a refusal of its own, with both sides in the text.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]

mod support;

use std::fs;
use std::os::unix::fs::{FileExt, symlink};

use shm_layout::{Ascii, HEADER_CRC_OFFSET, Layout, SegmentHeader};
use support::{LAYOUT, LEFT, RIGHT, Tree};
use zinc::{Refusal, Segment, ZincError};

fn refusal(tree: &Tree) -> Refusal {
    match Segment::attach(&LAYOUT, &tree.instance, LEFT) {
        Err(ZincError::Attach { refusal, .. }) => refusal,
        Err(other) => panic!("another kind of refusal: {other}"),
        Ok(_) => panic!("attached"),
    }
}

/// Changes one fact of the header and makes the checksum fit it.
fn forge(tree: &Tree, change: impl FnOnce(&mut SegmentHeader)) {
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(tree.path("left"))
        .unwrap();
    let mut bytes = [0; SegmentHeader::SIZE];
    file.read_exact_at(&mut bytes, 0).unwrap();
    let mut header = SegmentHeader::from_bytes(&bytes).unwrap();
    change(&mut header);
    file.write_all_at(&header.to_bytes(), 0).unwrap();
    let crc = u64::from(crc32c::crc32c(&header.to_bytes()));
    file.write_all_at(&crc.to_le_bytes(), HEADER_CRC_OFFSET as u64)
        .unwrap();
}

#[test]
fn every_flipped_bit_of_the_header_is_refused() {
    let tree = Tree::new();
    let file = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(tree.path("left"))
        .unwrap();
    for offset in (0..SegmentHeader::SIZE as u64).chain(HEADER_CRC_OFFSET as u64..264) {
        let mut byte = [0];
        file.read_exact_at(&mut byte, offset).unwrap();
        for bit in 0..8 {
            file.write_all_at(&[byte[0] ^ (1 << bit)], offset).unwrap();
            let refused = refusal(&tree);
            let expected = matches!(refused, Refusal::BadMagic { .. } | Refusal::DamagedHeader);
            assert!(expected, "byte {offset} bit {bit}: {refused}");
        }
        file.write_all_at(&byte, offset).unwrap();
    }
    tree.attach(LEFT);
}

#[test]
fn each_fact_that_differs_is_a_refusal_of_its_own() {
    let tree = Tree::new();
    forge(&tree, |h| h.layout_version = 2);
    assert!(matches!(
        refusal(&tree),
        Refusal::OtherVersion { ours: 1, theirs: 2 }
    ));
    forge(&tree, |h| (h.layout_version, h.digest) = (1, [8; 32]));
    assert!(matches!(refusal(&tree), Refusal::OtherDigest { .. }));
    forge(&tree, |h| (h.digest, h.writer) = ([7; 32], RIGHT));
    assert!(matches!(
        refusal(&tree),
        Refusal::OtherWriter {
            expected: LEFT,
            found: RIGHT
        }
    ));
    forge(&tree, |h| h.writer = LEFT);
    let name = Ascii::new(&tree.instance).unwrap();
    forge(&tree, |h| h.instance = Ascii::new("other").unwrap());
    assert!(matches!(refusal(&tree), Refusal::OtherInstance { found } if found == "other"));
    forge(&tree, |h| (h.instance, h.total_size) = (name, 12280));
    assert!(matches!(
        refusal(&tree),
        Refusal::OtherSize {
            expected: 12288,
            found: 12280
        }
    ));
    forge(&tree, |h| h.total_size = 12288);
    tree.attach(LEFT);
}

#[test]
fn a_segment_of_another_build_is_refused_with_both_digests() {
    const NEWER: Layout = Layout {
        version: 1,
        digest: [0xAB; 32],
        segments: LAYOUT.segments,
    };
    let tree = Tree::new();
    let refused = Segment::attach(&NEWER, &tree.instance, LEFT)
        .err()
        .unwrap()
        .to_string();
    for part in [
        &format!("/pink.{}.left", tree.instance),
        &"07".repeat(32),
        &"ab".repeat(32),
        "restart the instance from one build",
    ] {
        assert!(refused.contains(part), "{refused}");
    }
}

#[test]
fn an_object_of_another_size_or_kind_is_refused_before_it_is_mapped() {
    let tree = Tree::new();
    let path = tree.path("left");
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    for (size, small) in [
        (0, true),
        (4095, true),
        (4096, false),
        (12287, false),
        (16384, false),
    ] {
        file.set_len(size).unwrap();
        match refusal(&tree) {
            Refusal::TooSmall { size: found } => assert!(small && found == size),
            Refusal::OtherSize {
                expected: 12288,
                found,
            } => assert!(!small && found == size),
            // Growing again fills with zeros where the magic was.
            Refusal::BadMagic { found: 0 } => assert!(!small),
            other => panic!("{size}: {other}"),
        }
    }
    fs::remove_file(&path).unwrap();
    assert!(matches!(refusal(&tree), Refusal::Missing));
    symlink("/dev/zero", &path).unwrap();
    assert!(matches!(refusal(&tree), Refusal::NotAFile));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(matches!(refusal(&tree), Refusal::NotAFile));
    fs::remove_dir(&path).unwrap();
}
