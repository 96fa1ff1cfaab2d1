//! EXIT: legs by ratio, the rest to the last, dust by name.

use pink_kernel::NONE;
use shm_layout::{AdoptPolicy, Control, ControlKind, OrderRole, OrderStatus, Report, Side, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, World, config};

#[test]
fn flaw_e8_a1_a_leg_is_a_share_of_what_is_held_now() {
    check(
        "
        enter long 1 legs 0.6,0.6,1  | OrderRequested |
        fill 1 @ 100      | PositionOpen  |
        exit              | ExitRequested | sends submit  asks 0.6
        fill 0.6 @ 101    | PositionOpen  | size 0.4  leg 1
        exit              | ExitRequested | asks 0.24
        fill 0.24 @ 101   | PositionOpen  | size 0.16  leg 2
        exit              | ExitRequested | asks 0.16
        fill 0.16 @ 101   | Closed        | size 0  realised 1
        ",
    );
}

#[test]
fn flaw_g4_the_last_leg_closes_the_trade() {
    check(
        "
        enter short 2 legs 0.5,1 | OrderRequested |
        fill 2 @ 100   | PositionOpen  | leg 0
        exit           | ExitRequested |
        fill 1 @ 90    | PositionOpen  | leg 1  realised 10
        exit           | ExitRequested |
        fill 1 @ 95    | Closed        | size 0  realised 15
        settle         | Idle          | gross 15
        ",
    );
}

#[test]
fn flaw_i2_a_leg_too_small_to_trade_is_the_least_that_can_be_traded() {
    // 1 % of 0.04 are 0.0004; the venue takes nothing under 1 USDT, which are 0.01.
    check(
        "
        enter long 0.001 legs 0.5,1 | Idle | code MinNotional
        enter long 0.04 legs 0.01,0.01,1 id t2 | OrderRequested |
        fill 0.04 @ 100   | PositionOpen  |
        exit id t2        | ExitRequested | asks 0.01
        fill 0.01 @ 101   | PositionOpen  | leg 1
        exit id t2        | ExitRequested | asks 0.01
        fill 0.01 @ 101   | PositionOpen  | leg 2
        exit id t2        | ExitRequested | asks 0.02
        fill 0.02 @ 101   | Closed        |
        ",
    );
}

#[test]
fn a_leg_that_would_leave_less_than_can_be_traded_takes_everything() {
    check(
        "
        enter long 0.019 legs 0.01,1 | OrderRequested |
        fill 0.019 @ 100  | PositionOpen  |
        exit              | ExitRequested | asks 0.019
        ",
    );
}

#[test]
fn the_least_leg_is_a_whole_number_of_lots_and_worth_the_least_notional() {
    // 5 USDT at 70 are 0.0714, in lots of 0.03: 0.09.
    let mut world = World::ready();
    world.rules("ETH-USDT", E12, 3_000_000, 1_000_000, 5 * E8);
    world.mark("ETH-USDT", 70 * E12);
    run(
        world,
        "
        enter long 3 legs 0.001,1 sym ETH-USDT | OrderRequested |
        fill 3 @ 70       | PositionOpen  |
        exit              | ExitRequested | asks 0.09
        fill 0.09 @ 70    | PositionOpen  | leg 1
        exit              | ExitRequested | asks 2.91
        ",
    );
}

#[test]
fn flaw_g1_what_is_left_under_the_minimum_is_dust_and_can_be_closed() {
    check(
        "
        enter long 0.02   | OrderRequested |
        fill 0.02 @ 100   | PositionOpen   | dust 0
        residual          | PositionOpen   | code NotDust
        exit 0.015        | ExitRequested  |
        fill 0.015 @ 100  | PositionOpen   | size 0.005  dust 1
        exit              | PositionOpen   | code Dust
        residual          | ExitRequested  | asks 0.005
        fill 0.005 @ 100  | Closed         | size 0
        settle            | Idle           |
        ",
    );
}

#[test]
fn flaw_e4_an_exit_never_asks_for_more_than_is_held() {
    check(
        "
        enter long 1      | OrderRequested |
        fill 1 @ 100      | PositionOpen   |
        exit 5            | ExitRequested  | asks 1
        fill 1 @ 100      | Closed         | size 0
        exit              | Closed         | code TerminalState
        ",
    );
}

#[test]
fn an_exit_before_there_is_a_position_is_refused() {
    check(
        "
        enter long 1      | OrderRequested |
        exit              | OrderRequested | code NoPosition
        live              | EntryWorking   |
        exit              | EntryWorking   | code NoPosition
        exit id nobody    | EntryWorking   | code NoSuchTrade
        ",
    );
}

#[test]
fn an_exit_of_a_half_filled_entry_gets_out_of_all_of_it() {
    check(
        "
        enter long 1 limit 100 | OrderRequested  |
        fill 0.4 @ 100         | EntryWorking    |
        exit                   | EntryCancelling | sends cancel
        exit                   | EntryCancelling | sends nothing
        cancelled of entry     | PositionOpen    | size 0.4
        wait 0                 | ExitRequested   | asks 0.4
        fill 0.4 @ 100         | Closed          |
        ",
    );
}

#[test]
fn a_second_exit_waits_for_the_first() {
    check(
        "
        enter long 1           | OrderRequested |
        fill 1 @ 100           | PositionOpen   |
        exit limit 105         | ExitRequested  |
        live                   | ExitWorking    |
        exit limit 104         | ExitWorking    | code OrderInFlight
        cancel                 | ExitCancelling |
        cancelled              | PositionOpen   | size 1  leg 0
        exit                   | ExitRequested  | asks 1
        ",
    );
}

#[test]
fn flaw_j1_a_short_is_closed_by_buying() {
    let world = check(
        "
        enter short 1     | OrderRequested |
        fill 1 @ 100      | PositionOpen   |
        exit              | ExitRequested  |
        ",
    );
    let last = world.commands.last().unwrap();
    assert_eq!(format!("{:?}", last.order_side), "Buy");
    assert_eq!(
        (last.reduce_only, last.adds_risk, last.deadline_mono_ns),
        (1, 0, 0)
    );
}

#[test]
fn an_exit_that_the_venue_refuses_leaves_the_position_open() {
    check(
        "
        enter long 1      | OrderRequested |
        fill 1 @ 100      | PositionOpen   |
        exit              | ExitRequested  |
        refused           | PositionOpen   | size 1  leg 0
        exit              | ExitRequested  | code Ok
        ",
    );
}

#[test]
fn in_hedge_mode_the_position_side_says_what_reduces() {
    let world = check(
        "
        hedge             | - |
        enter long 1      | OrderRequested |
        fill 1 @ 100      | PositionOpen   |
        exit              | ExitRequested  |
        ",
    );
    let last = world.commands.last().unwrap();
    assert_eq!(
        (last.reduce_only, format!("{:?}", last.position_side)),
        (0, "Long".to_owned())
    );
}

/// Without a mark nobody knows what it is worth, and that is not nothing; nor is any price odd.
#[test]
fn a_position_without_a_mark_is_no_dust() {
    let mut world = World::ready();
    let mut limits = config();
    limits.adopt = AdoptPolicy::Adopt;
    world.control(&limits);
    world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, E8);
    for _ in 0..3 {
        world.control(&Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        });
        world.wait(6_000);
        world.snapshot(&[("ETH-USDT", Side::Long, E8, 30 * E12)], 10_000 * E8);
    }
    let adopted = world.kernel.slot(0).trade_id;
    let exit = format!(
        "exit id {} | ExitRequested | code Ok  asks 1\nfill 1 @ 31 fee 0 | Closed | code Ok",
        adopted.as_str()
    );
    run(world, &exit);
}

#[test]
fn a_late_fill_of_an_older_exit_moves_the_size_and_not_the_exit_that_works() {
    let mut world = check(
        "
        enter long 1              | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        exit 0.5                  | ExitRequested  |
        fill 0.2 @ 101 fee 0      | ExitWorking    |
        cancel                    | ExitCancelling |
        cancelled                 | PositionOpen   | size 0.8
        ",
    );
    let old = world.order(0, OrderRole::Exit);
    world = run(world, "exit 0.5 | ExitRequested |\nlive | ExitWorking |");
    let late = Report {
        cum_qty_e8: 3 * E8 / 10,
        avg_price_e12: 101 * E12,
        ..world.state_of(&old, OrderStatus::Cancelled)
    };
    world.report(&late);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.stage, slot.qty_e8), (Stage::ExitWorking, 7 * E8 / 10));
    assert_ne!(slot.exit_order, NONE);
}
