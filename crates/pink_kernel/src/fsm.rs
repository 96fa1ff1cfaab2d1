//! The life of a trade: one table of facts about the world, and nothing moves a slot but a row.
//!
//! Facts are not words of the venue. "The working order is gone and a position is left" is one
//! fact, whether the venue said filled, cancelled, rejected or expired. A pair without a row is
//! refused as UNEXPECTED and changes nothing. FSM.md is drawn from this table by a test.

use shm_layout::{Effect, Fact, Stage};

/// One legal move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row(pub Stage, pub Fact, pub Stage, pub Effect);

use Effect::{Abandon, AskVenue, CloseTrade, FreeSlot, Nothing, SendCancel, SendEntry, SendExit};
use Fact::{
    Adopted, AgreesFlat, AgreesHeld, Cancel, CancelRefused, ClosedOutside, Disagrees, Enter, Exit,
    GoneFlat, GoneHeld, NeverOpened, OrderLive, Settled,
};
use Stage::{
    Closed, EntryCancelling, EntryWorking, ExitCancelling, ExitRequested, ExitWorking, Idle,
    OrderRequested, PositionOpen, StaleStateReconciling,
};

/// Every legal move.
#[rustfmt::skip]
pub const TABLE: &[Row] = &[
    //  from                   fact           to                     effect
    Row(Idle,                  Enter,         OrderRequested,        SendEntry),
    Row(Idle,                  Adopted,       PositionOpen,          Nothing),

    Row(OrderRequested,        OrderLive,     EntryWorking,          Nothing),
    Row(OrderRequested,        Cancel,        EntryCancelling,       SendCancel),
    Row(OrderRequested,        NeverOpened,   Idle,                  Abandon),
    Row(OrderRequested,        GoneHeld,      PositionOpen,          Nothing),

    Row(EntryWorking,          OrderLive,     EntryWorking,          Nothing),
    Row(EntryWorking,          Cancel,        EntryCancelling,       SendCancel),
    Row(EntryWorking,          Exit,          EntryCancelling,       SendCancel),    // the exit follows once the entry is gone
    Row(EntryWorking,          NeverOpened,   Idle,                  Abandon),
    Row(EntryWorking,          GoneHeld,      PositionOpen,          Nothing),
    Row(EntryWorking,          GoneFlat,      Closed,                CloseTrade),
    Row(EntryWorking,          ClosedOutside, EntryCancelling,       SendCancel),    // stopped out: do not open any more

    Row(EntryCancelling,       OrderLive,     EntryCancelling,       Nothing),
    Row(EntryCancelling,       CancelRefused, EntryWorking,          Nothing),
    Row(EntryCancelling,       Exit,          EntryCancelling,       Nothing),
    Row(EntryCancelling,       NeverOpened,   Idle,                  Abandon),
    Row(EntryCancelling,       GoneHeld,      PositionOpen,          Nothing),
    Row(EntryCancelling,       GoneFlat,      Closed,                CloseTrade),
    Row(EntryCancelling,       ClosedOutside, EntryCancelling,       Nothing),

    Row(PositionOpen,          Exit,          ExitRequested,         SendExit),
    Row(PositionOpen,          GoneHeld,      PositionOpen,          Nothing),       // late fill of an order that is gone
    Row(PositionOpen,          GoneFlat,      Closed,                CloseTrade),
    Row(PositionOpen,          ClosedOutside, Closed,                CloseTrade),
    Row(PositionOpen,          Disagrees,     StaleStateReconciling, AskVenue),

    Row(ExitRequested,         OrderLive,     ExitWorking,           Nothing),
    Row(ExitRequested,         Cancel,        ExitCancelling,        SendCancel),
    Row(ExitRequested,         GoneHeld,      PositionOpen,          Nothing),
    Row(ExitRequested,         GoneFlat,      Closed,                CloseTrade),
    Row(ExitRequested,         ClosedOutside, ExitCancelling,        SendCancel),

    Row(ExitWorking,           OrderLive,     ExitWorking,           Nothing),
    Row(ExitWorking,           Cancel,        ExitCancelling,        SendCancel),
    Row(ExitWorking,           GoneHeld,      PositionOpen,          Nothing),
    Row(ExitWorking,           GoneFlat,      Closed,                CloseTrade),
    Row(ExitWorking,           ClosedOutside, ExitCancelling,        SendCancel),

    Row(ExitCancelling,        OrderLive,     ExitCancelling,        Nothing),
    Row(ExitCancelling,        CancelRefused, ExitWorking,           Nothing),
    Row(ExitCancelling,        GoneHeld,      PositionOpen,          Nothing),
    Row(ExitCancelling,        GoneFlat,      Closed,                CloseTrade),
    Row(ExitCancelling,        ClosedOutside, ExitCancelling,        Nothing),

    Row(Closed,                Settled,       Idle,                  FreeSlot),
    Row(Closed,                GoneHeld,      PositionOpen,          Nothing),       // late fill of the entry: there is a rest to close
    Row(Closed,                AgreesHeld,    PositionOpen,          Nothing),       // FLATTEN closes what is held beside it

    Row(StaleStateReconciling, Exit,          ExitRequested,         SendExit),      // reducing is never held up
    Row(StaleStateReconciling, GoneHeld,      StaleStateReconciling, Nothing),
    Row(StaleStateReconciling, GoneFlat,      Closed,                CloseTrade),
    Row(StaleStateReconciling, ClosedOutside, Closed,                CloseTrade),
    Row(StaleStateReconciling, Disagrees,     StaleStateReconciling, AskVenue),
    Row(StaleStateReconciling, AgreesFlat,    Closed,                CloseTrade),
    Row(StaleStateReconciling, AgreesHeld,    PositionOpen,          Nothing),
];

const STAGES: usize = Stage::ALL.len();
const FACTS: usize = Fact::ALL.len();

/// The table, indexed: what the kernel consults.
pub(crate) struct Moves {
    moves: [[Option<(Stage, Effect)>; FACTS]; STAGES],
}

impl Moves {
    pub(crate) fn new(table: &[Row]) -> Self {
        let mut moves = [[None; FACTS]; STAGES];
        for Row(from, fact, to, effect) in table {
            let row = moves.get_mut(usize::from(from.code()));
            if let Some(cell) = row.and_then(|row| row.get_mut(usize::from(fact.code()))) {
                *cell = Some((*to, *effect));
            }
        }
        Self { moves }
    }

    pub(crate) fn step(&self, from: Stage, fact: Fact) -> Option<(Stage, Effect)> {
        *self
            .moves
            .get(usize::from(from.code()))?
            .get(usize::from(fact.code()))?
    }
}
