//! The supervisor's words and the start of a kernel process.

use shm_layout::{Code, Control, ControlKind, Epoch, Mode};

use crate::cells::{CellRef, region};
use crate::ids::Tag;
use crate::kernel::{Kernel, Turn};
use crate::limits::check_config;

impl Kernel {
    /// A kernel process took over: nothing is trusted until the venue has been asked again.
    pub(crate) fn on_epoch(&mut self, t: &mut Turn<'_>, epoch: &Epoch) -> Result<(), Code> {
        if epoch.incarnation <= self.epoch.incarnation || epoch.instance.is_empty() {
            return Err(Code::InvalidField);
        }
        let known = self.epoch.incarnation != 0;
        if known && epoch.journal_id != self.epoch.journal_id {
            return Err(Code::InvalidField);
        }
        if known && epoch.boot_hash != self.epoch.boot_hash {
            self.desk.boot_seq = t.seq;
            self.desk.boot_mono_ns = t.now.mono_ns.max(1);
            self.desk.reconcile_sent_mono_ns = t.now.mono_ns.max(1);
            self.desk_due_by(t.now.mono_ns.max(1));
            t.fx.touch(CellRef::single(region::DESK));
        }
        self.desk.start_seq = t.seq;
        t.fx.touch(CellRef::single(region::DESK));
        self.epoch = *epoch;
        self.tag = Tag::new(epoch);
        self.account.reconciled = 0;
        self.account.journal_slow = 0;
        self.account.mode = Mode::Halted;
        t.fx.touch(CellRef::single(region::EPOCH));
        t.fx.touch(CellRef::single(region::ACCOUNT));
        if self.desk.boot_seq == t.seq {
            // The monotonic clock started anew: what was planned in the old one is due now.
            self.rebuild_timers();
        }
        self.begin_round(t);
        self.want_reconcile(t, 0);
        Ok(())
    }

    /// What the desk planned in a clock that is gone is due now; what it plans from now on is not.
    fn desk_due_by(&mut self, mono_ns: u64) {
        let desk = &mut self.desk;
        for due in [
            &mut desk.reconcile_due_mono_ns,
            &mut desk.sweep_due_mono_ns,
            &mut desk.flatten_due_mono_ns,
        ] {
            *due = (*due).min(mono_ns);
        }
    }

    pub(crate) fn on_control(&mut self, t: &mut Turn<'_>, control: &Control) -> Result<(), Code> {
        self.say(t, control.text.as_str());
        t.fx.touch(CellRef::single(region::ACCOUNT));
        match control.kind {
            ControlKind::Config => self.on_config(t, control),
            ControlKind::Mode => {
                self.set_mode(control.mode);
                Ok(())
            }
            ControlKind::KillSwitch => {
                self.account.kill_switch = u8::from(control.engaged != 0);
                Ok(())
            }
            ControlKind::Disk => {
                self.account.journal_slow = u8::from(control.engaged != 0);
                Ok(())
            }
            ControlKind::Anchor => self.on_anchor(t, control),
            ControlKind::Reconcile => {
                self.want_reconcile(t, 0);
                Ok(())
            }
            ControlKind::Flatten => {
                self.set_mode(Mode::ReduceOnly);
                self.account.flattening = 1;
                self.begin_round(t);
                self.want_reconcile(t, 0);
                Ok(())
            }
            ControlKind::Child => Ok(()),
            ControlKind::None => Err(Code::InvalidField),
        }
    }

    fn on_config(&mut self, t: &mut Turn<'_>, control: &Control) -> Result<(), Code> {
        check_config(control)?;
        self.config = *control;
        self.account.configured = 1;
        t.fx.touch(CellRef::single(region::CONFIG));
        Ok(())
    }

    /// The operator's mode is in force once reconciled; a stricter one at once. Resuming ends a
    /// flattening.
    fn set_mode(&mut self, mode: Mode) {
        self.account.mode_wanted = mode;
        if mode == Mode::Active {
            self.account.flattening = 0;
        }
        if self.account.reconciled != 0 || mode == Mode::Halted {
            self.account.mode = mode;
        }
    }
}
