//! The launcher: takes rights away between fork and exec, or refuses to start the program.
//!
//! The supervisor forks and runs `pink-launcher RIGHTS -- PROGRAM ARGUMENTS`. The launcher gives up
//! what RIGHTS does not name, says so on standard input (the supervisor's pipe), and becomes
//! PROGRAM. Whatever cannot be given up ends it with exit code 78 and one line: it never starts
//! PROGRAM with more than was asked for.

mod restrict;
mod spec;
mod witness;

use std::fs::File;
use std::io::{Write as _, stderr, stdin};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, ExitCode, Stdio};

use spec::{Parsed, Spec};

/// A configuration that cannot work: the supervisor does not try again.
const EXIT_CONFIG: u8 = 78;
const EXIT_USAGE: u8 = 64;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (code, reason) = match spec::parse(&arguments) {
        Ok(Parsed::Witness(tries)) => return witness::run(&tries),
        Ok(Parsed::Launch(spec)) => (EXIT_CONFIG, launch(&spec)),
        Err(error) => (EXIT_USAGE, error),
    };
    // Standard error is the child's log; when even that is gone nobody is left to tell.
    let _ = writeln!(stderr(), "pink-launcher: {reason}");
    ExitCode::from(code)
}

/// Becomes the program; what it returns is the reason why it could not.
fn launch(spec: &Spec) -> String {
    match prepare(spec) {
        Ok(mut command) => format!("cannot run {}: {}", spec.program, command.exec()),
        Err(reason) => reason,
    }
}

fn prepare(spec: &Spec) -> Result<Command, String> {
    // Opened before the rules apply, so that no rule for /dev/null is needed.
    let null =
        File::open("/dev/null").map_err(|error| format!("cannot open /dev/null: {error}"))?;
    restrict::limits(spec)?;
    restrict::parent(spec)?;
    let status = restrict::landlock(spec)?;
    if spec.report {
        rustix::io::write(stdin(), format!("{status}\n").as_bytes())
            .map_err(|error| format!("cannot report to the supervisor: {error}"))?;
    }
    let mut command = Command::new(&spec.program);
    command.args(&spec.arguments).stdin(Stdio::from(null));
    Ok(command)
}
