//! Inputs per second at `written`, bytes per record, and how long a start takes afterwards.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pink_journal::disk::FileDisk;
use pink_journal::durability::{Durability, start};
use pink_journal::entry::Batch;
use pink_journal::format::SEGMENT_BYTES;
use pink_journal::machine::{Machine, build_hash, shape};
use pink_journal::recovery::recover;
use pink_journal::snapshot::Snapshot;
use pink_journal::writer::{SPARES_MAX, Spare, Stamp, Terms, Writer, prepare_spare};

use rustix::time::{ClockId, clock_gettime};

use crate::bars::Bars;
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

/// Bytes of memory this process has of its own.
fn resident_bytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("RssAnon:"));
    let kib: f64 = line
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    kib * 1024.0
}

/// The run is measured in so many parts, each shorter than what neighbours on the machine disturb.
const PARTS: u64 = 100;

/// What one part of the run cost, per command: to apply and encode it, and to write it.
struct Part {
    apply_ns: f64,
    write_ns: f64,
    /// What the same costs a kernel at its first trade, on the machine as it is at that moment.
    young_ns: f64,
    resident_bytes: f64,
}

/// The kernel, its journal and the thread that makes segments, as they work in the process.
struct Run {
    flow: Flow,
    batch: Batch,
    writer: Writer<FileDisk>,
    preparer: Preparer,
    waited_ns: u128,
    bytes: usize,
    /// This thread's time on its core, applying and encoding.
    apply_seconds: f64,
}

impl Run {
    fn new(disk: &FileDisk) -> Self {
        let mut writer = open(disk);
        let mut batch = Batch::new(SEGMENT_BYTES);
        let flow = Flow::new(&mut batch);
        let preparer = Preparer::start(disk, &mut writer);
        Self {
            flow,
            batch,
            writer,
            preparer,
            waited_ns: 0,
            bytes: 0,
            apply_seconds: 0.0,
        }
    }

    /// Applies and writes turn by turn until the sequence is reached.
    fn until(&mut self, seq: u64) {
        while self.flow.machine.next_seq() < seq {
            let before = cpu_seconds();
            while !self.batch.is_full() && self.batch.entries() < TURN_INPUTS {
                self.flow.step(&mut self.batch);
            }
            self.apply_seconds += cpu_seconds() - before;
            self.bytes += self.batch.payload_bytes();
            let stamp = Stamp {
                durable_seq: 0,
                wall_ns: 1,
                mono_ns: 1,
            };
            if self.writer.append(&mut self.batch, stamp).unwrap() {
                let at = Instant::now();
                self.preparer.refill(&mut self.writer);
                self.waited_ns += at.elapsed().as_nanos();
            }
        }
    }
}

pub(crate) fn run(records: u64, bars: &mut Bars) {
    let folder = Folder::new("throughput");
    let disk = FileDisk::writable(&folder.0);
    let mut run = Run::new(&disk);
    let first = run.flow.machine.next_seq();
    let (mut took, mut worked) = (0.0, 0.0);
    let mut parts = Vec::new();
    let mut scratch = Batch::new(SEGMENT_BYTES);
    for part in 1..=PARTS {
        let young_ns = young_ns(records / PARTS, &mut scratch);
        let (started, before, applied) = (Instant::now(), cpu_seconds(), run.apply_seconds);
        run.until(first + records * part / PARTS);
        let ns_each = |seconds: f64| seconds * 1e9 * PARTS as f64 / records as f64;
        let apply_seconds = run.apply_seconds - applied;
        let cpu = cpu_seconds() - before;
        worked += cpu;
        took += started.elapsed().as_secs_f64();
        parts.push(Part {
            apply_ns: ns_each(apply_seconds),
            write_ns: ns_each(cpu - apply_seconds),
            young_ns,
            resident_bytes: resident_bytes(),
        });
    }
    let rate = |seconds: f64| records as f64 / seconds;
    println!(
        "kernel with journal, {records} commands, {} bytes each",
        run.bytes as u64 / records
    );
    println!("  per second of one core's time: {:.0}", rate(worked));
    println!(
        "  waited for zeroed segments: {:.2} of {took:.2} s",
        run.waited_ns as f64 / 1e9
    );
    bars.at_least(
        "thousand commands/s at `written`, wall clock",
        rate(took) / 1e3,
        300.0,
    );
    flat(&parts, bars);
    run.preparer.stop();
    recovery(&disk, &run.flow, &run.writer, records, bars);
}

/// The same with the thread that syncs beside it: how fast what was taken becomes durable.
pub(crate) fn durable(records: u64) {
    let folder = Folder::new("durable");
    let disk = FileDisk::writable(&folder.0);
    let mut run = Run::new(&disk);
    let first = run.flow.machine.next_seq();
    let durability = Arc::new(Durability::new(first - 1));
    let thread = start(&durability).unwrap();
    let started = Instant::now();
    let last = first + records - 1;
    while run.flow.machine.next_seq() <= last {
        let next = run.flow.machine.next_seq() + u64::from(TURN_INPUTS);
        run.until(next.min(last + 1));
        durability.written(run.writer.file().unwrap(), run.flow.machine.next_seq() - 1);
    }
    assert!(durability.wait_for(last, Duration::from_secs(60)));
    let took = started.elapsed().as_secs_f64();
    let (syncs, ..) = durability.figures();
    durability.stop();
    thread.join().unwrap();
    run.preparer.stop();
    println!(
        "kernel with journal, every command durable: {:.0} commands/s, {:.0} to a sync",
        records as f64 / took,
        records as f64 / syncs.max(1) as f64
    );
}

/// Applies and encodes so many commands from the first trade on; their cost each.
fn young_ns(commands: u64, batch: &mut Batch) -> f64 {
    batch.clear();
    let mut flow = Flow::new(batch);
    let end = flow.machine.next_seq() + commands;
    let before = cpu_seconds();
    while flow.machine.next_seq() < end {
        batch.clear();
        while !batch.is_full() && batch.entries() < TURN_INPUTS {
            flow.step(batch);
        }
    }
    (cpu_seconds() - before) * 1e9 / commands as f64
}

/// The cost of the last parts and of the first, each beside a young kernel's at the same moment:
/// what neighbours on the machine take hits both.
fn flat(parts: &[Part], bars: &mut Bars) {
    let (early, late) = (&parts[..parts.len() / 3], &parts[parts.len() * 2 / 3..]);
    let median = |part: &[Part], figure: fn(&Part) -> f64| {
        let mut figures: Vec<f64> = part.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures[figures.len() / 2]
    };
    for (name, part) in [("first", early), ("last", late)] {
        let apply = median(part, |part| part.apply_ns);
        let write = median(part, |part| part.write_ns);
        println!("  ns to apply and encode {apply:.0}, to write {write:.0} (median, {name} third)");
    }
    let beside = |part: &Part| part.apply_ns / part.young_ns;
    let growth = median(late, beside) / median(early, beside);
    bars.at_most(
        "cost of the last commands to that of the first",
        growth,
        1.1,
    );
    let memory = parts[parts.len() - 1].resident_bytes - parts[parts.len() / 10].resident_bytes;
    bars.at_most(
        "memory gained from the first tenth to the end, MB",
        memory / 1e6,
        1.0,
    );
}

fn recovery(
    disk: &FileDisk,
    flow: &Flow,
    writer: &Writer<FileDisk>,
    records: u64,
    bars: &mut Bars,
) {
    let (started, cpu_before) = (Instant::now(), cpu_seconds());
    let mut machine = Machine::new(build_hash());
    recover(disk, terms(), None, 1, |entry| machine.replay(entry)).unwrap();
    machine.finish_replay().unwrap();
    assert_eq!(
        machine.kernel.state_hash(),
        flow.machine.kernel.state_hash()
    );
    let (took, cpu) = (started.elapsed().as_secs_f64(), cpu_seconds() - cpu_before);
    println!("recovery of {records} records by replay: {cpu:.2} s of one core's time");
    bars.at_most("seconds to recover 1 million records", took, 5.0);
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
    println!("recovery with a snapshot: {cpu:.3} s of one core's time");
    bars.at_most("seconds to recover with a snapshot", took, 1.0);
}
