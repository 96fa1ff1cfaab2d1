//! What one fact books: fees told or estimated, prices that can be true, and what is told of it.

use shm_layout::{Code, Has, OrderRole, OrderStatus, Provenance, Report, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, MS, World};

/// Tells of an order that so much is filled at an average, and its fee if any.
fn tell(
    world: &mut World,
    role: OrderRole,
    qty_e8: i64,
    price_e12: i64,
    fee_e8: Option<i64>,
) -> Code {
    tell_as(world, role, qty_e8, price_e12, fee_e8, |_| ())
}

fn tell_as(
    world: &mut World,
    role: OrderRole,
    qty_e8: i64,
    price_e12: i64,
    fee_e8: Option<i64>,
    change: impl Fn(&mut Report),
) -> Code {
    let order = world.order(0, role);
    let mut report = Report {
        cum_qty_e8: qty_e8,
        avg_price_e12: price_e12,
        cum_fee_e8: fee_e8.unwrap_or(0),
        ..world.state_of(&order, OrderStatus::Working)
    };
    report.has = Has::CumQty.code() | Has::AvgPrice.code();
    if fee_e8.is_some() {
        report.has |= Has::CumFee.code();
    }
    change(&mut report);
    world.report(&report).code
}

fn entering() -> World {
    check("enter long 10 limit 100 | OrderRequested |\nlive | EntryWorking |")
}

#[test]
fn a_fee_is_told_or_estimated_by_the_rate_of_its_side_of_the_book() {
    let entry = OrderRole::Entry;
    let mut world = entering();
    assert_eq!(tell(&mut world, entry, E8, 100 * E12, None), Code::Ok);
    // 100 at a taker's 0.05 %, then 200 more at a maker's 0.02 %.
    assert_eq!(world.kernel.slot(0).fees_e8, 5_000_000);
    assert_eq!(world.order(0, entry).provenance, Provenance::Estimate);
    let maker = |r: &mut Report| r.maker = 1;
    tell_as(&mut world, entry, 3 * E8, 100 * E12, None, maker);
    assert_eq!(world.kernel.slot(0).fees_e8, 9_000_000);
    let told = world.outcomes.last().unwrap();
    assert_eq!((told.fill_fee_e8, told.maker), (4_000_000, 1));
    assert_eq!(told.fill_provenance, Provenance::Estimate);
    // A fee that is told of the same fills takes the place of the estimate.
    assert_eq!(
        tell(&mut world, entry, 3 * E8, 100 * E12, Some(7)),
        Code::Ok
    );
    assert_eq!(world.kernel.slot(0).fees_e8, 7);
    assert_eq!(
        tell(&mut world, entry, 3 * E8, 100 * E12, Some(7)),
        Code::Duplicate
    );
    assert_eq!(
        tell(&mut world, entry, 4 * E8, 100 * E12, Some(9)),
        Code::Ok
    );
    assert_eq!(world.order(0, entry).provenance, Provenance::Exchange);
    assert_eq!(world.kernel.account().fees_e8, 9);
    assert_eq!(world.kernel.account().capital_e8, 10_000 * E8 - 9);
    // Of fewer fills than are known, it says nothing.
    assert_eq!(
        tell(&mut world, entry, 3 * E8, 100 * E12, Some(1)),
        Code::StaleFact
    );
    let silent = |r: &mut Report| r.has = Has::CumFee.code();
    tell_as(&mut world, entry, 4 * E8, 100 * E12, Some(1), silent);
    assert_eq!(world.kernel.account().fees_e8, 9);
}

#[test]
fn a_settled_fee_is_not_replaced_by_what_is_told_late() {
    let mut world = run(entering(), "fill 4 @ 100 fee 1 | EntryWorking |");
    world = run(world, "cancelled | PositionOpen |\nwait 500 | - |");
    let order = world.order(0, OrderRole::Entry);
    let rows = world.rows_of(&order);
    assert_eq!(world.report(&rows[0]).code, Code::Ok);
    let late = world.state_of(&order, OrderStatus::Cancelled);
    let late = Report {
        cum_fee_e8: 2 * E8,
        ..late
    };
    assert_eq!(world.report(&late).code, Code::Duplicate);
    run(world, "wait 0 | PositionOpen | fees 1  unsettled 0");
}

#[test]
fn a_price_is_true_that_is_near_any_price_it_may_have_come_from() {
    let entry = OrderRole::Entry;
    let booked = |world: &mut World, price: i64| tell(world, entry, E8, price, Some(0)) == Code::Ok;
    assert!(booked(&mut entering(), 90 * E12));
    assert!(booked(&mut entering(), 110 * E12));
    assert!(!booked(&mut entering(), 110 * E12 + 1));
    assert!(!booked(&mut entering(), 90 * E12 - 1));
    assert!(!booked(&mut entering(), 0));
    assert!(!booked(&mut entering(), -100 * E12));
    // The mark moved away: it may have been filled before, or just now.
    let moved = || run(entering(), "mark 200 | EntryWorking |");
    assert!(booked(&mut moved(), 100 * E12));
    assert!(booked(&mut moved(), 215 * E12));
    assert!(!booked(&mut moved(), 150 * E12));
    // Its own limit, far from both marks.
    let limit = check("enter long 1 limit 91 | OrderRequested |");
    let mut limit = run(limit, "live | EntryWorking |\nmark 150 | EntryWorking |");
    assert!(booked(&mut limit, 82 * E12));
    // A trigger: the stop at 95 fired though the mark is elsewhere by now.
    let stopped = |price: i64| {
        let mut world = check(
            "
            enter long 1 sl 50    | OrderRequested |
            fill 1 @ 100 fee 0    | PositionOpen   |
            wait 0                | PositionOpen   |
            live of stop          | PositionOpen   |
            ",
        );
        tell(&mut world, OrderRole::StopLoss, E8, price, Some(0)) == Code::Ok
    };
    assert!(stopped(46 * E12));
    assert!(!stopped(70 * E12));
    let mut bare = entering();
    let missing = |r: &mut Report| r.has = Has::CumQty.code();
    let code = tell_as(&mut bare, entry, E8, 100 * E12, None, missing);
    assert_eq!(code, Code::ImplausibleFill);
    assert_eq!(bare.order(0, entry).held_qty_e8, E8);
}

#[test]
fn a_held_fill_is_let_go_by_a_fact_that_covers_it() {
    let entry = OrderRole::Entry;
    let mut world = entering();
    tell(&mut world, entry, 3 * E8, 300 * E12, Some(0));
    tell(&mut world, entry, 2 * E8, 300 * E12, Some(0));
    assert_eq!(world.order(0, entry).held_qty_e8, 3 * E8, "the most told");
    assert_eq!(
        tell(&mut world, entry, 2 * E8, 100 * E12, Some(0)),
        Code::Ok
    );
    assert_eq!(world.order(0, entry).held_qty_e8, 3 * E8);
    assert_ne!(world.order(0, entry).deadline_mono_ns, 0);
    assert_eq!(
        tell(&mut world, entry, 3 * E8, 100 * E12, Some(0)),
        Code::Ok
    );
    let order = world.order(0, entry);
    assert_eq!(
        (order.held_qty_e8, order.held_status),
        (0, OrderStatus::None)
    );
}

#[test]
fn only_what_rests_is_left_to_the_snapshots() {
    let deadline = |scenario: &str| {
        let world = check(scenario);
        let due = world.order(0, OrderRole::Entry).deadline_mono_ns;
        due.checked_sub(world.now.mono_ns).map(|pause| pause / MS)
    };
    assert_eq!(
        deadline("enter long 1 limit 99 | - |\nlive | EntryWorking |"),
        None
    );
    assert_eq!(
        deadline("enter long 1 limit 99 post | - |\nlive | - |"),
        None
    );
    assert_eq!(
        deadline("enter long 1 limit 99 ioc | - |\nlive | - |"),
        Some(1_000)
    );
    assert_eq!(
        deadline("enter long 1 limit 99 fok | - |\nlive | - |"),
        Some(1_000)
    );
    assert_eq!(deadline("enter long 1 | - |\nlive | - |"), Some(1_000));
    let gone = "enter long 1 limit 99 | - |\nfill 0.5 @ 99 | - |\ncancelled | PositionOpen |";
    assert_eq!(deadline(gone), Some(500));
}

#[test]
fn an_outcome_tells_the_part_that_was_booked_now() {
    let entry = OrderRole::Entry;
    let mut world = entering();
    tell(&mut world, entry, E8, 100 * E12, Some(10));
    let first = world.kernel.slot(0).opened_wall_ns;
    world.wait(5);
    tell(&mut world, entry, 3 * E8, 99 * E12, Some(25));
    let told = *world.outcomes.last().unwrap();
    // 297 for three less 100 for the first: 197 for two.
    assert_eq!(
        (told.fill_qty_e8, told.fill_notional_e8),
        (2 * E8, 197 * E8)
    );
    assert_eq!(
        (told.fill_price_e12, told.fill_fee_e8),
        (985 * E12 / 10, 15)
    );
    assert_eq!((told.fill_realised_e8, told.order_cum_qty_e8), (0, 3 * E8));
    assert_eq!(told.fill_provenance, Provenance::Exchange);
    assert_eq!(world.kernel.slot(0).opened_wall_ns, first);
    assert_eq!(world.kernel.account().last_fill_seq, world.seq);
    assert_eq!(world.kernel.stats().fills_booked, 2);
    let fills = world.kernel.stats().fills_booked;
    tell(&mut world, entry, 3 * E8, 99 * E12, Some(26));
    let told = world.outcomes.last().unwrap();
    assert_eq!(
        (told.fill_qty_e8, told.fill_fee_e8, told.fill_price_e12),
        (0, 1, 0)
    );
    assert_eq!(world.kernel.stats().fills_booked, fills, "a fee is no fill");
    assert_eq!(world.kernel.account().last_fill_seq, world.seq - 1);
}

#[test]
fn more_than_was_ordered_is_told_once_and_kept_apart() {
    let mut world = check("enter long 1 | OrderRequested |\nfill 1 @ 100 fee 0 | PositionOpen |");
    world = run(world, "exit limit 105 | ExitRequested |");
    let exit = OrderRole::Exit;
    let filled = |r: &mut Report| r.order_status = OrderStatus::Filled;
    let code = tell_as(&mut world, exit, 3 * E8 / 2, 104 * E12, Some(0), filled);
    assert_eq!(code, Code::Overfill);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.stage, slot.excess_qty_e8), (Stage::Closed, E8 / 2));
    assert_eq!(
        (slot.excess_notional_e8, slot.realised_e8),
        (52 * E8, 4 * E8)
    );
    let code = tell_as(&mut world, exit, 3 * E8 / 2, 104 * E12, Some(3), filled);
    assert_eq!(code, Code::Ok, "a fee is told of it");
    // An entry fill that turns up late is matched with it first, at what it brought.
    let entry = OrderRole::Entry;
    let code = tell_as(&mut world, entry, 8 * E8 / 5, 100 * E12, Some(0), filled);
    assert_eq!(code, Code::Overfill);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.qty_e8, slot.excess_qty_e8), (E8 / 10, 0));
    assert_eq!(
        (slot.realised_e8, slot.entry_notional_e8),
        (6 * E8, 10 * E8)
    );
    assert_eq!(slot.stage, Stage::PositionOpen);
    assert_eq!(slot.exit_wanted, 1, "everything was to be closed");
}

#[test]
fn a_late_correction_of_the_entry_is_shared_by_what_is_held_and_what_is_gone() {
    // 4 bought for 400.4 by rounded words; the rows say 400. A quarter was sold before.
    let mut world = check("enter long 4 limit 100.5 | OrderRequested |");
    let entry = OrderRole::Entry;
    let filled = |r: &mut Report| r.order_status = OrderStatus::Filled;
    let code = tell_as(
        &mut world,
        entry,
        4 * E8,
        100_100_000_000_000,
        Some(0),
        filled,
    );
    assert_eq!(code, Code::Ok);
    world = run(
        world,
        "exit 1 | ExitRequested |\nfill 1 @ 101 fee 0 | PositionOpen |",
    );
    let slot = world.kernel.slot(0);
    assert_eq!(
        (slot.realised_e8, slot.entry_notional_e8),
        (90_000_000, 30_030_000_000)
    );
    let order = world.order(0, entry);
    let fill = crate::world::Fill {
        qty_e8: 4 * E8,
        price_e12: 100 * E12,
        fee_e8: 0,
    };
    world.fills.push((order.client_order_id, fill));
    world.settle_all();
    let slot = world.kernel.slot(0);
    assert_eq!((slot.realised_e8, slot.entry_notional_e8), (E8, 300 * E8));
    assert_eq!(slot.opened_notional_e8, 400 * E8);
}
