//! The kernel's process dies: the next one knows only what was written.

use pink_kernel::{CELL_WORDS_MAX, CellRef, Effects, Kernel};

use crate::run::{Run, SNAPSHOT_EVERY, digest};

impl Run {
    /// The process dies; the next one knows only what was written.
    pub(crate) fn crash(&mut self) -> Result<(), String> {
        self.tally.crashes += 1;
        let before = self.kernel.state_hash();
        let mut kernel = Kernel::with_table(&self.table);
        for (cell, words) in &self.snapshot.1 {
            kernel
                .overlay(*cell, words)
                .map_err(|bad| bad.to_string())?;
        }
        kernel.rebuild();
        let mut effects = Effects::new();
        let mut seq = self.snapshot.0;
        for (now, entry, told) in &self.journal {
            seq += 1;
            kernel.apply(seq, *now, entry.input(), &mut effects);
            if digest(&effects.outcome, effects.commands().len()) != *told {
                return Err(format!(
                    "replay differs from live: {:?} {:?}",
                    seq, effects.outcome
                ));
            }
        }
        if kernel.state_hash() != before {
            return Err("replay ends in another state".into());
        }
        self.judge_records(before)?;
        kernel
            .check()
            .map_err(|violation| format!("after recovery: {violation}"))?;
        self.kernel = kernel;
        // What was in the rings may or may not be there; what has no report is issued again.
        let lost = self.rng.permille(500);
        let reissued = self.kernel.unreported();
        if lost {
            self.edge.commands.retain(|command| {
                !reissued
                    .iter()
                    .any(|again| again.command_seq == command.command_seq)
            });
        }
        self.edge.commands.extend(reissued);
        if self.journal.len() > SNAPSHOT_EVERY {
            self.take_snapshot();
        }
        self.epoch()
    }

    /// Keeps what `apply` named as changed, as the journal does.
    pub(crate) fn record(&mut self) {
        if !self.records {
            return;
        }
        let mut words = [0; CELL_WORDS_MAX];
        for cell in self.effects.touched() {
            let count = self.kernel.cell(*cell, &mut words);
            let kept = self.recorded.entry((cell.region, cell.index)).or_default();
            kept.clear();
            kept.extend_from_slice(&words[..count]);
        }
    }

    /// Another build believes the recorded cells and nothing else.
    fn judge_records(&self, state_hash: u64) -> Result<(), String> {
        let mut kernel = Kernel::with_table(&self.table);
        for ((region, index), words) in &self.recorded {
            let (region, index) = (*region, *index);
            let cell = CellRef { region, index };
            kernel.overlay(cell, words).map_err(|bad| bad.to_string())?;
        }
        kernel.rebuild();
        if self.records && kernel.state_hash() != state_hash {
            return Err("the recorded cells are another state".into());
        }
        Ok(())
    }

    pub fn take_snapshot(&mut self) {
        let mut words = [0; CELL_WORDS_MAX];
        let cells: Vec<CellRef> = self.kernel.used_cells().collect();
        self.snapshot.0 = self.seq;
        self.snapshot.1 = cells
            .into_iter()
            .map(|cell| {
                let count = self.kernel.cell(cell, &mut words);
                (cell, words[..count].to_vec())
            })
            .collect();
        self.journal.clear();
    }
}
