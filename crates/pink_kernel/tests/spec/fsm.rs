//! The table itself: no pair twice, no stage without a way in and out, no row without a need.

use pink_kernel::fsm::{Row, TABLE};
use shm_layout::{Effect, Fact, Stage};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// Everything that must be true of a table of moves; the first thing that is not.
fn judge(table: &[Row]) -> Result<(), String> {
    let moves: BTreeMap<(Stage, Fact), (Stage, Effect)> = table
        .iter()
        .map(|row| ((row.0, row.1), (row.2, row.3)))
        .collect();
    let step = |stage, fact| moves.get(&(stage, fact)).copied();
    let must = |stage, fact, to, effect| match step(stage, fact) {
        Some(is) if is == (to, effect) => Ok(()),
        is => Err(format!(
            "{stage:?} and {fact:?} must give {to:?} {effect:?}, gives {is:?}"
        )),
    };
    use Effect::{
        Abandon, AskVenue, CloseTrade, FreeSlot, Nothing, SendCancel, SendEntry, SendExit,
    };
    use Stage::{
        Closed, EntryCancelling, EntryWorking, ExitCancelling, ExitRequested, ExitWorking, Idle,
        OrderRequested, PositionOpen, StaleStateReconciling as Stale,
    };
    must(Idle, Fact::Enter, OrderRequested, SendEntry)?;
    must(Idle, Fact::Adopted, PositionOpen, Nothing)?;
    must(OrderRequested, Fact::OrderLive, EntryWorking, Nothing)?;
    must(ExitRequested, Fact::OrderLive, ExitWorking, Nothing)?;
    for stage in [EntryWorking, EntryCancelling, ExitWorking, ExitCancelling] {
        must(stage, Fact::OrderLive, stage, Nothing)?;
    }
    // A working order may vanish in every stage that has one, flat or held.
    for stage in [OrderRequested, EntryWorking, EntryCancelling] {
        must(stage, Fact::NeverOpened, Idle, Abandon)?;
        must(stage, Fact::GoneHeld, PositionOpen, Nothing)?;
    }
    for stage in [
        EntryWorking,
        EntryCancelling,
        ExitRequested,
        ExitWorking,
        ExitCancelling,
    ] {
        must(stage, Fact::GoneFlat, Closed, CloseTrade)?;
    }
    for stage in [ExitRequested, ExitWorking, ExitCancelling] {
        must(stage, Fact::GoneHeld, PositionOpen, Nothing)?;
    }
    // What works can be cancelled, and a refused cancel leaves it working.
    for stage in [OrderRequested, EntryWorking] {
        must(stage, Fact::Cancel, EntryCancelling, SendCancel)?;
    }
    for stage in [ExitRequested, ExitWorking] {
        must(stage, Fact::Cancel, ExitCancelling, SendCancel)?;
        must(stage, Fact::ClosedOutside, ExitCancelling, SendCancel)?;
    }
    must(EntryCancelling, Fact::CancelRefused, EntryWorking, Nothing)?;
    must(ExitCancelling, Fact::CancelRefused, ExitWorking, Nothing)?;
    // Reducing is possible wherever something may be held.
    must(PositionOpen, Fact::Exit, ExitRequested, SendExit)?;
    must(Stale, Fact::Exit, ExitRequested, SendExit)?;
    must(EntryWorking, Fact::Exit, EntryCancelling, SendCancel)?;
    must(EntryCancelling, Fact::Exit, EntryCancelling, Nothing)?;
    // The position went without us.
    must(
        EntryWorking,
        Fact::ClosedOutside,
        EntryCancelling,
        SendCancel,
    )?;
    must(
        EntryCancelling,
        Fact::ClosedOutside,
        EntryCancelling,
        Nothing,
    )?;
    must(ExitCancelling, Fact::ClosedOutside, ExitCancelling, Nothing)?;
    for stage in [PositionOpen, Stale] {
        must(stage, Fact::ClosedOutside, Closed, CloseTrade)?;
        must(stage, Fact::GoneFlat, Closed, CloseTrade)?;
        must(stage, Fact::GoneHeld, stage, Nothing)?;
        must(stage, Fact::Disagrees, Stale, AskVenue)?;
    }
    must(Stale, Fact::AgreesFlat, Closed, CloseTrade)?;
    must(Stale, Fact::AgreesHeld, PositionOpen, Nothing)?;
    must(Closed, Fact::Settled, Idle, FreeSlot)?;
    must(Closed, Fact::GoneHeld, PositionOpen, Nothing)?;
    must(Closed, Fact::AgreesHeld, PositionOpen, Nothing)
}

#[test]
fn no_pair_stands_twice() {
    let pairs: BTreeSet<_> = TABLE.iter().map(|row| (row.0, row.1)).collect();
    assert_eq!(pairs.len(), TABLE.len());
}

#[test]
fn flaw_k18_every_stage_is_reached_from_idle_and_leads_back_to_it() {
    let reach = |from: Stage, forward: bool| {
        let mut seen = BTreeSet::from([from]);
        while let Some(next) = TABLE.iter().find_map(|row| {
            let (a, b) = if forward {
                (row.0, row.2)
            } else {
                (row.2, row.0)
            };
            (seen.contains(&a) && !seen.contains(&b)).then_some(b)
        }) {
            seen.insert(next);
        }
        seen
    };
    assert_eq!(reach(Stage::Idle, true).len(), Stage::ALL.len());
    assert_eq!(reach(Stage::Idle, false).len(), Stage::ALL.len());
}

#[test]
fn every_fact_and_every_effect_has_a_row() {
    for fact in Fact::ALL.iter().filter(|fact| **fact != Fact::None) {
        assert!(TABLE.iter().any(|row| row.1 == *fact), "{fact:?}");
    }
    for effect in Effect::ALL {
        assert!(TABLE.iter().any(|row| row.3 == *effect), "{effect:?}");
    }
}

#[test]
fn the_table_is_right_and_misses_any_row_that_is_taken_away() {
    judge(TABLE).unwrap();
    for missing in 0..TABLE.len() {
        let mut table = TABLE.to_vec();
        let row = table.remove(missing);
        assert!(judge(&table).is_err(), "nobody misses {row:?}");
    }
}

#[test]
fn flaw_m9_g3_a_lost_order_never_takes_a_held_position_with_it() {
    for row in TABLE.iter().filter(|row| row.1 == Fact::GoneHeld) {
        assert!(!matches!(row.2, Stage::Idle | Stage::Closed), "{row:?}");
    }
}

#[test]
fn the_drawing_beside_the_code_is_the_table() {
    let mut drawing = String::from(
        "# Life of a trade\n\nDrawn from `TABLE` in `src/fsm.rs` by \
         `tests/spec/fsm.rs`; set `DRAW=1` to draw it anew.\nA blank cell is refused as \
         UNEXPECTED and changes nothing.\n\n| stage |",
    );
    let facts: Vec<Fact> = Fact::ALL
        .iter()
        .copied()
        .filter(|fact| *fact != Fact::None)
        .collect();
    for fact in &facts {
        write!(drawing, " {} |", fact.name()).unwrap();
    }
    drawing.push_str("\n| --- |");
    drawing.push_str(&" --- |".repeat(facts.len()));
    for stage in Stage::ALL {
        write!(drawing, "\n| **{}** |", stage.name()).unwrap();
        for fact in &facts {
            match TABLE.iter().find(|row| (row.0, row.1) == (*stage, *fact)) {
                Some(row) if row.3 == Effect::Nothing => write!(drawing, " {} |", row.2.name()),
                Some(row) => write!(drawing, " {}, *{}* |", row.2.name(), row.3.name()),
                None => write!(drawing, " |"),
            }
            .unwrap();
        }
    }
    drawing.push('\n');
    let place = concat!(env!("CARGO_MANIFEST_DIR"), "/FSM.md");
    if std::env::var_os("DRAW").is_some() {
        std::fs::write(place, &drawing).unwrap();
    }
    let kept = std::fs::read_to_string(place).unwrap_or_default();
    assert!(
        kept == drawing,
        "FSM.md is not the table: run this test with DRAW=1"
    );
}
