//! Rings: order, back-pressure, laps, restarts, damage.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]

mod support;

use std::thread;
use std::time::{Duration, Instant};

use support::{
    BROADCAST, LAYOUT, LEFT, LOSSLESS, PATIENCE, RECORD_SIZE, RIGHT, Tree, number_of, record, until,
};
use zinc::{Consumer, OwnSegment, Polled, Producer, Segment, ZincError};

const CAPACITY: u64 = LOSSLESS.count as u64;
const CAST_RECORDS: u64 = 300_000;
const SENT_RECORDS: u64 = 50_000;

struct Ends {
    producer: Producer,
    consumer: Consumer,
    left: OwnSegment,
    right: OwnSegment,
    /// Dropped last: it takes the objects with it.
    tree: Tree,
}

fn ends(region: &'static shm_layout::Region) -> Ends {
    let tree = Tree::new();
    let (mut left, right) = (tree.open(LEFT), tree.open(RIGHT));
    let producer = left.producer(region, &[(&tree.attach(RIGHT), -1)]).unwrap();
    let consumer = right.consumer(&tree.attach(LEFT), region).unwrap();
    Ends {
        producer,
        consumer,
        left,
        right,
        tree,
    }
}

fn publish(producer: &mut Producer, number: u64) -> Result<u64, ZincError> {
    producer.publish(&record::<RECORD_SIZE>(number))
}

/// The next record, which must carry its own position as its number.
fn take(consumer: &mut Consumer) -> Option<u64> {
    let mut bytes = [0; RECORD_SIZE];
    match consumer.poll(&mut bytes).unwrap() {
        Polled::Empty => None,
        Polled::Record(position) => {
            assert_eq!(number_of(&bytes), position);
            Some(position)
        }
        Polled::Lapped { .. } => panic!("lapped"),
    }
}

#[test]
fn flaw_f12_k8_a_lossless_ring_refuses_what_does_not_fit_and_loses_nothing() {
    let Ends {
        mut producer,
        mut consumer,
        tree,
        ..
    } = ends(&LOSSLESS);
    for number in 0..CAPACITY {
        assert_eq!(publish(&mut producer, number).unwrap(), number);
    }
    assert_eq!(producer.free(), 0);
    let refused = publish(&mut producer, 99);
    let expected = "ring lossless is full: consumer 2 has released 0, tail is 8";
    assert_eq!(refused.unwrap_err().to_string(), expected);
    for position in 0..CAPACITY {
        assert_eq!(take(&mut consumer), Some(position));
    }
    assert!(
        publish(&mut producer, 99).is_err(),
        "polled is not released"
    );
    consumer.release(3).unwrap();
    for number in CAPACITY..CAPACITY + 3 {
        publish(&mut producer, number).unwrap();
    }
    assert!(matches!(
        publish(&mut producer, 99),
        Err(ZincError::Backpressure { cursor: 3, .. })
    ));
    assert_eq!(take(&mut consumer), Some(CAPACITY));
    drop(tree);
}

#[test]
fn only_what_was_polled_can_be_released_and_a_release_never_goes_back() {
    let Ends {
        mut producer,
        mut consumer,
        tree,
        ..
    } = ends(&LOSSLESS);
    publish(&mut producer, 0).unwrap();
    assert!(matches!(
        consumer.release(1),
        Err(ZincError::BadPosition { .. })
    ));
    assert_eq!(take(&mut consumer), Some(0));
    consumer.release(1).unwrap();
    assert!(matches!(
        consumer.release(0),
        Err(ZincError::BadPosition { .. })
    ));
    assert!(consumer.seek(0).is_err(), "a lossless consumer cannot skip");
    drop(tree);
}

#[test]
fn a_lapped_reader_is_told_exactly_what_it_missed() {
    let Ends {
        mut producer,
        mut consumer,
        tree,
        ..
    } = ends(&BROADCAST);
    let mut expected = 0;
    let mut lost = 0;
    for burst in [3, 8, 9, 100, 1, 8, 1000] {
        for _ in 0..burst {
            let tail = producer.tail();
            publish(&mut producer, tail).unwrap();
        }
        let mut bytes = [0; RECORD_SIZE];
        loop {
            match consumer.poll(&mut bytes).unwrap() {
                Polled::Empty => break,
                Polled::Record(position) => {
                    assert_eq!((position, number_of(&bytes)), (expected, expected));
                    expected += 1;
                }
                Polled::Lapped { from, to } => {
                    assert_eq!(from, expected);
                    assert!(to > from && to <= producer.tail());
                    lost += to - from;
                    expected = to;
                }
            }
        }
        assert_eq!(expected, producer.tail());
    }
    let (stream_id, _, counted) = tree.attach(RIGHT).cursor(&BROADCAST).unwrap();
    assert_eq!((stream_id, counted), (consumer.stream_id(), lost));
    assert!(lost > 0);
}

#[test]
fn a_broadcast_reader_beside_a_busy_producer_gets_whole_records_or_gaps() {
    let Ends {
        mut producer,
        mut consumer,
        tree,
        ..
    } = ends(&BROADCAST);
    thread::scope(|scope| {
        scope.spawn(move || {
            for number in 0..CAST_RECORDS {
                publish(&mut producer, number).unwrap();
            }
        });
        let mut bytes = [0; RECORD_SIZE];
        let (mut expected, mut read) = (0, 0_u64);
        until("everything is read or reported lost", || {
            match consumer.poll(&mut bytes).unwrap() {
                Polled::Empty => {}
                Polled::Record(position) => {
                    assert_eq!((position, number_of(&bytes)), (expected, expected));
                    expected += 1;
                    read += 1;
                }
                Polled::Lapped { from, to } => {
                    assert_eq!(from, expected);
                    expected = to;
                }
            }
            expected == CAST_RECORDS
        });
        assert!(read > 0);
    });
    drop(tree);
}

#[test]
fn nothing_is_lost_or_doubled_between_a_parking_consumer_and_its_producer() {
    let Ends {
        mut producer,
        mut consumer,
        tree,
        ..
    } = ends(&LOSSLESS);
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(move || {
            let mut number = 0;
            until("all is published", || {
                if publish(&mut producer, number).is_ok() {
                    number += 1;
                }
                producer.wake().unwrap();
                number == SENT_RECORDS
            });
        });
        let mut expected = 0;
        while expected < SENT_RECORDS {
            assert!(start.elapsed() < PATIENCE, "stuck at {expected}");
            zinc::wait_any(&[&consumer], Duration::from_millis(100));
            while let Some(position) = take(&mut consumer) {
                assert_eq!(position, expected);
                expected += 1;
            }
            consumer.release(expected).unwrap();
        }
    });
    drop(tree);
}

#[test]
fn a_restarted_producer_goes_on_at_its_tail_and_a_restarted_consumer_at_its_release() {
    let Ends {
        mut producer,
        mut consumer,
        left,
        right,
        tree,
    } = ends(&LOSSLESS);
    for number in 0..5 {
        publish(&mut producer, number).unwrap();
    }
    while take(&mut consumer).is_some() {}
    consumer.release(2).unwrap();
    drop((producer, left));
    drop((consumer, right));

    let (mut left, right) = (tree.open(LEFT), tree.open(RIGHT));
    let mut producer = left
        .producer(&LOSSLESS, &[(&tree.attach(RIGHT), -1)])
        .unwrap();
    let mut consumer = right.consumer(&tree.attach(LEFT), &LOSSLESS).unwrap();
    assert_eq!(publish(&mut producer, 5).unwrap(), 5);
    let seen: Vec<u64> = std::iter::from_fn(|| take(&mut consumer)).collect();
    assert_eq!(
        seen,
        [2, 3, 4, 5],
        "what was polled and not released comes again"
    );
    assert_eq!(left.header().unwrap().writer.epoch, 2);
}

#[test]
fn a_cursor_of_another_stream_is_not_believed() {
    let Ends {
        mut producer,
        mut consumer,
        left,
        right,
        tree,
    } = ends(&LOSSLESS);
    publish(&mut producer, 0).unwrap();
    assert_eq!(take(&mut consumer), Some(0));
    consumer.release(1).unwrap();
    let old = consumer.stream_id();
    drop((producer, consumer, left));
    zinc::unlink(&LAYOUT, &tree.instance, LEFT).unwrap();
    tree.create(LEFT).unwrap();

    let mut left = tree.open(LEFT);
    let mut producer = left
        .producer(&LOSSLESS, &[(&tree.attach(RIGHT), -1)])
        .unwrap();
    assert_ne!(producer.stream_id(), old);
    for number in 0..CAPACITY {
        publish(&mut producer, number).unwrap();
    }
    assert!(
        publish(&mut producer, 9).is_err(),
        "the old cursor frees nothing"
    );
    let mut consumer = right.consumer(&tree.attach(LEFT), &LOSSLESS).unwrap();
    assert_eq!(take(&mut consumer), Some(0));
}

#[test]
fn flaw_h20_a_damaged_record_is_a_coded_error() {
    use std::os::unix::fs::FileExt;
    let Ends {
        mut producer,
        mut consumer,
        tree,
        ..
    } = ends(&LOSSLESS);
    for number in 0..3 {
        publish(&mut producer, number).unwrap();
    }
    assert_eq!(take(&mut consumer), Some(0));
    let object = std::fs::OpenOptions::new()
        .write(true)
        .open(tree.path("left"))
        .unwrap();
    let slot = |n: usize| (LOSSLESS.offset + 128 + n * LOSSLESS.stride) as u64;
    object.write_all_at(&[0xFF], slot(1) + 16 + 30).unwrap();
    let mut bytes = [0; RECORD_SIZE];
    let damaged = consumer.poll(&mut bytes);
    assert!(
        matches!(damaged, Err(ZincError::Corrupt { position: 1, .. })),
        "{damaged:?}"
    );
    assert_eq!(consumer.next(), 1, "it stays before the damage");
    object.write_all_at(&2_u64.to_le_bytes(), slot(1)).unwrap();
    assert!(matches!(
        consumer.poll(&mut bytes),
        Err(ZincError::Corrupt { position: 1, .. })
    ));
}

#[test]
fn each_ring_has_one_producer_and_exactly_the_consumers_of_the_layout() {
    let tree = Tree::new();
    let mut left = tree.open(LEFT);
    let (seen_left, seen_right) = (tree.attach(LEFT), tree.attach(RIGHT));
    let refused = |consumers: &[(&Segment, i32)], left: &mut OwnSegment| {
        matches!(
            left.producer(&LOSSLESS, consumers),
            Err(ZincError::WrongConsumers { .. })
        )
    };
    assert!(refused(&[], &mut left));
    assert!(refused(&[(&seen_left, -1)], &mut left));
    assert!(refused(&[(&seen_right, -1), (&seen_right, -1)], &mut left));
    assert!(left.producer(&LOSSLESS, &[(&seen_right, -1)]).is_ok());
    assert!(
        left.producer(&BROADCAST, &[]).is_ok(),
        "a broadcast ring needs nobody"
    );
    let again = left.producer(&LOSSLESS, &[(&seen_right, -1)]);
    assert!(matches!(again, Err(ZincError::WrongRegion { .. })));
    assert!(
        left.consumer(&seen_right, &LOSSLESS).is_err(),
        "the ring is not of that segment"
    );
}

#[test]
fn a_follower_reads_along_and_holds_nobody_back() {
    let Ends {
        mut producer, tree, ..
    } = ends(&BROADCAST);
    publish(&mut producer, 0).unwrap();
    let mut follower = tree.attach(LEFT).follow(&BROADCAST).unwrap();
    assert_eq!(take(&mut follower), None, "it starts at the tail");
    publish(&mut producer, 1).unwrap();
    assert_eq!(take(&mut follower), Some(1));
    follower.seek(0).unwrap();
    assert_eq!(take(&mut follower), Some(0));
    assert!(follower.seek(3).is_err());
}
