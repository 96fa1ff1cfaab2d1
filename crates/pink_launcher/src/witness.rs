//! A program that tries things: it proves from inside that the rules of a child are in force.

use std::fs::OpenOptions;
use std::io::{Error, ErrorKind, Write as _, stdout};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::ExitCode;

use crate::spec::{Act, Try};

/// Exit code 0 when each thing went as it must: what is allowed works, what is denied is `EACCES`.
pub(crate) fn run(tries: &[Try]) -> ExitCode {
    let mut as_expected = true;
    for Try { act, allowed } in tries {
        let result = attempt(act);
        let denied = matches!(&result, Err(error) if error.kind() == ErrorKind::PermissionDenied);
        let good = if *allowed {
            reached(act, &result)
        } else {
            denied
        };
        as_expected &= good;
        let said = result.map_or_else(|error| error.to_string(), |()| "worked".to_owned());
        let verdict = if good { "as it must be" } else { "WRONG" };
        // A witness whose answer nobody can read has still its exit code.
        let _ = writeln!(stdout(), "{act:?}: {said}: {verdict}");
    }
    if as_expected {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn attempt(act: &Act) -> Result<(), Error> {
    match act {
        Act::Read(path) if std::path::Path::new(path).is_dir() => std::fs::read_dir(path).map(drop),
        Act::Read(path) => OpenOptions::new().read(true).open(path).map(drop),
        Act::Write(path) => OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map(drop),
        Act::Truncate(path) => OpenOptions::new()
            .write(true)
            .truncate(true)
            .open(path)
            .map(drop),
        Act::Create(path) => OpenOptions::new()
            .write(true)
            .create_new(true)
            .open(path)
            .map(drop),
        Act::Connect(port) => TcpStream::connect((Ipv4Addr::LOCALHOST, *port)).map(drop),
        Act::Bind(port) => TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).map(drop),
    }
}

/// Whether the kernel let it through: a port where nobody listens was reached all the same.
fn reached(act: &Act, result: &Result<(), Error>) -> bool {
    match (act, result) {
        (_, Ok(())) => true,
        (Act::Connect(_), Err(error)) => error.kind() == ErrorKind::ConnectionRefused,
        (Act::Bind(_), Err(error)) => error.kind() == ErrorKind::AddrInUse,
        (_, Err(_)) => false,
    }
}
