//! Shared memory: segments, seqlock cells, rings and waiting; the only crate with unsafe code.
//!
//! A [`Segment`] is somebody else's memory, mapped read-only; an [`OwnSegment`] is this process's
//! own, mapped writable by nobody else. Cells hold latest state, rings hold messages, and each
//! word has exactly one writing process. `cell`, `ring` and `park` are the lock-free core: they
//! work on words wherever those lie, so that loom checks the code that runs.
#![allow(
    unsafe_code,
    reason = "mapping, futex and locks; nothing above this crate may"
)]

#[cfg(target_endian = "big")]
compile_error!("the segment format is little-endian");

pub mod cell;
pub mod park;
pub mod ring;
pub mod sync;

#[cfg(not(loom))]
mod consumer;
#[cfg(not(loom))]
mod create;
#[cfg(not(loom))]
mod error;
#[cfg(not(loom))]
mod header;
#[cfg(not(loom))]
mod map;
#[cfg(not(loom))]
mod own;
#[cfg(not(loom))]
mod process;
#[cfg(not(loom))]
mod producer;
#[cfg(not(loom))]
mod segment;
#[cfg(not(loom))]
mod system;
#[cfg(not(loom))]
mod wait;

#[cfg(not(loom))]
pub use consumer::{Consumer, Polled};
#[cfg(not(loom))]
pub use create::{create, list, unlink};
#[cfg(not(loom))]
pub use error::{Refusal, ZincError};
#[cfg(not(loom))]
pub use header::Header;
#[cfg(not(loom))]
pub use own::OwnSegment;
#[cfg(not(loom))]
pub use process::{mono_ns, wall_ns};
#[cfg(not(loom))]
pub use producer::Producer;
#[cfg(not(loom))]
pub use segment::Segment;
#[cfg(not(loom))]
pub use system::set_timer_slack;
#[cfg(not(loom))]
pub use wait::{PARK_MS_MAX, announce_park, unpark, wait_any};
