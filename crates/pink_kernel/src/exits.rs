//! Exits: legs by ratio of what is held now, the last leg takes the rest, dust is named. Of what is
//! held only whole lots can be closed: the venue's lot may have changed since it was opened.

use shm_layout::{
    Code, Fact, InstrumentCell, Intent, OrderCell, OrderKind, OrderRole, OrderStatus, SlotCell,
    Stage, TimeInForce,
};

use crate::amount::{
    is_multiple, notional_e8, quantity_ceil_e8, ratio_floor, round_down, round_up, within_band,
};
use crate::ids::NO_LEG;
use crate::kernel::{Kernel, Turn};
use crate::limits::check_shape;
use crate::order::{Plan, backoff_ns};
use crate::room::Need;
use crate::slot::{is_entry_stage, is_exit_stage};

/// A venue that refuses dust so often will not take it; one refusal may have another reason.
const DUST_REFUSALS_MAX: u32 = 3;

/// What can be closed of a size.
pub(crate) fn whole_lots(qty_e8: i64, rules: &InstrumentCell) -> i64 {
    round_down(qty_e8, rules.lot_e8).unwrap_or(qty_e8)
}

/// Whether the venue would refuse an order of the whole lots of this size.
pub(crate) fn is_below_minimum(qty_e8: i64, rules: &InstrumentCell) -> bool {
    let lots = whole_lots(qty_e8, rules);
    if lots < rules.min_qty_e8.max(1) {
        return true;
    }
    let value = notional_e8(lots, rules.mark_e12).unwrap_or(i64::MAX);
    rules.mark_e12 > 0 && value < rules.min_notional_e8
}

/// Size and leg number of the next exit by ratio.
fn next_leg(slot: &SlotCell, rules: &InstrumentCell) -> Result<(i64, u8), Code> {
    let last = slot.leg_index.saturating_add(1) >= slot.leg_count;
    if is_below_minimum(slot.qty_e8, rules) {
        return Err(Code::Dust);
    }
    let all = whole_lots(slot.qty_e8, rules);
    if last {
        return Ok((all, slot.leg_index));
    }
    let ratio = slot
        .leg_ratios_e8
        .get(usize::from(slot.leg_index))
        .copied()
        .unwrap_or(0);
    let share = ratio_floor(slot.qty_e8, ratio, rules.lot_e8).ok_or(Code::OutOfRange)?;
    if !is_below_minimum(share, rules) {
        return Ok((share, slot.leg_index));
    }
    // A leg the venue would not take is the least it takes, or everything rather than dust.
    let least = least_order(rules).unwrap_or(i64::MAX);
    let rest = all.saturating_sub(least);
    if rest <= 0 || is_below_minimum(rest, rules) {
        Ok((all, slot.leg_index))
    } else {
        Ok((least, slot.leg_index))
    }
}

/// The smallest order in whole lots that the venue takes.
fn least_order(rules: &InstrumentCell) -> Option<i64> {
    let worth = match rules.mark_e12 {
        mark if mark > 0 => quantity_ceil_e8(rules.min_notional_e8, mark)?,
        _ => 0,
    };
    round_up(worth.max(rules.min_qty_e8).max(1), rules.lot_e8)
}

/// Whether an EXIT asks for all of this, at the market.
fn is_get_out(slot: &SlotCell, intent: &Intent, all_e8: i64) -> bool {
    let last = slot.leg_index.saturating_add(1) >= slot.leg_count;
    let all = match intent.qty_e8 {
        0 => last,
        asked => asked >= all_e8,
    };
    all && intent.order_kind == OrderKind::Market
}

/// Size of an exit that names one: never more than is held.
fn named_size(slot: &SlotCell, asked: i64, rules: &InstrumentCell) -> Result<(i64, u8), Code> {
    if asked < 0 {
        return Err(Code::OutOfRange);
    }
    let whole = asked >= slot.qty_e8;
    let qty = if whole {
        whole_lots(slot.qty_e8, rules)
    } else {
        asked
    };
    if !whole && !is_multiple(qty, rules.lot_e8) {
        return Err(Code::Lot);
    }
    if is_below_minimum(qty, rules) {
        return Err(if whole { Code::Dust } else { Code::MinQuantity });
    }
    Ok((qty, NO_LEG))
}

impl Kernel {
    pub(crate) fn exit(&mut self, t: &mut Turn<'_>, intent: &Intent) -> Result<(), Code> {
        check_shape(intent)?;
        let at = self.find_slot(t, intent)?;
        let slot = *self.slots.at(at);
        if slot.qty_e8 == 0 {
            return Err(Code::NoPosition);
        }
        let rests = self.orders.at(slot.exit_order).order_kind == OrderKind::Limit;
        if is_exit_stage(slot.stage) && !(rests && is_get_out(&slot, intent, slot.qty_e8)) {
            return Err(Code::OrderInFlight);
        }
        self.check_age(t, intent)?;
        if is_exit_stage(slot.stage) {
            return self.get_out(t, at, Fact::Cancel);
        }
        if is_entry_stage(slot.stage) {
            // The entry must be gone first, and what it brings meanwhile is closed as well: that
            // is no part, no leg and no price.
            if !is_get_out(&slot, intent, slot.intended_qty_e8) {
                return Err(Code::OrderInFlight);
            }
            return self.get_out(t, at, Fact::Exit);
        }
        let rules = self.instruments.at(self.instrument_of(at));
        self.check_exit_price(t, intent, rules)?;
        let (qty_e8, leg) = match intent.qty_e8 {
            0 => next_leg(&slot, rules),
            asked => named_size(&slot, asked, rules),
        }?;
        let (kind, tif) = match intent.order_kind {
            OrderKind::Limit => (OrderKind::Limit, intent.tif),
            _ => (OrderKind::Market, TimeInForce::None),
        };
        let price_e12 = intent.price_e12;
        let role = OrderRole::Exit;
        self.send_exit(
            t,
            at,
            Plan {
                role,
                kind,
                tif,
                qty_e8,
                price_e12,
                trigger_e12: 0,
                leg,
            },
        )
    }

    /// All is to be closed at the market as soon as the working order is gone: an exit that rests
    /// at its price masks none that cannot wait.
    fn get_out(&mut self, t: &mut Turn<'_>, at: u16, fact: Fact) -> Result<(), Code> {
        if self.slots.at(at).stage != Stage::ExitCancelling {
            self.move_on(t, at, fact)?;
        }
        self.amend_slot(t, at, |slot| slot.exit_wanted = 1);
        Ok(())
    }

    /// Closes what is left under the venue's minimum.
    pub(crate) fn exit_residual(&mut self, t: &mut Turn<'_>, intent: &Intent) -> Result<(), Code> {
        let at = self.find_slot(t, intent)?;
        let slot = *self.slots.at(at);
        if slot.qty_e8 == 0 {
            return Err(Code::NoPosition);
        }
        if !matches!(
            slot.stage,
            Stage::PositionOpen | Stage::StaleStateReconciling
        ) {
            return Err(Code::OrderInFlight);
        }
        self.check_age(t, intent)?;
        let rules = self.instruments.at(self.instrument_of(at));
        if !is_below_minimum(slot.qty_e8, rules) {
            return Err(Code::NotDust);
        }
        let lots = whole_lots(slot.qty_e8, rules);
        if lots == 0 {
            return Err(Code::Lot);
        }
        self.send_exit(t, at, Plan::market(OrderRole::Exit, lots, slot.leg_index))
    }

    /// Nothing of the position is to be left: what an entry brings late is to go as well.
    pub(crate) fn exits_all(&self, at: u16) -> bool {
        let slot = self.slots.at(at);
        let exit = self.orders.at(slot.exit_order);
        let rest = exit.qty_e8.saturating_sub(exit.cum_qty_e8);
        let rules = self.instruments.at(self.instrument_of(at));
        let now = exit.order_kind == OrderKind::Market && exit.cancel_wanted == 0;
        let all = now && rest >= whole_lots(slot.qty_e8, rules);
        is_exit_stage(slot.stage) && (slot.qty_e8 == 0 || all)
    }

    /// Commands an exit from a slot that has none in flight.
    pub(crate) fn send_exit(&mut self, t: &mut Turn<'_>, at: u16, plan: Plan) -> Result<(), Code> {
        let rules = self.instruments.at(self.instrument_of(at));
        let all = whole_lots(self.slots.at(at).qty_e8, rules);
        let whole = plan.kind == OrderKind::Market && plan.qty_e8 == all;
        let need = if whole { Need::WholeExit } else { Need::Rest };
        self.can_submit(at, need)?;
        self.advance(t, at, Fact::Exit)?;
        self.submit(t, at, plan);
        Ok(())
    }

    /// An exit is gone: its leg is used up, or the kernel's own next one waits. A rest that the
    /// venue refuses to close because it is too small stays what it is: dust, for whoever looks.
    pub(crate) fn note_exit_gone(&mut self, t: &mut Turn<'_>, order: &OrderCell) {
        let at = order.slot_id;
        let rules = self.instruments.at(self.instrument_of(at));
        let too_small = is_below_minimum(self.slots.at(at).qty_e8, rules);
        let now = t.now.mono_ns;
        self.amend_slot(t, at, |slot| {
            if order.cum_qty_e8 > 0 {
                let next = order.leg.saturating_add(1);
                if order.leg != NO_LEG && next < slot.leg_count {
                    slot.leg_index = slot.leg_index.max(next);
                }
                slot.refusals = 0;
            } else if order.order_kind == OrderKind::Market {
                slot.refusals = slot.refusals.saturating_add(1);
                slot.hold_mono_ns = now.saturating_add(backoff_ns(slot.refusals));
                let final_no = slot.refusals >= DUST_REFUSALS_MAX;
                if order.status == OrderStatus::Rejected && too_small && final_no {
                    slot.exit_wanted = 0;
                }
            }
        });
        self.note_dust(t, at);
    }

    /// An exit's limit price must be a price; far off only counts where there is a fresh mark.
    fn check_exit_price(
        &self,
        t: &Turn<'_>,
        intent: &Intent,
        rules: &InstrumentCell,
    ) -> Result<(), Code> {
        if intent.order_kind != OrderKind::Limit {
            return Ok(());
        }
        if !is_multiple(intent.price_e12, rules.tick_e12) {
            return Err(Code::Tick);
        }
        let far = !within_band(intent.price_e12, rules.mark_e12, self.config.price_band_e8);
        if self.mark_is_fresh(t, rules) && far {
            Err(Code::PriceBand)
        } else {
            Ok(())
        }
    }

    /// Marks what is left under the venue's minimum, for whoever looks at the slot.
    pub(crate) fn note_dust(&mut self, t: &mut Turn<'_>, at: u16) {
        let slot = self.slots.at(at);
        let rules = self.instruments.at(self.instrument_of(at));
        let dust = u8::from(slot.qty_e8 > 0 && is_below_minimum(slot.qty_e8, rules));
        if slot.dust != dust {
            self.amend_slot(t, at, |slot| slot.dust = dust);
        }
    }
}
