//! `pink-journal`: shows, checks, replays and explains a journal. It never writes.

mod tool;

use std::io::Write;
use std::process::ExitCode;

use crate::tool::{Ended, run};

fn main() -> ExitCode {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let ended =
        run(std::env::args().skip(1), &mut out).and_then(|()| out.flush().map_err(Ended::from));
    match ended {
        // Closed: the reader of a pipe went away, it has seen what it wanted.
        Ok(()) | Err(Ended::Closed) => ExitCode::SUCCESS,
        Err(ended) => {
            let line = format!("pink-journal: {}\n", ended.text());
            let _written = std::io::stderr().lock().write_all(line.as_bytes());
            ExitCode::from(ended.exit_code())
        }
    }
}
