//! Snapshots: what they may conclude, and what they may not.

use shm_layout::{AdoptPolicy, Code, Control, ControlKind, Report, ReportKind, Side, Stage};

use crate::check::{check, run};
use crate::world::{E8, E12, World, config};

const HELD: &str = "
    enter long 1        | OrderRequested |
    fill 1 @ 100 fee 0  | PositionOpen   |
    settle              | PositionOpen   |
";

#[test]
fn flaw_i14_after_a_restart_nothing_is_entered_before_the_venue_was_asked() {
    let world = check(HELD);
    run(
        world,
        "
        restart                  | PositionOpen | size 1
        enter long 1 id t2       | PositionOpen | code NotReconciled
        exit                     | ExitRequested | code Ok
        ",
    );
}

#[test]
fn absence_means_flat_only_twice_and_far_enough_apart() {
    let world = check(HELD);
    run(
        world,
        "
        snapshot wallet 10_001   | StaleStateReconciling | fact Disagrees
        wait 5000                | StaleStateReconciling |
        snapshot wallet 10_001   | Idle | fact Settled
        ",
    );
}

#[test]
fn a_position_that_was_only_late_is_found_again() {
    let world = check(HELD);
    run(
        world,
        "
        snapshot                 | StaleStateReconciling |
        exit 0.5                 | ExitRequested | asks 0.5
        fill 0.5 @ 100           | PositionOpen |
        settle                   | PositionOpen |
        snapshot                 | StaleStateReconciling |
        snapshot long 0.5 @ 100  | PositionOpen | fact AgreesHeld  size 0.5
        ",
    );
}

#[test]
fn reconciling_again_with_the_same_snapshot_changes_nothing() {
    let mut world = check(HELD);
    world = run(world, "snapshot long 1 @ 100 | PositionOpen | size 1");
    let slot = *world.kernel.slot(0);
    let capital = world.kernel.account().capital_e8;
    world = run(world, "snapshot long 1 @ 100 | PositionOpen | size 1");
    let again = *world.kernel.slot(0);
    assert_eq!(
        (slot.stage, slot.qty_e8, slot.realised_e8),
        (again.stage, again.qty_e8, again.realised_e8)
    );
    assert_eq!(capital, world.kernel.account().capital_e8);
}

#[test]
fn flaw_i19_a_partial_or_late_snapshot_ends_nothing() {
    let mut world = check(HELD);
    let control = Control {
        kind: ControlKind::Reconcile,
        ..Control::ZERO
    };
    world.control(&control);
    world.wait(1_000);
    let outcome = world.snapshot_rows(&[], &[], Some(10_000 * E8), false);
    assert_eq!(outcome.code, Code::StaleSnapshot);
    world.wait(2_000);
    // Asked, but then something happened on the symbol: the answer is too old for it.
    let world = run(world, "exit 0.5 | ExitRequested |");
    run(world, "snapshot | ExitRequested | size 1");
}

#[test]
fn a_position_reduced_by_hand_is_taken_as_it_is() {
    let world = check(HELD);
    run(
        world,
        "
        snapshot long 0.4 @ 100 wallet 10_000 | StaleStateReconciling |
        wait 5000                             | StaleStateReconciling |
        snapshot long 0.4 @ 100 wallet 10_000 | PositionOpen | size 0.4  cost 40
        ",
    );
}

#[test]
fn a_position_reduced_by_the_venue_to_under_the_minimum_is_dust() {
    let world = check(HELD);
    run(
        world,
        "
        snapshot long 0.005 @ 100 wallet 10_000 | StaleStateReconciling |
        wait 5000                               | StaleStateReconciling |
        snapshot long 0.005 @ 100 wallet 10_000 | PositionOpen | size 0.005  dust 1
        exit                                    | PositionOpen | code Dust
        residual                                | ExitRequested | asks 0.005
        ",
    );
}

#[test]
fn flaw_g8_a_position_nobody_owns_blocks_its_symbol_and_is_adopted_if_so_configured() {
    let found = [("BTC-USDT", Side::Long, 2 * E8, 99 * E12)];
    let mut world = World::ready();
    world.wait(60_000);
    world.snapshot(&found, 10_000 * E8);
    world = run(world, "enter long 1 | Idle | code SymbolBusy");
    world.control(&Control {
        adopt: AdoptPolicy::Adopt,
        ..config()
    });
    world.wait(60_000);
    world.snapshot(&found, 10_000 * E8);
    world = run(
        world,
        "wait 0 | PositionOpen | size 2  cost 198  capital 10_000",
    );
    assert_eq!(world.kernel.slot(0).adopted, 1);
    let id = world.kernel.slot(0).trade_id;
    run(
        world,
        &format!("exit id {} | ExitRequested | asks 2", id.as_str()),
    );
}

#[test]
fn a_gap_in_the_stream_is_closed_by_a_snapshot() {
    let mut world = check("gap | Idle |");
    assert_eq!(world.kernel.stats().gaps_open, 1);
    world = run(world, "wait 1000 | Idle |");
    let outcome = world.snapshot(&[], 10_000 * E8);
    assert_eq!(
        outcome.text.as_str(),
        "GAP_RESOLVED: order facts 0, fills 0, income rows 0; orders in question 0"
    );
    assert_eq!(
        (
            world.kernel.stats().gaps_open,
            world.kernel.stats().gaps_resolved
        ),
        (0, 1)
    );
}

#[test]
fn a_gap_that_is_closed_says_what_the_venue_told_since() {
    let world = check(
        "
        enter long 1              | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        exit limit 105            | ExitRequested  |
        live                      | ExitWorking    |
        ",
    );
    let mut world = run(
        world,
        "
        gap                       | ExitWorking    |
        fill 0.2 @ 105 fee 0      | ExitWorking    |
        gap                       | ExitWorking    |
        fill 0.3 @ 105 fee 0      | ExitWorking    |
        wait 2000                 | ExitWorking    |
        ",
    );
    for id in ["tx1", "tx2", "tx1"] {
        world.report(&Report {
            kind: ReportKind::Income,
            has: shm_layout::Has::Amount.code(),
            income_kind: 1,
            fill_id: crate::world::ascii(id),
            symbol: crate::world::ascii("BTC-USDT"),
            amount_e8: -1,
            venue_wall_ms: world.wall_ms(),
            ..Report::ZERO
        });
    }
    let outcome = world.snapshot(&[("BTC-USDT", Side::Long, E8 / 2, 100 * E12)], 10_000 * E8);
    assert_eq!(
        outcome.text.as_str(),
        "GAP_RESOLVED: order facts 2, fills 2, income rows 2; orders in question 1"
    );
    // The next one begins to count anew.
    world.wait(2_000);
    let world = run(
        world,
        "gap | ExitWorking |\nwait 2000 | ExitWorking |\nsnapshot long 0.5 @ 100 | ExitWorking |",
    );
    let last = world
        .outcomes
        .iter()
        .rev()
        .find(|o| !o.text.is_empty())
        .unwrap();
    assert!(
        last.text
            .as_str()
            .starts_with("GAP_RESOLVED: order facts 0, fills 0")
    );
}

#[test]
fn an_order_missing_from_a_snapshot_is_asked_about_by_name() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    world = run(world, "live | EntryWorking |");
    world.wait(60_000);
    world
        .commands
        .retain(|c| c.kind == shm_layout::CommandKind::Reconcile);
    world.snapshot(&[], 10_000 * E8);
    let kinds: Vec<_> = world.commands.iter().map(|c| c.kind).collect();
    assert_eq!(kinds, [shm_layout::CommandKind::Query]);
}

#[test]
fn an_order_of_ours_that_no_slot_knows_is_taken_off_the_book() {
    let mut world = check(
        "
        enter long 1 limit 99 | OrderRequested |
        unsent                | Idle |
        ",
    );
    let id = world.outcomes.last().unwrap().client_order_id;
    let status = shm_layout::OrderStatus::Working;
    let row = Report {
        client_order_id: id,
        order_status: status,
        ..Report::ZERO
    };
    world.wait(60_000);
    world.snapshot_rows(&[], &[row], Some(10_000 * E8), true);
    let last = world
        .commands
        .iter()
        .find(|c| c.kind == shm_layout::CommandKind::Cancel)
        .unwrap();
    assert_eq!(last.client_order_id, id);
}

#[test]
fn flatten_cancels_and_closes_whatever_is_there() {
    let world = check(
        "
        enter long 1         | OrderRequested |
        fill 1 @ 100         | PositionOpen   |
        flatten              | ExitRequested  | asks 1
        enter long 1 id t2   | ExitRequested  | code ModeForbids
        refused              | PositionOpen   |
        wait 1000            | ExitRequested  |
        fill 1 @ 100         | Closed         |
        ",
    );
    assert_eq!(world.kernel.account().flattening, 1);
    check(
        "
        enter long 1 limit 99  | OrderRequested  |
        live                   | EntryWorking    |
        flatten                | EntryCancelling | sends cancel
        cancelled              | Idle            |
        ",
    );
}

#[test]
fn an_answer_to_another_question_is_no_snapshot() {
    let mut world = World::ready();
    let row = Report {
        kind: ReportKind::SnapshotBegin,
        command_seq: 12_345,
        ..Report::ZERO
    };
    assert_eq!(world.report(&row).code, Code::StaleSnapshot);
}

#[test]
fn a_position_row_that_was_refused_is_not_absence() {
    let scenario = "enter long 1 | OrderRequested |\nfill 1 @ 100 fee 0 | PositionOpen |";
    for (side, qty_e8) in [(Side::None, E8), (Side::Long, 0), (Side::Long, -E8)] {
        let mut world = check(scenario);
        world = run(
            world,
            "settle | PositionOpen |\nwait 10000 | PositionOpen |",
        );
        let whole = world.kernel.account().last_snapshot_seq;
        for _ in 0..4 {
            world.control(&Control {
                kind: ControlKind::Reconcile,
                ..Control::ZERO
            });
            world.wait(6_000);
            let end = world.snapshot(&[("BTC-USDT", side, qty_e8, 100 * E12)], 10_000 * E8);
            assert_eq!(end.code, Code::StaleSnapshot);
        }
        let slot = world.kernel.slot(0);
        assert_eq!((slot.stage, slot.qty_e8), (Stage::PositionOpen, E8));
        assert_eq!(world.kernel.account().last_snapshot_seq, whole);
    }
}

#[test]
fn a_balance_row_without_a_wallet_makes_a_snapshot_that_is_not_whole() {
    let mut world = World::ready();
    world.control(&Control {
        kind: ControlKind::Reconcile,
        ..Control::ZERO
    });
    world.wait(1_000);
    let command = *world.commands.last().unwrap();
    let row = |kind| Report {
        kind,
        command_seq: command.command_seq,
        asked_seq: command.asked_seq,
        complete: 1,
        row_count: 1,
        ..Report::ZERO
    };
    world.report(&row(ReportKind::SnapshotBegin));
    world.report(&row(ReportKind::Balance));
    let end = world.report(&row(ReportKind::SnapshotEnd));
    assert_eq!(end.code, Code::StaleSnapshot);
}
