//! What the venue holds beside a trade that closed and waits for its rows.

use shm_layout::{AdoptPolicy, CommandKind, Control, OrderRole, OrderStatus, Report, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, Fill, World, config};

const CLOSED: &str = "
    enter long 1              | OrderRequested |
    fill 1 @ 100 fee 0        | PositionOpen   |
    settle                    | PositionOpen   |
    exit                      | ExitRequested  |
    fill 1 @ 100 fee 0        | Closed         |
    wait 1000                 | Closed         |
";

/// A fill that was not counted when the order's end was told.
pub fn tenth(price: i64) -> Fill {
    Fill {
        qty_e8: E8 / 10,
        price_e12: price * E12,
        fee_e8: 0,
    }
}

/// Anomalies, and what is held by nobody here.
fn seen(world: &World) -> (u64, i64) {
    let anomalies = world.kernel.stats().anomalies;
    (anomalies, world.kernel.instrument(0).foreign_qty_e8)
}

#[test]
fn a_position_beside_a_closed_slot_is_seen() {
    let mut world = check(CLOSED);
    let (before, _) = seen(&world);
    world = run(
        world,
        "hedge | Closed |\nsnapshot long 0.5 @ 100 | Closed |",
    );
    assert_eq!(seen(&world), (before, 0), "it may be late");
    world = run(
        world,
        "wait 5000 | Closed |\nsnapshot long 0.5 @ 100 | Closed |",
    );
    assert_eq!(seen(&world), (before + 1, E8 / 2));
    world = run(
        world,
        "
        enter short 1 id t2       | Closed | code SymbolBusy
        wait 60000                | Closed |
        snapshot long 0.5 @ 100   | Closed |
        ",
    );
    assert_eq!(seen(&world), (before + 1, E8 / 2), "said once");
    world = run(world, "wait 60000 | Closed |\nsnapshot | Closed |");
    assert_eq!(seen(&world), (before + 1, 0));
    run(world, "enter short 1 id t2 in 1 | OrderRequested | code Ok");
}

#[test]
fn a_snapshot_that_still_shows_what_was_just_closed_says_nothing() {
    let world = check(CLOSED);
    let before = seen(&world);
    let world = run(
        world,
        "
        snapshot long 1 @ 100     | Closed |
        wait 3000                 | Closed |
        snapshot long 1 @ 100     | Closed |
        wait 3000                 | Closed |
        snapshot                  | Closed |
        wait 3000                 | Closed |
        snapshot long 1 @ 100     | Closed |
        ",
    );
    assert_eq!(seen(&world), before);
    run(world, "settle | Idle |");
}

#[test]
fn flatten_reaches_a_position_beside_a_closed_slot() {
    let world = check(CLOSED);
    let trades = world.kernel.account().trades_closed;
    let mut world = run(world, "flatten | Closed |");
    // Its rows may still explain it, and then the rest of the trade would be closed.
    for _ in 0..8 {
        world = run(
            world,
            "snapshot long 0.5 @ 98 | Closed |\nwait 9000 | Closed |",
        );
    }
    let world = run(
        world,
        "
        snapshot long 0.5 @ 98    | ExitRequested | fact Exit  size 0.5  cost 49  asks 0.5
        wait 0                    | ExitRequested |
        fill 0.5 @ 101 fee 0      | Closed        | gross 1.5
        settle                    | Idle          | capital 10_001.5
        snapshot                  | Idle          | delta 0
        ",
    );
    let account = world.kernel.account();
    assert_eq!(account.trades_closed, trades, "one trade, closed once");
}

#[test]
fn what_is_held_beside_a_closed_slot_is_asked_of_the_orders_whose_rows_are_missing() {
    let mut world = check(
        "
        enter long 1 limit 100    | OrderRequested  |
        fill 0.5 @ 100 fee 0      | EntryWorking    |
        cancel                    | EntryCancelling |
        cancelled                 | PositionOpen    |
        exit                      | ExitRequested   |
        fill 0.5 @ 100 fee 0      | Closed          |
        wait 1000                 | Closed          |
        ",
    );
    let entry = world.kernel.order(0);
    assert_eq!((entry.role, entry.query_open), (OrderRole::Entry, 0));
    // Its last fill was not counted when its cancel was told.
    let client_order_id = entry.client_order_id;
    world.fills.push((client_order_id, tenth(100)));
    world = run(
        world,
        "flatten | Closed |\nsnapshot long 0.1 @ 100 | Closed |",
    );
    let entry = *world.kernel.order(0);
    assert_ne!(entry.query_open, 0);
    world.report(&Report {
        command_seq: entry.query_open,
        ..world.state_of(&entry, OrderStatus::Filled)
    });
    run(
        world,
        "
        wait 0                    | ExitRequested   | size 0.1  cost 10  asks 0.1
        fill 0.1 @ 100 fee 0      | Closed          |
        settle                    | Idle            | gross 0
        ",
    );
}

/// The last part of the entry comes to light 58 s after it was seen beside the closed trade.
fn told_late(world: World) -> World {
    let mut world = run(
        world,
        "
        enter long 1 limit 100    | OrderRequested  |
        fill 0.5 @ 100 fee 0      | EntryWorking    |
        cancel                    | EntryCancelling |
        cancelled                 | PositionOpen    |
        exit                      | ExitRequested   |
        fill 0.5 @ 100 fee 0      | Closed          |
        wait 1000                 | Closed          |
        snapshot long 0.1 @ 100   | Closed          |
        wait 6000                 | Closed          |
        snapshot long 0.1 @ 100   | Closed          |
        flatten                   | Closed          |
        wait 52000                | Closed          |
        ",
    );
    assert_eq!(seen(&world).1, E8 / 10);
    let entry = *world.kernel.order(0);
    world.fills.push((entry.client_order_id, tenth(100)));
    world.report(&world.state_of(&entry, OrderStatus::Filled));
    run(
        world,
        "
        wait 0                    | ExitRequested   | size 0.1  asks 0.1
        fill 0.1 @ 100 fee 0      | Closed          |
        ",
    )
}

#[test]
fn what_a_late_fill_explained_is_not_opened_again_when_lists_lag() {
    let mut world = run(told_late(World::ready()), "flatten | Closed |");
    for _ in 0..4 {
        world = run(
            world,
            "snapshot long 0.1 @ 100 | Closed |\nwait 9000 | Closed |",
        );
    }
    run(
        world,
        "
        settle                    | Idle            | gross 0
        wait 1000                 | Idle            |
        snapshot                  | Idle            | delta 0
        ",
    );
}

#[test]
fn what_a_late_fill_explained_is_not_adopted_when_a_list_lags() {
    let mut world = World::ready();
    world.control(&Control {
        adopt: AdoptPolicy::Adopt,
        ..config()
    });
    let world = run(
        told_late(world),
        "
        settle                    | Idle            | gross 0
        snapshot long 0.1 @ 100   | Idle            |
        wait 3000                 | Idle            |
        snapshot long 0.1 @ 100   | Idle            |
        wait 1000                 | Idle            |
        snapshot                  | Idle            | delta 0
        ",
    );
    assert_eq!(seen(&world).1, 0);
}

#[test]
fn a_position_beside_a_closed_slot_is_adopted_once_the_slot_is_free() {
    let mut world = World::ready();
    world.control(&Control {
        adopt: AdoptPolicy::Adopt,
        ..config()
    });
    let world = run(world, CLOSED);
    let (before, _) = seen(&world);
    let world = run(
        world,
        "
        snapshot long 0.5 @ 100   | Closed |
        wait 6000                 | Closed |
        snapshot long 0.5 @ 100   | Closed |
        ",
    );
    assert_eq!(seen(&world), (before + 1, E8 / 2));
    let world = run(
        world,
        "
        settle                    | Idle         |
        wait 6000                 | Idle         |
        snapshot long 0.5 @ 100   | PositionOpen | size 0.5  cost 50
        ",
    );
    assert_eq!(seen(&world), (before + 1, 0));
    assert_eq!(world.kernel.slot(0).adopted, 1);
    assert_eq!(world.kernel.slot(1).stage, Stage::Idle);
}

#[test]
fn what_is_first_seen_beside_a_closed_slot_is_looked_at_again_soon() {
    let asked = |world: &World| {
        let reconciles = world.commands.iter();
        reconciles
            .filter(|command| command.kind == CommandKind::Reconcile)
            .count()
    };
    let mut world = run(check(CLOSED), "snapshot long 0.5 @ 100 | Closed |");
    let before = asked(&world);
    world.wait(5_000);
    assert_eq!(asked(&world), before + 1);
    // Once it is certain, the next look comes when it comes.
    let mut world = run(world, "snapshot long 0.5 @ 100 | Closed |");
    let before = asked(&world);
    world.wait(5_000);
    assert_eq!(asked(&world), before);
}

#[test]
fn a_list_asked_for_before_the_last_event_of_its_symbol_adopts_nothing() {
    let mut world = World::ready();
    world.control(&Control {
        adopt: AdoptPolicy::Adopt,
        ..config()
    });
    let world = run(
        world,
        "
        hedge                                     | Idle           |
        enter short 1                             | OrderRequested |
        fill 1 @ 100 fee 0                        | PositionOpen   |
        settle                                    | PositionOpen   |
        snapshot short 1 @ 100 long 0.5 @ 100     | PositionOpen   |
        wait 6000                                 | PositionOpen   |
        exit 0.5                                  | ExitRequested  |
        fill 0.5 @ 100 fee 0                      | PositionOpen   |
        snapshot short 0.5 @ 100 long 0.5 @ 100   | PositionOpen   |
        ",
    );
    assert_eq!(world.kernel.slot(1).stage, Stage::Idle);
    let world = run(
        world,
        "
        wait 6000                                 | PositionOpen   |
        snapshot short 0.5 @ 100 long 0.5 @ 100   | PositionOpen   |
        ",
    );
    assert_eq!(world.kernel.slot(1).stage, Stage::PositionOpen);
}
