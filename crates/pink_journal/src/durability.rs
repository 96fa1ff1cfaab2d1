//! The sync thread: makes what was written durable, as many batches at once as there are.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::disk::DiskFile;

/// What is to be synced.
struct Work<F> {
    /// Segments written since the last sync, oldest first.
    files: Vec<Arc<F>>,
    written_seq: u64,
    stop: bool,
    failure: Option<String>,
}

/// Shared by the core and the sync thread.
pub struct Durability<F> {
    work: Mutex<Work<F>>,
    more: Condvar,
    durable_seq: AtomicU64,
    failed: AtomicBool,
    syncs: AtomicU64,
    last_ns: AtomicU64,
    max_ns: AtomicU64,
}

impl<F: DiskFile> Durability<F> {
    /// Everything up to `durable_seq` is durable already.
    pub fn new(durable_seq: u64) -> Self {
        let work = Work {
            files: Vec::new(),
            written_seq: durable_seq,
            stop: false,
            failure: None,
        };
        Self {
            work: Mutex::new(work),
            more: Condvar::new(),
            durable_seq: AtomicU64::new(durable_seq),
            failed: AtomicBool::new(false),
            syncs: AtomicU64::new(0),
            last_ns: AtomicU64::new(0),
            max_ns: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Work<F>> {
        self.work.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells the thread that `file` was written up to `seq`.
    pub fn written(&self, file: &Arc<F>, seq: u64) {
        let mut work = self.lock();
        if !work
            .files
            .last()
            .is_some_and(|last| Arc::ptr_eq(last, file))
        {
            work.files.push(Arc::clone(file));
        }
        work.written_seq = seq;
        drop(work);
        self.more.notify_one();
    }

    pub fn durable_seq(&self) -> u64 {
        self.durable_seq.load(Ordering::Acquire)
    }

    /// Why a sync failed, if one did; nothing is tried after that.
    pub fn failure(&self) -> Option<String> {
        if !self.failed.load(Ordering::Acquire) {
            return None;
        }
        self.lock().failure.clone()
    }

    /// Syncs done, nanoseconds of the last one and of the longest.
    pub fn figures(&self) -> (u64, u64, u64) {
        let read = |figure: &AtomicU64| figure.load(Ordering::Relaxed);
        (read(&self.syncs), read(&self.last_ns), read(&self.max_ns))
    }

    /// Waits until `seq` is durable; false if that failed or took longer than `timeout`.
    pub fn wait_for(&self, seq: u64, timeout: Duration) -> bool {
        let until = Instant::now() + timeout;
        let mut work = self.lock();
        while self.durable_seq() < seq && work.failure.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            let waited = self.more.wait_timeout(work, left);
            work = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        self.durable_seq() >= seq
    }

    /// Ends the thread once everything written is durable.
    pub fn stop(&self) {
        self.lock().stop = true;
        self.more.notify_all();
    }

    /// The thread's work: returns when it is told to stop, or after the first failure.
    pub fn run(&self) {
        loop {
            let mut work = self.lock();
            while work.written_seq <= self.durable_seq() && !work.stop {
                work = self.more.wait(work).unwrap_or_else(PoisonError::into_inner);
            }
            drop(work);
            if !self.sync_written() {
                return;
            }
        }
    }

    /// Makes durable what was written so far; false if there was nothing, or it failed.
    pub fn sync_written(&self) -> bool {
        let mut work = self.lock();
        let target = work.written_seq;
        if target <= self.durable_seq() || work.failure.is_some() {
            return false;
        }
        let files: Vec<Arc<F>> = work.files.clone();
        // The last one may be written further; the others are complete.
        let complete = work.files.len() - 1;
        work.files.drain(..complete);
        drop(work);
        let started = Instant::now();
        if let Err(error) = sync_all(&files) {
            self.lock().failure = Some(format!("fdatasync of the journal failed: {error}"));
            self.failed.store(true, Ordering::Release);
            self.more.notify_all();
            return false;
        }
        let took = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.syncs.fetch_add(1, Ordering::Relaxed);
        self.last_ns.store(took, Ordering::Relaxed);
        self.max_ns.fetch_max(took, Ordering::Relaxed);
        // Under the lock: one who just saw the old mark is asleep before it is told of the new.
        let work = self.lock();
        self.durable_seq.store(target, Ordering::Release);
        drop(work);
        self.more.notify_all();
        true
    }
}

fn sync_all<F: DiskFile>(files: &[Arc<F>]) -> io::Result<()> {
    files.iter().try_for_each(|file| file.sync())
}

/// Starts the sync thread.
pub fn start<F: DiskFile>(durability: &Arc<Durability<F>>) -> io::Result<JoinHandle<()>> {
    let shared = Arc::clone(durability);
    std::thread::Builder::new()
        .name("journal-sync".to_owned())
        .spawn(move || shared.run())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use crate::disk::{Disk, DiskFile};
    use crate::sim_disk::{Faults, SimDisk};

    use super::{Durability, start};

    #[test]
    fn many_batches_become_durable_with_few_syncs_and_old_segments_are_synced_too() {
        let disk = SimDisk::default();
        let durability = Arc::new(Durability::new(0));
        let old = Arc::new(disk.create("old").unwrap());
        let new = Arc::new(disk.create("new").unwrap());
        disk.sync_directory().unwrap();
        for seq in 1..=100 {
            let file = if seq <= 50 { &old } else { &new };
            file.write_full_at(&[7], seq).unwrap();
            durability.written(file, seq);
        }
        let thread = start(&durability).unwrap();
        assert!(durability.wait_for(100, Duration::from_secs(10)));
        durability.stop();
        thread.join().unwrap();
        assert!(
            durability.figures().0 <= 2,
            "one sync covers all that was written before it"
        );
        disk.power_cut(|_| 0);
        assert_eq!(disk.contents("old").unwrap()[50], 7);
        assert_eq!(disk.contents("new").unwrap()[100], 7);
    }

    #[test]
    fn a_failed_sync_is_never_tried_again_and_moves_no_watermark() {
        let disk = SimDisk::default();
        disk.set_faults(Faults {
            sync_fails_from: 0,
            ..Faults::default()
        });
        let durability = Arc::new(Durability::new(4));
        let file = Arc::new(disk.create("seg").unwrap());
        durability.written(&file, 5);
        let thread = start(&durability).unwrap();
        assert!(!durability.wait_for(5, Duration::from_secs(10)));
        thread.join().unwrap();
        assert_eq!(durability.durable_seq(), 4);
        assert!(durability.failure().unwrap().contains("fdatasync"));
        disk.set_faults(Faults::default());
        durability.written(&file, 6);
        assert_eq!(disk.counts().0, 1, "the sync was tried once");
    }
}
