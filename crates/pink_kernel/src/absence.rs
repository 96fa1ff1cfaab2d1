//! Orders that came to nothing: refused, never sent, of unknown result, or not found any more.

use shm_layout::{Code, OrderCell, OrderRole, OrderStatus, Report, ReportKind};

use crate::fills::Cumulative;
use crate::kernel::{Kernel, Turn};
use crate::order::{backoff_ns, is_gone};

impl Kernel {
    /// The venue, or the gateway, definitely did not take the order.
    pub(crate) fn on_refused(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        t.fx.outcome.venue_code = report.venue_code;
        self.say(t, report.text.as_str());
        let index = self.own_order(t, report)?;
        let order = *self.orders.at(index);
        let current = report.command_seq != 0 && report.command_seq == order.submit_seq;
        self.close_command(t, index, report.command_seq);
        let unseen = matches!(order.status, OrderStatus::Requested | OrderStatus::Unknown);
        if !current || !unseen || order.cum_qty_e8 > 0 || order.held_qty_e8 > 0 {
            self.send_query(t, index);
            return Err(Code::StaleFact);
        }
        let status = match report.kind {
            ReportKind::NotSent => OrderStatus::NotSent,
            _ => OrderStatus::Rejected,
        };
        self.end_as_booked(t, index, status, report.code)
    }

    /// An order ends with what is booked of it.
    pub(crate) fn end_as_booked(
        &mut self,
        t: &mut Turn<'_>,
        index: u16,
        status: OrderStatus,
        code: Code,
    ) -> Result<(), Code> {
        let order = self.orders.at(index);
        let next = Cumulative {
            qty_e8: order.cum_qty_e8,
            notional_e8: order.cum_notional_e8,
            fee_e8: order.cum_fee_e8,
            provenance: order.provenance,
            status,
        };
        let booking = self.book(index, next)?;
        let fact = self.fact_of(index, &booking);
        self.can_move(self.orders.at(index).slot_id, fact)?;
        self.amend_order(t, index, |order| order.code = code);
        self.commit(t, index, &booking)
    }

    /// The submit's result is not known: everything stays reserved, and the venue is asked.
    pub(crate) fn on_unknown(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let index = self.own_order(t, report)?;
        let order = *self.orders.at(index);
        self.close_command(t, index, report.command_seq);
        let soon = t.now.mono_ns.saturating_add(backoff_ns(0)).max(1);
        if report.command_seq != order.submit_seq {
            self.amend_order(t, index, |order| order.deadline_mono_ns = soon);
            return Ok(());
        }
        if order.status != OrderStatus::Requested {
            return Err(Code::StaleFact);
        }
        let wall_ms = t.now.wall_ns / 1_000_000;
        let left = if report.asked_wall_ms > 0 {
            report.asked_wall_ms
        } else {
            wall_ms
        };
        self.amend_order(t, index, |order| {
            order.status = OrderStatus::Unknown;
            order.submitted_wall_ms = order.submitted_wall_ms.max(left);
            order.deadline_mono_ns = soon;
        });
        Ok(())
    }

    /// Absence is evidence only when asked late enough, of an order that cannot still be sent.
    pub(crate) fn on_not_found(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let index = self.own_order(t, report)?;
        let order = *self.orders.at(index);
        self.close_command(t, index, report.command_seq);
        let settled = i64::from(self.config.not_found_after_ms);
        let early = report.asked_wall_ms < order.submitted_wall_ms.saturating_add(settled);
        if early || order.submit_open != 0 || is_gone(order.status) || order.held_qty_e8 > 0 {
            return Err(Code::StaleFact);
        }
        let seen = order.status == OrderStatus::Working || self.may_be_held(&order);
        if seen && !self.is_absent_for_long(t, index, report) {
            return Err(Code::Unresolved);
        }
        let status = match order.status {
            OrderStatus::Working => OrderStatus::Expired,
            _ => OrderStatus::NotSent,
        };
        self.end_as_booked(t, index, status, Code::Ok)
    }

    /// A list that was asked for after the order differs from the slot by what it may have traded.
    fn may_be_held(&self, order: &OrderCell) -> bool {
        let slot = self.slots.at(order.slot_id);
        let last = self.account.last_snapshot_seq;
        let listed = if slot.snap_seq == last {
            slot.snap_qty_e8
        } else {
            0
        };
        let differs = match order.role {
            OrderRole::Entry => listed > slot.qty_e8,
            OrderRole::Exit => listed < slot.qty_e8,
            _ => false,
        };
        differs && last > order.submit_seq / 8
    }

    /// An order that was seen, at work or in what is held, is gone only if the venue says so twice,
    /// far enough apart.
    fn is_absent_for_long(&mut self, t: &mut Turn<'_>, index: u16, report: &Report) -> bool {
        let since = self.orders.at(index).absent_wall_ms;
        let apart = i64::from(self.config.flat_confirm_ms);
        let asked = self.steady_asked_ms(t.now, report.asked_wall_ms).max(1);
        if since == 0 {
            self.amend_order(t, index, |order| order.absent_wall_ms = asked);
        }
        since != 0 && asked.saturating_sub(since) >= apart
    }

    /// Seen at work after all: the first absence counts for nothing.
    pub(crate) fn forget_absence(&mut self, t: &mut Turn<'_>, index: u16) {
        if self.orders.at(index).absent_wall_ms != 0 {
            self.amend_order(t, index, |order| order.absent_wall_ms = 0);
        }
    }
}
