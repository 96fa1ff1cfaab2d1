//! Less than was told: a report said more of an order than the venue holds to.
//!
//! A stream may garble a report. What the venue answers to our own questions, twice the same and
//! far enough apart, is what the order traded: a fill that was held is dropped, an order that is
//! gone ends with what is booked of it, and its rows take back what is too much.

use shm_layout::{Code, Has, OrderCell, OrderStatus, Report, SlotCell};

use crate::account::has;
use crate::amount::{add, gain, share_e8, sub};
use crate::fills::Booking;
use crate::kernel::{Kernel, Turn};
use crate::order::{backoff_ns, is_gone};

/// What the rows of an order have to add up to, as far as is known.
pub(crate) fn rows_due_e8(order: &OrderCell) -> i64 {
    if order.less_proven == 0 {
        order.cum_qty_e8.max(order.held_qty_e8)
    } else {
        order.less_qty_e8
    }
}

pub(crate) fn forget_less(order: &mut OrderCell) {
    order.less_qty_e8 = 0;
    order.less_wall_ms = 0;
    order.less_proven = 0;
}

impl Kernel {
    /// Whether the venue answers for good with less than was told.
    pub(crate) fn says_less(&mut self, t: &mut Turn<'_>, index: u16, report: &Report) -> bool {
        has(report, Has::CumQty) && self.is_less(t, index, report.cum_qty_e8, report.asked_wall_ms)
    }

    /// Remembers an answer that is less than was told; believed the second time, far enough apart.
    pub(crate) fn is_less(
        &mut self,
        t: &mut Turn<'_>,
        index: u16,
        qty_e8: i64,
        asked_wall_ms: i64,
    ) -> bool {
        let order = *self.orders.at(index);
        if qty_e8 >= order.cum_qty_e8.max(order.held_qty_e8) {
            if order.less_wall_ms != 0 {
                self.amend_order(t, index, forget_less);
            }
            return false;
        }
        let asked_ms = if asked_wall_ms > 0 {
            asked_wall_ms
        } else {
            t.now.wall_ns / 1_000_000
        };
        let asked_ms = self.steady_asked_ms(t.now, asked_ms).max(1);
        if order.less_wall_ms == 0 || order.less_qty_e8 != qty_e8 {
            self.amend_order(t, index, |order| {
                order.less_qty_e8 = qty_e8;
                order.less_wall_ms = asked_ms;
                order.less_proven = 0;
            });
            return false;
        }
        let apart = i64::from(self.config.flat_confirm_ms);
        if asked_ms.saturating_sub(order.less_wall_ms) < apart {
            return false;
        }
        if order.less_proven == 0 {
            self.believe_less(t, index);
        }
        true
    }

    /// No fill is held any more; what is booked beyond it stays until the rows are here.
    fn believe_less(&mut self, t: &mut Turn<'_>, index: u16) {
        self.amend_order(t, index, |order| {
            order.less_proven = 1;
            drop_held(order);
            if order.less_qty_e8 >= order.cum_qty_e8 {
                forget_less(order);
            }
        });
        self.note_anomaly(t);
        self.say(t, "CONTRADICTED: the venue holds to less than was told");
    }

    /// Gone, but of how much nothing was said; or less than was told before.
    pub(crate) fn on_less(
        &mut self,
        t: &mut Turn<'_>,
        index: u16,
        status: OrderStatus,
        asked: bool,
        proven: bool,
    ) -> Result<(), Code> {
        if asked && status == OrderStatus::Working {
            self.forget_absence(t, index);
        }
        let order = self.orders.at(index);
        if is_gone(status) && !is_gone(order.status) {
            if proven {
                return self.end_as_booked(t, index, status, Code::Ok);
            }
            if asked {
                let pause = backoff_ns(order.queries);
                let again = t.now.mono_ns.saturating_add(pause).max(1);
                self.amend_order(t, index, |order| order.deadline_mono_ns = again);
            } else {
                self.send_query(t, index);
            }
        }
        Err(Code::StaleFact)
    }

    /// A fill that neither rows nor answers have proven for long is not waited for any more. What
    /// it really was, the next snapshots and the wallet tell.
    pub(crate) fn give_up_held(&mut self, t: &mut Turn<'_>, index: u16) -> Result<(), Code> {
        let held = self.orders.at(index).held_status;
        self.amend_order(t, index, |order| {
            drop_held(order);
            order.queries = 0;
        });
        if is_gone(self.orders.at(index).status) {
            return self.settle_unproven(t, index);
        }
        self.note_unproven(t, index, "UNPROVEN: a fill that cannot be true");
        if is_gone(held) {
            return self.end_as_booked(t, index, held, Code::ImplausibleFill);
        }
        Ok(())
    }
}

fn drop_held(order: &mut OrderCell) {
    order.held_qty_e8 = 0;
    order.held_status = OrderStatus::None;
}

/// The rows of an entry hold less than was booked of it: all that was ever bought is averaged
/// anew. What was sold and never bought brings nothing.
pub(crate) fn take_back_entry(booking: &mut Booking, slot: &SlotCell) -> Result<(), Code> {
    let taken = sub(0, booking.qty_e8)?;
    let short = sub(taken, slot.qty_e8)?.max(0);
    let matched = sub(slot.closed_qty_e8, slot.excess_qty_e8)?;
    let worth = sub(slot.closed_notional_e8, slot.excess_notional_e8)?;
    let brought = match short {
        0 => 0,
        part => share_e8(worth, part, matched).ok_or(Code::OutOfRange)?,
    };
    let opened = sub(slot.opened_qty_e8, taken)?;
    let held = sub(slot.qty_e8, sub(taken, short)?)?;
    let paid = add(slot.opened_notional_e8, booking.notional_e8)?;
    let cost = match opened {
        0 => 0,
        all => share_e8(paid, held, all).ok_or(Code::OutOfRange)?,
    };
    booking.excess_qty_e8 = short;
    booking.excess_notional_e8 = brought;
    booking.held_qty_e8 = sub(short, taken)?;
    booking.held_cost_e8 = sub(cost, slot.entry_notional_e8)?;
    let spent = sub(booking.notional_e8, booking.held_cost_e8)?;
    booking.realised_e8 = gain(slot.side, sub(0, brought)?, spent)?;
    Ok(())
}

/// The rows of an exit hold less than was booked of it: what it released is held again.
pub(crate) fn take_back_exit(
    booking: &mut Booking,
    slot: &SlotCell,
    order: &OrderCell,
) -> Result<(), Code> {
    let taken = sub(0, booking.qty_e8)?;
    let spare = taken.min(slot.excess_qty_e8);
    let back = sub(taken, spare)?;
    let spare_worth = match spare {
        0 => 0,
        part => {
            share_e8(slot.excess_notional_e8, part, slot.excess_qty_e8).ok_or(Code::OutOfRange)?
        }
    };
    let cost = match back {
        0 => 0,
        part => {
            let matched = sub(order.cum_qty_e8, spare)?;
            share_e8(order.released_notional_e8, part, matched).ok_or(Code::OutOfRange)?
        }
    };
    booking.excess_qty_e8 = sub(0, spare)?;
    booking.excess_notional_e8 = sub(0, spare_worth)?;
    booking.released_e8 = sub(0, cost)?;
    booking.held_cost_e8 = cost;
    booking.held_qty_e8 = back;
    let brought = add(booking.notional_e8, spare_worth)?;
    booking.realised_e8 = gain(slot.side, brought, booking.released_e8)?;
    Ok(())
}
