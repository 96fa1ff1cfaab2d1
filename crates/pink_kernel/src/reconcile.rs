//! Snapshots of the venue: asked for with a sequence number, believed only when whole.

use shm_layout::{Ascii, Code, Command, CommandKind, Has, OrderStatus, Report, ReportKind, Side};

use crate::NONE;
use crate::account::{INCOME_OVERLAP_MS, has};
use crate::cells::{CellRef, region};
use crate::deadline::RECONCILE_TIMER;
use crate::ids::hash;
use crate::kernel::{Kernel, Turn};
use crate::order::{NS_PER_MS, after_ms, is_live};
use crate::slot::side_index;

/// Snapshots are never asked for closer together than this.
const RECONCILE_PAUSE_MS: u32 = 1_000;
/// A RECONCILE unanswered for so long is asked anew.
pub(crate) const RECONCILE_PATIENCE_NS: u64 = 60_000 * NS_PER_MS;

impl Kernel {
    pub(crate) fn find_instrument(&self, symbol: &Ascii<24>) -> Option<u16> {
        let at = self.symbols.get(hash(symbol))?;
        (self.instruments.at(at).symbol == *symbol).then_some(at)
    }

    pub(crate) fn free_instrument(&self) -> Option<u16> {
        self.instruments
            .iter()
            .find(|(_, cell)| cell.symbol.is_empty())
            .map(|(at, _)| at)
    }

    /// Plans a RECONCILE no later than in `pause_ms`; an open one is followed by another.
    pub(crate) fn want_reconcile(&mut self, t: &mut Turn<'_>, pause_ms: u32) {
        t.fx.touch(CellRef::single(region::DESK));
        let now = t.now.mono_ns;
        let mut at = after_ms(now, pause_ms);
        if self.desk.reconcile_open != 0 {
            self.desk.reconcile_again = 1;
            at = at.max(
                self.desk
                    .reconcile_sent_mono_ns
                    .saturating_add(RECONCILE_PATIENCE_NS),
            );
        } else if self.desk.reconcile_sent_mono_ns != 0 && self.desk.reconcile_sent_mono_ns <= now {
            at = at.max(after_ms(
                self.desk.reconcile_sent_mono_ns,
                RECONCILE_PAUSE_MS,
            ));
        }
        let planned = self.desk.reconcile_due_mono_ns;
        if planned == 0 || at < planned || self.desk.reconcile_open != 0 {
            self.plan_reconcile(at);
        }
    }

    fn plan_reconcile(&mut self, at_mono_ns: u64) {
        self.desk.reconcile_due_mono_ns = at_mono_ns;
        self.timers.set(RECONCILE_TIMER, at_mono_ns);
    }

    /// It is time: income first, so that what moved the wallet is booked before it is judged.
    pub(crate) fn send_reconcile(&mut self, t: &mut Turn<'_>) {
        let now = t.now;
        // A snapshot that is asked for anew went unanswered for long: so may the income have.
        let anew = self.desk.reconcile_open != 0;
        if self.account.seeded != 0 && (self.desk.income_open == 0 || anew) {
            let overlap = self.desk.income_newest_ms.saturating_sub(INCOME_OVERLAP_MS);
            let since = overlap.max(self.account.seed_wall_ms);
            let command = Command {
                since_wall_ms: since,
                ..plain(CommandKind::Income)
            };
            self.desk.income_since_ms = since;
            self.desk.income_open = self.send(t, command);
            self.desk.income_sent_wall_ns = self.steady_ns(now);
        }
        self.desk.reconcile_open = self.send(t, plain(CommandKind::Reconcile));
        self.desk.reconcile_asked_seq = t.seq;
        self.desk.reconcile_sent_wall_ns = self.steady_ns(now);
        self.desk.reconcile_sent_mono_ns = now.mono_ns.max(1);
        self.desk.reconcile_again = 0;
        self.desk.snap_command = 0;
        self.plan_reconcile(now.mono_ns.saturating_add(RECONCILE_PATIENCE_NS).max(1));
        t.fx.touch(CellRef::single(region::DESK));
    }

    /// Rows that could not all be had move no date; they are asked for again, soon.
    pub(crate) fn income_done(&mut self, t: &mut Turn<'_>, complete: bool) -> Result<(), Code> {
        let asked_ms = self.desk.income_sent_wall_ns / 1_000_000;
        self.desk.income_open = 0;
        if !complete {
            self.want_reconcile(t, RECONCILE_PAUSE_MS);
            return Err(Code::Unresolved);
        }
        self.account.income_since_wall_ms = self.account.income_since_wall_ms.max(asked_ms);
        t.fx.touch(CellRef::single(region::DESK));
        t.fx.touch(CellRef::single(region::ACCOUNT));
        Ok(())
    }

    /// The stream may have lost something: only the venue can tell what.
    pub(crate) fn on_gap(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        self.say(t, report.text.as_str());
        if self.desk.gaps == 0 {
            self.desk.gap_facts = self.stats.order_facts;
            self.desk.gap_fills = self.stats.fills_booked;
            self.desk.gap_incomes = self.desk.incomes;
        }
        self.desk.gaps = self.desk.gaps.saturating_add(1);
        self.desk.gap_seq = t.seq;
        self.stats.gaps_open = self.stats.gaps_open.saturating_add(1);
        self.want_reconcile(t, 0);
        Ok(())
    }

    /// One row of a snapshot.
    pub(crate) fn on_snapshot(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let open = self.desk.reconcile_open;
        let asked = report.asked_seq == self.desk.reconcile_asked_seq;
        if open == 0 || report.command_seq != open || !asked {
            self.name_order(t, report);
            return Err(Code::StaleSnapshot);
        }
        t.fx.touch(CellRef::single(region::DESK));
        if report.kind == ReportKind::SnapshotBegin {
            if self.desk.snap_command == open {
                // The first answer was broken off, and the rows it left are in the cells.
                self.snapshot_failed(t)?;
                return Err(Code::StaleSnapshot);
            }
            self.desk.snap_command = open;
            self.desk.snap_asked_seq = report.asked_seq;
            self.desk.snap_asked_wall_ms = if report.asked_wall_ms > 0 {
                report.asked_wall_ms
            } else {
                self.desk.reconcile_sent_wall_ns / 1_000_000
            };
            self.desk.snap_rows = 0;
            self.desk.snap_has_wallet = 0;
            return Ok(());
        }
        if self.desk.snap_command != open {
            self.name_order(t, report);
            return Err(Code::StaleSnapshot);
        }
        if report.kind == ReportKind::SnapshotEnd {
            return self.on_snapshot_end(t, report);
        }
        let result = match report.kind {
            ReportKind::SnapshotPosition => self.on_snapshot_position(t, report),
            ReportKind::SnapshotOrder => self.on_snapshot_order(t, report),
            _ => {
                if has(report, Has::Wallet) {
                    self.desk.snap_wallet_e8 = report.wallet_e8;
                    self.desk.snap_has_wallet = 1;
                }
                self.note_wallet(t, report)
            }
        };
        // A row that says nothing does not count: what it was about is no more absent than present.
        if result != Err(Code::InvalidField) {
            self.desk.snap_rows = self.desk.snap_rows.saturating_add(1);
        }
        result
    }

    fn on_snapshot_position(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        if report.qty_e8 <= 0 || report.position_side == Side::None {
            return Err(Code::InvalidField);
        }
        let Some(at) = self.find_instrument(&report.symbol) else {
            self.note_anomaly(t);
            return Err(Code::UnknownSymbol);
        };
        t.instrument = at;
        let side = side_index(report.position_side);
        let holder = self.holders_of(at).get(side).copied().unwrap_or(NONE);
        let asked = self.desk.snap_asked_seq;
        if holder != NONE {
            self.amend_slot(t, holder, |slot| {
                slot.snap_seq = asked;
                slot.snap_qty_e8 = report.qty_e8;
                slot.snap_price_e12 = report.price_e12;
            });
            t.slot = holder;
            return Ok(());
        }
        let since = self.desk.reconcile_sent_wall_ns;
        self.note_found(t, at, side, (report.qty_e8, report.price_e12), since)
    }

    fn on_snapshot_order(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let Some(index) = self.find_order(report) else {
            if self.tag.is_ours(&report.client_order_id) {
                self.cancel_orphan(t, report);
                self.note_anomaly(t);
                return Err(Code::TerminalState);
            }
            return self.note_foreign_order(t, report);
        };
        t.order = index;
        t.slot = self.orders.at(index).slot_id;
        let asked = self.desk.snap_asked_seq;
        self.amend_order(t, index, |order| order.snap_seq = asked);
        self.learn_venue_id(t, index, report.venue_order_id);
        self.forget_absence(t, index);
        let order = self.orders.at(index);
        let more = has(report, Has::CumQty) && report.cum_qty_e8 > order.cum_qty_e8;
        let unsure = order.status != OrderStatus::Working;
        if is_live(order.status) && (more || unsure) {
            self.send_query(t, index);
        }
        Ok(())
    }

    /// An order of nobody here could hit the next trade: its symbol is closed to entries while it
    /// rests.
    fn note_foreign_order(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let Some(at) = self.find_instrument(&report.symbol) else {
            return Err(Code::ForeignOrder);
        };
        t.instrument = at;
        let (asked, last) = (self.desk.snap_asked_seq, self.account.last_snapshot_seq);
        let cell = self.instruments.at_mut(at);
        let known = cell.foreign_order_seq;
        cell.foreign_order_seq = asked;
        t.fx.touch(CellRef::instrument(at));
        if known != asked && (known == 0 || known != last) {
            self.note_anomaly(t);
        }
        Err(Code::ForeignOrder)
    }

    /// An order of ours that no slot knows any more is taken off the book.
    pub(crate) fn cancel_orphan(&mut self, t: &mut Turn<'_>, report: &Report) {
        let command = Command {
            order_side: report.order_side,
            position_side: report.position_side,
            order_kind: report.order_kind,
            position_mode: self.account.position_mode,
            venue_order_id: report.venue_order_id,
            client_order_id: report.client_order_id,
            symbol: report.symbol,
            ..plain(CommandKind::Cancel)
        };
        self.send(t, command);
    }

    /// The gateway could not fetch it: nothing is concluded, it is asked for again.
    pub(crate) fn snapshot_failed(&mut self, t: &mut Turn<'_>) -> Result<(), Code> {
        self.desk.reconcile_open = 0;
        self.desk.snap_command = 0;
        self.plan_reconcile(0);
        self.want_reconcile(t, RECONCILE_PAUSE_MS);
        Ok(())
    }

    /// What the venue told since the gap, and of how many orders it has yet to tell.
    fn resolve_gaps(&mut self, t: &mut Turn<'_>, asked_seq: u64) {
        let resolved = u64::from(self.desk.gaps);
        self.stats.gaps_open = self.stats.gaps_open.saturating_sub(resolved);
        self.stats.gaps_resolved = self.stats.gaps_resolved.saturating_add(resolved);
        self.desk.gaps = 0;
        let facts = self.stats.order_facts.saturating_sub(self.desk.gap_facts);
        let fills = self.stats.fills_booked.saturating_sub(self.desk.gap_fills);
        let incomes = self.desk.incomes.saturating_sub(self.desk.gap_incomes);
        let asked = self.unheard_orders(asked_seq).count();
        self.say_also(
            t,
            format_args!(
                "GAP_RESOLVED: order facts {facts}, fills {fills}, income rows {incomes}; \
                 orders in question {asked}"
            ),
        );
    }

    fn on_snapshot_end(&mut self, t: &mut Turn<'_>, report: &Report) -> Result<(), Code> {
        let whole = report.complete == 1 && report.row_count == self.desk.snap_rows;
        if !whole {
            self.snapshot_failed(t)?;
            return Err(Code::StaleSnapshot);
        }
        let asked = self.desk.snap_asked_seq;
        self.account.last_snapshot_seq = asked;
        self.account.reconciled = 1;
        self.account.mode = self.account.mode_wanted;
        t.fx.touch(CellRef::single(region::ACCOUNT));
        if self.desk.snap_has_wallet != 0 {
            self.judge(t, asked, self.desk.snap_wallet_e8);
        }
        if self.desk.gaps > 0 && self.desk.gap_seq <= asked {
            self.resolve_gaps(t, asked);
        }
        self.desk.sweep_asked_seq = asked;
        self.desk.sweep_wall_ns = self.desk.reconcile_sent_wall_ns;
        self.desk.sweep_cursor = 0;
        self.desk.whole_mono_ns = t.now.mono_ns;
        self.plan_sweep(true);
        self.desk.reconcile_open = 0;
        self.desk.snap_command = 0;
        let again = self.desk.reconcile_again != 0;
        let frozen = self.account.frozen != 0;
        self.plan_reconcile(0);
        let pause = if again {
            0
        } else if frozen {
            self.config.flat_confirm_ms.max(RECONCILE_PAUSE_MS)
        } else {
            self.config.reconcile_interval_ms.max(RECONCILE_PAUSE_MS)
        };
        self.want_reconcile(t, pause);
        Ok(())
    }
}

/// A command that is about no order.
pub(crate) fn plain(kind: CommandKind) -> Command {
    Command {
        kind,
        slot_id: NONE,
        ..Command::ZERO
    }
}
