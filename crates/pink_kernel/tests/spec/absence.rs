//! One absence of an order that was seen at work is no end of it, however long ago another was.

use shm_layout::{Code, OrderRole, OrderStatus, Report, ReportKind, Stage};

use crate::check::{check, run};
use crate::outlived::ask;
use crate::world::{E8, World};

const RESTS: &str = "
    enter long 1 limit 99 | OrderRequested |
    live                  | EntryWorking   |
    wait 60000            | EntryWorking   |
";

/// The venue does not find this order of slot 0.
pub fn absent(world: &mut World, role: OrderRole) -> Code {
    let order = world.order(0, role);
    let report = Report {
        kind: ReportKind::OrderNotFound,
        client_order_id: order.client_order_id,
        asked_wall_ms: world.wall_ms(),
        ..Report::ZERO
    };
    world.report(&report).code
}

#[test]
fn a_word_that_it_still_works_undoes_the_first_absence() {
    let mut world = check(RESTS);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    let mut world = run(world, "fill 0.1 @ 99 | EntryWorking |");
    world.wait(6_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    assert_eq!(world.kernel.slot(0).stage, Stage::EntryWorking);
}

#[test]
fn an_order_found_at_work_as_it_was_undoes_the_first_absence() {
    let mut world = check(RESTS);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    let order = world.order(0, OrderRole::Entry);
    let report = world.state_of(&order, OrderStatus::Working);
    assert_eq!(world.report(&report).code, Code::Duplicate);
    world.wait(3_600_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
}

#[test]
fn an_order_that_is_listed_undoes_the_first_absence() {
    let mut world = check(RESTS);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    ask(&mut world);
    let order = world.order(0, OrderRole::Entry);
    let rests = world.state_of(&order, OrderStatus::Working);
    world.snapshot_rows(&[], &[rests], Some(10_000 * E8), true);
    world.wait(3_600_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
}

#[test]
fn an_entry_whose_position_the_venue_lists_is_not_given_up_at_the_first_absence() {
    let mut world = check(
        "
        enter long 1 sl 95    | OrderRequested |
        unknown               | OrderRequested |
        wait 2000             | OrderRequested |
        snapshot long 1 @ 100 | OrderRequested |
        wait 4000             | OrderRequested |
        ",
    );
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    // Found after all, and protected.
    let found = run(
        world,
        "
        fill 1 @ 100 fee 0    | PositionOpen   | size 1
        wait 0                | PositionOpen   | sends submit
        ",
    );
    assert_eq!(found.order(0, OrderRole::StopLoss).qty_e8, E8);
}

#[test]
fn an_exit_that_the_venues_list_shows_done_is_not_given_up_at_the_first_absence() {
    let asked = |listed: &str| {
        let mut world = check(
            "
            enter long 1              | OrderRequested |
            fill 1 @ 100 fee 0        | PositionOpen   |
            settle                    | PositionOpen   |
            exit                      | ExitRequested  |
            unknown                   | ExitRequested  |
            wait 2000                 | ExitRequested  |
            ",
        );
        world = run(world, &format!("snapshot {listed} | ExitRequested |"));
        world.wait(4_000);
        absent(&mut world, OrderRole::Exit)
    };
    assert_eq!(asked("long 0.4 @ 100"), Code::Unresolved);
    assert_eq!(asked("long 1 @ 100"), Code::Ok);
    // More than is held is nothing that an exit can have done.
    assert_eq!(asked("long 1.5 @ 100"), Code::Ok);
}

#[test]
fn an_old_word_of_the_stream_that_says_less_undoes_no_absence() {
    let mut world = check(
        "
        enter long 1 limit 99 | OrderRequested |
        live                  | EntryWorking   |
        fill 0.3 @ 99 fee 0   | EntryWorking   |
        wait 60000            | EntryWorking   |
        ",
    );
    let order = world.order(0, OrderRole::Entry);
    let mut old = world.state_of(&order, OrderStatus::Working);
    old.cum_qty_e8 = E8 / 10;
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    assert_eq!(world.report(&old).code, Code::StaleFact);
    world.wait(6_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Ok);
}
