//! Deadlines: what the kernel does on its own when time has passed, one thing per input.

use shm_layout::{Code, Fact, OrderRole, OrderStatus, Stage};

use crate::NONE;
use crate::deadline::Due;
use crate::exits::whole_lots;
use crate::kernel::{Kernel, Turn};
use crate::order::{Plan, after_ms, backoff_ns, is_gone, is_live};
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
        let tried = order.queries >= SETTLE_TRIES_MAX;
        if tried && order.held_qty_e8 != 0 {
            return self.give_up_held(t, index);
        }
        if tried && is_gone(order.status) {
            return self.settle_unproven(t, index);
        }
        let stray = is_live(order.status) && order.cancel_wanted == 0 && self.is_unwanted(index);
        if stray && self.can_move(order.slot_id, Fact::Cancel).is_ok() {
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

    /// The slot needs something: one thing at a time, most important first.
    fn slot_due(&mut self, t: &mut Turn<'_>, at: u16) -> Result<(), Code> {
        t.slot = at;
        self.amend_slot(t, at, |slot| slot.agenda_mono_ns = 0);
        if self.is_settled(at) {
            return self.advance(t, at, Fact::Settled).map(|_| ());
        }
        if let Some(role) = self.passed(t, at) {
            match self.decide_passed(t, at, role) {
                Fact::None => {}
                fact => return self.move_on(t, at, fact),
            }
        }
        let slot = *self.slots.at(at);
        if self.awaits_exit(&slot) && slot.hold_mono_ns <= t.now.mono_ns {
            let rules = self.instruments.at(self.instrument_of(at));
            let lots = whole_lots(slot.qty_e8, rules);
            if lots == 0 {
                // What is left is no lot any more: it is named, and cannot be closed.
                self.amend_slot(t, at, |slot| slot.exit_wanted = 0);
                self.note_dust(t, at);
                return Err(Code::Dust);
            }
            let plan = Plan::market(OrderRole::Exit, lots, slot.leg_index);
            let sent = self.send_exit(t, at, plan);
            if sent.is_err() {
                let again = after_ms(t.now.mono_ns, AGAIN_MS);
                self.amend_slot(t, at, |slot| slot.hold_mono_ns = again);
            }
            return sent;
        }
        self.protect(t, at)
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
        let protection = self.protection_due(t, at);
        let next = if self.is_settled(at) || self.passed(t, at).is_some() {
            now
        } else if self.awaits_exit(slot) {
            let exit = slot.hold_mono_ns.max(now);
            if protection == 0 {
                exit
            } else {
                exit.min(protection)
            }
        } else {
            protection
        };
        let wanted = if self.wants_exit(slot) {
            slot.exit_wanted
        } else {
            0
        };
        let bare = u8::from(self.is_unprotected(slot));
        if (next, wanted, bare) != (slot.agenda_mono_ns, slot.exit_wanted, slot.unprotected) {
            self.amend_slot(t, at, |slot| {
                slot.agenda_mono_ns = next;
                slot.exit_wanted = wanted;
                slot.unprotected = bare;
            });
        }
    }
}
