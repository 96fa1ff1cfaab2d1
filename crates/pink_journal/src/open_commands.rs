//! Commands that still await their last report: what a restarted kernel must issue again.

use shm_layout::{Command, CommandKind, Report, ReportKind};

/// Three commands per order, and those of the desk.
pub const OPEN_COMMANDS_MAX: usize = 4096;

/// True if this report is the last answer to that kind of command.
pub fn ends(kind: CommandKind, report: &Report) -> bool {
    match (kind, report.kind) {
        (_, ReportKind::NotSent | ReportKind::CommandDone)
        | (
            CommandKind::Submit,
            ReportKind::OrderState | ReportKind::OrderRefused | ReportKind::OrderUnknown,
        )
        | (CommandKind::Cancel, ReportKind::OrderState | ReportKind::CancelRefused)
        | (CommandKind::Query, ReportKind::OrderState | ReportKind::OrderNotFound)
        | (CommandKind::Reconcile, ReportKind::SnapshotEnd) => true,
        (CommandKind::Settle, ReportKind::Fill) => report.row_index + 1 >= report.row_count,
        _ => false,
    }
}

/// The open commands, by rising `command_seq`.
#[derive(Clone, Debug, Default)]
pub struct OpenCommands {
    open: Vec<Command>,
}

impl OpenCommands {
    /// Adds a command; false if there are more than any state of the kernel can have.
    #[must_use]
    pub fn add(&mut self, command: &Command) -> bool {
        let fits = self.open.len() < OPEN_COMMANDS_MAX;
        if fits {
            self.open.push(*command);
        }
        fits
    }

    /// Takes a report: its command is closed if this is the last answer.
    pub fn answer(&mut self, report: &Report) {
        if report.command_seq == 0 {
            return;
        }
        let found = self
            .open
            .binary_search_by_key(&report.command_seq, |c| c.command_seq);
        if let Ok(at) = found
            && ends(self.open[at].kind, report)
        {
            self.open.remove(at);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &Command> {
        self.open.iter()
    }

    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use shm_layout::{Command, CommandKind, Report, ReportKind};

    use super::OpenCommands;

    #[test]
    fn a_settle_stays_open_until_its_last_row() {
        let mut open = OpenCommands::default();
        let settle = Command {
            kind: CommandKind::Settle,
            command_seq: 80,
            ..Command::ZERO
        };
        assert!(open.add(&settle));
        let row = |row_index| Report {
            kind: ReportKind::Fill,
            command_seq: 80,
            row_index,
            row_count: 2,
            ..Report::ZERO
        };
        open.answer(&row(0));
        assert_eq!(open.len(), 1);
        open.answer(&row(1));
        assert!(open.is_empty());
    }

    #[test]
    fn an_order_event_of_the_stream_answers_no_command() {
        let mut open = OpenCommands::default();
        let cancel = Command {
            kind: CommandKind::Cancel,
            command_seq: 9,
            ..Command::ZERO
        };
        assert!(open.add(&cancel));
        open.answer(&Report {
            kind: ReportKind::OrderState,
            ..Report::ZERO
        });
        open.answer(&Report {
            kind: ReportKind::CancelAccepted,
            command_seq: 9,
            ..Report::ZERO
        });
        assert_eq!(
            open.len(),
            1,
            "the order state that follows ends the cancel"
        );
    }
}
