//! The kernel's specification as scenarios: an action, the stage after it, what else must be so.

#![allow(
    unreachable_pub,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::items_after_statements,
    clippy::large_types_passed_by_value,
    clippy::panic,
    clippy::too_many_lines,
    clippy::unwrap_used,
    reason = "one test binary, which may fail loudly"
)]

mod absence;
mod account;
mod anchoring;
mod answers;
mod asking;
mod beside;
mod booking;
mod bounds;
mod broken;
mod cancel;
mod check;
mod closing;
mod commands;
mod contradicted;
mod edges;
mod ended;
mod entry;
mod evidence;
mod exit;
mod fills;
mod first_failure;
mod flaws;
mod fsm;
mod getout;
mod guard;
mod hindered;
mod incidents;
mod kept;
mod limits;
mod losses;
mod lots;
mod many;
mod moves;
mod outlived;
mod outside;
mod passed;
mod properties;
mod protection;
mod reconcile;
mod recovery;
mod reports;
mod risk;
mod risk_table;
mod rows;
mod settle;
mod starting;
mod sweeping;
mod told;
mod unknown;
mod unlisted;
mod venue;
mod waiting;
mod wallet;
mod withdraw;
mod words;
mod world;
