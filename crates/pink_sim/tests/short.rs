//! A short simulation in the suite; `pink-sim` and scripts/long run the long one.
#![allow(clippy::print_stdout, reason = "seeds are printed")]

use pink_kernel::fsm::{Row, TABLE};
use pink_sim::story::minimal;
use pink_sim::{faults_of, simulate};
use shm_layout::{Effect, Fact, Stage};

const SEEDS: u64 = 4;
const STEPS: u64 = 4_000;
/// A wrong row is met sooner or later; the first seed that meets it ends the search.
const SEEDS_TO_CATCH: u64 = 24;

#[test]
fn the_kernel_and_the_venue_agree_under_every_fault() {
    let (mut power_cuts, mut disk_faults) = (0, 0);
    for seed in 1..=SEEDS {
        println!("seed {seed}");
        match simulate(seed, STEPS, faults_of(seed), TABLE, false) {
            Ok(tally) => {
                power_cuts += tally.power_cuts;
                disk_faults += tally.disk_faults;
            }
            Err((found, _)) => {
                let failing = minimal(seed, STEPS, TABLE);
                let story = failing.short().join("\n");
                panic!("seed {seed}: {found}\n{}\n{story}", failing.faults_named());
            }
        }
    }
    assert!(power_cuts > 0 && disk_faults > 0, "the disk is part of it");
}

#[test]
fn a_seed_tells_the_same_story_every_time() {
    let run = || simulate(3, 3_000, faults_of(3), TABLE, false).unwrap();
    let (first, second) = (run(), run());
    assert_eq!((first.steps, first.fills), (second.steps, second.fills));
    assert_eq!(first.rows, second.rows);
}

/// Runs a table that is wrong; the simulation must notice.
fn catches(table: &[Row]) -> bool {
    (1..=SEEDS_TO_CATCH).any(|seed| simulate(seed, STEPS, faults_of(seed), table, false).is_err())
}

#[test]
fn a_table_without_a_common_row_is_caught() {
    for (stage, fact) in [
        (Stage::OrderRequested, Fact::GoneHeld),
        (Stage::EntryCancelling, Fact::NeverOpened),
        (Stage::ExitRequested, Fact::ClosedOutside),
        (Stage::ExitCancelling, Fact::CancelRefused),
        (Stage::Closed, Fact::Settled),
    ] {
        let table: Vec<Row> = TABLE
            .iter()
            .copied()
            .filter(|row| (row.0, row.1) != (stage, fact))
            .collect();
        assert!(catches(&table), "nobody misses {stage:?} {fact:?}");
    }
}

#[test]
fn a_lost_order_that_takes_its_position_along_is_caught() {
    let mut table = TABLE.to_vec();
    for row in table.iter_mut().filter(|row| row.1 == Fact::GoneHeld) {
        if row.0 == Stage::ExitWorking {
            *row = Row(row.0, row.1, Stage::Closed, Effect::CloseTrade);
        }
    }
    assert!(catches(&table));
}
