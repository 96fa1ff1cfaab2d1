//! The account: capital as an identity over what was booked, the sums over orders and slots, and
//! the income that belongs to no order.
//!
//! capital = seed + realised - fees - funding + transfers + adjustments, at every moment.

use shm_layout::{AccountCell, Code, Has, Mark, Report};

use crate::NONE;
use crate::amount::{add, sub};
use crate::cells::{CellRef, mix, region};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::{Load, margin};
use crate::slot::Weight;

const FUNDING: u8 = 1;
const TRANSFER: u8 = 2;
/// Income rows are asked for again from this long before the newest, and known ones skipped.
pub(crate) const INCOME_OVERLAP_MS: i64 = 600_000;
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

    /// Funding belongs to the trade that held the symbol, if exactly one did; a row that is told
    /// late may be of the trade before.
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
        let paid_ns = report.venue_wall_ms.saturating_mul(1_000_000);
        if holder != NONE && paid_ns >= self.slots.at(holder).taken_wall_ns {
            self.amend_slot(t, holder, |slot| {
                slot.funding_e8 = slot.funding_e8.saturating_add(cost);
            });
            t.slot = holder;
        }
    }
}
