//! The command line of `pink-kernel`.

use std::os::fd::RawFd;
use std::path::PathBuf;

use pink_journal::format::{SEGMENT_BYTES, SEGMENT_BYTES_MIN};

pub const HELP: &str = "\
usage: pink-kernel --instance NAME --run-dir DIR --journal-dir DIR [OPTIONS]

The kernel process: reads inputs from the rings of the other processes, writes each to the
journal, applies it, and publishes state and commands. The supervisor starts it.

  --instance NAME        whose shared memory to use
  --run-dir DIR          where the writer lock and the kill-switch latch are
  --journal-dir DIR      where the journal is; made if missing
  --wake gateway=FD      eventfd that wakes the gateway
  --segment-bytes N      size of new journal segments (default 67108864)
  --version, --help

exit codes: 0 stopped in order; 64 usage; 70 an invariant is broken; 75 try again;
78 the instance or the directories are not usable; 125 journal or shared memory is damaged,
or the disk failed: do not restart
";

/// What the command line asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    pub instance: String,
    pub run_dir: PathBuf,
    pub journal_dir: PathBuf,
    pub gateway_wake: RawFd,
    pub segment_bytes: u64,
}

/// A parsed command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    Run(Options),
    Say(String),
}

/// Reads the arguments after the program's name.
pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Parsed, String> {
    let (mut instance, mut run_dir, mut journal_dir) = (None, None, None);
    let mut gateway_wake = -1;
    let mut segment_bytes = SEGMENT_BYTES;
    let mut arguments = arguments;
    while let Some(name) = arguments.next() {
        match name.as_str() {
            "--help" | "-h" => return Ok(Parsed::Say(HELP.to_owned())),
            "--version" => {
                let build = pink_journal::machine::build_hash();
                let version = env!("CARGO_PKG_VERSION");
                let digest = shm_layout::DIGEST_HEX;
                return Ok(Parsed::Say(format!(
                    "pink-kernel {version} (build {build:016x}, layout {digest})\n"
                )));
            }
            _ => {}
        }
        let value = arguments
            .next()
            .ok_or_else(|| format!("{name} needs a value"))?;
        match name.as_str() {
            "--instance" => instance = Some(value),
            "--run-dir" => run_dir = Some(PathBuf::from(value)),
            "--journal-dir" => journal_dir = Some(PathBuf::from(value)),
            "--wake" => gateway_wake = wake_fd(&value)?,
            "--segment-bytes" => segment_bytes = bytes(&value)?,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    Ok(Parsed::Run(Options {
        instance: instance.ok_or("--instance is missing")?,
        run_dir: run_dir.ok_or("--run-dir is missing")?,
        journal_dir: journal_dir.ok_or("--journal-dir is missing")?,
        gateway_wake,
        segment_bytes,
    }))
}

fn wake_fd(value: &str) -> Result<RawFd, String> {
    let fd = value
        .strip_prefix("gateway=")
        .and_then(|fd| fd.parse::<RawFd>().ok());
    fd.filter(|fd| *fd > 2)
        .ok_or_else(|| format!("--wake {value}: expected gateway=FD"))
}

fn bytes(value: &str) -> Result<u64, String> {
    let bytes = value.parse::<u64>().ok();
    bytes
        .filter(|n| *n >= SEGMENT_BYTES_MIN && *n % 4096 == 0)
        .ok_or_else(|| {
            format!("--segment-bytes {value}: at least {SEGMENT_BYTES_MIN} and a multiple of 4096")
        })
}

#[cfg(test)]
mod tests {
    use super::{Parsed, parse};

    fn parsed(line: &str) -> Result<Parsed, String> {
        parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_missing_or_unknown_option_is_named() {
        assert!(
            parsed("--instance a --run-dir b")
                .unwrap_err()
                .contains("--journal-dir")
        );
        assert!(parsed("--what 1").unwrap_err().contains("--what"));
        assert!(parsed("--instance").unwrap_err().contains("needs a value"));
    }

    #[test]
    fn only_the_gateway_is_woken_by_an_eventfd() {
        let line = "--instance a --run-dir b --journal-dir c --wake";
        let Parsed::Run(options) = parsed(&format!("{line} gateway=7")).unwrap() else {
            panic!()
        };
        assert_eq!(options.gateway_wake, 7);
        assert!(parsed(&format!("{line} policy=7")).is_err());
        assert!(parsed(&format!("{line} gateway=x")).is_err());
    }
}
