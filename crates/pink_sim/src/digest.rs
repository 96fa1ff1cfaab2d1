//! A digest of the whole state, kept up to date from the cells that `apply` names as changed.

use std::collections::HashMap;

use pink_kernel::{CELL_WORDS_MAX, CellRef, Kernel};

/// The sum of a hash of each cell that is not blank.
pub(crate) struct Digest {
    cells: HashMap<(u8, u16), u64>,
    pub(crate) sum: u64,
}

impl Digest {
    /// Made from all cells.
    pub(crate) fn of(kernel: &Kernel) -> Self {
        let mut digest = Self {
            cells: HashMap::new(),
            sum: 0,
        };
        for cell in kernel.used_cells() {
            digest.note(kernel, cell);
        }
        digest
    }

    /// A cell may have changed.
    pub(crate) fn note(&mut self, kernel: &Kernel, cell: CellRef) {
        let hash = if kernel.is_blank(cell) {
            0
        } else {
            hash_of(kernel, cell)
        };
        let before = self.cells.insert((cell.region, cell.index), hash);
        self.sum = self
            .sum
            .wrapping_sub(before.unwrap_or(0))
            .wrapping_add(hash);
    }
}

fn hash_of(kernel: &Kernel, cell: CellRef) -> u64 {
    let mut words = [0; CELL_WORDS_MAX];
    let count = kernel.cell(cell, &mut words);
    let place = u64::from(cell.region) << 32 | u64::from(cell.index);
    words[..count].iter().fold(place, |hash, word| {
        (hash ^ word)
            .wrapping_mul(0x9E37_79B9_7F4A_7C15)
            .rotate_left(23)
    })
}
