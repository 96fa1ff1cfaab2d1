//! Slots: moved by rows of the table only, changed in one place only, described in the outcome.

use shm_layout::{Code, Effect, Fact, OrderRole, Side, SlotCell, Stage};

use crate::NONE;
use crate::account::reweigh;
use crate::amount::{gain, notional_e8};
use crate::cells::{CellRef, region};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::margin;

/// Largest money of one slot or order; sums over all of them still fit.
pub(crate) const MONEY_MAX: i64 = i64::MAX / 1024;

/// A free slot.
pub(crate) fn blank(slot_id: u16, generation: u32) -> SlotCell {
    SlotCell {
        slot_id,
        generation,
        entry_order: NONE,
        exit_order: NONE,
        stop_order: NONE,
        profit_order: NONE,
        ..SlotCell::ZERO
    }
}

/// What a slot adds to the running sums of the account.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Weight {
    pub(crate) open: bool,
    pub(crate) unmarked: bool,
    pub(crate) notional_e8: i64,
    pub(crate) unrealised_e8: i64,
    pub(crate) margin_e8: i64,
}

impl Weight {
    pub(crate) fn of(slot: &SlotCell) -> Self {
        Self {
            open: slot.stage != Stage::Idle,
            unmarked: slot.qty_e8 > 0 && slot.mark_e12 == 0,
            notional_e8: slot.position_notional_e8,
            unrealised_e8: slot.unrealised_e8,
            margin_e8: slot.margin_e8,
        }
    }
}

/// What the value of a slot depends on.
fn priced_by(slot: &SlotCell) -> (i64, i64, i64, u16, Side) {
    (
        slot.qty_e8,
        slot.mark_e12,
        slot.entry_notional_e8,
        slot.leverage,
        slot.side,
    )
}

/// Recomputes what depends on size and mark.
fn revalue(slot: &mut SlotCell) {
    if slot.qty_e8 == 0 {
        slot.position_notional_e8 = 0;
        slot.unrealised_e8 = 0;
    } else if slot.mark_e12 == 0 {
        slot.position_notional_e8 = slot.entry_notional_e8.max(0);
        slot.unrealised_e8 = 0;
    } else {
        let notional = notional_e8(slot.qty_e8, slot.mark_e12).unwrap_or(MONEY_MAX);
        slot.position_notional_e8 = notional.min(MONEY_MAX);
        let result = gain(slot.side, slot.position_notional_e8, slot.entry_notional_e8);
        slot.unrealised_e8 = result.unwrap_or(0);
    }
    slot.margin_e8 = margin(slot.position_notional_e8, i64::from(slot.leverage.max(1)));
}

/// The order the stage is about: the entry before there is a position, the exit after.
pub(crate) fn working_order(slot: &SlotCell) -> u16 {
    match slot.stage {
        Stage::OrderRequested | Stage::EntryWorking | Stage::EntryCancelling => slot.entry_order,
        Stage::ExitRequested | Stage::ExitWorking | Stage::ExitCancelling => slot.exit_order,
        _ => NONE,
    }
}

pub(crate) fn is_entry_stage(stage: Stage) -> bool {
    matches!(
        stage,
        Stage::OrderRequested | Stage::EntryWorking | Stage::EntryCancelling
    )
}

pub(crate) fn is_exit_stage(stage: Stage) -> bool {
    matches!(
        stage,
        Stage::ExitRequested | Stage::ExitWorking | Stage::ExitCancelling
    )
}

/// What a change of an order means for the stage of its slot.
pub(crate) struct Change {
    pub(crate) role: OrderRole,
    /// The slot works with this order; otherwise it is a late fact about an old one.
    pub(crate) current: bool,
    pub(crate) gone: bool,
    /// The position's size changed.
    pub(crate) moved: bool,
    pub(crate) qty_after: i64,
    pub(crate) opened_after: i64,
}

/// The fact for the table; NONE when the stage is not concerned.
pub(crate) fn classify(stage: Stage, change: &Change) -> Fact {
    let held = change.qty_after > 0;
    match change.role {
        OrderRole::Entry if is_entry_stage(stage) && change.current => match change.gone {
            false => Fact::OrderLive,
            true if change.opened_after == 0 => Fact::NeverOpened,
            true if held => Fact::GoneHeld,
            true => Fact::GoneFlat,
        },
        OrderRole::Exit if is_exit_stage(stage) && change.current => match change.gone {
            false if held => Fact::OrderLive,
            false => Fact::ClosedOutside,
            true if held => Fact::GoneHeld,
            true => Fact::GoneFlat,
        },
        _ if !change.moved => Fact::None,
        role => match stage {
            Stage::PositionOpen | Stage::StaleStateReconciling if !held => match role {
                OrderRole::StopLoss | OrderRole::TakeProfit => Fact::ClosedOutside,
                _ => Fact::GoneFlat,
            },
            Stage::PositionOpen | Stage::StaleStateReconciling | Stage::Closed if held => {
                Fact::GoneHeld
            }
            _ if !held && stage != Stage::Closed => Fact::ClosedOutside,
            // Protection has fired: the rest of the trade ends as well.
            Stage::EntryWorking | Stage::EntryCancelling => Fact::Exit,
            _ => Fact::None,
        },
    }
}

impl Kernel {
    /// Whether the table has a row; the same question before anything is booked.
    pub(crate) fn can_move(&self, at: u16, fact: Fact) -> Result<(), Code> {
        if fact == Fact::None || self.moves.step(self.slots.at(at).stage, fact).is_some() {
            return Ok(());
        }
        Err(Code::Unexpected)
    }

    /// Moves the slot by its row and says what the row asks for.
    pub(crate) fn advance(
        &mut self,
        t: &mut Turn<'_>,
        at: u16,
        fact: Fact,
    ) -> Result<Effect, Code> {
        t.slot = at;
        t.fx.outcome.fact = fact;
        let from = self.slots.at(at).stage;
        t.fx.outcome.prev_stage = from;
        let Some((to, effect)) = self.moves.step(from, fact) else {
            t.fx.outcome.stage = from;
            return Err(Code::Unexpected);
        };
        t.fx.outcome.effect = effect;
        t.fx.outcome.stage = to;
        self.amend_slot(t, at, |slot| slot.stage = to);
        match effect {
            Effect::SendCancel => {
                let slot = self.slots.at(at);
                let working = if is_entry_stage(to) {
                    slot.entry_order
                } else {
                    slot.exit_order
                };
                self.send_cancel(t, working);
            }
            Effect::CloseTrade => self.close_trade(t, at, fact),
            Effect::FreeSlot | Effect::Abandon => self.free_slot(t, at),
            Effect::AskVenue => self.ask_venue(t, at),
            Effect::Nothing if from == Stage::Closed => self.reopen_trade(t),
            Effect::Nothing | Effect::SendEntry | Effect::SendExit => {}
        }
        Ok(effect)
    }

    fn close_trade(&mut self, t: &mut Turn<'_>, at: u16, fact: Fact) {
        let wall = t.now.wall_ns;
        self.amend_slot(t, at, |slot| {
            slot.closed_wall_ns = wall;
            slot.close_reason = fact;
            slot.exit_wanted = 0;
            slot.dust = 0;
        });
        self.account.trades_closed = self.account.trades_closed.saturating_add(1);
        t.fx.touch(CellRef::single(region::ACCOUNT));
    }

    /// A late fill: the trade was not at its end after all.
    fn reopen_trade(&mut self, t: &mut Turn<'_>) {
        self.account.trades_closed = self.account.trades_closed.saturating_sub(1);
        t.fx.touch(CellRef::single(region::ACCOUNT));
    }

    fn free_slot(&mut self, t: &mut Turn<'_>, at: u16) {
        self.tell_slot(t, at);
        let slot = *self.slots.at(at);
        self.trades.remove(hash(&slot.trade_id));
        self.hold_place(at, NONE);
        self.amend_slot(t, at, |cell| *cell = blank(at, slot.generation));
        self.free_slots.release(at);
    }

    /// Ties a slot to its symbol, or unties it.
    pub(crate) fn hold_place(&mut self, at: u16, instrument: u16) {
        let side = side_index(self.slots.at(at).side);
        let old = self.places.get(usize::from(at)).copied().unwrap_or(NONE);
        let place = if instrument == NONE { old } else { instrument };
        let pair = self.holders.get_mut(usize::from(place));
        if let Some(holder) = pair.and_then(|pair| pair.get_mut(side)) {
            *holder = if instrument == NONE { NONE } else { at };
        }
        if let Some(known) = self.places.get_mut(usize::from(at)) {
            *known = instrument;
        }
    }

    /// Slots that are not idle on a symbol: long, short.
    pub(crate) fn holders_of(&self, instrument: u16) -> [u16; 2] {
        self.holders
            .get(usize::from(instrument))
            .copied()
            .unwrap_or([NONE; 2])
    }

    pub(crate) fn instrument_of(&self, slot: u16) -> u16 {
        self.places.get(usize::from(slot)).copied().unwrap_or(NONE)
    }

    /// Something happened on the slot's symbol: snapshots asked before end nothing.
    pub(crate) fn note_event(&mut self, t: &mut Turn<'_>, slot: u16) {
        let at = self.instrument_of(slot);
        if at != NONE {
            self.instruments.at_mut(at).last_event_seq = t.seq;
            t.fx.touch(CellRef::instrument(at));
        }
    }

    /// The one place where a slot changes.
    pub(crate) fn amend_slot(
        &mut self,
        t: &mut Turn<'_>,
        at: u16,
        change: impl FnOnce(&mut SlotCell),
    ) {
        let slot = self.slots.at_mut(at);
        let before = Weight::of(slot);
        let agenda = slot.agenda_mono_ns;
        if slot.seq < self.desk.boot_seq {
            // Planned in a clock that is gone: due since the machine came back.
            slot.agenda_mono_ns = agenda.min(self.desk.boot_mono_ns);
            slot.hold_mono_ns = 0;
            slot.stop_hold_mono_ns = 0;
            slot.profit_hold_mono_ns = 0;
        }
        let was = (slot.stage, slot.qty_e8, slot.generation);
        let priced = priced_by(slot);
        change(slot);
        if priced != priced_by(slot) {
            revalue(slot);
        }
        slot.seq = t.seq;
        // A strategy waits on these times, and marks come several times a second.
        if was != (slot.stage, slot.qty_e8, slot.generation) {
            slot.changed_wall_ns = t.now.wall_ns;
            slot.changed_mono_ns = t.now.mono_ns;
        }
        let after = Weight::of(slot);
        let next = slot.agenda_mono_ns;
        if next != agenda {
            self.timers.set(crate::deadline::slot_timer(at), next);
        }
        if before != after {
            reweigh(&mut self.account, &before, &after);
            t.fx.touch(CellRef::single(region::ACCOUNT));
        }
        t.fx.touch(CellRef::slot(at));
    }

    /// The slot's orders as they are referred to.
    pub(crate) fn orders_of(&self, at: u16) -> [u16; 4] {
        let slot = self.slots.at(at);
        [
            slot.entry_order,
            slot.exit_order,
            slot.stop_order,
            slot.profit_order,
        ]
    }
}

pub(crate) fn side_index(side: Side) -> usize {
    match side {
        Side::Long | Side::None => 0,
        Side::Short => 1,
    }
}
