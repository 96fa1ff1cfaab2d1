//! What an ENTER must satisfy before anything is sent; each refusal has its own code.
//!
//! Exits are checked for shape only: no limit, mode, freeze or kill switch holds up reducing.

use shm_layout::{
    Code, Control, InstrumentCell, Intent, Mode, OrderKind, PositionMode, Side, TimeInForce,
};

use crate::amount::{ONE_E8, add, is_multiple, notional_e8, sub, within_band};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::{NS_PER_MS, margin};
use crate::reconcile::RECONCILE_PATIENCE_NS;
use crate::slot::{MONEY_MAX, side_index};
use crate::window::ORDER_RATE_MAX;
use crate::{LEGS_MAX, NONE, SLOTS_MAX};

/// How far in the future an intent may be stamped: the shell reads its clock before its rings.
pub(crate) const CLOCK_SLACK_NS: u64 = 1_000_000_000;
/// Whole snapshots that may fail to come before entries are refused.
const SNAPSHOTS_MISSED_MAX: u64 = 4;

/// The configuration must limit everything, or nothing may be risked.
pub(crate) fn check_config(config: &Control) -> Result<(), Code> {
    let money = [
        config.max_order_notional_e8,
        config.max_total_notional_e8,
        config.daily_loss_e8,
        config.drawdown_e8,
        config.price_band_e8,
        config.divergence_e8,
        config.fill_band_e8,
        config.delta_warn_e8,
        config.delta_error_e8,
    ];
    let times = [
        config.order_rate_max,
        config.order_rate_window_ms,
        config.ttl_ms_max,
        config.mark_age_ms_max,
        config.submit_deadline_ms,
        config.report_deadline_ms,
        config.not_found_after_ms,
        config.reconcile_interval_ms,
        config.flat_confirm_ms,
    ];
    let whole = money.iter().all(|limit| *limit > 0) && times.iter().all(|time| *time > 0);
    if !whole || config.max_leverage == 0 || config.delta_warn_e8 > config.delta_error_e8 {
        return Err(Code::InvalidField);
    }
    let slots = config.max_slots >= 1 && config.max_slots <= SLOTS_MAX;
    let fits = config.order_rate_max <= ORDER_RATE_MAX && config.max_order_notional_e8 <= MONEY_MAX;
    if slots && fits {
        Ok(())
    } else {
        Err(Code::OutOfRange)
    }
}

/// Fields of an ENTER that are wrong by themselves.
pub(crate) fn check_fields(intent: &Intent) -> Result<(), Code> {
    let named = !intent.trade_id.is_empty() && !intent.symbol.is_empty();
    let sized = intent.qty_e8 > 0 && intent.leverage > 0;
    if !named || !sized || intent.side == Side::None {
        return Err(Code::InvalidField);
    }
    check_shape(intent)?;
    let legs = u8::try_from(intent.leg_count).unwrap_or(u8::MAX);
    if legs == 0 || legs > LEGS_MAX {
        return Err(Code::InvalidField);
    }
    let used = intent.leg_ratios_e8.get(..usize::from(legs)).unwrap_or(&[]);
    if used.iter().any(|ratio| *ratio <= 0 || *ratio > ONE_E8) {
        return Err(Code::InvalidField);
    }
    let levels = [
        intent.stop_loss_e12,
        intent.take_profit_e12,
        intent.trail_e12,
        intent.reference_price_e12,
    ];
    if levels.iter().any(|level| *level < 0) {
        return Err(Code::OutOfRange);
    }
    if intent.trail_e12 != 0 && intent.stop_loss_e12 != 0 {
        return Err(Code::InvalidField);
    }
    Ok(())
}

/// A LIMIT has a price and a time in force, a MARKET has neither; nothing else can be asked for.
pub(crate) fn check_shape(intent: &Intent) -> Result<(), Code> {
    let priced = intent.price_e12 > 0;
    let timed = intent.tif != TimeInForce::None;
    match intent.order_kind {
        OrderKind::Market if intent.price_e12 == 0 && !timed => Ok(()),
        OrderKind::Limit if priced && timed => Ok(()),
        _ => Err(Code::InvalidField),
    }
}

impl Kernel {
    /// All checks of an ENTER, in the order in which their codes matter to a trader.
    pub(crate) fn check_enter(&self, t: &Turn<'_>, intent: &Intent) -> Result<u16, Code> {
        check_fields(intent)?;
        self.check_permission(t)?;
        self.check_age(t, intent)?;
        let at = self
            .find_instrument(&intent.symbol)
            .ok_or(Code::UnknownSymbol)?;
        let rules = self.instruments.at(at);
        if rules.lot_e8 == 0 {
            return Err(Code::UnknownSymbol);
        }
        self.check_names(intent, at)?;
        self.check_market(t, intent, rules)?;
        self.check_risk(t, intent, rules)?;
        let id = hash(&intent.trade_id);
        if self.trade_ids.contains(id) || self.trades.get(id).is_some() {
            return Err(Code::DuplicateTradeId);
        }
        Ok(at)
    }

    /// Whether risk may be added at all.
    fn check_permission(&self, t: &Turn<'_>) -> Result<(), Code> {
        let account = &self.account;
        if account.configured == 0 || self.epoch.incarnation == 0 {
            return Err(Code::NotConfigured);
        }
        if account.kill_switch != 0 {
            return Err(Code::KillSwitch);
        }
        if account.reconciled == 0 || account.seeded == 0 || self.is_out_of_sight(t) {
            return Err(Code::NotReconciled);
        }
        if account.mode != Mode::Active {
            return Err(Code::ModeForbids);
        }
        if account.frozen != 0 {
            return Err(Code::Frozen);
        }
        if account.journal_slow != 0 {
            return Err(Code::JournalSlow);
        }
        if account.position_mode == PositionMode::Unknown {
            return Err(Code::PositionModeUnknown);
        }
        Ok(())
    }

    /// Whole snapshots are due all the time; without one for long nothing is known for certain.
    fn is_out_of_sight(&self, t: &Turn<'_>) -> bool {
        let wait = u64::from(self.config.reconcile_interval_ms).saturating_mul(NS_PER_MS);
        let limit = wait
            .saturating_mul(SNAPSHOTS_MISSED_MAX)
            .saturating_add(RECONCILE_PATIENCE_NS);
        t.now.mono_ns.saturating_sub(self.desk.whole_mono_ns) > limit
    }

    /// An intent lives for as long as it says, and no longer than it may.
    pub(crate) fn check_age(&self, t: &Turn<'_>, intent: &Intent) -> Result<(), Code> {
        if intent.ttl_ms == 0 || intent.ttl_ms > self.config.ttl_ms_max {
            return Err(Code::InvalidField);
        }
        let age = t.now.mono_ns.saturating_sub(intent.created_mono_ns);
        let ahead = intent.created_mono_ns.saturating_sub(t.now.mono_ns);
        let ttl = u64::from(intent.ttl_ms).saturating_mul(NS_PER_MS);
        if age > ttl || ahead > CLOCK_SLACK_NS {
            Err(Code::StaleIntent)
        } else {
            Ok(())
        }
    }

    /// Slots, symbols and order cells that are taken.
    fn check_names(&self, intent: &Intent, at: u16) -> Result<(), Code> {
        if intent.slot_id != NONE && intent.slot_id >= self.config.max_slots {
            return Err(Code::NoSuchSlot);
        }
        if intent.slot_id != NONE && !self.free_slots.is_free(intent.slot_id) {
            return Err(Code::SlotBusy);
        }
        let holders = self.holders_of(at);
        let busy = match self.account.position_mode {
            PositionMode::Hedge => holders.get(side_index(intent.side)).copied() != Some(NONE),
            _ => holders != [NONE; 2],
        };
        let rules = self.instruments.at(at);
        let last = self.account.last_snapshot_seq;
        // Also a row of a snapshot that is not whole, or not yet.
        let foreign = rules.foreign_order_seq != 0 && rules.foreign_order_seq >= last;
        if busy || foreign || rules.foreign_qty_e8 != 0 {
            return Err(Code::SymbolBusy);
        }
        let open = self.account.open_slots;
        if open >= u32::from(self.config.max_slots) {
            return Err(Code::MaxSlots);
        }
        self.can_open()
    }

    /// Prices and sizes against the venue's rules and the mark.
    fn check_market(
        &self,
        t: &Turn<'_>,
        intent: &Intent,
        rules: &InstrumentCell,
    ) -> Result<(), Code> {
        let prices = [
            intent.price_e12,
            intent.stop_loss_e12,
            intent.take_profit_e12,
            intent.trail_e12,
        ];
        if prices
            .iter()
            .any(|price| *price != 0 && !is_multiple(*price, rules.tick_e12))
        {
            return Err(Code::Tick);
        }
        if !is_multiple(intent.qty_e8, rules.lot_e8) {
            return Err(Code::Lot);
        }
        if intent.qty_e8 < rules.min_qty_e8 {
            return Err(Code::MinQuantity);
        }
        if !self.mark_is_fresh(t, rules) {
            return Err(Code::StaleMark);
        }
        let mark = rules.mark_e12;
        if intent.price_e12 != 0 && !within_band(intent.price_e12, mark, self.config.price_band_e8)
        {
            return Err(Code::PriceBand);
        }
        let reference = intent.reference_price_e12;
        if reference != 0 && !within_band(reference, mark, self.config.divergence_e8) {
            return Err(Code::PriceDivergence);
        }
        let price = if intent.price_e12 > 0 {
            intent.price_e12
        } else {
            mark
        };
        let (stop, profit) = (intent.stop_loss_e12, intent.take_profit_e12);
        let wrong_side = match intent.side {
            Side::Short => (stop != 0 && stop <= price) || (profit != 0 && profit >= price),
            _ => (stop != 0 && stop >= price) || (profit != 0 && profit <= price),
        };
        if wrong_side || intent.trail_e12 >= price {
            Err(Code::PriceBand)
        } else {
            Ok(())
        }
    }

    pub(crate) fn mark_is_fresh(&self, t: &Turn<'_>, rules: &InstrumentCell) -> bool {
        let limit = u64::from(self.config.mark_age_ms_max).saturating_mul(NS_PER_MS);
        let age = t.now.mono_ns.saturating_sub(rules.mark_mono_ns);
        let this_boot = rules.seq >= self.desk.boot_seq && rules.mark_mono_ns != 0;
        this_boot && age <= limit
    }

    /// Money at risk.
    fn check_risk(
        &self,
        t: &Turn<'_>,
        intent: &Intent,
        rules: &InstrumentCell,
    ) -> Result<(), Code> {
        let (config, account) = (&self.config, &self.account);
        if intent.leverage > config.max_leverage {
            return Err(Code::MaxLeverage);
        }
        let mark = rules.mark_e12;
        let price = if intent.price_e12 > 0 {
            intent.price_e12
        } else {
            mark
        };
        if notional_e8(intent.qty_e8, price).ok_or(Code::OutOfRange)? < rules.min_notional_e8 {
            return Err(Code::MinNotional);
        }
        // A SHORT LIMIT under the market fills at the market: that is what it puts at risk.
        let worst = match intent.side {
            Side::Short => price.max(mark),
            _ => price,
        };
        let notional = notional_e8(intent.qty_e8, worst).ok_or(Code::OutOfRange)?;
        if notional > config.max_order_notional_e8 {
            return Err(Code::MaxOrderNotional);
        }
        if add(account.open_notional_e8, notional)? > config.max_total_notional_e8 {
            return Err(Code::MaxTotalNotional);
        }
        self.check_losses()?;
        self.check_marks(t)?;
        let needed = add(
            account.margin_e8,
            margin(notional, i64::from(intent.leverage)),
        )?;
        if needed > add(account.capital_e8, account.unrealised_e8.min(0))? {
            return Err(Code::Capital);
        }
        self.check_rate(t)
    }

    /// Losses of the day and since the peak. What cannot be computed closes the door.
    pub(crate) fn check_losses(&self) -> Result<(), Code> {
        let account = &self.account;
        let worth = add(account.capital_e8, account.unrealised_e8.min(0))?;
        if account.unmarked_slots != 0 || account.day_number == 0 {
            return Err(Code::DailyLoss);
        }
        if sub(account.day_start_capital_e8, worth)? >= self.config.daily_loss_e8 {
            return Err(Code::DailyLoss);
        }
        if sub(account.peak_capital_e8, worth)? >= self.config.drawdown_e8 {
            return Err(Code::Drawdown);
        }
        Ok(())
    }

    /// A loss on a position whose mark is old is not known: that closes the door as well.
    fn check_marks(&self, t: &Turn<'_>) -> Result<(), Code> {
        let held = |at: u16| self.holders_of(at) != [NONE; 2];
        let known = |rules: &InstrumentCell| self.mark_is_fresh(t, rules);
        let mut symbols = self.instruments.iter();
        if symbols.any(|(at, rules)| held(at) && !known(rules)) {
            Err(Code::DailyLoss)
        } else {
            Ok(())
        }
    }

    fn check_rate(&self, t: &Turn<'_>) -> Result<(), Code> {
        let limit = u64::from(self.config.order_rate_max);
        let Some(oldest) = self.desk.entries.checked_sub(limit) else {
            return Ok(());
        };
        let window = u64::from(self.config.order_rate_window_ms).saturating_mul(NS_PER_MS);
        let then = self.entry_times.value(oldest);
        match t.now.mono_ns.checked_sub(then) {
            Some(age) if age < window => Err(Code::OrderRate),
            _ => Ok(()),
        }
    }
}
