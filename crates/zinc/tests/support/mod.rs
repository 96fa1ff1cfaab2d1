//! A small layout of two processes, an instance name per test, and nothing left behind.
#![allow(dead_code, reason = "each test program uses its part")]
#![allow(clippy::unwrap_used, reason = "a test fails loudly")]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use shm_layout::{Cursor, Layout, Region, Segment as SegmentSpec, Shape};
use zinc::{OwnSegment, Segment};

pub const LEFT: u32 = 1;
pub const RIGHT: u32 = 2;
pub const CELL_SIZE: usize = 512;
pub const RECORD_SIZE: usize = 64;
/// Longest a test waits for what must happen.
pub const PATIENCE: Duration = Duration::from_secs(30);

const fn region(id: u32, name: &'static str, shape: Shape, offset: usize, count: usize) -> Region {
    let (record_size, stride) = match shape {
        Shape::Cells => (CELL_SIZE, 1088),
        _ => (RECORD_SIZE, 128),
    };
    let consumers: &[u32] = &[RIGHT];
    Region {
        id,
        name,
        writer: LEFT,
        shape,
        record_size,
        offset,
        stride,
        count,
        consumers,
    }
}

pub const CELLS: Region = region(1, "cells", Shape::Cells, 4096, 4);
pub const LOSSLESS: Region = region(2, "lossless", Shape::Lossless, 8576, 8);
pub const BROADCAST: Region = region(3, "broadcast", Shape::Broadcast, 9728, 8);
const LINES: Region = Region {
    id: 9,
    name: "right_cursors",
    writer: RIGHT,
    shape: Shape::Cursors,
    record_size: 128,
    offset: 4096,
    stride: 128,
    count: 2,
    consumers: &[],
};

pub const LAYOUT: Layout = Layout {
    version: 1,
    digest: [7; 32],
    segments: &[
        SegmentSpec {
            writer: LEFT,
            name: "left",
            size: 12288,
            regions: &[&CELLS, &LOSSLESS, &BROADCAST],
            cursors: &[],
        },
        SegmentSpec {
            writer: RIGHT,
            name: "right",
            size: 8192,
            regions: &[&LINES],
            cursors: &[
                Cursor {
                    ring: 2,
                    offset: 4096,
                },
                Cursor {
                    ring: 3,
                    offset: 4224,
                },
            ],
        },
    ],
};

/// An instance of its own for one test; its objects and run directory go with it.
pub struct Tree {
    pub instance: String,
    pub run_dir: PathBuf,
}

impl Tree {
    /// Both segments created, nobody attached.
    pub fn new() -> Self {
        let tree = Self::empty();
        tree.create(LEFT).unwrap();
        tree.create(RIGHT).unwrap();
        tree
    }

    /// A name and a run directory, no segments.
    pub fn empty() -> Self {
        static NUMBERS: AtomicU32 = AtomicU32::new(0);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let instance = format!("z{}-{number}", std::process::id());
        let run_dir = std::env::temp_dir().join(format!("pink-{instance}"));
        fs::create_dir(&run_dir).unwrap();
        Self { instance, run_dir }
    }

    pub fn create(&self, writer: u32) -> Result<(), zinc::ZincError> {
        zinc::create(&LAYOUT, &self.instance, writer, &self.run_dir, 0o600)
    }

    pub fn open(&self, writer: u32) -> OwnSegment {
        OwnSegment::open(&LAYOUT, &self.instance, writer, &self.run_dir).unwrap()
    }

    pub fn attach(&self, writer: u32) -> Segment {
        Segment::attach(&LAYOUT, &self.instance, writer).unwrap()
    }

    pub fn path(&self, segment: &str) -> PathBuf {
        Path::new("/dev/shm").join(format!("pink.{}.{segment}", self.instance))
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        for writer in [LEFT, RIGHT] {
            let _ = zinc::unlink(&LAYOUT, &self.instance, writer);
        }
        let _ = fs::remove_dir_all(&self.run_dir);
    }
}

/// A record whose every byte follows from `number`, so that a mixture of two shows.
pub fn record<const N: usize>(number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&number.to_le_bytes());
    }
    bytes
}

/// The number that every word of the record repeats; a torn record fails the test.
pub fn number_of(bytes: &[u8]) -> u64 {
    let words: Vec<u64> = bytes
        .chunks_exact(8)
        .map(|chunk| u64::from_le_bytes(chunk.try_into().unwrap()))
        .collect();
    assert!(
        words.iter().all(|word| *word == words[0]),
        "torn: {words:?}"
    );
    words[0]
}

/// Runs `step` until it says `true`; fails after [`PATIENCE`].
pub fn until(what: &str, mut step: impl FnMut() -> bool) {
    let start = Instant::now();
    while !step() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
    }
}
