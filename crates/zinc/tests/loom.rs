//! Every interleaving of the lock-free core, small: `scripts/loom` runs these.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]
#![cfg(loom)]

use loom::sync::{Arc, Condvar, Mutex};
use loom::thread;
use zinc::cell::Cell;
use zinc::park::{self, Bell, LINE_WORDS, Line};
use zinc::ring::{CONTROL_WORDS, Ring, Slot};
use zinc::sync::{AtomicU64, Ordering::Relaxed};

fn words(count: usize) -> Arc<Vec<AtomicU64>> {
    Arc::new((0..count).map(|_| AtomicU64::new(0)).collect())
}

fn record(number: u64) -> [u8; 16] {
    let mut bytes = [0; 16];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    bytes[8..].copy_from_slice(&number.to_le_bytes());
    bytes
}

fn number_of(bytes: &[u8; 16]) -> u64 {
    assert_eq!(bytes[..8], bytes[8..], "torn");
    u64::from_le_bytes(bytes[..8].try_into().unwrap())
}

#[test]
fn a_cell_gives_a_whole_record_that_is_as_new_as_its_generation() {
    loom::model(|| {
        let shared = words(5);
        let written = Arc::clone(&shared);
        let writer = thread::spawn(move || {
            let cell = Cell::new(&written, 2);
            cell.write(&record(1));
            cell.write(&record(2));
        });
        let mut bytes = [0; 16];
        if let Some(generation) = Cell::new(&shared, 2).read(&mut bytes) {
            let number = number_of(&bytes);
            assert!(
                number >= generation,
                "{number} is older than generation {generation}"
            );
        }
        writer.join().unwrap();
    });
}

#[test]
fn a_ring_gives_each_record_whole_or_says_that_it_was_overwritten() {
    loom::model(|| {
        let shared = words(CONTROL_WORDS + 2 * 4);
        let written = Arc::clone(&shared);
        let producer = thread::spawn(move || {
            let ring = Ring::new(&written, 4, 2, 2);
            for position in 0..3 {
                ring.publish(position, &record(position + 1));
            }
        });
        let ring = Ring::new(&shared, 4, 2, 2);
        let mut bytes = [0; 16];
        if ring.tail() > 0 {
            match ring.read(0, &mut bytes) {
                Slot::Record => assert_eq!(number_of(&bytes), 1),
                Slot::Overwritten => {}
                Slot::Corrupt => panic!("a published record looks damaged"),
            }
        }
        producer.join().unwrap();
    });
}

/// A futex as far as the handshake needs it: comparing and sleeping are one step for the waker.
struct Futex {
    wakes: Mutex<u64>,
    changed: Condvar,
}

#[test]
fn a_sleeper_never_misses_the_record_that_was_published_meanwhile() {
    loom::model(|| {
        let ring_words = words(CONTROL_WORDS + 2 * 4);
        let line_words = words(LINE_WORDS);
        let futex = Arc::new(Futex {
            wakes: Mutex::new(0),
            changed: Condvar::new(),
        });
        let (rings, lines, waker) = (ring_words.clone(), line_words.clone(), futex.clone());
        let producer = thread::spawn(move || {
            Ring::new(&rings, 4, 2, 2).publish(0, &record(1));
            park::published();
            if Line(&lines).sleeper().is_some() {
                *waker.wakes.lock().unwrap() += 1;
                waker.changed.notify_all();
            }
        });
        let (ring, line) = (Ring::new(&ring_words, 4, 2, 2), Line(&line_words));
        line.announce(7, Bell::Futex);
        park::announced();
        if ring.tail() == 0 {
            // A lost wake would sleep here for ever, which loom reports as a deadlock.
            let mut wakes = futex.wakes.lock().unwrap();
            while *wakes == 0 && ring.tail_word().load(Relaxed) == 0 {
                wakes = futex.changed.wait(wakes).unwrap();
            }
        }
        line.clear();
        producer.join().unwrap();
        let mut bytes = [0; 16];
        assert_eq!(ring.read(0, &mut bytes), Slot::Record);
        assert_eq!(number_of(&bytes), 1);
    });
}
