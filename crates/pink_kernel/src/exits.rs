//! Exits: legs by ratio of what is held now, the last leg takes the rest, dust is named.

use shm_layout::{
    Code, Fact, InstrumentCell, Intent, OrderKind, OrderRole, SlotCell, Stage, TimeInForce,
};

use crate::amount::{is_multiple, notional_e8, ratio_floor, within_band};
use crate::ids::NO_LEG;
use crate::kernel::{Kernel, Turn};
use crate::limits::check_shape;
use crate::order::Plan;

/// Whether the venue would refuse an order of this size.
fn is_below_minimum(qty_e8: i64, rules: &InstrumentCell) -> bool {
    if qty_e8 < rules.min_qty_e8 {
        return true;
    }
    let value = notional_e8(qty_e8, rules.mark_e12).unwrap_or(i64::MAX);
    rules.mark_e12 > 0 && value < rules.min_notional_e8
}

/// Size and leg number of the next exit by ratio.
fn next_leg(slot: &SlotCell, rules: &InstrumentCell) -> Result<(i64, u8), Code> {
    let last = slot.leg_index.saturating_add(1) >= slot.leg_count;
    if last {
        if is_below_minimum(slot.qty_e8, rules) {
            return Err(Code::Dust);
        }
        return Ok((slot.qty_e8, slot.leg_index));
    }
    let ratio = slot
        .leg_ratios_e8
        .get(usize::from(slot.leg_index))
        .copied()
        .unwrap_or(0);
    let qty = ratio_floor(slot.qty_e8, ratio, rules.lot_e8).ok_or(Code::OutOfRange)?;
    if qty <= 0 || is_below_minimum(qty, rules) {
        return Err(Code::MinQuantity);
    }
    Ok((qty, slot.leg_index))
}

/// Size of an exit that names one: never more than is held.
fn named_size(slot: &SlotCell, asked: i64, rules: &InstrumentCell) -> Result<(i64, u8), Code> {
    if asked < 0 {
        return Err(Code::OutOfRange);
    }
    let qty = asked.min(slot.qty_e8);
    if qty < slot.qty_e8 && !is_multiple(qty, rules.lot_e8) {
        return Err(Code::Lot);
    }
    if is_below_minimum(qty, rules) {
        return Err(if qty == slot.qty_e8 {
            Code::Dust
        } else {
            Code::MinQuantity
        });
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
        match slot.stage {
            Stage::EntryWorking | Stage::EntryCancelling => {
                // Get out: the entry must be gone first, then all of it is closed.
                self.advance(t, at, Fact::Exit)?;
                self.amend_slot(t, at, |slot| slot.exit_wanted = 1);
                return Ok(());
            }
            Stage::ExitRequested | Stage::ExitWorking | Stage::ExitCancelling => {
                return Err(Code::OrderInFlight);
            }
            _ => {}
        }
        self.check_age(t, intent)?;
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
        if !is_below_minimum(slot.qty_e8, self.instruments.at(self.instrument_of(at))) {
            return Err(Code::NotDust);
        }
        self.send_exit(
            t,
            at,
            Plan::market(OrderRole::Exit, slot.qty_e8, slot.leg_index),
        )
    }

    /// Commands an exit from a slot that has none in flight.
    pub(crate) fn send_exit(&mut self, t: &mut Turn<'_>, at: u16, plan: Plan) -> Result<(), Code> {
        self.can_submit(at)?;
        self.advance(t, at, Fact::Exit)?;
        self.submit(t, at, plan);
        Ok(())
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
