//! What nobody wants any more is taken off the book, again and again while it works; a FLATTEN
//! closes the positions as well. One slot per input.

use shm_layout::{Code, Fact, Mode, OrderKind, OrderRole, SlotCell, Stage};

use crate::cells::{CellRef, region};
use crate::deadline::WITHDRAW_TIMER;
use crate::kernel::{Kernel, Turn};
use crate::slot::working_order;
use crate::{NONE, SLOTS_MAX};

/// A cancel that was refused of an order that works on is repeated after this long.
pub(crate) const CANCEL_AGAIN_MS: u32 = 1_000;
/// `exit_wanted` of a slot that is to be closed by a FLATTEN, and for as long as that lasts.
pub(crate) const WANTED_BY_FLATTEN: u8 = 2;

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

    /// Whether all of the position is to be closed as soon as it can be; a FLATTEN that was
    /// called off wants nothing any more.
    pub(crate) fn wants_exit(&self, slot: &SlotCell) -> bool {
        let lasts = slot.exit_wanted != WANTED_BY_FLATTEN || self.account.flattening != 0;
        slot.exit_wanted != 0 && lasts
    }

    /// And nothing is in its way.
    pub(crate) fn awaits_exit(&self, slot: &SlotCell) -> bool {
        let open = matches!(
            slot.stage,
            Stage::PositionOpen | Stage::StaleStateReconciling
        );
        open && self.wants_exit(slot)
    }

    /// Whether an order that may still trade should not.
    pub(crate) fn is_unwanted(&self, index: u16) -> bool {
        let order = self.orders.at(index);
        let slot = self.slots.at(order.slot_id);
        match order.role {
            OrderRole::Entry => self.barred || self.wants_exit(slot),
            // Nothing is left to close; or all shall be closed now, and it rests at its price.
            OrderRole::Exit => {
                slot.qty_e8 == 0 || (self.wants_exit(slot) && order.order_kind == OrderKind::Limit)
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
            if closes && self.slots.at(at).exit_wanted == 0 {
                self.amend_slot(t, at, |slot| {
                    slot.exit_wanted = WANTED_BY_FLATTEN;
                    slot.hold_mono_ns = 0;
                });
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
