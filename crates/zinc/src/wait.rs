//! Waiting on rings: look, spin a little, announce, look again, sleep to a deadline.

use std::hint::spin_loop;
use std::time::Duration;

use crate::consumer::Consumer;
use crate::park::{self, Bell};
use crate::process::mono_ns;
use crate::system::{WAITV_MAX, futex_wait, futex_wait_any};

/// Longest sleep: what a lost wake or a hostile neighbour can cost.
pub const PARK_MS_MAX: u64 = 100;
/// Looks between two looks at the clock.
const SPINS_PER_CLOCK: u32 = 16;

fn any_ready(consumers: &[&Consumer]) -> bool {
    consumers.iter().any(|consumer| consumer.is_ready())
}

/// Waits until one of the rings has something to poll, for `timeout` and at most
/// [`PARK_MS_MAX`]; whether one has. A signal ends the wait early.
pub fn wait_any(consumers: &[&Consumer], timeout: Duration) -> bool {
    if any_ready(consumers) {
        return true;
    }
    let timeout = timeout.min(Duration::from_millis(PARK_MS_MAX));
    let mut now = mono_ns();
    let deadline = now + u64::try_from(timeout.as_nanos()).unwrap_or(0);
    let spin_ns = consumers.first().map_or(0, |consumer| consumer.spin_ns_now());
    if spin_ns > 0 {
        let found = spin(consumers, (now + spin_ns).min(deadline));
        if let Some(first) = consumers.first() {
            first.spin_ended(found);
        }
        if found {
            return true;
        }
        now = mono_ns();
    }
    while now < deadline {
        if !announce_park_with(consumers, now, Bell::Futex) {
            return true;
        }
        let interrupted = sleep(consumers, Duration::from_nanos(deadline - now));
        unpark(consumers);
        if any_ready(consumers) {
            return true;
        }
        if interrupted {
            return false;
        }
        now = mono_ns();
    }
    false
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
fn sleep(consumers: &[&Consumer], time: Duration) -> bool {
    match consumers {
        [] => {
            std::thread::sleep(time);
            false
        }
        [only] => {
            let (word, value) = only.futex();
            futex_wait(word, value, time)
        }
        several => {
            let words: Vec<_> = several.iter().take(WAITV_MAX).map(|c| c.futex()).collect();
            futex_wait_any(&words, time)
        }
    }
}

/// Announces on every ring that this process is about to wait on its eventfd. `false`, and
/// nothing stays announced, if there is something to poll now.
pub fn announce_park(consumers: &[&Consumer]) -> bool {
    announce_park_with(consumers, mono_ns(), Bell::EventFd)
}

/// The time serves as the token: no two sleeps of a process begin at the same nanosecond.
fn announce_park_with(consumers: &[&Consumer], token: u64, bell: Bell) -> bool {
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
