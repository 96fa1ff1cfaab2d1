//! The invariants: sums and the touched slot after every input, everything on demand.

use shm_layout::{AccountCell, OrderCell, OrderKind, OrderStatus, SlotCell, Stage};

use crate::account::{capital, carry, reweigh};
use crate::amount::gain;
use crate::deadline::slot_timer;
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::{Load, is_gone, is_live, reference, reserve, venue_key};
use crate::room::{Guards, live_role};
use crate::slot::{Weight, is_entry_stage, is_exit_stage};
use crate::{NONE, ORDERS_MAX, SLOTS_MAX};

/// A broken invariant: a bug, after which nothing may be published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What is not so.
    pub rule: &'static str,
    /// Slot or order concerned; `NONE` when it is about the whole.
    pub index: u16,
    /// Journal sequence at which it was seen.
    pub seq: u64,
}

impl core::fmt::Display for Violation {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} (index {}, seq {})", self.rule, self.index, self.seq)
    }
}

impl core::error::Error for Violation {}

fn rule(holds: bool, rule: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(rule) }
}

/// What must hold of one slot by itself.
fn check_slot(slot: &SlotCell) -> Result<(), &'static str> {
    let qty = slot.opened_qty_e8.saturating_sub(slot.closed_qty_e8);
    let held = qty.saturating_add(slot.excess_qty_e8);
    rule(slot.qty_e8 >= 0, "no slot holds less than nothing")?;
    rule(
        slot.qty_e8 == held,
        "size is what was opened less what was closed",
    )?;
    rule(
        slot.qty_e8 != 0 || slot.entry_notional_e8 == 0,
        "what is flat costs nothing",
    )?;
    let brought = slot
        .closed_notional_e8
        .saturating_sub(slot.excess_notional_e8);
    let cost = slot
        .opened_notional_e8
        .saturating_sub(slot.entry_notional_e8);
    let realised = gain(slot.side, brought, cost);
    rule(
        realised == Ok(slot.realised_e8),
        "realised is exits less their entry cost",
    )?;
    let idle = slot.stage == Stage::Idle;
    rule(
        !idle || (slot.qty_e8 == 0 && slot.trade_id.is_empty()),
        "an idle slot is empty",
    )?;
    let flat = matches!(slot.stage, Stage::Closed | Stage::OrderRequested);
    rule(
        !flat || slot.qty_e8 == 0,
        "no position before the entry or after the close",
    )?;
    let open = matches!(
        slot.stage,
        Stage::PositionOpen | Stage::StaleStateReconciling
    );
    rule(!open || slot.qty_e8 > 0, "an open position has a size")?;
    let entering = slot.entry_order != NONE;
    rule(
        entering == is_entry_stage(slot.stage),
        "an entry order belongs to an entry stage",
    )?;
    let exiting = slot.exit_order != NONE;
    rule(
        exiting == is_exit_stage(slot.stage),
        "an exit order belongs to an exit stage",
    )
}

/// Only snapshots look after it: nothing is asked of it, and nothing of it is in doubt.
fn rests_quietly(order: &OrderCell) -> bool {
    let doubtful = order.cancel_wanted != 0 || order.held_qty_e8 != 0;
    order.status == OrderStatus::Working && order.order_kind != OrderKind::Market && !doubtful
}

fn check_account(account: &AccountCell) -> Result<(), &'static str> {
    rule(
        capital(account) == Ok(account.capital_e8),
        "capital is the sum of what was booked",
    )
}

impl Kernel {
    /// After every input: the touched slot and the account, in constant time.
    pub(crate) fn watch(&mut self, t: &Turn<'_>) {
        let slot = match t.slot {
            NONE => Ok(()),
            at => check_slot(self.slots.at(at)),
        };
        let room = rule(!t.fx.overflowed, "effects have room for all of an input");
        let found = slot.err().map(|rule| (rule, t.slot)).or_else(|| {
            check_account(&self.account)
                .and(room)
                .err()
                .map(|rule| (rule, NONE))
        });
        if let (None, Some((rule, index))) = (self.violation, found) {
            self.violation = Some(Violation {
                rule,
                index,
                seq: t.seq,
            });
        }
    }

    /// Every invariant over everything.
    pub fn check(&self) -> Result<(), Violation> {
        let seq = self.stats.inputs;
        let violation = |rule, index| Violation { rule, index, seq };
        if let Some(violation) = self.violation {
            return Err(violation);
        }
        check_account(&self.account).map_err(|rule| violation(rule, NONE))?;
        for (at, slot) in self.slots.iter() {
            check_slot(slot).map_err(|rule| violation(rule, at))?;
            self.check_references(at, slot)
                .map_err(|rule| violation(rule, at))?;
        }
        for (index, order) in self.orders.iter() {
            self.check_order(index, order)
                .map_err(|rule| violation(rule, index))?;
        }
        let known = rule(
            self.barred == self.bars_entries(),
            "entries are barred when risk is forbidden",
        );
        known.map_err(|rule| violation(rule, NONE))?;
        self.check_sums().map_err(|rule| violation(rule, NONE))?;
        self.check_spares().map_err(|rule| violation(rule, NONE))
    }

    fn check_references(&self, at: u16, slot: &SlotCell) -> Result<(), &'static str> {
        rule(slot.slot_id == at, "a slot knows its number")?;
        let free = slot.stage == Stage::Idle;
        rule(
            self.free_slots.is_free(at) == free,
            "the free list holds the idle slots",
        )?;
        for index in self.orders_of(at) {
            let order = self.orders.at(index);
            let live = index == NONE || (order.slot_id == at && is_live(order.status));
            rule(live, "a slot refers to its own live orders")?;
        }
        if free {
            return Ok(());
        }
        let left = self.desk.flatten_due_mono_ns != 0 && self.desk.flatten_cursor <= u32::from(at);
        rule(
            left || !self.awaits_exit(slot) || self.timers.get(slot_timer(at)) != 0,
            "what a slot has to do has a time",
        )?;
        let trade = self.trades.get(hash(&slot.trade_id));
        rule(trade == Some(at), "a trade is found by its id")?;
        let place = self.instrument_of(at);
        rule(
            self.instruments.at(place).symbol == slot.symbol,
            "a slot knows its symbol",
        )?;
        rule(
            self.holders_of(place).contains(&at),
            "a symbol knows its slots",
        )
    }

    fn check_order(&self, index: u16, order: &OrderCell) -> Result<(), &'static str> {
        let free = order.status == OrderStatus::None;
        rule(order.order_index == index, "an order knows its number")?;
        rule(
            self.free_orders.is_free(index) == free,
            "the free list holds the free orders",
        )?;
        if free {
            return Ok(());
        }
        let slot = self.slots.at(order.slot_id);
        rule(
            slot.generation == order.generation,
            "an order belongs to its slot's trade",
        )?;
        rule(slot.stage != Stage::Idle, "no order without a trade")?;
        let client = self.clients.get(hash(&order.client_order_id));
        rule(client == Some(index), "an order is found by its client id")?;
        let venue = self.venues.get(venue_key(order.venue_order_id));
        rule(
            order.venue_order_id == 0 || venue == Some(index),
            "an order is found by its number",
        )?;
        let current = reference(slot, order.role) == index;
        rule(
            current == is_live(order.status),
            "a live order is its slot's, a gone one is not",
        )?;
        let settles = !is_gone(order.status) || order.cum_qty_e8 > 0;
        rule(settles, "what is gone and never traded is forgotten")?;
        rule(
            order.reserved_notional_e8 == reserve(order),
            "an entry reserves what is not filled",
        )?;
        let opened = [
            order.submit_open,
            order.cancel_open,
            order.query_open,
            order.settle_open,
        ];
        let listed = opened
            .iter()
            .all(|open| *open == 0 || self.opened.get(*open) == Some(index));
        rule(listed, "an open command is found by its number")?;
        let watched = self.timers.get(index) != 0;
        rule(
            watched || rests_quietly(order),
            "an order that is not resting has a deadline",
        )?;
        let left = self.desk.flatten_due_mono_ns != 0
            && self.desk.flatten_cursor <= u32::from(order.slot_id);
        rule(
            watched || left || !self.is_unwanted(index),
            "what nobody wants is being cancelled",
        )
    }

    fn check_sums(&self) -> Result<(), &'static str> {
        let mut sums = AccountCell::ZERO;
        let mut unsettled = [0_u16; 256];
        let mut guards = Guards::default();
        for (_, slot) in self.slots.iter() {
            reweigh(&mut sums, &Weight::of(&SlotCell::ZERO), &Weight::of(slot));
        }
        for (_, order) in self.orders.iter() {
            guards.add(live_role(order));
            let leverage = i64::from(self.slots.at(order.slot_id).leverage.max(1));
            carry(
                &mut sums,
                &Load::of(&OrderCell::ZERO),
                &Load::of(order),
                leverage,
            );
            let count = unsettled.get_mut(usize::from(order.slot_id));
            if let Some(count) = count.filter(|_| is_gone(order.status)) {
                *count = count.saturating_add(1);
            }
        }
        let account = &self.account;
        rule(guards == self.guards, "live protection is counted")?;
        rule(
            sums.open_notional_e8 == account.open_notional_e8,
            "open notional is the sum",
        )?;
        rule(
            sums.reserved_notional_e8 == account.reserved_notional_e8,
            "reserved is the sum",
        )?;
        rule(
            sums.unrealised_e8 == account.unrealised_e8,
            "unrealised is the sum",
        )?;
        rule(sums.margin_e8 == account.margin_e8, "margin is the sum")?;
        rule(
            sums.unresolved_orders == account.unresolved_orders,
            "unresolved orders are counted",
        )?;
        rule(
            sums.unsettled_orders == account.unsettled_orders,
            "unsettled orders are counted",
        )?;
        rule(
            sums.open_slots == account.open_slots,
            "open slots are counted",
        )?;
        rule(
            sums.unmarked_slots == account.unmarked_slots,
            "unmarked slots are counted",
        )?;
        let right = self
            .slots
            .iter()
            .zip(unsettled)
            .all(|((_, slot), n)| slot.unsettled == n);
        rule(right, "a slot counts its unsettled orders")
    }

    fn check_spares(&self) -> Result<(), &'static str> {
        let slot = *self.slots.spare() == SlotCell::ZERO;
        let order = *self.orders.spare() == OrderCell::ZERO;
        let symbol = *self.instruments.spare() == shm_layout::InstrumentCell::ZERO;
        rule(
            slot && order && symbol,
            "no reference out of range was ever written through",
        )
    }
}

const _: () = assert!(SLOTS_MAX == 256 && ORDERS_MAX > SLOTS_MAX);
