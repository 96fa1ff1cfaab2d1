//! What the seeds of a run add up to, for people and for programs.

use std::time::Duration;

use pink_kernel::fsm::TABLE;
use pink_sim::run::Tally;
use shm_layout::Code;

pub(crate) fn add(total: &mut Tally, tally: &Tally) {
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

/// One line on standard error.
pub(crate) fn progress(total: &Tally, done: u64, seeds: u64, spent: Duration) {
    let left = spent.as_secs() * (seeds - done) / done;
    eprintln!(
        "pink-sim: {done} of {seeds} seeds, {} steps, {} crashes, about {left} s left",
        all(total),
        total.crashes
    );
}

pub(crate) fn print(total: &Tally, spent: Duration) {
    for row in TABLE {
        let count = total.rows.get(&(row.0, row.1)).copied().unwrap_or(0);
        println!("{:<22} {:<14} {count:>10}", row.0.name(), row.1.name());
    }
    for (code, count) in codes(total) {
        println!("{:<37} {count:>10}", code.name());
    }
    println!(
        "{} of the crashes power cuts, {} faults of the disk",
        total.power_cuts, total.disk_faults
    );
    println!(
        "{} steps, {} crashes, {} trades, {} fills, no violation",
        all(total),
        total.crashes,
        total.trades,
        total.fills
    );
    let seconds = spent.as_secs_f64();
    println!(
        "{seconds:.1} s, {:.2} million steps a minute",
        rate(total, spent) / 1e6
    );
}

/// One object: names are those of the table, the codes and this program's own text.
pub(crate) fn print_json(total: &Tally, first: u64, seeds: u64, spent: Duration) {
    let rows: Vec<String> = TABLE
        .iter()
        .map(|row| {
            let count = total.rows.get(&(row.0, row.1)).copied().unwrap_or(0);
            format!("\"{} {}\":{count}", row.0.name(), row.1.name())
        })
        .collect();
    let codes: Vec<String> = codes(total)
        .iter()
        .map(|(code, count)| format!("\"{}\":{count}", code.name()))
        .collect();
    println!(
        "{{\"first_seed\":{first},\"seeds\":{seeds},\"steps\":{},\"crashes\":{},\"power_cuts\":{},\
         \"disk_faults\":{},\"trades\":{},\"fills\":{},\"violations\":0,\"seconds\":{:.1},\
         \"steps_per_minute\":{:.0},\"rows\":{{{}}},\"codes\":{{{}}}}}",
        all(total),
        total.crashes,
        total.power_cuts,
        total.disk_faults,
        total.trades,
        total.fills,
        spent.as_secs_f64(),
        rate(total, spent),
        rows.join(","),
        codes.join(",")
    );
}

fn all(total: &Tally) -> u64 {
    total.steps + total.crashes
}

fn codes(total: &Tally) -> Vec<(Code, u64)> {
    let mut codes: Vec<_> = total
        .codes
        .iter()
        .map(|(code, count)| (*code, *count))
        .collect();
    codes.sort_by_key(|(code, _)| code.code());
    codes
}

#[allow(clippy::cast_precision_loss, reason = "a rate for people")]
fn rate(total: &Tally, spent: Duration) -> f64 {
    all(total) as f64 / spent.as_secs_f64() * 60.0
}
