//! Each move of the table that no other scenario needs by itself.

use crate::check::check;

#[test]
fn a_resting_entry_that_ends_without_a_fill_frees_its_slot() {
    for end in ["cancelled", "expired"] {
        check(&format!(
            "
            enter long 1 limit 99     | OrderRequested |
            live                      | EntryWorking   |
            {end}                     | Idle           | fact NeverOpened  reserved 0
            enter long 1 id t2        | OrderRequested | code Ok
            "
        ));
    }
}

#[test]
fn an_entry_that_is_gone_after_a_stop_out_ends_the_trade() {
    let stopped = "
        enter long 1 limit 100 sl 95 | OrderRequested |
        fill 0.4 @ 100 fee 0         | EntryWorking   |
        wait 0                       | EntryWorking   | sends submit
        live of stop                 | EntryWorking   |
    ";
    check(&format!(
        "{stopped}
        fill 0.4 @ 95 fee 0 of stop  | EntryCancelling | fact ClosedOutside
        cancelled of entry           | Closed          | fact GoneFlat  realised -2
        settle                       | Idle            | gross -2
        "
    ));
    check(&format!(
        "{stopped}
        fill 0.4 @ 95 fee 0 of stop  | EntryCancelling |
        cancel-refused of entry      | EntryCancelling |
        live of entry                | EntryWorking    | fact CancelRefused
        expired of entry             | Closed          | fact GoneFlat  realised -2
        settle                       | Idle            | gross -2
        "
    ));
    check(&format!(
        "{stopped}
        cancel                       | EntryCancelling |
        fill 0.4 @ 95 fee 0 of stop  | EntryCancelling | fact ClosedOutside  size 0
        cancelled of entry           | Closed          | realised -2
        settle                       | Idle            |
        "
    ));
}

#[test]
fn an_exit_wanted_while_the_entry_is_being_cancelled_follows_it() {
    check(
        "
        enter long 1 limit 100  | OrderRequested  |
        fill 0.4 @ 100 fee 0    | EntryWorking    |
        cancel                  | EntryCancelling |
        exit                    | EntryCancelling | code Ok  fact Exit  sends nothing
        cancelled of entry      | PositionOpen    |
        wait 0                  | ExitRequested   | asks 0.4
        fill 0.4 @ 101 fee 0    | Closed          | realised 0.4
        ",
    );
}

#[test]
fn late_fills_of_a_gone_exit_close_what_they_close() {
    check(
        "
        enter long 1            | OrderRequested |
        fill 1 @ 100 fee 0      | PositionOpen   |
        exit limit 105          | ExitRequested  |
        fill 0.4 @ 105 fee 0    | ExitWorking    |
        cancel                  | ExitCancelling |
        cancelled               | PositionOpen   | size 0.6
        fill 0.2 @ 105 fee 0 of exit | PositionOpen | size 0.4  fact GoneHeld
        fill 0.4 @ 105 fee 0 of exit | Closed       | realised 5  fact GoneFlat
        settle                  | Idle           | gross 5
        ",
    );
}

#[test]
fn an_exit_ends_from_every_stage_it_can_be_in() {
    let held = "
        enter long 1            | OrderRequested |
        fill 1 @ 100 fee 0      | PositionOpen   |
        exit limit 105          | ExitRequested  |
    ";
    for to in ["", "live | ExitWorking |", "cancel | ExitCancelling |"] {
        for (end, then) in [
            ("refused", "PositionOpen | size 1"),
            ("cancelled", "PositionOpen | size 1  fact GoneHeld"),
            ("fill 1 @ 105", "Closed | realised 5  fact GoneFlat"),
        ] {
            if end == "refused" && to.starts_with("live") {
                continue;
            }
            check(&format!("{held}\n{to}\n{end} | {then}"));
        }
    }
    check(&format!(
        "{held}
        fill 0.4 @ 105          | ExitWorking    | size 0.6
        fill 0.1 @ 105          | ExitWorking    | size 0.5  fact OrderLive
        cancel                  | ExitCancelling | fact Cancel
        fill 0.1 @ 105          | ExitCancelling | size 0.4  fact OrderLive
        cancelled               | PositionOpen   | size 0.4
        "
    ));
    check(&format!(
        "{held}
        cancel                  | ExitCancelling | sends cancel  fact Cancel
        cancel-refused          | ExitCancelling | sends query
        live                    | ExitCancelling | fact OrderLive
        "
    ));
}

#[test]
fn a_stop_that_fires_ends_an_exit_in_every_stage() {
    let held = "
        enter long 1 sl 95      | OrderRequested |
        fill 1 @ 100 fee 0      | PositionOpen   |
        wait 0                  | PositionOpen   |
        live of stop            | PositionOpen   |
        exit limit 105          | ExitRequested  |
    ";
    for to in ["", "live | ExitWorking |", "cancel | ExitCancelling |"] {
        check(&format!(
            "{held}
            {to}
            fill 1 @ 95 fee 0 of stop | ExitCancelling | size 0  fact ClosedOutside
            cancelled                 | Closed         | realised -5
            settle                    | Idle           | gross -5
            "
        ));
    }
}

const DISPUTED: &str = "
    enter long 1 sl 95       | OrderRequested |
    fill 1 @ 100 fee 0       | PositionOpen   |
    settle                   | PositionOpen   |
    live of stop             | PositionOpen   |
    wait 5000                | PositionOpen   |
    snapshot long 0.5 @ 100  | StaleStateReconciling | fact Disagrees
";

#[test]
fn a_disputed_position_may_be_reduced_stopped_out_or_agreed_on() {
    check(&format!(
        "{DISPUTED}
        exit                     | ExitRequested | asks 1  code Ok
        "
    ));
    check(&format!(
        "{DISPUTED}
        fill 1 @ 95 fee 0 of stop | Closed | realised -5  fact ClosedOutside
        "
    ));
    check(&format!(
        "{DISPUTED}
        live of stop             | StaleStateReconciling |
        wait 1000                | StaleStateReconciling |
        snapshot long 1 @ 100    | PositionOpen | fact AgreesHeld  size 1
        "
    ));
}

#[test]
fn late_fills_move_a_disputed_position_too() {
    let disputed = "
        enter long 1            | OrderRequested |
        fill 1 @ 100 fee 0      | PositionOpen   |
        settle                  | PositionOpen   |
        exit limit 105          | ExitRequested  |
        fill 0.2 @ 105 fee 0    | ExitWorking    |
        cancel                  | ExitCancelling |
        cancelled               | PositionOpen   | size 0.8
        wait 5000               | PositionOpen   |
        snapshot long 0.5 @ 100 | StaleStateReconciling | fact Disagrees
    ";
    check(&format!(
        "{disputed}
        fill 0.3 @ 105 fee 0 of exit | StaleStateReconciling | size 0.5  fact GoneHeld
        fill 0.5 @ 105 fee 0 of exit | Closed                | realised 5  fact GoneFlat
        settle                       | Idle                  | gross 5
        "
    ));
}
