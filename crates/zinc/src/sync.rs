//! The atomics the core is built on: the machine's, or loom's when its models run.

#[cfg(not(loom))]
pub use core::sync::atomic::{AtomicU64, Ordering, fence};
#[cfg(loom)]
pub use loom::sync::atomic::{AtomicU64, Ordering, fence};

use Ordering::Relaxed;

/// Stores little-endian bytes word by word; `bytes` is a multiple of 8 long.
pub(crate) fn store_words(words: &[AtomicU64], bytes: &[u8]) {
    for (word, chunk) in words.iter().zip(bytes.chunks_exact(8)) {
        let mut eight = [0; 8];
        eight.copy_from_slice(chunk);
        word.store(u64::from_le_bytes(eight), Relaxed);
    }
}

/// Loads words into little-endian bytes; `bytes` is a multiple of 8 long.
pub(crate) fn load_words(words: &[AtomicU64], bytes: &mut [u8]) {
    for (word, chunk) in words.iter().zip(bytes.chunks_exact_mut(8)) {
        chunk.copy_from_slice(&word.load(Relaxed).to_le_bytes());
    }
}
