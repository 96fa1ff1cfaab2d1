//! Room for orders: cells are kept back for what other slots may need more, in the order of need.
//!
//! A slot has at most three live orders: an entry or an exit, a stop and a take profit. What is
//! gone keeps its cell until it is settled, so four cells a slot are enough for every slot there
//! is: with all of them open and protected, an exit of each still finds one.

use shm_layout::{Code, OrderCell, OrderRole};

use crate::ids::SUBMITS_MAX;
use crate::kernel::Kernel;
use crate::order::is_live;

/// Orders a slot may need at once; ENTER keeps a cell for each that an open slot does not have.
const ORDERS_PER_SLOT: usize = 3;

/// What an order is needed for, most needed first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// An exit of everything, or an entry that was looked at before: nothing is kept back.
    WholeExit,
    /// Leaves each open slot room for an exit.
    Stop,
    /// A take profit or a part: leaves each open slot room for an exit and the stop it lacks.
    Rest,
}

/// Live protection orders: their slots need no second cell for them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Guards {
    stops: usize,
    profits: usize,
}

impl Guards {
    pub(crate) fn add(&mut self, role: OrderRole) {
        if let Some(count) = self.count(role) {
            *count = count.saturating_add(1);
        }
    }

    pub(crate) fn remove(&mut self, role: OrderRole) {
        if let Some(count) = self.count(role) {
            *count = count.saturating_sub(1);
        }
    }

    fn count(&mut self, role: OrderRole) -> Option<&mut usize> {
        match role {
            OrderRole::StopLoss => Some(&mut self.stops),
            OrderRole::TakeProfit => Some(&mut self.profits),
            _ => None,
        }
    }
}

/// The role in which an order counts as live.
pub(crate) fn live_role(order: &OrderCell) -> OrderRole {
    if is_live(order.status) {
        order.role
    } else {
        OrderRole::None
    }
}

impl Kernel {
    /// Whether an order of this slot can be commanded, and what matters more still could.
    pub(crate) fn can_submit(&self, slot: u16, need: Need) -> Result<(), Code> {
        let open = self.open_slots();
        let kept = match need {
            Need::WholeExit => 0,
            Need::Stop => open,
            Need::Rest => open
                .saturating_mul(2)
                .saturating_sub(self.guards.stops)
                .max(open),
        };
        if self.free_orders.count() <= kept {
            return Err(Code::OrderTableFull);
        }
        if self.slots.at(slot).submits >= SUBMITS_MAX {
            return Err(Code::OutOfRange);
        }
        Ok(())
    }

    /// Whether another slot may open: it and all that are open can still have all they may need.
    pub(crate) fn can_open(&self) -> Result<(), Code> {
        let there = self.guards.stops.saturating_add(self.guards.profits);
        let wanted = self.open_slots().saturating_add(1);
        let kept = wanted.saturating_mul(ORDERS_PER_SLOT).saturating_sub(there);
        if self.free_orders.count() <= kept {
            return Err(Code::OrderTableFull);
        }
        Ok(())
    }

    fn open_slots(&self) -> usize {
        usize::try_from(self.account.open_slots).unwrap_or(usize::MAX)
    }
}
