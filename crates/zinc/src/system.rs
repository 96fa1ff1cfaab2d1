//! The system calls that std lacks: futexes, eventfd, preallocation, locks, timer slack.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::time::Duration;

use crate::error::ZincError;
use crate::sync::AtomicU64;

const FUTEX2_SIZE_U32: u32 = 2;
/// The kernel's bound on words of one `futex_waitv`.
pub(crate) const WAITV_MAX: usize = 128;

#[repr(C)]
struct WaitEntry {
    value: u64,
    address: u64,
    flags: u32,
    reserved: u32,
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "the low half is what the futex compares"
)]
const fn low_half(value: u64) -> u32 {
    value as u32
}

fn timespec(time: Duration) -> libc::timespec {
    libc::timespec {
        tv_sec: i64::try_from(time.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: i64::from(time.subsec_nanos()),
    }
}

/// Sleeps while the low half of `word` is that of `value`; early ends are ends like any other.
pub(crate) fn futex_wait(word: &AtomicU64, value: u64, timeout: Duration) {
    let time = timespec(timeout);
    // SAFETY: the word outlives the call and the kernel only reads it. Not private: the waker is
    // another process.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr().cast::<u32>(),
            libc::FUTEX_WAIT,
            low_half(value),
            &raw const time,
        );
    }
}

/// Like [`futex_wait`] on up to [`WAITV_MAX`] words at once.
pub(crate) fn futex_wait_any(words: &[(&AtomicU64, u64)], timeout: Duration) {
    let entries: Vec<WaitEntry> = words
        .iter()
        .take(WAITV_MAX)
        .map(|(word, value)| WaitEntry {
            value: u64::from(low_half(*value)),
            address: word.as_ptr() as u64,
            flags: FUTEX2_SIZE_U32,
            reserved: 0,
        })
        .collect();
    let deadline = timespec(Duration::from_nanos(crate::process::mono_ns()) + timeout);
    // SAFETY: the entries and words outlive the call and the kernel only reads them.
    unsafe {
        libc::syscall(
            libc::SYS_futex_waitv,
            entries.as_ptr(),
            entries.len(),
            0,
            &raw const deadline,
            libc::CLOCK_MONOTONIC,
        );
    }
}

/// Wakes every waiter of the word, so that no stranger's wait can swallow the wake.
pub(crate) fn futex_wake(word: &AtomicU64) {
    // SAFETY: waking reads nothing; the address is mapped.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr().cast::<u32>(),
            libc::FUTEX_WAKE,
            i32::MAX,
        );
    }
}

/// Adds one to an eventfd. A full counter is as good as a ring.
pub(crate) fn ring_eventfd(fd: RawFd) -> Result<(), ZincError> {
    let one = 1_u64.to_ne_bytes();
    // SAFETY: the buffer is 8 bytes long.
    let written = unsafe { libc::write(fd, one.as_ptr().cast(), one.len()) };
    let error = io::Error::last_os_error();
    if written == 8 || error.kind() == io::ErrorKind::WouldBlock {
        return Ok(());
    }
    Err(ZincError::System {
        call: "writing the eventfd of a consumer",
        error,
    })
}

/// Reserves every page, so that no later store can fail for want of room.
pub(crate) fn preallocate(file: &File, size: usize) -> io::Result<()> {
    let size = libc::off_t::try_from(size).map_err(io::Error::other)?;
    // SAFETY: the descriptor is open.
    match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, size) } {
        0 => Ok(()),
        code => Err(io::Error::from_raw_os_error(code)),
    }
}

/// Takes an open-file-description write lock; `false` if another description holds it.
pub(crate) fn try_lock(file: &File) -> io::Result<bool> {
    // SAFETY: all-zero is a valid flock; OFD locks require l_pid 0.
    let mut lock: libc::flock = unsafe { std::mem::zeroed() };
    lock.l_type = libc::c_short::try_from(libc::F_WRLCK).unwrap_or_default();
    lock.l_whence = libc::c_short::try_from(libc::SEEK_SET).unwrap_or_default();
    // SAFETY: the descriptor is open and the structure is valid for the call.
    if unsafe { libc::fcntl(file.as_raw_fd(), libc::F_OFD_SETLK, &raw const lock) } == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    match error.raw_os_error() {
        Some(libc::EAGAIN | libc::EACCES) => Ok(false),
        _ => Err(error),
    }
}

/// Gives a complete object its name; fails if the name is taken.
pub(crate) fn rename_exclusive(from: &std::ffi::CStr, to: &std::ffi::CStr) -> io::Result<()> {
    let at = libc::AT_FDCWD;
    // SAFETY: both are NUL-terminated strings.
    let code =
        unsafe { libc::renameat2(at, from.as_ptr(), at, to.as_ptr(), libc::RENAME_NOREPLACE) };
    if code == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// The caller's effective user.
pub(crate) fn effective_uid() -> u32 {
    // SAFETY: cannot fail.
    unsafe { libc::geteuid() }
}

/// Whether the caller's effective or a supplementary group is `gid`.
pub(crate) fn in_group(gid: u32) -> bool {
    const GROUPS_MAX: i32 = 65_536;
    // SAFETY: cannot fail.
    if unsafe { libc::getegid() } == gid {
        return true;
    }
    // SAFETY: a count of 0 writes nothing.
    let count = unsafe { libc::getgroups(0, std::ptr::null_mut()) };
    let mut groups = vec![0; usize::try_from(count.clamp(0, GROUPS_MAX)).unwrap_or(0)];
    // SAFETY: the buffer holds `count` groups; were there more by now, the call fails.
    let count = unsafe { libc::getgroups(count.clamp(0, GROUPS_MAX), groups.as_mut_ptr()) };
    groups.truncate(usize::try_from(count).unwrap_or(0));
    groups.contains(&gid)
}

/// Lets the timed waits of this process end on time instead of 50 µs late.
pub fn set_timer_slack() -> Result<(), ZincError> {
    // SAFETY: changes one number of the calling thread; threads made later inherit it.
    if unsafe { libc::prctl(libc::PR_SET_TIMERSLACK, 1) } == 0 {
        return Ok(());
    }
    Err(ZincError::System {
        call: "setting the timer slack",
        error: io::Error::last_os_error(),
    })
}
