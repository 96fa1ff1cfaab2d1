//! Cells: whole records under concurrency, and after a writer that stopped half-way.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]

mod support;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::thread;

use support::{CELL_SIZE, CELLS, LEFT, LOSSLESS, RIGHT, Tree, number_of, record};
use zinc::ZincError;
use zinc::cell::Cell;

const STORES: u64 = 200_000;

#[test]
fn flaw_t6_f10_g19_h10_a_reader_beside_a_busy_writer_sees_whole_records_only() {
    let tree = Tree::new();
    let (mut own, reader) = (tree.open(LEFT), tree.attach(LEFT));
    let done = AtomicBool::new(false);
    own.write(&CELLS, 1, &record::<CELL_SIZE>(1)).unwrap();
    let reads = thread::scope(|scope| {
        let counted = scope.spawn(|| {
            let (mut last, mut reads) = (0, 0_u64);
            let mut bytes = [0; CELL_SIZE];
            while !done.load(Relaxed) || reads == 0 {
                match reader.read(&CELLS, 1, &mut bytes) {
                    Ok(_) => {}
                    Err(ZincError::CellBusy { .. }) => continue,
                    Err(error) => panic!("{error}"),
                }
                let number = number_of(&bytes);
                assert!(
                    number >= last && number > 0,
                    "{number} after {last}: old or emptied"
                );
                last = number;
                reads += 1;
            }
            reads
        });
        for number in 2..=STORES {
            own.write(&CELLS, 1, &record::<CELL_SIZE>(number)).unwrap();
        }
        done.store(true, Relaxed);
        counted.join().unwrap()
    });
    assert!(reads > 0);
    assert_eq!(reader.generation(&CELLS, 1).unwrap(), STORES);
}

/// What a writer leaves that was killed after each number of stored words.
fn cut_short(words: &[AtomicU64], stored_words: usize, number: u64) {
    let complete = words[0].load(Relaxed) & !1;
    words[0].store(complete | 1, Relaxed);
    let start = if (complete >> 1) & 1 == 0 {
        1 + CELL_SIZE / 8
    } else {
        1
    };
    for word in &words[start..start + stored_words] {
        word.store(number, Relaxed);
    }
}

#[test]
fn flaw_f11_a_store_cut_short_anywhere_leaves_the_former_record_and_needs_no_repair() {
    for stored_words in 0..=CELL_SIZE / 8 {
        let words: Vec<AtomicU64> = (0..=CELL_SIZE / 4).map(|_| AtomicU64::new(0)).collect();
        let cell = Cell::new(&words, CELL_SIZE / 8);
        let mut bytes = [0; CELL_SIZE];
        for number in [10, 20, 30] {
            cell.write(&record::<CELL_SIZE>(number));
            cut_short(&words, stored_words, number + 1);
            cut_short(&words, stored_words / 2, number + 2);
            assert!(cell.read(&mut bytes).is_some());
            assert_eq!(number_of(&bytes), number);
        }
        cell.write(&record::<CELL_SIZE>(40));
        assert_eq!(cell.read(&mut bytes), Some(4));
        assert_eq!(number_of(&bytes), 40);
    }
}

#[test]
fn flaw_f9_storing_one_cell_leaves_the_others_alone() {
    let tree = Tree::new();
    let (mut own, reader) = (tree.open(LEFT), tree.attach(LEFT));
    for index in 0..CELLS.count {
        own.write(&CELLS, index, &record::<CELL_SIZE>(index as u64 + 1))
            .unwrap();
    }
    own.write(&CELLS, 2, &record::<CELL_SIZE>(77)).unwrap();
    let mut bytes = [0; CELL_SIZE];
    for (index, expected) in [(0, (1, 1)), (1, (1, 2)), (2, (2, 77)), (3, (1, 4))] {
        let generation = reader.read(&CELLS, index, &mut bytes).unwrap();
        assert_eq!((generation, number_of(&bytes)), expected);
    }
}

#[test]
fn flaw_h9_a_cell_or_record_that_does_not_exist_is_refused() {
    let tree = Tree::new();
    let (mut own, reader) = (tree.open(LEFT), tree.attach(LEFT));
    let whole = record::<CELL_SIZE>(1);
    assert!(matches!(
        own.write(&CELLS, 4, &whole),
        Err(ZincError::BadSize { index: 4, .. })
    ));
    assert!(matches!(
        own.write(&CELLS, 0, &whole[8..]),
        Err(ZincError::BadSize { .. })
    ));
    assert!(matches!(
        own.write(&LOSSLESS, 0, &whole),
        Err(ZincError::WrongRegion { .. })
    ));
    assert!(matches!(
        tree.open(RIGHT).write(&CELLS, 0, &whole),
        Err(ZincError::WrongRegion { .. })
    ));
    let mut bytes = [0; CELL_SIZE];
    assert!(reader.read(&CELLS, 4, &mut bytes).is_err());
    assert!(reader.read(&CELLS, 0, &mut bytes[8..]).is_err());
    assert_eq!(
        reader.read(&CELLS, 3, &mut bytes).unwrap(),
        0,
        "never written"
    );
}

#[test]
fn a_reader_that_cannot_get_a_whole_copy_gives_up() {
    // A sequence word that no writer could leave: every try finds it far ahead.
    let words: Vec<AtomicU64> = (0..=CELL_SIZE / 4).map(|_| AtomicU64::new(0)).collect();
    words[0].store(2, Relaxed);
    let cell = Cell::new(&words, CELL_SIZE / 8);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !stop.load(Relaxed) {
                words[0].fetch_add(1 << 20, Relaxed);
            }
        });
        let mut bytes = [0; CELL_SIZE];
        support::until("a read gives up", || cell.read(&mut bytes).is_none());
        stop.store(true, Relaxed);
    });
}
