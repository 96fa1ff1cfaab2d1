//! Entries that nobody wants any more: cancelled when risk is forbidden or the trade has ended,
//! and again and again while they work.

use shm_layout::{CommandKind, Control, OrderRole};

use crate::check::{check, run};
use crate::world::{E8, World, config};

const RESTS: &str = "
    enter long 1 limit 99 | OrderRequested |
    live                  | EntryWorking   |
";

fn cancels(world: &World) -> usize {
    let sent = world.commands.iter();
    sent.filter(|c| c.kind == CommandKind::Cancel).count()
}

#[test]
fn every_lasting_ban_on_risk_cancels_an_entry_that_rests() {
    for ban in ["mode reduce", "mode halted", "kill on"] {
        check(&format!(
            "{RESTS}
            {ban}                 | EntryWorking    |
            wait 0                | EntryCancelling | sends cancel  fact Cancel
            wait 1                | EntryCancelling | sends nothing
            cancelled             | Idle            | reserved 0
            "
        ));
    }
}

#[test]
fn an_entry_that_was_only_commanded_is_cancelled_as_well() {
    check(
        "
        enter long 1          | OrderRequested  |
        mode reduce           | OrderRequested  |
        wait 0                | EntryCancelling | sends cancel
        unsent                | Idle            | fact NeverOpened
        ",
    );
}

#[test]
fn what_an_entry_has_filled_is_kept_and_protected_when_its_rest_is_cancelled() {
    check(
        "
        enter long 1 limit 100 sl 95 | OrderRequested  |
        fill 0.4 @ 100        | EntryWorking    |
        wait 0                | EntryWorking    | sends submit
        live of stop          | EntryWorking    |
        mode reduce           | EntryWorking    |
        wait 0                | EntryCancelling | sends cancel
        cancelled of entry    | PositionOpen    | size 0.4
        settle                | PositionOpen    | size 0.4
        wait 9000             | PositionOpen    | sends nothing
        ",
    );
}

#[test]
fn a_loss_of_the_day_by_the_mark_alone_cancels_entries_of_other_symbols() {
    let mut world = World::ready();
    let limits = Control {
        daily_loss_e8: 10 * E8,
        ..config()
    };
    world.control(&limits);
    world.rules("ETH-USDT", E8, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30_000_000_000_000);
    run(
        world,
        "
        enter long 5                     | OrderRequested |
        fill 5 @ 100 fee 0               | PositionOpen   |
        settle                           | PositionOpen   |
        enter long 1 limit 29 id t2 sym ETH-USDT | OrderRequested |
        live                             | EntryWorking    |
        mark 98.01                       | EntryWorking    | unrealised 0
        wait 0                           | EntryWorking    | sends nothing
        mark 98                          | EntryWorking    |
        wait 0                           | EntryCancelling | sends cancel
        cancelled in 1                   | Idle            |
        ",
    );
}

#[test]
fn a_drawdown_cancels_entries_like_the_loss_of_a_day() {
    let mut world = World::ready();
    let limits = Control {
        drawdown_e8: 10 * E8,
        ..config()
    };
    world.control(&limits);
    world.rules("ETH-USDT", E8, E8 / 100, E8 / 100, 0);
    world.mark("ETH-USDT", 30_000_000_000_000);
    run(
        world,
        "
        enter long 5                     | OrderRequested  |
        fill 5 @ 100 fee 0               | PositionOpen    |
        enter long 1 limit 29 id t2 sym ETH-USDT | OrderRequested |
        live                             | EntryWorking    |
        mark 98                          | EntryWorking    |
        wait 0                           | EntryCancelling | sends cancel
        ",
    );
}

#[test]
fn an_account_that_is_frozen_adds_no_risk_by_what_rests() {
    let mut world = check(RESTS);
    world.wait(2_000);
    let listed = world.state_of(
        &world.order(0, OrderRole::Entry),
        shm_layout::OrderStatus::Working,
    );
    let ask = Control {
        kind: shm_layout::ControlKind::Reconcile,
        ..Control::ZERO
    };
    world.control(&ask);
    world.wait(0);
    world.snapshot_rows(&[], &[listed], Some(9_000 * E8), true);
    run(world, "wait 0 | EntryCancelling | frozen 1  fact Cancel");
}

#[test]
fn a_cancel_refused_of_an_entry_that_works_on_is_repeated_once_a_second() {
    let mut world = check(RESTS);
    world = run(
        world,
        "mode reduce | EntryWorking |\nwait 0 | EntryCancelling |",
    );
    for nth in 1..20 {
        assert_eq!(cancels(&world), nth);
        world = run(
            world,
            "
            cancel-refused        | EntryCancelling | sends query
            live                  | EntryWorking    | fact CancelRefused
            wait 999              | EntryWorking    | sends nothing
            wait 1                | EntryCancelling | sends cancel  fact Cancel
            ",
        );
    }
    run(world, "cancelled | Idle |");
}

#[test]
fn a_cancel_that_was_taken_without_effect_is_repeated() {
    check(&format!(
        "{RESTS}
        kill on               | EntryWorking    |
        wait 0                | EntryCancelling | sends cancel
        cancel-taken          | EntryCancelling |
        wait 1000             | EntryCancelling | sends query
        live                  | EntryWorking    | fact CancelRefused
        wait 1000             | EntryCancelling | sends cancel
        "
    ));
}

#[test]
fn a_cancel_refused_because_the_entry_is_gone_leads_to_the_question_that_tells() {
    check(&format!(
        "{RESTS}
        mode reduce           | EntryWorking    |
        wait 0                | EntryCancelling |
        cancel-refused        | EntryCancelling | sends query
        fill 1 @ 99           | PositionOpen    | size 1
        wait 30000            | PositionOpen    | size 1
        "
    ));
}

#[test]
fn an_unknown_submit_is_cancelled_and_concluded_by_the_venue_alone() {
    check(
        "
        enter long 1 limit 99 | OrderRequested  |
        unknown               | OrderRequested  |
        mode reduce           | OrderRequested  |
        wait 0                | EntryCancelling | sends cancel
        cancel-refused        | EntryCancelling | sends query  reserved 99
        absent                | EntryCancelling | code StaleFact  reserved 99
        wait 6000             | EntryCancelling |
        absent                | Idle            | fact NeverOpened  reserved 0
        ",
    );
    check(
        "
        enter long 1 limit 99 | OrderRequested  |
        unknown               | OrderRequested  |
        mode reduce           | OrderRequested  |
        wait 0                | EntryCancelling | sends cancel
        cancel-refused        | EntryCancelling | sends query
        live                  | EntryCancelling | fact OrderLive
        wait 1000             | EntryCancelling | sends query
        live                  | EntryWorking    | fact CancelRefused
        wait 1000             | EntryCancelling | sends cancel
        cancelled             | Idle            |
        ",
    );
}

#[test]
fn once_risk_is_allowed_again_a_cancel_stands_and_none_is_repeated() {
    check(&format!(
        "{RESTS}
        mode reduce           | EntryWorking    |
        wait 0                | EntryCancelling | sends cancel
        mode active           | EntryCancelling |
        cancel-refused        | EntryCancelling | sends query
        live                  | EntryWorking    |
        wait 9000             | EntryWorking    | sends nothing
        mode reduce           | EntryWorking    |
        wait 0                | EntryCancelling | sends cancel
        cancel-refused        | EntryCancelling | sends query
        live                  | EntryWorking    |
        mode active           | EntryWorking    |
        wait 1000             | EntryWorking    | sends query
        live                  | EntryWorking    | code Duplicate
        wait 9000             | EntryWorking    | sends nothing
        fill 1 @ 99           | PositionOpen    |
        "
    ));
}

#[test]
fn a_ban_that_is_lifted_before_the_round_came_by_cancels_nothing() {
    check(&format!(
        "{RESTS}
        mode reduce           | EntryWorking    |
        mode active           | EntryWorking    |
        wait 2000             | EntryWorking    | sends nothing
        "
    ));
}

#[test]
fn a_restart_anywhere_in_the_middle_forgets_no_cancel() {
    check(&format!(
        "{RESTS}
        mode reduce           | EntryWorking    |
        restart               | EntryWorking    |
        wait 0                | EntryCancelling |
        restart               | EntryCancelling |
        cancel-refused        | EntryCancelling | sends query
        restart               | EntryCancelling |
        live                  | EntryWorking    |
        restart               | EntryWorking    |
        wait 0                | EntryCancelling |
        cancelled             | Idle            |
        "
    ));
}

#[test]
fn a_start_that_is_not_reconciled_yet_leaves_what_rests_alone() {
    let world = check(&format!("{RESTS}\nrestart | EntryWorking |"));
    assert_eq!(world.kernel.account().mode, shm_layout::Mode::Halted);
    let world = run(world, "wait 900 | EntryWorking |");
    assert_eq!(cancels(&world), 0);
}

#[test]
fn replay_of_a_withdrawal_equals_what_was_lived() {
    let lived = |reloads: bool| {
        let mut world = check(RESTS);
        for line in [
            "mode reduce",
            "wait 0",
            "cancel-refused",
            "live",
            "wait 1000",
            "mode active",
            "cancel-refused",
            "live",
            "mode reduce",
            "wait 0",
            "fill 0.5 @ 99",
            "cancelled of entry",
        ] {
            if reloads {
                world.reload();
            }
            world = run(world, line);
        }
        (world.kernel.state_hash(), world.outcomes.len())
    };
    assert_eq!(lived(true), lived(false));
}
