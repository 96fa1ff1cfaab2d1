//! ENTER: from the wish to the position.

use shm_layout::{CommandKind, OrderKind, OrderSide, TimeInForce};

use crate::check::check;
use crate::world::{E8, E12};

#[test]
fn flaw_i1_partial_fills_add_up() {
    check(
        "
        enter long 1        | OrderRequested | sends submit  reserved 100
        fill 0.4 @ 100      | EntryWorking   | size 0.4  cost 40  reserved 60
        fill 0.6 @ 105      | PositionOpen   | size 1    cost 103 reserved 0
        ",
    );
}

#[test]
fn an_entry_that_is_live_first_and_filled_later_opens_the_position() {
    check(
        "
        enter short 2 limit 101  | OrderRequested | reserved 202
        live                     | EntryWorking   | size 0
        fill 2 @ 101             | PositionOpen   | size 2  cost 202  unsettled 1
        ",
    );
}

#[test]
fn flaw_e3_m18_h7_m3_m11_i6_a_limit_entry_stays_a_limit_entry() {
    let world = check("enter long 0.5 limit 99.5 post | OrderRequested | sends submit");
    let command = world.commands[0];
    assert_eq!(command.kind, CommandKind::Submit);
    assert_eq!(
        (command.order_kind, command.tif),
        (OrderKind::Limit, TimeInForce::PostOnly)
    );
    assert_eq!(
        (command.price_e12, command.qty_e8),
        (99 * E12 + E12 / 2, E8 / 2)
    );
    assert_eq!((command.order_side, command.adds_risk), (OrderSide::Buy, 1));
    assert!(command.deadline_mono_ns > command.created_mono_ns);
}

#[test]
fn flaw_i5_f16_a_refused_entry_frees_its_slot_and_its_capital() {
    check(
        "
        enter long 1    | OrderRequested | reserved 100
        refused         | Idle           | reserved 0  fact NeverOpened  size 0
        enter long 1    | Idle           | code DuplicateTradeId
        enter long 1 id t2 | OrderRequested | code Ok
        ",
    );
}

#[test]
fn an_entry_that_never_left_the_gateway_frees_its_slot() {
    check(
        "
        enter long 1    | OrderRequested |
        unsent          | Idle           | fact NeverOpened
        ",
    );
}

#[test]
fn flaw_i8_an_overfilled_entry_is_booked_as_what_it_is() {
    check(
        "
        enter long 1     | OrderRequested |
        fill 1.5 @ 100   | PositionOpen   | code Overfill  size 1.5  cost 150
        ",
    );
}

#[test]
fn flaw_m1_a_second_trade_in_a_slot_starts_from_where_the_slot_really_was() {
    let world = check(
        "
        enter long 1       | OrderRequested |
        fill 1 @ 100       | PositionOpen   |
        exit               | ExitRequested  |
        fill 1 @ 101       | Closed         |
        settle             | Idle           |
        enter long 1 id t2 | OrderRequested | code Ok
        ",
    );
    let outcome = world.outcomes.last().unwrap();
    assert_eq!(format!("{:?}", outcome.prev_stage), "Idle");
    assert_eq!(outcome.generation, 2);
}

#[test]
fn flaw_a4_a_mark_before_the_fill_does_not_touch_the_entry_price() {
    check(
        "
        enter long 1     | OrderRequested |
        mark 104         | OrderRequested | cost 0
        fill 1 @ 100     | PositionOpen   | cost 100  unrealised 4
        mark 98          | PositionOpen   | cost 100  unrealised -2
        ",
    );
}

#[test]
fn flaw_m8_i13_a_stray_fact_never_wakes_a_free_slot() {
    let mut world = check(
        "
        enter long 1     | OrderRequested |
        fill 1 @ 100     | PositionOpen   |
        exit             | ExitRequested  |
        fill 1 @ 101     | Closed         |
        exit             | Closed         | code TerminalState
        settle           | Idle           |
        ",
    );
    let old = world.last_report;
    let outcome = world.report(&old);
    assert_eq!(format!("{:?}", outcome.code), "Duplicate");
    assert_eq!(world.kernel.account().open_slots, 0);
}
