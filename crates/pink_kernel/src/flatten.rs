//! FLATTEN: every entry cancelled and every position closed, one slot per input.

use shm_layout::{Code, Fact, Stage};

use crate::cells::{CellRef, region};
use crate::deadline::FLATTEN_TIMER;
use crate::kernel::{Kernel, Turn};
use crate::slot::is_entry_stage;
use crate::{NONE, SLOTS_MAX};

impl Kernel {
    pub(crate) fn plan_flatten(&mut self, at_mono_ns: u64) {
        self.desk.flatten_due_mono_ns = at_mono_ns;
        self.timers.set(FLATTEN_TIMER, at_mono_ns);
    }

    /// Next slot of a FLATTEN: its entry is cancelled, its position is wanted closed.
    pub(crate) fn flatten_next(&mut self, t: &mut Turn<'_>) -> Result<(), Code> {
        t.fx.touch(CellRef::single(region::DESK));
        while self.desk.flatten_cursor < u32::from(SLOTS_MAX) {
            let at = u16::try_from(self.desk.flatten_cursor).unwrap_or(NONE);
            self.desk.flatten_cursor = self.desk.flatten_cursor.saturating_add(1);
            let stage = self.slots.at(at).stage;
            if matches!(stage, Stage::Idle | Stage::Closed) {
                continue;
            }
            self.plan_flatten(t.now.mono_ns.max(1));
            t.slot = at;
            self.amend_slot(t, at, |slot| slot.exit_wanted = 1);
            let entry = self.slots.at(at).entry_order;
            let cancelling = entry != NONE && self.orders.at(entry).cancel_wanted != 0;
            if is_entry_stage(stage) && !cancelling {
                return self.move_on(t, at, Fact::Cancel);
            }
            return Ok(());
        }
        self.plan_flatten(0);
        Ok(())
    }
}
