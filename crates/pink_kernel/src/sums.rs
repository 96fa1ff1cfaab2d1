//! The running sums of a slot: whether a booking fits into them, and its addition.

use shm_layout::{Code, OrderCell, OrderRole, SlotCell};

use crate::amount::{add, average_e12, gain, notional_e8, share_e8, sub, within_band};
use crate::fills::Booking;
use crate::slot::MONEY_MAX;

/// What a change of a position by nobody here comes to, at the best price that is known.
pub(crate) struct Outside {
    pub(crate) price: i64,
    pub(crate) opened: i64,
    pub(crate) closed: i64,
    /// Change of the cost of what is held.
    pub(crate) cost: i64,
    pub(crate) realised: i64,
}

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

/// What was bought outside is booked at what the venue says it cost, what was sold at the mark.
pub(crate) fn outside(slot: &SlotCell, change: i64, band_e8: i64) -> Result<Outside, Code> {
    let price = match slot.mark_e12 {
        0 => average_e12(slot.entry_notional_e8, slot.qty_e8).unwrap_or(0),
        mark => mark,
    };
    let mut figures = Outside {
        price,
        opened: 0,
        closed: 0,
        cost: 0,
        realised: 0,
    };
    let gone = sub(0, change)?;
    if change > 0 {
        figures.opened = added_e8(slot, change, (price, band_e8))?;
        figures.cost = figures.opened;
    } else {
        figures.closed = notional_e8(gone, price).ok_or(Code::OutOfRange)?;
        let held = slot.entry_notional_e8;
        let released = share_e8(held, gone, slot.qty_e8).ok_or(Code::OutOfRange)?;
        figures.cost = sub(0, released)?;
        figures.realised = gain(slot.side, figures.closed, released)?;
    }
    if figures.opened.max(figures.closed) > MONEY_MAX {
        return Err(Code::OutOfRange);
    }
    for (total, part) in [
        (slot.opened_qty_e8, change.max(0)),
        (slot.closed_qty_e8, gone.max(0)),
        (slot.opened_notional_e8, figures.opened),
        (slot.closed_notional_e8, figures.closed),
        (slot.entry_notional_e8, figures.cost),
        (slot.realised_e8, figures.realised),
    ] {
        add(total, part)?;
    }
    Ok(figures)
}

/// What was paid for more of a position. The venue tells the average of all that is held, rounded:
/// where what was held before leaves a price near the market, that is the price of the rest.
fn added_e8(slot: &SlotCell, change: i64, (price, band_e8): (i64, i64)) -> Result<i64, Code> {
    let told = slot.snap_price_e12;
    let all = notional_e8(add(slot.qty_e8, change)?, told).ok_or(Code::OutOfRange)?;
    let rest = sub(all, slot.entry_notional_e8)?;
    let near = average_e12(rest, change).is_some_and(|paid| within_band(paid, price, band_e8));
    if told > 0 && near {
        return Ok(rest);
    }
    let known = if told > 0 { told } else { price };
    notional_e8(change, known).ok_or(Code::OutOfRange)
}
