//! The thread for slow work on the journal directory: segments ahead, snapshots, retention.

use std::io;
use std::sync::mpsc::{
    Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError, sync_channel,
};
use std::thread::JoinHandle;
use std::time::Duration;

use pink_journal::disk::Disk;
use pink_journal::retention::store;
use pink_journal::snapshot::Snapshot;
use pink_journal::writer::{Spare, prepare_spare};

const JOBS_MAX: usize = 4;
/// Segments are kept at least so long, also when nobody needs them any more.
const RETAIN_SECONDS: u64 = 7 * 86_400;

/// What the core asks for.
pub enum Job {
    Spare(u64),
    /// The snapshot's record is durable; records below `stored_seq` are in the database.
    Store {
        snapshot: Box<Snapshot>,
        stored_seq: u64,
    },
}

/// What became of it.
pub enum Done<F> {
    Spare(Spare<F>, u64),
    NoSpare(String),
    Stored { seq: u64, removed: usize },
    NotStored(String),
}

/// The core's end of the thread.
pub struct Workshop<D: Disk> {
    jobs: SyncSender<Job>,
    done: Receiver<Done<D::File>>,
    thread: JoinHandle<()>,
}

impl<D: Disk> Workshop<D> {
    pub fn start(disk: D, segment_bytes: u64) -> io::Result<Self> {
        let (jobs, to_do) = sync_channel(JOBS_MAX);
        let (finished, done) = sync_channel(JOBS_MAX);
        let builder = std::thread::Builder::new().name("journal-prepare".to_owned());
        let thread = builder.spawn(move || {
            while let Ok(job) = to_do.recv() {
                if finished.send(work(&disk, segment_bytes, job)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { jobs, done, thread })
    }

    /// Hands over a job; false if the thread has enough to do.
    pub fn ask(&self, job: Job) -> Result<bool, String> {
        match self.jobs.try_send(job) {
            Ok(()) => Ok(true),
            Err(TrySendError::Full(_)) => Ok(false),
            Err(TrySendError::Disconnected(_)) => Err("the prepare thread ended".to_owned()),
        }
    }

    /// Takes what is finished, if anything is.
    pub fn finished(&self) -> Result<Option<Done<D::File>>, String> {
        match self.done.try_recv() {
            Ok(done) => Ok(Some(done)),
            Err(TryRecvError::Empty) => Ok(None),
            Err(TryRecvError::Disconnected) => Err("the prepare thread ended".to_owned()),
        }
    }

    /// Waits for the next finished job, for at most `timeout`.
    pub fn wait(&self, timeout: Duration) -> Result<Option<Done<D::File>>, String> {
        match self.done.recv_timeout(timeout) {
            Ok(done) => Ok(Some(done)),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err("the prepare thread ended".to_owned()),
        }
    }

    /// Ends the thread after the job it has in hand.
    pub fn stop(self) -> Result<(), String> {
        drop(self.jobs);
        drop(self.done);
        self.thread
            .join()
            .map_err(|_| "the prepare thread panicked".to_owned())
    }
}

fn work<D: Disk>(disk: &D, segment_bytes: u64, job: Job) -> Done<D::File> {
    match job {
        Job::Spare(number) => match prepare_spare(disk, number, segment_bytes) {
            Ok(spare) => Done::Spare(spare, disk.free_bytes().unwrap_or(0)),
            Err(error) => Done::NoSpare(error.to_string()),
        },
        Job::Store {
            snapshot,
            stored_seq,
        } => match store(disk, &snapshot, stored_seq, RETAIN_SECONDS) {
            Ok(removed) => Done::Stored {
                seq: snapshot.head.seq,
                removed,
            },
            Err(error) => Done::NotStored(error.to_string()),
        },
    }
}
