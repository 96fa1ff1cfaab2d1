//! The state behind `apply`: routes each input to the slot it concerns, or refuses it.

use alloc::{boxed::Box, vec};

use shm_layout::{
    AccountCell, Ascii, Code, Control, DeskCell, Epoch, InputKind, InstrumentCell, Intent,
    KernelCell, Mark, OrderCell, Report, ReportKind, SlotCell, Writer,
};

use crate::cells::{CellRef, Table, region};
use crate::check::Violation;
use crate::deadline::Deadlines;
use crate::effects::Effects;
use crate::fsm::{Moves, Row, TABLE};
use crate::ids::Tag;
use crate::index::{FreeList, Index};
use crate::limits::CLOCK_SLACK_NS;
use crate::room::Guards;
use crate::window::{INCOME_CELLS, TIME_CELLS, TRADE_CELLS, UNFILLED_CELLS, Window};
use crate::{INSTRUMENTS_MAX, NONE, ORDERS_MAX, SLOTS_MAX};

/// The time of one input: read once by the shell, journalled, never asked for here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Now {
    pub wall_ns: i64,
    pub mono_ns: u64,
}

/// Everything `apply` can be given.
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    Epoch(&'a Epoch),
    Control(Writer, &'a Control),
    Intent(&'a Intent),
    Mark(&'a Mark),
    Report(Writer, &'a Report),
    /// The earliest deadline has passed; one input handles one deadline.
    Deadline,
}

/// The input being applied, and what it did so far.
pub(crate) struct Turn<'a> {
    pub(crate) seq: u64,
    pub(crate) now: Now,
    pub(crate) fx: &'a mut Effects,
    /// The slot the input concerns.
    pub(crate) slot: u16,
    /// The order the input concerns.
    pub(crate) order: u16,
    /// The symbol the input concerns.
    pub(crate) instrument: u16,
    /// The outcome already describes slot and order, which are gone by now.
    pub(crate) slot_told: bool,
    pub(crate) order_told: bool,
}

/// The whole state. Records of `shm_layout` are the state; the rest is derived from them.
pub struct Kernel {
    pub(crate) slots: Table<SlotCell>,
    pub(crate) orders: Table<OrderCell>,
    pub(crate) instruments: Table<InstrumentCell>,
    pub(crate) account: AccountCell,
    pub(crate) stats: KernelCell,
    pub(crate) config: Control,
    pub(crate) epoch: Epoch,
    pub(crate) desk: DeskCell,
    pub(crate) trade_ids: Window,
    pub(crate) entry_times: Window,
    pub(crate) income_ids: Window,
    pub(crate) unfilled_ids: Window,
    // Derived: `rebuild` makes all of it from the cells.
    pub(crate) clients: Index,
    pub(crate) venues: Index,
    pub(crate) opened: Index,
    pub(crate) trades: Index,
    pub(crate) symbols: Index,
    pub(crate) free_orders: FreeList,
    pub(crate) free_slots: FreeList,
    pub(crate) guards: Guards,
    pub(crate) timers: Deadlines,
    pub(crate) holders: Box<[[u16; 2]]>,
    pub(crate) places: Box<[u16]>,
    pub(crate) tag: Tag,
    pub(crate) moves: Moves,
    /// Whether entries were barred after the last input.
    pub(crate) barred: bool,
    pub(crate) violation: Option<Violation>,
}

impl Kernel {
    #[must_use]
    pub fn new() -> Self {
        Self::with_table(TABLE)
    }

    /// A kernel with another table of moves; for the tests that delete rows.
    #[must_use]
    pub fn with_table(table: &[Row]) -> Self {
        let orders = usize::from(ORDERS_MAX);
        let mut kernel = Self {
            slots: Table::new(SlotCell::ZERO, SLOTS_MAX),
            orders: Table::new(OrderCell::ZERO, ORDERS_MAX),
            instruments: Table::new(InstrumentCell::ZERO, INSTRUMENTS_MAX),
            account: AccountCell {
                mode_wanted: shm_layout::Mode::Active,
                ..AccountCell::ZERO
            },
            stats: KernelCell::ZERO,
            config: Control::ZERO,
            epoch: Epoch::ZERO,
            desk: DeskCell::ZERO,
            trade_ids: Window::of_ids(TRADE_CELLS),
            entry_times: Window::of_times(TIME_CELLS),
            income_ids: Window::of_ids(INCOME_CELLS),
            unfilled_ids: Window::of_ids(UNFILLED_CELLS),
            clients: Index::new(orders),
            venues: Index::new(orders),
            opened: Index::new(orders.saturating_mul(4)),
            trades: Index::new(usize::from(SLOTS_MAX)),
            symbols: Index::new(usize::from(INSTRUMENTS_MAX)),
            free_orders: FreeList::new(ORDERS_MAX),
            free_slots: FreeList::new(SLOTS_MAX),
            guards: Guards::default(),
            timers: Deadlines::new(),
            holders: vec![[NONE; 2]; usize::from(INSTRUMENTS_MAX)].into_boxed_slice(),
            places: vec![NONE; usize::from(SLOTS_MAX)].into_boxed_slice(),
            tag: Tag::new(&Epoch::ZERO),
            moves: Moves::new(table),
            barred: true,
            violation: None,
        };
        for slot in 0..SLOTS_MAX {
            *kernel.slots.at_mut(slot) = crate::slot::blank(slot, 0);
        }
        for order in 0..ORDERS_MAX {
            *kernel.orders.at_mut(order) = crate::order::blank(order);
        }
        kernel
    }

    /// Applies input number `seq`. Never fails: `effects.outcome.code` says what became of it.
    pub fn apply(&mut self, seq: u64, now: Now, input: Input<'_>, effects: &mut Effects) {
        effects.reset();
        let mut turn = Turn {
            seq,
            now,
            fx: effects,
            slot: NONE,
            order: NONE,
            instrument: NONE,
            slot_told: false,
            order_told: false,
        };
        let t = &mut turn;
        self.stats.inputs = seq;
        t.fx.touch(CellRef::single(region::KERNEL_STATS));
        self.open_outcome(t, input);
        let result = match input {
            Input::Epoch(epoch) => self.on_epoch(t, epoch),
            Input::Control(_, control) => self.on_control(t, control),
            Input::Intent(intent) => self.on_intent(t, intent),
            Input::Mark(mark) => self.on_mark(t, mark),
            Input::Report(_, report) => self.on_report(t, report),
            Input::Deadline => self.on_deadline(t),
        };
        if let Err(code) = result {
            t.fx.outcome.code = code;
        }
        self.close_outcome(t, input);
        self.watch(t);
    }

    /// The earliest monotonic time at which `Input::Deadline` is wanted.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        self.timers.next()
    }

    /// Journal sequence of the last input.
    #[must_use]
    pub fn last_seq(&self) -> u64 {
        self.stats.inputs
    }

    #[must_use]
    pub fn slot(&self, index: u16) -> &SlotCell {
        self.slots.at(index)
    }

    #[must_use]
    pub fn order(&self, index: u16) -> &OrderCell {
        self.orders.at(index)
    }

    #[must_use]
    pub fn account(&self) -> &AccountCell {
        &self.account
    }

    #[must_use]
    pub fn stats(&self) -> &KernelCell {
        &self.stats
    }

    #[must_use]
    pub fn config(&self) -> &Control {
        &self.config
    }

    #[must_use]
    pub fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    #[must_use]
    pub fn instrument(&self, index: u16) -> &InstrumentCell {
        self.instruments.at(index)
    }

    /// Where the rules and marks of a symbol are.
    #[must_use]
    pub fn place_of(&self, symbol: &Ascii<24>) -> Option<u16> {
        self.find_instrument(symbol)
    }

    /// What a running sum or the touched slot broke, if ever; the shell must stop then.
    #[must_use]
    pub fn violation(&self) -> Option<Violation> {
        self.violation
    }

    fn on_mark(&mut self, t: &mut Turn<'_>, mark: &Mark) -> Result<(), Code> {
        let at = self
            .find_instrument(&mark.symbol)
            .ok_or(Code::UnknownSymbol)?;
        t.instrument = at;
        if mark.mark_e12 <= 0 || mark.bid_e12 < 0 || mark.ask_e12 < 0 {
            return Err(Code::OutOfRange);
        }
        if mark.recv_mono_ns > t.now.mono_ns.saturating_add(CLOCK_SLACK_NS) {
            return Err(Code::OutOfRange);
        }
        let cell = self.instruments.at_mut(at);
        if mark.recv_mono_ns < cell.mark_mono_ns && mark.venue_wall_ms < cell.mark_venue_ms {
            return Err(Code::StaleFact);
        }
        cell.mark_e12 = mark.mark_e12;
        cell.bid_e12 = mark.bid_e12;
        cell.ask_e12 = mark.ask_e12;
        cell.mark_venue_ms = mark.venue_wall_ms;
        cell.mark_mono_ns = mark.recv_mono_ns;
        cell.market_ms = mark.market_ms;
        cell.seq = t.seq;
        t.fx.touch(CellRef::instrument(at));
        self.roll_day(t, mark);
        for slot in self.holders_of(at) {
            if slot != NONE {
                self.amend_slot(t, slot, |slot| slot.mark_e12 = mark.mark_e12);
                // Of two holders the outcome names one; the mark may be what both waited for.
                self.plan_agenda(t, slot);
                t.slot = slot;
            }
        }
        Ok(())
    }
}

impl Default for Kernel {
    fn default() -> Self {
        Self::new()
    }
}

/// The kind of an input, as the outcome names it.
pub(crate) fn input_kind(input: Input<'_>) -> InputKind {
    match input {
        Input::Epoch(_) => InputKind::Epoch,
        Input::Control(..) => InputKind::Control,
        Input::Intent(intent) => intent.kind,
        Input::Mark(_) => InputKind::MarkPrice,
        Input::Deadline => InputKind::Deadline,
        Input::Report(_, report) => match report.kind {
            ReportKind::Balance
            | ReportKind::SnapshotBegin
            | ReportKind::SnapshotPosition
            | ReportKind::SnapshotOrder
            | ReportKind::SnapshotEnd => InputKind::Reconcile,
            _ => InputKind::Report,
        },
    }
}
