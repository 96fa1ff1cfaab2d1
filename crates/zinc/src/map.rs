//! A mapped object as a slice of atomic words; unmapped when its last user is gone.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::ptr::{self, NonNull};

use crate::sync::AtomicU64;

pub(crate) struct Map {
    base: NonNull<AtomicU64>,
    words: usize,
}

// SAFETY: the mapping is reached only through `&[AtomicU64]`, which any thread may share.
unsafe impl Send for Map {}
// SAFETY: as above.
unsafe impl Sync for Map {}

impl Map {
    /// Maps the first `size` bytes (a multiple of 8, not more than the file has) read-only.
    /// Its words may only be loaded, and only relaxed: the pages refuse anything else.
    pub(crate) fn read_only(file: &File, size: usize) -> io::Result<Self> {
        Self::new(file, size, libc::PROT_READ, libc::MAP_SHARED)
    }

    /// Maps the whole object for its one writer; a forked child does not inherit it.
    pub(crate) fn writable(file: &File, size: usize) -> io::Result<Self> {
        let flags = libc::MAP_SHARED | libc::MAP_POPULATE;
        let map = Self::new(file, size, libc::PROT_READ | libc::PROT_WRITE, flags)?;
        // SAFETY: the range is the one just mapped.
        let code =
            unsafe { libc::madvise(map.base.as_ptr().cast(), map.words * 8, libc::MADV_DONTFORK) };
        if code == 0 {
            Ok(map)
        } else {
            Err(io::Error::last_os_error())
        }
    }

    fn new(file: &File, size: usize, protection: i32, flags: i32) -> io::Result<Self> {
        // SAFETY: a fresh mapping at an address of the system's choice aliases nothing.
        let base = unsafe {
            libc::mmap(
                ptr::null_mut(),
                size,
                protection,
                flags,
                file.as_raw_fd(),
                0,
            )
        };
        if base == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let base = NonNull::new(base.cast()).ok_or_else(io::Error::last_os_error)?;
        Ok(Self {
            base,
            words: size / 8,
        })
    }

    pub(crate) fn words(&self) -> &[AtomicU64] {
        // SAFETY: the mapping is page-aligned, `words` words long and lives as long as `self`;
        // every process touches it through atomics only.
        unsafe { std::slice::from_raw_parts(self.base.as_ptr(), self.words) }
    }

    /// The words of `size` bytes at `offset`, both multiples of 8 and within the map.
    pub(crate) fn part(&self, offset: usize, size: usize) -> &[AtomicU64] {
        &self.words()[offset / 8..(offset + size) / 8]
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: this is the mapping made in `new`; no slice of it outlives `self`.
        unsafe { libc::munmap(self.base.as_ptr().cast(), self.words * 8) };
    }
}
