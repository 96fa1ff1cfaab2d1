//! The running sums of a slot: whether a booking fits into them, and its addition.

use shm_layout::{Code, OrderCell, OrderRole, SlotCell};

use crate::amount::add;
use crate::fills::Booking;

/// Refuses what no sum of the slot could hold; whatever was told, nothing may saturate.
pub(crate) fn fit(slot: &SlotCell, booking: &Booking) -> Result<(), Code> {
    for (total, part) in [
        (slot.opened_qty_e8, booking.qty_e8),
        (slot.closed_qty_e8, booking.qty_e8),
        (slot.opened_notional_e8, booking.notional_e8),
        (slot.closed_notional_e8, booking.notional_e8),
        (slot.entry_notional_e8, booking.held_cost_e8),
        (slot.realised_e8, booking.realised_e8),
        (slot.excess_qty_e8, booking.excess_qty_e8),
        (slot.excess_notional_e8, booking.excess_notional_e8),
    ] {
        add(total, part)?;
    }
    Ok(())
}

/// Adds what was booked by an order of the slot.
pub(crate) fn add_to(slot: &mut SlotCell, order: &OrderCell, booking: &Booking) {
    let plus = |total: &mut i64, part: i64| *total = total.saturating_add(part);
    if order.role == OrderRole::Entry {
        plus(&mut slot.opened_qty_e8, booking.qty_e8);
        plus(&mut slot.opened_notional_e8, booking.notional_e8);
    } else {
        plus(&mut slot.closed_qty_e8, booking.qty_e8);
        plus(&mut slot.closed_notional_e8, booking.notional_e8);
    }
    plus(&mut slot.qty_e8, booking.held_qty_e8);
    plus(&mut slot.entry_notional_e8, booking.held_cost_e8);
    plus(&mut slot.realised_e8, booking.realised_e8);
    plus(&mut slot.fees_e8, booking.fee_e8);
    plus(&mut slot.excess_qty_e8, booking.excess_qty_e8);
    plus(&mut slot.excess_notional_e8, booking.excess_notional_e8);
}
