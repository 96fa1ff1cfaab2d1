//! Power cuts: what was durable is there, what was not may be lost but never half believed.

use pink_journal::sim_disk::SimDisk;

use crate::rig::{Random, Rig, sync_segments};

/// Writes and syncs at random, `steps` times; returns what was durable and what was written.
fn work(rig: &mut Rig, random: &mut Random, steps: usize) -> (u64, u64) {
    for _ in 0..steps {
        match random.below(5) {
            0 => rig.sync_all(),
            1 => rig.prepare().unwrap(),
            _ => {
                rig.prepare().unwrap();
                rig.write(1 + random.next() % 30).unwrap();
            }
        }
    }
    (rig.durable_seq, rig.writer.position().next_seq - 1)
}

impl Rig {
    fn sync_all(&mut self) {
        sync_segments(&self.disk);
        self.durable_seq = self.writer.position().next_seq - 1;
    }
}

#[test]
fn flaw_i9_durable_records_survive_any_power_cut_at_sector_grain() {
    for seed in 1..=120 {
        let mut random = Random::new(seed);
        let disk = SimDisk::default();
        let mut at_least = 0;
        for life in 0..4 {
            let (mut rig, seen) = Rig::open(&disk).unwrap_or_else(|e| panic!("seed {seed}: {e}"));
            let last = seen.last().copied().unwrap_or(0);
            assert_eq!(
                seen,
                (1..=last).collect::<Vec<_>>(),
                "seed {seed} life {life}"
            );
            assert!(
                last >= at_least,
                "seed {seed} life {life}: {last} < {at_least}"
            );
            let steps = random.below(40);
            let (durable, written) = work(&mut rig, &mut random, steps);
            assert!(durable.max(last) <= written);
            // What recovery showed was made durable by it.
            at_least = durable.max(last);
            disk.power_cut(|versions| random.below(versions));
        }
    }
}

#[test]
fn unsynced_batches_that_reach_the_disk_out_of_order_are_cut() {
    let mut rig = Rig::fresh();
    rig.prepare().unwrap();
    rig.write(3).unwrap();
    rig.sync();
    let durable = rig.durable_seq;
    for _ in 0..6 {
        rig.write(20).unwrap();
    }
    // Every second sector keeps its old content: later batches may be whole, earlier ones not.
    let mut turn = 0;
    rig.disk.power_cut(|versions| {
        turn += 1;
        if turn % 2 == 0 { 0 } else { versions - 1 }
    });
    let (_, seen) = Rig::open(&rig.disk).unwrap();
    assert!(
        seen.len() as u64 >= durable && seen.len() < 123,
        "{} records",
        seen.len()
    );
}
