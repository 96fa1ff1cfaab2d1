//! What one input did: its outcome, the commands it caused, the cells it touched.

use shm_layout::{Command, Outcome};

use crate::cells::CellRef;

/// Commands one input may cause; `command_seq` is the journal sequence times eight plus an index.
pub const COMMANDS_MAX: usize = 7;
/// Cells one input may touch.
pub const TOUCHED_MAX: usize = 24;

/// The result of `Kernel::apply`, reused from input to input.
pub struct Effects {
    pub outcome: Outcome,
    commands: [Command; COMMANDS_MAX],
    command_count: usize,
    touched: [CellRef; TOUCHED_MAX],
    touched_count: usize,
    /// More than there is room for; `Kernel::check` reports it.
    pub(crate) overflowed: bool,
}

impl Effects {
    #[must_use]
    pub fn new() -> Self {
        Self {
            outcome: Outcome::ZERO,
            commands: [Command::ZERO; COMMANDS_MAX],
            command_count: 0,
            touched: [CellRef {
                region: 0,
                index: 0,
            }; TOUCHED_MAX],
            touched_count: 0,
            overflowed: false,
        }
    }

    /// Commands for the gateway, in order.
    #[must_use]
    pub fn commands(&self) -> &[Command] {
        self.commands.get(..self.command_count).unwrap_or(&[])
    }

    /// Cells whose content may have changed.
    #[must_use]
    pub fn touched(&self) -> &[CellRef] {
        self.touched.get(..self.touched_count).unwrap_or(&[])
    }

    pub(crate) fn reset(&mut self) {
        self.outcome = Outcome::ZERO;
        self.command_count = 0;
        self.touched_count = 0;
        self.overflowed = false;
    }

    pub(crate) fn touch(&mut self, cell: CellRef) {
        if self.touched().contains(&cell) {
            return;
        }
        if let Some(free) = self.touched.get_mut(self.touched_count) {
            *free = cell;
            self.touched_count = self.touched_count.saturating_add(1);
        } else {
            self.overflowed = true;
        }
    }

    /// Room for another command.
    pub(crate) fn has_room(&self) -> bool {
        self.command_count < COMMANDS_MAX
    }

    /// Numbers the command and keeps it; returns its `command_seq`, 0 if there was no room.
    pub(crate) fn send(&mut self, seq: u64, mut command: Command) -> u64 {
        let index = u64::try_from(self.command_count).unwrap_or(0);
        let Some(free) = self.commands.get_mut(self.command_count) else {
            self.overflowed = true;
            return 0;
        };
        command.command_seq = seq.saturating_mul(8).saturating_add(index);
        let code = command.kind.code();
        if let Some(kind) = self.outcome.command_kinds.get_mut(self.command_count) {
            *kind = code;
        }
        *free = command;
        self.command_count = self.command_count.saturating_add(1);
        self.outcome.command_count = self.outcome.command_count.saturating_add(1);
        command.command_seq
    }
}

impl Default for Effects {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shm_layout::CommandKind;

    #[test]
    fn commands_are_numbered_from_their_input_and_bounded() {
        let mut fx = Effects::new();
        let query = Command {
            kind: CommandKind::Query,
            ..Command::ZERO
        };
        for nth in 0..7 {
            assert!(fx.has_room());
            assert_eq!(fx.send(5, query), 40 + nth);
        }
        assert!(!fx.has_room() && !fx.overflowed);
        assert_eq!(fx.send(5, query), 0);
        assert!(fx.overflowed);
        assert_eq!(fx.commands().len(), COMMANDS_MAX);
        assert_eq!(fx.outcome.command_count, 7);
        assert_eq!(fx.outcome.command_kinds, [CommandKind::Query.code(); 7]);
        fx.reset();
        assert!(fx.commands().is_empty() && !fx.overflowed && fx.has_room());
        assert_eq!(fx.outcome, Outcome::ZERO);
    }

    #[test]
    fn a_cell_is_touched_once_and_too_many_are_told() {
        let mut fx = Effects::default();
        for slot in 0..24 {
            fx.touch(CellRef::slot(slot));
            fx.touch(CellRef::slot(slot));
            assert_eq!(fx.touched().len(), usize::from(slot) + 1);
        }
        assert!(!fx.overflowed);
        fx.touch(CellRef::slot(3));
        assert!(!fx.overflowed);
        fx.touch(CellRef::slot(24));
        assert!(fx.overflowed);
        assert_eq!(fx.touched().len(), TOUCHED_MAX);
    }
}
