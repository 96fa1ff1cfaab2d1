//! Shared memory: segments, seqlock cells, rings and waiting; the only crate with unsafe code.
