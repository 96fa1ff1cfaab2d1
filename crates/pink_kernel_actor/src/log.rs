//! Log lines: one JSON object per line on standard error.

use std::fmt::Write as _;
use std::io::Write;

const DAY_SECONDS: u64 = 86_400;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    Info,
    Warning,
    Error,
}

impl Level {
    const fn name(self) -> &'static str {
        match self {
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }
}

/// Writes lines; `incarnation` and the journal sequence tie them to the journal.
#[derive(Clone, Copy, Debug, Default)]
pub struct Log {
    pub incarnation: u64,
}

impl Log {
    /// One event: a stable name, the sequence it belongs to, and a sentence.
    pub fn write(self, level: Level, event: &str, seq: u64, message: &str) {
        let line = self.line(level, event, seq, message, zinc::wall_ns(), zinc::mono_ns());
        // A log that cannot be written has nowhere to complain to.
        let _written = std::io::stderr().lock().write_all(line.as_bytes());
    }

    pub fn info(self, event: &str, seq: u64, message: &str) {
        self.write(Level::Info, event, seq, message);
    }

    pub fn warning(self, event: &str, seq: u64, message: &str) {
        self.write(Level::Warning, event, seq, message);
    }

    pub fn error(self, event: &str, seq: u64, message: &str) {
        self.write(Level::Error, event, seq, message);
    }

    fn line(
        self,
        level: Level,
        event: &str,
        seq: u64,
        message: &str,
        wall_ns: u64,
        mono_ns: u64,
    ) -> String {
        format!(
            "{{\"ts\":\"{}\",\"mono_ns\":{mono_ns},\"lvl\":\"{}\",\"proc\":\"kernel\",\
             \"pid\":{},\"epoch\":{},\"seq\":{seq},\"evt\":\"{event}\",\"msg\":\"{}\"}}\n",
            rfc3339(wall_ns),
            level.name(),
            std::process::id(),
            self.incarnation,
            escaped(message),
        )
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if u32::from(c) < 0x20 => {
                // Writing to a string cannot fail.
                let _written = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out
}

/// A wall clock time as text, in UTC.
fn rfc3339(wall_ns: u64) -> String {
    let (seconds, ns) = (wall_ns / 1_000_000_000, wall_ns % 1_000_000_000);
    let (day, of_day) = (seconds / DAY_SECONDS, seconds % DAY_SECONDS);
    let (year, month, dom) = civil(day);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{dom:02}T{hour:02}:{minute:02}:{second:02}.{ns:09}Z")
}

/// Year, month and day of a day since 1970, by counting eras of 400 years from March.
fn civil(day: u64) -> (u64, u64, u64) {
    let day = day + 719_468;
    let (era, of_era) = (day / 146_097, day % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let dom = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 {
        shifted + 3
    } else {
        shifted - 9
    };
    (era * 400 + year + u64::from(month <= 2), month, dom)
}

#[cfg(test)]
mod tests {
    use super::{Level, Log, rfc3339};

    #[test]
    fn times_are_rfc3339_with_nanoseconds() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(
            rfc3339(951_782_400_000_000_001),
            "2000-02-29T00:00:00.000000001Z"
        );
        assert_eq!(
            rfc3339(1_795_346_096_123_456_789),
            "2026-11-22T11:14:56.123456789Z"
        );
    }

    #[test]
    fn flaw_k1_a_line_is_one_json_object_whatever_the_text() {
        let line = Log { incarnation: 3 }.line(Level::Error, "x", 7, "a \"b\"\n\\", 0, 1);
        assert!(line.ends_with(
            "\"epoch\":3,\"seq\":7,\"evt\":\"x\",\"msg\":\"a \\\"b\\\"\\u000a\\\\\"}\n"
        ));
        assert_eq!(line.matches('\n').count(), 1);
    }
}
