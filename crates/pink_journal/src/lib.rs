//! The journal: every input and what it did, written before anything else can see it.

pub mod disk;
pub mod entry;
pub mod error;
pub mod format;
pub mod packing;
pub mod reader;
pub mod recovery;
pub mod sim_disk;
pub mod snapshot;
pub mod streams;
pub mod writer;
