//! A level that the market has passed: the venue takes no stop there, so the kernel closes the
//! position itself, at the market and at once.
//!
//! It is judged whenever the slot is touched, and so with every mark of its symbol; the deadline
//! of the slot then acts, and from there on `exit_wanted` says that it was decided: one decision a
//! trade, which no later mark takes back. A mark that is old decides nothing.

use shm_layout::{Fact, InstrumentCell, OrderKind, OrderRole, Side, SlotCell, Stage};

use crate::NONE;
use crate::exits::is_below_minimum;
use crate::kernel::{Kernel, Turn};
use crate::slot::{is_entry_stage, is_exit_stage};

/// Whether the mark is at the level or beyond it, coming from above or from below.
fn is_beyond(mark_e12: i64, level_e12: i64, from_above: bool) -> bool {
    if from_above {
        mark_e12 <= level_e12
    } else {
        mark_e12 >= level_e12
    }
}

impl Kernel {
    /// The stop loss or take profit whose level is passed while no order of it is at the venue or
    /// on its way. A trailing stop has no level until it rests.
    pub(crate) fn passed(&self, t: &Turn<'_>, at: u16) -> Option<OrderRole> {
        let slot = self.slots.at(at);
        let rules = self.instruments.at(self.instrument_of(at));
        let falls = slot.side != Side::Short;
        let bare = |level: i64, order: u16| level != 0 && order == NONE;
        let lost = bare(slot.stop_loss_e12, slot.stop_order)
            && is_beyond(rules.mark_e12, slot.stop_loss_e12, falls);
        let won = bare(slot.take_profit_e12, slot.profit_order)
            && is_beyond(rules.mark_e12, slot.take_profit_e12, !falls);
        let role = match (lost, won) {
            (true, _) => OrderRole::StopLoss,
            (false, true) => OrderRole::TakeProfit,
            (false, false) => return None,
        };
        let closable = !is_below_minimum(slot.qty_e8, rules);
        let free = !self.wants_exit(slot) && !self.exit_trades(slot, rules);
        (closable && free && self.mark_is_fresh(t, rules)).then_some(role)
    }

    /// An exit in flight changes the size in a moment, and so does one at a price the market has.
    fn exit_trades(&self, slot: &SlotCell, rules: &InstrumentCell) -> bool {
        let price = self.orders.at(slot.exit_order).price_e12;
        let reached = is_beyond(rules.mark_e12, price, slot.side == Side::Short);
        is_exit_stage(slot.stage) && (!self.exit_rests(slot) || reached)
    }

    pub(crate) fn exit_rests(&self, slot: &SlotCell) -> bool {
        let limit = self.orders.at(slot.exit_order).order_kind == OrderKind::Limit;
        slot.stage == Stage::ExitWorking && limit
    }

    /// From now on all is to be closed. What works in the way of that goes first, and the fact for
    /// it is returned; without one the exit can be sent in the same turn.
    pub(crate) fn decide_passed(&mut self, t: &mut Turn<'_>, at: u16, role: OrderRole) -> Fact {
        self.amend_slot(t, at, |slot| {
            slot.exit_wanted = 1;
            slot.hold_mono_ns = 0;
        });
        self.say(
            t,
            match role {
                OrderRole::StopLoss => "the market passed the stop loss: closed at the market",
                _ => "the market passed the take profit: closed at the market",
            },
        );
        let stage = self.slots.at(at).stage;
        if is_entry_stage(stage) {
            Fact::Exit
        } else if is_exit_stage(stage) {
            Fact::Cancel
        } else {
            Fact::None
        }
    }
}
