//! Trades that end while an order of theirs still works: it is cancelled for good, and what it
//! opens meanwhile is closed.

use shm_layout::{CommandKind, Control, OrderRole, Stage};

use crate::check::{check, run};
use crate::world::{E8, World};

#[test]
fn a_stopped_out_entry_whose_cancel_is_refused_is_cancelled_again_and_what_it_opens_is_closed() {
    check(
        "
        enter long 1 limit 100 sl 95 | OrderRequested  |
        fill 0.4 @ 100 fee 0     | EntryWorking    |
        wait 0                   | EntryWorking    | sends submit
        live of stop             | EntryWorking    |
        fill 0.4 @ 95 fee 0 of stop | EntryCancelling | size 0  fact ClosedOutside  sends cancel
        cancel-refused of entry  | EntryCancelling | sends query
        live of entry            | EntryWorking    | fact CancelRefused
        wait 500                 | EntryWorking    |
        wait 500                 | EntryCancelling | fact Cancel
        fill 0.1 @ 100 fee 0 of entry | EntryCancelling | size 0.1
        wait 0                   | EntryCancelling | size 0.1
        cancelled of entry       | PositionOpen    | size 0.1
        wait 0                   | ExitRequested   | asks 0.1
        fill 0.1 @ 95 fee 0      | Closed          | realised -2.5
        settle                   | Idle            | gross -2.5
        ",
    );
}

#[test]
fn protection_that_fired_ends_the_entry_though_more_was_filled_meanwhile() {
    check(
        "
        enter long 1 limit 100 sl 95 | OrderRequested  |
        fill 0.4 @ 100           | EntryWorking    |
        wait 0                   | EntryWorking    | sends submit
        live of stop             | EntryWorking    |
        fill 0.2 @ 100           | EntryWorking    | size 0.6
        fill 0.4 @ 95 of stop    | EntryCancelling | size 0.2  fact Exit  sends cancel
        fill 0.1 @ 100 of entry  | EntryCancelling | size 0.3
        cancelled of entry       | PositionOpen    | size 0.3
        wait 0                   | ExitRequested   | asks 0.3
        fill 0.3 @ 95            | Closed          |
        ",
    );
}

#[test]
fn rows_asked_for_of_the_entry_do_not_cancel_the_exit_that_followed_it() {
    check(
        "
        enter long 1 limit 100   | OrderRequested  |
        fill 0.4 @ 100           | EntryWorking    |
        exit                     | EntryCancelling | sends cancel
        cancelled of entry       | PositionOpen    |
        wait 0                   | ExitRequested   | asks 0.4
        wait 600                 | ExitRequested   | sends settle
        ",
    );
}

#[test]
fn a_position_closed_by_hand_under_a_working_entry_ends_the_entry() {
    let world = check(
        "
        enter long 1 limit 100   | OrderRequested  |
        fill 0.4 @ 100 fee 0     | EntryWorking    |
        ",
    );
    let world = stays_away(world);
    assert_eq!(world.kernel.slot(0).stage, Stage::EntryCancelling);
    run(
        world,
        "
        fill 0.1 @ 100 fee 0 of entry | EntryCancelling | size 0.1
        cancelled of entry       | PositionOpen    |
        wait 0                   | ExitRequested   | asks 0.1
        ",
    );
}

#[test]
fn an_exit_with_nothing_left_to_close_is_cancelled_again_when_that_is_refused() {
    check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        wait 0                    | PositionOpen   |
        live of stop              | PositionOpen   |
        exit limit 105            | ExitRequested  |
        live                      | ExitWorking    |
        fill 1 @ 95 fee 0 of stop | ExitCancelling | size 0  sends cancel
        cancel-refused            | ExitCancelling | sends query
        live                      | ExitWorking    | fact CancelRefused
        wait 400                  | ExitWorking    |
        wait 600                  | ExitCancelling | fact Cancel
        cancelled                 | Closed         | realised -5
        settle                    | Idle           |
        ",
    );
}

/// Whole snapshots that list the entry and no position, until that is believed.
fn stays_away(mut world: World) -> World {
    let ask = Control {
        kind: shm_layout::ControlKind::Reconcile,
        ..Control::ZERO
    };
    for _ in 0..4 {
        world.wait(6_000);
        let mut sent = world.commands.iter();
        if !sent.any(|c| c.kind == CommandKind::Reconcile) {
            world.control(&ask);
            world.wait(1_100);
        }
        let order = world.order(0, OrderRole::Entry);
        let listed = world.state_of(&order, shm_layout::OrderStatus::Working);
        world.snapshot_rows(&[], &[listed], Some(10_000 * E8), true);
        if world.kernel.slot(0).qty_e8 == 0 {
            break;
        }
        let command_seq = world.order(0, OrderRole::Entry).query_open;
        world.report(&shm_layout::Report {
            command_seq,
            ..listed
        });
    }
    world
}
