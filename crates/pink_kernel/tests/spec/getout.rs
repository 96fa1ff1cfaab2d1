//! Getting out: during an entry, after a FLATTEN that was called off, of dust, and for days.

use pink_kernel::{Input, NONE};
use shm_layout::{Code, CommandKind, InputKind, Intent, OrderKind, OrderRole, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, World};

#[test]
fn flaw_m18_e3_h7_an_exit_during_an_entry_is_all_at_the_market_or_refused() {
    let filling = "
        enter long 1 limit 99     | OrderRequested |
        live                      | EntryWorking   |
        fill 0.4 @ 99             | EntryWorking   |
        ";
    let refused = |exit: &str| {
        let world = run(
            check(filling),
            &format!("{exit} | EntryWorking | code OrderInFlight  sends nothing"),
        );
        assert_eq!(world.kernel.slot(0).exit_wanted, 0, "{exit}");
    };
    refused("exit 0.1 limit 105");
    refused("exit limit 105");
    refused("exit 0.1");
    refused("exit 0.4");
    refused("exit 0.999");
    for exit in ["exit", "exit 1", "exit 2"] {
        run(
            check(filling),
            &format!(
                "
                {exit}                | EntryCancelling | code Ok  sends cancel
                exit limit 105        | EntryCancelling | code OrderInFlight
                fill 0.1 @ 99 of entry | EntryCancelling |
                cancelled of entry    | PositionOpen    |
                wait 0                | ExitRequested   | asks 0.5
                "
            ),
        );
    }
}

#[test]
fn a_leg_is_no_exit_during_an_entry() {
    let world = check(
        "
        enter long 1 limit 99 legs 0.5,1 | OrderRequested |
        fill 0.4 @ 99             | EntryWorking   |
        exit                      | EntryWorking   | code OrderInFlight
        exit 1                    | EntryCancelling | code Ok
        cancelled                 | PositionOpen   |
        wait 0                    | ExitRequested  | asks 0.4
        ",
    );
    let sent = world.commands.last().unwrap();
    assert_eq!(
        (sent.role, sent.order_kind),
        (OrderRole::Exit, OrderKind::Market)
    );
}

#[test]
fn an_exit_too_old_is_refused_during_an_entry_too() {
    let mut world = check(
        "
        enter long 1 limit 99     | OrderRequested |
        live                      | EntryWorking   |
        fill 0.4 @ 99             | EntryWorking   |
        ",
    );
    let (kind, order_kind) = (InputKind::Exit, OrderKind::Market);
    let intent = Intent {
        kind,
        order_kind,
        ..world.intent()
    };
    world.wait(600_000);
    assert_eq!(world.apply(Input::Intent(&intent)).code, Code::StaleIntent);
    assert_eq!(world.kernel.slot(0).stage, Stage::EntryWorking);
}

const REFUSED: &str = "
    enter long 1              | OrderRequested |
    fill 1 @ 100              | PositionOpen   |
    settle                    | PositionOpen   |
    flatten                   | ExitRequested  |
    refused                   | PositionOpen   |
    ";

#[test]
fn a_flatten_that_was_called_off_closes_nothing_later() {
    let mut world = run(check(REFUSED), "mode active | PositionOpen |");
    world.wait(120_000);
    let slot = world.kernel.slot(0);
    assert_eq!((slot.stage, slot.exit_wanted), (Stage::PositionOpen, 0));
    // And the next one closes all of it again.
    run(world, "flatten | ExitRequested | asks 1");
    run(check(REFUSED), "wait 500 | ExitRequested | asks 1");
    // What the strategy had asked for before stays asked for.
    let world = check(
        "
        enter long 1 limit 99     | OrderRequested  |
        fill 0.4 @ 99             | EntryWorking    |
        exit                      | EntryCancelling |
        flatten                   | EntryCancelling |
        mode active               | EntryCancelling |
        cancelled                 | PositionOpen    |
        wait 0                    | ExitRequested   | asks 0.4
        ",
    );
    assert_eq!(world.kernel.slot(0).exit_wanted, 1);
}

#[test]
fn a_restart_in_a_flatten_goes_on_with_it_and_after_it_was_called_off_does_not() {
    let mut world = check(REFUSED);
    world.restart();
    world.wait(1_000);
    assert_eq!(world.kernel.slot(0).stage, Stage::ExitRequested);
    let mut world = run(check(REFUSED), "mode active | PositionOpen |");
    world.restart();
    world.wait(60_000);
    assert_eq!(world.kernel.slot(0).stage, Stage::PositionOpen);
}

#[test]
fn an_exit_refused_for_days_goes_on_under_new_ids_and_never_hot() {
    let mut world = check(REFUSED);
    let mut last = String::new();
    for nth in 0..4_200 {
        while world.kernel.slot(0).exit_order == NONE {
            let due = world
                .kernel
                .next_deadline()
                .expect("it will be tried again");
            world.now.wall_ns += i64::try_from(due.saturating_sub(world.now.mono_ns)).unwrap();
            world.now.mono_ns = world.now.mono_ns.max(due);
            let inputs = world.seq;
            world.apply(Input::Deadline);
            assert_eq!(world.last_code(), Code::Ok, "at {inputs}");
        }
        let order = world.order(0, OrderRole::Exit);
        let id = order.client_order_id.as_str().to_owned();
        assert_ne!(id, last);
        assert_eq!(
            u32::from_str_radix(id.rsplit('-').next().unwrap(), 36).unwrap(),
            nth + 3
        );
        last = id;
        world = run(world, "refused | PositionOpen |");
        world.commands.clear();
        world.outcomes.clear();
    }
    assert!(world.seq < 40_000, "{} inputs", world.seq);
}

/// 0.49 USDT are left, of a symbol that takes no less than a tenth.
fn dust() -> World {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12 / 100, E8 / 1000, E8 / 10, 0);
    world.mark("ETH-USDT", 100 * E12);
    run(
        world,
        "
        enter long 1 limit 100 sym ETH-USDT | OrderRequested |
        fill 0.5 @ 100            | EntryWorking   |
        cancel                    | EntryCancelling |
        cancelled                 | PositionOpen   |
        exit                      | ExitRequested  |
        fill 0.5 @ 100            | Closed         |
        fill 0.01 @ 100 of entry  | PositionOpen   |
        wait 0                    | ExitRequested  | asks 0.01
        ",
    )
}

#[test]
fn dust_that_the_venue_refuses_to_close_is_left_and_named() {
    // One refusal may have another reason; three are the venue's word.
    let mut world = run(
        dust(),
        "
        refused of exit    | PositionOpen  | dust 1
        wait 500           | ExitRequested | asks 0.01
        refused of exit    | PositionOpen  |
        wait 1000          | ExitRequested | asks 0.01
        refused of exit    | PositionOpen  | dust 1
        ",
    );
    world.commands.clear();
    world.wait(600_000);
    let tried = world
        .commands
        .iter()
        .filter(|c| c.kind == CommandKind::Submit);
    assert_eq!(tried.count(), 0);
    run(world, "residual | ExitRequested | asks 0.01");
    // What never reached the venue was not refused by it.
    run(
        dust(),
        "unsent of exit | PositionOpen |\nwait 500 | ExitRequested | asks 0.01",
    );
}

#[test]
fn a_flatten_lets_an_exit_at_the_market_do_its_work() {
    let scenario = "enter long 1 | OrderRequested |
        fill 1 @ 100 fee 0 | PositionOpen |
        exit 0.5 | ExitRequested |
        live | ExitWorking |";
    let mut world = check(scenario);
    world.commands.clear();
    let mut world = run(world, "flatten | ExitWorking |\nwait 0 | ExitWorking |");
    assert!(world.commands.iter().all(|c| c.kind != CommandKind::Cancel));
    world.commands.clear();
    run(
        world,
        "
        fill 0.5 @ 100 fee 0 | PositionOpen  |
        wait 0               | ExitRequested | asks 0.5
        ",
    );
}
