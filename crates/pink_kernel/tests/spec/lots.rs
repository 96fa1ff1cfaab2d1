//! Positions and levels that are no whole lots and ticks: the venue's rules changed since.

use shm_layout::{CommandKind, OrderRole, Side};

use crate::check::{check, run};
use crate::world::{E8, E12, World};

/// 1.005 held, and a lot of 0.01 by now.
fn odd() -> World {
    let mut world = check(
        "
        enter long 1.005          | OrderRequested |
        fill 1.005 @ 100 fee 0    | PositionOpen   |
        settle                    | PositionOpen   |
        ",
    );
    world.rules("BTC-USDT", E12 / 100, E8 / 100, E8 / 100, E8);
    world
}

#[test]
fn a_position_that_is_no_whole_lot_any_more_can_be_closed() {
    for exit in ["exit", "exit 1.005", "exit 2"] {
        let world = run(odd(), &format!("{exit} | ExitRequested | asks 1"));
        let world = run(
            world,
            "fill 1 @ 101 fee 0 | PositionOpen | size 0.005  dust 1",
        );
        run(
            world,
            "
            settle                | PositionOpen   | size 0.005
            exit                  | PositionOpen   | code Dust
            residual              | PositionOpen   | code Lot
            ",
        );
    }
}

#[test]
fn less_than_a_lot_is_dust_where_the_venue_names_no_minimum() {
    let mut world = check("enter long 0.05 | OrderRequested |\nfill 0.05 @ 100 | PositionOpen |");
    world.rules("BTC-USDT", E12 / 100, E8 / 10, 0, 0);
    run(
        world,
        "exit | PositionOpen | code Dust\nresidual | PositionOpen | code Lot",
    );
}

#[test]
fn flatten_closes_the_whole_lots_and_leaves_the_rest_named() {
    let world = run(odd(), "flatten | ExitRequested | asks 1");
    let world = run(
        world,
        "
        fill 1 @ 101 fee 0        | PositionOpen   | size 0.005  dust 1
        settle                    | PositionOpen   | size 0.005
        wait 60000                | PositionOpen   | size 0.005  dust 1
        ",
    );
    let exits =
        |c: &&shm_layout::Command| c.kind == CommandKind::Submit && c.role == OrderRole::Exit;
    assert_eq!(world.commands.iter().filter(exits).count(), 1);
    assert_eq!(world.kernel.slot(0).exit_wanted, 0);
    // The rule is taken back: what is left can be closed.
    let mut world = world;
    world.rules("BTC-USDT", E12 / 100, E8 / 1000, E8 / 1000, 0);
    run(world, "exit | ExitRequested | asks 0.005");
}

#[test]
fn legs_are_shares_of_the_whole_lots() {
    let mut world = check(
        "
        enter long 1.005 legs 0.5,1 | OrderRequested |
        fill 1.005 @ 100 fee 0    | PositionOpen   |
        settle                    | PositionOpen   |
        ",
    );
    world.rules("BTC-USDT", E12 / 100, E8 / 100, E8 / 100, E8);
    run(
        world,
        "
        exit                      | ExitRequested  | asks 0.5
        fill 0.5 @ 101 fee 0      | PositionOpen   | size 0.505
        exit 0.105                | PositionOpen   | code Lot
        exit                      | ExitRequested  | asks 0.5
        fill 0.5 @ 101 fee 0      | PositionOpen   | size 0.005  dust 1
        ",
    );
}

/// Triggers, distance and sizes of protection that is placed at a tick of 0.1 and a lot of 0.01.
fn placed(enter: &str) -> Vec<(OrderRole, i64, i64, i64)> {
    let mut world = World::ready();
    let side = if enter.contains("long") {
        Side::Long
    } else {
        Side::Short
    };
    world = run(world, &format!("{enter} | OrderRequested |"));
    world.rules("BTC-USDT", E12 / 10, E8 / 100, E8 / 100, E8);
    world = run(
        world,
        "fill 1.005 @ 100 fee 0 | PositionOpen |\nwait 0 | PositionOpen |",
    );
    assert_eq!(world.kernel.slot(0).side, side);
    let submits = world.commands.iter();
    let submits = submits.filter(|c| c.kind == CommandKind::Submit && c.adds_risk == 0);
    submits
        .map(|c| (c.role, c.trigger_e12, c.price_e12, c.qty_e8))
        .collect()
}

#[test]
fn a_level_that_is_no_whole_tick_any_more_is_reached_sooner_not_later() {
    let (stop, profit) = (OrderRole::StopLoss, OrderRole::TakeProfit);
    let tick = E12 / 10;
    assert_eq!(
        placed("enter long 1.005 sl 94.95 tp 105.05"),
        [(stop, 950 * tick, 0, E8), (profit, 1050 * tick, 0, E8)]
    );
    assert_eq!(
        placed("enter short 1.005 sl 105.05 tp 94.95"),
        [(stop, 1050 * tick, 0, E8), (profit, 950 * tick, 0, E8)]
    );
    assert_eq!(
        placed("enter long 1.005 trail 4.99"),
        [(stop, 0, 49 * tick, E8)]
    );
    assert_eq!(placed("enter long 1.005 trail 0.05"), [(stop, 0, tick, E8)]);
    assert_eq!(
        placed("enter long 1.005 sl 95 tp 105"),
        [(stop, 950 * tick, 0, E8), (profit, 1050 * tick, 0, E8)]
    );
}

#[test]
fn a_stop_for_the_whole_lots_protects_all_that_can_be() {
    let mut world = check(
        "
        enter long 1.005 sl 95    | OrderRequested |
        fill 1.005 @ 100 fee 0    | PositionOpen   |
        wait 0                    | PositionOpen   |
        live of stop              | PositionOpen   |
        settle                    | PositionOpen   |
        wait 1000                 | PositionOpen   |
        ",
    );
    world.rules("BTC-USDT", E12 / 100, E8 / 100, E8 / 100, E8);
    let sent = world.commands.len();
    // One of 1.005 rests; a new one is of 1.
    let world = run(
        world,
        "
        mark 101                  | PositionOpen   |
        wait 0                    | PositionOpen   | sends cancel
        cancelled of stop         | PositionOpen   |
        wait 0                    | PositionOpen   |
        live of stop              | PositionOpen   |
        wait 5000                 | PositionOpen   | sends nothing
        ",
    );
    assert_eq!(world.order(0, OrderRole::StopLoss).qty_e8, E8);
    assert_eq!(world.kernel.slot(0).unprotected, 0);
    assert!(world.commands.len() > sent);
}
