//! Fills from cumulative facts: any source, any number of copies, booked once.

use shm_layout::{Has, OrderRole, OrderStatus, Report};

use crate::check::check;
use crate::world::E12;

#[test]
fn a_fill_told_twice_is_booked_once() {
    check(
        "
        enter long 1        | OrderRequested |
        fill 0.4 @ 100      | EntryWorking   | size 0.4
        again               | EntryWorking   | code Duplicate  size 0.4
        fill 0.6 @ 100      | PositionOpen   | size 1
        again               | PositionOpen   | code Duplicate  size 1
        ",
    );
}

#[test]
fn an_older_fact_changes_nothing() {
    let mut world = check(
        "
        enter long 1        | OrderRequested |
        fill 0.4 @ 100      | EntryWorking   |
        ",
    );
    let older = world.last_report;
    world = crate::check::run(world, "fill 0.5 @ 100 | EntryWorking | size 0.9");
    let outcome = world.report(&older);
    assert_eq!(format!("{:?}", outcome.code), "StaleFact");
    assert_eq!(world.kernel.slot(0).qty_e8, 90_000_000);
}

#[test]
fn flaw_l3_e12_a_fill_of_price_zero_is_held_and_asked_about() {
    let mut world = check("enter long 1 | OrderRequested |");
    let order = world.order(0, OrderRole::Entry);
    let mut echo = world.state_of(&order, OrderStatus::Filled);
    echo.cum_qty_e8 = order.qty_e8;
    echo.has |= Has::AvgPrice.code();
    let outcome = world.report(&echo);
    assert_eq!(format!("{:?}", outcome.code), "ImplausibleFill");
    assert_eq!(world.kernel.slot(0).qty_e8, 0);
    crate::check::run(world, "fill 1 @ 100 | PositionOpen | size 1  cost 100");
}

#[test]
fn a_held_fill_is_booked_once_its_rows_prove_it() {
    let mut world = check("enter long 1 | OrderRequested |");
    let order = world.order(0, OrderRole::Entry);
    let fill = crate::world::Fill {
        qty_e8: order.qty_e8,
        price_e12: 150 * E12,
        fee_e8: 7,
    };
    world.fills.push((order.client_order_id, fill));
    let state = world.state_of(&order, OrderStatus::Filled);
    world.report(&state);
    let asked = world.order(0, OrderRole::Entry);
    let again = Report {
        command_seq: asked.query_open,
        ..state
    };
    world.report(&again);
    let asked = world.order(0, OrderRole::Entry);
    assert_ne!(asked.settle_open, 0);
    for row in world.rows_of(&asked) {
        world.report(&row);
    }
    crate::check::run(
        world,
        "wait 0 | PositionOpen | size 1  cost 150  fees 0.00000007",
    );
}

#[test]
fn flaw_h4_missing_is_not_zero() {
    let mut world = check("enter long 1 limit 100 | OrderRequested |");
    let order = world.order(0, OrderRole::Entry);
    let mut silent = world.state_of(&order, OrderStatus::Cancelled);
    silent.has = 0;
    let outcome = world.report(&silent);
    assert_eq!(format!("{:?}", outcome.code), "StaleFact");
    assert_eq!(
        world.effects.commands().len(),
        1,
        "asked instead of assumed"
    );
    crate::check::run(world, "cancelled | Idle |");
}

#[test]
fn flaw_j7_j8_g13_a_report_reaches_the_slot_that_owns_it_or_none() {
    let mut world = check(
        "
        enter long 1        | OrderRequested |
        enter short 1 id t2 | OrderRequested | code SymbolBusy
        ",
    );
    let before = *world.kernel.slot(0);
    let order = world.order(0, OrderRole::Entry);
    let state = world.state_of(&order, OrderStatus::Filled);
    let foreign = Report {
        client_order_id: crate::world::ascii("web-1"),
        ..state
    };
    assert_eq!(format!("{:?}", world.report(&foreign).code), "ForeignOrder");
    let mut other = state;
    other.symbol = crate::world::ascii("ETH-USDT");
    assert_eq!(format!("{:?}", world.report(&other).code), "ForeignOrder");
    let mut nameless = state;
    nameless.client_order_id = crate::world::ascii("");
    nameless.venue_order_id = 99;
    assert_eq!(format!("{:?}", world.report(&nameless).code), "Unresolved");
    assert_eq!(*world.kernel.slot(0), before);
}

#[test]
fn flaw_l2_l1_more_filled_than_ordered_is_told_by_its_code() {
    let world = check(
        "
        enter long 1        | OrderRequested |
        fill 0.5 @ 100      | EntryWorking   |
        fill 0.6 @ 100      | PositionOpen   | code Overfill  size 1.1
        exit                | ExitRequested  |
        fill 1.3 @ 100      | Closed         | code Overfill  excess 0.2  realised 0
        ",
    );
    world.kernel.check().unwrap();
}

#[test]
fn flaw_h6_h8_a_status_without_meaning_changes_no_stage() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    let order = world.order(0, OrderRole::Entry);
    let odd = world.state_of(&order, OrderStatus::Unknown);
    world.report(&odd);
    assert_eq!(
        format!("{:?}", world.kernel.slot(0).stage),
        "OrderRequested"
    );
}
