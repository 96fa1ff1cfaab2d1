//! Fills from cumulative facts: what an order has traded so far, whoever says it and how often.
//!
//! The venue rounds what it reports, so money booked here is provisional: the difference of the
//! rounded cumulative amounts. The settled rows replace it. Everything is computed first, the
//! table is asked, and only then is anything changed.

use shm_layout::{
    AccountCell, Code, Fact, Has, OrderCell, OrderKind, OrderRole, OrderStatus, Provenance, Report,
    SlotCell, Stage, TimeInForce,
};

use crate::account::{Posting, has, post};
use crate::amount::{add, average_e12, gain, notional_e8, share_e8, sub, within_band};
use crate::cells::{CellRef, region};
use crate::kernel::{Kernel, Turn};
use crate::less::{forget_less, take_back_entry, take_back_exit};
use crate::order::{after_ms, is_gone, level_e12, reference, reserve};
use crate::slot::{Change, MONEY_MAX, classify, is_entry_stage};
use crate::sums;
use crate::withdraw::CANCEL_AGAIN_MS;

/// The new cumulative figures of an order.
#[derive(Clone, Copy)]
pub(crate) struct Cumulative {
    pub(crate) qty_e8: i64,
    pub(crate) notional_e8: i64,
    pub(crate) fee_e8: i64,
    pub(crate) provenance: Provenance,
    pub(crate) status: OrderStatus,
}

/// What booking them changes.
#[derive(Clone, Copy)]
pub(crate) struct Booking {
    pub(crate) next: Cumulative,
    pub(crate) qty_e8: i64,
    pub(crate) notional_e8: i64,
    pub(crate) fee_e8: i64,
    /// Entry cost that an exit releases.
    pub(crate) released_e8: i64,
    pub(crate) realised_e8: i64,
    pub(crate) excess_qty_e8: i64,
    pub(crate) excess_notional_e8: i64,
    /// Change of the cost of what is still held.
    pub(crate) held_cost_e8: i64,
    pub(crate) held_qty_e8: i64,
    pub(crate) account: AccountCell,
}

impl Kernel {
    /// What the new figures would change; nothing is changed yet.
    pub(crate) fn book(&self, index: u16, next: Cumulative) -> Result<Booking, Code> {
        let order = self.orders.at(index);
        let slot = self.slots.at(order.slot_id);
        let qty = sub(next.qty_e8, order.cum_qty_e8)?;
        let notional = sub(next.notional_e8, order.cum_notional_e8)?;
        let fee = sub(next.fee_e8, order.cum_fee_e8)?;
        let settled = next.provenance == Provenance::Settled;
        if (qty < 0 && !settled) || next.notional_e8 < 0 || next.notional_e8 > MONEY_MAX {
            return Err(Code::OutOfRange);
        }
        let mut booking = Booking {
            next,
            qty_e8: qty,
            notional_e8: notional,
            fee_e8: fee,
            released_e8: 0,
            realised_e8: 0,
            excess_qty_e8: 0,
            excess_notional_e8: 0,
            held_cost_e8: 0,
            held_qty_e8: qty,
            account: self.account,
        };
        match (order.role, qty < 0) {
            (OrderRole::Entry, false) => book_entry(&mut booking, slot)?,
            (OrderRole::Entry, true) => take_back_entry(&mut booking, slot)?,
            (_, false) => book_exit(&mut booking, slot)?,
            (_, true) => take_back_exit(&mut booking, slot, order)?,
        }
        let posting = Posting {
            realised_e8: booking.realised_e8,
            fees_e8: fee,
            ..Posting::default()
        };
        booking.account = post(&self.account, &posting)?;
        sums::fit(slot, &booking)?;
        Ok(booking)
    }

    /// What the booking and the order's end mean for the stage.
    pub(crate) fn fact_of(&self, index: u16, booking: &Booking) -> Fact {
        let order = self.orders.at(index);
        let slot = self.slots.at(order.slot_id);
        let opens = order.role == OrderRole::Entry;
        let opened = if opens { booking.qty_e8 } else { 0 };
        let change = Change {
            role: order.role,
            current: reference(slot, order.role) == index,
            gone: is_gone(booking.next.status),
            moved: booking.held_qty_e8 != 0,
            qty_after: slot.qty_e8.saturating_add(booking.held_qty_e8),
            opened_after: slot.opened_qty_e8.saturating_add(opened),
        };
        classify(slot.stage, &change)
    }

    /// Books, moves the slot, and lets go of the order if it is gone.
    pub(crate) fn commit(
        &mut self,
        t: &mut Turn<'_>,
        index: u16,
        booking: &Booking,
    ) -> Result<(), Code> {
        let fact = self.fact_of(index, booking);
        let (at, role) = (self.orders.at(index).slot_id, self.orders.at(index).role);
        self.can_move(at, fact)?;
        let late = role == OrderRole::Entry && booking.held_qty_e8 > 0 && self.exits_all(at);
        self.stats.order_facts = self.stats.order_facts.saturating_add(1);
        self.post_booking(t, index, booking);
        let order = *self.orders.at(index);
        if is_gone(order.status) {
            self.let_go(t, index, &order);
        }
        let stage = self.slots.at(at).stage;
        let ended = is_entry_stage(stage) && matches!(fact, Fact::Exit | Fact::ClosedOutside);
        if ended || late || (stage == Stage::Closed && fact == Fact::GoneHeld) {
            // Everything was to be closed: so is what turns up late.
            self.amend_slot(t, at, |slot| slot.exit_wanted = 1);
        }
        if fact == Fact::None {
            t.slot = at;
        } else {
            self.advance(t, at, fact)?;
        }
        let nothing_to_settle = order.cum_qty_e8 == 0 && order.held_qty_e8 == 0;
        if is_gone(order.status) && nothing_to_settle {
            self.free_order(t, index);
        }
        if booking.qty_e8 != 0 {
            self.note_dust(t, at);
        }
        let over = order.cum_qty_e8 > order.qty_e8 || booking.excess_qty_e8 > 0;
        if over && booking.qty_e8 > 0 {
            Err(Code::Overfill)
        } else {
            Ok(())
        }
    }

    fn post_booking(&mut self, t: &mut Turn<'_>, index: u16, booking: &Booking) {
        let (seq, next) = (t.seq, booking.next);
        let deadline = self.deadline_after(t, index, next.status);
        if is_gone(next.status) && next.provenance != Provenance::Settled {
            self.forget_early_rows(t, index);
        }
        self.amend_order(t, index, |order| {
            order.cum_qty_e8 = next.qty_e8;
            order.cum_notional_e8 = next.notional_e8;
            order.cum_fee_e8 = next.fee_e8;
            order.released_notional_e8 = order
                .released_notional_e8
                .saturating_add(booking.released_e8);
            order.realised_e8 = order.realised_e8.saturating_add(booking.realised_e8);
            if booking.qty_e8 != 0 || booking.fee_e8 != 0 || next.provenance > order.provenance {
                order.provenance = next.provenance;
            }
            if order.held_qty_e8 <= next.qty_e8 {
                order.held_qty_e8 = 0;
                order.held_status = OrderStatus::None;
            }
            if next.status != order.status {
                order.status = next.status;
                order.queries = 0;
            }
            order.deadline_mono_ns = deadline;
            order.reserved_notional_e8 = reserve(order);
            if booking.qty_e8 > 0 && next.provenance != Provenance::Settled {
                // Rows and answers before it lack this fill.
                forget_rows(order);
                forget_less(order);
            }
        });
        let order = *self.orders.at(index);
        self.amend_slot(t, order.slot_id, |slot| sums::add_to(slot, &order, booking));
        self.adopt_sums(t, &booking.account);
        if booking.qty_e8 != 0 {
            self.account.last_fill_seq = seq;
            self.stats.fills_booked = self.stats.fills_booked.saturating_add(1);
            self.restart_differences(t, order.slot_id);
            let wall = t.now.wall_ns;
            if self.slots.at(order.slot_id).opened_wall_ns == 0 {
                self.amend_slot(t, order.slot_id, |slot| slot.opened_wall_ns = wall);
            }
        }
        self.note_event(t, order.slot_id);
        let outcome = &mut t.fx.outcome;
        outcome.fill_qty_e8 = booking.qty_e8;
        outcome.fill_notional_e8 = booking.notional_e8;
        outcome.fill_fee_e8 = booking.fee_e8;
        outcome.fill_realised_e8 = booking.realised_e8;
        outcome.fill_provenance = next.provenance;
        if booking.qty_e8 > 0 && outcome.fill_price_e12 == 0 {
            let price = average_e12(booking.notional_e8, booking.qty_e8);
            outcome.fill_price_e12 = price.unwrap_or(0);
        }
    }

    /// Totals from `post`; the running sums have moved on since it was asked.
    fn adopt_sums(&mut self, t: &mut Turn<'_>, posted: &AccountCell) {
        let next = AccountCell {
            realised_e8: posted.realised_e8,
            fees_e8: posted.fees_e8,
            capital_e8: posted.capital_e8,
            peak_capital_e8: posted.peak_capital_e8,
            ..self.account
        };
        self.adopt_account(t, &next);
        t.fx.touch(CellRef::single(region::ACCOUNT));
    }

    /// A gone order works for its slot no more; a used exit leg is used up.
    fn let_go(&mut self, t: &mut Turn<'_>, index: u16, order: &OrderCell) {
        self.amend_order(t, index, |order| order.cancel_wanted = 0);
        match order.role {
            OrderRole::Exit => self.note_exit_gone(t, order),
            OrderRole::StopLoss | OrderRole::TakeProfit => self.note_protection_gone(t, order),
            _ => {}
        }
        let keeps = order.cum_qty_e8 > 0 || order.held_qty_e8 > 0;
        let current = reference(self.slots.at(order.slot_id), order.role) == index;
        if current {
            self.amend_slot(t, order.slot_id, |slot| {
                crate::order::unrefer(slot, index);
                slot.unsettled = slot.unsettled.saturating_add(u16::from(keeps));
            });
        }
    }

    /// When the kernel looks after an order of this status next.
    pub(crate) fn deadline_after(&self, t: &Turn<'_>, index: u16, status: OrderStatus) -> u64 {
        let order = self.orders.at(index);
        if is_gone(status) {
            return after_ms(t.now.mono_ns, self.config.settle_after_ms);
        }
        let rests = order.order_kind != OrderKind::Market
            && !matches!(order.tif, TimeInForce::Ioc | TimeInForce::Fok);
        let quiet = rests && order.cancel_wanted == 0 && order.held_qty_e8 == 0;
        if status == OrderStatus::Working && quiet {
            return if self.is_unwanted(index) {
                after_ms(t.now.mono_ns, CANCEL_AGAIN_MS)
            } else {
                0 // Snapshots look after what rests.
            };
        }
        after_ms(t.now.mono_ns, self.config.report_deadline_ms)
    }

    /// Cumulative figures as a report gives them; missing figures are not zero.
    pub(crate) fn cumulative(
        &self,
        index: u16,
        report: &Report,
        status: OrderStatus,
    ) -> Result<Cumulative, Code> {
        let order = self.orders.at(index);
        let mut next = Cumulative {
            qty_e8: order.cum_qty_e8,
            notional_e8: order.cum_notional_e8,
            fee_e8: order.cum_fee_e8,
            provenance: order.provenance,
            status,
        };
        if has(report, Has::CumQty) && report.cum_qty_e8 > order.cum_qty_e8 {
            if !has(report, Has::AvgPrice) || !self.is_plausible(order, report.avg_price_e12) {
                return Err(Code::ImplausibleFill);
            }
            next.qty_e8 = report.cum_qty_e8;
            let notional = notional_e8(report.cum_qty_e8, report.avg_price_e12);
            next.notional_e8 = notional.ok_or(Code::OutOfRange)?;
            next.provenance = Provenance::Exchange;
        }
        let same_qty = has(report, Has::CumQty) && report.cum_qty_e8 == next.qty_e8;
        if has(report, Has::CumFee) && same_qty && order.provenance != Provenance::Settled {
            next.fee_e8 = report.cum_fee_e8;
        } else if next.qty_e8 > order.cum_qty_e8 {
            let rules = self.instruments.at(self.instrument_of(order.slot_id));
            let rate = if report.maker == 1 {
                rules.maker_fee_e8
            } else {
                rules.taker_fee_e8
            };
            let traded = sub(next.notional_e8, order.cum_notional_e8)?;
            let fee = share_e8(traded, rate, crate::amount::ONE_E8).ok_or(Code::OutOfRange)?;
            next.fee_e8 = add(order.cum_fee_e8, fee)?;
            next.provenance = Provenance::Estimate;
        }
        Ok(next)
    }

    /// A fill price is positive and near the mark, now or when the order was commanded.
    fn is_plausible(&self, order: &OrderCell, price_e12: i64) -> bool {
        if price_e12 <= 0 {
            return false;
        }
        let mark = self
            .instruments
            .at(self.instrument_of(order.slot_id))
            .mark_e12;
        let known = [mark, order.mark_e12, order.trigger_e12, level_e12(order)];
        let mut references = known.iter().filter(|price| **price > 0).peekable();
        references.peek().is_none()
            || references.any(|near| within_band(price_e12, *near, self.config.fill_band_e8))
    }
}

/// Rows gathered so far do not describe the order any more.
pub(crate) fn forget_rows(order: &mut OrderCell) {
    order.settle_rows = 0;
    order.settle_count = 0;
    order.settle_qty_e8 = 0;
    order.settle_notional_e8 = 0;
    order.settle_fee_e8 = 0;
}

/// New money belongs to what was bought now; a correction to all that was ever bought. What was
/// sold before it was known to be bought is matched first.
fn book_entry(booking: &mut Booking, slot: &SlotCell) -> Result<(), Code> {
    let (qty, notional) = (booking.qty_e8, booking.notional_e8);
    let early = qty.min(slot.excess_qty_e8);
    let opened = add(slot.opened_qty_e8, qty)?;
    let held = if qty > 0 {
        sub(
            notional,
            share_e8(notional, early, qty).ok_or(Code::OutOfRange)?,
        )?
    } else if slot.qty_e8 == slot.opened_qty_e8 {
        notional
    } else {
        share_e8(notional, slot.qty_e8, opened).ok_or(Code::OutOfRange)?
    };
    let brought = match early {
        0 => 0,
        part => {
            share_e8(slot.excess_notional_e8, part, slot.excess_qty_e8).ok_or(Code::OutOfRange)?
        }
    };
    booking.excess_qty_e8 = sub(0, early)?;
    booking.excess_notional_e8 = sub(0, brought)?;
    booking.held_qty_e8 = sub(qty, early)?;
    booking.held_cost_e8 = held;
    booking.realised_e8 = gain(slot.side, brought, sub(notional, held)?)?;
    Ok(())
}

/// An exit releases its share of the entry cost; what it traded beyond what is held brings
/// nothing until an entry turns up for it.
fn book_exit(booking: &mut Booking, slot: &SlotCell) -> Result<(), Code> {
    let (qty, notional) = (booking.qty_e8, booking.notional_e8);
    let closed = qty.min(slot.qty_e8);
    let excess = sub(qty, closed)?;
    let spare = share_e8(notional, excess, qty.max(1)).ok_or(Code::OutOfRange)?;
    let released = match slot.qty_e8 {
        0 => 0,
        held => share_e8(slot.entry_notional_e8, closed, held).ok_or(Code::OutOfRange)?,
    };
    booking.excess_qty_e8 = excess;
    booking.excess_notional_e8 = spare;
    booking.released_e8 = released;
    booking.held_cost_e8 = sub(0, released)?;
    booking.held_qty_e8 = sub(0, closed)?;
    booking.realised_e8 = gain(slot.side, sub(notional, spare)?, released)?;
    Ok(())
}
