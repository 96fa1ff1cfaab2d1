//! Records without their zero words: most fields of most records are zero.

/// Bytes that `pack` may need for a record of so many words.
pub const fn packed_bytes_max(words: usize) -> usize {
    (words.div_ceil(64) + words) * 8
}

/// Writes bitmap and non-zero words, returns the bytes used and the words stored.
///
/// `out` has room for `packed_bytes_max(words.len())`.
pub fn pack(words: &[u64], out: &mut [u8]) -> (usize, u16) {
    let maps = words.len().div_ceil(64);
    let mut at = maps * 8;
    let mut stored = 0_u16;
    for (map, chunk) in words.chunks(64).enumerate() {
        let mut bits = 0_u64;
        for (bit, word) in chunk.iter().enumerate() {
            // Always stored, kept only if not zero: no branch that the data decides.
            out[at..at + 8].copy_from_slice(&word.to_le_bytes());
            let keep = *word != 0;
            bits |= u64::from(keep) << bit;
            at += usize::from(keep) * 8;
            stored += u16::from(keep);
        }
        out[map * 8..map * 8 + 8].copy_from_slice(&bits.to_le_bytes());
    }
    (at, stored)
}

/// Reads what `pack` wrote into `words`; `None` if the bytes do not fit the bitmap.
pub fn unpack(packed: &[u8], words: &mut [u64]) -> Option<()> {
    let maps = words.len().div_ceil(64);
    let (bitmap, stored) = packed.split_at_checked(maps * 8)?;
    let mut stored = stored.chunks_exact(8);
    for (chunk, map) in words.chunks_mut(64).zip(bitmap.chunks_exact(8)) {
        let bits = u64::from_le_bytes(map.try_into().ok()?);
        if chunk.len() < 64 && bits >> chunk.len() != 0 {
            return None;
        }
        for (bit, word) in chunk.iter_mut().enumerate() {
            *word = 0;
            if bits >> bit & 1 == 1 {
                *word = u64::from_le_bytes(stored.next()?.try_into().ok()?);
            }
        }
    }
    (stored.next().is_none() && stored.remainder().is_empty()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::{pack, packed_bytes_max, unpack};

    #[test]
    fn packing_loses_nothing_at_any_length() {
        for len in 0..200_usize {
            let words: Vec<u64> = (0..len)
                .map(|i| if i % 3 == 0 { 0 } else { i as u64 * 77 })
                .collect();
            let mut packed = vec![0xAA; packed_bytes_max(len)];
            let (used, stored) = pack(&words, &mut packed);
            assert_eq!(
                usize::from(stored),
                words.iter().filter(|w| **w != 0).count()
            );
            let mut back = vec![1; len];
            unpack(&packed[..used], &mut back).unwrap();
            assert_eq!(back, words);
            assert!(used == 0 || unpack(&packed[..used - 1], &mut back).is_none());
        }
    }

    #[test]
    fn a_bitmap_with_bits_beyond_the_record_is_refused() {
        let mut packed = vec![0; 16];
        packed[..8].copy_from_slice(&(1_u64 << 9).to_le_bytes());
        assert!(unpack(&packed, &mut [0; 9]).is_none());
    }
}
