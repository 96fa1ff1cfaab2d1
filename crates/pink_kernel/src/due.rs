//! Deadlines: what the kernel does on its own when time has passed, one thing per input.

use shm_layout::{Code, Fact, OrderRole, OrderStatus, Stage};

use crate::NONE;
use crate::deadline::Due;
use crate::kernel::{Kernel, Turn};
use crate::order::{Plan, after_ms, backoff_ns, is_gone};
use crate::protection::Step;
use crate::settle::SETTLE_TRIES_MAX;

/// Pause before what a slot needs and could not have is tried again.
const AGAIN_MS: u32 = 1_000;

impl Kernel {
    pub(crate) fn on_deadline(&mut self, t: &mut Turn<'_>) -> Result<(), Code> {
        match self.timers.due(t.now.mono_ns) {
            None => Err(Code::Duplicate),
            Some(Due::Order(index)) => self.order_due(t, index),
            Some(Due::Slot(at)) => self.slot_due(t, at),
            Some(Due::Reconcile) => {
                self.send_reconcile(t);
                Ok(())
            }
            Some(Due::Sweep) => self.sweep(t),
            Some(Due::Withdraw) => self.withdraw_next(t),
        }
    }

    /// An order kept us waiting: cancel it if nobody wants it, ask about it, or for its rows once
    /// it is gone.
    fn order_due(&mut self, t: &mut Turn<'_>, index: u16) -> Result<(), Code> {
        let order = *self.orders.at(index);
        t.order = index;
        t.slot = order.slot_id;
        let waiting = t
            .now
            .mono_ns
            .saturating_add(backoff_ns(order.queries))
            .max(1);
        self.amend_order(t, index, |order| order.deadline_mono_ns = waiting);
        if order.status == OrderStatus::None {
            self.amend_order(t, index, |order| order.deadline_mono_ns = 0);
            return Ok(());
        }
        if is_gone(order.status) && order.held_qty_e8 == 0 && order.queries >= SETTLE_TRIES_MAX {
            return self.settle_unproven(t, index);
        }
        let wanted = order.cancel_wanted != 0 || !self.is_unwanted(index);
        if !wanted && self.can_move(order.slot_id, Fact::Cancel).is_ok() {
            return self.move_on(t, order.slot_id, Fact::Cancel);
        }
        // Questions take turns: rows that do not add up may mean that the order's figures are old.
        let rows = order.queries.is_multiple_of(2);
        let gone = is_gone(order.status) && (rows || order.query_open != 0);
        if gone || (order.held_qty_e8 > 0 && rows) {
            self.send_settle(t, index);
        } else {
            self.send_query(t, index);
        }
        Ok(())
    }

    /// The slot needs something; what cannot be done now is tried again after a pause.
    fn slot_due(&mut self, t: &mut Turn<'_>, at: u16) -> Result<(), Code> {
        t.slot = at;
        self.amend_slot(t, at, |slot| slot.agenda_mono_ns = 0);
        let result = self.serve_slot(t, at);
        if result.is_err() {
            let again = after_ms(t.now.mono_ns, AGAIN_MS);
            self.amend_slot(t, at, |slot| slot.hold_mono_ns = again);
        }
        result
    }

    /// One thing at a time, most important first.
    fn serve_slot(&mut self, t: &mut Turn<'_>, at: u16) -> Result<(), Code> {
        let slot = *self.slots.at(at);
        if self.is_settled(at) {
            return self.advance(t, at, Fact::Settled).map(|_| ());
        }
        let open = matches!(
            slot.stage,
            Stage::PositionOpen | Stage::StaleStateReconciling
        );
        if open && slot.exit_wanted != 0 && slot.qty_e8 > 0 {
            let plan = Plan::market(OrderRole::Exit, slot.qty_e8, slot.leg_index);
            return self.send_exit(t, at, plan);
        }
        self.protect(t, at).map(|_| ())
    }

    /// Flat, and every order of the trade has its settled figures.
    fn is_settled(&self, at: u16) -> bool {
        let slot = self.slots.at(at);
        slot.stage == Stage::Closed && slot.unsettled == 0 && self.orders_of(at) == [NONE; 4]
    }

    /// When the slot has to be looked after next, judged after every input that touched it.
    pub(crate) fn plan_agenda(&mut self, t: &mut Turn<'_>, at: u16) {
        if at == NONE {
            return;
        }
        let slot = self.slots.at(at);
        let now = t.now.mono_ns.max(1);
        let held = slot.hold_mono_ns.max(now);
        let step =
            [OrderRole::StopLoss, OrderRole::TakeProfit].map(|role| self.protection_step(at, role));
        let next = match slot.stage {
            Stage::Idle => 0,
            _ if self.is_settled(at) => now,
            Stage::PositionOpen | Stage::StaleStateReconciling if slot.exit_wanted != 0 => held,
            _ if step.iter().any(|step| matches!(step, Step::Cancel(_))) => now,
            _ if step.iter().any(|step| matches!(step, Step::Submit(..))) => held,
            _ => 0,
        };
        if next != slot.agenda_mono_ns {
            self.amend_slot(t, at, |slot| slot.agenda_mono_ns = next);
        }
    }
}
