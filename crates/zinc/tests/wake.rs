//! Waiting and waking: deadlines, the two bells, and no wake without a sleeper.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails loudly")]

mod support;

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::{Duration, Instant};

use support::{BROADCAST, LEFT, LOSSLESS, RECORD_SIZE, RIGHT, Tree, record, until};
use zinc::{announce_park, mono_ns, unpark, wait_any};

const NEVER_OPEN: i32 = 1_000_000;

/// A descriptor to ring, and its other end: what an eventfd adds up, a socket keeps apart.
fn bell() -> (UnixStream, UnixStream) {
    let (rung, heard) = UnixStream::pair().unwrap();
    heard.set_nonblocking(true).unwrap();
    (rung, heard)
}

fn rings(mut heard: &UnixStream) -> usize {
    let mut bytes = [0; 64];
    heard.read(&mut bytes).map_or(0, |read| read / 8)
}

#[test]
fn flaw_k10_a_wait_ends_at_its_deadline_on_the_monotonic_clock() {
    let tree = Tree::new();
    let (right, seen) = (tree.open(RIGHT), tree.attach(LEFT));
    let one = right.consumer(&seen, &LOSSLESS).unwrap();
    let other = right.consumer(&seen, &BROADCAST).unwrap();
    for (asked_ms, expected_ms) in [(20, 20), (60_000, zinc::PARK_MS_MAX)] {
        for consumers in [&[&one][..], &[&one, &other][..]] {
            let start = mono_ns();
            assert!(!wait_any(consumers, Duration::from_millis(asked_ms)));
            let waited_ms = (mono_ns() - start) / 1_000_000;
            assert!(
                waited_ms >= expected_ms && waited_ms < expected_ms + 1_000,
                "{waited_ms}"
            );
        }
    }
}

#[test]
fn a_record_on_any_of_several_rings_ends_the_wait() {
    let tree = Tree::new();
    let (mut left, right, seen) = (tree.open(LEFT), tree.open(RIGHT), tree.attach(LEFT));
    let one = right.consumer(&seen, &LOSSLESS).unwrap();
    let other = right.consumer(&seen, &BROADCAST).unwrap();
    let mut producer = left
        .producer(&BROADCAST, &[(&tree.attach(RIGHT), -1)])
        .unwrap();
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(move || {
            until("the consumer sleeps and is woken", || {
                producer.wake().unwrap() == 1
            });
            producer.publish(&record::<RECORD_SIZE>(1)).unwrap();
            until("it sleeps again, or has seen the record", || {
                producer.wake().unwrap() == 1 || start.elapsed() > Duration::from_secs(1)
            });
        });
        until("the record is there", || {
            wait_any(&[&one, &other], Duration::from_millis(100))
        });
    });
    assert!(other.is_ready() && !one.is_ready());
}

#[test]
fn an_eventfd_is_rung_once_for_each_announced_sleep() {
    let tree = Tree::new();
    let (mut left, right, seen) = (tree.open(LEFT), tree.open(RIGHT), tree.attach(LEFT));
    let (bell, heard) = bell();
    let listener = tree.attach(RIGHT);
    let mut first = left
        .producer(&LOSSLESS, &[(&listener, bell.as_raw_fd())])
        .unwrap();
    let mut second = left
        .producer(&BROADCAST, &[(&listener, bell.as_raw_fd())])
        .unwrap();
    let mut one = right.consumer(&seen, &LOSSLESS).unwrap();
    let other = right.consumer(&seen, &BROADCAST).unwrap();

    first.publish(&record::<RECORD_SIZE>(0)).unwrap();
    assert_eq!(
        (first.wake().unwrap(), rings(&heard)),
        (0, 0),
        "nobody sleeps, nobody is rung"
    );
    assert!(
        !announce_park(&[&one, &other]),
        "there is something to read"
    );
    assert_eq!(first.wake().unwrap(), 0, "the announcement was taken back");

    one.poll(&mut [0; RECORD_SIZE]).unwrap();
    assert!(announce_park(&[&one, &other]));
    second.publish(&record::<RECORD_SIZE>(0)).unwrap();
    first.publish(&record::<RECORD_SIZE>(1)).unwrap();
    assert_eq!(
        (second.wake().unwrap(), first.wake().unwrap()),
        (1, 0),
        "one ring, two records"
    );
    assert_eq!(rings(&heard), 1);
    unpark(&[&one, &other]);
    assert_eq!(first.wake().unwrap(), 0);
}

#[test]
fn a_sleep_announced_by_a_dead_consumer_is_forgotten_when_it_restarts() {
    let tree = Tree::new();
    let (mut left, right, seen) = (tree.open(LEFT), tree.open(RIGHT), tree.attach(LEFT));
    let (bell, _heard) = bell();
    let producer = left
        .producer(&LOSSLESS, &[(&tree.attach(RIGHT), bell.as_raw_fd())])
        .unwrap();
    assert!(announce_park(&[&right.consumer(&seen, &LOSSLESS).unwrap()]));
    drop(right);
    let _right = tree.open(RIGHT);
    assert_eq!(producer.wake().unwrap(), 0);
}

#[test]
fn a_closed_eventfd_is_an_error_and_not_a_lost_wake() {
    let tree = Tree::new();
    let (mut left, right, seen) = (tree.open(LEFT), tree.open(RIGHT), tree.attach(LEFT));
    let producer = left
        .producer(&LOSSLESS, &[(&tree.attach(RIGHT), NEVER_OPEN)])
        .unwrap();
    assert!(announce_park(&[&right.consumer(&seen, &LOSSLESS).unwrap()]));
    assert!(producer.wake().unwrap_err().to_string().contains("eventfd"));
}
