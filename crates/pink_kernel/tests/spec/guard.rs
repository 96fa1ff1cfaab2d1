//! A position that asked for protection has it, or everyone can see that it has not: stops are
//! placed again for ever, resized without a pause of ours, and never held up by other orders.

use pink_kernel::NONE;
use shm_layout::{Command, CommandKind, OrderRole};

use crate::check::{check, run};
use crate::world::{E8, E12, MS, World};

const PROTECTED: &str = "
    enter long 1 sl 95        | OrderRequested |
    fill 1 @ 100              | PositionOpen   |
    settle                    | PositionOpen   |
    ";

fn submits(world: &World, role: OrderRole) -> Vec<Command> {
    let same = |command: &&Command| command.kind == CommandKind::Submit && command.role == role;
    world.commands.iter().filter(same).copied().collect()
}

/// Lets deadlines pass until an order of this role is commanded; how many ms that took.
fn wait_for(world: &mut World, role: OrderRole) -> u64 {
    world.commands.clear();
    let start = world.now.mono_ns;
    while submits(world, role).is_empty() {
        let due = world
            .kernel
            .next_deadline()
            .expect("there is something to wait for");
        let pause = due.saturating_sub(world.now.mono_ns);
        assert!(due < start + 60_000 * MS, "it is commanded within a minute");
        world.wait(pause.div_ceil(MS));
    }
    (world.now.mono_ns - start) / MS
}

/// What a monitor sees.
fn bare(world: &World) -> bool {
    world.kernel.slot(0).unprotected == 1
}

#[test]
fn a_stop_that_is_refused_is_placed_again_for_ever_and_never_later_than_after_thirty_seconds() {
    let mut world = check(PROTECTED);
    let mut pauses = Vec::new();
    for nth in 1..=200 {
        let anomalies = world.kernel.stats().anomalies;
        let verb = if nth % 2 == 0 { "refused" } else { "unsent" };
        world = run(world, &format!("{verb} of stop | PositionOpen |"));
        assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
        assert_eq!(world.kernel.slot(0).stop_refusals, nth);
        assert!(bare(&world));
        pauses.push(wait_for(&mut world, OrderRole::StopLoss));
    }
    assert_eq!(
        pauses[..8],
        [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]
    );
    assert!(pauses[8..].iter().all(|pause| *pause == 30_000));
    let world = run(world, "live of stop | PositionOpen |");
    assert!(!bare(&world));
}

#[test]
fn a_stop_that_the_venue_drops_is_an_anomaly_and_replaced() {
    let mut world = run(check(PROTECTED), "live of stop | PositionOpen |");
    let anomalies = world.kernel.stats().anomalies;
    world = run(world, "cancelled of stop | PositionOpen |");
    assert!(bare(&world));
    assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
    assert_eq!(wait_for(&mut world, OrderRole::StopLoss), 500);
    world = run(world, "live of stop | PositionOpen |");
    // Dropped again at once: later. Dropped after it has rested: as at first.
    world = run(world, "expired of stop | PositionOpen |");
    assert_eq!(wait_for(&mut world, OrderRole::StopLoss), 1_000);
    world = run(
        world,
        "live of stop | PositionOpen |\nwait 30001 | PositionOpen |",
    );
    world = run(world, "cancelled of stop | PositionOpen |");
    assert_eq!(wait_for(&mut world, OrderRole::StopLoss), 500);
}

#[test]
fn exits_that_come_to_nothing_hold_up_no_stop() {
    let mut world = run(check(PROTECTED), "live of stop | PositionOpen |");
    for _ in 0..9 {
        world = run(
            world,
            "
            exit limit 105        | ExitRequested  |
            live                  | ExitWorking    |
            cancel                | ExitCancelling |
            cancelled             | PositionOpen   |
            exit                  | ExitRequested  |
            refused               | PositionOpen   |
            wait 100              | PositionOpen   |
            ",
        );
    }
    world = run(world, "cancelled of stop | PositionOpen |");
    assert_eq!(wait_for(&mut world, OrderRole::StopLoss), 500);
}

#[test]
fn stops_that_are_refused_hold_up_no_exit() {
    let mut world = check(PROTECTED);
    for _ in 0..9 {
        world = run(world, "refused of stop | PositionOpen |");
        wait_for(&mut world, OrderRole::StopLoss);
    }
    run(
        world,
        "
        refused of stop           | PositionOpen   |
        flatten                   | ExitRequested  | asks 1
        ",
    );
}

#[test]
fn an_entry_in_parts_is_bare_for_no_pause_of_ours() {
    let mut world = check(
        "
        enter long 1 limit 100 sl 95 tp 110 | OrderRequested |
        live                      | EntryWorking   |
        fill 0.1 @ 100            | EntryWorking   |
        wait 0                    | EntryWorking   | sends submit,submit
        live of stop              | EntryWorking   |
        live of profit            | EntryWorking   |
        ",
    );
    let mut cancels = 0;
    for _ in 0..8 {
        world = run(world, "fill 0.1 @ 100 of entry | EntryWorking |");
        assert!(bare(&world), "a part of the position has no stop");
        for _ in 0..70 {
            world.wait(100);
            for (role, name) in [
                (OrderRole::StopLoss, "stop"),
                (OrderRole::TakeProfit, "profit"),
            ] {
                if world.order(0, role).cancel_open == 0 {
                    continue;
                }
                let before = submits(&world, role).len();
                cancels += 1;
                world = run(
                    world,
                    &format!("cancelled of {name} | EntryWorking |\nwait 0 | EntryWorking |"),
                );
                let sent = submits(&world, role);
                assert_eq!(sent.len(), before + 1, "replaced at once");
                assert_eq!(sent[before].qty_e8, world.kernel.slot(0).qty_e8);
                world = run(world, &format!("live of {name} | EntryWorking |"));
            }
        }
        assert!(!bare(&world));
    }
    assert_eq!(cancels, 16);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.stop_refusals, slot.profit_refusals), (0, 0));
}

#[test]
fn while_an_entry_fills_a_stop_of_at_least_half_stays_longer_than_a_smaller_one() {
    let filled = |part: &str, waits: &str| {
        let scenario = format!(
            "
            enter long 1 limit 100 sl 95 | OrderRequested |
            fill 0.4 @ 100        | EntryWorking   |
            wait 0                | EntryWorking   | sends submit
            live of stop          | EntryWorking   |
            fill {part} @ 100 of entry | EntryWorking |
            wait 499              | EntryWorking   | sends nothing
            {waits}
            "
        );
        check(&scenario)
    };
    filled("0.5", "wait 1 | EntryWorking | sends cancel");
    filled(
        "0.4",
        "wait 4500 | EntryWorking | sends nothing\nwait 1 | EntryWorking | sends cancel",
    );
    // Once the entry is done nothing more is to be waited for.
    filled(
        "0.4",
        "cancelled of entry | PositionOpen |\nwait 1 | PositionOpen | sends cancel",
    );
}

#[test]
fn an_exit_that_rests_leaves_no_position_without_its_stop() {
    let world = run(
        check(PROTECTED),
        "
        live of stop              | PositionOpen   |
        exit limit 105            | ExitRequested  |
        live                      | ExitWorking    |
        cancelled of stop         | ExitWorking    |
        wait 499                  | ExitWorking    | sends nothing
        wait 1                    | ExitWorking    | sends submit
        ",
    );
    let stop = submits(&world, OrderRole::StopLoss);
    assert_eq!(stop.last().unwrap().qty_e8, E8);
}

#[test]
fn an_exit_that_rests_over_a_stop_too_small_leaves_it_so_for_no_longer_than_any_other() {
    run(
        World::ready(),
        "
        enter long 1 limit 100 sl 95 | OrderRequested |
        fill 0.6 @ 100            | EntryWorking   |
        wait 0                    | EntryWorking   | sends submit
        live of stop              | EntryWorking   |
        fill 0.4 @ 100 of entry   | PositionOpen   |
        exit limit 105            | ExitRequested  |
        wait 0                    | ExitRequested  | sends nothing
        live                      | ExitWorking    |
        wait 500                  | ExitWorking    | sends settle,cancel
        ",
    );
}

#[test]
fn a_position_whose_exit_is_refused_gets_its_stop_back_meanwhile() {
    let mut world = run(
        check(PROTECTED),
        "
        live of stop              | PositionOpen   |
        flatten                   | ExitRequested  |
        refused                   | PositionOpen   |
        wait 500                  | ExitRequested  |
        refused                   | PositionOpen   |
        cancelled of stop         | PositionOpen   |
        ",
    );
    assert_eq!(wait_for(&mut world, OrderRole::StopLoss), 500);
}

#[test]
fn a_slot_shows_that_its_position_has_no_stop_at_work_and_only_then() {
    let mut world = run(
        World::ready(),
        "enter long 1 sl 95 tp 110 | OrderRequested |",
    );
    assert!(!bare(&world), "nothing is held");
    world = run(world, "fill 1 @ 100 | PositionOpen |");
    assert!(bare(&world), "not sent");
    world = run(world, "wait 0 | PositionOpen |");
    assert!(bare(&world), "not answered");
    world = run(world, "unknown of stop | PositionOpen |");
    assert!(bare(&world), "not known");
    world = run(world, "live of stop | PositionOpen |");
    assert!(!bare(&world), "the take profit is no protection");
    world = run(world, "fill 1 @ 95 of stop | Closed |");
    assert!(!bare(&world), "nothing is held any more");
    let world = check("enter long 1 tp 110 | OrderRequested |\nfill 1 @ 100 | PositionOpen |");
    assert!(!bare(&world), "none was asked for");
}

#[test]
fn a_restart_in_the_middle_changes_neither_the_pause_nor_the_count() {
    let mut world = check(PROTECTED);
    for _ in 0..3 {
        world = run(world, "refused of stop | PositionOpen |");
        wait_for(&mut world, OrderRole::StopLoss);
    }
    world = run(
        world,
        "refused of stop | PositionOpen |\nwait 1000 | PositionOpen |",
    );
    world.reload();
    assert_eq!(world.kernel.slot(0).stop_refusals, 4);
    assert_eq!(wait_for(&mut world, OrderRole::StopLoss), 3_000);
    // A machine that was started anew has another clock: nothing waits for times of the old one.
    world = run(world, "refused of stop | PositionOpen |");
    world.reload();
    world.now.mono_ns = 1_000_000;
    world.epoch(2);
    assert!(wait_for(&mut world, OrderRole::StopLoss) <= 1);
}

#[test]
fn a_full_table_of_orders_keeps_cells_for_stops_and_the_last_for_exits() {
    let mut world = check(
        "
        enter long 1              | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        ",
    );
    // Rows that never come: every order that traded keeps its cell.
    for _ in 0..1_021 {
        world = run(
            world,
            "
            exit 0.02 limit 101 ioc  | ExitRequested |
            fill 0.0005 @ 101         | ExitWorking   |
            cancelled                 | PositionOpen  |
            ",
        );
    }
    let world = run(
        world,
        "
        exit 0.02 limit 101 ioc  | PositionOpen   | code OrderTableFull
        exit 0.3                  | PositionOpen   | code OrderTableFull
        exit                      | ExitRequested  | code Ok
        ",
    );
    assert_eq!(world.kernel.account().unsettled_orders, 1_022);
}

#[test]
fn a_take_profit_waits_for_a_cell_and_the_stop_does_not() {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12, E8 / 10_000, E8 / 10_000, 0);
    world.mark("ETH-USDT", 100 * E12);
    world = run(
        world,
        "
        enter long 1 sl 95 tp 110 | OrderRequested |
        enter long 1 id t2 sym ETH-USDT | OrderRequested |
        fill 1 @ 100 in 1         | PositionOpen   |
        ",
    );
    for _ in 0..1_018 {
        world = run(
            world,
            "
            exit 0.02 limit 101 ioc id t2 sym ETH-USDT | ExitRequested |
            fill 0.0005 @ 101 in 1    | ExitWorking   |
            cancelled in 1            | PositionOpen  |
            ",
        );
    }
    // 1,020 cells are taken, the stop takes one more; of the three that are left two stay for
    // exits of everything, and one for the stop that the other slot may ask for.
    world = run(
        world,
        "fill 1 @ 100 of entry in 0 | PositionOpen |\nwait 0 | PositionOpen |",
    );
    let slot = *world.kernel.slot(0);
    assert_ne!(slot.stop_order, NONE);
    assert_eq!(slot.profit_order, NONE);
    assert_eq!(slot.profit_hold_mono_ns, world.now.mono_ns + 1_000 * MS);
    assert!(
        slot.agenda_mono_ns >= slot.profit_hold_mono_ns,
        "no hot loop"
    );
}
