//! What a failing seed tells: the run made as small as it cheaply gets, and the lines that concern
//! what went wrong.

use pink_kernel::fsm::Row;

use crate::edge::Faults;
use crate::{faults_of, simulate};

/// Lines of a story that a person reads; all of them go to a file where one is named.
pub const LINES_MAX: usize = 60;
/// Of these, how many tell the beginning.
const LINES_FIRST: usize = 20;
/// Signs by which two runs are taken to fail in the same way.
const KIND_SIGNS: usize = 16;

/// A run that fails, made as small as it cheaply gets.
pub struct Failing {
    pub faults: Faults,
    pub steps: u64,
    pub found: String,
    /// Every input of the run and what came of it.
    pub story: Vec<String>,
}

impl Failing {
    /// The lines about what went wrong, `LINES_MAX` at most: its trade where it has one.
    #[must_use]
    pub fn short(&self) -> Vec<String> {
        let subject = subject(&self.found, self.story.last().map_or("", String::as_str));
        let (wanted, booked) = (format!("\"{subject}\""), format!("[{subject} "));
        let about =
            |line: &&String| subject.is_empty() || line.contains(&wanted) || line.contains(&booked);
        let concerns = |line: &&String| about(line) || line.ends_with(" ends");
        let story = self.story.iter();
        let lines: Vec<&String> = story
            .skip_while(|line| !about(line))
            .filter(concerns)
            .collect();
        if lines.len() <= LINES_MAX {
            return lines.into_iter().cloned().collect();
        }
        let left_out = lines.len() - LINES_MAX + 1;
        let last = lines.len() - (LINES_MAX - LINES_FIRST - 1);
        let told = lines.iter().take(LINES_FIRST).map(|line| (*line).clone());
        told.chain([format!("       … {left_out} lines left out …")])
            .chain(lines.iter().skip(last).map(|line| (*line).clone()))
            .collect()
    }

    /// The faults that it takes, the others are off.
    #[must_use]
    pub fn faults_named(&self) -> String {
        let mut faults = self.faults;
        let named: Vec<String> = FAULTS
            .iter()
            .map(|(name, field)| (name, *field(&mut faults)))
            .filter(|(_, chance)| *chance > 0)
            .map(|(name, chance)| format!("{name} {chance}"))
            .collect();
        if named.is_empty() {
            return "none".into();
        }
        named.join(", ")
    }
}

/// The trade that what was found names, or else the one of the last input; empty if neither.
fn subject(found: &str, last: &str) -> String {
    let quoted = found.split('"').nth(1).filter(|name| is_trade(name));
    let bracket = last.rsplit_once('[').map_or("", |(_, rest)| rest);
    let word = bracket
        .split([' ', ']'])
        .next()
        .filter(|name| is_trade(name));
    quoted.or(word).map(ToString::to_string).unwrap_or_default()
}

fn is_trade(name: &str) -> bool {
    let numbered = |rest: &str| rest.bytes().all(|sign| sign.is_ascii_digit());
    name.strip_prefix('t').is_some_and(numbered) || name.starts_with("adopted")
}

/// Takes faults and steps away as long as the run still fails, and tells what is left.
#[must_use]
pub fn minimal(seed: u64, steps: u64, table: &[Row]) -> Failing {
    let kind = |found: &str| found.chars().take(KIND_SIGNS).collect::<String>();
    let (mut faults, mut steps) = (faults_of(seed), steps);
    let first = simulate(seed, steps, faults, table, false).err();
    let first = kind(&first.unwrap_or_default().0);
    let fails = |faults: Faults, steps: u64| {
        let result = simulate(seed, steps, faults, table, false);
        result.is_err_and(|(found, _)| kind(&found) == first)
    };
    let fewer_steps = |faults: Faults, steps: &mut u64| {
        // What fails on the way fails with all later ends; an end of its own may come sooner.
        for part in [8, 4, 2, 1] {
            while *steps > part && fails(faults, *steps - *steps * part / 16) {
                *steps -= *steps * part / 16;
            }
        }
    };
    fewer_steps(faults, &mut steps);
    for (_, field) in FAULTS {
        for part in [0, 4, 2] {
            let mut fewer = faults;
            let chance = field(&mut fewer);
            *chance = chance.checked_div(part).unwrap_or(0);
            if fails(fewer, steps) {
                faults = fewer;
                break;
            }
        }
    }
    fewer_steps(faults, &mut steps);
    let (found, story) = simulate(seed, steps, faults, table, true)
        .err()
        .unwrap_or_default();
    Failing {
        faults,
        steps,
        found,
        story,
    }
}

type Fault = (&'static str, fn(&mut Faults) -> &mut u64);

/// Every kind of fault by its name, the common ones first.
const FAULTS: [Fault; 23] = [
    ("reply_lost", |f| &mut f.reply_lost),
    ("request_lost", |f| &mut f.request_lost),
    ("request_late", |f| &mut f.request_late),
    ("refused", |f| &mut f.refused),
    ("cancel_lost", |f| &mut f.cancel_lost),
    ("cancel_slow", |f| &mut f.cancel_slow),
    ("answer_empty", |f| &mut f.answer_empty),
    ("snapshot_partial", |f| &mut f.snapshot_partial),
    ("position_lag", |f| &mut f.position_lag),
    ("stream_lost", |f| &mut f.stream_lost),
    ("stream_twice", |f| &mut f.stream_twice),
    ("stream_shuffled", |f| &mut f.stream_shuffled),
    ("implausible", |f| &mut f.implausible),
    ("hostile", |f| &mut f.hostile),
    ("by_hand", |f| &mut f.by_hand),
    ("protected", |f| &mut f.protected),
    ("early_end", |f| &mut f.early_end),
    ("gateway_crash", |f| &mut f.gateway_crash),
    ("disk_full", |f| &mut f.disk_full),
    ("disk_broken", |f| &mut f.disk_broken),
    ("power_cut", |f| &mut f.power_cut),
    ("kernel_crash", |f| &mut f.kernel_crash),
    ("pauses", |f| &mut f.pauses),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn failing(found: &str, story: Vec<String>) -> Failing {
        let (faults, steps, found) = (faults_of(1), 1, found.to_string());
        Failing {
            faults,
            steps,
            found,
            story,
        }
    }

    #[test]
    fn a_story_keeps_to_the_trade_that_went_wrong_and_to_a_page() {
        let line = |n: usize| format!("{n} mark => Ok [t{} pk-1]", n % 3);
        let told = failing(
            "trade \"t1\": kernel 1, venue 2",
            (0..900).map(line).collect(),
        )
        .short();
        assert_eq!(told.len(), LINES_MAX);
        assert_eq!(told[0], line(1));
        assert_eq!(told.last(), Some(&line(898)));
        let about = |line: &&String| line.contains("[t1 ");
        assert_eq!(told.iter().filter(about).count(), LINES_MAX - 1);
    }

    #[test]
    fn without_a_trade_named_the_last_input_says_what_it_is_about() {
        let story = vec![
            "1 [t7 a]".into(),
            "2 [t8 b]".into(),
            "Power ends".into(),
            "4 [t7 c]".into(),
        ];
        let told = failing("capital 5 is not what made it", story).short();
        assert_eq!(told, ["1 [t7 a]", "Power ends", "4 [t7 c]"]);
    }
}
