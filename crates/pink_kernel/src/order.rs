//! Orders: made from a plan, found again by any of their ids, changed in one place only, so that
//! every sum and index that depends on them stays right.

use shm_layout::{OrderCell, OrderKind, OrderRole, OrderStatus, Report, SlotCell, TimeInForce};

use crate::NONE;
use crate::account::carry;
use crate::amount::{closing, notional_e8, opening, share_e8};
use crate::cells::{CellRef, region};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::room::live_role;

pub(crate) const NS_PER_MS: u64 = 1_000_000;
/// Pause before the n-th question about an order: doubling from the first to the last.
const BACKOFF_FIRST_MS: u64 = 250;
pub(crate) const BACKOFF_MAX_MS: u64 = 30_000;

/// What an order shall be.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) role: OrderRole,
    pub(crate) kind: OrderKind,
    pub(crate) tif: TimeInForce,
    pub(crate) qty_e8: i64,
    pub(crate) price_e12: i64,
    pub(crate) trigger_e12: i64,
    pub(crate) leg: u8,
}

impl Plan {
    pub(crate) fn market(role: OrderRole, qty_e8: i64, leg: u8) -> Self {
        let (kind, tif) = (OrderKind::Market, TimeInForce::None);
        Self {
            role,
            kind,
            tif,
            qty_e8,
            price_e12: 0,
            trigger_e12: 0,
            leg,
        }
    }
}

/// An order cell that holds no order.
pub(crate) fn blank(index: u16) -> OrderCell {
    OrderCell {
        order_index: index,
        slot_id: NONE,
        ..OrderCell::ZERO
    }
}

/// The venue has said that nothing more will come of it.
pub(crate) fn is_gone(status: OrderStatus) -> bool {
    use OrderStatus::{Cancelled, Expired, Filled, NotSent, Rejected};
    matches!(status, Filled | Cancelled | Rejected | Expired | NotSent)
}

/// It may still trade, as far as we know.
pub(crate) fn is_live(status: OrderStatus) -> bool {
    use OrderStatus::{Requested, Unknown, Working};
    matches!(status, Requested | Working | Unknown)
}

/// Nothing or nothing certain is known about it: the wallet is not judged meanwhile.
pub(crate) fn is_unresolved(order: &OrderCell) -> bool {
    matches!(order.status, OrderStatus::Requested | OrderStatus::Unknown)
        || order.cancel_wanted != 0
        || order.held_qty_e8 != 0
}

pub(crate) fn is_unsettled(order: &OrderCell) -> bool {
    is_gone(order.status) && order.cum_qty_e8 > 0
}

/// Pause before the next question after so many.
pub(crate) fn backoff_ns(asked: u32) -> u64 {
    let doubled = BACKOFF_FIRST_MS
        .checked_shl(asked.min(16))
        .unwrap_or(BACKOFF_MAX_MS);
    doubled.min(BACKOFF_MAX_MS).saturating_mul(NS_PER_MS)
}

pub(crate) fn after_ms(now_mono_ns: u64, pause_ms: u32) -> u64 {
    now_mono_ns
        .saturating_add(u64::from(pause_ms).saturating_mul(NS_PER_MS))
        .max(1)
}

impl Kernel {
    /// Makes the order and its SUBMIT. The caller has asked `can_submit`.
    pub(crate) fn submit(&mut self, t: &mut Turn<'_>, at: u16, plan: Plan) -> u16 {
        let Some(index) = self.free_orders.lowest() else {
            return NONE;
        };
        self.free_orders.take(index);
        let nth = self.slots.at(at).submits.saturating_add(1);
        let attempt = u8::try_from(nth.min(255)).unwrap_or(u8::MAX);
        self.amend_slot(t, at, |slot| {
            slot.submits = nth;
            slot.attempt = attempt;
            refer(slot, plan.role, index);
        });
        let slot = *self.slots.at(at);
        // Where it is not known whether the venue nets, nothing that closes may open.
        let nets = self.account.position_mode != shm_layout::PositionMode::Hedge;
        let adds_risk = plan.role == OrderRole::Entry;
        let order = OrderCell {
            slot_id: at,
            generation: slot.generation,
            role: plan.role,
            status: OrderStatus::Requested,
            order_side: if adds_risk {
                opening(slot.side)
            } else {
                closing(slot.side)
            },
            position_side: slot.side,
            order_kind: plan.kind,
            tif: plan.tif,
            reduce_only: u8::from(!adds_risk && nets),
            leg: plan.leg,
            attempt,
            client_order_id: self.tag.id(at, slot.generation, plan.role, plan.leg, nth),
            symbol: slot.symbol,
            qty_e8: plan.qty_e8,
            price_e12: plan.price_e12,
            trigger_e12: plan.trigger_e12,
            created_wall_ns: t.now.wall_ns,
            created_mono_ns: t.now.mono_ns,
            submitted_wall_ms: t.now.wall_ns / 1_000_000,
            mark_e12: slot.mark_e12,
            ..blank(index)
        };
        self.clients.set(hash(&order.client_order_id), index);
        self.place_order(t, index, &order);
        let command = self.submit_command(self.orders.at(index));
        let command_seq = self.send(t, command);
        let deadline = after_ms(t.now.mono_ns, self.config.report_deadline_ms);
        self.amend_order(t, index, |order| {
            order.submit_seq = command_seq;
            order.submit_open = command_seq;
            order.deadline_mono_ns = deadline;
        });
        self.opened.set(command_seq, index);
        self.note_event(t, at);
        t.order = index;
        index
    }

    fn place_order(&mut self, t: &mut Turn<'_>, index: u16, order: &OrderCell) {
        self.amend_order(t, index, |cell| {
            *cell = *order;
            cell.reserved_notional_e8 = reserve(cell);
        });
    }

    /// The order a report is about: by our id, by the venue's, by the command it answers.
    pub(crate) fn find_order(&self, report: &Report) -> Option<u16> {
        if !report.client_order_id.is_empty() {
            let found = self.clients.get(hash(&report.client_order_id));
            if let Some(at) = found {
                let same = self.orders.at(at).client_order_id == report.client_order_id;
                return same.then_some(at);
            }
            if self.tag.is_ours(&report.client_order_id) {
                return None;
            }
        }
        if report.venue_order_id != 0 {
            let found = self.venues.get(venue_key(report.venue_order_id));
            if let Some(at) = found {
                return Some(at);
            }
        }
        (report.command_seq != 0)
            .then(|| self.opened.get(report.command_seq))
            .flatten()
    }

    /// What is refused unread still tells how the order stands that it names.
    pub(crate) fn name_order(&self, t: &mut Turn<'_>, report: &Report) {
        if let Some(index) = self.find_order(report) {
            (t.order, t.slot) = (index, self.orders.at(index).slot_id);
        }
    }

    /// Remembers the venue's number of an order.
    pub(crate) fn learn_venue_id(&mut self, t: &mut Turn<'_>, index: u16, venue_order_id: i64) {
        let known = self.orders.at(index).venue_order_id;
        let taken = self.venues.get(venue_key(venue_order_id)).is_some();
        if venue_order_id == 0 || known == venue_order_id || taken {
            return;
        }
        if known != 0 {
            self.venues.remove(venue_key(known));
        }
        self.venues.set(venue_key(venue_order_id), index);
        self.amend_order(t, index, |order| order.venue_order_id = venue_order_id);
        let place = self.instrument_of(self.orders.at(index).slot_id);
        let nobodys = self.instruments.at(place).foreign_order_seq;
        if nobodys != 0 && nobodys >= self.account.last_snapshot_seq {
            // A row that was nobody's may have been this order: only the next snapshot can tell.
            self.want_reconcile(t, 0);
        }
    }

    /// The one place where an order changes.
    pub(crate) fn amend_order(
        &mut self,
        t: &mut Turn<'_>,
        index: u16,
        change: impl FnOnce(&mut OrderCell),
    ) {
        let order = self.orders.at_mut(index);
        let (before, role) = (Load::of(order), live_role(order));
        let deadline = order.deadline_mono_ns;
        if order.seq < self.desk.boot_seq {
            // Planned in a clock that is gone: due since the machine came back.
            order.deadline_mono_ns = deadline.min(self.desk.boot_mono_ns);
        }
        change(order);
        order.seq = t.seq;
        let (after, role_after) = (Load::of(order), live_role(order));
        let (slot, next) = (order.slot_id, order.deadline_mono_ns);
        if role != role_after {
            self.guards.remove(role);
            self.guards.add(role_after);
        }
        if next != deadline {
            self.timers.set(index, next);
        }
        if before != after {
            let leverage = i64::from(self.slots.at(slot).leverage.max(1));
            carry(&mut self.account, &before, &after, leverage);
            t.fx.touch(CellRef::single(region::ACCOUNT));
        }
        t.fx.touch(CellRef::order(index));
    }

    /// Forgets an order that is gone and has nothing to settle.
    pub(crate) fn free_order(&mut self, t: &mut Turn<'_>, index: u16) {
        self.tell_order(t, index);
        let order = *self.orders.at(index);
        let id = hash(&order.client_order_id);
        self.clients.remove(id);
        if order.cum_qty_e8 == 0 {
            let index = self.unfilled_ids.push(self.desk.unfilled, id);
            self.desk.unfilled = self.desk.unfilled.saturating_add(1);
            t.fx.touch(CellRef {
                region: region::UNFILLED_IDS,
                index,
            });
            t.fx.touch(CellRef::single(region::DESK));
        }
        if order.venue_order_id != 0 {
            self.venues.remove(venue_key(order.venue_order_id));
        }
        for open in [
            order.submit_open,
            order.cancel_open,
            order.query_open,
            order.settle_open,
        ] {
            if open != 0 {
                self.opened.remove(open);
            }
        }
        self.amend_slot(t, order.slot_id, |slot| unrefer(slot, index));
        self.amend_order(t, index, |cell| *cell = blank(index));
        *self.orders.at_mut(index) = blank(index);
        self.free_orders.release(index);
    }
}

/// What an order adds to the running sums of the account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    pub(crate) unresolved: bool,
    pub(crate) unsettled: bool,
    pub(crate) reserved_e8: i64,
}

impl Load {
    pub(crate) fn of(order: &OrderCell) -> Self {
        Self {
            unresolved: is_unresolved(order),
            unsettled: is_unsettled(order),
            reserved_e8: order.reserved_notional_e8,
        }
    }
}

/// What is not filled yet of an entry, at its price or at the mark when it was commanded.
pub(crate) fn reserve(order: &OrderCell) -> i64 {
    if order.role != OrderRole::Entry || !is_live(order.status) {
        return 0;
    }
    let price = if order.price_e12 > 0 {
        order.price_e12
    } else {
        order.mark_e12
    };
    let rest = order.qty_e8.saturating_sub(order.cum_qty_e8).max(0);
    notional_e8(rest, price).unwrap_or(i64::MAX / 1024)
}

/// The price an order names; of a trailing one it is a distance and no price.
pub(crate) fn level_e12(order: &OrderCell) -> i64 {
    match order.order_kind {
        OrderKind::TrailingStopMarket => 0,
        _ => order.price_e12,
    }
}

/// Margin for an amount at a leverage.
pub(crate) fn margin(notional: i64, leverage: i64) -> i64 {
    share_e8(notional, 1, leverage).unwrap_or(notional)
}

pub(crate) fn venue_key(venue_order_id: i64) -> u64 {
    u64::from_le_bytes(venue_order_id.to_le_bytes())
}

pub(crate) fn reference(slot: &SlotCell, role: OrderRole) -> u16 {
    match role {
        OrderRole::Entry => slot.entry_order,
        OrderRole::Exit => slot.exit_order,
        OrderRole::StopLoss => slot.stop_order,
        OrderRole::TakeProfit => slot.profit_order,
        OrderRole::None => NONE,
    }
}

fn refer(slot: &mut SlotCell, role: OrderRole, index: u16) {
    match role {
        OrderRole::Entry => slot.entry_order = index,
        OrderRole::Exit => slot.exit_order = index,
        OrderRole::StopLoss => slot.stop_order = index,
        OrderRole::TakeProfit => slot.profit_order = index,
        OrderRole::None => {}
    }
}

/// The slot no longer works with this order.
pub(crate) fn unrefer(slot: &mut SlotCell, index: u16) {
    let references = [
        &mut slot.entry_order,
        &mut slot.exit_order,
        &mut slot.stop_order,
        &mut slot.profit_order,
    ];
    for reference in references {
        if *reference == index {
            *reference = NONE;
        }
    }
}
