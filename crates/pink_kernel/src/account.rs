//! The account: capital as an identity over what was booked, and its comparison with the wallet.
//!
//! capital = seed + realised - fees - funding + transfers + adjustments, at every moment.

use shm_layout::{AccountCell, AccountStatus, Code, Control, Has, Mark, Provenance, Report};

use crate::NONE;
use crate::amount::{add, sub};
use crate::cells::{CellRef, mix, region};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::{Load, is_live, margin};
use crate::slot::Weight;

const FUNDING: u8 = 1;
const TRANSFER: u8 = 2;
/// Income rows are asked for again from this long before the newest, and known ones skipped.
pub(crate) const INCOME_OVERLAP_MS: i64 = 600_000;
/// The venue tells a wallet to four decimals.
const WALLET_ROUNDING_E8: i64 = 20_000;
const NS_PER_DAY: i64 = 86_400_000_000_000;

pub(crate) fn has(report: &Report, figure: Has) -> bool {
    report.has & figure.code() != 0
}

/// Money to book at once: all of it or nothing.
#[derive(Clone, Copy, Default)]
#[allow(clippy::struct_field_names, reason = "units come last in a name")]
pub(crate) struct Posting {
    pub(crate) realised_e8: i64,
    pub(crate) fees_e8: i64,
    pub(crate) funding_e8: i64,
    pub(crate) transfers_e8: i64,
    pub(crate) adjustments_e8: i64,
}

/// The account after the posting; refused if any total does not fit.
pub(crate) fn post(account: &AccountCell, posting: &Posting) -> Result<AccountCell, Code> {
    let mut next = *account;
    next.realised_e8 = add(account.realised_e8, posting.realised_e8)?;
    next.fees_e8 = add(account.fees_e8, posting.fees_e8)?;
    next.funding_e8 = add(account.funding_e8, posting.funding_e8)?;
    next.transfers_e8 = add(account.transfers_e8, posting.transfers_e8)?;
    next.adjustments_e8 = add(account.adjustments_e8, posting.adjustments_e8)?;
    next.capital_e8 = capital(&next)?;
    // Money that comes or goes is neither a gain nor a loss of the day. What was adjusted may be
    // one: it counts as a loss, and is no gain.
    let moved = add(posting.transfers_e8, posting.adjustments_e8.max(0))?;
    if moved != 0 {
        next.day_start_capital_e8 = add(next.day_start_capital_e8, moved)?;
        next.peak_capital_e8 = add(next.peak_capital_e8, moved)?;
    }
    next.peak_capital_e8 = next.peak_capital_e8.max(next.capital_e8);
    Ok(next)
}

/// The identity.
pub(crate) fn capital(account: &AccountCell) -> Result<i64, Code> {
    let earned = add(account.seed_e8, account.realised_e8)?;
    let paid = sub(sub(earned, account.fees_e8)?, account.funding_e8)?;
    add(add(paid, account.transfers_e8)?, account.adjustments_e8)
}

/// An order changed: the sums over orders follow.
pub(crate) fn carry(account: &mut AccountCell, before: &Load, after: &Load, leverage: i64) {
    count(
        &mut account.unresolved_orders,
        before.unresolved,
        after.unresolved,
    );
    count(
        &mut account.unsettled_orders,
        before.unsettled,
        after.unsettled,
    );
    if before.reserved_e8 == after.reserved_e8 {
        return;
    }
    replace(
        &mut account.reserved_notional_e8,
        before.reserved_e8,
        after.reserved_e8,
    );
    replace(
        &mut account.open_notional_e8,
        before.reserved_e8,
        after.reserved_e8,
    );
    let (old, new) = (
        margin(before.reserved_e8, leverage),
        margin(after.reserved_e8, leverage),
    );
    replace(&mut account.margin_e8, old, new);
}

/// A slot changed: the sums over slots follow.
pub(crate) fn reweigh(account: &mut AccountCell, before: &Weight, after: &Weight) {
    count(&mut account.open_slots, before.open, after.open);
    count(&mut account.unmarked_slots, before.unmarked, after.unmarked);
    replace(
        &mut account.open_notional_e8,
        before.notional_e8,
        after.notional_e8,
    );
    replace(
        &mut account.unrealised_e8,
        before.unrealised_e8,
        after.unrealised_e8,
    );
    replace(&mut account.margin_e8, before.margin_e8, after.margin_e8);
}

fn count(total: &mut u32, before: bool, after: bool) {
    *total = total
        .saturating_add(u32::from(after))
        .saturating_sub(u32::from(before));
}

fn replace(total: &mut i64, before: i64, after: i64) {
    *total = total.saturating_sub(before).saturating_add(after);
}

impl Kernel {
    /// Books money that passed `post`.
    pub(crate) fn adopt_account(&mut self, t: &mut Turn<'_>, next: &AccountCell) {
        self.account = *next;
        t.fx.touch(CellRef::single(region::ACCOUNT));
    }

    /// A day of market time began: the daily loss counts from here. Where market time is the time
    /// of day, the venue's clock and ours must both say so: one that is stepped ends no day.
    pub(crate) fn roll_day(&mut self, t: &mut Turn<'_>, mark: &Mark) {
        let ns = if mark.market_ms > 0 {
            mark.market_ms.saturating_mul(1_000_000)
        } else {
            let venue_ns = mark.venue_wall_ms.saturating_mul(1_000_000);
            venue_ns.min(t.now.wall_ns)
        };
        let day = ns / NS_PER_DAY;
        if day > self.account.day_number {
            self.account.day_number = day;
            self.account.day_start_capital_e8 = self.account.capital_e8;
            t.fx.touch(CellRef::single(region::ACCOUNT));
        }
    }

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
        let account = &mut self.account;
        if account.seeded == 0 {
            account.seeded = 1;
            account.seed_e8 = wallet_e8;
            account.seed_wall_ms = seed_wall_ms;
            account.income_since_wall_ms = seed_wall_ms;
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
        let same = account.delta_seq > self.desk.outside_seq && moved <= WALLET_ROUNDING_E8;
        account.delta_e8 = delta;
        account.delta_seq = t.seq;
        if moved > WALLET_ROUNDING_E8 {
            self.desk.delta_since_wall_ms = t.now.wall_ns / 1_000_000;
            t.fx.touch(CellRef::single(region::DESK));
        }
        if same && small {
            self.anchor_estimates(t, delta);
        }
        self.grade(t);
    }

    /// A resting order that the snapshot does not list, or that is being asked about, may have
    /// traded: then the wallet knows more than we do.
    fn has_unheard_order(&self, asked_seq: u64) -> bool {
        self.orders.iter().any(|(_, order)| {
            is_live(order.status) && (order.snap_seq != asked_seq || order.query_open != 0)
        })
    }

    /// What the venue closed by its own hand was booked at the mark. The wallet says what it came
    /// to; believed once two snapshots say the same and the income asked for since the first is
    /// booked.
    fn anchor_estimates(&mut self, t: &mut Turn<'_>, delta: i64) {
        let differs = self
            .slots
            .iter()
            .any(|(_, slot)| slot.discrepancy_qty_e8 != 0);
        let told = self.account.income_since_wall_ms > self.desk.delta_since_wall_ms;
        if self.desk.outside_seq == 0 || !told || differs {
            return;
        }
        let posting = Posting {
            adjustments_e8: delta,
            ..Posting::default()
        };
        if let Ok(mut next) = post(&self.account, &posting) {
            next.delta_e8 = 0;
            self.adopt_account(t, &next);
            self.desk.outside_seq = 0;
            t.fx.touch(CellRef::single(region::DESK));
            t.fx.outcome.amount_e8 = delta;
            self.say(t, "ADJUSTMENT: closed outside, booked at the mark");
        }
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
    pub(crate) fn on_anchor(&mut self, t: &mut Turn<'_>, control: &Control) -> Result<(), Code> {
        if self.account.seeded == 0 || self.account.wallet_seq == 0 {
            return Err(Code::NotReconciled);
        }
        if self.account.delta_seq <= self.account.last_fill_seq {
            // The wallet is older than what was booked since: the difference would be that.
            return Err(Code::NotReconciled);
        }
        let delta = sub(self.account.wallet_e8, self.account.capital_e8)?;
        let small = delta.saturating_abs() < self.config.delta_error_e8;
        if !small && (control.operator == 0 || control.text.is_empty()) {
            return Err(Code::AnchorRefused);
        }
        let posting = Posting {
            adjustments_e8: delta,
            ..Posting::default()
        };
        let mut next = post(&self.account, &posting)?;
        next.delta_e8 = 0;
        next.delta_seq = t.seq;
        self.adopt_account(t, &next);
        self.desk.outside_seq = 0;
        t.fx.touch(CellRef::single(region::DESK));
        self.grade(t);
        t.fx.outcome.amount_e8 = delta;
        Ok(())
    }

    /// One row of the venue's income history, by its transaction id.
    pub(crate) fn on_income(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let outcome = &mut t.fx.outcome;
        outcome.income_kind = report.income_kind;
        outcome.fill_id = report.fill_id;
        if report.fill_id.is_empty() || !has(report, Has::Amount) || report.venue_wall_ms <= 0 {
            return Err(Code::InvalidField);
        }
        if self.account.seeded == 0 || report.venue_wall_ms <= self.account.seed_wall_ms {
            return Err(Code::StaleFact);
        }
        if report.venue_wall_ms < self.desk.income_since_ms {
            // Nobody asked for it, and its number may be forgotten by now.
            return Err(Code::StaleFact);
        }
        let kind = u64::from(report.income_kind);
        let id = mix(mix(hash(&report.fill_id), hash(&report.symbol)), kind);
        if self.income_ids.contains(id) {
            return Err(Code::Duplicate);
        }
        let amount = report.amount_e8;
        let cost = sub(0, amount)?;
        let posting = match report.income_kind {
            FUNDING => Posting {
                funding_e8: cost,
                ..Posting::default()
            },
            TRANSFER => Posting {
                transfers_e8: amount,
                ..Posting::default()
            },
            _ => Posting {
                adjustments_e8: amount,
                ..Posting::default()
            },
        };
        let next = post(&self.account, &posting)?;
        self.adopt_account(t, &next);
        if report.income_kind == FUNDING {
            self.fund_slot(t, report, cost);
        }
        let cell = self.income_ids.push(self.desk.incomes, id);
        t.fx.touch(CellRef {
            region: region::INCOME_IDS,
            index: cell,
        });
        self.desk.incomes = self.desk.incomes.saturating_add(1);
        // A time that is still to come must not hide the rows until then.
        let past_ms = report.venue_wall_ms.min(t.now.wall_ns / 1_000_000);
        self.desk.income_newest_ms = self.desk.income_newest_ms.max(past_ms);
        t.fx.touch(CellRef::single(region::DESK));
        t.fx.outcome.amount_e8 = amount;
        Ok(())
    }

    /// Funding belongs to the trade that held the symbol, if exactly one did.
    fn fund_slot(&mut self, t: &mut Turn<'_>, report: &Report, cost: i64) {
        let Some(at) = self.find_instrument(&report.symbol) else {
            return;
        };
        t.instrument = at;
        let [long, short] = self.holders_of(at);
        let holder = match report.position_side {
            shm_layout::Side::Long => long,
            shm_layout::Side::Short => short,
            shm_layout::Side::None if long == NONE => short,
            shm_layout::Side::None if short == NONE => long,
            shm_layout::Side::None => NONE,
        };
        if holder != NONE {
            self.amend_slot(t, holder, |slot| {
                slot.funding_e8 = slot.funding_e8.saturating_add(cost);
            });
            t.slot = holder;
        }
    }
}
