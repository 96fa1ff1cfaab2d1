//! The venue's wallet: noted, judged against capital, and anchored to.
//!
//! A difference is judged only where no order can be the reason for it. What it says is booked as
//! an adjustment by the operator's word; without one if it is small and comes from an estimate, or
//! is the first after a start, and if two wallets and the income since say the same.

use shm_layout::{AccountStatus, Code, Control, Has, OrderCell, Provenance, Report};

use crate::account::{Posting, capital, has, post};
use crate::amount::sub;
use crate::cells::{CellRef, region};
use crate::kernel::{Kernel, Turn};
use crate::order::is_live;

/// The venue tells a wallet to four decimals.
const WALLET_ROUNDING_E8: i64 = 20_000;

impl Kernel {
    /// The venue's wallet figures, each only if the venue gave it.
    pub(crate) fn note_wallet(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        if !has(report, Has::Wallet) {
            return Err(Code::InvalidField);
        }
        let account = &mut self.account;
        if report.venue_wall_ms != 0 && report.venue_wall_ms < account.wallet_wall_ms {
            return Err(Code::StaleFact);
        }
        account.wallet_e8 = report.wallet_e8;
        account.wallet_seq = t.seq;
        // The REST balance has no time of its own; it is not older than the question.
        account.wallet_wall_ms = if report.venue_wall_ms == 0 {
            report.asked_wall_ms
        } else {
            report.venue_wall_ms
        };
        account.wallet_provenance = Provenance::Exchange;
        for (figure, value, cell) in [
            (Has::Equity, report.equity_e8, &mut account.equity_e8),
            (
                Has::Available,
                report.available_e8,
                &mut account.available_e8,
            ),
            (
                Has::UsedMargin,
                report.used_margin_e8,
                &mut account.used_margin_e8,
            ),
        ] {
            if has(report, figure) {
                *cell = value;
            }
        }
        t.fx.touch(CellRef::single(region::ACCOUNT));
        Ok(())
    }

    /// Seeds from the wallet of a complete snapshot, or compares capital with it.
    pub(crate) fn judge(&mut self, t: &mut Turn<'_>, asked_seq: u64, wallet_e8: i64) {
        if self.account.unresolved_orders != 0 || asked_seq <= self.account.last_fill_seq {
            return;
        }
        if self.has_unheard_order(asked_seq) {
            return;
        }
        t.fx.touch(CellRef::single(region::ACCOUNT));
        let seed_wall_ms = self.desk.snap_asked_wall_ms;
        let asked_ms = self.steady_asked_ms(t.now, seed_wall_ms);
        let account = &mut self.account;
        if account.seeded == 0 {
            account.seeded = 1;
            account.seed_e8 = wallet_e8;
            account.seed_wall_ms = seed_wall_ms;
            account.income_since_wall_ms = asked_ms;
            account.capital_e8 = capital(account).unwrap_or(wallet_e8);
            account.peak_capital_e8 = account.capital_e8;
            account.day_start_capital_e8 = account.capital_e8;
        }
        let delta = wallet_e8.saturating_sub(account.capital_e8);
        let small = delta.saturating_abs() < self.config.delta_error_e8;
        if account.unsettled_orders != 0 && small && account.status != AccountStatus::Error {
            // Rounded and estimated figures differ a little until the rows replace them.
            return;
        }
        let moved = delta.saturating_sub(account.delta_e8).saturating_abs();
        let since = self.desk.outside_seq.max(self.desk.start_seq);
        let same = account.delta_seq > since && moved <= WALLET_ROUNDING_E8;
        account.delta_e8 = delta;
        account.delta_seq = t.seq;
        if moved > WALLET_ROUNDING_E8 {
            self.desk.delta_since_wall_ms = self.steady_ns(t.now) / 1_000_000;
            t.fx.touch(CellRef::single(region::DESK));
        }
        if same && small {
            self.anchor_small(t, delta);
        }
        if delta.saturating_abs() < self.config.delta_warn_e8 && self.desk.start_seq != 0 {
            // What differs from now on did not come with the start.
            self.desk.start_seq = 0;
            t.fx.touch(CellRef::single(region::DESK));
        }
        self.grade(t);
    }

    /// A resting order that the snapshot does not list, or that is being asked about, may have
    /// traded: then the wallet knows more than we do.
    pub(crate) fn unheard_orders(&self, asked_seq: u64) -> impl Iterator<Item = u16> + '_ {
        let unheard = move |order: &OrderCell| {
            is_live(order.status) && (order.snap_seq != asked_seq || order.query_open != 0)
        };
        let orders = self.orders.iter();
        orders.filter_map(move |(index, order)| unheard(order).then_some(index))
    }

    fn has_unheard_order(&self, asked_seq: u64) -> bool {
        self.unheard_orders(asked_seq).next().is_some()
    }

    /// What the venue closed by its own hand was booked at the mark, and what happened while nobody
    /// looked is not booked at all. The wallet says what it came to; believed once two snapshots
    /// say the same and the income asked for since the first is booked.
    fn anchor_small(&mut self, t: &mut Turn<'_>, delta: i64) {
        let differs = self
            .slots
            .iter()
            .any(|(_, slot)| slot.discrepancy_qty_e8 != 0);
        let off = delta.saturating_abs() >= self.config.delta_warn_e8;
        let reason = if self.desk.outside_seq != 0 {
            "ADJUSTMENT: closed outside, booked at the mark"
        } else if self.desk.start_seq != 0 && off {
            "ADJUSTMENT: found at the start, explained by nothing"
        } else {
            return;
        };
        // What trades on, or awaits its rows, is booked at figures that are rounded or estimated.
        let estimated = self.orders.iter().any(|(_, order)| order.cum_qty_e8 > 0);
        let certain = !differs && !estimated && self.is_income_told();
        if certain && self.adjust(t, delta).is_ok() {
            self.say(t, reason);
        }
    }

    /// Whether the income asked for since the wallet is this far from capital is booked.
    fn is_income_told(&self) -> bool {
        self.account.income_since_wall_ms > self.desk.delta_since_wall_ms
    }

    /// Books the difference that was judged: nothing is left of it, whatever it was for.
    fn adjust(&mut self, t: &mut Turn<'_>, delta: i64) -> Result<(), Code> {
        let posting = Posting {
            adjustments_e8: delta,
            ..Posting::default()
        };
        let mut next = post(&self.account, &posting)?;
        next.delta_e8 = 0;
        next.delta_seq = t.seq;
        self.adopt_account(t, &next);
        (self.desk.outside_seq, self.desk.start_seq) = (0, 0);
        t.fx.touch(CellRef::single(region::DESK));
        t.fx.outcome.amount_e8 = delta;
        Ok(())
    }

    /// OK and WARN unfreeze, ERROR freezes; without limits nothing is known.
    fn grade(&mut self, t: &mut Turn<'_>) {
        let config = &self.config;
        let account = &mut self.account;
        if account.configured == 0 || account.delta_seq == 0 {
            return;
        }
        let distance = account.delta_e8.saturating_abs();
        account.status = if distance < config.delta_warn_e8 {
            AccountStatus::Ok
        } else if distance < config.delta_error_e8 {
            AccountStatus::Warn
        } else {
            AccountStatus::Error
        };
        account.frozen = u8::from(account.status == AccountStatus::Error);
        t.fx.touch(CellRef::single(region::ACCOUNT));
    }

    /// Books the difference to the wallet as an adjustment, by word of the operator if it is big.
    /// It must be the one that was judged: an order may still tell, or the income, what it is.
    pub(crate) fn on_anchor(&mut self, t: &mut Turn<'_>, control: &Control) -> Result<(), Code> {
        let account = &self.account;
        let delta = account.delta_e8;
        let judged = account.delta_seq > account.last_fill_seq;
        let same = sub(account.wallet_e8, account.capital_e8)? == delta;
        // An order whose rows are missing may have traded more than was told of it.
        let certain = account.unresolved_orders == 0
            && account.unsettled_orders == 0
            && !self.has_unheard_order(account.last_snapshot_seq)
            && self.is_income_told();
        if !judged || !same || !certain {
            return Err(Code::NotReconciled);
        }
        if delta.saturating_abs() < self.config.delta_warn_e8 {
            return Ok(()); // Figures agree; what they round to is nothing to book.
        }
        let small = delta.saturating_abs() < self.config.delta_error_e8;
        if !small && (control.operator == 0 || control.text.is_empty()) {
            return Err(Code::AnchorRefused);
        }
        self.adjust(t, delta)?;
        self.grade(t);
        Ok(())
    }
}
