//! Inputs per second at `written`, bytes per record, and how long a start takes afterwards.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Instant;

use pink_journal::disk::FileDisk;
use pink_journal::entry::Batch;
use pink_journal::format::SEGMENT_BYTES;
use pink_journal::machine::{Machine, build_hash, shape};
use pink_journal::recovery::recover;
use pink_journal::snapshot::Snapshot;
use pink_journal::writer::{SPARES_MAX, Spare, Stamp, Terms, Writer, prepare_spare};

use rustix::time::{ClockId, clock_gettime};

use crate::flow::Flow;

const TERMS: Terms = Terms {
    journal_id: 7,
    segment_bytes: SEGMENT_BYTES,
    shape: 0,
};
/// As many inputs as the loop of the kernel takes in one turn.
const TURN_INPUTS: u32 = 256;

/// A directory beside the build, gone afterwards.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let name = format!("bench-{name}-{}", std::process::id());
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left behind lies beside the build and is of no use to anybody.
        let _removed = std::fs::remove_dir_all(&self.0);
    }
}

/// What this thread has used of its core.
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn terms() -> Terms {
    Terms {
        shape: shape(),
        ..TERMS
    }
}

fn open(disk: &FileDisk) -> Writer<FileDisk> {
    recover(disk, terms(), None, 1, |_| Ok(())).unwrap().writer
}

/// The thread that makes segments ahead, as the kernel process has one.
struct Preparer {
    ask: SyncSender<u64>,
    given: Receiver<Spare<File>>,
    thread: JoinHandle<()>,
    next: u64,
}

impl Preparer {
    fn start(disk: &FileDisk, writer: &mut Writer<FileDisk>) -> Self {
        let (ask, asked) = sync_channel::<u64>(SPARES_MAX);
        let (give, given) = sync_channel(SPARES_MAX);
        let disk = disk.clone();
        let thread = std::thread::spawn(move || {
            while let Ok(number) = asked.recv() {
                // The last segments are asked for and not waited for.
                if give
                    .send(prepare_spare(&disk, number, SEGMENT_BYTES).unwrap())
                    .is_err()
                {
                    return;
                }
            }
        });
        let mut preparer = Self {
            ask,
            given,
            thread,
            next: writer.next_spare(),
        };
        for _ in 0..SPARES_MAX {
            preparer.ask();
        }
        while writer.spares() < SPARES_MAX {
            assert!(writer.offer(preparer.given.recv().unwrap()));
        }
        preparer
    }

    fn ask(&mut self) {
        self.ask.send(self.next).unwrap();
        self.next += 1;
    }

    /// A segment was begun: asks for another, and waits only if none is left.
    fn refill(&mut self, writer: &mut Writer<FileDisk>) {
        self.ask();
        while let Ok(spare) = self.given.try_recv() {
            assert!(writer.offer(spare));
        }
        if writer.spares() == 0 {
            assert!(writer.offer(self.given.recv().unwrap()));
        }
    }

    fn stop(self) {
        drop((self.ask, self.given));
        self.thread.join().unwrap();
    }
}

pub(crate) fn run(records: u64) {
    let folder = Folder::new("throughput");
    let disk = FileDisk::writable(&folder.0);
    let mut writer = open(&disk);
    let mut batch = Batch::new(SEGMENT_BYTES);
    let mut flow = Flow::new(&mut batch);
    let mut preparer = Preparer::start(&disk, &mut writer);
    let first = flow.machine.next_seq();
    let (mut waited_ns, mut bytes) = (0, 0);
    let started = Instant::now();
    let cpu_before = cpu_seconds();
    while flow.machine.next_seq() < first + records {
        while !batch.is_full() && batch.entries() < TURN_INPUTS {
            flow.step(&mut batch);
        }
        bytes += batch.payload_bytes();
        let stamp = Stamp {
            durable_seq: 0,
            wall_ns: 1,
            mono_ns: 1,
        };
        if writer.append(&mut batch, stamp).unwrap() {
            let at = Instant::now();
            preparer.refill(&mut writer);
            waited_ns += at.elapsed().as_nanos();
        }
    }
    let took = started.elapsed().as_secs_f64();
    let cpu = cpu_seconds() - cpu_before;
    let rate = |seconds: f64| records as f64 / seconds;
    println!(
        "kernel with journal at `written`: {:.0} records/s of one core's time",
        rate(cpu)
    );
    let own = took - waited_ns as f64 / 1e9;
    println!(
        "  by the clock on the wall: {:.0} records/s, neighbours included",
        rate(own)
    );
    println!(
        "  with the wait for zeroed segments: {:.0} records/s",
        rate(took)
    );
    println!("  {} bytes per record", bytes as u64 / records);
    preparer.stop();
    recovery(&disk, &flow, &writer, records);
}

fn recovery(disk: &FileDisk, flow: &Flow, writer: &Writer<FileDisk>, records: u64) {
    let (started, cpu_before) = (Instant::now(), cpu_seconds());
    let mut machine = Machine::new(build_hash());
    recover(disk, terms(), None, 1, |entry| machine.replay(entry)).unwrap();
    machine.finish_replay().unwrap();
    assert_eq!(
        machine.kernel.state_hash(),
        flow.machine.kernel.state_hash()
    );
    let (took, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu_before);
    println!("recovery of {records} records by replay: {took:.2} s, {cpu:.2} s of one core's time");
    flow.machine
        .snapshot(7, writer.position(), 1)
        .store(disk)
        .unwrap();
    let (started, cpu_before) = (Instant::now(), cpu_seconds());
    let seq = flow.machine.next_seq() - 1;
    let snapshot = Snapshot::load(disk, seq).unwrap().unwrap();
    let mut machine = Machine::load(&snapshot, build_hash()).unwrap();
    let start = Some(snapshot.head.position);
    recover(disk, terms(), start, 1, |entry| machine.replay(entry)).unwrap();
    machine.finish_replay().unwrap();
    let (took, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu_before);
    println!("recovery with a snapshot: {took:.3} s, {cpu:.3} s of one core's time");
}
