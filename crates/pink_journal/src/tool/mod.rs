//! The commands of `pink-journal`.

mod dump;
mod replay;
mod verify;
mod walk;
mod why;

use std::io::{self, Write};
use std::path::PathBuf;

use pink_journal::disk::FileDisk;
use pink_journal::error::JournalError;

const HELP: &str = "\
usage: pink-journal COMMAND --journal-dir DIR [--json] [OPTIONS]

  dump [--from SEQ] [--until SEQ]  one line per record: its sequence, who said what, what came of it
  verify                           follows the chain of every segment and reads every snapshot
  replay [--until SEQ]             recomputes every outcome, compares it bit for bit and shows the
                                   state after the last one
  why ORDER                        every record about a client order id, venue order id or trade id

Reads only, also while a kernel runs. --json prints objects, one per line, with integers as they
are stored: the unit stands in the name (_e8: hundred millionths).

  pink-journal why t-17 --journal-dir /var/lib/pink/paper/journal
  pink-journal replay --until 1200 --journal-dir /var/lib/pink/paper/journal

exit codes: 0 done; 1 nothing found, or the file system refused; 64 usage;
125 a record is damaged, or replay differs
";

/// Why a command ended without success.
pub enum Ended {
    Usage(String),
    Nothing(String),
    Journal(JournalError),
    Output(io::Error),
    Closed,
}

impl Ended {
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) => 64,
            Self::Nothing(_)
            | Self::Output(_)
            | Self::Journal(JournalError::Io { .. } | JournalError::Gone { .. }) => 1,
            Self::Journal(_) => 125,
            Self::Closed => 0,
        }
    }

    pub fn text(&self) -> String {
        match self {
            Self::Usage(text) => format!("{text} (see pink-journal --help)"),
            Self::Nothing(text) => text.clone(),
            Self::Journal(error) => error.to_string(),
            Self::Output(error) => error.to_string(),
            Self::Closed => String::new(),
        }
    }
}

impl From<JournalError> for Ended {
    fn from(error: JournalError) -> Self {
        Self::Journal(error)
    }
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Output(error)
        }
    }
}

/// A parsed command line.
struct Request {
    command: String,
    disk: FileDisk,
    json: bool,
    from_seq: u64,
    until_seq: u64,
    order: String,
}

/// Runs the command that the arguments name.
pub fn run(arguments: impl Iterator<Item = String>, out: &mut dyn Write) -> Result<(), Ended> {
    let Some(request) = parse(arguments)? else {
        out.write_all(HELP.as_bytes())?;
        return Ok(());
    };
    match request.command.as_str() {
        "dump" => dump::dump(&request, out),
        "verify" => verify::verify(&request, out),
        "replay" => replay::replay(&request, out),
        "why" => why::why(&request, out),
        other => Err(Ended::Usage(format!("unknown command {other}"))),
    }
}

/// Refuses an option that the command would not heed.
fn heeds(command: &str, option: &str) -> Result<(), Ended> {
    let heeded: &[&str] = match command {
        "dump" => &["--from", "--until"],
        "replay" => &["--until"],
        _ => &[],
    };
    if heeded.contains(&option) {
        return Ok(());
    }
    Err(Ended::Usage(format!("{command} takes no {option}")))
}

fn parse(arguments: impl Iterator<Item = String>) -> Result<Option<Request>, Ended> {
    let mut words = Vec::new();
    let (mut directory, mut json) = (None, false);
    let (mut from_seq, mut until_seq) = (1, u64::MAX);
    let mut ranges = Vec::new();
    let mut arguments = arguments;
    while let Some(argument) = arguments.next() {
        let mut value = || {
            let missing = || Ended::Usage(format!("{argument} needs a value"));
            arguments.next().ok_or_else(missing)
        };
        match argument.as_str() {
            "--help" | "-h" => return Ok(None),
            "--json" => json = true,
            "--journal-dir" => directory = Some(PathBuf::from(value()?)),
            "--from" => {
                from_seq = number(&value()?)?;
                ranges.push("--from");
            }
            "--until" => {
                until_seq = number(&value()?)?;
                ranges.push("--until");
            }
            option if option.starts_with('-') => {
                return Err(Ended::Usage(format!("unknown option {option}")));
            }
            _ => words.push(argument),
        }
    }
    let directory = directory.ok_or_else(|| Ended::Usage("--journal-dir is missing".to_owned()))?;
    let mut words = words.into_iter();
    let command = words
        .next()
        .ok_or_else(|| Ended::Usage("no command".to_owned()))?;
    let order = words.next();
    if (command == "why") != order.is_some() || words.next().is_some() {
        return Err(Ended::Usage(
            "why takes one ORDER, the others none".to_owned(),
        ));
    }
    for option in ranges {
        heeds(&command, option)?;
    }
    if !directory.is_dir() {
        let text = format!(
            "{}: no such directory: --journal-dir names the journal folder of an instance",
            directory.display()
        );
        return Err(Ended::Nothing(text));
    }
    let disk = FileDisk::read_only(&directory);
    let order = order.unwrap_or_default();
    Ok(Some(Request {
        command,
        disk,
        json,
        from_seq,
        until_seq,
        order,
    }))
}

fn number(text: &str) -> Result<u64, Ended> {
    text.parse()
        .map_err(|_| Ended::Usage(format!("{text} is no sequence")))
}
