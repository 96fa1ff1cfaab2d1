//! The real kernel behind the journal: replay is the same function of the same inputs.

use pink_journal::entry::{Batch, Entries, PartKind};
use pink_journal::error::JournalError;
use pink_journal::format::{
    Position, RECORD_WORDS_MAX, SEGMENT_BYTES_MIN, SEGMENT_HEADER_BYTES, segment_name,
};
use pink_journal::machine::{Machine, Taken, build_hash, shape};
use pink_journal::record::Record;
use pink_journal::recovery::recover;
use pink_journal::sim_disk::{SECTOR_BYTES, SimDisk};
use pink_journal::snapshot::Snapshot;
use pink_journal::writer::{Stamp, Terms, Writer, prepare_spare};
use pink_kernel::Now;
use shm_layout::{Code, Control, Outcome, Writer as Source};

use crate::flow::Flow;
use crate::rig::{Random, sync_segments};

pub const TERMS: Terms = Terms {
    journal_id: 7,
    segment_bytes: 4 * SEGMENT_BYTES_MIN,
    shape: shape(),
};
pub const OTHER_BUILD: u64 = 99;

/// A flow of trades whose batches go to a simulated disk.
pub struct Live {
    pub disk: SimDisk,
    pub writer: Writer<SimDisk>,
    batch: Batch,
    pub flow: Flow,
}

impl Live {
    pub fn new() -> Self {
        let disk = SimDisk::default();
        let writer = recover(&disk, TERMS, None, 1, |_| Ok(())).unwrap().writer;
        let mut batch = Batch::new(TERMS.segment_bytes);
        let flow = Flow::new(&mut batch);
        let mut live = Self {
            disk,
            writer,
            batch,
            flow,
        };
        live.write();
        live
    }

    fn write(&mut self) {
        if self.writer.spares() == 0 {
            let next = self.writer.next_spare();
            let spare = prepare_spare(&self.disk, next, TERMS.segment_bytes).unwrap();
            assert!(self.writer.offer(spare));
        }
        let stamp = Stamp {
            durable_seq: 0,
            wall_ns: 1,
            mono_ns: 1,
        };
        self.writer.append(&mut self.batch, stamp).unwrap();
    }

    fn control(&mut self, control: &Control) {
        let last = &self.flow.machine.effects.outcome;
        let now = Now {
            wall_ns: last.wall_ns,
            mono_ns: last.mono_ns,
        };
        let taken = Taken {
            source: Source::Supervisor,
            stream_id: 88,
            stream_seq: 1,
            now,
        };
        let record = Record::Control(*control);
        let machine = &mut self.flow.machine;
        machine.take(&taken, &record, &mut self.batch).unwrap();
        assert_eq!(machine.effects.outcome.code, Code::Ok);
        self.write();
    }

    pub fn go_on(&mut self, inputs: u64) {
        let until = self.flow.machine.next_seq() + inputs;
        while self.flow.machine.next_seq() < until {
            for _ in 0..5 {
                self.flow.step(&mut self.batch);
            }
            self.write();
        }
    }
}

pub fn replayed(
    disk: &SimDisk,
    mut machine: Machine,
    start: Option<Position>,
) -> Result<Machine, JournalError> {
    recover(disk, TERMS, start, 1, |entry| machine.replay(entry))?;
    machine.finish_replay()?;
    Ok(machine)
}

pub fn hash(machine: &Machine) -> (u64, u64) {
    (machine.next_seq(), machine.kernel.state_hash())
}

#[test]
fn flaw_i14_a_start_rebuilds_exactly_the_state_that_was() {
    let mut live = Live::new();
    live.go_on(3_000);
    let again = replayed(&live.disk, Machine::new(build_hash()), None).unwrap();
    assert_eq!(hash(&again), hash(&live.flow.machine));
    assert_eq!(again.streams, live.flow.machine.streams);
    assert_eq!(
        again.kernel.next_deadline(),
        live.flow.machine.kernel.next_deadline()
    );
}

#[test]
fn replay_is_bit_equal_after_the_configuration_changed_in_the_middle() {
    let mut live = Live::new();
    live.go_on(1_000);
    let config = Control {
        settle_after_ms: 7,
        report_deadline_ms: 9_000,
        max_leverage: 2,
        ..*live.flow.machine.kernel.config()
    };
    live.control(&config);
    live.go_on(1_000);
    let refusals = live.flow.machine.kernel.account().refusals;
    assert!(refusals > 0, "the new limit was never met");
    for build in [build_hash(), OTHER_BUILD] {
        let again = replayed(&live.disk, Machine::new(build), None).unwrap();
        assert_eq!(hash(&again), hash(&live.flow.machine));
    }
}

#[test]
fn flaw_i10_an_input_in_the_journal_is_known_after_a_start_from_a_snapshot_too() {
    let mut live = Live::new();
    live.go_on(1_000);
    live.flow
        .machine
        .snapshot(7, live.writer.position(), 1)
        .store(&live.disk)
        .unwrap();
    let seq = live.flow.machine.next_seq() - 1;
    live.go_on(1_000);
    let snapshot = Snapshot::load(&live.disk, seq).unwrap().unwrap();
    let machine = Machine::load(&snapshot, build_hash()).unwrap();
    let again = replayed(&live.disk, machine, Some(snapshot.head.position)).unwrap();
    assert_eq!(hash(&again), hash(&live.flow.machine));
    let gateway = u64::from(Source::Gateway.code());
    assert!(again.streams.last(gateway) > 1_000);
    assert_eq!(again.streams, live.flow.machine.streams);
}

#[test]
fn another_build_believes_what_is_recorded_and_recomputes_nothing() {
    let mut live = Live::new();
    live.go_on(2_500);
    let other = replayed(&live.disk, Machine::new(OTHER_BUILD), None).unwrap();
    assert_eq!(hash(&other), hash(&live.flow.machine));
    assert_eq!(
        other.kernel.next_deadline(),
        live.flow.machine.kernel.next_deadline()
    );
    assert_eq!(other.streams, live.flow.machine.streams);
}

/// The same batch, except that the outcome of `seq` claims one unit of capital more.
fn tampered(batch: &Batch, seq: u64) -> Batch {
    let mut other = Batch::new(TERMS.segment_bytes);
    for entry in Entries::new(batch.payload(), None) {
        let entry = entry.unwrap();
        other.begin(&entry.head);
        for part in entry.parts() {
            let part = part.unwrap();
            let mut words = [0; RECORD_WORDS_MAX];
            let mut words = part.unpack(&mut words).unwrap().to_vec();
            if part.kind == PartKind::Outcome && entry.head.seq == seq {
                let mut outcome = Outcome::from_words(&part.words().unwrap()).unwrap();
                outcome.capital_e8 += 1;
                words = outcome.to_words().to_vec();
            }
            other.part(part.kind, part.region, part.index, &words);
        }
        other.end();
    }
    other
}

#[test]
fn a_recorded_outcome_that_differs_is_refused_with_its_sequence_and_field() {
    let mut live = Live::new();
    live.go_on(200);
    live.flow.step(&mut live.batch);
    let seq = live.flow.machine.next_seq() - 1;
    live.batch = tampered(&live.batch, seq);
    live.write();
    let refused = replayed(&live.disk, Machine::new(build_hash()), None).map(|_| ());
    let Err(JournalError::Diverged {
        seq: at,
        field,
        recorded,
        computed,
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!((at, field.as_str()), (seq, "outcome.capital_e8"));
    assert_eq!(
        recorded.parse::<i64>().unwrap(),
        computed.parse::<i64>().unwrap() + 1
    );
    let other = replayed(&live.disk, Machine::new(OTHER_BUILD), None);
    assert!(other.is_ok(), "a build that recomputes nothing cannot tell");
}

#[test]
fn with_any_sector_zeroed_the_state_is_that_of_a_prefix_of_the_inputs() {
    let mut live = Live::new();
    let name = segment_name(1);
    let mut batches = Vec::new();
    while live.flow.machine.next_seq() < 150 {
        let end = usize::try_from(live.writer.position().offset).unwrap();
        batches.push((end, hash(&live.flow.machine)));
        live.go_on(1);
    }
    let end = usize::try_from(live.writer.position().offset).unwrap();
    batches.push((end, hash(&live.flow.machine)));
    let sound = live.disk.contents(&name).unwrap();
    for from in (SEGMENT_HEADER_BYTES..end).step_by(SECTOR_BYTES) {
        let mut bytes = sound.clone();
        bytes[from..from + SECTOR_BYTES].fill(0);
        let changed = (from..from + SECTOR_BYTES).find(|at| bytes[*at] != sound[*at]);
        let copy = live.disk.fork();
        copy.replace(&name, bytes);
        let machine = replayed(&copy, Machine::new(build_hash()), None).unwrap();
        let untouched = |end: &usize| changed.is_none_or(|at| *end <= at);
        let last = batches.iter().rfind(|(end, _)| untouched(end));
        let expected = last.map_or((1, hash(&Machine::new(0)).1), |(_, state)| *state);
        assert_eq!(hash(&machine), expected, "sector at {from}");
    }
}

#[test]
fn flaw_i9_after_a_power_cut_the_state_is_that_of_a_prefix_of_the_inputs() {
    for seed in 1..=8 {
        let mut random = Random::new(seed);
        let mut live = Live::new();
        let mut hashes = vec![hash(&live.flow.machine)];
        for _ in 0..=random.below(60) {
            live.go_on(5);
            hashes.push(hash(&live.flow.machine));
            if random.below(4) == 0 {
                sync_segments(&live.disk);
                hashes.drain(..hashes.len() - 1);
            }
        }
        live.disk.power_cut(|versions| random.below(versions));
        match replayed(&live.disk, Machine::new(build_hash()), None) {
            Ok(machine) => {
                let state = hash(&machine);
                let known = hashes.contains(&state) || state.0 == 1;
                assert!(known, "seed {seed}: no such state was ever written");
            }
            Err(e) => panic!("seed {seed}: {e}"),
        }
    }
}
