//! A kernel with a venue's edge around it: everything a scenario may do, as methods.

use pink_kernel::{CELL_WORDS_MAX, Effects, Input, Kernel, NONE, Now};
use shm_layout::{
    AdoptPolicy, Ascii, Code, Command, CommandKind, Control, ControlKind, Epoch, Has, Intent, Mark,
    Mode, OrderCell, OrderRole, OrderStatus, Outcome, PositionMode, Report, ReportKind, Side,
    Stage, Writer,
};

pub const E8: i64 = 100_000_000;
pub const E12: i64 = 1_000_000_000_000;
pub const WALL_NS: i64 = 1_700_000_000_000_000_000;
pub const MS: u64 = 1_000_000;
/// Inputs from one recovery in the middle of a scenario to the next.
const RELOAD_EVERY: u64 = 11;
/// Deadlines that one moment may bring; more means that one of them never ends.
const DEADLINES_AT_ONCE_MAX: u32 = 100;
/// And all of a wait, however long: one that comes back each microsecond never ends either.
const DEADLINES_MAX: u32 = 20_000;

/// One fill as the venue knows it.
#[derive(Clone, Copy, Debug)]
pub struct Fill {
    pub qty_e8: i64,
    pub price_e12: i64,
    pub fee_e8: i64,
}

pub struct World {
    pub kernel: Kernel,
    pub effects: Effects,
    pub seq: u64,
    pub now: Now,
    /// Commands not yet looked at, oldest first.
    pub commands: Vec<Command>,
    /// All outcomes, oldest first.
    pub outcomes: Vec<Outcome>,
    /// True fills by client order id.
    pub fills: Vec<(Ascii<40>, Fill)>,
    pub incarnation: u64,
    pub last_report: Report,
    pub next_venue_id: i64,
    /// Inputs from one full check of the state to the next.
    pub check_every: u64,
    /// Deadlines that one moment may bring.
    pub deadlines_at_once_max: u32,
    /// What a journal of the touched cells alone would hold.
    mirror: Kernel,
}

pub fn ascii<const N: usize>(text: &str) -> Ascii<N> {
    Ascii::new(text).unwrap()
}

pub fn config() -> Control {
    Control {
        kind: ControlKind::Config,
        adopt: AdoptPolicy::Flag,
        max_slots: 8,
        max_leverage: 10,
        order_rate_max: 100,
        order_rate_window_ms: 1_000,
        ttl_ms_max: 10_000,
        mark_age_ms_max: 3_600_000,
        submit_deadline_ms: 2_000,
        report_deadline_ms: 1_000,
        settle_after_ms: 500,
        not_found_after_ms: 5_000,
        reconcile_interval_ms: 60_000,
        flat_confirm_ms: 5_000,
        max_order_notional_e8: 1_000_000 * E8,
        max_total_notional_e8: 2_000_000 * E8,
        daily_loss_e8: 5_000 * E8,
        drawdown_e8: 8_000 * E8,
        price_band_e8: E8 / 10,
        divergence_e8: E8 / 20,
        fill_band_e8: E8 / 10,
        delta_warn_e8: E8 / 100,
        delta_error_e8: 20 * E8,
        ..Control::ZERO
    }
}

impl World {
    /// A configured, reconciled kernel with 10,000 of capital and BTC-USDT at 100.
    pub fn ready() -> Self {
        let mut world = Self::blank();
        world.control(&config());
        world.report(&Report {
            kind: ReportKind::PositionMode,
            position_mode: PositionMode::OneWay,
            ..Report::ZERO
        });
        world.rules("BTC-USDT", E12 / 100, E8 / 1000, E8 / 1000, E8);
        world.mark("BTC-USDT", 100 * E12);
        world.wait(1);
        world.snapshot(&[], 10_000 * E8);
        assert_eq!(world.kernel.account().mode, Mode::Active);
        world.commands.clear();
        world
    }

    /// A kernel that has seen nothing but its own start.
    pub fn blank() -> Self {
        crate::first_failure::ends_the_run_if_asked();
        let mut world = Self {
            kernel: Kernel::new(),
            effects: Effects::new(),
            seq: 0,
            now: Now {
                wall_ns: WALL_NS,
                mono_ns: 1_000 * MS,
            },
            commands: Vec::new(),
            outcomes: Vec::new(),
            fills: Vec::new(),
            incarnation: 0,
            last_report: Report::ZERO,
            next_venue_id: 1,
            check_every: 1,
            deadlines_at_once_max: DEADLINES_AT_ONCE_MAX,
            mirror: Kernel::new(),
        };
        world.epoch(1);
        world
    }

    pub fn epoch(&mut self, boot_hash: u64) {
        self.incarnation += 1;
        let epoch = Epoch {
            incarnation: self.incarnation,
            journal_id: 7,
            boot_hash,
            instance: ascii("paper"),
            ..Epoch::ZERO
        };
        self.apply(Input::Epoch(&epoch));
    }

    /// A new process: nothing survives but the cells.
    pub fn restart(&mut self) {
        self.reload();
        self.epoch(1);
    }

    /// The state from its cells alone, as replay from a snapshot begins.
    pub fn reload(&mut self) {
        let before = self.kernel.state_hash();
        let mut kernel = Kernel::new();
        let mut words = [0; CELL_WORDS_MAX];
        for cell in self.kernel.used_cells() {
            let count = self.kernel.cell(cell, &mut words);
            kernel.overlay(cell, &words[..count]).unwrap();
        }
        kernel.rebuild();
        assert_eq!(kernel.state_hash(), before, "recovery is exact");
        kernel.check().unwrap();
        self.kernel = kernel;
    }

    pub fn apply(&mut self, input: Input<'_>) -> Outcome {
        self.seq += 1;
        self.kernel
            .apply(self.seq, self.now, input, &mut self.effects);
        self.record();
        let outcome = self.effects.outcome;
        self.commands.extend_from_slice(self.effects.commands());
        self.outcomes.push(outcome);
        let checked = self.seq.is_multiple_of(self.check_every);
        if checked && let Err(violation) = self.kernel.check() {
            panic!("{violation} after {input:?}\n{outcome:?}");
        }
        outcome
    }

    /// Keeps the touched cells, and now and then goes on from what was kept.
    fn record(&mut self) {
        let mut words = [0; CELL_WORDS_MAX];
        for cell in self.effects.touched() {
            let count = self.kernel.cell(*cell, &mut words);
            self.mirror.overlay(*cell, &words[..count]).unwrap();
        }
        if self.seq.is_multiple_of(RELOAD_EVERY * self.check_every) {
            let kept = self.mirror.state_hash();
            assert_eq!(kept, self.kernel.state_hash(), "what changed was touched");
            self.reload();
        }
    }

    pub fn report(&mut self, report: &Report) -> Outcome {
        self.last_report = *report;
        self.apply(Input::Report(Writer::Gateway, report))
    }

    pub fn control(&mut self, control: &Control) -> Outcome {
        self.apply(Input::Control(Writer::Supervisor, control))
    }

    pub fn rules(&mut self, symbol: &str, tick: i64, lot: i64, least: i64, worth: i64) -> Outcome {
        self.report(&Report {
            kind: ReportKind::Instrument,
            symbol: ascii(symbol),
            tick_e12: tick,
            lot_e8: lot,
            min_qty_e8: least,
            min_notional_e8: worth,
            maker_fee_e8: 20_000,
            taker_fee_e8: 50_000,
            ..Report::ZERO
        })
    }

    pub fn mark(&mut self, symbol: &str, mark_e12: i64) -> Outcome {
        let mark = Mark {
            symbol: ascii(symbol),
            mark_e12,
            recv_mono_ns: self.now.mono_ns,
            venue_wall_ms: self.now.wall_ns / 1_000_000,
            ..Mark::ZERO
        };
        self.apply(Input::Mark(&mark))
    }

    /// Lets time pass and hands in every deadline on its way.
    pub fn wait(&mut self, ms: u64) {
        let end = self.now.mono_ns + ms * MS;
        let (mut handled, mut at_once) = (0, 0);
        while let Some(due) = self.kernel.next_deadline().filter(|due| *due <= end) {
            at_once = if due > self.now.mono_ns {
                0
            } else {
                at_once + 1
            };
            self.advance_to(due.max(self.now.mono_ns));
            self.apply(Input::Deadline);
            handled += 1;
            let ends = at_once < self.deadlines_at_once_max && handled < DEADLINES_MAX;
            assert!(ends, "a deadline without end");
        }
        self.advance_to(end);
    }

    fn advance_to(&mut self, mono_ns: u64) {
        let step = mono_ns - self.now.mono_ns;
        self.now.mono_ns = mono_ns;
        self.now.wall_ns += i64::try_from(step).unwrap();
    }

    pub fn wall_ms(&self) -> i64 {
        self.now.wall_ns / 1_000_000
    }

    pub fn intent(&self) -> Intent {
        Intent {
            slot_id: NONE,
            trade_id: ascii("t1"),
            symbol: ascii("BTC-USDT"),
            leverage: 1,
            ttl_ms: 1_000,
            leg_count: 1,
            leg_ratios_e8: [E8, 0, 0, 0, 0, 0, 0, 0],
            created_mono_ns: self.now.mono_ns,
            created_wall_ns: self.now.wall_ns,
            ..Intent::ZERO
        }
    }

    /// Answers the open RECONCILE with these positions.
    pub fn snapshot(&mut self, positions: &[(&str, Side, i64, i64)], wallet_e8: i64) -> Outcome {
        self.snapshot_rows(positions, &[], Some(wallet_e8), true)
    }

    pub fn snapshot_rows(
        &mut self,
        positions: &[(&str, Side, i64, i64)],
        orders: &[Report],
        wallet_e8: Option<i64>,
        complete: bool,
    ) -> Outcome {
        let found = self
            .commands
            .iter()
            .rposition(|c| c.kind == CommandKind::Reconcile);
        let command = self.commands.remove(found.expect("a RECONCILE is open"));
        let row = Report {
            command_seq: command.command_seq,
            asked_seq: command.asked_seq,
            asked_wall_ms: self.wall_ms(),
            ..Report::ZERO
        };
        self.report(&Report {
            kind: ReportKind::SnapshotBegin,
            ..row
        });
        let mut rows = 0;
        for (symbol, side, qty_e8, price_e12) in positions {
            let (position_side, qty_e8, price_e12) = (*side, *qty_e8, *price_e12);
            let kind = ReportKind::SnapshotPosition;
            let symbol = ascii(symbol);
            self.report(&Report {
                kind,
                symbol,
                position_side,
                qty_e8,
                price_e12,
                ..row
            });
            rows += 1;
        }
        for order in orders {
            let kind = ReportKind::SnapshotOrder;
            let (command_seq, asked_seq) = (row.command_seq, row.asked_seq);
            self.report(&Report {
                kind,
                command_seq,
                asked_seq,
                ..*order
            });
            rows += 1;
        }
        if let Some(wallet_e8) = wallet_e8 {
            let (kind, has) = (ReportKind::Balance, Has::Wallet.code());
            self.report(&Report {
                kind,
                has,
                wallet_e8,
                ..row
            });
            rows += 1;
        }
        let complete = u8::from(complete);
        let end = Report {
            kind: ReportKind::SnapshotEnd,
            row_count: rows,
            complete,
            ..row
        };
        let outcome = self.report(&end);
        self.wait(0);
        outcome
    }

    /// Index of a live order of a slot; of a gone one that awaits settling if there is none.
    pub fn order_index(&self, slot: u16, role: OrderRole) -> u16 {
        let cell = self.kernel.slot(slot);
        let live = match role {
            OrderRole::Entry => cell.entry_order,
            OrderRole::Exit => cell.exit_order,
            OrderRole::StopLoss => cell.stop_order,
            _ => cell.profit_order,
        };
        if live != NONE {
            return live;
        }
        let gone = (0..1024).rev().find(|index| {
            let order = self.kernel.order(*index);
            order.slot_id == slot && order.role == role && order.status != OrderStatus::None
        });
        gone.unwrap_or_else(|| panic!("slot {slot} has no {role:?} order"))
    }

    pub fn order(&self, slot: u16, role: OrderRole) -> OrderCell {
        *self.kernel.order(self.order_index(slot, role))
    }

    /// Settles every gone order of every slot, and lets the slots become free.
    pub fn settle_all(&mut self) {
        for _ in 0..40 {
            self.wait(600);
            let waiting: Vec<u16> = (0..1024)
                .filter(|index| self.kernel.order(*index).settle_open != 0)
                .collect();
            for index in waiting {
                for row in self.rows_of(&self.kernel.order(index).clone()) {
                    self.report(&row);
                }
            }
            self.wait(0);
            let closed = (0..256).any(|slot| self.kernel.slot(slot).stage == Stage::Closed);
            if self.kernel.account().unsettled_orders == 0 && !closed {
                return;
            }
        }
        panic!("not settled: {:?}", self.kernel.account());
    }

    pub fn last_code(&self) -> Code {
        self.outcomes
            .last()
            .map_or(Code::Ok, |outcome| outcome.code)
    }
}
