//! One seed: a kernel, a venue, and a clock; every step checks what must always be so.

use std::collections::{HashMap, HashSet, VecDeque};

use pink_journal::machine::Taken;
use pink_journal::sim_disk::SimDisk;
use pink_kernel::fsm::Row;
use pink_kernel::{Effects, Kernel, Now};
use shm_layout::{Ascii, Code, Effect, Fact, OrderSide, ReportKind, Stage, Writer};

use crate::crash::Death;
use crate::edge::{Edge, Faults};
use crate::entry::{Asked, Entry, OrderFact, Ringed};
use crate::judge::WATCHED_SLOTS;
use crate::process::Process;
use crate::rng::Rng;
use crate::venue::Venue;

const WALL_MS: i64 = 1_700_000_000_000;
/// Inputs between two full checks of the state.
const CHECK_EVERY: u64 = 8;
/// Lines of story kept.
const STORY_MAX: usize = 9_000;

/// Counts over a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub steps: u64,
    pub crashes: u64,
    pub power_cuts: u64,
    pub disk_faults: u64,
    pub trades: u64,
    pub fills: u64,
    pub rows: HashMap<(Stage, Fact), u64>,
    pub codes: HashMap<Code, u64>,
}

pub struct Run {
    pub process: Process,
    pub disk: SimDisk,
    pub now: Now,
    pub venue: Venue,
    pub edge: Edge,
    pub rng: Rng,
    pub faults: Faults,
    pub tally: Tally,
    pub story: VecDeque<String>,
    pub telling: bool,
    pub(crate) boot: u64,
    /// Rings by number: the life of each, and inputs that came by it.
    pub(crate) streams: [(u64, u64); 4],
    /// Inputs in the rings: taken but not written, and written but perhaps not released.
    pub(crate) unwritten: Vec<Ringed>,
    pub(crate) unreleased: Vec<Ringed>,
    /// The last record of which a command left, and the last of which one left that adds risk.
    pub(crate) sent_seq: u64,
    pub(crate) sent_risk_seq: u64,
    pub(crate) recovered_seq: u64,
    pub(crate) trades: u64,
    pub(crate) asked: HashMap<Ascii<32>, Asked>,
    /// Orders that left without their record: exits, before a power cut.
    pub(crate) lost_orders: HashSet<Ascii<40>>,
    pub(crate) by_hand: bool,
    /// What each order traded, as the kernel booked it last.
    pub(crate) order_facts: HashMap<Ascii<40>, OrderFact>,
    /// Time that passed while the kernel could work, and since when each slot's entry works while
    /// risk is forbidden.
    pub(crate) awake_ms: i64,
    pub(crate) works_since_ms: [Option<i64>; WATCHED_SLOTS as usize],
    /// Since when each slot holds on though its level is passed and nothing rests there.
    pub(crate) passed_since_ms: [Option<i64>; WATCHED_SLOTS as usize],
    pub(crate) table: Vec<Row>,
}

impl Run {
    /// A run of this seed with these faults, from a configured kernel.
    pub fn new(seed: u64, faults: Faults, table: &[Row]) -> Result<Self, String> {
        let mut rng = Rng::new(seed);
        let hedge = rng.permille(500);
        let disk = SimDisk::default();
        let wall_ns = WALL_MS * 1_000_000;
        let process = Process::start(&disk, table, wall_ns).map_err(|refused| refused.to_string());
        let mut run = Self {
            process: process?,
            disk,
            now: Now {
                wall_ns,
                mono_ns: 1_000_000_000,
            },
            venue: Venue::new(hedge),
            edge: Edge::new(5_000),
            rng,
            faults,
            tally: Tally::default(),
            story: VecDeque::new(),
            telling: false,
            boot: 1,
            streams: [(1, 0), (2, 0), (3, 0), (4, 0)],
            unwritten: Vec::new(),
            unreleased: Vec::new(),
            sent_seq: 0,
            sent_risk_seq: 0,
            recovered_seq: 0,
            trades: 0,
            asked: HashMap::new(),
            lost_orders: HashSet::new(),
            by_hand: false,
            order_facts: HashMap::new(),
            awake_ms: 0,
            works_since_ms: [None; WATCHED_SLOTS as usize],
            passed_since_ms: [None; WATCHED_SLOTS as usize],
            table: table.to_vec(),
        };
        run.venue.now_ms = WALL_MS;
        run.venue.thin = faults.protected > 0;
        run.begin(hedge)?;
        Ok(run)
    }

    pub(crate) fn kernel(&self) -> &Kernel {
        &self.process.machine.kernel
    }

    pub(crate) fn effects(&self) -> &Effects {
        &self.process.machine.effects
    }

    /// One input from its source.
    pub fn apply(&mut self, entry: Entry) -> Result<(), String> {
        let (stream_id, stream_seq) = match entry.ring() {
            Some(ring) => {
                let stream = &mut self.streams[ring];
                stream.1 += 1;
                *stream
            }
            None => (0, 0),
        };
        self.take(entry, stream_id, stream_seq)
    }

    /// One input: applied, put into the batch, checked.
    pub(crate) fn take(
        &mut self,
        entry: Entry,
        stream_id: u64,
        stream_seq: u64,
    ) -> Result<(), String> {
        if self.process.is_full() {
            self.write()?;
        }
        let seq = self.process.machine.next_seq();
        let taken = Taken {
            source: entry.source(),
            stream_id,
            stream_seq,
            now: self.now,
        };
        self.process
            .take(&taken, &entry.record())
            .map_err(|violation| violation.to_string())?;
        self.unwritten.push(Ringed {
            entry,
            stream_id,
            stream_seq,
            seq,
        });
        self.tally.steps += 1;
        self.count();
        if let Entry::Intent(intent) = &entry {
            self.note_asked(intent);
        }
        if self.telling {
            self.tell(&entry);
        }
        self.judge_step()
    }

    fn count(&mut self) {
        let outcome = &self.process.machine.effects.outcome;
        if outcome.fact != Fact::None && outcome.code != Code::Unexpected {
            let row = (outcome.prev_stage, outcome.fact);
            *self.tally.rows.entry(row).or_default() += 1;
        }
        *self.tally.codes.entry(outcome.code).or_default() += 1;
        self.tally.fills += u64::from(outcome.fill_qty_e8 > 0);
        if !outcome.client_order_id.is_empty() && outcome.order_cum_qty_e8 > 0 {
            let fact = OrderFact {
                buys: outcome.order_side == OrderSide::Buy,
                notional_e8: outcome.order_cum_notional_e8,
                fee_e8: outcome.order_cum_fee_e8,
            };
            self.order_facts.insert(outcome.client_order_id, fact);
        }
    }

    fn judge_step(&mut self) -> Result<(), String> {
        self.judge_withdrawal()?;
        self.judge_passed()?;
        self.judge_capital()?;
        let outcome = &self.effects().outcome;
        if outcome.code == Code::Unexpected {
            return Err(format!(
                "no row for {:?} and {:?}",
                outcome.prev_stage, outcome.fact
            ));
        }
        if outcome.effect == Effect::FreeSlot || outcome.effect == Effect::Abandon {
            self.judge_trade()?;
            self.judge_result()?;
        }
        if outcome.fill_qty_e8 > 0 && outcome.report_kind == ReportKind::OrderState {
            self.judge_fill()?;
        }
        if outcome.seq.is_multiple_of(CHECK_EVERY) {
            let check = self.kernel().check();
            check.map_err(|violation| violation.to_string())?;
        }
        self.judge_exposure()
    }

    fn tell(&mut self, entry: &Entry) {
        let o = &self.effects().outcome;
        let what = match entry {
            Entry::Report(_, r) => format!(
                "{:?} {:?} cmd {} cum {} of {}",
                r.kind, r.order_status, r.command_seq, r.cum_qty_e8, r.qty_e8
            ),
            Entry::Intent(intent) => format!("{:?} {:?}", intent.kind, intent.trade_id),
            Entry::Mark(mark) => format!("mark {:?} {}", mark.symbol, mark.mark_e12),
            Entry::Control(control) => format!("{:?}", control.kind),
            Entry::Epoch(epoch) => format!("epoch {}", epoch.incarnation),
            Entry::Deadline => "deadline".into(),
        };
        let sent: Vec<String> = self
            .effects()
            .commands()
            .iter()
            .map(|c| format!("{:?}#{} {:?} {}", c.kind, c.command_seq, c.role, c.qty_e8))
            .collect();
        let line = format!(
            "{:>6} {:>8}ms {what} => {:?} slot {} {:?} {:?}->{:?} {:?} qty {} [{} {}] {}",
            o.seq,
            self.venue.now_ms - WALL_MS,
            o.code,
            o.slot_id,
            o.fact,
            o.prev_stage,
            o.stage,
            o.order_status,
            o.slot_qty_e8,
            o.trade_id.as_str(),
            o.client_order_id.as_str(),
            sent.join(", "),
        );
        self.say(line);
    }

    pub(crate) fn say(&mut self, line: String) {
        if self.story.len() == STORY_MAX {
            self.story.pop_front();
        }
        self.story.push_back(line);
    }

    /// One step of the world.
    pub fn step(&mut self) -> Result<(), String> {
        if self.rng.permille(self.faults.kernel_crash) {
            let power = self.rng.permille(self.faults.power_cut);
            return self.crash(if power { Death::Power } else { Death::Process });
        }
        self.work_the_disk()?;
        let pause_ms = if self.rng.permille(self.faults.pauses) {
            self.rng.between(0, 3_000)
        } else {
            self.rng.between(0, 20)
        };
        self.pass(pause_ms);
        self.awake_ms += pause_ms;
        if self
            .kernel()
            .next_deadline()
            .is_some_and(|due| due <= self.now.mono_ns)
            && self.rng.permille(600)
        {
            return self.apply(Entry::Deadline);
        }
        match self.rng.below(100) {
            0..=9 => {
                let calm = false;
                self.venue.tick(&mut self.rng, calm);
                let at = self.rng.index(self.venue.symbols.len());
                self.mark(at)
            }
            10..=29 => {
                self.venue.tick(&mut self.rng, false);
                self.edge
                    .listen(&mut self.rng, &mut self.venue, &self.faults);
                self.hear()
            }
            30..=54 => self.gateway(),
            55..=84 => self.hear(),
            85..=93 => self.decide(),
            94..=95 => self.oddity(),
            _ => self.control(),
        }
    }

    pub(crate) fn pass(&mut self, ms: i64) {
        self.now.wall_ns += ms * 1_000_000;
        self.now.mono_ns += u64::try_from(ms).unwrap_or(0) * 1_000_000;
        self.venue.now_ms += ms;
        self.edge.observe(&self.venue);
    }

    fn gateway(&mut self) -> Result<(), String> {
        let mono = self.now.mono_ns;
        self.edge.kill_switch = self.kernel().account().kill_switch != 0;
        for _ in 0..=self.rng.below(3) {
            self.edge
                .work(&mut self.rng, &mut self.venue, &self.faults, mono)?;
        }
        self.hear()
    }

    /// The kernel reads what its edges said.
    fn hear(&mut self) -> Result<(), String> {
        let from_stream = self.rng.permille(400);
        let heard = if from_stream {
            self.edge.heard(&mut self.rng, &self.faults)
        } else {
            None
        };
        if let Some(report) = heard {
            return self.apply(Entry::Report(Writer::Listener, report));
        }
        match self.edge.reports.pop_front() {
            Some(report) => self.report(report),
            None => Ok(()),
        }
    }
}
