//! The outcome of an input: database rows derive from it alone, so it tells all that changed.

use core::fmt::{Arguments, Write};

use shm_layout::{Ascii, Code, Outcome, Writer};

use crate::NONE;
use crate::cells::{CellRef, region};
use crate::kernel::{Input, Kernel, Turn, input_kind};

impl Kernel {
    /// What the input says of itself.
    pub(crate) fn open_outcome(&self, t: &mut Turn<'_>, input: Input<'_>) {
        let outcome = &mut t.fx.outcome;
        outcome.seq = t.seq;
        outcome.wall_ns = t.now.wall_ns;
        outcome.mono_ns = t.now.mono_ns;
        outcome.input = input_kind(input);
        outcome.slot_id = NONE;
        match input {
            Input::Epoch(epoch) => {
                outcome.source = Writer::Kernel;
                outcome.input_id = epoch.incarnation;
            }
            Input::Control(source, control) => {
                outcome.source = source;
                outcome.control_kind = control.kind;
            }
            Input::Intent(intent) => {
                outcome.source = Writer::Policy;
                outcome.input_id = intent.intent_id;
                outcome.trade_id = intent.trade_id;
                outcome.symbol = intent.symbol;
                outcome.intent_qty_e8 = intent.qty_e8;
                outcome.reference_price_e12 = intent.reference_price_e12;
                outcome.confidence_e8 = intent.confidence_e8;
                outcome.bars_held = intent.bars_held;
                outcome.reason_code = intent.reason_code;
                outcome.text = intent.text;
            }
            Input::Mark(mark) => {
                outcome.source = Writer::Kernel;
                outcome.symbol = mark.symbol;
                outcome.market_ms = mark.market_ms;
            }
            Input::Report(source, report) => {
                outcome.source = source;
                outcome.report_kind = report.kind;
                outcome.input_id = report.command_seq;
                outcome.market_ms = report.market_ms;
                outcome.symbol = report.symbol;
                outcome.client_order_id = report.client_order_id;
                outcome.venue_order_id = report.venue_order_id;
                outcome.venue_code = report.venue_code;
                outcome.maker = report.maker;
            }
            Input::Deadline => outcome.source = Writer::Kernel,
        }
    }

    /// Where everything stands after the input.
    pub(crate) fn close_outcome(&mut self, t: &mut Turn<'_>, input: Input<'_>) {
        self.watch_entries(t);
        self.plan_agenda(t, t.slot);
        if t.slot != NONE && !t.slot_told {
            self.tell_slot(t, t.slot);
        }
        if t.order != NONE && !t.order_told {
            self.tell_order(t, t.order);
        }
        let place = if t.instrument == NONE {
            self.instrument_of(t.slot)
        } else {
            t.instrument
        };
        let outcome = &mut t.fx.outcome;
        if place != NONE {
            let cell = self.instruments.at(place);
            outcome.mark_e12 = cell.mark_e12;
            outcome.symbol = cell.symbol;
        }
        self.stats.inputs = t.seq;
        if outcome.code != Code::Ok {
            self.stats.refused = self.stats.refused.saturating_add(1);
        }
        tell_account(outcome, &self.account);
        if matches!(input, Input::Report(..)) && outcome.code == Code::Unexpected {
            self.stats.anomalies = self.stats.anomalies.saturating_add(1);
        }
        t.fx.touch(CellRef::single(region::KERNEL_STATS));
    }

    /// Describes the slot; done early when it is about to be freed.
    pub(crate) fn tell_slot(&self, t: &mut Turn<'_>, at: u16) {
        t.slot_told = true;
        let slot = self.slots.at(at);
        let outcome = &mut t.fx.outcome;
        outcome.slot_id = at;
        if outcome.fact == shm_layout::Fact::None {
            outcome.prev_stage = slot.stage;
            outcome.stage = slot.stage;
        }
        outcome.generation = slot.generation;
        outcome.trade_id = slot.trade_id;
        outcome.symbol = slot.symbol;
        outcome.slot_side = slot.side;
        outcome.leverage = slot.leverage;
        outcome.leg_index = slot.leg_index;
        outcome.leg_count = slot.leg_count;
        outcome.slot_qty_e8 = slot.qty_e8;
        outcome.slot_entry_notional_e8 = slot.entry_notional_e8;
        outcome.slot_opened_qty_e8 = slot.opened_qty_e8;
        outcome.slot_opened_notional_e8 = slot.opened_notional_e8;
        outcome.slot_closed_qty_e8 = slot.closed_qty_e8;
        outcome.slot_closed_notional_e8 = slot.closed_notional_e8;
        outcome.slot_realised_e8 = slot.realised_e8;
        outcome.slot_fees_e8 = slot.fees_e8;
        outcome.slot_funding_e8 = slot.funding_e8;
        outcome.slot_opened_wall_ns = slot.opened_wall_ns;
        outcome.mark_e12 = slot.mark_e12;
    }

    /// Describes the order; done early when it is about to be forgotten.
    pub(crate) fn tell_order(&self, t: &mut Turn<'_>, index: u16) {
        t.order_told = true;
        let order = self.orders.at(index);
        let outcome = &mut t.fx.outcome;
        outcome.client_order_id = order.client_order_id;
        outcome.venue_order_id = order.venue_order_id;
        outcome.role = order.role;
        outcome.order_side = order.order_side;
        outcome.order_kind = order.order_kind;
        outcome.tif = order.tif;
        outcome.order_status = order.status;
        outcome.reduce_only = order.reduce_only;
        outcome.leg = order.leg;
        outcome.attempt = order.attempt;
        outcome.order_qty_e8 = order.qty_e8;
        outcome.order_price_e12 = order.price_e12;
        outcome.order_trigger_e12 = order.trigger_e12;
        outcome.order_cum_qty_e8 = order.cum_qty_e8;
        outcome.order_cum_notional_e8 = order.cum_notional_e8;
        outcome.order_cum_fee_e8 = order.cum_fee_e8;
    }

    /// Words for the records, cut to what fits.
    pub(crate) fn say(&self, t: &mut Turn<'_>, text: &str) {
        let fits = text.get(..text.len().min(120)).unwrap_or("");
        if !fits.is_empty() {
            t.fx.outcome.text = Ascii::new(fits).unwrap_or(Ascii::EMPTY);
        }
    }

    /// More words, after those that are there; cut to what fits.
    pub(crate) fn say_also(&self, t: &mut Turn<'_>, words: Arguments<'_>) {
        let said = t.fx.outcome.text;
        let mut line = Line {
            bytes: *said.as_padded(),
            len: said.as_str().len(),
        };
        let between = if line.len == 0 { "" } else { "; " };
        if line
            .write_str(between)
            .and_then(|()| line.write_fmt(words))
            .is_ok()
        {
            t.fx.outcome.text = Ascii::from_padded(line.bytes).unwrap_or(said);
        }
    }
}

/// The text of an outcome under construction; what does not fit is dropped.
struct Line {
    bytes: [u8; 120],
    len: usize,
}

impl Write for Line {
    fn write_str(&mut self, words: &str) -> core::fmt::Result {
        for byte in words.bytes() {
            if let Some(free) = self.bytes.get_mut(self.len) {
                *free = byte;
                self.len = self.len.saturating_add(1);
            }
        }
        Ok(())
    }
}

fn tell_account(outcome: &mut Outcome, account: &shm_layout::AccountCell) {
    outcome.mode = account.mode;
    outcome.kill_switch = account.kill_switch;
    outcome.frozen = account.frozen;
    outcome.account_status = account.status;
    outcome.capital_e8 = account.capital_e8;
    outcome.seed_e8 = account.seed_e8;
    outcome.realised_e8 = account.realised_e8;
    outcome.fees_e8 = account.fees_e8;
    outcome.funding_e8 = account.funding_e8;
    outcome.transfers_e8 = account.transfers_e8;
    outcome.adjustments_e8 = account.adjustments_e8;
    outcome.unrealised_e8 = account.unrealised_e8;
    outcome.wallet_e8 = account.wallet_e8;
    outcome.delta_e8 = account.delta_e8;
    outcome.peak_capital_e8 = account.peak_capital_e8;
    outcome.open_notional_e8 = account.open_notional_e8;
}
