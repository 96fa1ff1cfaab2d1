//! Whatever the kernel waits for, it asks again: no answer of no use may end the asking.

use pink_kernel::NONE;
use shm_layout::{Code, CommandKind, Has, OrderRole, OrderStatus, Report, ReportKind, Stage};

use crate::check::{check, run};
use crate::world::{E8, World};

fn sent(world: &World, kind: CommandKind) -> usize {
    let same = |command: &&shm_layout::Command| command.kind == kind;
    world.commands.iter().filter(same).count()
}

/// An answer to the command that says something of another order than ours.
fn answer_in_vain(world: &mut World, role: OrderRole, command_seq: u64) -> Code {
    let order = world.order(0, role);
    let answer = Report {
        command_seq,
        qty_e8: order.qty_e8 + E8,
        has: Has::Qty.code(),
        ..world.state_of(&order, OrderStatus::Working)
    };
    world.report(&answer).code
}

#[test]
fn a_question_answered_with_another_order_is_asked_again() {
    let mut world = check(
        "
        enter long 1     | OrderRequested |
        unknown          | OrderRequested |
        wait 300         | OrderRequested | sends query
        ",
    );
    for _ in 0..3 {
        let asked = world.order(0, OrderRole::Entry).query_open;
        assert_ne!(asked, 0);
        let code = answer_in_vain(&mut world, OrderRole::Entry, asked);
        assert_eq!(code, Code::ForeignOrder);
        let before = sent(&world, CommandKind::Query);
        world.wait(10_000);
        assert_eq!(sent(&world, CommandKind::Query), before + 1);
    }
    run(world, "live | EntryWorking |");
}

#[test]
fn a_cancel_answered_with_another_order_is_found_out_and_can_be_sent_again() {
    let mut world = check(
        "
        enter long 1           | OrderRequested |
        fill 1 @ 100           | PositionOpen   |
        exit limit 105         | ExitRequested  |
        live                   | ExitWorking    |
        fill 0.4 @ 105         | ExitWorking    |
        cancel                 | ExitCancelling | sends cancel
        ",
    );
    let cancel = world.order(0, OrderRole::Exit).cancel_open;
    let code = answer_in_vain(&mut world, OrderRole::Exit, cancel);
    assert_eq!(code, Code::ForeignOrder);
    run(
        world,
        "
        wait 1000              | ExitCancelling |
        live                   | ExitWorking    | fact CancelRefused
        cancel                 | ExitCancelling | sends cancel
        cancelled              | PositionOpen   | size 0.6
        ",
    );
}

#[test]
fn a_row_that_cannot_be_booked_is_asked_for_again() {
    let mut world = check(
        "
        enter long 1        | OrderRequested |
        fill 1 @ 100        | PositionOpen   |
        wait 600            | PositionOpen   | sends settle
        ",
    );
    let order = world.order(0, OrderRole::Entry);
    let mut row = world.rows_of(&order).remove(0);
    row.price_e12 = 0;
    assert_eq!(world.report(&row).code, Code::InvalidField);
    let before = sent(&world, CommandKind::Settle);
    world.wait(2_000);
    assert_eq!(sent(&world, CommandKind::Settle), before + 1);
    world.settle_all();
    assert_eq!(world.kernel.slot(0).unsettled, 0);
}

#[test]
fn an_exit_with_nothing_left_to_close_is_cancelled_until_it_is_gone() {
    let world = check(
        "
        enter long 1 sl 90     | OrderRequested |
        fill 1 @ 100           | PositionOpen   |
        wait 0                 | PositionOpen   | sends submit
        live of stop           | PositionOpen   |
        exit limit 105         | ExitRequested  |
        live                   | ExitWorking    |
        fill 1 @ 90 of stop    | ExitCancelling | size 0  sends cancel
        cancel-refused         | ExitCancelling | sends query
        live                   | ExitWorking    | fact CancelRefused  sends nothing
        wait 900               | ExitWorking    |
        wait 200               | ExitCancelling |
        cancel-refused         | ExitCancelling |
        live                   | ExitWorking    |
        wait 1100              | ExitCancelling |
        cancelled              | Closed         |
        ",
    );
    assert_eq!(world.kernel.slot(0).exit_order, NONE);
}

#[test]
fn flatten_does_not_wait_for_an_exit_that_rests() {
    check(
        "
        enter long 1           | OrderRequested |
        fill 1 @ 100           | PositionOpen   |
        exit limit 109         | ExitRequested  |
        live                   | ExitWorking    |
        fill 0.4 @ 109         | ExitWorking    |
        flatten                | ExitCancelling | sends cancel
        cancel-refused         | ExitCancelling | sends query
        live                   | ExitWorking    |
        wait 1100              | ExitCancelling |
        cancelled              | PositionOpen   |
        wait 0                 | ExitRequested  | asks 0.6
        fill 0.6 @ 100         | Closed         |
        ",
    );
}

#[test]
fn flatten_cancels_an_entry_until_it_is_gone() {
    check(
        "
        enter long 1 limit 99  | OrderRequested  |
        live                   | EntryWorking    |
        flatten                | EntryCancelling | sends cancel
        cancel-refused         | EntryCancelling | sends query
        live                   | EntryWorking    |
        wait 1100              | EntryCancelling |
        cancelled              | Idle            |
        ",
    );
}

#[test]
fn a_venue_that_was_away_for_long_is_asked_at_once_when_it_falls_silent_again() {
    let mut world = check(
        "
        enter long 1     | OrderRequested |
        fill 0.4 @ 100   | EntryWorking   |
        ",
    );
    for _ in 0..12 {
        world.wait(40_000);
        let order = world.order(0, OrderRole::Entry);
        let done = Report {
            kind: ReportKind::CommandDone,
            command_seq: order.query_open,
            code: Code::Unresolved,
            ..Report::ZERO
        };
        world.report(&done);
    }
    world.wait(40_000);
    let mut world = run(world, "live | EntryWorking | code Duplicate");
    let before = sent(&world, CommandKind::Query);
    world.wait(1_000);
    assert_eq!(sent(&world, CommandKind::Query), before + 1);
    let order = world.order(0, OrderRole::Entry);
    world.report(&Report {
        kind: ReportKind::CommandDone,
        command_seq: order.query_open,
        code: Code::Unresolved,
        ..Report::ZERO
    });
    world.wait(1_000);
    assert_eq!(sent(&world, CommandKind::Query), before + 2);
}

#[test]
fn income_that_nobody_answers_is_asked_for_with_the_next_snapshot_that_is() {
    let mut world = World::ready();
    world.wait(61_000);
    assert_eq!(sent(&world, CommandKind::Income), 1);
    assert_eq!(sent(&world, CommandKind::Reconcile), 1);
    world.wait(61_000);
    assert_eq!(sent(&world, CommandKind::Income), 2);
    assert_eq!(sent(&world, CommandKind::Reconcile), 2);
    assert_eq!(world.kernel.slot(0).stage, Stage::Idle);
}

#[test]
fn what_is_refused_unread_still_tells_how_the_order_stands() {
    let mut world = check(
        "
        enter long 1 limit 99  | OrderRequested |
        live                   | EntryWorking   |
        ",
    );
    let order = world.order(0, OrderRole::Entry);
    for (kind, code) in [
        (ReportKind::CommandDone, Code::StaleFact),
        (ReportKind::SnapshotOrder, Code::StaleSnapshot),
    ] {
        let outcome = world.report(&Report {
            kind,
            command_seq: 8,
            ..world.state_of(&order, OrderStatus::Working)
        });
        assert_eq!((outcome.code, outcome.order_side), (code, order.order_side));
        assert_eq!(outcome.order_status, OrderStatus::Working);
    }
}
