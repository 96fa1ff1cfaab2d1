//! `pink-sim`: runs seeds, counts, and tells the story of a failure.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command for people"
)]

mod counts;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use pink_kernel::fsm::TABLE;
use pink_sim::run::Tally;
use pink_sim::story::minimal;
use pink_sim::{faults_of, simulate};

const HELP: &str = "\
usage: pink-sim [--seeds N] [--steps M] [--seed S] [--story FILE] [--json] [--quiet]

Simulates the kernel and its journal against a venue that keeps its own books, while replies are
lost, streams repeat and shuffle, disks forget and processes die, all drawn from a seed. After every
step it is checked that nothing was lost, doubled or invented; once quiet, that both books agree.

  --seeds N     how many seeds (default 20)
  --steps M     steps of each: inputs that reach the kernel, and crashes (default 20000)
  --seed S      first seed (default 1)
  --story FILE  where the whole story of a failing seed goes; a page of it is always shown
  --json        counts as one JSON object
  --quiet       no progress on standard error

  pink-sim --seeds 1000 --steps 20000      twenty million steps, some minutes
  pink-sim --seed 4711 --seeds 1           one seed again: it does the same every time

exit codes: 0 no violation; 1 a seed failed, its story is told; 64 usage; 74 FILE cannot be written
";
const PROGRESS_EVERY: Duration = Duration::from_secs(2);
const USAGE: u8 = 64;
const NOT_WRITTEN: u8 = 74;

struct Options {
    seeds: u64,
    steps: u64,
    first: u64,
    story: Option<PathBuf>,
    json: bool,
    quiet: bool,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match parsed(&words) {
        Ok(options) => run(&options),
        Err(wrong) => {
            eprintln!("pink-sim: {wrong} (see pink-sim --help)");
            ExitCode::from(USAGE)
        }
    }
}

fn parsed(words: &[String]) -> Result<Options, String> {
    let mut options = Options {
        seeds: 20,
        steps: 20_000,
        first: 1,
        story: None,
        json: false,
        quiet: false,
    };
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--seeds" => options.seeds = at_least_one(word, value()?)?,
            "--steps" => options.steps = at_least_one(word, value()?)?,
            "--seed" => options.first = number(word, value()?)?,
            "--story" => options.story = Some(PathBuf::from(value()?)),
            "--json" => options.json = true,
            "--quiet" => options.quiet = true,
            _ => return Err(format!("{word} is no option")),
        }
    }
    let seeds = options.first.checked_add(options.seeds);
    seeds
        .map(|_| options)
        .ok_or("there are no such seeds".into())
}

fn number(option: &str, value: &str) -> Result<u64, String> {
    let wrong = |_| format!("{option} {value} is no whole number");
    value.parse().map_err(wrong)
}

fn at_least_one(option: &str, value: &str) -> Result<u64, String> {
    match number(option, value)? {
        0 => Err(format!("{option} 0 would show nothing")),
        some => Ok(some),
    }
}

fn run(options: &Options) -> ExitCode {
    let begun = Instant::now();
    let mut told = begun;
    let mut total = Tally::default();
    for done in 0..options.seeds {
        let seed = options.first + done;
        match simulate(seed, options.steps, faults_of(seed), TABLE, false) {
            Ok(tally) => counts::add(&mut total, &tally),
            Err((found, _)) => {
                println!("seed {seed} steps {}: {found}", options.steps);
                return tell(seed, options);
            }
        }
        if !options.quiet && told.elapsed() >= PROGRESS_EVERY {
            told = Instant::now();
            counts::progress(&total, done + 1, options.seeds, begun.elapsed());
        }
    }
    if options.json {
        counts::print_json(&total, options.first, options.seeds, begun.elapsed());
    } else {
        counts::print(&total, begun.elapsed());
    }
    ExitCode::SUCCESS
}

fn tell(seed: u64, options: &Options) -> ExitCode {
    if !options.quiet {
        eprintln!("pink-sim: making it smaller");
    }
    let failing = minimal(seed, options.steps, TABLE);
    println!("in {} steps: {}", failing.steps, failing.found);
    println!("faults in a thousand: {}", failing.faults_named());
    for line in failing.short() {
        println!("{line}");
    }
    let Some(file) = &options.story else {
        println!(
            "{} lines in all: --story FILE keeps them",
            failing.story.len()
        );
        return ExitCode::FAILURE;
    };
    if let Err(error) = std::fs::write(file, failing.story.join("\n") + "\n") {
        eprintln!("pink-sim: {}: {error}", file.display());
        return ExitCode::from(NOT_WRITTEN);
    }
    println!(
        "all {} lines are in {}",
        failing.story.len(),
        file.display()
    );
    ExitCode::FAILURE
}
