//! How a run begins: limits, rules of the symbols, the first marks.

use shm_layout::{
    AdoptPolicy, Control, ControlKind, Mark, PositionMode, Report, ReportKind, Writer,
};

use crate::entry::Entry;
use crate::rng::Rng;
use crate::run::Run;
use crate::venue::E8;
use crate::wording::name;

impl Run {
    pub(crate) fn begin(&mut self, hedge: bool) -> Result<(), String> {
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
        self.marks()?;
        self.make_durable()
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
}

/// Limits as somebody changes them while it trades; low ones are reached and raised again.
pub(crate) fn changed(rng: &mut Rng) -> Control {
    let mut loss = || match rng.below(3) {
        0 => 90_000 * E8,
        _ => rng.between(200, 20_000) * E8,
    };
    let (daily_loss_e8, drawdown_e8) = (loss(), loss());
    Control {
        daily_loss_e8,
        drawdown_e8,
        max_slots: u16::try_from(rng.between(2, 12)).unwrap_or(12),
        max_leverage: u16::try_from(rng.between(5, 10)).unwrap_or(10),
        order_rate_max: u32::try_from(rng.between(20, 200)).unwrap_or(200),
        ..config()
    }
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
