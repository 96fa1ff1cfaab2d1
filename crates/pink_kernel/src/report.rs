//! Facts from the venue's edge: each finds its order and slot, or is refused and kept as such.

use shm_layout::{Code, Has, OrderRole, OrderSide, OrderStatus, Report, ReportKind};

use crate::account::has;
use crate::cells::{CellRef, region};
use crate::fills::{Cumulative, forget_rows};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::{after_ms, backoff_ns, is_gone, is_live, venue_key};

impl Kernel {
    pub(crate) fn on_report(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let result = match report.kind {
            ReportKind::OrderState => self.on_order_state(t, report),
            ReportKind::OrderRefused | ReportKind::NotSent => self.on_refused(t, report),
            ReportKind::OrderUnknown => self.on_unknown(t, report),
            ReportKind::OrderNotFound => self.on_not_found(t, report),
            ReportKind::CancelRefused => self.on_cancel_refused(t, report),
            ReportKind::CancelAccepted => self.on_answer(t, report),
            ReportKind::CommandDone => self.on_command_done(t, report),
            ReportKind::Fill => self.on_fill(t, report),
            ReportKind::Instrument => self.on_instrument(t, report),
            ReportKind::Balance if report.command_seq == 0 => self.note_wallet(t, report),
            ReportKind::Balance
            | ReportKind::SnapshotBegin
            | ReportKind::SnapshotPosition
            | ReportKind::SnapshotOrder
            | ReportKind::SnapshotEnd => self.on_snapshot(t, report),
            ReportKind::Income => self.on_income(t, report),
            ReportKind::Gap => self.on_gap(t, report),
            ReportKind::AccountHint => {
                self.want_reconcile(t, 0);
                Ok(())
            }
            ReportKind::Leverage => self.on_leverage(t, report),
            ReportKind::PositionMode => self.on_position_mode(t, report),
            ReportKind::Diagnostic => {
                self.note_anomaly(t);
                self.say(t, report.text.as_str());
                Ok(())
            }
            ReportKind::None => Err(Code::InvalidField),
        };
        match result {
            Err(Code::Duplicate | Code::StaleFact) => {
                self.stats.duplicates = self.stats.duplicates.saturating_add(1);
            }
            Err(_) => self.end_in_vain(t, report.command_seq),
            Ok(()) => {}
        }
        result
    }

    /// The order a report is about, if the report can be about it at all.
    pub(crate) fn own_order(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<u16, Code> {
        let Some(index) = self.find_order(report) else {
            self.on_stranger(t, report)?;
            return Err(Code::Unresolved);
        };
        let order = self.orders.at(index);
        t.order = index;
        t.slot = order.slot_id;
        let symbol = report.symbol.is_empty() || report.symbol == order.symbol;
        let side = report.order_side == OrderSide::None || report.order_side == order.order_side;
        let size = !has(report, Has::Qty) || report.qty_e8 == order.qty_e8;
        let tied = matches!(order.role, OrderRole::Entry | OrderRole::Exit);
        let known = order.venue_order_id;
        let number =
            !tied || known == 0 || report.venue_order_id == 0 || report.venue_order_id == known;
        let holder = self.venues.get(venue_key(report.venue_order_id));
        let own = report.venue_order_id == 0 || holder.is_none_or(|holder| holder == index);
        if symbol && side && size && number && own {
            return Ok(index);
        }
        self.note_anomaly(t);
        Err(Code::ForeignOrder)
    }

    /// A report about no order we have: an old one of ours, or somebody else's.
    pub(crate) fn on_stranger(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let ours = self.tag.is_ours(&report.client_order_id);
        if report.command_seq != 0 && !ours && report.client_order_id.is_empty() {
            return Err(Code::StaleFact);
        }
        if !ours {
            self.note_anomaly(t);
            let protected = report.client_order_id.is_empty();
            if protected {
                // Perhaps the child of a conditional order: the snapshot will tell.
                self.want_reconcile(t, 0);
                return Err(Code::Unresolved);
            }
            return Err(Code::ForeignOrder);
        }
        if is_live(report.order_status) && report.kind == ReportKind::OrderState {
            // Given up for gone, and yet it lives.
            self.cancel_orphan(t, report);
            self.note_anomaly(t);
            self.want_reconcile(t, 0);
            return Err(Code::TerminalState);
        }
        let traded = has(report, Has::CumQty) && report.cum_qty_e8 > 0;
        if traded && self.unfilled_ids.contains(hash(&report.client_order_id)) {
            // Given up for gone, and yet it traded: what the venue holds is not what we think.
            self.note_anomaly(t);
            self.want_reconcile(t, 0);
            return Err(Code::TerminalState);
        }
        Err(Code::Duplicate)
    }

    /// The command this report answers is answered.
    pub(crate) fn close_command(&mut self, t: &mut Turn<'_>, index: u16, command_seq: u64) {
        if command_seq == 0 || self.opened.get(command_seq) != Some(index) {
            return;
        }
        self.opened.remove(command_seq);
        self.amend_order(t, index, |order| {
            let open = [
                &mut order.submit_open,
                &mut order.cancel_open,
                &mut order.query_open,
                &mut order.settle_open,
            ];
            for open in open {
                if *open == command_seq {
                    *open = 0;
                }
            }
        });
    }

    /// An answer of no use is still the answer: the question is over and will be asked anew.
    fn end_in_vain(&mut self, t: &mut Turn<'_>, command_seq: u64) {
        let Some(index) = self.opened.get(command_seq) else {
            return;
        };
        let rows = self.orders.at(index).settle_open == command_seq;
        self.close_command(t, index, command_seq);
        let pause = backoff_ns(self.orders.at(index).queries);
        let again = t.now.mono_ns.saturating_add(pause).max(1);
        self.amend_order(t, index, |order| {
            order.deadline_mono_ns = again;
            if rows {
                forget_rows(order);
            }
        });
    }

    fn on_order_state(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let index = self.own_order(t, report)?;
        let question = self.orders.at(index).query_open;
        let asked = report.command_seq != 0 && report.command_seq == question;
        self.close_command(t, index, report.command_seq);
        let less = asked && self.says_less(t, index, report);
        let before = *self.orders.at(index);
        let told = has(report, Has::CumQty);
        if told && (report.cum_qty_e8 < 0) {
            return Err(Code::OutOfRange);
        }
        let full = told && report.cum_qty_e8 >= before.qty_e8;
        let status = match report.order_status {
            OrderStatus::Working if full => OrderStatus::Filled,
            OrderStatus::Requested | OrderStatus::Unknown | OrderStatus::None => before.status,
            named => named,
        };
        if (is_gone(status) && !told) || (told && report.cum_qty_e8 < before.cum_qty_e8) {
            return self.on_less(t, index, status, asked, less);
        }
        let status = match before.status {
            gone if is_gone(gone) => gone,
            // It ends when it is clear whether the fill that is held is one.
            _ if is_gone(status) && report.cum_qty_e8 < before.held_qty_e8 => OrderStatus::Working,
            _ => status,
        };
        self.learn_venue_id(t, index, report.venue_order_id);
        if report.order_status == OrderStatus::Working {
            self.forget_absence(t, index);
        }
        let next = match self.cumulative(index, report, status) {
            Ok(next) => next,
            Err(Code::ImplausibleFill) => return self.hold_fill(t, index, report, status, asked),
            Err(code) => return Err(code),
        };
        if let Some(code) = self.unchanged(t, index, &before, &next, asked) {
            return if code == Code::Ok { Ok(()) } else { Err(code) };
        }
        let booking = self.book(index, next)?;
        self.commit(t, index, &booking)?;
        let newest = report.venue_wall_ms;
        if self.orders.at(index).status != OrderStatus::None {
            self.amend_order(t, index, |order| {
                order.last_venue_ms = order.last_venue_ms.max(newest);
                order.absent_wall_ms = 0;
            });
        }
        Ok(())
    }

    /// Nothing new in the figures: a duplicate, or proof that a refused cancel left it working.
    fn unchanged(
        &mut self,
        t: &mut Turn<'_>,
        index: u16,
        before: &shm_layout::OrderCell,
        next: &Cumulative,
        asked: bool,
    ) -> Option<Code> {
        let same = next.qty_e8 == before.cum_qty_e8
            && next.fee_e8 == before.cum_fee_e8
            && next.status == before.status;
        if !same {
            return None;
        }
        if asked && before.cancel_wanted != 0 && before.cancel_open == 0 {
            self.amend_order(t, index, |order| {
                order.cancel_wanted = 0;
                order.queries = 0;
            });
            let deadline = self.deadline_after(t, index, next.status);
            self.amend_order(t, index, |order| order.deadline_mono_ns = deadline);
            let working = crate::slot::working_order(self.slots.at(before.slot_id)) == index;
            if !working {
                return Some(Code::Ok);
            }
            let moved = self.advance(t, before.slot_id, shm_layout::Fact::CancelRefused);
            return Some(moved.err().unwrap_or(Code::Ok));
        }
        let deadline = self.deadline_after(t, index, next.status);
        if asked && !is_gone(before.status) && before.held_qty_e8 == 0 {
            // Answered at last: the next silence is asked about as soon as the first was.
            self.amend_order(t, index, |order| {
                order.queries = 0;
                order.deadline_mono_ns = deadline;
            });
        }
        Some(Code::Duplicate)
    }

    /// A fill that cannot be true is kept out of the books until its rows prove it.
    fn hold_fill(
        &mut self,
        t: &mut Turn<'_>,
        index: u16,
        report: &Report,
        status: OrderStatus,
        asked: bool,
    ) -> Result<(), Code> {
        let known = self.orders.at(index).held_qty_e8;
        let soon = t
            .now
            .mono_ns
            .saturating_add(backoff_ns(self.orders.at(index).queries));
        self.amend_order(t, index, |order| {
            order.held_qty_e8 = order.held_qty_e8.max(report.cum_qty_e8);
            order.held_status = status;
            order.deadline_mono_ns = soon.max(1);
        });
        if known == 0 {
            self.note_anomaly(t);
            self.note_event(t, self.orders.at(index).slot_id);
        }
        if asked {
            self.send_settle(t, index);
        } else {
            self.send_query(t, index);
        }
        Err(Code::ImplausibleFill)
    }

    fn on_cancel_refused(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        t.fx.outcome.venue_code = report.venue_code;
        self.say(t, report.text.as_str());
        let index = self.own_order(t, report)?;
        let order = *self.orders.at(index);
        self.close_command(t, index, report.command_seq);
        if order.cancel_open != report.command_seq || report.command_seq == 0 {
            return Err(Code::StaleFact);
        }
        // Refused because it is gone, or refused and still working: ask which.
        self.send_query(t, index);
        Ok(())
    }

    /// The command was taken; the facts follow on their own.
    fn on_answer(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let index = self.own_order(t, report)?;
        self.close_command(t, index, report.command_seq);
        let soon = after_ms(t.now.mono_ns, self.config.report_deadline_ms);
        self.amend_order(t, index, |order| order.deadline_mono_ns = soon);
        Ok(())
    }

    /// A command ended without evidence; the kernel asks again, later each time.
    fn on_command_done(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        self.say(t, report.text.as_str());
        if report.command_seq == 0 {
            return Err(Code::InvalidField);
        }
        if report.command_seq == self.desk.income_open {
            return self.income_done(t, report.code == Code::Ok);
        }
        if report.command_seq == self.desk.reconcile_open {
            return self.snapshot_failed(t);
        }
        let Some(index) = self.opened.get(report.command_seq) else {
            self.name_order(t, report);
            return Err(Code::StaleFact);
        };
        (t.order, t.slot) = (index, self.orders.at(index).slot_id);
        self.close_command(t, index, report.command_seq);
        let pause = backoff_ns(self.orders.at(index).queries);
        let again = t.now.mono_ns.saturating_add(pause).max(1);
        self.amend_order(t, index, |order| order.deadline_mono_ns = again);
        Ok(())
    }

    pub(crate) fn note_anomaly(&mut self, t: &mut Turn<'_>) {
        self.stats.anomalies = self.stats.anomalies.saturating_add(1);
        t.fx.touch(CellRef::single(region::KERNEL_STATS));
    }
}
