//! What the journal promises, on a disk that loses, tears and reorders what was not synced.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail loudly too"
)]

mod damage;
#[path = "../../benches/journal/flow.rs"]
mod flow;
mod full;
mod kept;
mod power;
mod replay;
mod reshaped;
mod rig;
mod round_trip;
