//! The launcher from outside: what a launched program can and cannot do.

#![allow(clippy::unwrap_used)] // A test may fail loudly, in its own functions too.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const LAUNCHER: &str = env!("CARGO_BIN_EXE_pink-launcher");

/// Two files in a directory of their own, gone with the value.
struct Files(PathBuf);

impl Files {
    fn new(name: &str) -> Self {
        let dir = std::env::temp_dir().join(format!("pink-{name}-{}", std::process::id()));
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("own"), "mine").unwrap();
        fs::write(dir.join("others"), "theirs").unwrap();
        Self(dir)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_str().unwrap().to_owned()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).unwrap();
    }
}

fn launch(rights: &[&str], program: &[&str]) -> Output {
    let mut command = Command::new(LAUNCHER);
    for dir in ["/usr", "/lib", "/lib64", "/etc"] {
        if Path::new(dir).exists() {
            command.args(["--read", dir]);
        }
    }
    let own = Path::new(LAUNCHER).parent().unwrap();
    command
        .args(["--read", own.to_str().unwrap()])
        .args(rights)
        .arg("--")
        .args(program);
    command.stdin(Stdio::null()).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.clone(), output.stderr.clone()].concat()).into_owned()
}

#[test]
fn a_launched_program_writes_its_own_file_and_reads_the_others() {
    let files = Files::new("files");
    let (own, others) = (files.path("own"), files.path("others"));
    let fresh = files.path("fresh");
    let witness = [
        LAUNCHER,
        "sandbox-witness",
        "--may-write",
        &own,
        "--deny-truncate",
        &own,
        "--may-read",
        &others,
        "--deny-write",
        &others,
        "--deny-create",
        &fresh,
        "--deny-read",
        "/proc/1/environ",
    ];
    let directory = files.0.to_str().unwrap();
    let output = launch(&["--read", directory, "--write-file", &own], &witness);
    assert!(output.status.success(), "{}", said(&output));
    // The control: the same program without the rules can do all of it, so it would have told.
    let free = Command::new(LAUNCHER).args(&witness[1..]).output().unwrap();
    assert_eq!(free.status.code(), Some(1), "{}", said(&free));
    assert!(said(&free).contains("worked: WRONG"), "{}", said(&free));
}

#[test]
fn a_launched_program_reaches_only_the_named_ports() {
    let open = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let (open, other) = (port(&open), port(&other));
    let witness = [
        LAUNCHER,
        "sandbox-witness",
        "--may-connect",
        &open,
        "--deny-connect",
        &other,
        "--deny-bind",
        &other,
    ];
    let output = launch(&["--connect", &open], &witness);
    assert!(output.status.success(), "{}", said(&output));
}

fn port(listener: &TcpListener) -> String {
    listener.local_addr().unwrap().port().to_string()
}

#[test]
fn a_right_that_cannot_be_given_starts_nothing() {
    let output = launch(&["--write-file", "/no/such/segment"], &["/usr/bin/env"]);
    assert_eq!(output.status.code(), Some(78), "{}", said(&output));
    assert!(
        said(&output).contains("/no/such/segment"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_program_whose_supervisor_is_gone_does_not_start() {
    let output = launch(&["--parent", "1"], &["/usr/bin/env"]);
    assert_eq!(output.status.code(), Some(78));
    assert!(
        said(&output).contains("the supervisor 1 is gone"),
        "{}",
        said(&output)
    );
}

#[test]
fn a_launched_program_leaves_no_core_file_and_gains_no_privilege() {
    let limits = launch(
        &["--read", "/proc", "--nofile", "64"],
        &["/usr/bin/cat", "/proc/self/limits"],
    );
    let status = launch(&["--read", "/proc"], &["/usr/bin/cat", "/proc/self/status"]);
    let line = |output: &Output, start: &str| {
        said(output)
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_default()
            .to_owned()
    };
    let core = line(&limits, "Max core file size");
    assert_eq!(
        core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(),
        ["0", "0"]
    );
    let files = line(&limits, "Max open files");
    assert_eq!(
        files.split_whitespace().skip(3).take(2).collect::<Vec<_>>(),
        ["64", "64"]
    );
    assert_eq!(line(&status, "NoNewPrivs:"), "NoNewPrivs:\t1");
}

#[test]
fn the_supervisor_reads_from_the_pipe_what_is_in_force() {
    let (reader, writer) = std::io::pipe().unwrap();
    let mut command = Command::new(LAUNCHER);
    command.args([
        "--report", "--read", "/usr", "--read", "/lib", "--read", "/etc",
    ]);
    if Path::new("/lib64").exists() {
        command.args(["--read", "/lib64"]);
    }
    let mut child = command
        .args(["--", "/usr/bin/true"])
        .stdin(writer)
        .spawn()
        .unwrap();
    drop(command);
    let answer = std::io::read_to_string(reader).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(answer.starts_with("landlock "), "{answer:?}");
}
