//! Stop loss or trailing stop, and take profit, resting at the venue: sized by what is held, never
//! by increments. A trailing stop that is sized anew trails from where the market then is.

use shm_layout::{Code, OrderKind, OrderRole, OrderStatus, SlotCell, Stage, TimeInForce};

use crate::NONE;
use crate::ids::SUBMITS_MAX;
use crate::kernel::{Kernel, Turn};
use crate::order::{NS_PER_MS, Plan};
use crate::slot::is_exit_stage;

/// Pause between two sizings of the same position.
const RESIZE_PAUSE_NS: u64 = 500 * NS_PER_MS;
/// Refusals in a row after which protection is given up and reported as an anomaly.
pub(crate) const REFUSALS_MAX: u32 = 8;
/// Client order ids kept back for exits.
const SUBMITS_KEPT: u32 = 256;

/// What is to be done about one protection order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Nothing,
    Submit(i64),
    Cancel(u16),
}

impl Kernel {
    /// What a slot's stop loss or take profit needs.
    pub(crate) fn protection_step(&self, at: u16, role: OrderRole) -> Step {
        let slot = self.slots.at(at);
        let (index, asked) = match role {
            OrderRole::StopLoss => (
                slot.stop_order,
                slot.stop_loss_e12 != 0 || slot.trail_e12 != 0,
            ),
            _ => (slot.profit_order, slot.take_profit_e12 != 0),
        };
        let wanted = if asked { slot.qty_e8 } else { 0 };
        if index != NONE {
            let order = self.orders.at(index);
            let rest = order.qty_e8.saturating_sub(order.cum_qty_e8);
            let settled = order.status == OrderStatus::Working && order.cancel_wanted == 0;
            // An exit at work changes the size anyway: protection follows once it is done.
            let keep = rest == wanted || (wanted > 0 && is_exit_stage(slot.stage));
            return if settled && !keep {
                Step::Cancel(index)
            } else {
                Step::Nothing
            };
        }
        let may = slot.refusals < REFUSALS_MAX
            && slot.submits.saturating_add(SUBMITS_KEPT) < SUBMITS_MAX
            && slot.exit_wanted == 0
            && !is_exit_stage(slot.stage)
            && slot.stage != Stage::StaleStateReconciling;
        let least = self.instruments.at(self.instrument_of(at)).min_qty_e8;
        if wanted > 0 && wanted >= least && may {
            Step::Submit(wanted)
        } else {
            Step::Nothing
        }
    }

    /// Brings both protection orders one step nearer to what is wanted.
    pub(crate) fn protect(&mut self, t: &mut Turn<'_>, at: u16) -> Result<bool, Code> {
        let mut acted = false;
        for role in [OrderRole::StopLoss, OrderRole::TakeProfit] {
            match self.protection_step(at, role) {
                Step::Nothing => {}
                Step::Cancel(index) => {
                    self.send_cancel(t, index);
                    acted = true;
                }
                Step::Submit(qty_e8) => {
                    self.can_submit(at)?;
                    let plan = protecting(self.slots.at(at), role, qty_e8);
                    self.submit(t, at, plan);
                    let hold = t.now.mono_ns.saturating_add(RESIZE_PAUSE_NS);
                    self.amend_slot(t, at, |slot| slot.hold_mono_ns = hold);
                    acted = true;
                }
            }
        }
        Ok(acted)
    }
}

/// The order that protects a slot in this role.
fn protecting(slot: &SlotCell, role: OrderRole, qty_e8: i64) -> Plan {
    let (kind, price_e12, trigger_e12) = match role {
        OrderRole::StopLoss if slot.trail_e12 != 0 => {
            (OrderKind::TrailingStopMarket, slot.trail_e12, 0)
        }
        OrderRole::StopLoss => (OrderKind::StopMarket, 0, slot.stop_loss_e12),
        _ => (OrderKind::TakeProfitMarket, 0, slot.take_profit_e12),
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
