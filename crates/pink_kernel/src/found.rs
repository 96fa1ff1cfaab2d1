//! Positions at the venue without a slot: taken over or flagged once certain, forgotten once gone.
//! A closed trade waits for figures and holds nothing: what is held beside it is treated alike.

use shm_layout::{Code, Fact, Side};

use crate::amount::notional_e8;
use crate::cells::CellRef;
use crate::ids::{adopted_id, hash};
use crate::intent::WHOLE;
use crate::kernel::{Kernel, Turn};
use crate::order::is_unsettled;
use crate::slot::{blank, side_index};
use crate::sweep::NS_PER_MS;
use crate::withdraw::WANTED_BY_FLATTEN;
use crate::{NONE, ORDERS_MAX};

/// For so long the orders of a trade that closed, asked again and again, may explain what is held
/// beside it, before a FLATTEN closes it as a position of nobody's.
const EXPLAINED_WITHIN_MS: u32 = 60_000;

impl Kernel {
    /// A position that no slot owns: kept in sight, and its symbol closed to entries.
    pub(crate) fn note_found(
        &mut self,
        t: &mut Turn<'_>,
        at: u16,
        side: usize,
        (qty_e8, price_e12): (i64, i64),
        since_wall_ns: i64,
    ) -> Result<(), Code> {
        let asked = self.desk.snap_asked_seq;
        let cell = self.instruments.at_mut(at);
        t.fx.touch(CellRef::instrument(at));
        let fields = (
            cell.found_qty_e8.get_mut(side),
            cell.found_price_e12.get_mut(side),
            cell.found_seq.get_mut(side),
            cell.found_since_wall_ns.get_mut(side),
        );
        let (Some(qty), Some(price), Some(seq), Some(since)) = fields else {
            return Err(Code::InvalidField);
        };
        let fresh = *qty != qty_e8;
        if fresh {
            *since = since_wall_ns;
        }
        (*qty, *price, *seq) = (qty_e8, price_e12, asked);
        cell.foreign_qty_e8 = cell
            .found_qty_e8
            .iter()
            .fold(0, |sum, qty| sum.saturating_add(*qty));
        if fresh {
            self.note_anomaly(t);
        }
        Ok(())
    }

    /// A fill may be what was seen before it: what lists show from now on has to last anew.
    pub(crate) fn restart_differences(&mut self, t: &mut Turn<'_>, at: u16) {
        let slot = *self.slots.at(at);
        let now_ns = self.steady_ns(t.now);
        if slot.discrepancy_qty_e8 != 0 {
            self.amend_slot(t, at, |slot| slot.absent_since_wall_ns = now_ns);
        }
        let (place, side) = (self.instrument_of(at), side_index(slot.side));
        let cell = self.instruments.at_mut(place);
        if cell.found_qty_e8.get(side).is_some_and(|qty| *qty != 0)
            && let Some(since) = cell.found_since_wall_ns.get_mut(side)
        {
            *since = now_ns;
            t.fx.touch(CellRef::instrument(place));
        }
    }

    /// Held beside a closed trade, in two whole snapshots far enough apart, for positions lag the
    /// fill that closed it: found like any other. Only a FLATTEN does not wait until the slot is
    /// free; it opens the trade again, to close that too.
    pub(crate) fn compare_closed(&mut self, t: &mut Turn<'_>, at: u16) -> Option<Result<(), Code>> {
        let slot = *self.slots.at(at);
        let seen = self.seen_of(&slot);
        if seen == slot.discrepancy_qty_e8 && seen == 0 {
            return None;
        }
        t.slot = at;
        if seen == 0 {
            self.forget_difference(t, at);
            return Some(Ok(()));
        }
        let lasting = self.is_lasting(&slot, seen, self.config.flat_confirm_ms);
        self.note_difference(t, at, seen);
        self.ask_unsettled(t, at);
        let flattening = self.account.flattening != 0;
        if flattening || !lasting {
            self.want_reconcile(t, self.config.flat_confirm_ms);
        }
        if !lasting {
            return Some(Ok(()));
        }
        if flattening && self.is_lasting(&slot, seen, EXPLAINED_WITHIN_MS) {
            return Some(self.reopen(t, at, seen));
        }
        let (place, side) = (self.instrument_of(at), side_index(slot.side));
        let found = (seen, slot.snap_price_e12);
        Some(self.note_found(t, place, side, found, slot.absent_since_wall_ns))
    }

    /// Orders that await their rows may have traded more than was told.
    fn ask_unsettled(&mut self, t: &mut Turn<'_>, at: u16) {
        for index in 0..ORDERS_MAX {
            let order = self.orders.at(index);
            if order.slot_id == at && is_unsettled(order) {
                self.send_query(t, index);
            }
        }
    }

    /// Takes what is held into the trade that closed, at the venue's price, to be closed as well.
    fn reopen(&mut self, t: &mut Turn<'_>, at: u16, seen: i64) -> Result<(), Code> {
        self.conclude_difference(t, at, seen)?;
        self.amend_slot(t, at, |slot| {
            slot.exit_wanted = WANTED_BY_FLATTEN;
            slot.hold_mono_ns = 0;
        });
        Ok(())
    }

    /// A position without a slot: taken over or flagged once it is certain, forgotten once gone.
    pub(crate) fn compare_found(
        &mut self,
        t: &mut Turn<'_>,
        at: u16,
        side: usize,
    ) -> Option<Result<(), Code>> {
        let cell = *self.instruments.at(at);
        let qty = cell.found_qty_e8.get(side).copied().unwrap_or(0);
        if qty == 0 {
            return None;
        }
        t.instrument = at;
        let asked = self.desk.sweep_asked_seq;
        let seen = cell.found_seq.get(side).copied().unwrap_or(0);
        if seen != asked {
            self.forget_found(t, at, side);
            return Some(Ok(()));
        }
        let adopt = self.config.adopt == shm_layout::AdoptPolicy::Adopt;
        let held = self.holders_of(at).get(side).copied() != Some(NONE);
        if held || (!adopt && self.account.flattening == 0) {
            return None;
        }
        let apart = i64::from(self.config.flat_confirm_ms).saturating_mul(NS_PER_MS);
        let since = cell.found_since_wall_ns.get(side).copied().unwrap_or(0);
        let age = self.desk.sweep_wall_ns.saturating_sub(since);
        if age < apart || cell.last_event_seq > asked {
            self.want_reconcile(t, self.config.flat_confirm_ms);
            return None;
        }
        Some(self.adopt(t, at, side))
    }

    fn forget_found(&mut self, t: &mut Turn<'_>, at: u16, side: usize) {
        let cell = self.instruments.at_mut(at);
        if let (Some(qty), Some(since)) = (
            cell.found_qty_e8.get_mut(side),
            cell.found_since_wall_ns.get_mut(side),
        ) {
            (*qty, *since) = (0, 0);
        }
        cell.foreign_qty_e8 = cell
            .found_qty_e8
            .iter()
            .fold(0, |sum, qty| sum.saturating_add(*qty));
        t.fx.touch(CellRef::instrument(at));
    }

    /// Takes a position over at the venue's own price; what happened before is not ours to tell.
    pub(crate) fn adopt(&mut self, t: &mut Turn<'_>, at: u16, side: usize) -> Result<(), Code> {
        let cell = *self.instruments.at(at);
        let qty = cell.found_qty_e8.get(side).copied().unwrap_or(0);
        let told = cell.found_price_e12.get(side).copied().unwrap_or(0);
        let price = if told > 0 { told } else { cell.mark_e12 };
        let cost = notional_e8(qty, price).ok_or(Code::OutOfRange)?;
        if cost > crate::slot::MONEY_MAX {
            return Err(Code::OutOfRange);
        }
        let slot_id = self.free_slots.lowest().ok_or(Code::MaxSlots)?;
        self.can_move(slot_id, Fact::Adopted)?;
        let generation = self.slots.at(slot_id).generation.wrapping_add(1);
        let facts = [
            qty,
            price,
            i64::try_from(side).unwrap_or(0),
            i64::from(generation),
        ];
        let trade_id = adopted_id(&cell.symbol, facts);
        let leverage = u16::try_from(cell.leverage).unwrap_or(1).max(1);
        let wall = t.now.wall_ns;
        let flatten = if self.account.flattening == 0 {
            0
        } else {
            WANTED_BY_FLATTEN
        };
        self.free_slots.take(slot_id);
        self.amend_slot(t, slot_id, |slot| {
            *slot = blank(slot_id, generation);
            slot.side = if side == 0 { Side::Long } else { Side::Short };
            slot.trade_id = trade_id;
            slot.symbol = cell.symbol;
            slot.mark_e12 = cell.mark_e12;
            slot.qty_e8 = qty;
            slot.entry_notional_e8 = cost;
            slot.opened_qty_e8 = qty;
            slot.opened_notional_e8 = cost;
            slot.intended_qty_e8 = qty;
            slot.leg_ratios_e8 = WHOLE;
            slot.leg_count = 1;
            slot.adopted = 1;
            slot.leverage = leverage;
            slot.opened_wall_ns = wall;
            slot.taken_wall_ns = wall;
            slot.exit_wanted = flatten;
        });
        self.trades.set(hash(&trade_id), slot_id);
        self.hold_place(slot_id, at);
        self.remember_trade(t, hash(&trade_id));
        self.forget_found(t, at, side);
        self.move_on(t, slot_id, Fact::Adopted)
    }
}
