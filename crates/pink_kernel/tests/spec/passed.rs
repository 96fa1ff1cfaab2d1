//! The market passes a level while nothing rests at the venue for it: the position is closed.

use shm_layout::{Code, CommandKind, OrderKind, OrderRole};

use crate::bounds::set;
use crate::check::{check, run};
use crate::world::{E8, E12, World};

/// Held with this protection, of which the venue has refused every order.
pub fn refused(enter: &str) -> World {
    let mut world = check(&format!(
        "
        enter {enter}             | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        settle                    | PositionOpen   |
        "
    ));
    for (role, name) in [
        (OrderRole::StopLoss, "stop"),
        (OrderRole::TakeProfit, "profit"),
    ] {
        let slot = world.kernel.slot(0);
        let index = match role {
            OrderRole::StopLoss => slot.stop_order,
            _ => slot.profit_order,
        };
        if index != pink_kernel::NONE {
            world = run(world, &format!("refused of {name} | PositionOpen |"));
        }
    }
    world
}

pub fn submits(world: &World, role: OrderRole) -> usize {
    let sent = world.commands.iter();
    sent.filter(|c| c.kind == CommandKind::Submit && c.role == role)
        .count()
}

/// Nothing happens up to here; from here on all is closed at the market, at once.
fn closes(enter: &str, before: &str, at: &str) {
    let world = run(
        refused(enter),
        &format!(
            "
            mark {before}             | PositionOpen   |
            wait 0                    | PositionOpen   | sends nothing
            mark {at}                 | PositionOpen   | code Ok
            wait 0                    | ExitRequested  | sends submit  asks 1
            wait 0                    | ExitRequested  | sends nothing
            mark 100                  | ExitRequested  |
            wait 0                    | ExitRequested  | sends nothing
            fill 1 @ {at} fee 0       | Closed         | size 0
            settle                    | Idle           |
            "
        ),
    );
    let exit = world
        .commands
        .iter()
        .find(|c| c.role == OrderRole::Exit)
        .unwrap();
    assert_eq!(
        (exit.order_kind, exit.reduce_only, exit.adds_risk),
        (OrderKind::Market, 1, 0)
    );
}

#[test]
fn a_position_is_closed_at_the_market_once_its_level_is_reached_and_not_before() {
    closes("long 1 sl 95", "95.01", "95");
    closes("long 1 sl 95", "95.01", "60");
    closes("short 1 sl 105", "104.99", "105");
    closes("short 1 sl 105", "104.99", "140");
    closes("long 1 tp 110", "109.99", "110");
    closes("long 1 tp 110", "109.99", "111");
    closes("short 1 tp 90", "90.01", "90");
    closes("short 1 tp 90", "90.01", "89");
}

#[test]
fn what_closed_the_position_is_told() {
    let told = |enter: &str, mark: &str| {
        let world = run(
            refused(enter),
            &format!("mark {mark} | - |\nwait 0 | ExitRequested |"),
        );
        let text = world.outcomes.last().unwrap().text;
        text.as_str().to_owned()
    };
    let stop = "the market passed the stop loss: closed at the market";
    let profit = "the market passed the take profit: closed at the market";
    assert_eq!(told("long 1 sl 95 tp 110", "94"), stop);
    assert_eq!(told("long 1 sl 95 tp 110", "111"), profit);
}

#[test]
fn a_level_that_is_passed_before_its_order_was_ever_sent_is_not_asked_for_any_more() {
    let world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        mark 94                   | PositionOpen   |
        wait 0                    | ExitRequested  | asks 1
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 0);
}

#[test]
fn nothing_is_closed_that_is_not_held_yet() {
    let mut world = World::ready();
    world.rules("BTC-USDT", E12 / 100, E8 / 1000, 0, 0);
    run(
        world,
        "
        enter long 1 limit 99 sl 95 | OrderRequested |
        mark 94                   | OrderRequested |
        wait 0                    | OrderRequested | sends nothing
        live                      | EntryWorking   |
        wait 0                    | EntryWorking   | sends nothing
        ",
    );
}

#[test]
fn a_stop_that_is_at_the_venue_or_on_its_way_is_left_to_the_venue() {
    let held = "enter long 1 sl 95 | OrderRequested |\nfill 1 @ 100 | PositionOpen |
                wait 0 | PositionOpen | sends submit\n";
    for stands in ["", "live of stop | PositionOpen |\n"] {
        check(&format!(
            "{held}{stands}mark 94 | PositionOpen |\nwait 0 | PositionOpen | sends nothing"
        ));
    }
    check(&format!(
        "
        {held}
        unknown of stop           | PositionOpen   |
        mark 94                   | PositionOpen   |
        wait 0                    | PositionOpen   | sends nothing
        refused of stop           | PositionOpen   |
        wait 0                    | ExitRequested  | asks 1
        "
    ));
}

#[test]
fn the_other_order_may_rest_and_goes_when_all_is_closed() {
    check(
        "
        enter long 1 sl 95 tp 110 | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit,submit
        live of profit            | PositionOpen   |
        refused of stop           | PositionOpen   |
        mark 95                   | PositionOpen   |
        wait 0                    | ExitRequested  | sends submit
        fill 1 @ 95 fee 0         | Closed         | realised -5
        wait 0                    | Closed         | sends cancel
        cancelled of profit       | Closed         |
        settle                    | Idle           |
        ",
    );
}

#[test]
fn a_mark_that_is_old_closes_nothing() {
    let dropped = |age_ms: u64| {
        let mut world = World::ready();
        assert_eq!(set(&mut world, |c| c.mark_age_ms_max = 1_000), Code::Ok);
        let scenario = format!(
            "
            enter long 1 sl 95        | OrderRequested |
            fill 1 @ 100              | PositionOpen   |
            wait 0                    | PositionOpen   |
            live of stop              | PositionOpen   |
            mark 94                   | PositionOpen   |
            wait {age_ms}             | PositionOpen   |
            cancelled of stop         | PositionOpen   |
            "
        );
        run(world, &scenario)
    };
    run(dropped(1_000), "wait 0 | ExitRequested | asks 1");
    let world = run(
        dropped(1_001),
        "
        wait 0                    | PositionOpen   | sends nothing
        wait 500                  | PositionOpen   | sends submit
        refused of stop           | PositionOpen   |
        wait 900                  | PositionOpen   |
        ",
    );
    assert_eq!(submits(&world, OrderRole::StopLoss), 2);
    // The next mark tells that the level is passed still, and ends the pause of the stop.
    run(
        world,
        "mark 94 | PositionOpen |\nwait 0 | ExitRequested | asks 1",
    );
}

#[test]
fn a_restart_forgets_neither_the_level_nor_the_decision() {
    run(
        refused("long 1 sl 95"),
        "
        restart                   | PositionOpen   |
        mark 94                   | PositionOpen   |
        restart                   | PositionOpen   |
        wait 0                    | ExitRequested  | asks 1
        refused of exit           | PositionOpen   |
        mark 100                  | PositionOpen   |
        restart                   | PositionOpen   |
        wait 500                  | ExitRequested  | asks 1
        ",
    );
    // The machine was started anew: what was heard before it went down is old, whatever it says.
    let mut world = run(refused("long 1 sl 95"), "mark 94 | PositionOpen |");
    world.reload();
    world.now.mono_ns = 1_000_000;
    world.epoch(2);
    world.wait(0);
    assert_eq!(submits(&world, OrderRole::Exit), 0);
    world.now.mono_ns += 1;
    world = run(world, "refused of stop | PositionOpen |\nmark 94 | - |");
    run(world, "wait 0 | ExitRequested | asks 1");
}

#[test]
fn a_trailing_stop_has_no_level_and_dust_is_left() {
    let world = run(
        refused("long 1 trail 5"),
        "mark 60 | PositionOpen |\nwait 0 | PositionOpen | sends nothing",
    );
    assert_eq!(submits(&world, OrderRole::Exit), 0);
    let mut world = refused("long 1 sl 95");
    world.rules("BTC-USDT", E12 / 100, E8 / 1000, 2 * E8, 0);
    run(
        world,
        "
        mark 94                   | PositionOpen   |
        wait 0                    | PositionOpen   | sends nothing
        ",
    );
}

#[test]
fn one_mark_closes_both_sides_of_a_hedge() {
    let mut world = check(
        "
        hedge                     | -              |
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   |
        refused of stop in 0      | PositionOpen   |
        enter short 1 tp 95 id t2 | OrderRequested |
        fill 1 @ 100 in 1         | PositionOpen   |
        wait 0                    | PositionOpen   |
        refused of profit in 1    | PositionOpen   |
        ",
    );
    let before = submits(&world, OrderRole::Exit);
    world = run(world, "mark 95 | - |\nwait 0 | - |");
    assert_eq!(submits(&world, OrderRole::Exit), before + 2);
    let stages: Vec<String> = (0..2)
        .map(|at| format!("{:?}", world.kernel.slot(at).stage))
        .collect();
    assert_eq!(stages, ["ExitRequested", "ExitRequested"]);
}

#[test]
fn a_position_in_dispute_is_closed_as_well() {
    run(
        refused("long 1 sl 95"),
        "
        wait 500                  | PositionOpen   |
        live of stop              | PositionOpen   |
        wait 5000                 | PositionOpen   |
        snapshot long 0.5 @ 100   | StaleStateReconciling |
        cancelled of stop         | StaleStateReconciling |
        mark 94                   | StaleStateReconciling |
        wait 0                    | ExitRequested  | asks 1
        ",
    );
}
