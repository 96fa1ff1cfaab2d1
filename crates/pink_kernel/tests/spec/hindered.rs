//! A level is passed while something is in the way: a resize, an entry, an exit, a refusal.

use shm_layout::OrderRole;

use crate::check::{check, run};
use crate::passed::{refused, submits};

#[test]
fn between_an_old_stop_and_one_of_another_size_the_level_counts_too() {
    let world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        settle                    | PositionOpen   |
        live of stop              | PositionOpen   |
        exit 0.4                  | ExitRequested  |
        fill 0.4 @ 100            | PositionOpen   |
        wait 0                    | PositionOpen   | sends cancel
        mark 94                   | PositionOpen   |
        wait 0                    | PositionOpen   | sends nothing
        cancelled of stop         | PositionOpen   |
        wait 0                    | ExitRequested  | sends submit  asks 0.6
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 1);
}

#[test]
fn an_entry_that_fills_on_is_cancelled_first_and_what_it_brought_is_closed() {
    let part = "
        enter long 1 limit 100 sl 95 | OrderRequested |
        live                      | EntryWorking   |
        fill 0.4 @ 100            | EntryWorking   |
        wait 0                    | EntryWorking   | sends submit
        refused of stop           | EntryWorking   |
        ";
    let rest = "
        fill 0.1 @ 94 of entry    | EntryCancelling | size 0.5
        wait 0                    | EntryCancelling | sends nothing
        cancelled of entry        | PositionOpen   |
        wait 0                    | ExitRequested  | asks 0.5
        ";
    check(&format!(
        "{part}
        mark 95                   | EntryWorking   |
        wait 0                    | EntryCancelling | sends cancel
        {rest}"
    ));
    // Somebody took the entry back before: then there is nothing to cancel any more.
    check(&format!(
        "{part}
        cancel                    | EntryCancelling | sends cancel
        mark 95                   | EntryCancelling |
        wait 0                    | EntryCancelling | sends nothing  fact Exit
        {rest}"
    ));
}

#[test]
fn an_exit_that_trades_is_waited_for_and_one_that_rests_is_not() {
    run(
        refused("long 1 sl 95"),
        "
        exit                      | ExitRequested  |
        mark 94                   | ExitRequested  |
        wait 0                    | ExitRequested  | sends nothing
        live                      | ExitWorking    |
        wait 0                    | ExitWorking    | sends nothing
        ",
    );
    let rests = "
        exit limit 105            | ExitRequested  |
        mark 94                   | ExitRequested  |
        wait 0                    | ExitRequested  | sends nothing
        live                      | ExitWorking    |
        wait 0                    | ExitCancelling | sends cancel
        ";
    run(
        refused("long 1 sl 95"),
        &format!(
            "{rests}
            cancel-refused            | ExitCancelling | sends query
            live                      | ExitWorking    |
            wait 999                  | ExitWorking    | sends nothing
            wait 1                    | ExitCancelling | sends cancel
            cancelled                 | PositionOpen   |
            wait 0                    | ExitRequested  | asks 1
            "
        ),
    );
    // The price of the resting exit is reached: the venue is about to trade it.
    for (enter, limit, reached, beyond) in [
        ("long 1 tp 104", "105", "105", "104.99"),
        ("short 1 tp 96", "95", "95", "95.01"),
    ] {
        let world = run(
            refused(enter),
            &format!(
                "
                exit limit {limit}        | ExitRequested  |
                live                      | ExitWorking    |
                mark {reached}            | ExitWorking    |
                wait 0                    | ExitWorking    | sends nothing
                mark {beyond}             | ExitWorking    |
                wait 0                    | ExitCancelling | sends cancel
                "
            ),
        );
        assert_eq!(submits(&world, OrderRole::Exit), 1);
    }
}

#[test]
fn an_exit_the_venue_refuses_is_tried_again_in_pauses_though_the_price_came_back() {
    let mut world = run(
        refused("long 1 sl 95"),
        "mark 94 | PositionOpen |\nwait 0 | ExitRequested |\nmark 100 | ExitRequested |",
    );
    for pause in [500, 1_000, 2_000] {
        world = run(
            world,
            &format!(
                "refused of exit         | PositionOpen  |
                 wait {}                 | PositionOpen  |
                 wait 1                  | ExitRequested | asks 1",
                pause - 1
            ),
        );
    }
}

#[test]
fn an_exit_that_was_refused_before_does_not_make_the_decision_wait() {
    run(
        refused("long 1 sl 95"),
        "
        exit                      | ExitRequested  |
        refused of exit           | PositionOpen   |
        exit                      | ExitRequested  |
        refused of exit           | PositionOpen   |
        mark 94                   | PositionOpen   |
        wait 0                    | ExitRequested  | asks 1
        refused of exit           | PositionOpen   |
        wait 1999                 | PositionOpen   |
        wait 1                    | ExitRequested  | asks 1
        ",
    );
}
