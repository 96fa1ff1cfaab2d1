//! What the journal promises, on a disk that loses, tears and reorders what was not synced.

mod damage;
mod full;
mod power;
mod rig;
mod round_trip;
