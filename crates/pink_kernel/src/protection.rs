//! Stop loss or trailing stop, and take profit, resting at the venue: sized by what is held, never
//! by increments, and placed again for as long as there is a position. A trailing stop that is
//! sized anew trails from where the market then is.
//!
//! The venue lets stops add up to no more than the position, so the old one goes before the new
//! one comes. The position is bare for one cancel and one submit, and for no pause of ours: a
//! size is corrected seldom, but what we cancelled ourselves is replaced at once.

use shm_layout::{
    Code, OrderCell, OrderKind, OrderRole, OrderStatus, Side, SlotCell, Stage, TimeInForce,
};

use crate::NONE;
use crate::amount::{round_down, round_up};
use crate::exits::whole_lots;
use crate::ids::SUBMITS_MAX;
use crate::kernel::{Kernel, Turn};
use crate::order::{BACKOFF_MAX_MS, NS_PER_MS, Plan, after_ms, backoff_ns};
use crate::room::Need;
use crate::slot::{is_entry_stage, is_exit_stage};

/// Least age of a protection order before it gives way to one of another size.
const RESIZE_AFTER_MS: u32 = 500;
/// The same while an entry fills on and at least half of what is held is covered.
const RESIZE_FILLING_AFTER_MS: u32 = 5_000;
/// Pause before what could not be commanded is tried again.
const AGAIN_MS: u32 = 1_000;
/// Client order ids kept back for exits.
const SUBMITS_KEPT: u32 = 256;

/// What is to be done about one protection order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Submit(i64),
    Cancel(u16),
}

const ROLES: [OrderRole; 2] = [OrderRole::StopLoss, OrderRole::TakeProfit];

impl Kernel {
    /// What a slot's stop loss or take profit needs, and from when on.
    fn protection_step(&self, t: &Turn<'_>, at: u16, role: OrderRole) -> Option<(Step, u64)> {
        let slot = self.slots.at(at);
        let (index, asked, held) = match role {
            OrderRole::StopLoss => (slot.stop_order, asks_stop(slot), slot.stop_hold_mono_ns),
            _ => (
                slot.profit_order,
                slot.take_profit_e12 != 0,
                slot.profit_hold_mono_ns,
            ),
        };
        let rules = self.instruments.at(self.instrument_of(at));
        let wanted = if asked {
            whole_lots(slot.qty_e8, rules)
        } else {
            0
        };
        let exits = is_exit_stage(slot.stage);
        // An exit that trades at once changes the size anyway; one that rests may rest for days.
        let passing = exits && !self.exit_rests(slot);
        let ending = self.wants_exit(slot) && slot.refusals == 0;
        let may = !ending
            && !passing
            && slot.stage != Stage::StaleStateReconciling
            && slot.submits.saturating_add(SUBMITS_KEPT) < SUBMITS_MAX;
        if index != NONE {
            let order = self.orders.at(index);
            let rest = order.qty_e8.saturating_sub(order.cum_qty_e8);
            let settled = order.status == OrderStatus::Working && order.cancel_wanted == 0;
            // None goes for its size where no other may come.
            let waits = wanted > 0 && (!may || (exits && rest > wanted));
            if !settled || rest == wanted || waits {
                return None;
            }
            return Some((Step::Cancel(index), self.resize_due(t, slot, order, wanted)));
        }
        (wanted > 0 && wanted >= rules.min_qty_e8 && may).then_some((Step::Submit(wanted), held))
    }

    /// When an order of the wrong size gives way: each time, the position is bare for a moment.
    fn resize_due(&self, t: &Turn<'_>, slot: &SlotCell, order: &OrderCell, wanted: i64) -> u64 {
        let made = order.created_mono_ns;
        if wanted == 0 || made > t.now.mono_ns {
            return 0; // Nothing to protect any more; or made in a clock that is gone.
        }
        let half = order.qty_e8.saturating_sub(order.cum_qty_e8) >= wanted / 2;
        let pause_ms = if is_entry_stage(slot.stage) && half {
            RESIZE_FILLING_AFTER_MS
        } else {
            RESIZE_AFTER_MS
        };
        after_ms(made, pause_ms)
    }

    /// When protection needs something next; 0 for never.
    pub(crate) fn protection_due(&self, t: &Turn<'_>, at: u16) -> u64 {
        let now = t.now.mono_ns.max(1);
        let steps = ROLES
            .iter()
            .filter_map(|role| self.protection_step(t, at, *role));
        steps.map(|(_, due)| due.max(now)).min().unwrap_or(0)
    }

    /// A stop loss was asked for, and not all that is held has one working at the venue.
    pub(crate) fn is_unprotected(&self, slot: &SlotCell) -> bool {
        let stop = self.orders.at(slot.stop_order);
        let rest = stop.qty_e8.saturating_sub(stop.cum_qty_e8);
        let rules = self.instruments.at(self.instrument_of(slot.slot_id));
        let lots = whole_lots(slot.qty_e8, rules);
        let covered = stop.status == OrderStatus::Working && rest >= lots;
        asks_stop(slot) && slot.qty_e8 > 0 && !covered
    }

    /// Brings both protection orders one step nearer to what is wanted.
    pub(crate) fn protect(&mut self, t: &mut Turn<'_>, at: u16) -> Result<(), Code> {
        let mut result = Ok(());
        for role in ROLES {
            let step = self.protection_step(t, at, role);
            match step.filter(|(_, due)| *due <= t.now.mono_ns) {
                None => {}
                Some((Step::Cancel(index), _)) => self.send_cancel(t, index),
                Some((Step::Submit(qty_e8), _)) => {
                    let made = self.send_protection(t, at, role, qty_e8);
                    result = result.and(made);
                }
            }
        }
        result
    }

    fn send_protection(
        &mut self,
        t: &mut Turn<'_>,
        at: u16,
        role: OrderRole,
        qty_e8: i64,
    ) -> Result<(), Code> {
        let need = match role {
            OrderRole::StopLoss => Need::Stop,
            _ => Need::Rest,
        };
        if let Err(code) = self.can_submit(at, need) {
            let again = after_ms(t.now.mono_ns, AGAIN_MS);
            self.amend_slot(t, at, |slot| hold(slot, role, again));
            return Err(code);
        }
        let tick = self.instruments.at(self.instrument_of(at)).tick_e12;
        let plan = protecting(self.slots.at(at), role, qty_e8, tick);
        self.submit(t, at, plan);
        Ok(())
    }

    /// A protection order is gone. What we cancelled is replaced at once; what was refused or
    /// lost is an anomaly, and is placed again after a pause that grows, for ever.
    pub(crate) fn note_protection_gone(&mut self, t: &mut Turn<'_>, order: &OrderCell) {
        let at = order.slot_id;
        let bare = self.slots.at(at).qty_e8 > 0;
        if order.cum_qty_e8 > 0 || order.cancel_wanted != 0 || !bare {
            self.amend_slot(t, at, |slot| {
                *refusals(slot, order.role) = 0;
                hold(slot, order.role, 0);
            });
            return;
        }
        let now = t.now.mono_ns;
        let rested_ms = now.saturating_sub(order.created_mono_ns) / NS_PER_MS;
        self.amend_slot(t, at, |slot| {
            let count = refusals(slot, order.role);
            let known = if rested_ms > BACKOFF_MAX_MS {
                0
            } else {
                *count
            };
            *count = known.saturating_add(1);
            let again = now.saturating_add(backoff_ns(*count));
            hold(slot, order.role, again);
        });
        self.note_anomaly(t);
    }
}

fn asks_stop(slot: &SlotCell) -> bool {
    slot.stop_loss_e12 != 0 || slot.trail_e12 != 0
}

/// The order that protects a slot in this role. A level that is no whole tick any more becomes the
/// next one on the side of the market: it is reached sooner, not later.
fn protecting(slot: &SlotCell, role: OrderRole, qty_e8: i64, tick_e12: i64) -> Plan {
    let below = (role == OrderRole::StopLoss) == (slot.side != Side::Short);
    let level = |exact: i64| {
        let rounded = if below {
            round_up(exact, tick_e12)
        } else {
            round_down(exact, tick_e12)
        };
        rounded.map_or(exact, |level| level.max(tick_e12))
    };
    let (kind, price_e12, trigger_e12) = match role {
        OrderRole::StopLoss if slot.trail_e12 != 0 => {
            let distance = round_down(slot.trail_e12, tick_e12).unwrap_or(slot.trail_e12);
            (OrderKind::TrailingStopMarket, distance.max(tick_e12), 0)
        }
        OrderRole::StopLoss => (OrderKind::StopMarket, 0, level(slot.stop_loss_e12)),
        _ => (OrderKind::TakeProfitMarket, 0, level(slot.take_profit_e12)),
    };
    Plan {
        role,
        kind,
        tif: TimeInForce::None,
        qty_e8,
        price_e12,
        trigger_e12,
        leg: 0,
    }
}

fn refusals(slot: &mut SlotCell, role: OrderRole) -> &mut u32 {
    match role {
        OrderRole::StopLoss => &mut slot.stop_refusals,
        _ => &mut slot.profit_refusals,
    }
}

fn hold(slot: &mut SlotCell, role: OrderRole, until_mono_ns: u64) {
    match role {
        OrderRole::StopLoss => slot.stop_hold_mono_ns = until_mono_ns,
        _ => slot.profit_hold_mono_ns = until_mono_ns,
    }
}
