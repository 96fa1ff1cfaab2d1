//! Order events per second of the pure kernel on one core: `cargo bench -p pink_kernel`.
//!
//! Whole trades, from ENTER to the settled slot; an event is an input about an order.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::disallowed_types,
    clippy::float_arithmetic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measurement, not the kernel"
)]

use pink_kernel::{Effects, Input, Kernel, NONE, Now};
use shm_layout::{
    Ascii, CommandKind, Control, ControlKind, Epoch, Has, InputKind, Intent, Mark, OrderKind,
    OrderStatus, PositionMode, Report, ReportKind, Side, Writer,
};

const E8: i64 = 100_000_000;
const E12: i64 = 1_000_000_000_000;
const TRADES_PER_ROUND: u64 = 20_000;
/// A million trades.
const ROUNDS: u64 = 50;
/// Million events per second of one core.
const RATE_MIN: f64 = 2.0;

struct Bench {
    kernel: Kernel,
    effects: Effects,
    seq: u64,
    now: Now,
    events: u64,
}

impl Bench {
    fn apply(&mut self, input: Input<'_>) {
        self.seq += 1;
        self.now.mono_ns += 1_000;
        self.now.wall_ns += 1_000;
        self.kernel
            .apply(self.seq, self.now, input, &mut self.effects);
        self.events += 1;
    }

    fn report(&mut self, report: &Report) {
        self.apply(Input::Report(Writer::Gateway, report));
    }

    fn ready() -> Self {
        let now = Now {
            wall_ns: 1_700_000_000_000_000_000,
            mono_ns: 1_000_000_000,
        };
        let (kernel, effects) = (Kernel::new(), Effects::new());
        let mut bench = Self {
            kernel,
            effects,
            seq: 0,
            now,
            events: 0,
        };
        let instance = Ascii::new("bench").unwrap();
        bench.apply(Input::Epoch(&Epoch {
            incarnation: 1,
            journal_id: 1,
            instance,
            ..Epoch::ZERO
        }));
        bench.apply(Input::Control(Writer::Supervisor, &limits()));
        let (kind, position_mode) = (ReportKind::PositionMode, PositionMode::OneWay);
        bench.report(&Report {
            kind,
            position_mode,
            ..Report::ZERO
        });
        bench.report(&Report {
            kind: ReportKind::Instrument,
            symbol: symbol(),
            tick_e12: E12 / 100,
            lot_e8: E8 / 1000,
            taker_fee_e8: 50_000,
            ..Report::ZERO
        });
        bench.seed();
        bench
    }

    /// A mark and a first snapshot, so that risk may be added.
    fn seed(&mut self) {
        let (mark_e12, recv_mono_ns) = (100 * E12, self.now.mono_ns);
        self.apply(Input::Mark(&Mark {
            symbol: symbol(),
            mark_e12,
            recv_mono_ns,
            venue_wall_ms: self.now.wall_ns / 1_000_000,
            ..Mark::ZERO
        }));
        self.now.mono_ns += 2_000_000_000;
        self.apply(Input::Deadline);
        let asked = *self.effects.commands().last().unwrap();
        let (command_seq, asked_seq) = (asked.command_seq, asked.asked_seq);
        let row = Report {
            command_seq,
            asked_seq,
            ..Report::ZERO
        };
        self.report(&Report {
            kind: ReportKind::SnapshotBegin,
            ..row
        });
        let (has, wallet_e8) = (Has::Wallet.code(), 1_000_000 * E8);
        self.report(&Report {
            kind: ReportKind::Balance,
            has,
            wallet_e8,
            ..row
        });
        let (row_count, complete) = (1, 1);
        self.report(&Report {
            kind: ReportKind::SnapshotEnd,
            row_count,
            complete,
            ..row
        });
        self.apply(Input::Deadline);
    }

    /// One order from its SUBMIT to its last fill: four events.
    fn order(&mut self, price_e12: i64) -> Report {
        let sent = *self.effects.commands().last().unwrap();
        let state = Report {
            kind: ReportKind::OrderState,
            order_status: OrderStatus::Working,
            has: Has::CumQty.code() | Has::AvgPrice.code() | Has::CumFee.code(),
            client_order_id: sent.client_order_id,
            symbol: sent.symbol,
            venue_order_id: i64::try_from(self.seq).unwrap(),
            avg_price_e12: price_e12,
            ..Report::ZERO
        };
        self.report(&Report {
            command_seq: sent.command_seq,
            ..state
        });
        let half = Report {
            cum_qty_e8: sent.qty_e8 / 2,
            cum_fee_e8: 1_000,
            ..state
        };
        self.report(&half);
        self.report(&half);
        let status = OrderStatus::Filled;
        let full = Report {
            cum_qty_e8: sent.qty_e8,
            order_status: status,
            ..half
        };
        self.report(&full);
        full
    }

    /// Time passes until the kernel asks for the rows, and they come.
    fn settle(&mut self, full: &Report) {
        while self.effects.commands().last().map(|c| c.kind) != Some(CommandKind::Settle) {
            let due = self.kernel.next_deadline().unwrap();
            self.now.wall_ns += i64::try_from(due.saturating_sub(self.now.mono_ns)).unwrap();
            self.now.mono_ns = self.now.mono_ns.max(due);
            self.apply(Input::Deadline);
        }
        let asked = *self.effects.commands().last().unwrap();
        let (command_seq, asked_seq) = (asked.command_seq, asked.asked_seq);
        let (kind, has) = (ReportKind::Fill, Has::Amount.code());
        let fill_id = Ascii::new("1").unwrap();
        let (qty_e8, price_e12) = (full.cum_qty_e8, full.avg_price_e12);
        let (amount_e8, row_count) = (1_000, 1);
        self.report(&Report {
            kind,
            has,
            fill_id,
            qty_e8,
            price_e12,
            amount_e8,
            row_count,
            command_seq,
            asked_seq,
            ..*full
        });
    }

    fn trade(&mut self, number: u64) {
        let mut text = [0; 32];
        text[0] = b't';
        for (place, digit) in text[1..20].iter_mut().enumerate() {
            *digit = b'0'
                + u8::try_from(number / 10_u64.pow(18 - u32::try_from(place).unwrap()) % 10)
                    .unwrap();
        }
        let intent = Intent {
            kind: InputKind::Enter,
            side: Side::Long,
            order_kind: OrderKind::Market,
            leverage: 1,
            slot_id: NONE,
            trade_id: Ascii::from_padded(text).unwrap(),
            symbol: symbol(),
            qty_e8: E8,
            ttl_ms: 1_000,
            leg_count: 1,
            leg_ratios_e8: [E8, 0, 0, 0, 0, 0, 0, 0],
            created_mono_ns: self.now.mono_ns,
            ..Intent::ZERO
        };
        self.apply(Input::Intent(&intent));
        let entry = self.order(100 * E12);
        self.settle(&entry);
        self.apply(Input::Intent(&Intent {
            kind: InputKind::Exit,
            qty_e8: 0,
            ..intent
        }));
        let exit = self.order(101 * E12);
        self.settle(&exit);
        self.apply(Input::Deadline);
    }
}

fn symbol() -> Ascii<24> {
    Ascii::new("BTC-USDT").unwrap()
}

fn limits() -> Control {
    Control {
        kind: ControlKind::Config,
        max_slots: 8,
        max_leverage: 10,
        order_rate_max: 256,
        order_rate_window_ms: 1,
        ttl_ms_max: 10_000,
        mark_age_ms_max: u32::MAX,
        submit_deadline_ms: 2_000,
        report_deadline_ms: 1_000,
        settle_after_ms: 1,
        not_found_after_ms: 5_000,
        reconcile_interval_ms: u32::MAX,
        flat_confirm_ms: 5_000,
        max_order_notional_e8: 1_000_000 * E8,
        max_total_notional_e8: 2_000_000 * E8,
        daily_loss_e8: 500_000 * E8,
        drawdown_e8: 800_000 * E8,
        price_band_e8: E8 / 10,
        divergence_e8: E8 / 20,
        fill_band_e8: E8 / 10,
        delta_warn_e8: E8 / 100,
        delta_error_e8: 20 * E8,
        ..Control::ZERO
    }
}

/// Time this thread has been on a core: another's work on the machine is not ours.
fn core_ns() -> u64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    told.split(' ').next().unwrap().parse().unwrap()
}

fn median(mut rates: Vec<f64>) -> f64 {
    rates.sort_by(f64::total_cmp);
    rates[rates.len() / 2]
}

fn best(rates: &[f64]) -> f64 {
    rates.iter().copied().fold(0.0, f64::max)
}

fn judge(what: &str, found: f64, met: bool, bar: &str) -> bool {
    println!(
        "{}  {what}: {found:.3} (bar {bar})",
        if met { "PASS" } else { "FAIL" }
    );
    met
}

fn main() -> std::process::ExitCode {
    let mut bench = Bench::ready();
    let mut number = 0;
    let mut rates = Vec::new();
    for round in 1..=ROUNDS {
        let (begun, before) = (core_ns(), bench.events);
        for _ in 0..TRADES_PER_ROUND {
            number += 1;
            bench.trade(number);
        }
        let events = (bench.events - before) as f64;
        let rate = events / (core_ns() - begun) as f64 * 1e3;
        if round == 1 || round % 10 == 0 {
            println!(
                "trade {number}: {rate:.2} million events/s, {:.0} ns each",
                1e3 / rate
            );
        }
        rates.push(rate);
    }
    let settled = bench.kernel.account().trades_closed;
    assert_eq!(settled, number, "every trade went all the way");
    assert!(bench.kernel.check().is_ok());
    let (first, last) = (rates[..10].to_vec(), rates[rates.len() - 10..].to_vec());
    // Of each the round that neighbours on the machine disturbed least.
    let growth = best(&first) / best(&last);
    let flat = judge(
        "cost of the last trades to that of the first",
        growth,
        growth <= 1.1,
        "1.1",
    );
    let rate = median(rates);
    let fast = judge("million order events/s", rate, rate >= RATE_MIN, "2.0");
    std::process::ExitCode::from(u8::from(!(flat && fast)))
}
