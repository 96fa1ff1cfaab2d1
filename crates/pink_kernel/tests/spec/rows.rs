//! The rows of a fill history: in order, complete, and of an order that is done.

use shm_layout::{Code, CommandKind, OrderRole, OrderStatus, Report};

use crate::check::{check, run};
use crate::world::{E8, E12, Fill, World, ascii};

type Change = fn(&mut Report);

/// An entry filled in two parts, whose rows are asked for; the rows.
fn awaited() -> (World, [Report; 2]) {
    let world = check(
        "
        enter long 1         | OrderRequested |
        fill 0.4 @ 100 fee 0 | EntryWorking   |
        fill 0.6 @ 101 fee 0 | PositionOpen   |
        wait 600             | PositionOpen   | sends settle
        ",
    );
    let rows = world.rows_of(&world.order(0, OrderRole::Entry));
    (world, [rows[0], rows[1]])
}

fn unsettled(world: &World) -> u16 {
    world.kernel.slot(0).unsettled
}

#[test]
fn rows_are_asked_for_once_and_from_when_the_order_was_made() {
    let (mut world, _) = awaited();
    let order = world.order(0, OrderRole::Entry);
    let settle = *world.commands.last().unwrap();
    assert_eq!(settle.since_wall_ms, order.created_wall_ns / 1_000_000);
    assert_eq!(
        (settle.cum_qty_e8, settle.command_seq),
        (E8, order.settle_open)
    );
    world.wait(30_000);
    let asked = |kind| world.commands.iter().filter(|c| c.kind == kind).count();
    assert_eq!(asked(CommandKind::Settle), 1);
}

#[test]
fn a_row_without_size_price_amount_or_number_is_no_row() {
    let wrong: [Change; 6] = [
        |r| r.qty_e8 = 0,
        |r| r.qty_e8 = -E8,
        |r| r.price_e12 = 0,
        |r| r.price_e12 = -E12,
        |r| r.has = 0,
        |r| r.fill_id = ascii(""),
    ];
    for (nth, change) in wrong.iter().enumerate() {
        let (mut world, [mut first, _]) = awaited();
        change(&mut first);
        assert_eq!(world.report(&first).code, Code::InvalidField, "{nth}");
        assert_eq!(unsettled(&world), 1);
        world.settle_all();
        run(world, "wait 0 | PositionOpen | cost 100.6  unsettled 0");
    }
}

#[test]
fn a_set_of_rows_that_is_no_set_is_asked_for_anew() {
    // The wrong row, and whether the first row came before it.
    let wrong: [(bool, Change); 6] = [
        (false, |r| r.row_index = 1),
        (false, |r| r.row_count = 0),
        (false, |r| (r.row_index, r.row_count) = (2, 2)),
        (true, |r| r.row_count = 3),
        (true, |r| (r.row_index, r.row_count) = (0, 3)),
        (true, |r| r.row_index = 2),
    ];
    for (nth, (begun, change)) in wrong.iter().enumerate() {
        let (mut world, [first, second]) = awaited();
        let mut row = first;
        if *begun {
            assert_eq!(world.report(&first).code, Code::Ok);
            row = second;
        }
        change(&mut row);
        assert_eq!(world.report(&row).code, Code::SettleMismatch, "{nth}");
        assert_eq!(world.order(0, OrderRole::Entry).settle_rows, 0);
        assert_eq!(world.report(&second).code, Code::StaleFact, "{nth}");
        let commands = world.commands.len();
        world.wait(2_000);
        let again = &world.commands[commands..];
        assert!(again.iter().any(|c| c.kind == CommandKind::Settle), "{nth}");
        world.settle_all();
        run(world, "wait 0 | PositionOpen | cost 100.6  unsettled 0");
    }
}

#[test]
fn rows_that_say_the_whole_before_the_last_of_them_are_awaited_to_the_last() {
    let (mut world, [first, second]) = awaited();
    let whole = Report {
        qty_e8: E8,
        ..first
    };
    assert_eq!(world.report(&whole).code, Code::Ok);
    assert_eq!(unsettled(&world), 1);
    assert_eq!(world.report(&second).code, Code::SettleMismatch);
}

#[test]
fn a_row_tells_what_it_was() {
    let (mut world, [first, second]) = awaited();
    let told = world.report(&Report { maker: 1, ..first });
    assert_eq!(
        (told.fill_qty_e8, told.fill_price_e12),
        (first.qty_e8, first.price_e12)
    );
    assert_eq!((told.fill_id, told.maker), (first.fill_id, 1));
    let told = world.report(&second);
    assert_eq!(
        (told.fill_qty_e8, told.fill_price_e12),
        (second.qty_e8, second.price_e12)
    );
    assert_eq!((told.fill_id, told.maker), (second.fill_id, 0));
}

/// A limit entry at work, of which a fill at 150 is told that nobody believes; its rows are asked.
fn doubted() -> (World, Vec<Report>) {
    let mut world = check("enter long 1 limit 100 | OrderRequested |\nlive | EntryWorking |");
    let entry = world.order(0, OrderRole::Entry);
    let fill = Fill {
        qty_e8: E8 / 2,
        price_e12: 150 * E12,
        fee_e8: 0,
    };
    world.fills.push((entry.client_order_id, fill));
    let mut told = world.state_of(&entry, OrderStatus::Working);
    assert_eq!(world.report(&told).code, Code::ImplausibleFill);
    told.command_seq = world.order(0, OrderRole::Entry).query_open;
    assert_eq!(world.report(&told).code, Code::ImplausibleFill);
    let entry = world.order(0, OrderRole::Entry);
    let rows = world.rows_of(&entry);
    assert_ne!(entry.settle_open, 0);
    (world, rows)
}

#[test]
fn rows_prove_a_doubted_fill_of_an_order_that_works_on() {
    let (mut world, rows) = doubted();
    assert_eq!(world.report(&rows[0]).code, Code::Ok);
    world = run(
        world,
        "wait 0 | EntryWorking | size 0.5  cost 75  unsettled 0",
    );
    let order = world.order(0, OrderRole::Entry);
    assert_eq!(
        (order.held_qty_e8, order.settle_open, order.settle_rows),
        (0, 0, 0)
    );
    world = run(
        world,
        "cancelled of entry | PositionOpen | size 0.5  unsettled 1",
    );
    world.settle_all();
    run(
        world,
        "wait 0 | PositionOpen | size 0.5  cost 75  unsettled 0",
    );
}

#[test]
fn rows_of_an_order_at_work_that_nobody_doubts_any_more_settle_nothing() {
    let (mut world, rows) = doubted();
    let entry = world.order(0, OrderRole::Entry);
    let mut believed = world.state_of(&entry, OrderStatus::Working);
    believed.avg_price_e12 = 100 * E12;
    assert_eq!(world.report(&believed).code, Code::Ok);
    assert_eq!(world.report(&rows[0]).code, Code::StaleFact);
    run(world, "wait 0 | EntryWorking | size 0.5  cost 50");
}

#[test]
fn a_useless_row_ends_the_set_and_a_useless_answer_to_another_question_does_not() {
    let (mut world, [first, second]) = awaited();
    assert_eq!(world.report(&first).code, Code::Ok);
    let useless = Report {
        price_e12: 0,
        ..second
    };
    assert_eq!(world.report(&useless).code, Code::InvalidField);
    let order = world.order(0, OrderRole::Entry);
    assert_eq!((order.settle_open, order.settle_rows), (0, 0));
    world.wait(60_000);
    let order = world.order(0, OrderRole::Entry);
    let [first, second] = [world.rows_of(&order)[0], world.rows_of(&order)[1]];
    assert_eq!(world.report(&first).code, Code::Ok);
    // Meanwhile the order is asked about as well, and the answer is about another.
    assert_ne!(order.query_open, 0, "questions take turns");
    let other = Report {
        symbol: ascii("ETH-USDT"),
        command_seq: order.query_open,
        ..world.state_of(&order, OrderStatus::Filled)
    };
    assert_eq!(world.report(&other).code, Code::ForeignOrder);
    assert_eq!(world.order(0, OrderRole::Entry).query_open, 0);
    assert_eq!(world.report(&second).code, Code::Ok);
    run(world, "wait 0 | PositionOpen | cost 100.6  unsettled 0");
}

#[test]
fn a_corrected_fee_of_a_gone_order_does_not_take_back_the_question_for_its_rows() {
    let (mut world, rows) = awaited();
    world.fills[1].1.fee_e8 = E8 / 10;
    let corrected = world.state_of(&world.order(0, OrderRole::Entry), OrderStatus::Filled);
    assert_eq!(world.report(&corrected).code, Code::Ok);
    for row in rows {
        assert_eq!(world.report(&row).code, Code::Ok);
    }
    run(world, "wait 0 | PositionOpen | fees 0  unsettled 0");
}
