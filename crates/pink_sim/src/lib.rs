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
mod crash;
pub mod edge;
mod judge;
mod policy;
pub mod rng;
pub mod run;
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
    let by_hand = if seed % 4 == 2 { 150 + chance(250) } else { 0 };
    Faults {
        reply_lost: chance(200),
        request_lost: chance(100),
        request_late: chance(150),
        refused: chance(150),
        cancel_lost: if protected > 0 { 800 } else { chance(300) },
        answer_empty: chance(300),
        snapshot_partial: chance(300),
        position_lag: if by_hand > 0 { 500 } else { chance(500) },
        stream_lost: chance(500),
        stream_twice: chance(500),
        stream_shuffled: chance(500),
        implausible: if by_hand > 0 { 150 } else { chance(100) },
        hostile: chance(1000),
        by_hand,
        protected,
        early_end: if by_hand > 0 { 500 } else { chance(400) },
        gateway_crash: chance(50),
        kernel_crash: 6,
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
        let mut since = 0_u64;
        while run.tally.steps + run.tally.crashes < steps {
            run.step()?;
            since += 1;
            if since > 2_000 {
                since = 0;
                run.take_snapshot();
            }
        }
        run.quiet()
    };
    let result = go();
    match result {
        Ok(()) => Ok(run.tally),
        Err(found) => Err((found, run.story.into_iter().collect())),
    }
}

/// Takes faults away as long as the run still fails, and tells what is left.
#[must_use]
pub fn minimal(seed: u64, steps: u64, table: &[Row]) -> (Faults, String, Vec<String>) {
    let mut faults = faults_of(seed);
    let kind = |found: &str| found.chars().take(16).collect::<String>();
    let first = simulate(seed, steps, faults, table, false)
        .err()
        .unwrap_or_default()
        .0;
    let fails = |faults: Faults| {
        let result = simulate(seed, steps, faults, table, false);
        result.is_err_and(|(found, _)| kind(&found) == kind(&first))
    };
    let clears: [fn(&mut Faults); 18] = [
        |f| f.reply_lost = 0,
        |f| f.request_lost = 0,
        |f| f.request_late = 0,
        |f| f.refused = 0,
        |f| f.cancel_lost = 0,
        |f| f.answer_empty = 0,
        |f| f.snapshot_partial = 0,
        |f| f.position_lag = 0,
        |f| f.stream_lost = 0,
        |f| f.stream_twice = 0,
        |f| f.stream_shuffled = 0,
        |f| f.implausible = 0,
        |f| f.hostile = 0,
        |f| f.by_hand = 0,
        |f| f.protected = 0,
        |f| f.early_end = 0,
        |f| f.gateway_crash = 0,
        |f| f.kernel_crash = 0,
    ];
    for clear in clears {
        let mut fewer = faults;
        clear(&mut fewer);
        if fails(fewer) {
            faults = fewer;
        }
    }
    let (found, story) = simulate(seed, steps, faults, table, true)
        .err()
        .unwrap_or_default();
    (faults, found, story)
}
