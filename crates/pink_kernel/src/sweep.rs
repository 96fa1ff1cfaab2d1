//! After a whole snapshot: each slot, order and symbol is compared with it, one per input.

use shm_layout::{Code, Fact, OrderStatus, Provenance, SlotCell, Stage};

use crate::account::{Posting, post};
use crate::amount::{add, sub};
use crate::cells::{CellRef, region};
use crate::deadline::SWEEP_TIMER;
use crate::kernel::{Kernel, Turn};
use crate::order::is_live;
use crate::slot::{is_entry_stage, working_order};
use crate::sums::{self, Outside};
use crate::{INSTRUMENTS_MAX, NONE, ORDERS_MAX, SLOTS_MAX};

/// What the cursor of the sweep runs over.
const ORDERS_FROM: u32 = 256;
const SYMBOLS_FROM: u32 = 1280;
const SWEEP_END: u32 = 1792;
pub(crate) const NS_PER_MS: i64 = 1_000_000;

const _: () = assert!(SLOTS_MAX == 256 && ORDERS_MAX == 1024 && INSTRUMENTS_MAX == 256);

impl Kernel {
    /// Goes on until something had to be done, or the end.
    pub(crate) fn sweep(&mut self, t: &mut Turn<'_>) -> Result<(), Code> {
        t.fx.touch(CellRef::single(region::DESK));
        while self.desk.sweep_cursor < SWEEP_END {
            let at = self.desk.sweep_cursor;
            self.desk.sweep_cursor = at.saturating_add(1);
            if let Some(result) = self.compare(t, at) {
                self.plan_sweep(true);
                return result;
            }
        }
        self.desk.sweep_asked_seq = 0;
        self.plan_sweep(false);
        Ok(())
    }

    /// Due before anything else: the next RECONCILE writes over what is being compared.
    pub(crate) fn plan_sweep(&mut self, pending: bool) {
        let at_mono_ns = u64::from(pending);
        self.desk.sweep_due_mono_ns = at_mono_ns;
        self.timers.set(SWEEP_TIMER, at_mono_ns);
    }

    fn compare(&mut self, t: &mut Turn<'_>, at: u32) -> Option<Result<(), Code>> {
        let number = |from: u32| u16::try_from(at.saturating_sub(from)).unwrap_or(NONE);
        if at < ORDERS_FROM {
            self.compare_slot(t, number(0))
        } else if at < SYMBOLS_FROM {
            self.compare_order(t, number(ORDERS_FROM))
        } else {
            let pair = number(SYMBOLS_FROM);
            self.compare_found(t, pair / 2, usize::from(pair % 2))
        }
    }

    /// Whether the snapshot may conclude anything about a symbol and the orders of a slot.
    fn may_conclude(&self, slot: u16) -> bool {
        let asked = self.desk.sweep_asked_seq;
        let place = self.instrument_of(slot);
        let quiet = self.instruments.at(place).last_event_seq <= asked;
        quiet
            && self
                .orders_of(slot)
                .iter()
                .filter(|at| **at != NONE)
                .all(|at| {
                    let order = self.orders.at(*at);
                    let open = [order.submit_open, order.cancel_open, order.query_open];
                    open == [0; 3] && order.held_qty_e8 == 0
                })
    }

    fn compare_slot(&mut self, t: &mut Turn<'_>, at: u16) -> Option<Result<(), Code>> {
        let slot = *self.slots.at(at);
        if slot.stage == Stage::Idle {
            return None;
        }
        if !self.may_conclude(at) {
            return self.contradict(t, at);
        }
        if slot.stage == Stage::Closed {
            return self.compare_closed(t, at);
        }
        let seen = self.seen_of(&slot);
        let differs = seen != slot.qty_e8;
        let clean = slot.discrepancy_qty_e8 == 0;
        let working = working_order(&slot);
        if !differs {
            if clean && slot.stage != Stage::StaleStateReconciling {
                return None;
            }
            t.slot = at;
            self.forget_difference(t, at);
            let stale = slot.stage == Stage::StaleStateReconciling;
            return Some(if stale {
                self.move_on(t, at, Fact::AgreesHeld)
            } else {
                Ok(())
            });
        }
        t.slot = at;
        let difference = seen.saturating_sub(slot.qty_e8);
        let lasting = self.is_lasting(&slot, difference, self.config.flat_confirm_ms);
        self.note_difference(t, at, difference);
        self.want_reconcile(t, self.config.flat_confirm_ms);
        let unlisted = self.ask_unlisted(t, at);
        // Orders whose rows are still awaited may have traded more than was told.
        let unsure = unlisted || (lasting && slot.unsettled > 0);
        if unsure && (lasting || working != NONE) {
            return Some(Ok(()));
        }
        if working != NONE {
            return Some(self.compare_working(t, at, working, seen, lasting));
        }
        if !lasting {
            return Some(self.move_on(t, at, Fact::Disagrees));
        }
        Some(self.conclude_difference(t, at, seen))
    }

    /// A list that may conclude nothing still ends a difference that it does not show.
    fn contradict(&mut self, t: &mut Turn<'_>, at: u16) -> Option<Result<(), Code>> {
        let slot = *self.slots.at(at);
        let difference = self.seen_of(&slot).saturating_sub(slot.qty_e8);
        if slot.discrepancy_qty_e8 == 0 || slot.discrepancy_qty_e8 == difference {
            return None;
        }
        t.slot = at;
        self.forget_difference(t, at);
        self.want_reconcile(t, self.config.flat_confirm_ms);
        Some(Ok(()))
    }

    /// Asks about live orders that the snapshot did not list: they may be what happened.
    fn ask_unlisted(&mut self, t: &mut Turn<'_>, at: u16) -> bool {
        let asked = self.desk.sweep_asked_seq;
        let mut any = false;
        for index in self.orders_of(at) {
            if index != NONE && self.orders.at(index).snap_seq != asked {
                t.order = index;
                self.send_query(t, index);
                any = true;
            }
        }
        any
    }

    /// What the snapshot holds of a slot's position.
    pub(crate) fn seen_of(&self, slot: &SlotCell) -> i64 {
        if slot.snap_seq == self.desk.sweep_asked_seq {
            slot.snap_qty_e8
        } else {
            0
        }
    }

    pub(crate) fn note_difference(&mut self, t: &mut Turn<'_>, at: u16, difference: i64) {
        if self.slots.at(at).discrepancy_qty_e8 == difference {
            return;
        }
        let (asked, wall) = (self.desk.sweep_asked_seq, self.desk.sweep_wall_ns);
        self.amend_slot(t, at, |slot| {
            slot.discrepancy_qty_e8 = difference;
            slot.absent_seq = asked;
            slot.absent_since_wall_ns = wall;
        });
    }

    /// The same difference in two whole snapshots far enough apart.
    pub(crate) fn is_lasting(&self, slot: &SlotCell, difference: i64, apart_ms: u32) -> bool {
        let apart = i64::from(apart_ms).saturating_mul(NS_PER_MS);
        let since = self
            .desk
            .sweep_wall_ns
            .saturating_sub(slot.absent_since_wall_ns);
        slot.discrepancy_qty_e8 == difference && since >= apart
    }

    /// An order is at work: its own facts come first. Only a position that stays away ends it.
    fn compare_working(
        &mut self,
        t: &mut Turn<'_>,
        at: u16,
        working: u16,
        seen: i64,
        lasting: bool,
    ) -> Result<(), Code> {
        if seen == 0 && lasting {
            let entering = is_entry_stage(self.slots.at(at).stage);
            self.can_move(at, Fact::ClosedOutside)?;
            self.book_outside(t, at, 0)?;
            self.forget_difference(t, at);
            if entering {
                self.amend_slot(t, at, |slot| slot.exit_wanted = 1);
            }
            return self.move_on(t, at, Fact::ClosedOutside);
        }
        t.order = working;
        self.send_query(t, working);
        Ok(())
    }

    /// The venue holds something else than the slot, and every order has been asked.
    pub(crate) fn conclude_difference(
        &mut self,
        t: &mut Turn<'_>,
        at: u16,
        seen: i64,
    ) -> Result<(), Code> {
        let stage = self.slots.at(at).stage;
        if !matches!(stage, Stage::StaleStateReconciling | Stage::Closed) {
            return self.move_on(t, at, Fact::Disagrees);
        }
        let fact = if seen == 0 {
            Fact::AgreesFlat
        } else {
            Fact::AgreesHeld
        };
        self.can_move(at, fact)?;
        self.book_outside(t, at, seen)?;
        self.forget_difference(t, at);
        self.note_event(t, at);
        self.note_anomaly(t);
        self.move_on(t, at, fact)
    }

    pub(crate) fn move_on(&mut self, t: &mut Turn<'_>, at: u16, fact: Fact) -> Result<(), Code> {
        self.advance(t, at, fact).map(|_| ())
    }

    pub(crate) fn forget_difference(&mut self, t: &mut Turn<'_>, at: u16) {
        self.amend_slot(t, at, |slot| {
            slot.discrepancy_qty_e8 = 0;
            slot.absent_seq = 0;
            slot.absent_since_wall_ns = 0;
        });
    }

    /// Books what happened without an order of ours, at the mark: an estimate, and marked as one.
    fn book_outside(&mut self, t: &mut Turn<'_>, at: u16, seen: i64) -> Result<(), Code> {
        let slot = *self.slots.at(at);
        let change = sub(seen, slot.qty_e8)?;
        let Outside {
            price,
            opened,
            closed,
            cost,
            realised,
        } = sums::outside(&slot, change, self.config.fill_band_e8)?;
        let posting = Posting {
            realised_e8: realised,
            ..Posting::default()
        };
        let next = post(&self.account, &posting)?;
        self.adopt_account(t, &next);
        self.amend_slot(t, at, |slot| {
            let plus = |total: &mut i64, part: i64| *total = total.saturating_add(part);
            plus(&mut slot.opened_qty_e8, change.max(0));
            plus(&mut slot.opened_notional_e8, opened);
            plus(&mut slot.closed_qty_e8, change.min(0).saturating_neg());
            plus(&mut slot.closed_notional_e8, closed);
            plus(&mut slot.entry_notional_e8, cost);
            plus(&mut slot.realised_e8, realised);
            slot.qty_e8 = seen;
        });
        self.account.last_fill_seq = t.seq;
        self.desk.outside_seq = t.seq;
        self.note_dust(t, at);
        let outcome = &mut t.fx.outcome;
        outcome.fill_qty_e8 = change.saturating_abs();
        outcome.fill_price_e12 = price;
        outcome.fill_notional_e8 = add(opened, closed)?;
        outcome.fill_realised_e8 = realised;
        outcome.fill_provenance = Provenance::Estimate;
        Ok(())
    }

    /// An order that should be open and was not listed is asked about by name.
    fn compare_order(&mut self, t: &mut Turn<'_>, index: u16) -> Option<Result<(), Code>> {
        let order = self.orders.at(index);
        let asked = self.desk.sweep_asked_seq;
        if !is_live(order.status) || order.snap_seq == asked || order.query_open != 0 {
            return None;
        }
        let quiet = order.submit_open == 0 && order.cancel_open == 0;
        if !quiet || order.status == OrderStatus::Requested || order.submit_seq / 8 >= asked {
            return None;
        }
        t.order = index;
        t.slot = order.slot_id;
        self.send_query(t, index);
        Some(Ok(()))
    }

    /// Everything the slot's orders could still tell.
    pub(crate) fn ask_venue(&mut self, t: &mut Turn<'_>, at: u16) {
        for index in self.orders_of(at) {
            if index != NONE {
                self.send_query(t, index);
            }
        }
        self.want_reconcile(t, self.config.flat_confirm_ms);
    }
}
