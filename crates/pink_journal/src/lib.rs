//! The journal: every input and what it did, written before anything else can see it.

mod description;
mod diagnosis;
pub mod disk;
pub mod durability;
pub mod entry;
pub mod error;
pub mod format;
pub mod json;
pub mod machine;
pub mod opening;
pub mod outbox;
pub mod outcomes;
pub mod packing;
pub mod reader;
pub mod record;
pub mod recovery;
pub mod retention;
pub mod show;
pub mod sim_disk;
pub mod snapshot;
pub mod streams;
pub mod tail;
pub mod translation;
pub mod writer;
