//! What everyone may see: cells and outcomes, published only after they are in the journal.

use pink_journal::machine::Machine;
use pink_kernel::{CELL_WORDS_MAX, CellRef};
use shm_layout::{JournalCell, KernelCell, LAYOUT, Outcome, Region, Shape, Writer, region};
use zinc::{OwnSegment, Producer, ZincError};

/// Inputs of one turn of the loop.
pub const TURN_INPUTS_MAX: usize = 256;
const CELL_BYTES_MAX: usize = CELL_WORDS_MAX * 8;

/// Figures of the loop that are no part of the kernel's state.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoopFigures {
    pub loops: u64,
    pub loop_max_ns: u64,
    pub backpressure: u64,
}

/// A region of cells of our own segment.
struct Shelf {
    region: &'static Region,
    /// Per cell: already on the list of this turn.
    listed: Box<[bool]>,
}

/// Collects what a batch changed and publishes it at once.
pub struct Board {
    shelves: Vec<Shelf>,
    changed: Vec<CellRef>,
    outcomes: Vec<Outcome>,
    ring: Producer,
}

impl Board {
    pub fn new(own: &mut OwnSegment) -> Result<Self, ZincError> {
        let kernel = u32::from(Writer::Kernel.code());
        let regions = LAYOUT
            .segment(kernel)
            .map_or(&[][..], |segment| segment.regions);
        let shelves = regions
            .iter()
            .filter(|r| r.shape == Shape::Cells)
            .map(|r| Shelf {
                region: r,
                listed: vec![false; r.count].into_boxed_slice(),
            });
        let shelves: Vec<Shelf> = shelves.collect();
        let cells = shelves.iter().map(|shelf| shelf.region.count).sum();
        Ok(Self {
            shelves,
            changed: Vec::with_capacity(cells),
            outcomes: Vec::with_capacity(TURN_INPUTS_MAX),
            // Nobody is woken by outcomes: their readers look at a pace of their own.
            ring: own.producer(&region::OUTCOMES, &[])?,
        })
    }

    /// Notes what the last input did.
    pub fn note(&mut self, machine: &Machine) {
        self.outcomes.push(machine.effects.outcome);
        for cell in machine.effects.touched() {
            self.list(*cell);
        }
    }

    /// Notes every cell, also those that hold nothing: the segment may show an older life.
    pub fn note_all(&mut self, machine: &Machine) {
        for cell in machine.kernel.cells() {
            self.list(cell);
        }
    }

    fn list(&mut self, cell: CellRef) {
        let shelf = self
            .shelves
            .iter_mut()
            .find(|s| s.region.id == u32::from(cell.region));
        // A region without a shelf is journal-only.
        let listed = shelf.and_then(|shelf| shelf.listed.get_mut(usize::from(cell.index)));
        if let Some(listed) = listed.filter(|listed| !**listed) {
            *listed = true;
            self.changed.push(cell);
        }
    }

    /// True if two more inputs may not fit before the next `publish`.
    pub fn is_full(&self) -> bool {
        self.outcomes.len() + 2 > TURN_INPUTS_MAX
    }

    /// Publishes everything noted. Their records are written.
    pub fn publish(
        &mut self,
        own: &mut OwnSegment,
        machine: &Machine,
        figures: &LoopFigures,
    ) -> Result<(), ZincError> {
        let mut words = [0; CELL_WORDS_MAX];
        for cell in self.changed.drain(..) {
            let Some(shelf) = self
                .shelves
                .iter_mut()
                .find(|s| s.region.id == u32::from(cell.region))
            else {
                continue;
            };
            let index = usize::from(cell.index);
            shelf.listed[index] = false;
            let count = machine.kernel.cell(cell, &mut words);
            if shelf.region.id == region::KERNEL_STATS.id {
                let stats = with_figures(machine.kernel.stats(), figures);
                own.write(shelf.region, index, &stats.to_bytes())?;
                continue;
            }
            let mut bytes = [0; CELL_BYTES_MAX];
            for (to, from) in bytes.chunks_exact_mut(8).zip(&words[..count]) {
                to.copy_from_slice(&from.to_le_bytes());
            }
            own.write(shelf.region, index, &bytes[..count * 8])?;
        }
        for outcome in self.outcomes.drain(..) {
            self.ring.publish(&outcome.to_bytes())?;
        }
        Ok(())
    }

    /// Publishes the journal's watermarks and health.
    pub fn publish_journal(own: &mut OwnSegment, cell: &JournalCell) -> Result<(), ZincError> {
        own.write(&region::JOURNAL, 0, &cell.to_bytes())
    }
}

/// The kernel's counters with those of the loop around it.
fn with_figures(stats: &KernelCell, figures: &LoopFigures) -> KernelCell {
    KernelCell {
        loops: figures.loops,
        loop_max_ns: figures.loop_max_ns,
        backpressure: figures.backpressure,
        ..*stats
    }
}
