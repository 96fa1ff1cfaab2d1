//! Waiting on rings: look, spin a little, announce, look again, sleep to a deadline.

use std::hint::spin_loop;
use std::time::Duration;

use crate::consumer::Consumer;
use crate::park::{self, Bell};
use crate::process::mono_ns;
use crate::sync::AtomicU64;
use crate::sync::Ordering::Relaxed;
use crate::system::{WAITV_MAX, futex_wait, futex_wait_any};

/// Longest sleep: what a lost wake or a hostile neighbour can cost.
pub const PARK_MS_MAX: u64 = 100;
/// Looks between two looks at the clock.
const SPINS_PER_CLOCK: u32 = 16;

fn any_ready(consumers: &[&Consumer]) -> bool {
    consumers.iter().any(|consumer| consumer.is_ready())
}

/// Waits until one of the rings has something to poll, for `timeout` and at most
/// [`PARK_MS_MAX`]; whether one has. A signal or a late wake may end the wait early.
pub fn wait_any(consumers: &[&Consumer], timeout: Duration) -> bool {
    if any_ready(consumers) {
        return true;
    }
    if timeout.is_zero() {
        return false;
    }
    let timeout = timeout.min(Duration::from_millis(PARK_MS_MAX));
    if let Some(first) = consumers.first()
        && let spin_ns @ 1.. = first.spin_ns_now()
    {
        let found = spin(consumers, mono_ns() + spin_ns);
        first.spin_ended(found);
        if found {
            return true;
        }
    }
    if !announce_park_with(consumers, Bell::Futex) {
        return true;
    }
    sleep(consumers, timeout);
    unpark(consumers);
    any_ready(consumers)
}

fn spin(consumers: &[&Consumer], until: u64) -> bool {
    loop {
        for _ in 0..SPINS_PER_CLOCK {
            if any_ready(consumers) {
                return true;
            }
            spin_loop();
        }
        if mono_ns() >= until {
            return any_ready(consumers);
        }
    }
}

/// One word needs no vector: the plain call is faster by a tenth of a round trip.
fn sleep(consumers: &[&Consumer], time: Duration) {
    match consumers {
        [] => std::thread::sleep(time),
        [only] => {
            let (word, value) = only.futex();
            futex_wait(word, value, time);
        }
        several => {
            let words: Vec<_> = several.iter().take(WAITV_MAX).map(|c| c.futex()).collect();
            futex_wait_any(&words, time);
        }
    }
}

/// Announces on every ring that this process is about to wait on its eventfd. `false`, and
/// nothing stays announced, if there is something to poll now.
pub fn announce_park(consumers: &[&Consumer]) -> bool {
    announce_park_with(consumers, Bell::EventFd)
}

fn announce_park_with(consumers: &[&Consumer], bell: Bell) -> bool {
    let token = new_token();
    for consumer in consumers {
        consumer.announce(token, bell);
    }
    park::announced();
    if any_ready(consumers) {
        unpark(consumers);
        return false;
    }
    true
}

/// Takes the announcements back.
pub fn unpark(consumers: &[&Consumer]) {
    for consumer in consumers {
        consumer.clear();
    }
}

/// A number that no sleep of this process, nor of one before it, had: counted on from the time
/// of the first sleep, which no process outruns.
fn new_token() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    match NEXT.fetch_add(1, Relaxed) {
        0 => {
            let first = mono_ns();
            NEXT.store(first + 1, Relaxed);
            first
        }
        token => token,
    }
}
