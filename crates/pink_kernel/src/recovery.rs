//! Recovery: derived structures from the cells, and the commands nobody has reported on.

use alloc::vec::Vec;

use shm_layout::{Command, CommandKind, OrderStatus, Stage};

use crate::cells::CellRef;
use crate::deadline::{RECONCILE_TIMER, SWEEP_TIMER, WITHDRAW_TIMER, slot_timer};
use crate::ids::{Tag, hash};
use crate::index::FreeList;
use crate::kernel::Kernel;
use crate::less::rows_due_e8;
use crate::order::venue_key;
use crate::reconcile::plain;
use crate::room::{Guards, live_role};
use crate::slot::side_index;
use crate::{NONE, ORDERS_MAX, SLOTS_MAX};

impl Kernel {
    /// Makes everything that is derived from the cells; call once after the last `overlay`.
    pub fn rebuild(&mut self) {
        self.tag = Tag::new(&self.epoch);
        self.symbols.clear();
        for (at, cell) in self.instruments.iter() {
            if !cell.symbol.is_empty() {
                self.symbols.set(hash(&cell.symbol), at);
            }
        }
        self.rebuild_slots();
        self.rebuild_orders();
        self.trade_ids.rebuild();
        self.income_ids.rebuild();
        self.unfilled_ids.rebuild();
        self.rebuild_timers();
        self.barred = self.bars_entries();
    }

    fn rebuild_slots(&mut self) {
        self.trades.clear();
        self.holders.fill([NONE; 2]);
        self.places.fill(NONE);
        self.free_slots = FreeList::new(SLOTS_MAX);
        for at in 0..SLOTS_MAX {
            let slot = self.slots.at(at);
            if slot.stage == Stage::Idle {
                continue;
            }
            self.free_slots.take(at);
            self.trades.set(hash(&slot.trade_id), at);
            let place = self.symbols.get(hash(&slot.symbol)).unwrap_or(NONE);
            let side = side_index(slot.side);
            let pair = self.holders.get_mut(usize::from(place));
            if let Some(holder) = pair.and_then(|pair| pair.get_mut(side)) {
                *holder = at;
            }
            if let Some(known) = self.places.get_mut(usize::from(at)) {
                *known = place;
            }
        }
    }

    fn rebuild_orders(&mut self) {
        self.clients.clear();
        self.venues.clear();
        self.opened.clear();
        self.free_orders = FreeList::new(ORDERS_MAX);
        self.guards = Guards::default();
        for (index, order) in self.orders.iter() {
            if order.status == OrderStatus::None {
                continue;
            }
            self.free_orders.take(index);
            self.guards.add(live_role(order));
            self.clients.set(hash(&order.client_order_id), index);
            if order.venue_order_id != 0 {
                self.venues.set(venue_key(order.venue_order_id), index);
            }
            for open in [
                order.submit_open,
                order.cancel_open,
                order.query_open,
                order.settle_open,
            ] {
                if open != 0 {
                    self.opened.set(open, index);
                }
            }
        }
    }

    /// Timers from the cells; those set before the machine's boot changed are due at once.
    pub(crate) fn rebuild_timers(&mut self) {
        self.timers.clear();
        let boot = self.desk.boot_seq;
        let now = self.desk.boot_mono_ns.max(1);
        let due = |at: u64, seq: u64| if seq < boot { at.min(now) } else { at };
        for (index, order) in self.orders.iter() {
            self.timers
                .set(index, due(order.deadline_mono_ns, order.seq));
        }
        for (at, slot) in self.slots.iter() {
            self.timers
                .set(slot_timer(at), due(slot.agenda_mono_ns, slot.seq));
        }
        let desk = self.desk;
        self.timers.set(RECONCILE_TIMER, desk.reconcile_due_mono_ns);
        self.timers.set(SWEEP_TIMER, desk.sweep_due_mono_ns);
        self.timers.set(WITHDRAW_TIMER, desk.flatten_due_mono_ns);
    }

    /// Commands that may or may not have reached the gateway, each with `reissue` set; the
    /// gateway asks the venue before it sends any of them. In the order they were made.
    #[must_use]
    pub fn unreported(&self) -> Vec<Command> {
        let mut open = Vec::new();
        for (_, order) in self.orders.iter() {
            if order.submit_open != 0 {
                let mut command = self.submit_command(order);
                if order.submit_open / 8 < self.desk.boot_seq && command.adds_risk != 0 {
                    command.deadline_mono_ns = 1;
                }
                open.push(Command {
                    command_seq: order.submit_open,
                    ..command
                });
            }
            for (command_seq, kind) in [
                (order.cancel_open, CommandKind::Cancel),
                (order.query_open, CommandKind::Query),
                (order.settle_open, CommandKind::Settle),
            ] {
                if command_seq != 0 {
                    let command = self.order_command(order);
                    let cum_qty_e8 = match kind {
                        CommandKind::Settle => rows_due_e8(order),
                        _ => 0,
                    };
                    let since_wall_ms = match kind {
                        CommandKind::Settle => order.created_wall_ns / 1_000_000,
                        _ => 0,
                    };
                    open.push(Command {
                        kind,
                        command_seq,
                        cum_qty_e8,
                        since_wall_ms,
                        ..command
                    });
                }
            }
        }
        if self.desk.income_open != 0 {
            let since_wall_ms = self.desk.income_since_ms;
            let command_seq = self.desk.income_open;
            open.push(Command {
                command_seq,
                since_wall_ms,
                ..plain(CommandKind::Income)
            });
        }
        if self.desk.reconcile_open != 0 {
            let command_seq = self.desk.reconcile_open;
            open.push(Command {
                command_seq,
                ..plain(CommandKind::Reconcile)
            });
        }
        for command in &mut open {
            command.reissue = 1;
            command.asked_seq = command.command_seq / 8;
        }
        open.sort_unstable_by_key(|command| command.command_seq);
        open
    }

    /// Cells that differ from those of a new kernel: what a snapshot has to hold.
    pub fn used_cells(&self) -> impl Iterator<Item = CellRef> + '_ {
        self.cells().filter(|cell| !self.is_blank(*cell))
    }
}
