//! One seed: a kernel, a venue, and a clock; every step checks what must always be so.

use std::collections::{HashMap, VecDeque};

use pink_kernel::fsm::{Row, TABLE};
use pink_kernel::{CELL_WORDS_MAX, CellRef, Effects, Input, Kernel, NONE, Now};
use shm_layout::{
    AdoptPolicy, Ascii, Code, Control, ControlKind, Effect, Epoch, Fact, InputKind, Intent, Mark,
    Mode, OrderKind, Outcome, PositionMode, Report, ReportKind, Side, Stage, TimeInForce, Writer,
};

use crate::edge::{Edge, Faults, name, number};
use crate::rng::Rng;
use crate::venue::{E8, Venue};

const WALL_MS: i64 = 1_700_000_000_000;
/// Inputs between two snapshots of the kernel's cells.
const SNAPSHOT_EVERY: usize = 1_500;
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
    fn input(&self) -> Input<'_> {
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
    journal: Vec<(Now, Entry, u64)>,
    snapshot: (u64, Vec<(CellRef, Vec<u64>)>),
    incarnation: u64,
    trades: u64,
    asked: HashMap<Ascii<32>, (usize, usize, i64)>,
    by_hand: bool,
    table: Vec<Row>,
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
            table: table.to_vec(),
        };
        run.venue.now_ms = WALL_MS;
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

    fn epoch(&mut self) -> Result<(), String> {
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

    fn report(&mut self, report: Report) -> Result<(), String> {
        self.apply(Entry::Report(Writer::Gateway, report))
    }

    fn marks(&mut self) -> Result<(), String> {
        for at in 0..self.venue.symbols.len() {
            self.mark(at)?;
        }
        Ok(())
    }

    fn mark(&mut self, at: usize) -> Result<(), String> {
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
        if let Some(violation) = self.kernel.violation() {
            return Err(violation.to_string());
        }
        if self.seq % 64 == 0 {
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

    /// A trade that ends has booked what the venue's own fills of its orders say, and all of it.
    fn judge_trade(&self) -> Result<(), String> {
        let o = &self.effects.outcome;
        let (mut opened, mut closed, mut fees) = (0, 0, 0);
        for order in &self.venue.orders {
            if self.edge.trade_of.get(&order.client) == Some(&o.trade_id) {
                let qty = order.filled;
                *(if order.reduce {
                    &mut closed
                } else {
                    &mut opened
                }) += qty;
                fees += order.fills.iter().map(|fill| fill.fee).sum::<i64>();
            }
        }
        let adopted = o.trade_id.as_str().starts_with("adopted");
        let ours = (o.slot_opened_qty_e8, o.slot_closed_qty_e8, o.slot_fees_e8);
        if ours == (opened, closed, fees) || self.by_hand || adopted {
            return Ok(());
        }
        let orders: Vec<String> = self
            .venue
            .orders
            .iter()
            .filter(|order| self.edge.trade_of.get(&order.client) == Some(&o.trade_id))
            .map(|order| {
                let id = order.client.as_str();
                format!(
                    "{id} {:?} {} of {} {:?}",
                    order.kind, order.filled, order.qty, order.state
                )
            })
            .collect();
        let theirs = (opened, closed, fees);
        Err(format!(
            "trade {:?}: kernel {ours:?}, venue {theirs:?}, {orders:?}",
            o.trade_id
        ))
    }

    /// At the venue no position is bigger than what the policy asked for on that symbol.
    fn judge_exposure(&self) -> Result<(), String> {
        for (at, symbol) in self.venue.symbols.iter().enumerate() {
            for (side, position) in symbol.positions.iter().enumerate() {
                if position.qty == 0 {
                    continue;
                }
                let asked = self
                    .asked
                    .values()
                    .filter(|(s, d, _)| (*s, *d) == (at, side));
                let most = asked.map(|(_, _, qty)| *qty).max().unwrap_or(0);
                if position.qty > most {
                    return Err(format!(
                        "{} holds {} nobody asked for",
                        symbol.name, position.qty
                    ));
                }
            }
        }
        Ok(())
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

    fn pass(&mut self, ms: i64) {
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
        if from_stream {
            if let Some(report) = self.edge.heard(&mut self.rng, &self.faults) {
                return self.apply(Entry::Report(Writer::Listener, report));
            }
        }
        match self.edge.reports.pop_front() {
            Some(report) => self.report(report),
            None => Ok(()),
        }
    }

    /// The process dies; the next one knows only what was written.
    fn crash(&mut self) -> Result<(), String> {
        self.tally.crashes += 1;
        let before = self.kernel.state_hash();
        let mut kernel = Kernel::with_table(&self.table);
        for (cell, words) in &self.snapshot.1 {
            kernel
                .overlay(*cell, words)
                .map_err(|bad| bad.to_string())?;
        }
        kernel.rebuild();
        let mut effects = Effects::new();
        let mut seq = self.snapshot.0;
        for (now, entry, told) in &self.journal {
            seq += 1;
            kernel.apply(seq, *now, entry.input(), &mut effects);
            if digest(&effects.outcome, effects.commands().len()) != *told {
                return Err(format!(
                    "replay differs from live: {:?} {:?}",
                    seq, effects.outcome
                ));
            }
        }
        if kernel.state_hash() != before {
            return Err("replay ends in another state".into());
        }
        kernel
            .check()
            .map_err(|violation| format!("after recovery: {violation}"))?;
        self.kernel = kernel;
        // What was in the rings may or may not be there; what has no report is issued again.
        let lost = self.rng.permille(500);
        let reissued = self.kernel.unreported();
        if lost {
            self.edge.commands.retain(|command| {
                !reissued
                    .iter()
                    .any(|again| again.command_seq == command.command_seq)
            });
        }
        self.edge.commands.extend(reissued);
        if self.journal.len() > SNAPSHOT_EVERY {
            self.take_snapshot();
        }
        self.epoch()
    }

    pub fn take_snapshot(&mut self) {
        let mut words = [0; CELL_WORDS_MAX];
        let cells: Vec<CellRef> = self.kernel.used_cells().collect();
        self.snapshot.0 = self.seq;
        self.snapshot.1 = cells
            .into_iter()
            .map(|cell| {
                let count = self.kernel.cell(cell, &mut words);
                (cell, words[..count].to_vec())
            })
            .collect();
        self.journal.clear();
    }

    /// The policy wants something.
    fn decide(&mut self) -> Result<(), String> {
        let open: Vec<u16> = (0..12)
            .filter(|at| self.kernel.slot(*at).stage != Stage::Idle)
            .collect();
        if open.is_empty() || self.rng.permille(300) {
            return self.enter();
        }
        let at = open[self.rng.index(open.len())];
        let slot = *self.kernel.slot(at);
        let kind = match self.rng.below(10) {
            0..=6 => InputKind::Exit,
            7 => InputKind::ExitResidual,
            _ => InputKind::Cancel,
        };
        let mut intent = Intent {
            kind,
            trade_id: slot.trade_id,
            ..self.blank_intent()
        };
        if self.rng.permille(250) {
            let symbol = self
                .venue
                .symbols
                .iter()
                .find(|s| name(s.name) == slot.symbol);
            if let Some(symbol) = symbol {
                intent.order_kind = OrderKind::Limit;
                intent.tif = TimeInForce::Gtc;
                intent.price_e12 = symbol.mark + self.rng.between(-3, 3) * symbol.tick;
            }
        } else if self.rng.permille(200) {
            intent.qty_e8 = self.rng.between(1, slot.qty_e8.max(1));
        }
        self.apply(Entry::Intent(intent))
    }

    fn blank_intent(&self) -> Intent {
        Intent {
            order_kind: OrderKind::Market,
            slot_id: NONE,
            leverage: 1,
            ttl_ms: 2_000,
            created_mono_ns: self.now.mono_ns,
            created_wall_ns: self.now.wall_ns,
            ..Intent::ZERO
        }
    }

    fn enter(&mut self) -> Result<(), String> {
        let at = self.rng.index(self.venue.symbols.len());
        let side = self.rng.index(2);
        let symbol = self.venue.symbols[at].clone();
        let lots = self
            .rng
            .between(symbol.least / symbol.lot, symbol.least / symbol.lot * 90);
        self.trades += 1;
        let mut intent = Intent {
            kind: InputKind::Enter,
            trade_id: number("t", self.trades),
            symbol: name(symbol.name),
            side: if side == 0 { Side::Long } else { Side::Short },
            qty_e8: lots * symbol.lot,
            leverage: u16::try_from(self.rng.between(1, 5)).unwrap_or(1),
            leg_count: 1,
            leg_ratios_e8: [E8, 0, 0, 0, 0, 0, 0, 0],
            ..self.blank_intent()
        };
        if self.rng.permille(400) {
            intent.leg_count = 3;
            intent.leg_ratios_e8 = [E8 / 2, E8 / 3, E8, 0, 0, 0, 0, 0];
        }
        if self.rng.permille(500) {
            intent.order_kind = OrderKind::Limit;
            intent.tif = if self.rng.permille(200) {
                TimeInForce::Ioc
            } else {
                TimeInForce::Gtc
            };
            intent.price_e12 = symbol.mark + self.rng.between(-5, 5) * symbol.tick;
        }
        if self.rng.permille(400) {
            let away = symbol.mark / 100 / symbol.tick * symbol.tick;
            let sign = if side == 0 { 1 } else { -1 };
            intent.stop_loss_e12 = symbol.mark - sign * away;
            intent.take_profit_e12 = symbol.mark + sign * away;
        }
        self.apply(Entry::Intent(intent))?;
        if self.effects.outcome.code == Code::Ok {
            self.asked
                .insert(intent.trade_id, (at, side, intent.qty_e8));
            self.tally.trades += 1;
        }
        Ok(())
    }

    /// Rare things: money that comes and goes, hands on the account, nonsense.
    fn oddity(&mut self) -> Result<(), String> {
        let symbol = self.rng.index(self.venue.symbols.len());
        let side = self.rng.index(2);
        match self.rng.below(60) {
            0 if self.venue.symbols[symbol].positions[side].qty > 0 => {
                let amount = self.rng.between(-200_000, 100_000);
                self.venue.earn(1, symbol, side, amount);
                Ok(())
            }
            1 => {
                let amount = self.rng.between(-5, 5) * E8;
                self.venue.earn(2, symbol, side, amount);
                let kind = ReportKind::AccountHint;
                self.apply(Entry::Report(
                    Writer::Listener,
                    Report {
                        kind,
                        ..Report::ZERO
                    },
                ))
            }
            2 if self.rng.permille(self.faults.by_hand) => {
                self.by_hand |= self.venue.close_by_hand(symbol, side);
                Ok(())
            }
            21 if self.rng.permille(self.faults.by_hand) => {
                let taken = self.venue.symbols[symbol]
                    .positions
                    .iter()
                    .any(|held| held.qty > 0);
                if !taken {
                    let qty = self.venue.symbols[symbol].least * 7;
                    self.venue.open_by_hand(symbol, side, qty);
                    self.by_hand = true;
                    self.asked
                        .insert(number("h", self.seq), (symbol, side, qty * 100));
                }
                Ok(())
            }
            3..=20 if self.rng.permille(self.faults.hostile) => self.nonsense(),
            _ => Ok(()),
        }
    }

    /// Inputs nobody should ever send.
    fn nonsense(&mut self) -> Result<(), String> {
        let wild = [0, 1, -1, i64::MAX, i64::MIN, E8, 1_000_000_000_000];
        let at = self.rng.index(wild.len());
        let (a, b) = (wild[at], wild[self.rng.index(wild.len())]);
        if self.rng.permille(500) {
            let kinds = [
                InputKind::Enter,
                InputKind::Exit,
                InputKind::Cancel,
                InputKind::Epoch,
            ];
            let intent = Intent {
                kind: kinds[self.rng.index(kinds.len())],
                trade_id: number("t", self.rng.below(self.trades + 2)),
                symbol: name("BTC-USDT"),
                qty_e8: a,
                price_e12: b,
                leverage: u16::try_from(self.rng.below(70_000)).unwrap_or(0),
                slot_id: u16::try_from(self.rng.below(70_000)).unwrap_or(NONE),
                leg_count: u32::try_from(self.rng.below(20)).unwrap_or(0),
                // Never a side, so that nothing of it can pass for a wish.
                ..self.blank_intent()
            };
            return self.apply(Entry::Intent(intent));
        }
        let kinds = ReportKind::ALL;
        let kind = kinds[self.rng.index(kinds.len())];
        let harmless = !matches!(kind, ReportKind::Instrument | ReportKind::PositionMode);
        let foreign = Report {
            kind: if harmless {
                kind
            } else {
                ReportKind::OrderState
            },
            client_order_id: number("web-", self.rng.below(5)),
            symbol: name("BTC-USDT"),
            cum_qty_e8: a,
            qty_e8: b,
            avg_price_e12: a,
            price_e12: b,
            amount_e8: a,
            command_seq: u64::MAX,
            has: 1 | 2 | 4 | 16,
            row_count: 1,
            ..Report::ZERO
        };
        self.apply(Entry::Report(Writer::Listener, foreign))
    }

    fn control(&mut self) -> Result<(), String> {
        let blank = Control {
            operator: 1,
            text: Ascii::new("sim").unwrap_or(Ascii::EMPTY),
            ..Control::ZERO
        };
        let kind = match self.rng.below(400) {
            0 => ControlKind::Flatten,
            1..=3 => ControlKind::Mode,
            4..=6 => ControlKind::KillSwitch,
            7 => ControlKind::Reconcile,
            8..=30 if self.kernel.account().mode_wanted != Mode::Active => ControlKind::Mode,
            8..=30 if self.kernel.account().kill_switch != 0 => ControlKind::KillSwitch,
            31..=60 if self.kernel.account().frozen != 0 => ControlKind::Anchor,
            _ => return Ok(()),
        };
        let wanted = self.kernel.account().mode_wanted;
        let mode = if wanted == Mode::Active && self.rng.permille(300) {
            Mode::ReduceOnly
        } else {
            Mode::Active
        };
        let engaged = u8::from(self.kernel.account().kill_switch == 0);
        self.apply(Entry::Control(Control {
            kind,
            mode,
            engaged,
            ..blank
        }))
    }

    /// Faults end; everything must come to rest, and the books must agree to the last digit.
    pub fn quiet(&mut self) -> Result<(), String> {
        self.faults = Faults::default();
        let blank = Control::ZERO;
        let kind = ControlKind::Flatten;
        self.apply(Entry::Control(Control { kind, ..blank }))?;
        let mut calm = 0;
        for _ in 0..60_000 {
            self.pass(100);
            while self
                .kernel
                .next_deadline()
                .is_some_and(|due| due <= self.now.mono_ns)
            {
                self.apply(Entry::Deadline)?;
            }
            self.venue.tick(&mut self.rng, true);
            self.edge
                .listen(&mut self.rng, &mut self.venue, &self.faults);
            while let Some(report) = self.edge.heard(&mut self.rng, &self.faults) {
                self.apply(Entry::Report(Writer::Listener, report))?;
            }
            let mono = self.now.mono_ns;
            self.edge
                .work(&mut self.rng, &mut self.venue, &self.faults, mono)?;
            while let Some(report) = self.edge.reports.pop_front() {
                self.report(report)?;
            }
            let account = self.kernel.account();
            let rested = account.open_slots == 0 && self.venue.is_flat();
            calm = if rested { calm + 1 } else { 0 };
            if calm > 700 {
                return self.compare();
            }
        }
        let stuck = (0..256)
            .map(|at| self.kernel.slot(at))
            .find(|slot| slot.stage != Stage::Idle);
        Err(format!(
            "never came to rest; flat at the venue: {}; {stuck:?}",
            self.venue.is_flat()
        ))
    }

    fn compare(&mut self) -> Result<(), String> {
        self.kernel
            .check()
            .map_err(|violation| violation.to_string())?;
        let account = *self.kernel.account();
        if account.unresolved_orders + account.unsettled_orders != 0 {
            return Err("orders are left over".into());
        }
        let venue = &self.venue;
        let pairs = [
            ("fees", account.fees_e8, venue.fees),
            ("funding", account.funding_e8, venue.funding),
            ("realised", account.realised_e8, venue.realised),
            ("capital", account.capital_e8, venue.wallet),
        ];
        let estimated = self.by_hand || account.adjustments_e8 != 0;
        for (figure, ours, theirs) in pairs {
            if ours != theirs && !estimated {
                return Err(format!("{figure}: kernel {ours}, venue {theirs}"));
            }
        }
        Ok(())
    }
}

fn digest(outcome: &Outcome, commands: usize) -> u64 {
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

/// The table a run uses unless a test takes rows away.
#[must_use]
pub fn full_table() -> &'static [Row] {
    TABLE
}
