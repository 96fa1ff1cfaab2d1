//! CANCEL: of the order that is working, recorded, and concluded by the venue alone.

use crate::check::check;

#[test]
fn flaw_m2_g10_f1_a_cancel_is_a_recorded_move_and_waits_for_the_venue() {
    let world = check(
        "
        enter long 1 limit 99 | OrderRequested  |
        live                  | EntryWorking    |
        cancel                | EntryCancelling | sends cancel  fact Cancel
        cancelled             | Idle            | fact NeverOpened
        ",
    );
    let stages: Vec<_> = world.outcomes.iter().map(|o| o.prev_stage).collect();
    assert_eq!(format!("{:?}", stages.last().unwrap()), "EntryCancelling");
}

#[test]
fn flaw_m4_m17_a_cancel_after_a_partial_fill_keeps_what_was_filled() {
    check(
        "
        enter long 1 limit 100 | OrderRequested  |
        fill 0.4 @ 100         | EntryWorking    |
        cancel                 | EntryCancelling | sends cancel
        cancelled              | PositionOpen    | size 0.4  reserved 0
        ",
    );
}

#[test]
fn flaw_i15_a_refused_cancel_is_followed_by_a_question_and_the_order_works_on() {
    check(
        "
        enter long 1           | OrderRequested |
        fill 1 @ 100           | PositionOpen   |
        exit limit 105         | ExitRequested  |
        live                   | ExitWorking    |
        cancel                 | ExitCancelling |
        cancel                 | ExitCancelling | code Duplicate
        cancel-refused         | ExitCancelling | sends query
        live                   | ExitWorking    | fact CancelRefused
        cancel                 | ExitCancelling | sends cancel
        cancelled              | PositionOpen   |
        ",
    );
}

#[test]
fn a_cancel_that_came_too_late_finds_the_order_filled() {
    check(
        "
        enter long 1 limit 100 | OrderRequested  |
        live                   | EntryWorking    |
        cancel                 | EntryCancelling |
        cancel-refused         | EntryCancelling | sends query
        fill 1 @ 100           | PositionOpen    | size 1
        ",
    );
}

#[test]
fn flaw_a2_e9_cancelling_nothing_says_so() {
    check(
        "
        enter long 1           | OrderRequested |
        fill 1 @ 100           | PositionOpen   |
        cancel                 | PositionOpen   | code NoActiveOrder
        ",
    );
}

#[test]
fn flaw_g9_l16_cancel_goes_to_the_order_that_is_working() {
    let world = check(
        "
        enter long 1           | OrderRequested |
        fill 1 @ 100           | PositionOpen   |
        exit limit 105         | ExitRequested  |
        live                   | ExitWorking    |
        cancel                 | ExitCancelling |
        ",
    );
    let [.., submit, cancel] = world.commands.as_slice() else {
        panic!()
    };
    assert_eq!(cancel.client_order_id, submit.client_order_id);
    assert_eq!(format!("{:?}", cancel.role), "Exit");
    assert_ne!(cancel.venue_order_id, 0);
}

#[test]
fn an_entry_can_be_cancelled_before_anything_is_known_of_it() {
    check(
        "
        enter long 1 limit 99  | OrderRequested  |
        cancel                 | EntryCancelling | sends cancel
        unsent                 | Idle            | fact NeverOpened
        ",
    );
}
