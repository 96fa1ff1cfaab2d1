//! From an input's arrival to `durable`, beside one bare thread that does write and fdatasync.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pink_journal::disk::FileDisk;
use pink_journal::durability::{Durability, start};
use pink_journal::entry::Batch;
use pink_journal::machine::shape;
use pink_journal::recovery::recover;
use pink_journal::writer::{SPARES_MAX, Stamp, Terms, prepare_spare};

use crate::bars::Bars;
use crate::flow::Flow;
use crate::throughput::Folder;

const SEGMENT_BYTES: u64 = 16 << 20;

/// Poisson arrivals from a fixed seed: gaps in nanoseconds.
fn arrivals(per_second: f64, count: usize) -> Vec<u64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut at = 0.0;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    (0..count)
        .map(|_| {
            at += -(1.0 - next()).ln() / per_second * 1e9;
            at as u64
        })
        .collect()
}

/// Rounds of the one and the other, turn by turn, so that both meet the same disk.
const ROUNDS: usize = 4;

fn print(name: &str, latencies: &mut [u64]) -> f64 {
    latencies.sort_unstable();
    let at = |share: f64| latencies[((latencies.len() - 1) as f64 * share) as usize] as f64 / 1e3;
    let (p50, p99, p999) = (at(0.5), at(0.99), at(0.999));
    println!("  {name}: p50 {p50:.0} p99 {p99:.0} p99.9 {p999:.0} us");
    p50
}

pub(crate) fn run(per_second: f64, count: usize, bars: &mut Bars) {
    println!("durable latency at {per_second} inputs/s, arrivals as a Poisson process");
    let times = arrivals(per_second, count);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let (latencies, bytes) = with_journal(&times);
        ours.extend(latencies);
        theirs.extend(bare(&times, bytes));
    }
    let theirs = print("one bare thread", &mut theirs);
    let ours = print("kernel, journal and sync thread", &mut ours);
    let what = format!("p50 to that of the bare thread at {per_second}/s");
    bars.at_most(&what, ours / theirs, 1.5);
}

/// Waits until arrival `next` is due and returns how many are.
fn due(times: &[u64], next: usize, started: Instant) -> usize {
    let now = started.elapsed();
    let at = Duration::from_nanos(times[next]);
    if let Some(wait) = at.checked_sub(now) {
        std::thread::sleep(wait);
    }
    let now = u64::try_from(started.elapsed().as_nanos()).unwrap();
    times[next..].iter().take_while(|at| **at <= now).count()
}

/// Notes for every batch how long after its arrivals it was durable.
fn watch(
    durability: &Arc<Durability<File>>,
    told: Receiver<(u64, Vec<u64>)>,
    started: Instant,
) -> JoinHandle<Vec<u64>> {
    let durability = Arc::clone(durability);
    std::thread::spawn(move || {
        let mut latencies = Vec::new();
        for (seq, arrived) in told {
            assert!(durability.wait_for(seq, Duration::from_secs(10)));
            let now = u64::try_from(started.elapsed().as_nanos()).unwrap();
            latencies.extend(arrived.iter().map(|at| now - at));
        }
        latencies
    })
}

fn with_journal(times: &[u64]) -> (Vec<u64>, usize) {
    let folder = Folder::new("latency");
    let disk = FileDisk::writable(&folder.0);
    let terms = Terms {
        journal_id: 7,
        segment_bytes: SEGMENT_BYTES,
        shape: shape(),
    };
    let mut writer = recover(&disk, terms, None, 1, |_| Ok(())).unwrap().writer;
    let mut batch = Batch::new(SEGMENT_BYTES);
    let mut flow = Flow::new(&mut batch);
    // As the process has them when it begins; one is enough for all that follows.
    for _ in 0..SPARES_MAX {
        writer.offer(prepare_spare(&disk, writer.next_spare(), SEGMENT_BYTES).unwrap());
    }
    writer
        .append(
            &mut batch,
            Stamp {
                durable_seq: 0,
                wall_ns: 1,
                mono_ns: 1,
            },
        )
        .unwrap();
    let durability = Arc::new(Durability::new(0));
    let thread = start(&durability).unwrap();
    durability.written(writer.file().unwrap(), writer.position().next_seq - 1);
    assert!(durability.wait_for(writer.position().next_seq - 1, Duration::from_secs(10)));
    let started = Instant::now();
    let (tell, told) = channel();
    let watcher = watch(&durability, told, started);
    let (mut next, mut bytes) = (0, 0);
    while next < times.len() {
        let count = due(times, next, started);
        for _ in 0..count {
            flow.step(&mut batch);
        }
        bytes += batch.payload_bytes();
        writer
            .append(
                &mut batch,
                Stamp {
                    durable_seq: 0,
                    wall_ns: 1,
                    mono_ns: 1,
                },
            )
            .unwrap();
        let seq = writer.position().next_seq - 1;
        durability.written(writer.file().unwrap(), seq);
        tell.send((seq, times[next..next + count].to_vec()))
            .unwrap();
        next += count;
    }
    drop(tell);
    let latencies = watcher.join().unwrap();
    durability.stop();
    thread.join().unwrap();
    (latencies, bytes / times.len())
}

/// The same bytes, written and synced by the thread that waits for them.
fn bare(times: &[u64], bytes: usize) -> Vec<u64> {
    let folder = Folder::new("bare");
    let file = File::options()
        .read(true)
        .write(true)
        .create_new(true)
        .open(folder.0.join("bare"))
        .unwrap();
    file.write_all_at(&vec![0; usize::try_from(SEGMENT_BYTES).unwrap()], 0)
        .unwrap();
    file.sync_all().unwrap();
    let payload = vec![7; bytes];
    let mut latencies = Vec::with_capacity(times.len());
    let (mut next, mut offset) = (0, 0);
    let started = Instant::now();
    while next < times.len() {
        let count = due(times, next, started);
        let together = payload.repeat(count);
        if offset + together.len() as u64 > SEGMENT_BYTES {
            offset = 0;
        }
        file.write_all_at(&together, offset).unwrap();
        offset += together.len() as u64;
        file.sync_data().unwrap();
        let now = u64::try_from(started.elapsed().as_nanos()).unwrap();
        latencies.extend(times[next..next + count].iter().map(|at| now - at));
        next += count;
    }
    latencies
}
