//! The kernel's specification as scenarios: an action, the stage after it, what else must be so.

#![allow(unreachable_pub, reason = "one test binary")]

mod account;
mod cancel;
mod check;
mod entry;
mod exit;
mod fills;
mod flaws;
mod fsm;
mod incidents;
mod limits;
mod properties;
mod protection;
mod reconcile;
mod recovery;
mod settle;
mod unknown;
mod venue;
mod words;
mod world;
