//! Settling: the fill rows of a finished order replace its provisional money, all at once.

use shm_layout::{Code, CommandKind, Has, OrderStatus, Provenance, Report};

use crate::account::has;
use crate::amount::{add, notional_e8};
use crate::cells::{CellRef, region};
use crate::fills::{Cumulative, forget_rows};
use crate::kernel::{Kernel, Turn};
use crate::less::rows_due_e8;
use crate::order::{after_ms, backoff_ns, is_gone};

/// Times a gone order is asked about before it is settled without its rows: about an hour.
pub(crate) const SETTLE_TRIES_MAX: u32 = 120;

impl Kernel {
    /// Asks for the fill rows of an order, unless they are on their way.
    pub(crate) fn send_settle(&mut self, t: &mut Turn<'_>, index: u16) {
        let order = self.orders.at(index);
        if order.settle_open != 0 || !t.fx.has_room() {
            return;
        }
        let mut command = self.order_command(order);
        command.kind = CommandKind::Settle;
        command.cum_qty_e8 = rows_due_e8(order);
        command.since_wall_ms = order.created_wall_ns / 1_000_000;
        let pause = backoff_ns(order.queries);
        let command_seq = self.send(t, command);
        let deadline = after_ms(t.now.mono_ns, self.config.report_deadline_ms);
        self.amend_order(t, index, |order| {
            order.settle_open = command_seq;
            order.settling = 1;
            order.queries = order.queries.saturating_add(1);
            order.deadline_mono_ns = deadline.saturating_add(pause);
        });
        self.opened.set(command_seq, index);
    }

    /// One row of the fill history.
    pub(crate) fn on_fill(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let outcome = &mut t.fx.outcome;
        outcome.fill_id = report.fill_id;
        outcome.maker = report.maker;
        outcome.amount_e8 = report.amount_e8;
        let Some(index) = self.find_order(report) else {
            return self.on_stranger(t, report);
        };
        t.order = index;
        t.slot = self.orders.at(index).slot_id;
        let order = self.orders.at(index);
        let unasked = order.settle_open == 0 || report.command_seq != order.settle_open;
        if unasked || (!is_gone(order.status) && order.held_qty_e8 == 0) {
            return Err(Code::StaleFact);
        }
        if report.row_index < order.settle_rows && report.row_count == order.settle_count {
            return Err(Code::Duplicate);
        }
        let fresh = order.settle_rows == 0 || report.row_count == order.settle_count;
        if !fresh || report.row_index != order.settle_rows || report.row_index >= report.row_count {
            return self.restart_settling(t, index);
        }
        let sized = report.qty_e8 > 0 && report.price_e12 > 0 && has(report, Has::Amount);
        if !sized || report.fill_id.is_empty() {
            return Err(Code::InvalidField);
        }
        let worth = notional_e8(report.qty_e8, report.price_e12).ok_or(Code::OutOfRange)?;
        let qty = add(order.settle_qty_e8, report.qty_e8)?;
        let notional = add(order.settle_notional_e8, worth)?;
        let fee = add(order.settle_fee_e8, report.amount_e8)?;
        let outcome = &mut t.fx.outcome;
        outcome.fill_qty_e8 = report.qty_e8;
        outcome.fill_price_e12 = report.price_e12;
        let last = report.row_index.saturating_add(1) == report.row_count;
        let due = rows_due_e8(order);
        let asked_ms = report.asked_wall_ms;
        if last && qty != due && !self.is_proven(t, index, qty, asked_ms) {
            return self.restart_settling(t, index);
        }
        self.amend_order(t, index, |order| {
            order.settle_rows = order.settle_rows.saturating_add(1);
            order.settle_count = report.row_count;
            order.settle_qty_e8 = qty;
            order.settle_notional_e8 = notional;
            order.settle_fee_e8 = fee;
        });
        if last {
            self.conclude(t, index)
        } else {
            Ok(())
        }
    }

    /// Rows that were asked for while the order lived may lack its last fills.
    pub(crate) fn forget_early_rows(&mut self, t: &mut Turn<'_>, index: u16) {
        let order = self.orders.at(index);
        if is_gone(order.status) || order.settle_open == 0 {
            return;
        }
        self.opened.remove(order.settle_open);
        self.amend_order(t, index, |order| {
            order.settle_open = 0;
            forget_rows(order);
        });
    }

    /// Other than the gone order was told to have traded, twice the same: the rows are right. Less
    /// only than what is held as implausible, for they may lack the last fills.
    fn is_proven(&mut self, t: &mut Turn<'_>, index: u16, qty: i64, asked_ms: i64) -> bool {
        let order = *self.orders.at(index);
        if qty < rows_due_e8(&order) {
            return qty >= order.cum_qty_e8 && self.is_less(t, index, qty, asked_ms);
        }
        if !is_gone(order.status) {
            return false;
        }
        self.amend_order(t, index, |order| order.proven_qty_e8 = qty);
        order.proven_qty_e8 == qty
    }

    /// The venue never gave the rows: what it said of the order itself has to do. The wallet
    /// corrects what is left, as with everything that is booked at an estimate.
    pub(crate) fn settle_unproven(&mut self, t: &mut Turn<'_>, index: u16) -> Result<(), Code> {
        let reason = "UNPROVEN: the venue never gave the fill rows of a gone order";
        self.note_unproven(t, index, reason);
        self.free_settled(t, index);
        Ok(())
    }

    pub(crate) fn note_unproven(&mut self, t: &mut Turn<'_>, index: u16, reason: &str) {
        self.desk.outside_seq = t.seq;
        t.fx.touch(CellRef::single(region::DESK));
        self.note_anomaly(t);
        self.say(t, reason);
        self.note_event(t, self.orders.at(index).slot_id);
    }

    /// The set does not fit together: it is asked for again from the start.
    fn restart_settling(&mut self, t: &mut Turn<'_>, index: u16) -> Result<(), Code> {
        let pause = backoff_ns(self.orders.at(index).queries);
        let again = t.now.mono_ns.saturating_add(pause).max(1);
        self.opened.remove(self.orders.at(index).settle_open);
        self.amend_order(t, index, |order| {
            forget_rows(order);
            order.settle_open = 0;
            order.deadline_mono_ns = again;
        });
        Err(Code::SettleMismatch)
    }

    /// The last row is here: settled figures replace the provisional ones, the order is done.
    fn conclude(&mut self, t: &mut Turn<'_>, index: u16) -> Result<(), Code> {
        let order = *self.orders.at(index);
        let held = order.held_status;
        let status = if is_gone(order.status) {
            order.status
        } else if is_gone(held) {
            held
        } else {
            // It still lives; its held fill is proven and booked, the rest follows.
            OrderStatus::Working
        };
        let next = Cumulative {
            qty_e8: order.settle_qty_e8,
            notional_e8: order.settle_notional_e8,
            fee_e8: order.settle_fee_e8,
            provenance: Provenance::Settled,
            status,
        };
        let (qty, price, maker) = (
            t.fx.outcome.fill_qty_e8,
            t.fx.outcome.fill_price_e12,
            t.fx.outcome.maker,
        );
        let booking = self.book(index, next)?;
        let result = self.commit(t, index, &booking);
        let outcome = &mut t.fx.outcome;
        (outcome.fill_qty_e8, outcome.fill_price_e12, outcome.maker) = (qty, price, maker);
        outcome.fill_provenance = Provenance::Settled;
        match result {
            Ok(()) | Err(Code::Overfill) => {}
            Err(code) => return Err(code),
        }
        if is_gone(status) {
            self.free_settled(t, index);
        } else {
            self.opened.remove(self.orders.at(index).settle_open);
            self.amend_order(t, index, |order| {
                forget_rows(order);
                order.settle_open = 0;
            });
        }
        result
    }

    fn free_settled(&mut self, t: &mut Turn<'_>, index: u16) {
        let at = self.orders.at(index).slot_id;
        self.amend_slot(t, at, |slot| {
            slot.unsettled = slot.unsettled.saturating_sub(1);
        });
        self.free_order(t, index);
        t.fx.touch(CellRef::single(region::ACCOUNT));
    }
}
