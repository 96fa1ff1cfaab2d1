//! A submit whose result is not known: everything stays reserved until the venue speaks.

use crate::check::check;

#[test]
fn flaw_o5_h5_no_local_time_ever_turns_unknown_into_refused() {
    check(
        "
        enter long 1     | OrderRequested | reserved 100
        unknown          | OrderRequested | reserved 100
        wait 100000      | OrderRequested | reserved 100
        ",
    );
}

#[test]
fn flaw_i11_an_unknown_submit_is_asked_about_and_found() {
    check(
        "
        enter long 1     | OrderRequested |
        unknown          | OrderRequested |
        wait 300         | OrderRequested | sends query
        live             | EntryWorking   |
        ",
    );
}

#[test]
fn not_found_is_evidence_only_when_asked_late_enough() {
    check(
        "
        enter long 1     | OrderRequested |
        unknown          | OrderRequested |
        wait 300         | OrderRequested | sends query
        absent           | OrderRequested | code StaleFact
        wait 6000        | OrderRequested |
        absent           | Idle           | fact NeverOpened  reserved 0
        ",
    );
}

#[test]
fn not_found_is_no_evidence_while_the_submit_may_still_leave() {
    check(
        "
        enter long 1     | OrderRequested |
        wait 9000        | OrderRequested |
        absent           | OrderRequested | code StaleFact
        live             | EntryWorking   |
        ",
    );
}

#[test]
fn flaw_m9_a_refusal_of_an_order_that_is_known_to_live_destroys_nothing() {
    check(
        "
        enter long 1     | OrderRequested |
        fill 0.4 @ 100   | EntryWorking   |
        refused          | EntryWorking   | code StaleFact  size 0.4
        fill 0.6 @ 100   | PositionOpen   | size 1
        refused of entry | PositionOpen   | code StaleFact  size 1
        ",
    );
}

#[test]
fn an_order_that_keeps_silent_is_asked_about() {
    check(
        "
        enter long 1     | OrderRequested |
        wait 1000        | OrderRequested | sends query
        ",
    );
}
