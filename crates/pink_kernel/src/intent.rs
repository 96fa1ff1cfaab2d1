//! Decisions of the strategy: ENTER, EXIT, `EXIT_RESIDUAL`, CANCEL and NOTE.

use shm_layout::{Code, Fact, InputKind, Intent, OrderRole, Stage};

use crate::amount::ONE_E8;
use crate::cells::{CellRef, region};
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::Plan;
use crate::room::Need;
use crate::slot::{blank, working_order};
use crate::{NONE, SLOTS_MAX};

impl Kernel {
    pub(crate) fn on_intent(&mut self, t: &mut Turn<'_>, intent: &Intent) -> Result<(), Code> {
        let result = match intent.kind {
            InputKind::Enter => self.enter(t, intent),
            InputKind::Exit => self.exit(t, intent),
            InputKind::ExitResidual => self.exit_residual(t, intent),
            InputKind::Cancel => self.cancel(t, intent),
            InputKind::Note => {
                t.fx.outcome.text = intent.text;
                Ok(())
            }
            _ => Err(Code::InvalidField),
        };
        if let Err(code) = result {
            self.account.refusals = self.account.refusals.wrapping_add(1);
            self.stats.last_refusal = u64::from(code.code());
            t.fx.touch(CellRef::single(region::ACCOUNT));
        }
        result
    }

    fn enter(&mut self, t: &mut Turn<'_>, intent: &Intent) -> Result<(), Code> {
        let instrument = self.check_enter(t, intent)?;
        let at = match intent.slot_id {
            NONE => self.free_slots.lowest().ok_or(Code::MaxSlots)?,
            named => named,
        };
        self.can_submit(at, Need::WholeExit)?;
        self.can_move(at, Fact::Enter)?;
        self.take_slot(t, at, instrument, intent);
        self.advance(t, at, Fact::Enter)?;
        self.submit(
            t,
            at,
            Plan {
                role: OrderRole::Entry,
                kind: intent.order_kind,
                tif: intent.tif,
                qty_e8: intent.qty_e8,
                price_e12: intent.price_e12,
                trigger_e12: 0,
                leg: 0,
            },
        );
        let cell = self.entry_times.push(self.desk.entries, t.now.mono_ns);
        t.fx.touch(CellRef {
            region: region::ENTRY_TIMES,
            index: cell,
        });
        self.desk.entries = self.desk.entries.saturating_add(1);
        self.remember_trade(t, hash(&intent.trade_id));
        Ok(())
    }

    /// A trade id is used up for good, or for as long as the window reaches.
    pub(crate) fn remember_trade(&mut self, t: &mut Turn<'_>, id: u64) {
        let cell = self.trade_ids.push(self.desk.trade_ids, id);
        t.fx.touch(CellRef {
            region: region::TRADE_IDS,
            index: cell,
        });
        self.desk.trade_ids = self.desk.trade_ids.saturating_add(1);
        t.fx.touch(CellRef::single(region::DESK));
    }

    fn take_slot(&mut self, t: &mut Turn<'_>, at: u16, instrument: u16, intent: &Intent) {
        let mark_e12 = self.instruments.at(instrument).mark_e12;
        let generation = self.slots.at(at).generation.wrapping_add(1);
        let wall = t.now.wall_ns;
        self.free_slots.take(at);
        self.amend_slot(t, at, |slot| {
            *slot = blank(at, generation);
            slot.side = intent.side;
            slot.trade_id = intent.trade_id;
            slot.taken_wall_ns = wall;
            slot.symbol = intent.symbol;
            slot.mark_e12 = mark_e12;
            slot.intended_qty_e8 = intent.qty_e8;
            slot.stop_loss_e12 = intent.stop_loss_e12;
            slot.take_profit_e12 = intent.take_profit_e12;
            slot.trail_e12 = intent.trail_e12;
            slot.leg_count = u8::try_from(intent.leg_count).unwrap_or(1);
            let legs = usize::from(slot.leg_count);
            for (ratio, asked) in slot
                .leg_ratios_e8
                .iter_mut()
                .zip(intent.leg_ratios_e8)
                .take(legs)
            {
                *ratio = asked;
            }
            slot.leverage = intent.leverage;
            slot.entry_order_kind = intent.order_kind;
            slot.entry_tif = intent.tif;
        });
        self.trades.set(hash(&intent.trade_id), at);
        self.hold_place(at, instrument);
    }

    fn cancel(&mut self, t: &mut Turn<'_>, intent: &Intent) -> Result<(), Code> {
        let at = self.find_slot(t, intent)?;
        let working = working_order(self.slots.at(at));
        if working == NONE {
            return Err(Code::NoActiveOrder);
        }
        t.order = working;
        if self.orders.at(working).cancel_wanted != 0 {
            return Err(Code::Duplicate);
        }
        self.advance(t, at, Fact::Cancel)?;
        Ok(())
    }

    /// The slot an intent names: by number and trade id, which must agree, or by trade id.
    pub(crate) fn find_slot(&self, t: &mut Turn<'_>, intent: &Intent) -> Result<u16, Code> {
        if intent.trade_id.is_empty() {
            return Err(Code::InvalidField);
        }
        if intent.slot_id != NONE && intent.slot_id >= SLOTS_MAX {
            return Err(Code::NoSuchSlot);
        }
        let Some(at) = self.trades.get(hash(&intent.trade_id)) else {
            let known = self.trade_ids.contains(hash(&intent.trade_id));
            return Err(if known {
                Code::TerminalState
            } else {
                Code::NoSuchTrade
            });
        };
        let slot = self.slots.at(at);
        if slot.trade_id != intent.trade_id || (intent.slot_id != NONE && intent.slot_id != at) {
            return Err(Code::NoSuchTrade);
        }
        t.slot = at;
        t.instrument = self.instrument_of(at);
        if slot.stage == Stage::Closed {
            return Err(Code::TerminalState);
        }
        Ok(at)
    }
}

/// A single leg that takes everything.
pub(crate) const WHOLE: [i64; 8] = [ONE_E8, 0, 0, 0, 0, 0, 0, 0];
