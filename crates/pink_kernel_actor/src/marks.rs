//! Samples the listener's marks, at most ten a second per symbol and once more before an ENTER.

use pink_kernel::{INSTRUMENTS_MAX, Kernel};
use shm_layout::{Ascii, Mark, MarkCell, region};
use zinc::{Segment, ZincError};

/// Least time between two samples of one symbol.
const SAMPLE_NS: u64 = 100_000_000;
const CELLS: usize = region::MARKS.count;

#[derive(Clone, Copy, Default)]
struct Seen {
    generation: u64,
    sampled_mono_ns: u64,
}

/// What was sampled of each cell.
pub struct Marks {
    seen: [Seen; CELLS],
    /// The cell of each of the kernel's symbols; one that was never sampled has none.
    cells: [Option<usize>; INSTRUMENTS_MAX as usize],
}

impl Marks {
    pub fn new() -> Self {
        Self {
            seen: [Seen::default(); CELLS],
            cells: [None; INSTRUMENTS_MAX as usize],
        }
    }

    /// The next cell from `from` on whose sample is due: its index and its mark.
    pub fn due(
        &mut self,
        listener: &Segment,
        kernel: &Kernel,
        from: usize,
        now_mono_ns: u64,
    ) -> Result<Option<(usize, Mark)>, ZincError> {
        for index in from..CELLS {
            let seen = self.seen[index];
            let due = now_mono_ns.saturating_sub(seen.sampled_mono_ns) >= SAMPLE_NS;
            if due && let Some(mark) = self.sample(listener, kernel, index, now_mono_ns)? {
                return Ok(Some((index, mark)));
            }
        }
        Ok(None)
    }

    /// The mark of a symbol if it changed since its last sample, however short ago that was.
    pub fn fresh(
        &mut self,
        listener: &Segment,
        kernel: &Kernel,
        symbol: &Ascii<24>,
        now_mono_ns: u64,
    ) -> Result<Option<Mark>, ZincError> {
        let place = kernel.place_of(symbol).map(usize::from);
        match place.and_then(|place| self.cells.get(place).copied().flatten()) {
            Some(index) => self.sample(listener, kernel, index, now_mono_ns),
            None => Ok(None),
        }
    }

    fn sample(
        &mut self,
        listener: &Segment,
        kernel: &Kernel,
        index: usize,
        now_mono_ns: u64,
    ) -> Result<Option<Mark>, ZincError> {
        let generation = listener.generation(&region::MARKS, index)?;
        if generation == self.seen[index].generation {
            return Ok(None);
        }
        let mut bytes = [0; MarkCell::SIZE];
        let generation = match listener.read(&region::MARKS, index, &mut bytes) {
            Ok(generation) => generation,
            // Written faster than it can be read: the next turn tries again.
            Err(ZincError::CellBusy { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        // A cell that is no MarkCell has no price to tell; its age does the rest.
        let Ok(cell) = MarkCell::from_bytes(&bytes) else {
            return Ok(None);
        };
        self.seen[index].sampled_mono_ns = now_mono_ns;
        let Some(place) = kernel.place_of(&cell.symbol) else {
            return Ok(None); // Its rules will come; the price is told then.
        };
        self.seen[index].generation = generation;
        self.cells[usize::from(place)] = Some(index);
        let usable = cell.mark_e12 > 0 && cell.stale == 0 && !cell.symbol.is_empty();
        Ok(usable.then_some(Mark {
            symbol: cell.symbol,
            mark_e12: cell.mark_e12,
            bid_e12: cell.bid_e12,
            ask_e12: cell.ask_e12,
            venue_wall_ms: cell.venue_wall_ms,
            recv_mono_ns: cell.recv_mono_ns,
            market_ms: cell.market_ms,
        }))
    }
}
