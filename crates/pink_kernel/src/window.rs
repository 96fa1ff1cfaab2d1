//! A bounded window over the newest ids or times, kept in cells of sixteen.

use shm_layout::WindowCell;

use crate::cells::{Table, region};
use crate::index::Index;
use crate::kernel::Kernel;

/// Trade ids remembered; a new trade id must differ from all of them.
pub(crate) const TRADE_CELLS: u16 = 512;
/// Times of risk-adding orders remembered; `order_rate_max` is at most this many.
pub(crate) const TIME_CELLS: u16 = 16;
pub(crate) const ORDER_RATE_MAX: u32 = 256;
/// Income transaction ids remembered.
pub(crate) const INCOME_CELLS: u16 = 256;
/// Orders remembered that ended, as far as was told, without a fill.
pub(crate) const UNFILLED_CELLS: u16 = 16;
const PER_CELL: u16 = 16;
const PER_CELL_WIDE: u64 = 16;

pub(crate) struct Window {
    cells: Table<WindowCell>,
    size: u64,
    index: Option<Index>,
}

impl Window {
    /// A window over ids that can be looked up.
    pub(crate) fn of_ids(cells: u16) -> Self {
        let size = usize::from(cells).saturating_mul(usize::from(PER_CELL));
        Self {
            index: Some(Index::new(size)),
            ..Self::of_times(cells)
        }
    }

    /// A window over times, which are only ever read by position.
    pub(crate) fn of_times(cells: u16) -> Self {
        let size = u64::from(cells).saturating_mul(u64::from(PER_CELL));
        Self {
            cells: Table::new(WindowCell::ZERO, cells),
            size,
            index: None,
        }
    }

    pub(crate) fn contains(&self, id: u64) -> bool {
        self.index
            .as_ref()
            .is_some_and(|index| index.get(id.max(1)).is_some())
    }

    /// The value pushed as number `count`, while it is still in the window.
    pub(crate) fn value(&self, count: u64) -> u64 {
        let (cell, place) = self.place(count);
        self.cells.at(cell).values.get(place).copied().unwrap_or(0)
    }

    /// Stores value number `count`; the oldest falls out. Returns the cell it went to.
    pub(crate) fn push(&mut self, count: u64, value: u64) -> u16 {
        let (cell, place) = self.place(count);
        let Some(stored) = self.cells.at_mut(cell).values.get_mut(place) else {
            return cell;
        };
        let old = core::mem::replace(stored, value.max(1));
        if let Some(index) = &mut self.index {
            if old != 0 {
                index.remove(old);
            }
            index.set(value.max(1), cell);
        }
        cell
    }

    pub(crate) fn cell(&self, at: u16) -> &WindowCell {
        self.cells.at(at)
    }

    pub(crate) fn holds(&self, at: u16) -> bool {
        self.cells.holds(at)
    }

    pub(crate) fn set_cell(&mut self, at: u16, content: WindowCell) -> bool {
        if !self.holds(at) {
            return false;
        }
        *self.cells.at_mut(at) = content;
        true
    }

    pub(crate) fn rebuild(&mut self) {
        if let Some(index) = &mut self.index {
            index.clear();
            for (at, cell) in self.cells.iter() {
                for value in cell.values.iter().filter(|value| **value != 0) {
                    index.set(*value, at);
                }
            }
        }
    }

    fn place(&self, count: u64) -> (u16, usize) {
        let at = count.checked_rem(self.size).unwrap_or(0);
        let cell = u16::try_from(at / PER_CELL_WIDE).unwrap_or(0);
        (cell, usize::try_from(at % PER_CELL_WIDE).unwrap_or(0))
    }
}

impl Kernel {
    pub(crate) fn window(&self, region: u8) -> Option<&Window> {
        match region {
            region::TRADE_IDS => Some(&self.trade_ids),
            region::ENTRY_TIMES => Some(&self.entry_times),
            region::INCOME_IDS => Some(&self.income_ids),
            region::UNFILLED_IDS => Some(&self.unfilled_ids),
            _ => None,
        }
    }

    pub(crate) fn window_mut(&mut self, region: u8) -> Option<&mut Window> {
        match region {
            region::TRADE_IDS => Some(&mut self.trade_ids),
            region::ENTRY_TIMES => Some(&mut self.entry_times),
            region::INCOME_IDS => Some(&mut self.income_ids),
            region::UNFILLED_IDS => Some(&mut self.unfilled_ids),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flaw_m6_the_window_forgets_the_oldest_and_only_the_oldest() {
        let mut window = Window::of_ids(4);
        for count in 0..200_u64 {
            window.push(count, 1000 + count);
        }
        for count in 0..200_u64 {
            assert_eq!(window.contains(1000 + count), count >= 136, "{count}");
        }
        assert_eq!(window.value(199), 1199);
        window.rebuild();
        assert!(window.contains(1199) && !window.contains(1135));
    }

    #[test]
    fn the_rate_window_holds_as_many_times_as_may_be_asked_for() {
        assert_eq!(u32::from(TIME_CELLS * PER_CELL), ORDER_RATE_MAX);
    }
}
