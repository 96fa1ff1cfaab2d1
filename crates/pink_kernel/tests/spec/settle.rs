//! Settling: rows replace provisional money, once, and then the slot is free.

use shm_layout::{Code, OrderRole, OrderStatus, Provenance, Report, ReportKind, Stage};

use crate::beside::tenth;
use crate::check::{check, run};
use crate::world::{E12, Fill};

#[test]
fn flaw_a7_e18_settled_fees_replace_the_estimate() {
    let mut world = check(
        "
        enter long 1              | OrderRequested |
        fill 1 @ 100 fee 0.03     | PositionOpen   | fees 0.03
        wait 600                  | PositionOpen   | sends settle
        ",
    );
    world.fills[0].1.fee_e8 = 2_000_000;
    let order = world.order(0, OrderRole::Entry);
    let rows = world.rows_of(&order);
    let outcome = world.report(&rows[0]);
    assert_eq!((outcome.code, outcome.fill_fee_e8), (Code::Ok, -1_000_000));
    assert_eq!(outcome.fill_provenance, Provenance::Settled);
    run(
        world,
        "wait 0 | PositionOpen | fees 0.02  paid 0.02  unsettled 0",
    );
}

#[test]
fn flaw_i10_rows_told_again_are_duplicates_across_a_restart_too() {
    let mut world = check(
        "
        enter long 1        | OrderRequested |
        fill 0.4 @ 100      | EntryWorking   |
        fill 0.6 @ 101      | PositionOpen   |
        wait 600            | PositionOpen   |
        ",
    );
    let order = world.order(0, OrderRole::Entry);
    let rows = world.rows_of(&order);
    assert_eq!(world.report(&rows[0]).code, Code::Ok);
    assert_eq!(world.report(&rows[0]).code, Code::Duplicate);
    world.restart();
    assert_eq!(world.report(&rows[0]).code, Code::Duplicate);
    assert_eq!(world.report(&rows[1]).code, Code::Ok);
    assert_eq!(world.report(&rows[1]).code, Code::Duplicate);
    let booked = world
        .outcomes
        .iter()
        .filter(|o| o.report_kind == ReportKind::Fill);
    assert_eq!(booked.filter(|o| o.code == Code::Ok).count(), 2);
    run(world, "wait 0 | PositionOpen | cost 100.6");
}

#[test]
fn rows_that_do_not_add_up_are_refused_and_asked_for_again() {
    let mut world = check(
        "
        enter long 1        | OrderRequested |
        fill 1 @ 100        | PositionOpen   |
        wait 600            | PositionOpen   |
        ",
    );
    let order = world.order(0, OrderRole::Entry);
    let mut row = world.rows_of(&order)[0];
    row.qty_e8 -= 1;
    assert_eq!(world.report(&row).code, Code::SettleMismatch);
    world.settle_all();
    run(world, "wait 0 | PositionOpen | cost 100  unsettled 0");
}

#[test]
fn the_result_of_a_trade_is_exits_less_entries_to_the_last_digit() {
    check(
        "
        enter long 3 legs 0.333,0.5,1 | OrderRequested |
        fill 1 @ 100.01     | EntryWorking   |
        fill 2 @ 100.03     | PositionOpen   | cost 300.07
        exit                | ExitRequested  | asks 0.999
        fill 0.999 @ 101.07 | PositionOpen   |
        settle              | PositionOpen   |
        exit                | ExitRequested  | asks 1
        fill 1 @ 99.99      | PositionOpen   |
        exit                | ExitRequested  | asks 1.001
        fill 1.001 @ 100.5  | Closed         | realised 1.48943
        settle              | Idle           | gross 1.48943
        ",
    );
}

#[test]
fn a_late_fill_of_a_closed_trade_is_closed_as_well() {
    check(
        "
        enter long 1 limit 100 | OrderRequested |
        fill 0.4 @ 100         | EntryWorking   |
        cancelled              | PositionOpen   | size 0.4
        exit                   | ExitRequested  |
        fill 0.4 @ 100         | Closed         |
        fill 0.1 @ 100 of entry | PositionOpen  | size 0.1  fact GoneHeld
        wait 0                 | ExitRequested  | asks 0.1
        fill 0.1 @ 100         | Closed         |
        settle                 | Idle           | gross 0
        ",
    );
}

/// Rows that were asked for while the order lived are of that moment: its last fill may be
/// missing, and what settles is forgotten, with all that is told of it later.
#[test]
fn rows_asked_for_while_an_order_lived_do_not_settle_it_once_it_is_gone() {
    let mut world = check(
        "
        enter long 1 limit 100     | OrderRequested |
        live                       | EntryWorking   |
        fill 0.4 @ 100 fee 0       | EntryWorking   |
        ",
    );
    // A fill at a price that cannot be true is held, asked about, and its rows are wanted.
    let entry = world.order(0, OrderRole::Entry);
    world.fills[0].1.qty_e8 = 70_000_000;
    let mut lie = world.state_of(&entry, OrderStatus::Working);
    lie.avg_price_e12 *= 2;
    assert_eq!(world.report(&lie).code, Code::ImplausibleFill);
    lie.command_seq = world.order(0, OrderRole::Entry).query_open;
    assert_eq!(world.report(&lie).code, Code::ImplausibleFill);
    let entry = world.order(0, OrderRole::Entry);
    assert_ne!(entry.settle_open, 0, "asked for while it lives");
    let early = world.rows_of(&entry);
    // It ends; what ended it knew no more than the rows did, but there was a last fill.
    let ended = world.state_of(&entry, OrderStatus::Cancelled);
    assert_eq!(world.report(&ended).code, Code::Ok);
    assert_eq!(world.report(&early[0]).code, Code::StaleFact);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.stage, slot.unsettled), (Stage::PositionOpen, 1));
    let last = Fill {
        qty_e8: 10_000_000,
        price_e12: 100 * E12,
        fee_e8: 0,
    };
    world.fills.push((entry.client_order_id, last));
    let told = world.state_of(&entry, OrderStatus::Cancelled);
    assert_eq!(world.report(&told).code, Code::Ok);
    world.settle_all();
    run(
        world,
        "wait 0 | PositionOpen | size 0.8  cost 80  unsettled 0",
    );
}

#[test]
fn rows_that_answer_another_question_than_the_open_one_settle_nothing() {
    let mut world = check(
        "
        enter long 1        | OrderRequested |
        fill 1 @ 100        | PositionOpen   |
        ",
    );
    // Nothing was asked yet, and nothing is answered.
    let unasked = world.rows_of(&world.order(0, OrderRole::Entry))[0];
    assert_eq!(unasked.command_seq, 0);
    assert_eq!(world.report(&unasked).code, Code::StaleFact);
    world = run(world, "wait 600 | PositionOpen | sends settle");
    let order = world.order(0, OrderRole::Entry);
    let row = world.rows_of(&order)[0];
    for command_seq in [0, row.command_seq - 8, row.command_seq + 8] {
        let other = Report { command_seq, ..row };
        assert_eq!(world.report(&other).code, Code::StaleFact);
        assert_eq!(world.kernel.slot(0).unsettled, 1);
    }
    assert_eq!(world.report(&row).code, Code::Ok);
}

#[test]
fn a_bad_row_ends_its_set_and_a_bad_word_about_the_order_does_not() {
    let gathered = || {
        let mut world = check(
            "
            enter long 1        | OrderRequested |
            fill 0.4 @ 100      | EntryWorking   |
            fill 0.6 @ 101      | PositionOpen   |
            wait 600            | PositionOpen   |
            ",
        );
        let order = world.order(0, OrderRole::Entry);
        let rows = world.rows_of(&order);
        assert_eq!(world.report(&rows[0]).code, Code::Ok);
        assert_eq!(world.order(0, OrderRole::Entry).settle_rows, 1);
        (world, rows)
    };
    let (mut world, rows) = gathered();
    let bad = Report {
        price_e12: 0,
        ..rows[1]
    };
    assert_eq!(world.report(&bad).code, Code::InvalidField);
    let order = world.order(0, OrderRole::Entry);
    assert_eq!((order.settle_rows, order.settle_open), (0, 0));
    world.settle_all();
    world = run(world, "wait 0 | PositionOpen | cost 100.6  unsettled 0");
    drop(world);
    // A question about its figures is open as well; its answer is about something else.
    let (mut world, _) = gathered();
    let mut asked = 0;
    for _ in 0..40 {
        world.wait(250);
        asked = world.order(0, OrderRole::Entry).query_open;
        if asked != 0 {
            break;
        }
    }
    let order = world.order(0, OrderRole::Entry);
    assert!(asked != 0 && order.settle_open != 0);
    let foreign = Report {
        command_seq: asked,
        qty_e8: 1,
        ..world.state_of(&order, OrderStatus::Filled)
    };
    assert_eq!(world.report(&foreign).code, Code::ForeignOrder);
    let order = world.order(0, OrderRole::Entry);
    assert_eq!((order.query_open, order.settle_rows), (0, 1));
}

#[test]
fn a_correction_of_money_alone_is_shared_by_what_is_held_and_what_is_gone() {
    let mut world = check(
        "
        enter long 1 limit 105    | OrderRequested  |
        fill 0.5 @ 100 fee 0      | EntryWorking    |
        cancel                    | EntryCancelling |
        cancelled                 | PositionOpen    |
        exit 0.25                 | ExitRequested   |
        fill 0.25 @ 100 fee 0     | PositionOpen    | size 0.25  cost 25
        ",
    );
    // More of it had traded than was told with its cancel, and dearer.
    let entry = *world.kernel.order(0);
    world.fills.push((entry.client_order_id, tenth(105)));
    world.report(&world.state_of(&entry, OrderStatus::Filled));
    let mut world = run(world, "wait 0 | PositionOpen | size 0.35  cost 35.5");
    // Its rows say what the first part really cost: 3 more, of which 0.35 of 0.6 are still held.
    world.fills[0].1.price_e12 = 106 * E12;
    world.wait(600);
    for row in world.rows_of(&world.kernel.order(0).clone()) {
        world.report(&row);
    }
    run(
        world,
        "wait 0 | PositionOpen | size 0.35  cost 37.25  gross -1.25",
    );
}
