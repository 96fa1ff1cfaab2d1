//! What happened at the venue without an order of ours, and what is asked because of it.

use shm_layout::{
    Code, CommandKind, Control, ControlKind, Fact, InputKind, OrderRole, OrderStatus, Provenance,
    Report, Side, SlotCell, Stage,
};

use crate::check::{check, run};
use crate::world::{E8, E12, World};

const HELD: &str = "
    enter long 1        | OrderRequested |
    fill 1 @ 100 fee 0  | PositionOpen   |
    settle              | PositionOpen   |
    wait 2000           | PositionOpen   |
";

/// Has a RECONCILE open, which `answer` answers.
fn ask(world: &mut World) {
    let open = |world: &World| sent(world, CommandKind::Reconcile) > 0;
    if !open(world) {
        world.control(&Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        });
        world.wait(0);
    }
    if !open(world) {
        world.wait(1_000);
    }
}

/// The venue holds so much of BTC-USDT, long, and lists these orders.
fn answer(world: &mut World, qty_e8: i64, listed: &[Report]) {
    let held = ("BTC-USDT", Side::Long, qty_e8, 100 * E12);
    let positions = if qty_e8 == 0 { &[][..] } else { &[held][..] };
    let capital = world.kernel.account().capital_e8;
    world.snapshot_rows(positions, listed, Some(capital), true);
    let odd = world.outcomes.iter().find(|o| o.code == Code::Unexpected);
    assert_eq!(odd.map(|o| o.seq), None);
}

fn told(world: &mut World, qty_e8: i64) {
    ask(world);
    answer(world, qty_e8, &[]);
}

fn listed(world: &World, role: OrderRole) -> Report {
    world.state_of(&world.order(0, role), OrderStatus::Working)
}

fn slot(world: &World) -> SlotCell {
    *world.kernel.slot(0)
}

fn sent(world: &World, kind: CommandKind) -> usize {
    world.commands.iter().filter(|c| c.kind == kind).count()
}

#[test]
fn a_snapshot_that_agrees_makes_no_record_of_the_slot() {
    let mut world = check(HELD);
    ask(&mut world);
    let before = world.outcomes.len();
    answer(&mut world, E8, &[]);
    let mut told = world.outcomes[before..].iter();
    assert!(!told.any(|o| o.input == InputKind::Deadline && o.slot_id == 0));
    assert_eq!(slot(&world).stage, Stage::PositionOpen);
    // One deadline is enough for the whole comparison when nothing is to be done.
    let swept = world.outcomes[before..].iter();
    assert_eq!(swept.filter(|o| o.input == InputKind::Deadline).count(), 1);
}

#[test]
fn a_difference_is_believed_only_when_it_lasted_long_enough_to_the_millisecond() {
    for (pause, stage) in [
        (4_999, Stage::StaleStateReconciling),
        (5_000, Stage::Closed),
    ] {
        let mut world = check(HELD);
        told(&mut world, 0);
        assert_eq!(slot(&world).stage, Stage::StaleStateReconciling);
        assert_eq!(slot(&world).discrepancy_qty_e8, -E8);
        told(&mut world, 0);
        assert_eq!(
            (slot(&world).stage, slot(&world).qty_e8),
            (Stage::StaleStateReconciling, E8)
        );
        let first = slot(&world).absent_since_wall_ns;
        let gone_by = world.now.wall_ns - first;
        // The next question is asked exactly so long after the first.
        let rest = u64::try_from(pause * 1_000_000 - gone_by).unwrap();
        world.now.mono_ns += rest;
        world.now.wall_ns += i64::try_from(rest).unwrap();
        ask(&mut world);
        assert_eq!(slot(&world).absent_since_wall_ns, first);
        answer(&mut world, 0, &[]);
        let seen = world
            .outcomes
            .iter()
            .rev()
            .find(|o| o.fact == Fact::AgreesFlat);
        assert_eq!(seen.is_some(), stage == Stage::Closed, "{pause}");
    }
}

#[test]
fn a_position_that_only_shrank_does_not_end_the_exit_at_work() {
    let mut world = check(HELD);
    world = run(
        world,
        "exit limit 101 | ExitRequested |\nlive | ExitWorking |",
    );
    for _ in 0..3 {
        ask(&mut world);
        let row = listed(&world, OrderRole::Exit);
        answer(&mut world, E8 / 2, &[row]);
        let mut row = listed(&world, OrderRole::Exit);
        row.command_seq = world.order(0, OrderRole::Exit).query_open;
        assert_ne!(row.command_seq, 0, "its own facts come first");
        world.report(&row);
        world.wait(6_000);
    }
    assert_eq!(
        (slot(&world).stage, slot(&world).qty_e8),
        (Stage::ExitWorking, E8)
    );
}

#[test]
fn orders_that_are_young_asked_about_or_listed_are_not_asked_about_by_name() {
    let queries = |prepare: &str, list: bool, late: &str| {
        let mut world = check(prepare);
        ask(&mut world);
        world = run(world, late);
        let before = sent(&world, CommandKind::Query);
        let row = listed(&world, OrderRole::Entry);
        let rows = if list { &[row][..] } else { &[][..] };
        answer(&mut world, 0, rows);
        sent(&world, CommandKind::Query) - before
    };
    let resting = "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |\n\
                   wait 2000 | EntryWorking |";
    assert_eq!(queries(resting, false, ""), 1);
    assert_eq!(queries(resting, true, ""), 0);
    assert_eq!(queries(resting, false, "cancel | EntryCancelling |"), 0);
    assert_eq!(
        queries(resting, false, "refused | EntryWorking | sends query"),
        0
    );
    // Made after the question, or not answered yet: its absence means nothing.
    let young = "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |";
    assert_eq!(queries("wait 2000 | Idle |", false, young), 0);
    let silent = "wait 2000 | Idle |\nenter long 1 limit 99 | OrderRequested |";
    assert_eq!(queries(silent, false, ""), 0);
}

#[test]
fn what_was_closed_outside_is_booked_at_the_mark_and_marked_as_an_estimate() {
    for (side, price, qty, realised) in [("long", 104, "0", 4), ("short", 104, "0.25", -3)] {
        let mut world = check(&format!(
            "
            enter {side} 1      | OrderRequested |
            fill 1 @ 100 fee 0  | PositionOpen   |
            settle              | PositionOpen   |
            mark {price}        | PositionOpen   |
            "
        ));
        let anomalies = world.kernel.stats().anomalies;
        let left = format!("snapshot {side} {qty} @ 100");
        let left = if qty == "0" { "snapshot" } else { &left };
        world = run(
            world,
            &format!("{left} | - |\nwait 5000 | - |\n{left} | - | gross {realised}"),
        );
        let booked = world
            .outcomes
            .iter()
            .rev()
            .find(|o| o.fill_qty_e8 != 0)
            .unwrap();
        let gone = E8 - crate::words::e8(qty);
        assert_eq!(
            (booked.fill_qty_e8, booked.fill_price_e12),
            (gone, price * E12)
        );
        assert_eq!(booked.fill_notional_e8, gone * price);
        assert_eq!(booked.fill_realised_e8, realised * E8);
        assert_eq!(booked.fill_provenance, Provenance::Estimate);
        assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
        let account = world.kernel.account();
        assert_eq!(account.capital_e8, (10_000 + realised) * E8);
    }
}

#[test]
fn a_position_grown_outside_costs_what_the_venue_says_or_else_the_mark() {
    // The venue tells the average of all: 2 at 102 are 1 at 100 and 1 at 104. What would be far
    // from the market is what the venue rounds.
    for (told, price) in [("102", 104), ("0", 103), ("110", 110)] {
        let world = check(HELD);
        let grown = format!("snapshot long 2 @ {told}");
        let world = run(
            world,
            &format!(
                "
                mark 103  | PositionOpen          |
                {grown}   | StaleStateReconciling |
                wait 5000 | StaleStateReconciling |
                {grown}   | PositionOpen          | size 2  gross 0
                "
            ),
        );
        assert_eq!(world.kernel.slot(0).entry_notional_e8, (100 + price) * E8);
        assert_eq!(world.kernel.slot(0).opened_qty_e8, 2 * E8);
    }
}

#[test]
fn a_dispute_begins_with_a_question_about_every_order_of_the_slot() {
    let mut world = check(
        "
        enter long 1 sl 95 tp 110 | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        settle                    | PositionOpen   |
        live of stop              | PositionOpen   |
        live of profit            | PositionOpen   |
        wait 2000                 | PositionOpen   |
        ",
    );
    ask(&mut world);
    let rows = [OrderRole::StopLoss, OrderRole::TakeProfit].map(|role| listed(&world, role));
    answer(&mut world, 0, &rows);
    assert_eq!(slot(&world).stage, Stage::StaleStateReconciling);
    for role in [OrderRole::StopLoss, OrderRole::TakeProfit] {
        assert_ne!(world.order(0, role).query_open, 0, "{role:?}");
    }
}
