//! What nobody wants any more is taken off the book, again and again while it works; a FLATTEN
//! closes the positions as well. One slot per input.

use shm_layout::{Code, Fact, Mode, OrderKind, OrderRole, Stage};

use crate::cells::{CellRef, region};
use crate::deadline::WITHDRAW_TIMER;
use crate::kernel::{Kernel, Turn};
use crate::slot::working_order;
use crate::{NONE, SLOTS_MAX};

/// A cancel that was refused of an order that works on is repeated after this long.
pub(crate) const CANCEL_AGAIN_MS: u32 = 1_000;

impl Kernel {
    /// Whether risk is forbidden by more than the moment: then not even an entry that rests at
    /// the venue may add any. A start that has not reconciled yet is no such reason.
    pub(crate) fn bars_entries(&self) -> bool {
        let account = &self.account;
        account.kill_switch != 0
            || account.mode_wanted != Mode::Active
            || account.frozen != 0
            || self.check_losses().is_err()
    }

    /// After every input: the round begins with the reason for it.
    pub(crate) fn watch_entries(&mut self, t: &mut Turn<'_>) {
        let barred = self.bars_entries();
        if barred && !self.barred {
            self.begin_round(t);
        }
        self.barred = barred;
    }

    /// Looks at every slot, from the first on.
    pub(crate) fn begin_round(&mut self, t: &mut Turn<'_>) {
        self.desk.flatten_cursor = 0;
        self.plan_round(t.now.mono_ns.max(1));
        t.fx.touch(CellRef::single(region::DESK));
    }

    fn plan_round(&mut self, at_mono_ns: u64) {
        self.desk.flatten_due_mono_ns = at_mono_ns;
        self.timers.set(WITHDRAW_TIMER, at_mono_ns);
    }

    /// Whether an order that may still trade should not.
    pub(crate) fn is_unwanted(&self, index: u16) -> bool {
        let order = self.orders.at(index);
        let slot = self.slots.at(order.slot_id);
        match order.role {
            OrderRole::Entry => self.barred || slot.exit_wanted != 0,
            // Nothing is left to close; or all shall be closed now, and it rests at its price.
            OrderRole::Exit => {
                slot.qty_e8 == 0 || (slot.exit_wanted != 0 && order.order_kind == OrderKind::Limit)
            }
            _ => false,
        }
    }

    /// Next slot of the round: what nobody wants is cancelled; in a FLATTEN its position is to be
    /// closed.
    pub(crate) fn withdraw_next(&mut self, t: &mut Turn<'_>) -> Result<(), Code> {
        t.fx.touch(CellRef::single(region::DESK));
        let flattening = self.account.flattening != 0;
        while (flattening || self.barred) && self.desk.flatten_cursor < u32::from(SLOTS_MAX) {
            let at = u16::try_from(self.desk.flatten_cursor).unwrap_or(NONE);
            self.desk.flatten_cursor = self.desk.flatten_cursor.saturating_add(1);
            let closes =
                flattening && !matches!(self.slots.at(at).stage, Stage::Idle | Stage::Closed);
            if closes {
                self.amend_slot(t, at, |slot| slot.exit_wanted = 1);
            }
            let working = working_order(self.slots.at(at));
            let cancels = working != NONE
                && self.orders.at(working).cancel_wanted == 0
                && self.is_unwanted(working);
            if !cancels && !closes {
                continue;
            }
            self.plan_round(t.now.mono_ns.max(1));
            t.slot = at;
            return if cancels {
                self.move_on(t, at, Fact::Cancel)
            } else {
                Ok(())
            };
        }
        self.plan_round(0);
        Ok(())
    }
}
