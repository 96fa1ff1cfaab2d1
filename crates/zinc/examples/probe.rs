//! The Rust end of the latency probe and of the tests of shared memory; nothing of it is shipped.
//!
//!     probe echo   INSTANCE RUN_DIR SIZE SPIN_US WAKE_FD answers each ping until it is killed
//!     probe sink   INSTANCE RUN_DIR SIZE COUNT SPIN_US  takes COUNT pings, answers the last
//!     probe storm  INSTANCE RUN_DIR                     stores and publishes until it is killed
//!     probe drain  INSTANCE RUN_DIR                     checks and releases until it is killed
//!     probe mirror INSTANCE RUN_DIR COUNT               decodes and encodes COUNT large pings
//!     probe futex  FILE COUNT CORE CORE                 bare futex round trips, in nanoseconds
//!     probe quiet  INSTANCE RUN_DIR COUNT               publishes where a system call kills
//!     probe noisy  INSTANCE RUN_DIR COUNT               the same with one system call
#![allow(unsafe_code, reason = "the bare futex it compares with")]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that measures"
)]

use std::env;
use std::error::Error;
use std::fs::OpenOptions;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::time::{Duration, Instant};

use shm_layout::{LAYOUT, Probe256, Region, Writer, region};
use zinc::{Consumer, OwnSegment, Polled, Producer, Segment, ZincError};

const PARK: Duration = Duration::from_millis(100);
const RECORD_MAX: usize = 256;
type Outcome = Result<(), Box<dyn Error>>;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["echo", instance, run, size, spin, fd] => echo(instance, run, size, spin, fd),
        ["sink", instance, run, size, count, spin] => sink(instance, run, size, count, spin),
        ["storm", instance, run] => storm(instance, run),
        ["drain", instance, run] => drain(instance, run),
        ["mirror", instance, run, count] => mirror(instance, run, count),
        ["futex", file, count, one, other] => futex(file, count, one, other),
        ["futex-answer", file, count, core] => futex_answer(file, count, core),
        ["quiet", instance, run, count] => quiet(instance, run, count, false),
        ["noisy", instance, run, count] => quiet(instance, run, count, true),
        _ => Err("usage: see the head of examples/probe.rs".into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("probe: {error}");
            ExitCode::FAILURE
        }
    }
}

fn code(writer: Writer) -> u32 {
    u32::from(writer.code())
}

fn own(instance: &str, run: &str, writer: Writer) -> Result<OwnSegment, ZincError> {
    OwnSegment::open(&LAYOUT, instance, code(writer), Path::new(run))
}

fn rings(size: &str) -> (&'static Region, &'static Region) {
    if size == "64" {
        (&region::PING_64, &region::PONG_64)
    } else {
        (&region::PING_256, &region::PONG_256)
    }
}

/// This end, with the reading of pings and the writing of pongs.
fn answering(
    instance: &str,
    run: &str,
    size: &str,
    wake_fd: i32,
) -> Result<(OwnSegment, Consumer, Producer), ZincError> {
    let mut own = own(instance, run, Writer::ProbeB)?;
    let asking = Segment::attach(&LAYOUT, instance, code(Writer::ProbeA))?;
    let (ping, pong) = rings(size);
    let consumer = own.consumer(&asking, ping)?;
    let producer = own.producer(pong, &[(&asking, wake_fd)])?;
    own.set_state(2);
    Ok((own, consumer, producer))
}

fn echo(instance: &str, run: &str, size: &str, spin_us: &str, wake_fd: &str) -> Outcome {
    let (_own, mut pings, mut pongs) = answering(instance, run, size, wake_fd.parse()?)?;
    pings.set_spin_ns(spin_us.parse::<u64>()? * 1_000);
    let mut buffer = [0; RECORD_MAX];
    let record = &mut buffer[..pings.region().record_size];
    loop {
        if let Polled::Record(position) = pings.poll(record)? {
            pongs.publish(record)?;
            pongs.wake()?;
            pings.release(position + 1)?;
        } else {
            zinc::wait_any(&[&pings], PARK);
        }
    }
}

fn sink(instance: &str, run: &str, size: &str, count: &str, spin_us: &str) -> Outcome {
    let (_own, mut pings, mut pongs) = answering(instance, run, size, -1)?;
    pings.set_spin_ns(spin_us.parse::<u64>()? * 1_000);
    let last: u64 = count.parse()?;
    let mut buffer = [0; RECORD_MAX];
    let record = &mut buffer[..pings.region().record_size];
    let (mut taken, mut unreleased) = (0, 0);
    while taken < last {
        if let Polled::Record(_) = pings.poll(record)? {
            taken += 1;
            unreleased += 1;
            if unreleased == 64 {
                pings.release(pings.next())?;
                unreleased = 0;
            }
        } else {
            pings.release(pings.next())?;
            zinc::wait_any(&[&pings], PARK);
        }
    }
    pings.release(pings.next())?;
    pongs.publish(record)?;
    pongs.wake()?;
    Ok(())
}

fn numbered<const N: usize>(number: u64) -> [u8; N] {
    let mut bytes = [0; N];
    for chunk in bytes.chunks_exact_mut(8) {
        chunk.copy_from_slice(&number.to_le_bytes());
    }
    bytes
}

/// Stores cells and publishes records without pause; `progress` acknowledges what is published.
fn storm(instance: &str, run: &str) -> Outcome {
    let mut own = own(instance, run, Writer::ProbeA)?;
    let reading = Segment::attach(&LAYOUT, instance, code(Writer::ProbeB))?;
    let mut pings = own.producer(&region::PING_64, &[(&reading, -1)])?;
    let mut casts = own.producer(&region::PING_CAST, &[(&reading, -1)])?;
    own.beat(pings.tail());
    own.set_state(2);
    let mut turn = 0_u64;
    loop {
        turn += 1;
        own.write(&region::PROBE_CELLS, 0, &numbered::<256>(turn))?;
        own.write(&region::PROBE_CELLS, 1, &numbered::<256>(turn))?;
        match pings.publish(&numbered::<64>(pings.tail())) {
            Ok(position) => own.beat(position + 1),
            Err(ZincError::Backpressure { .. }) => std::hint::spin_loop(),
            Err(error) => return Err(error.into()),
        }
        casts.publish(&numbered::<64>(casts.tail()))?;
        pings.wake()?;
    }
}

/// Takes what the storm publishes; `progress` acknowledges what was released.
fn drain(instance: &str, run: &str) -> Outcome {
    let own = own(instance, run, Writer::ProbeB)?;
    let source = Segment::attach(&LAYOUT, instance, code(Writer::ProbeA))?;
    let mut pings = own.consumer(&source, &region::PING_64)?;
    let mut casts = own.consumer(&source, &region::PING_CAST)?;
    own.beat(pings.next());
    own.set_state(2);
    let mut record = [0; 64];
    loop {
        let expected = pings.next();
        match pings.poll(&mut record)? {
            Polled::Record(position) if position == expected && record == numbered(position) => {
                pings.release(position + 1)?;
                own.beat(position + 1);
            }
            Polled::Empty => {
                zinc::wait_any(&[&pings, &casts], PARK);
            }
            other => return Err(format!("expected {expected}, found {other:?}").into()),
        }
        match casts.poll(&mut record)? {
            Polled::Record(position) if record != numbered(position) => {
                return Err(format!("torn broadcast record at {position}").into());
            }
            _ => {}
        }
    }
}

/// Every field through the Rust types and back, its numbers changed by known amounts.
fn mirror(instance: &str, run: &str, count: &str) -> Outcome {
    let (_own, mut pings, mut pongs) = answering(instance, run, "256", -1)?;
    let mut left: u64 = count.parse()?;
    let mut bytes = [0; Probe256::SIZE];
    while left > 0 {
        let Polled::Record(position) = pings.poll(&mut bytes)? else {
            zinc::wait_any(&[&pings], PARK);
            continue;
        };
        pings.release(position + 1)?;
        let mut record = Probe256::from_bytes(&bytes)?;
        record.number += 1;
        record.large_signed = -record.large_signed;
        record.signed.reverse();
        pongs.publish(&record.to_bytes())?;
        pongs.wake()?;
        left -= 1;
    }
    Ok(())
}

/// Publishes under strict seccomp, where every system call but read, write and exit kills.
fn quiet(instance: &str, run: &str, count: &str, noisy: bool) -> Outcome {
    let mut own = own(instance, run, Writer::ProbeA)?;
    let reading = Segment::attach(&LAYOUT, instance, code(Writer::ProbeB))?;
    let mut casts = own.producer(&region::PING_CAST, &[(&reading, -1)])?;
    let count: u32 = count.parse()?;
    // SAFETY: changes what this process may call, and nothing else.
    if unsafe { libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_STRICT) } != 0 {
        return Err(std::io::Error::last_os_error().into());
    }
    let mut published = true;
    for number in 0..count {
        published &= casts.publish(&numbered::<64>(u64::from(number))).is_ok();
        published &= casts.wake().is_ok_and(|woken| woken == 0);
    }
    // SAFETY: asks for a number, or ends this thread, which is the only one.
    unsafe {
        if noisy {
            libc::syscall(libc::SYS_getppid);
        }
        libc::syscall(libc::SYS_exit, i32::from(!published));
    }
    Ok(())
}

fn pin(core: &str) -> Outcome {
    // SAFETY: all-zero is an empty set, and the calls only touch it and this thread.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(core.parse()?, &mut set);
        if libc::sched_setaffinity(0, size_of_val(&set), &raw const set) != 0 {
            return Err(std::io::Error::last_os_error().into());
        }
    }
    Ok(())
}

fn two_words(file: &str) -> Result<&'static [AtomicU32; 32], Box<dyn Error>> {
    let file = OpenOptions::new().read(true).write(true).open(file)?;
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    // SAFETY: a fresh shared mapping of one page, kept until the process ends.
    unsafe {
        let fd = file.as_raw_fd();
        let base = libc::mmap(
            std::ptr::null_mut(),
            4096,
            protection,
            libc::MAP_SHARED,
            fd,
            0,
        );
        if base == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error().into());
        }
        Ok(&*base.cast())
    }
}

fn bare(word: &AtomicU32, operation: i32, value: u32) {
    // SAFETY: the word is mapped for the life of the process.
    unsafe {
        let no_timeout = std::ptr::null::<libc::timespec>();
        libc::syscall(libc::SYS_futex, word.as_ptr(), operation, value, no_timeout);
    }
}

fn pass(word: &AtomicU32, value: u32) {
    word.store(value, SeqCst);
    bare(word, libc::FUTEX_WAKE, 1);
}

fn await_value(word: &AtomicU32, value: u32) {
    loop {
        let now = word.load(SeqCst);
        if now == value {
            return;
        }
        bare(word, libc::FUTEX_WAIT, now);
    }
}

/// One round trip is two wakes and two waits, and nothing else.
fn futex(file: &str, count: &str, one: &str, other: &str) -> Outcome {
    let words = two_words(file)?;
    pin(one)?;
    let mut answering = Command::new(env::current_exe()?)
        .args(["futex-answer", file, count, other])
        .spawn()?;
    await_value(&words[16], u32::MAX);
    let mut times = Vec::new();
    for turn in 1..=count.parse::<u32>()? {
        let start = Instant::now();
        pass(&words[0], turn);
        await_value(&words[16], turn);
        times.push(start.elapsed().as_nanos().to_string());
    }
    answering.wait()?;
    println!("{}", times.join(" "));
    Ok(())
}

fn futex_answer(file: &str, count: &str, core: &str) -> Outcome {
    let words = two_words(file)?;
    pin(core)?;
    pass(&words[16], u32::MAX);
    for turn in 1..=count.parse::<u32>()? {
        await_value(&words[0], turn);
        pass(&words[16], turn);
    }
    Ok(())
}
