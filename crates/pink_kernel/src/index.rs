//! A bounded open-addressing map from 64-bit keys, and a bitmap that hands out the lowest number.

use alloc::{boxed::Box, vec};

const EMPTY: u64 = 0;

/// Key to number; capacity is fixed when it is made. Key 0 is kept as 1.
pub(crate) struct Index {
    cells: Box<[(u64, u16)]>,
    mask: usize,
    used: usize,
}

impl Index {
    /// Room for `entries_max` keys at a load of at most one half.
    pub(crate) fn new(entries_max: usize) -> Self {
        let size = entries_max.saturating_mul(2).next_power_of_two();
        Self {
            cells: vec![(EMPTY, 0); size].into_boxed_slice(),
            mask: size.saturating_sub(1),
            used: 0,
        }
    }

    pub(crate) fn get(&self, key: u64) -> Option<u16> {
        let key = key.max(1);
        let mut at = self.home(key);
        loop {
            match self.cells.get(at) {
                Some((found, value)) if *found == key => return Some(*value),
                Some((EMPTY, _)) | None => return None,
                Some(_) => at = self.next(at),
            }
        }
    }

    /// Sets the number of a key. A full map takes no new key.
    pub(crate) fn set(&mut self, key: u64, value: u16) {
        let key = key.max(1);
        let mut at = self.home(key);
        loop {
            let full = self.used >= self.mask;
            match self.cells.get_mut(at) {
                Some(cell) if cell.0 == key => {
                    cell.1 = value;
                    return;
                }
                Some(cell) if cell.0 == EMPTY => {
                    if !full {
                        *cell = (key, value);
                        self.used = self.used.saturating_add(1);
                    }
                    return;
                }
                Some(_) => at = self.next(at),
                None => return,
            }
        }
    }

    /// Removes a key and closes the hole, so that no tombstone is left.
    pub(crate) fn remove(&mut self, key: u64) {
        let key = key.max(1);
        let mut hole = self.home(key);
        loop {
            match self.cells.get(hole) {
                Some((found, _)) if *found == key => break,
                Some((EMPTY, _)) | None => return,
                Some(_) => hole = self.next(hole),
            }
        }
        self.used = self.used.saturating_sub(1);
        let mut at = self.next(hole);
        while let Some(&(moved, value)) = self.cells.get(at) {
            if moved == EMPTY {
                break;
            }
            let home = self.home(moved);
            let reach = at.wrapping_sub(home) & self.mask;
            let gap = at.wrapping_sub(hole) & self.mask;
            if reach >= gap {
                self.put(hole, (moved, value));
                hole = at;
            }
            at = self.next(at);
        }
        self.put(hole, (EMPTY, 0));
    }

    pub(crate) fn clear(&mut self) {
        self.cells.fill((EMPTY, 0));
        self.used = 0;
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.used
    }

    fn put(&mut self, at: usize, value: (u64, u16)) {
        if let Some(cell) = self.cells.get_mut(at) {
            *cell = value;
        }
    }

    fn home(&self, key: u64) -> usize {
        let mixed = (key ^ (key >> 29)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        usize::try_from(mixed >> 24).unwrap_or(0) & self.mask
    }

    fn next(&self, at: usize) -> usize {
        at.wrapping_add(1) & self.mask
    }
}

/// Free numbers below a bound; the lowest is handed out first.
pub(crate) struct FreeList {
    words: Box<[u64]>,
    free: usize,
}

impl FreeList {
    /// All numbers below `count` are free.
    pub(crate) fn new(count: u16) -> Self {
        let words = usize::from(count).div_ceil(64);
        let mut list = Self {
            words: vec![0; words].into_boxed_slice(),
            free: 0,
        };
        for number in 0..count {
            list.release(number);
        }
        list
    }

    pub(crate) fn lowest(&self) -> Option<u16> {
        let (at, word) = self
            .words
            .iter()
            .enumerate()
            .find(|(_, word)| **word != 0)?;
        let base = u16::try_from(at).ok()?.checked_mul(64)?;
        base.checked_add(u16::try_from(word.trailing_zeros()).ok()?)
    }

    pub(crate) fn take(&mut self, number: u16) {
        if let Some(word) = self.words.get_mut(usize::from(number / 64)) {
            let bit = 1_u64 << (number % 64);
            if *word & bit != 0 {
                *word &= !bit;
                self.free = self.free.saturating_sub(1);
            }
        }
    }

    pub(crate) fn release(&mut self, number: u16) {
        if let Some(word) = self.words.get_mut(usize::from(number / 64)) {
            let bit = 1_u64 << (number % 64);
            if *word & bit == 0 {
                *word |= bit;
                self.free = self.free.saturating_add(1);
            }
        }
    }

    pub(crate) fn is_free(&self, number: u16) -> bool {
        let word = self
            .words
            .get(usize::from(number / 64))
            .copied()
            .unwrap_or(0);
        word & (1_u64 << (number % 64)) != 0
    }

    pub(crate) fn count(&self) -> usize {
        self.free
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn the_map_agrees_with_a_tree_over_random_use() {
        let mut map = Index::new(64);
        let mut tree = BTreeMap::new();
        let mut state = 7_u64;
        for _ in 0..20_000 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let key = (state >> 40) % 90 + 1;
            if state >> 63 == 0 && tree.len() < 64 {
                let value = u16::try_from(state >> 50 & 0xFFF).unwrap();
                map.set(key, value);
                tree.insert(key, value);
            } else {
                map.remove(key);
                tree.remove(&key);
            }
            assert_eq!(map.len(), tree.len());
            for probe in 1..=90 {
                assert_eq!(map.get(probe), tree.get(&probe).copied());
            }
        }
    }

    #[test]
    fn a_full_map_takes_no_new_key_and_keeps_the_old() {
        let mut map = Index::new(2);
        for key in 1..100 {
            map.set(key, 7);
        }
        assert_eq!(map.len(), 3);
        assert_eq!(map.get(1), Some(7));
        map.clear();
        assert_eq!(map.get(1), None);
    }

    #[test]
    fn the_lowest_free_number_comes_first() {
        let mut list = FreeList::new(130);
        assert_eq!(list.count(), 130);
        for number in 0..129 {
            assert_eq!(list.lowest(), Some(number));
            list.take(number);
        }
        list.release(65);
        list.release(65);
        assert!(list.is_free(65) && !list.is_free(66));
        assert_eq!((list.lowest(), list.count()), (Some(65), 2));
    }
}
