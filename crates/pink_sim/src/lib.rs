//! Seeded simulation: the kernel against a venue of its own, under every fault there is.
//!
//! A step is an input that reaches `apply`, or a crash. The venue keeps its own books and shares no
//! arithmetic with the kernel; at the end of every run all faults stop, everything must come to
//! rest, and the books must agree to the last digit.
#![allow(
    clippy::cast_possible_truncation,
    clippy::large_types_passed_by_value,
    reason = "a simulator: lengths fit, and a panic is a finding like any other"
)]

mod answers;
mod begin;
mod crash;
mod digest;
pub mod edge;
pub mod entry;
mod journal;
mod judge;
mod policy;
pub mod process;
pub mod rng;
pub mod run;
pub mod story;
pub mod venue;
mod wording;

use edge::Faults;
use pink_kernel::fsm::Row;
use run::{Run, Tally};

/// All faults, at chances drawn from the seed.
#[must_use]
pub fn faults_of(seed: u64) -> Faults {
    let mut rng = rng::Rng::new(seed ^ 0xFA17);
    let mut chance = |most: u64| {
        if rng.permille(300) {
            0
        } else {
            rng.below(most)
        }
    };
    // Kinds of seeds of which one sees little otherwise; the rest keep exact books throughout.
    let protected = if seed % 2 == 1 { 900 } else { 0 };
    let by_hand = if seed % 4 == 2 || seed % 16 == 4 {
        400 + chance(500)
    } else {
        0
    };
    // Rows are long missing while hands go on, yet never as long as an order waits for them.
    let rowless = by_hand > 0 && seed % 16 == 10;
    Faults {
        reply_lost: chance(200),
        request_lost: chance(100),
        request_late: chance(150),
        refused: chance(150),
        cancel_lost: chance(300),
        cancel_slow: if protected > 0 { 850 } else { chance(300) },
        answer_empty: if rowless { 700 } else { chance(300) },
        snapshot_partial: chance(300),
        position_lag: if by_hand > 0 { 600 } else { chance(500) },
        stream_lost: chance(if protected > 0 { 100 } else { 500 }),
        stream_twice: chance(500),
        stream_shuffled: chance(500),
        implausible: if by_hand > 0 { 150 } else { chance(100) },
        hostile: chance(1000),
        by_hand,
        protected,
        early_end: if by_hand > 0 { 800 } else { chance(400) },
        gateway_crash: chance(50),
        kernel_crash: 4,
        power_cut: if seed.is_multiple_of(3) {
            200 + chance(600)
        } else {
            0
        },
        disk_broken: chance(4),
        disk_full: chance(3),
        pauses: if protected > 0 { 5 } else { 30 },
    }
}

/// Runs one seed; the error is what was violated, with the run that shows it.
pub fn simulate(
    seed: u64,
    steps: u64,
    faults: Faults,
    table: &[Row],
    telling: bool,
) -> Result<Tally, (String, Vec<String>)> {
    let mut run = Run::new(seed, faults, table).map_err(|found| (found, Vec::new()))?;
    run.telling = telling;
    let mut go = || -> Result<(), String> {
        while run.tally.steps + run.tally.crashes < steps {
            run.step()?;
        }
        run.quiet()
    };
    let result = go();
    match result {
        Ok(()) => Ok(run.tally),
        Err(found) => Err((found, run.story.into_iter().collect())),
    }
}
