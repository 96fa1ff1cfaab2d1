//! Trades for the kernel without end: each command is answered as a quick venue would.

use std::collections::VecDeque;

use pink_journal::entry::Batch;
use pink_journal::machine::{Machine, Taken, build_hash};
use pink_journal::record::Record;
use pink_kernel::Now;
use shm_layout::{
    AdoptPolicy, Ascii, Command, CommandKind, Control, ControlKind, Epoch, Has, InputKind, Intent,
    Mark, Mode, OrderKind, OrderStatus, PositionMode, Report, ReportKind, Side, Writer,
};

const E8: i64 = 100_000_000;
const PRICE_E12: i64 = 50_000 * 1_000_000_000_000;
const STEP_NS: u64 = 20_000;
const QTY_E8: i64 = E8 / 100;

/// A kernel, a simulated clock, and what the venue still has to say.
pub(crate) struct Flow {
    pub(crate) machine: Machine,
    mono_ns: u64,
    reports: VecDeque<Report>,
    trade: u64,
    open: bool,
    stream_seq: u64,
}

impl Flow {
    /// A kernel that is configured, reconciled and ACTIVE.
    pub(crate) fn new(batch: &mut Batch) -> Self {
        let machine = Machine::new(build_hash());
        let reports = VecDeque::new();
        let mut flow = Self {
            machine,
            mono_ns: 1,
            reports,
            trade: 0,
            open: false,
            stream_seq: 0,
        };
        let epoch = Epoch {
            incarnation: 1,
            journal_id: 7,
            build_hash: build_hash(),
            boot_hash: 3,
            instance: Ascii::new("bench").unwrap(),
            ..Epoch::ZERO
        };
        flow.take(Writer::Kernel, &Record::Epoch(epoch), batch);
        flow.take(Writer::Supervisor, &Record::Control(config()), batch);
        let mode = Report {
            kind: ReportKind::PositionMode,
            position_mode: PositionMode::OneWay,
            ..Report::ZERO
        };
        flow.reports.push_back(mode);
        flow.reports.push_back(instrument());
        while flow.machine.kernel.account().mode != Mode::Active {
            flow.answer_or_wait(batch);
        }
        flow
    }

    fn take(&mut self, source: Writer, record: &Record, batch: &mut Batch) {
        self.mono_ns += STEP_NS;
        self.stream_seq += 1;
        let wall_ns = i64::try_from(self.mono_ns).unwrap() + 1_700_000_000_000_000_000;
        let taken = Taken {
            source,
            stream_id: u64::from(source.code()),
            stream_seq: self.stream_seq,
            now: Now {
                wall_ns,
                mono_ns: self.mono_ns,
            },
        };
        self.machine.take(&taken, record, batch).unwrap();
        let commands: Vec<Command> = self.machine.effects.commands().to_vec();
        for command in &commands {
            self.answer(command);
        }
    }

    /// One input: an answer of the venue, a deadline, or the next wish.
    pub(crate) fn step(&mut self, batch: &mut Batch) {
        let kernel = &self.machine.kernel;
        let due = kernel.next_deadline().is_some_and(|at| at <= self.mono_ns);
        if due || !self.reports.is_empty() {
            return self.answer_or_wait(batch);
        }
        if kernel.account().open_slots > 0 && !self.open {
            // The slot is being settled: time passes.
            self.mono_ns = kernel
                .next_deadline()
                .unwrap_or(self.mono_ns)
                .max(self.mono_ns);
            return self.answer_or_wait(batch);
        }
        if self.open {
            self.open = false;
            return self.take(Writer::Policy, &Record::Intent(self.exit()), batch);
        }
        self.trade += 1;
        self.open = true;
        let mark = Record::Mark(self.mark());
        self.take(Writer::Listener, &mark, batch);
        self.take(Writer::Policy, &Record::Intent(self.enter()), batch);
    }

    fn answer_or_wait(&mut self, batch: &mut Batch) {
        if let Some(report) = self.reports.pop_front() {
            self.take(Writer::Gateway, &Record::Report(report), batch);
        } else {
            let at = self.machine.kernel.next_deadline().unwrap_or(0);
            self.mono_ns = self.mono_ns.max(at);
            self.take(Writer::Kernel, &Record::Deadline, batch);
        }
    }

    fn answer(&mut self, command: &Command) {
        let base = Report {
            command_seq: command.command_seq,
            asked_seq: command.command_seq / 8,
            client_order_id: command.client_order_id,
            symbol: command.symbol,
            ..Report::ZERO
        };
        match command.kind {
            CommandKind::Submit => self.reports.push_back(Report {
                kind: ReportKind::OrderState,
                has: has(&[Has::CumQty, Has::AvgPrice, Has::CumFee, Has::Qty]),
                order_side: command.order_side,
                order_status: OrderStatus::Filled,
                qty_e8: command.qty_e8,
                cum_qty_e8: command.qty_e8,
                avg_price_e12: PRICE_E12,
                cum_fee_e8: 25_000_000,
                ..base
            }),
            CommandKind::Settle => self.reports.push_back(Report {
                kind: ReportKind::Fill,
                has: has(&[Has::Amount]),
                fill_id: Ascii::new(&format!("f{}", command.command_seq)).unwrap(),
                qty_e8: command.cum_qty_e8,
                price_e12: PRICE_E12,
                amount_e8: 25_000_000,
                row_count: 1,
                ..base
            }),
            CommandKind::Reconcile => {
                self.reports.push_back(Report {
                    kind: ReportKind::SnapshotBegin,
                    ..base
                });
                self.reports.push_back(Report {
                    kind: ReportKind::Balance,
                    has: has(&[Has::Wallet]),
                    wallet_e8: 1_000_000_000 * E8,
                    ..base
                });
                let kind = ReportKind::SnapshotEnd;
                self.reports.push_back(Report {
                    kind,
                    complete: 1,
                    row_count: 1,
                    ..base
                });
            }
            _ => self.reports.push_back(Report {
                kind: ReportKind::CommandDone,
                ..base
            }),
        }
    }

    fn mark(&self) -> Mark {
        Mark {
            symbol: symbol(),
            mark_e12: PRICE_E12,
            recv_mono_ns: self.mono_ns,
            venue_wall_ms: 1_700_000_000_000 + i64::try_from(self.mono_ns / 1_000_000).unwrap(),
            ..Mark::ZERO
        }
    }

    fn enter(&self) -> Intent {
        let mut leg_ratios_e8 = [0; 8];
        leg_ratios_e8[0] = E8;
        Intent {
            kind: InputKind::Enter,
            side: Side::Long,
            order_kind: OrderKind::Market,
            leverage: 3,
            slot_id: pink_kernel::NONE,
            intent_id: self.trade,
            trade_id: self.trade_id(),
            symbol: symbol(),
            qty_e8: QTY_E8,
            leg_count: 1,
            leg_ratios_e8,
            ..self.intent()
        }
    }

    fn exit(&self) -> Intent {
        Intent {
            kind: InputKind::Exit,
            order_kind: OrderKind::Market,
            slot_id: pink_kernel::NONE,
            trade_id: self.trade_id(),
            ..self.intent()
        }
    }

    fn intent(&self) -> Intent {
        Intent {
            ttl_ms: 1_000,
            created_mono_ns: self.mono_ns,
            created_wall_ns: i64::try_from(self.mono_ns).unwrap() + 1_700_000_000_000_000_000,
            ..Intent::ZERO
        }
    }

    fn trade_id(&self) -> Ascii<32> {
        Ascii::new(&format!("t-{}", self.trade)).unwrap()
    }
}

fn symbol() -> Ascii<24> {
    Ascii::new("BTC-USDT").unwrap()
}

fn has(bits: &[Has]) -> u32 {
    bits.iter().map(|bit| bit.code()).sum()
}

fn instrument() -> Report {
    Report {
        kind: ReportKind::Instrument,
        symbol: symbol(),
        tick_e12: 100_000_000_000,
        lot_e8: 10_000,
        min_qty_e8: 10_000,
        min_notional_e8: 2 * E8,
        maker_fee_e8: 20_000,
        taker_fee_e8: 50_000,
        ..Report::ZERO
    }
}

fn config() -> Control {
    Control {
        kind: ControlKind::Config,
        mode: Mode::Active,
        adopt: AdoptPolicy::Flag,
        max_slots: 64,
        max_leverage: 20,
        order_rate_max: 256,
        order_rate_window_ms: 1,
        ttl_ms_max: 60_000,
        mark_age_ms_max: 60_000,
        submit_deadline_ms: 5_000,
        report_deadline_ms: 5_000,
        settle_after_ms: 1,
        not_found_after_ms: 5_000,
        reconcile_interval_ms: 3_600_000,
        flat_confirm_ms: 5_000,
        max_order_notional_e8: 1_000_000 * E8,
        max_total_notional_e8: 10_000_000 * E8,
        daily_loss_e8: 900_000_000 * E8,
        drawdown_e8: 900_000_000 * E8,
        price_band_e8: E8 / 10,
        divergence_e8: E8 / 10,
        fill_band_e8: E8 / 10,
        delta_warn_e8: E8 / 100,
        delta_error_e8: 900_000_000 * E8,
        ..Control::ZERO
    }
}
