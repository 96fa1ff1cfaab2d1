//! `pink-sim --seeds N --steps M [--seed S]`: runs, counts, and tells the story of a failure.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people"
)]

use std::process::ExitCode;
use std::time::Instant;

use pink_kernel::fsm::TABLE;
use pink_sim::run::Tally;
use pink_sim::{faults_of, minimal, simulate};

const USAGE: &str = "usage: pink-sim --seeds N --steps M [--seed S]
  --seeds N   how many seeds (default 20)
  --steps M   steps of each (default 20000)
  --seed S    first seed (default 1)";

fn main() -> ExitCode {
    let (mut seeds, mut steps, mut first) = (20_u64, 20_000_u64, 1_u64);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let number = words.next().and_then(|value| value.parse().ok());
        match (word.as_str(), number) {
            ("--seeds", Some(value)) => seeds = value,
            ("--steps", Some(value)) => steps = value,
            ("--seed", Some(value)) => first = value,
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(64);
            }
        }
    }
    let begun = Instant::now();
    let mut total = Tally::default();
    for seed in first..first + seeds {
        match simulate(seed, steps, faults_of(seed), TABLE, false) {
            Ok(tally) => add(&mut total, &tally),
            Err((found, _)) => {
                println!("seed {seed} steps {steps}: {found}");
                let failing = minimal(seed, steps, TABLE);
                println!(
                    "with fewer faults, {} steps: {}",
                    failing.steps, failing.found
                );
                println!("{:?}", failing.faults);
                for line in failing.story {
                    println!("{line}");
                }
                return ExitCode::FAILURE;
            }
        }
    }
    print(&total, begun.elapsed().as_secs_f64());
    ExitCode::SUCCESS
}

fn add(total: &mut Tally, tally: &Tally) {
    total.steps += tally.steps;
    total.crashes += tally.crashes;
    total.power_cuts += tally.power_cuts;
    total.disk_faults += tally.disk_faults;
    total.trades += tally.trades;
    total.fills += tally.fills;
    for (row, count) in &tally.rows {
        *total.rows.entry(*row).or_default() += count;
    }
    for (code, count) in &tally.codes {
        *total.codes.entry(*code).or_default() += count;
    }
}

#[allow(clippy::cast_precision_loss, reason = "a rate for people")]
fn print(total: &Tally, seconds: f64) {
    for row in TABLE {
        let count = total.rows.get(&(row.0, row.1)).copied().unwrap_or(0);
        println!("{:<22} {:<14} {count:>10}", row.0.name(), row.1.name());
    }
    let mut codes: Vec<_> = total.codes.iter().collect();
    codes.sort_by_key(|(code, _)| code.code());
    for (code, count) in codes {
        println!("{:<37} {count:>10}", code.name());
    }
    println!(
        "{} of the crashes power cuts, {} faults of the disk",
        total.power_cuts, total.disk_faults
    );
    let all = total.steps + total.crashes;
    println!(
        "{all} steps, {} crashes, {} trades, {} fills, no violation",
        total.crashes, total.trades, total.fills
    );
    println!(
        "{seconds:.1} s, {:.2} million steps a minute",
        all as f64 / seconds * 60.0 / 1e6
    );
}
