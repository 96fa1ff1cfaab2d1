//! The pure state machine: slots, orders, fills, account and refusals.
//!
//! `Kernel::apply(seq, now, input, effects)` is a function of the state and its arguments. It has
//! no clock, does no I/O, knows no float and does not fail: what it cannot accept it refuses with
//! a `Code`. The state is made of the records of `shm_layout`, so publishing, snapshots and
//! recovery are copies of cells. One input gives one `Outcome` and at most seven `Command`s.
#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        reason = "tests may fail loudly"
    )
)]

extern crate alloc;

mod absence;
mod account;
mod amount;
mod cells;
mod check;
mod command;
mod control;
mod deadline;
mod due;
mod effects;
mod exits;
mod fills;
mod found;
pub mod fsm;
mod ids;
mod index;
mod intent;
mod kernel;
mod less;
mod limits;
mod order;
mod outcome;
mod passed;
mod protection;
mod reconcile;
mod recovery;
mod report;
mod room;
mod rules;
mod settle;
mod slot;
mod steady;
mod sums;
mod sweep;
mod wallet;
mod window;
mod withdraw;

pub use amount::{notional_e8, share_e8};
pub use cells::{BadCell, CELL_WORDS_MAX, CellRef, region};
pub use check::Violation;
pub use effects::{COMMANDS_MAX, Effects, TOUCHED_MAX};
pub use kernel::{Input, Kernel, Now};

/// No slot, no order: the value of an empty reference in the records.
pub const NONE: u16 = 0xFFFF;
/// Slots there are cells for.
pub const SLOTS_MAX: u16 = 256;
/// Orders there are cells for.
pub const ORDERS_MAX: u16 = 1024;
/// Symbols there are cells for.
pub const INSTRUMENTS_MAX: u16 = 256;
/// Exit legs of one trade.
pub const LEGS_MAX: u8 = 8;
