//! The kernel process: rings in, journal, apply, cells and rings out.

mod board;
mod chores;
mod commands;
mod failure;
mod latch;
mod log;
mod marks;
mod options;
mod peers;
mod shell;
mod start;
mod stop;
mod workshop;

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::failure::Failure;
use crate::log::Log;
use crate::options::{Options, Parsed, parse};

fn main() -> ExitCode {
    let ended = match parse(std::env::args().skip(1)) {
        Ok(Parsed::Run(options)) => run(options),
        // A pipe that is closed has nobody to tell.
        Ok(Parsed::Say(text)) => {
            let _written = std::io::stdout().write_all(text.as_bytes());
            Ok(())
        }
        Err(text) => Err(Failure::Usage(format!("{text} (see pink-kernel --help)"))),
    };
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            Log::default().error("exit", 0, &failure.to_string());
            ExitCode::from(failure.exit_code())
        }
    }
}

fn run(options: Options) -> Result<(), Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGTERM, SIGINT] {
        signal_hook::flag::register(signal, Arc::clone(&stop))
            .map_err(|error| Failure::Temporary(format!("cannot take a signal: {error}")))?;
    }
    zinc::set_timer_slack()?;
    let mut shell = start::start(options)?;
    while !stop.load(Ordering::Relaxed) {
        let turned = shell
            .turn()
            .and_then(|worked| if worked { Ok(()) } else { shell.rest() });
        if let Err(failure) = turned {
            shell.show_failure(&failure);
            return Err(failure);
        }
    }
    shell.stop()
}
