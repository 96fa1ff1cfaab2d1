//! A disk in memory that forgets: at a crash each 512-byte sector written since the last sync holds
//! any one of its versions, and of the directory changes since its last sync only the first few are
//! sure to be there.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::disk::{Disk, DiskFile};

pub const SECTOR_BYTES: usize = 512;

/// Linux error numbers the disk can answer with.
pub const ENOSPC: i32 = 28;
pub const EIO: i32 = 5;

/// What goes wrong, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Bytes that all files together may have.
    pub capacity_bytes: u64,
    /// Syncs of files from this one on (counted from 0) answer EIO.
    pub sync_fails_from: u64,
    /// Writes from this one on answer EIO.
    pub write_fails_from: u64,
    /// No single write takes more than this.
    pub write_bytes_max: usize,
}

impl Default for Faults {
    fn default() -> Self {
        Self {
            capacity_bytes: u64::MAX,
            sync_fails_from: u64::MAX,
            write_fails_from: u64::MAX,
            write_bytes_max: usize::MAX,
        }
    }
}

/// Earlier versions of sectors, oldest first.
type Versions = BTreeMap<usize, Vec<[u8; SECTOR_BYTES]>>;

#[derive(Default)]
struct Inode {
    now: Vec<u8>,
    /// Sectors written since the last sync.
    unsynced: Versions,
    /// Sectors that a failed sync left behind: they count as clean, so that no later sync writes
    /// them unless they are written again.
    stranded: Versions,
    synced_bytes: usize,
}

/// One change of the directory: a name that went and one that came.
struct Change {
    gone: Option<String>,
    came: Option<(String, usize)>,
}

#[derive(Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<String, usize>,
    durable_names: BTreeMap<String, usize>,
    /// What was done to the directory since its last sync, in order.
    changes: Vec<Change>,
    faults: Faults,
    syncs: u64,
    writes: u64,
    used_bytes: u64,
}

/// The disk; clones are the same disk.
#[derive(Clone, Default)]
pub struct SimDisk {
    state: Arc<Mutex<State>>,
}

/// An open file of it.
pub struct SimFile {
    state: Arc<Mutex<State>>,
    inode: usize,
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn sector(bytes: &[u8], index: usize) -> [u8; SECTOR_BYTES] {
    let mut out = [0; SECTOR_BYTES];
    let from = (index * SECTOR_BYTES).min(bytes.len());
    let part = &bytes[from..(from + SECTOR_BYTES).min(bytes.len())];
    out[..part.len()].copy_from_slice(part);
    out
}

impl SimDisk {
    pub fn set_faults(&self, faults: Faults) {
        lock(&self.state).faults = faults;
    }

    /// Syncs and writes so far, to aim a fault at the next one.
    pub fn counts(&self) -> (u64, u64) {
        let state = lock(&self.state);
        (state.syncs, state.writes)
    }

    /// The power fails: `choose(n)` picks, for each un-synced sector, one of its `n` versions.
    pub fn power_cut(&self, mut choose: impl FnMut(usize) -> usize) {
        let mut state = lock(&self.state);
        for inode in &mut state.inodes {
            inode.forget(&mut choose);
        }
        let changes = std::mem::take(&mut state.changes);
        let kept = choose(changes.len() + 1);
        for change in changes.into_iter().take(kept) {
            change.apply(&mut state.durable_names);
        }
        state.names = state.durable_names.clone();
        state.used_bytes = state.inodes.iter().map(|i| i.now.len() as u64).sum();
        state.faults = Faults::default();
    }

    /// The bytes of a file, for tests that damage it.
    pub fn contents(&self, name: &str) -> Option<Vec<u8>> {
        let state = lock(&self.state);
        state
            .names
            .get(name)
            .map(|inode| state.inodes[*inode].now.clone())
    }

    /// Replaces the bytes of a file, as if they had been so for ever.
    pub fn replace(&self, name: &str, bytes: Vec<u8>) {
        let mut state = lock(&self.state);
        let inode = state.inodes.len();
        state.used_bytes += bytes.len() as u64;
        state.inodes.push(Inode {
            synced_bytes: bytes.len(),
            now: bytes,
            ..Inode::default()
        });
        state.names.insert(name.to_owned(), inode);
        state.durable_names.insert(name.to_owned(), inode);
    }

    /// An independent disk with the same content, nothing un-synced and no faults.
    #[must_use]
    pub fn fork(&self) -> Self {
        let state = lock(&self.state);
        let fork = Self::default();
        for (name, inode) in &state.names {
            fork.replace(name, state.inodes[*inode].now.clone());
        }
        fork
    }
}

impl Disk for SimDisk {
    type File = SimFile;

    fn names(&self) -> io::Result<Vec<String>> {
        Ok(lock(&self.state).names.keys().cloned().collect())
    }

    fn open(&self, name: &str) -> io::Result<SimFile> {
        let found = lock(&self.state).names.get(name).copied();
        let inode = found.ok_or(io::ErrorKind::NotFound)?;
        Ok(SimFile {
            state: Arc::clone(&self.state),
            inode,
        })
    }

    fn create(&self, name: &str) -> io::Result<SimFile> {
        let mut state = lock(&self.state);
        let inode = state.inodes.len();
        state.inodes.push(Inode::default());
        state.change(None, Some((name.to_owned(), inode)));
        Ok(SimFile {
            state: Arc::clone(&self.state),
            inode,
        })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let mut state = lock(&self.state);
        let found = state.names.get(from).copied();
        let inode = found.ok_or(io::ErrorKind::NotFound)?;
        state.change(Some(from.to_owned()), Some((to.to_owned(), inode)));
        Ok(())
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        let mut state = lock(&self.state);
        let found = state.names.get(name).copied();
        let inode = found.ok_or(io::ErrorKind::NotFound)?;
        state.change(Some(name.to_owned()), None);
        state.used_bytes -= state.inodes[inode].now.len() as u64;
        // The space counts as free at once; a power cut that undoes the removal finds it empty.
        state.inodes[inode] = Inode::default();
        Ok(())
    }

    fn sync_directory(&self) -> io::Result<()> {
        let mut state = lock(&self.state);
        let state = &mut *state;
        for change in state.changes.drain(..) {
            change.apply(&mut state.durable_names);
        }
        Ok(())
    }

    fn free_bytes(&self) -> io::Result<u64> {
        let state = lock(&self.state);
        Ok(state.faults.capacity_bytes.saturating_sub(state.used_bytes))
    }
}

impl State {
    /// Changes the directory; a power cut may undo it until the directory is synced.
    fn change(&mut self, gone: Option<String>, came: Option<(String, usize)>) {
        let change = Change { gone, came };
        change.apply(&mut self.names);
        self.changes.push(change);
    }
}

impl Change {
    fn apply(&self, names: &mut BTreeMap<String, usize>) {
        if let Some(name) = &self.gone {
            names.remove(name);
        }
        if let Some((name, inode)) = &self.came {
            names.insert(name.clone(), *inode);
        }
    }
}

fn offset_of(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput.into())
}

impl DiskFile for SimFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let state = lock(&self.state);
        let now = &state.inodes[self.inode].now;
        let from = offset_of(offset)?.min(now.len());
        let count = buffer.len().min(now.len() - from);
        buffer[..count].copy_from_slice(&now[from..from + count]);
        Ok(count)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<usize> {
        let mut state = lock(&self.state);
        let number = state.writes;
        state.writes += 1;
        if number >= state.faults.write_fails_from {
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let from = offset_of(offset)?;
        let mut count = bytes.len().min(state.faults.write_bytes_max);
        let has = state.inodes[self.inode].now.len();
        let grows = (from + count).saturating_sub(has) as u64;
        let capacity_bytes = state.faults.capacity_bytes;
        let free = capacity_bytes.saturating_sub(state.used_bytes);
        if grows > free {
            count = count.saturating_sub(usize::try_from(grows - free).unwrap_or(count));
        }
        if count == 0 && !bytes.is_empty() {
            return Err(io::Error::from_raw_os_error(ENOSPC));
        }
        state.inodes[self.inode].write(&bytes[..count], from);
        state.used_bytes += (state.inodes[self.inode].now.len() - has) as u64;
        Ok(count)
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = lock(&self.state);
        let number = state.syncs;
        state.syncs += 1;
        let fails = number >= state.faults.sync_fails_from;
        let inode = &mut state.inodes[self.inode];
        if fails {
            inode.strand();
            return Err(io::Error::from_raw_os_error(EIO));
        }
        inode.unsynced.clear();
        inode.synced_bytes = inode.now.len();
        Ok(())
    }

    fn bytes(&self) -> io::Result<u64> {
        Ok(lock(&self.state).inodes[self.inode].now.len() as u64)
    }

    fn age_seconds(&self) -> io::Result<u64> {
        Ok(0)
    }
}

impl Inode {
    fn write(&mut self, bytes: &[u8], from: usize) {
        let to = from + bytes.len();
        if to > self.now.len() {
            self.now.resize(to, 0);
        }
        if bytes.is_empty() {
            return;
        }
        for index in from / SECTOR_BYTES..=(to - 1) / SECTOR_BYTES {
            let version = sector(&self.now, index);
            let versions = self.unsynced.entry(index).or_default();
            versions.extend(self.stranded.remove(&index).unwrap_or_default());
            versions.push(version);
        }
        self.now[from..to].copy_from_slice(bytes);
    }

    /// A sync failed: what it was to write counts as clean and is not on the disk.
    fn strand(&mut self) {
        for (index, versions) in std::mem::take(&mut self.unsynced) {
            self.stranded.entry(index).or_default().extend(versions);
        }
    }

    /// The power fails: each sector that is not sure holds one of its versions.
    fn forget(&mut self, choose: &mut impl FnMut(usize) -> usize) {
        self.strand();
        for (index, versions) in std::mem::take(&mut self.stranded) {
            let picked = choose(versions.len() + 1);
            if let Some(version) = versions.get(picked) {
                let from = index * SECTOR_BYTES;
                let to = (from + SECTOR_BYTES).min(self.now.len());
                self.now[from..to].copy_from_slice(&version[..to - from]);
            }
        }
        if self.synced_bytes < self.now.len() && choose(2) == 0 {
            self.now.truncate(self.synced_bytes);
        }
        self.synced_bytes = self.now.len();
    }
}
