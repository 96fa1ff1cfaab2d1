//! A new process knows what was written, and nothing else.

use shm_layout::{CommandKind, OrderRole};

use crate::check::{check, run};
use crate::world::{MS, World};

#[test]
fn flaw_i9_a_command_without_report_is_issued_again_with_its_number() {
    let mut world = check("enter long 1 | OrderRequested |");
    let sent = world.commands[0];
    world.restart();
    let again = world.kernel.unreported();
    let submit = again
        .iter()
        .find(|c| c.kind == CommandKind::Submit)
        .unwrap();
    assert_eq!((submit.command_seq, submit.reissue), (sent.command_seq, 1));
    assert_eq!(submit.client_order_id, sent.client_order_id);
    assert_eq!(submit.deadline_mono_ns, sent.deadline_mono_ns);
    assert_eq!(
        (submit.qty_e8, submit.order_side),
        (sent.qty_e8, sent.order_side)
    );
    let world = run(world, "live | EntryWorking |");
    let left = world.kernel.unreported();
    assert!(
        left.iter().all(|c| c.kind == CommandKind::Reconcile),
        "{left:?}"
    );
}

#[test]
fn every_stage_survives_a_restart() {
    check(
        "
        enter long 1 limit 100 sl 90 | OrderRequested |
        restart              | OrderRequested |
        fill 0.4 @ 100       | EntryWorking |
        restart              | EntryWorking | size 0.4
        cancel               | EntryCancelling |
        restart              | EntryCancelling |
        cancelled of entry   | PositionOpen |
        restart              | PositionOpen | size 0.4
        exit                 | ExitRequested |
        restart              | ExitRequested |
        live                 | ExitWorking |
        restart              | ExitWorking |
        ",
    );
}

#[test]
fn after_the_machine_restarted_old_deadlines_are_due_and_old_entries_are_late() {
    let mut world = check("enter long 1 | OrderRequested |");
    world.now.mono_ns = 5;
    world.epoch(2);
    let again = world.kernel.unreported();
    let submit = again
        .iter()
        .find(|c| c.kind == CommandKind::Submit)
        .unwrap();
    assert_eq!(submit.deadline_mono_ns, 1);
    assert_eq!(world.kernel.next_deadline(), Some(5));
    let world = run(world, "wait 0 | OrderRequested |");
    assert_ne!(world.order(0, OrderRole::Entry).query_open, 0);
}

#[test]
fn an_epoch_that_goes_back_or_changes_the_journal_is_refused() {
    let mut world = check("wait 0 | Idle |");
    let old = *world.kernel.epoch();
    let outcome = world.apply(pink_kernel::Input::Epoch(&old));
    assert_eq!(format!("{:?}", outcome.code), "InvalidField");
    let other = shm_layout::Epoch {
        incarnation: 99,
        journal_id: 8,
        ..old
    };
    let outcome = world.apply(pink_kernel::Input::Epoch(&other));
    assert_eq!(format!("{:?}", outcome.code), "InvalidField");
}

#[test]
fn what_is_planned_after_a_boot_is_planned_for_the_next_process_too() {
    let mut world = World::ready();
    world.wait(60_000);
    let asked = world.commands.last().unwrap().kind;
    assert_eq!(asked, CommandKind::Reconcile, "and it stays unanswered");
    world.now.mono_ns = 500 * MS;
    world.epoch(2);
    world.wait(0);
    let planned = world.kernel.next_deadline();
    assert!(planned > Some(world.now.mono_ns), "once it had its time");
    world.reload();
    assert_eq!(world.kernel.next_deadline(), planned);
}
