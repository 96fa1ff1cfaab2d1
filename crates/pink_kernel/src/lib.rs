//! The pure state machine: slots, orders, fills, account and refusals.
