//! Stop loss and take profit resting at the venue.

use shm_layout::{CommandKind, OrderKind, OrderSide};

use crate::check::{check, run};

#[test]
fn protection_follows_the_fill_with_its_size() {
    let world = check(
        "
        enter long 1 sl 95 tp 110 | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit,submit
        ",
    );
    let [.., stop, profit] = world.commands.as_slice() else {
        panic!()
    };
    assert_eq!(
        (stop.order_kind, profit.order_kind),
        (OrderKind::StopMarket, OrderKind::TakeProfitMarket)
    );
    assert_eq!(
        (stop.order_side, stop.reduce_only, stop.adds_risk),
        (OrderSide::Sell, 1, 0)
    );
    assert_eq!((stop.qty_e8, profit.qty_e8), (100_000_000, 100_000_000));
}

#[test]
fn a_trailing_stop_rests_with_its_distance_and_takes_the_place_of_a_stop_loss() {
    let world = check(
        "
        enter long 1 trail 5 sl 95  | Idle           | code InvalidField
        enter long 1 trail 100      | Idle           | code PriceBand
        enter long 1 trail -5       | Idle           | code OutOfRange
        enter long 1 trail 0.001    | Idle           | code Tick
        enter long 1 trail 5 tp 110 | OrderRequested |
        fill 1 @ 100 fee 0          | PositionOpen   |
        wait 0                      | PositionOpen   | sends submit,submit
        live of stop                | PositionOpen   |
        live of profit              | PositionOpen   |
        fill 1 @ 5 fee 0 of stop    | PositionOpen   | code ImplausibleFill
        ",
    );
    let stop = world
        .commands
        .iter()
        .find(|c| c.order_kind == OrderKind::TrailingStopMarket)
        .unwrap();
    assert_eq!(
        (stop.price_e12, stop.trigger_e12, stop.qty_e8),
        (5_000_000_000_000, 0, 100_000_000)
    );
    assert_eq!(
        (stop.order_side, stop.reduce_only, stop.adds_risk),
        (OrderSide::Sell, 1, 0)
    );
}

#[test]
fn a_fired_stop_closes_the_trade_and_cancels_the_other() {
    check(
        "
        enter long 1 sl 95 tp 110 | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        wait 0                    | PositionOpen   |
        live of stop              | PositionOpen   |
        live of profit            | PositionOpen   |
        fill 1 @ 95 fee 0 of stop | Closed         | realised -5  fact ClosedOutside
        wait 0                    | Closed         | sends cancel
        cancelled of profit       | Closed         |
        settle                    | Idle           | gross -5
        ",
    );
}

#[test]
fn protection_is_resized_when_the_position_changes() {
    let world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit
        live of stop              | PositionOpen   |
        exit 0.4                  | ExitRequested  |
        fill 0.4 @ 100            | PositionOpen   |
        wait 499                  | PositionOpen   | sends nothing
        wait 1                    | PositionOpen   | sends settle,settle,cancel
        cancelled of stop         | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit
        ",
    );
    let last = world
        .commands
        .iter()
        .rfind(|c| c.kind == CommandKind::Submit)
        .unwrap();
    assert_eq!(
        (last.qty_e8, last.order_kind),
        (60_000_000, OrderKind::StopMarket)
    );
}

#[test]
fn a_stop_that_fires_during_an_exit_ends_the_exit_too() {
    check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        wait 0                    | PositionOpen   |
        live of stop              | PositionOpen   |
        exit limit 105            | ExitRequested  |
        live                      | ExitWorking    |
        fill 1 @ 95 fee 0 of stop | ExitCancelling | size 0  sends cancel
        cancelled                 | Closed         | realised -5
        settle                    | Idle           |
        ",
    );
}

#[test]
fn a_refused_stop_is_tried_again_later() {
    let world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit
        refused of stop           | PositionOpen   |
        wait 600                  | PositionOpen   |
        ",
    );
    assert_eq!(world.kernel.slot(0).stop_refusals, 1);
    let submits = world
        .commands
        .iter()
        .filter(|c| c.kind == CommandKind::Submit)
        .count();
    assert_eq!(submits, 3);
}

#[test]
fn a_stop_refused_again_and_again_is_tried_later_each_time_however_long_a_refusal_takes() {
    let mut world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit
        ",
    );
    for refusals in 1..=4 {
        world = run(
            world,
            "wait 200 | PositionOpen |\nrefused of stop | PositionOpen |",
        );
        assert_eq!(world.kernel.slot(0).stop_refusals, refusals);
        world.wait(10_000);
    }
}
