//! The state as cells: what is published, journalled, snapshotted and overlaid at recovery.

use alloc::{boxed::Box, vec};

use shm_layout::{
    AccountCell, Control, DeskCell, Epoch, InstrumentCell, KernelCell, OrderCell, SlotCell,
    WindowCell,
};

use crate::kernel::Kernel;
use crate::{INSTRUMENTS_MAX, NONE, ORDERS_MAX, SLOTS_MAX};

/// Region numbers of cells; those below 128 are published under the same number.
pub mod region {
    use shm_layout::region as published;

    pub const SLOTS: u8 = narrow(published::SLOTS.id);
    pub const ORDERS: u8 = narrow(published::ORDERS.id);
    pub const ACCOUNT: u8 = narrow(published::ACCOUNT.id);
    pub const INSTRUMENTS: u8 = narrow(published::INSTRUMENTS.id);
    pub const KERNEL_STATS: u8 = narrow(published::KERNEL_STATS.id);
    /// From here on journal-only: the configuration in force (a Control record).
    pub const CONFIG: u8 = 128;
    /// The last Epoch record.
    pub const EPOCH: u8 = 129;
    /// `DeskCell`.
    pub const DESK: u8 = 130;
    /// `WindowCell`s of trade ids.
    pub const TRADE_IDS: u8 = 131;
    /// `WindowCell`s of times of risk-adding orders.
    pub const ENTRY_TIMES: u8 = 132;
    /// `WindowCell`s of income transaction ids.
    pub const INCOME_IDS: u8 = 133;
    pub const UNFILLED_IDS: u8 = 134;

    const fn narrow(id: u32) -> u8 {
        assert!(id < 128);
        id.to_le_bytes()[0]
    }
}

/// Words of the largest cell.
pub const CELL_WORDS_MAX: usize = 64;

/// One cell of the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellRef {
    pub region: u8,
    pub index: u16,
}

impl CellRef {
    pub(crate) const fn slot(index: u16) -> Self {
        Self {
            region: region::SLOTS,
            index,
        }
    }
    pub(crate) const fn order(index: u16) -> Self {
        Self {
            region: region::ORDERS,
            index,
        }
    }
    pub(crate) const fn instrument(index: u16) -> Self {
        Self {
            region: region::INSTRUMENTS,
            index,
        }
    }
    pub(crate) const fn single(region: u8) -> Self {
        Self { region, index: 0 }
    }
}

/// Cells of one kind. A reference out of range lands on a spare cell that means nothing, so that
/// no access can fail; `check` proves that the spare was never written.
pub(crate) struct Table<T> {
    cells: Box<[T]>,
    spare: T,
}

impl<T: Copy + PartialEq> Table<T> {
    pub(crate) fn new(zero: T, count: u16) -> Self {
        Self {
            cells: vec![zero; usize::from(count)].into_boxed_slice(),
            spare: zero,
        }
    }

    pub(crate) fn at(&self, index: u16) -> &T {
        self.cells.get(usize::from(index)).unwrap_or(&self.spare)
    }

    pub(crate) fn at_mut(&mut self, index: u16) -> &mut T {
        self.cells
            .get_mut(usize::from(index))
            .unwrap_or(&mut self.spare)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (u16, &T)> {
        (0_u16..).zip(self.cells.iter())
    }

    pub(crate) fn holds(&self, index: u16) -> bool {
        usize::from(index) < self.cells.len()
    }

    pub(crate) fn spare(&self) -> &T {
        &self.spare
    }
}

/// Every cell there is, in the order of snapshots.
pub(crate) fn all() -> impl Iterator<Item = CellRef> {
    let many = |region, count: u16| (0..count).map(move |index| CellRef { region, index });
    many(region::SLOTS, SLOTS_MAX)
        .chain(many(region::ORDERS, ORDERS_MAX))
        .chain(many(region::ACCOUNT, 1))
        .chain(many(region::INSTRUMENTS, INSTRUMENTS_MAX))
        .chain(many(region::KERNEL_STATS, 1))
        .chain(many(region::CONFIG, 1))
        .chain(many(region::EPOCH, 1))
        .chain(many(region::DESK, 1))
        .chain(many(region::TRADE_IDS, crate::window::TRADE_CELLS))
        .chain(many(region::ENTRY_TIMES, crate::window::TIME_CELLS))
        .chain(many(region::INCOME_IDS, crate::window::INCOME_CELLS))
        .chain(many(region::UNFILLED_IDS, crate::window::UNFILLED_CELLS))
}

impl Kernel {
    /// Every cell of the state, in a fixed order.
    pub fn cells(&self) -> impl Iterator<Item = CellRef> + use<> {
        all()
    }

    /// Whether the cell still holds what a new kernel would hold.
    #[must_use]
    pub fn is_blank(&self, cell: CellRef) -> bool {
        match cell.region {
            region::SLOTS => *self.slots.at(cell.index) == crate::slot::blank(cell.index, 0),
            region::ORDERS => *self.orders.at(cell.index) == crate::order::blank(cell.index),
            region::INSTRUMENTS => *self.instruments.at(cell.index) == InstrumentCell::ZERO,
            region::TRADE_IDS | region::ENTRY_TIMES | region::INCOME_IDS | region::UNFILLED_IDS => {
                self.window(cell.region)
                    .is_some_and(|w| *w.cell(cell.index) == WindowCell::ZERO)
            }
            _ => false,
        }
    }

    /// Copies a cell's words to the front of `words` and says how many; 0 for no such cell.
    pub fn cell(&self, cell: CellRef, words: &mut [u64; CELL_WORDS_MAX]) -> usize {
        let at = cell.index;
        match cell.region {
            region::SLOTS if self.slots.holds(at) => put(words, &self.slots.at(at).to_words()),
            region::ORDERS if self.orders.holds(at) => put(words, &self.orders.at(at).to_words()),
            region::INSTRUMENTS if self.instruments.holds(at) => {
                put(words, &self.instruments.at(at).to_words())
            }
            region::ACCOUNT => put(words, &self.account.to_words()),
            region::KERNEL_STATS => put(words, &self.stats.to_words()),
            region::CONFIG => put(words, &self.config.to_words()),
            region::EPOCH => put(words, &self.epoch.to_words()),
            region::DESK => put(words, &self.desk.to_words()),
            _ => self
                .window(cell.region)
                .filter(|w| w.holds(at))
                .map_or(0, |w| put(words, &w.cell(at).to_words())),
        }
    }

    /// Sets a cell from recorded words. Call `rebuild` after the last one.
    pub fn overlay(&mut self, cell: CellRef, words: &[u64]) -> Result<(), BadCell> {
        let at = cell.index;
        let bad = BadCell { cell };
        match cell.region {
            region::SLOTS if self.slots.holds(at) => {
                *self.slots.at_mut(at) =
                    SlotCell::from_words(take(words, bad)?).map_err(|_| bad)?;
            }
            region::ORDERS if self.orders.holds(at) => {
                let order = OrderCell::from_words(take(words, bad)?).map_err(|_| bad)?;
                *self.orders.at_mut(at) = order;
            }
            region::INSTRUMENTS if self.instruments.holds(at) => {
                let rules = InstrumentCell::from_words(take(words, bad)?).map_err(|_| bad)?;
                *self.instruments.at_mut(at) = rules;
            }
            region::ACCOUNT => {
                self.account = AccountCell::from_words(take(words, bad)?).map_err(|_| bad)?;
            }
            region::KERNEL_STATS => {
                self.stats = KernelCell::from_words(take(words, bad)?).map_err(|_| bad)?;
            }
            region::CONFIG => {
                self.config = Control::from_words(take(words, bad)?).map_err(|_| bad)?;
            }
            region::EPOCH => {
                self.epoch = Epoch::from_words(take(words, bad)?).map_err(|_| bad)?;
            }
            region::DESK => {
                self.desk = DeskCell::from_words(take(words, bad)?).map_err(|_| bad)?;
            }
            other => {
                let content = WindowCell::from_words(take(words, bad)?).map_err(|_| bad)?;
                let window = self.window_mut(other).ok_or(bad)?;
                if !window.set_cell(at, content) {
                    return Err(bad);
                }
            }
        }
        Ok(())
    }

    /// A hash over all cells; equal states have equal hashes.
    #[must_use]
    pub fn state_hash(&self) -> u64 {
        let mut words = [0; CELL_WORDS_MAX];
        let mut hash = 0xCBF2_9CE4_8422_2325_u64;
        for cell in all() {
            if self.is_blank(cell) {
                continue;
            }
            let count = self.cell(cell, &mut words);
            hash = mix(hash, u64::from(cell.region) << 32 | u64::from(cell.index));
            for word in words.iter().take(count) {
                hash = mix(hash, *word);
            }
        }
        hash
    }
}

/// Recorded words that are no cell of this state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadCell {
    pub cell: CellRef,
}

impl core::fmt::Display for BadCell {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(
            f,
            "no cell of the kernel: region {} index {}",
            self.cell.region, self.cell.index
        )
    }
}

impl core::error::Error for BadCell {}

pub(crate) fn mix(hash: u64, word: u64) -> u64 {
    let mixed = (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    mixed ^ (mixed >> 32)
}

fn put(words: &mut [u64; CELL_WORDS_MAX], from: &[u64]) -> usize {
    for (to, from) in words.iter_mut().zip(from) {
        *to = *from;
    }
    from.len()
}

fn take<const N: usize>(words: &[u64], bad: BadCell) -> Result<&[u64; N], BadCell> {
    <&[u64; N]>::try_from(words).map_err(|_| bad)
}

const _: () = assert!(NONE > ORDERS_MAX && NONE > SLOTS_MAX);
