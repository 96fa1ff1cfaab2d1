//! Exits and protection at their edges: sizes, minima, pauses, and when nothing is sent.

use shm_layout::{Code, CommandKind, OrderRole};

use crate::check::run;
use crate::world::{E8, E12, World};

/// Long with these legs, at a lot and minimum of 0.1 and a minimal notional of 20.
fn held(qty: &str, legs: &str) -> World {
    let mut world = World::ready();
    world.rules("BTC-USDT", E12 / 100, E8 / 10, E8 / 10, 20 * E8);
    run(
        world,
        &format!(
            "enter long {qty} legs {legs} | OrderRequested |\n
             fill {qty} @ 100 fee 0 | PositionOpen |\nsettle | PositionOpen |"
        ),
    )
}

#[test]
fn what_is_worth_the_minimum_is_no_dust() {
    let minimal = |qty: &str, mark: &str, code: &str| {
        let world = held("1", "1");
        run(
            world,
            &format!("mark {mark} | PositionOpen |\nexit {qty} | - | code {code}"),
        )
    };
    minimal("0.2", "100", "Ok");
    minimal("0.2", "99.99", "MinQuantity");
    minimal("0.1", "100", "MinQuantity");
    minimal("0.15", "100", "Lot");
    minimal("0.05", "100", "Lot");
    minimal("1", "20", "Ok");
    minimal("1", "19.99", "Dust");
    minimal("7", "20", "Ok");
    run(held("1", "1"), "mark 20 | - |\nexit | - | code Ok");
    run(held("1", "1"), "mark 19.99 | - |\nexit | - | code Dust");
    run(held("1", "1"), "mark 20 | - |\nresidual | - | code NotDust");
    run(
        held("1", "1"),
        "mark 19.99 | - |\nresidual | ExitRequested | code Ok  asks 1",
    );
}

#[test]
fn a_share_of_nothing_is_one_lot_whatever_the_minima() {
    let mut world = World::ready();
    world.rules("BTC-USDT", E12 / 100, E8, 0, 0);
    run(
        world,
        "
        enter long 2 legs 0.4,1 | OrderRequested |
        fill 2 @ 100            | PositionOpen   |
        exit                    | ExitRequested  | asks 1
        ",
    );
}

#[test]
fn dust_is_marked_while_it_is_held_and_only_then() {
    let world = held("0.3", "1");
    run(
        world,
        "
        wait 0             | PositionOpen  | dust 0
        exit 0.2           | ExitRequested |
        fill 0.2 @ 100     | PositionOpen  | dust 1
        residual           | ExitRequested | asks 0.1
        fill 0.1 @ 100     | Closed        | dust 0
        ",
    );
    let mut world = World::ready();
    world.rules("BTC-USDT", E12 / 100, E8 / 10, E8 / 10, 20 * E8);
    run(
        world,
        "
        enter long 0.3 limit 100 | OrderRequested |
        fill 0.1 @ 100     | EntryWorking | dust 1
        fill 0.1 @ 100     | EntryWorking | dust 0
        ",
    );
}

#[test]
fn a_limit_exit_far_off_is_refused_only_beside_a_fresh_mark() {
    let mut world = held("1", "1");
    world = run(
        world,
        "
        exit limit 110.01  | PositionOpen  | code PriceBand
        exit limit 89.99   | PositionOpen  | code PriceBand
        exit limit 110     | ExitRequested | code Ok
        cancelled          | PositionOpen  |
        ",
    );
    world.wait(3_600_001);
    run(world, "exit limit 150 | ExitRequested | code Ok");
}

#[test]
fn a_leg_is_used_up_by_a_fill_and_by_nothing_else() {
    run(
        held("1", "0.5,0.5,1"),
        "
        exit               | ExitRequested | asks 0.5
        refused            | PositionOpen  | leg 0
        exit               | ExitRequested | asks 0.5
        cancelled          | PositionOpen  | leg 0
        exit 0.2           | ExitRequested | asks 0.2
        fill 0.2 @ 100     | PositionOpen  | leg 0
        exit               | ExitRequested | asks 0.4
        fill 0.3 @ 100     | ExitWorking   | leg 0
        cancel             | ExitCancelling |
        cancelled          | PositionOpen  | leg 1  size 0.5
        exit               | ExitRequested | asks 0.2
        fill 0.2 @ 100     | PositionOpen  | leg 2
        exit               | ExitRequested | asks 0.3
        cancelled          | PositionOpen  | leg 2
        exit               | ExitRequested | asks 0.3
        fill 0.2 @ 100     | ExitWorking   |
        cancelled          | PositionOpen  | leg 2  dust 1
        ",
    );
}

#[test]
fn an_exit_that_is_wanted_is_tried_again_after_a_pause_that_grows() {
    let mut world = run(held("1", "1"), "flatten | ExitRequested | asks 1");
    for pause in [500, 1_000, 2_000, 4_000] {
        world = run(
            world,
            &format!(
                "refused             | PositionOpen  |
                 wait {}            | PositionOpen  |
                 wait 1              | ExitRequested | asks 1",
                pause - 1
            ),
        );
    }
    run(
        world,
        "
        fill 0.5 @ 100       | ExitWorking   |
        cancelled            | PositionOpen  |
        wait 0               | ExitRequested | asks 0.5
        ",
    );
}

fn protected(stop: &str) -> World {
    let mut world = World::ready();
    world.rules("BTC-USDT", E12 / 100, E8 / 10, E8 / 10, E8);
    run(
        world,
        &format!(
            "
            enter long 1 {stop}       | OrderRequested |
            fill 1 @ 100 fee 0        | PositionOpen   |
            wait 0                    | PositionOpen   |
            "
        ),
    )
}

fn submits(world: &World, role: OrderRole) -> usize {
    let sent = world.commands.iter();
    sent.filter(|c| c.kind == CommandKind::Submit && c.role == role)
        .count()
}

#[test]
fn protection_is_placed_only_where_it_was_asked_for_and_is_big_enough() {
    let count = |world: &World| {
        (
            submits(world, OrderRole::StopLoss),
            submits(world, OrderRole::TakeProfit),
        )
    };
    assert_eq!(count(&protected("")), (0, 0));
    assert_eq!(count(&protected("sl 95")), (1, 0));
    assert_eq!(count(&protected("tp 105")), (0, 1));
    assert_eq!(count(&protected("sl 95 tp 105")), (1, 1));
    let small = |first: &str| {
        let mut world = World::ready();
        world.rules("BTC-USDT", E12 / 100, E8 / 10, E8 / 10, E8);
        let scenario = format!(
            "enter long 1 limit 100 sl 95 | OrderRequested |
             fill {first} @ 100 | EntryWorking |
             wait 600 | EntryWorking |"
        );
        submits(&run(world, &scenario), OrderRole::StopLoss)
    };
    assert_eq!((small("0.05"), small("0.1")), (0, 1));
}

#[test]
fn protection_is_left_alone_while_it_fits_or_an_exit_changes_the_size_anyway() {
    let world = run(
        protected("sl 95"),
        "
        live of stop              | PositionOpen   |
        wait 1000                 | PositionOpen   |
        exit limit 105            | ExitRequested  |
        fill 0.4 @ 105            | ExitWorking    | size 0.6
        wait 0                    | ExitWorking    | sends nothing
        fill 0.1 @ 105            | ExitWorking    | size 0.5
        wait 0                    | ExitWorking    | sends nothing
        cancel                    | ExitCancelling |
        cancelled                 | PositionOpen   |
        wait 0                    | PositionOpen   | sends cancel
        wait 0                    | PositionOpen   | sends nothing
        cancelled of stop         | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 2);
    assert_eq!(world.order(0, OrderRole::StopLoss).qty_e8, E8 / 2);
    // Partly filled, what it still closes is what is still held: it fits.
    let world = run(
        protected("sl 95"),
        "
        live of stop              | PositionOpen   |
        fill 0.4 @ 95 of stop     | PositionOpen   | size 0.6
        wait 0                    | PositionOpen   | sends nothing
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 1);
}

#[test]
fn protection_whose_fate_is_unknown_is_neither_cancelled_nor_doubled() {
    let world = run(
        protected("sl 95"),
        "
        unknown of stop           | PositionOpen   |
        exit 0.5                  | ExitRequested  |
        fill 0.5 @ 100            | PositionOpen   |
        wait 200                  | PositionOpen   | sends nothing
        live of stop              | PositionOpen   |
        wait 300                  | PositionOpen   | sends settle,settle,cancel
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 1);
}

#[test]
fn nothing_is_protected_that_is_being_closed_or_disputed() {
    let world = run(
        protected("sl 95"),
        "
        cancelled of stop         | PositionOpen   |
        exit limit 105            | ExitRequested  |
        wait 5000                 | ExitRequested  |
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 1);
    let world = run(
        protected("sl 95"),
        "
        settle                    | PositionOpen   |
        live of stop              | PositionOpen   |
        wait 5000                 | PositionOpen   |
        snapshot long 0.5 @ 100   | StaleStateReconciling |
        cancelled of stop         | StaleStateReconciling |
        wait 20000                | StaleStateReconciling |
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 1);
}

#[test]
fn protection_that_is_left_when_all_is_closed_is_cancelled_before_the_slot_is_free() {
    run(
        protected("sl 95 tp 110"),
        "
        live of stop              | PositionOpen   |
        live of profit            | PositionOpen   |
        exit                      | ExitRequested  |
        fill 1 @ 100 fee 0        | Closed         |
        wait 0                    | Closed         | sends cancel,cancel
        cancelled of stop         | Closed         |
        wait 3000                 | Closed         |
        fill 0.3 @ 110 fee 0 of profit | Closed    | code Overfill  excess 0.3
        ",
    );
}

#[test]
fn once_all_is_closed_protection_goes_though_the_exit_is_not_gone_yet() {
    run(
        protected("sl 95 tp 110"),
        "
        live of stop              | PositionOpen   |
        live of profit            | PositionOpen   |
        exit limit 105            | ExitRequested  |
        live                      | ExitWorking    |
        fill 1 @ 95 fee 0 of stop | ExitCancelling | size 0  sends cancel
        wait 0                    | ExitCancelling | sends cancel
        cancelled of profit       | ExitCancelling |
        cancelled                 | Closed         |
        ",
    );
}

#[test]
fn a_profit_order_goes_with_the_position_though_the_exit_still_works() {
    run(
        protected("sl 95 tp 110"),
        "
        live of stop              | PositionOpen   |
        live of profit            | PositionOpen   |
        exit limit 105            | ExitRequested  |
        live                      | ExitWorking    |
        fill 1 @ 95 fee 0 of stop | ExitCancelling | size 0  sends cancel
        wait 0                    | ExitCancelling | sends cancel
        cancelled of profit       | ExitCancelling |
        cancelled                 | Closed         |
        ",
    );
}

#[test]
fn a_mark_that_is_older_by_both_clocks_is_no_news() {
    let mut world = World::ready();
    let mark = |world: &mut World, mono_ms: i64, venue_ms: i64, mark_e12: i64| {
        let mono_ns = i64::try_from(world.now.mono_ns).unwrap() + mono_ms * 1_000_000;
        let mark = shm_layout::Mark {
            symbol: crate::world::ascii("BTC-USDT"),
            mark_e12,
            bid_e12: mark_e12 - 1,
            ask_e12: mark_e12 + 1,
            recv_mono_ns: u64::try_from(mono_ns).unwrap(),
            venue_wall_ms: world.wall_ms() + venue_ms,
            market_ms: 7,
        };
        let outcome = world.apply(pink_kernel::Input::Mark(&mark));
        let cell = world.kernel.instrument(0);
        assert_eq!(cell.mark_e12 == mark_e12, outcome.code == Code::Ok);
        if outcome.code == Code::Ok {
            let seen = (cell.bid_e12, cell.ask_e12, cell.market_ms);
            assert_eq!(seen, (mark_e12 - 1, mark_e12 + 1, 7));
            assert_eq!(cell.seq, world.seq);
        }
        outcome.code
    };
    assert_eq!(mark(&mut world, 0, 0, 100 * E12), Code::Ok);
    assert_eq!(mark(&mut world, -1, -1, 101 * E12), Code::StaleFact);
    assert_eq!(
        mark(&mut world, -1, 0, 102 * E12),
        Code::Ok,
        "the venue's is as new"
    );
    assert_eq!(
        mark(&mut world, 0, -1, 103 * E12),
        Code::Ok,
        "it was heard later"
    );
    assert_eq!(mark(&mut world, 1, 1, 0), Code::OutOfRange);
    assert_eq!(mark(&mut world, 1, 1, -1), Code::OutOfRange);
    assert_eq!(mark(&mut world, 1, 1, 1), Code::Ok, "no bid is no bid");
}
