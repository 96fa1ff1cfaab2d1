//! Commands about orders: what they say, and the numbers under which their answers are awaited.

use shm_layout::{Command, CommandKind, OrderCell, OrderRole, OrderStatus};

use crate::kernel::{Kernel, Turn};
use crate::order::{NS_PER_MS, after_ms, backoff_ns, is_live};

impl Kernel {
    pub(crate) fn submit_command(&self, order: &OrderCell) -> Command {
        let adds_risk = order.role == OrderRole::Entry;
        let deadline = after_ms(order.created_mono_ns, self.config.submit_deadline_ms);
        Command {
            kind: CommandKind::Submit,
            adds_risk: u8::from(adds_risk),
            deadline_mono_ns: if adds_risk { deadline } else { 0 },
            ..self.order_command(order)
        }
    }

    /// What every command about an order says.
    pub(crate) fn order_command(&self, order: &OrderCell) -> Command {
        let slot = self.slots.at(order.slot_id);
        Command {
            role: order.role,
            order_side: order.order_side,
            position_side: order.position_side,
            order_kind: order.order_kind,
            tif: order.tif,
            position_mode: self.account.position_mode,
            reduce_only: order.reduce_only,
            leverage: slot.leverage,
            slot_id: order.slot_id,
            leg: order.leg,
            attempt: order.attempt,
            generation: order.generation,
            created_wall_ns: order.created_wall_ns,
            created_mono_ns: order.created_mono_ns,
            venue_order_id: order.venue_order_id,
            client_order_id: order.client_order_id,
            symbol: order.symbol,
            qty_e8: order.qty_e8,
            price_e12: order.price_e12,
            trigger_e12: order.trigger_e12,
            trade_id: slot.trade_id,
            submitted_wall_ms: order.submitted_wall_ms,
            ..Command::ZERO
        }
    }

    /// Sends a command made now; returns its number.
    pub(crate) fn send(&mut self, t: &mut Turn<'_>, mut command: Command) -> u64 {
        command.asked_seq = t.seq;
        command.created_wall_ns = t.now.wall_ns;
        command.created_mono_ns = t.now.mono_ns;
        self.stats.commands = self.stats.commands.saturating_add(1);
        t.fx.send(t.seq, command)
    }

    /// Commands the cancel of a live order, once.
    pub(crate) fn send_cancel(&mut self, t: &mut Turn<'_>, index: u16) {
        let order = self.orders.at(index);
        if !is_live(order.status) || !t.fx.has_room() {
            return;
        }
        let (slot, mut command) = (order.slot_id, self.order_command(order));
        command.kind = CommandKind::Cancel;
        let command_seq = self.send(t, command);
        let deadline = after_ms(t.now.mono_ns, self.config.report_deadline_ms);
        self.amend_order(t, index, |order| {
            order.cancel_wanted = 1;
            order.cancel_open = command_seq;
            order.deadline_mono_ns = deadline;
        });
        self.opened.set(command_seq, index);
        self.note_event(t, slot);
    }

    /// Asks the venue about an order, unless a question is open.
    pub(crate) fn send_query(&mut self, t: &mut Turn<'_>, index: u16) {
        let order = self.orders.at(index);
        if order.status == OrderStatus::None || order.query_open != 0 || !t.fx.has_room() {
            return;
        }
        let least = u64::from(self.config.report_deadline_ms).saturating_mul(NS_PER_MS);
        let pause = backoff_ns(order.queries).max(least);
        let mut command = self.order_command(order);
        command.kind = CommandKind::Query;
        let command_seq = self.send(t, command);
        let deadline = t.now.mono_ns.saturating_add(pause).max(1);
        self.amend_order(t, index, |order| {
            order.query_open = command_seq;
            order.queries = order.queries.saturating_add(1);
            order.deadline_mono_ns = deadline;
        });
        self.opened.set(command_seq, index);
    }
}
