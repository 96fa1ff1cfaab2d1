//! One seed: a kernel, a venue, and a clock; every step checks what must always be so.

use std::collections::{BTreeMap, HashMap, VecDeque};

use pink_kernel::fsm::Row;
use pink_kernel::{CellRef, Effects, Input, Kernel, Now};
use shm_layout::{
    AdoptPolicy, Ascii, Code, Control, ControlKind, Effect, Epoch, Fact, Intent, Mark, Outcome,
    PositionMode, Report, ReportKind, Stage, Writer,
};

use crate::edge::{Edge, Faults};
use crate::rng::Rng;
use crate::venue::{E8, Venue};
use crate::wording::name;

const WALL_MS: i64 = 1_700_000_000_000;
/// Inputs between two snapshots of the kernel's cells.
pub(crate) const SNAPSHOT_EVERY: usize = 1_500;
/// Lines of story kept.
const STORY_MAX: usize = 9_000;

/// One input, owned: the journal of the simulation.
#[derive(Clone, Copy, Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "a journal of inputs, bounded by the snapshots"
)]
pub enum Entry {
    Epoch(Epoch),
    Control(Control),
    Intent(Intent),
    Mark(Mark),
    Report(Writer, Report),
    Deadline,
}

impl Entry {
    pub(crate) fn input(&self) -> Input<'_> {
        match self {
            Self::Epoch(epoch) => Input::Epoch(epoch),
            Self::Control(control) => Input::Control(Writer::Supervisor, control),
            Self::Intent(intent) => Input::Intent(intent),
            Self::Mark(mark) => Input::Mark(mark),
            Self::Report(source, report) => Input::Report(*source, report),
            Self::Deadline => Input::Deadline,
        }
    }
}

/// Counts over a run.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub steps: u64,
    pub crashes: u64,
    pub trades: u64,
    pub fills: u64,
    pub rows: HashMap<(Stage, Fact), u64>,
    pub codes: HashMap<Code, u64>,
}

pub struct Run {
    pub kernel: Kernel,
    pub effects: Effects,
    pub seq: u64,
    pub now: Now,
    pub venue: Venue,
    pub edge: Edge,
    pub rng: Rng,
    pub faults: Faults,
    pub tally: Tally,
    pub story: VecDeque<String>,
    pub telling: bool,
    pub(crate) journal: Vec<(Now, Entry, u64)>,
    pub(crate) snapshot: (u64, Vec<(CellRef, Vec<u64>)>),
    pub(crate) incarnation: u64,
    pub(crate) trades: u64,
    pub(crate) asked: HashMap<Ascii<32>, (usize, usize, i64)>,
    pub(crate) by_hand: bool,
    /// Every cell as `apply` named it for the journal: all that another build would know.
    pub(crate) records: bool,
    pub(crate) recorded: BTreeMap<(u8, u16), Vec<u64>>,
    pub(crate) table: Vec<Row>,
}

impl Run {
    /// A run of this seed with these faults, from a configured kernel.
    pub fn new(seed: u64, faults: Faults, table: &[Row]) -> Result<Self, String> {
        let mut rng = Rng::new(seed);
        let hedge = rng.permille(500);
        let mut run = Self {
            kernel: Kernel::with_table(table),
            effects: Effects::new(),
            seq: 0,
            now: Now {
                wall_ns: WALL_MS * 1_000_000,
                mono_ns: 1_000_000_000,
            },
            venue: Venue::new(hedge),
            edge: Edge::new(5_000),
            rng,
            faults,
            tally: Tally::default(),
            story: VecDeque::new(),
            telling: false,
            journal: Vec::new(),
            snapshot: (0, Vec::new()),
            incarnation: 0,
            trades: 0,
            asked: HashMap::new(),
            by_hand: false,
            records: seed.is_multiple_of(4),
            recorded: BTreeMap::new(),
            table: table.to_vec(),
        };
        run.venue.now_ms = WALL_MS;
        run.venue.thin = faults.protected > 0;
        run.begin(hedge)?;
        Ok(run)
    }

    fn begin(&mut self, hedge: bool) -> Result<(), String> {
        self.epoch()?;
        self.apply(Entry::Control(config()))?;
        let position_mode = if hedge {
            PositionMode::Hedge
        } else {
            PositionMode::OneWay
        };
        let kind = ReportKind::PositionMode;
        self.report(Report {
            kind,
            position_mode,
            ..Report::ZERO
        })?;
        for symbol in self.venue.symbols.clone() {
            self.report(Report {
                kind: ReportKind::Instrument,
                symbol: name(symbol.name),
                tick_e12: symbol.tick,
                lot_e8: symbol.lot,
                min_qty_e8: symbol.least,
                min_notional_e8: 0,
                maker_fee_e8: 20_000,
                taker_fee_e8: 50_000,
                ..Report::ZERO
            })?;
        }
        self.marks()
    }

    pub(crate) fn epoch(&mut self) -> Result<(), String> {
        self.incarnation += 1;
        let instance = Ascii::new("sim").unwrap_or(Ascii::EMPTY);
        let incarnation = self.incarnation;
        self.apply(Entry::Epoch(Epoch {
            incarnation,
            journal_id: 9,
            instance,
            ..Epoch::ZERO
        }))
    }

    pub(crate) fn report(&mut self, report: Report) -> Result<(), String> {
        self.apply(Entry::Report(Writer::Gateway, report))
    }

    fn marks(&mut self) -> Result<(), String> {
        for at in 0..self.venue.symbols.len() {
            self.mark(at)?;
        }
        Ok(())
    }

    pub(crate) fn mark(&mut self, at: usize) -> Result<(), String> {
        let symbol = &self.venue.symbols[at];
        self.apply(Entry::Mark(Mark {
            symbol: name(symbol.name),
            mark_e12: symbol.mark,
            recv_mono_ns: self.now.mono_ns,
            venue_wall_ms: self.venue.now_ms,
            ..Mark::ZERO
        }))
    }

    /// One input: journalled, applied, checked.
    pub fn apply(&mut self, entry: Entry) -> Result<(), String> {
        self.seq += 1;
        self.kernel
            .apply(self.seq, self.now, entry.input(), &mut self.effects);
        self.tally.steps += 1;
        let outcome = &self.effects.outcome;
        self.journal.push((
            self.now,
            entry,
            digest(outcome, self.effects.commands().len()),
        ));
        if outcome.fact != Fact::None && outcome.code != Code::Unexpected {
            *self
                .tally
                .rows
                .entry((outcome.prev_stage, outcome.fact))
                .or_default() += 1;
        }
        *self.tally.codes.entry(outcome.code).or_default() += 1;
        if outcome.fill_qty_e8 > 0 {
            self.tally.fills += 1;
        }
        if self.telling {
            self.tell(&entry);
        }
        self.edge.commands.extend(self.effects.commands());
        self.record();
        let outcome = &self.effects.outcome;
        if outcome.code == Code::Unexpected {
            return Err(format!(
                "no row for {:?} and {:?}",
                outcome.prev_stage, outcome.fact
            ));
        }
        if outcome.effect == Effect::FreeSlot || outcome.effect == Effect::Abandon {
            self.judge_trade()?;
        }
        if outcome.fill_qty_e8 > 0 && outcome.report_kind == ReportKind::OrderState {
            self.judge_fill()?;
        }
        if let Some(violation) = self.kernel.violation() {
            return Err(violation.to_string());
        }
        if self.seq.is_multiple_of(64) {
            self.kernel
                .check()
                .map_err(|violation| violation.to_string())?;
        }
        self.judge_exposure()
    }

    fn tell(&mut self, entry: &Entry) {
        let o = &self.effects.outcome;
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
            .effects
            .commands()
            .iter()
            .map(|c| format!("{:?}#{} {:?} {}", c.kind, c.command_seq, c.role, c.qty_e8))
            .collect();
        let line = format!(
            "{:>6} {:>8}ms {what} => {:?} slot {} {:?} {:?}->{:?} {:?} qty {} [{} {}] {}",
            self.seq,
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
        if self.story.len() == STORY_MAX {
            self.story.pop_front();
        }
        self.story.push_back(line);
    }

    /// One step of the world.
    pub fn step(&mut self) -> Result<(), String> {
        if self.rng.permille(self.faults.kernel_crash) {
            return self.crash();
        }
        let pause_ms = if self.rng.permille(30) {
            self.rng.between(0, 3_000)
        } else {
            self.rng.between(0, 20)
        };
        self.pass(pause_ms);
        if self
            .kernel
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
        self.edge.kill_switch = self.kernel.account().kill_switch != 0;
        self.edge
            .work(&mut self.rng, &mut self.venue, &self.faults, mono)?;
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

pub(crate) fn digest(outcome: &Outcome, commands: usize) -> u64 {
    outcome
        .to_words()
        .iter()
        .fold(commands as u64, |hash, word| {
            (hash ^ word)
                .wrapping_mul(0x9E37_79B9_7F4A_7C15)
                .rotate_left(23)
        })
}

fn config() -> Control {
    Control {
        kind: ControlKind::Config,
        adopt: AdoptPolicy::Adopt,
        max_slots: 12,
        max_leverage: 10,
        order_rate_max: 200,
        order_rate_window_ms: 1_000,
        ttl_ms_max: 10_000,
        mark_age_ms_max: 600_000,
        submit_deadline_ms: 2_000,
        report_deadline_ms: 1_000,
        settle_after_ms: 300,
        not_found_after_ms: 5_000,
        reconcile_interval_ms: 20_000,
        flat_confirm_ms: 5_000,
        max_order_notional_e8: 1_000_000 * E8,
        max_total_notional_e8: 5_000_000 * E8,
        daily_loss_e8: 90_000 * E8,
        drawdown_e8: 90_000 * E8,
        price_band_e8: E8 / 5,
        divergence_e8: E8 / 5,
        fill_band_e8: E8 / 5,
        delta_warn_e8: E8 / 100,
        delta_error_e8: 20 * E8,
        ..Control::ZERO
    }
}
