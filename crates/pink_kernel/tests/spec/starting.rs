//! Modes and starts: when the operator's word is in force, and what a new process takes over.

use pink_kernel::Input;
use shm_layout::{
    Code, CommandKind, Control, ControlKind, Epoch, Mode, OrderRole, Report, ReportKind,
};

use crate::check::{check, run};
use crate::world::{E8, MS, World, ascii};

fn modes(world: &World) -> (Mode, Mode) {
    let account = world.kernel.account();
    (account.mode, account.mode_wanted)
}

#[test]
fn a_mode_is_in_force_once_reconciled_and_a_halt_at_once() {
    let mut world = check("mode reduce | Idle |");
    assert_eq!(modes(&world), (Mode::ReduceOnly, Mode::ReduceOnly));
    world.restart();
    assert_eq!(modes(&world), (Mode::Halted, Mode::ReduceOnly));
    let mut world = run(world, "mode active | Idle |");
    assert_eq!(modes(&world), (Mode::Halted, Mode::Active));
    world.wait(1_000);
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(modes(&world), (Mode::Active, Mode::Active));
    let world = run(world, "mode halted | Idle |");
    assert_eq!(modes(&world), (Mode::Halted, Mode::Halted));
    let mut world = run(world, "mode active | Idle |");
    assert_eq!(modes(&world), (Mode::Active, Mode::Active));
    world.restart();
    let world = run(world, "mode halted | Idle |");
    assert_eq!(modes(&world), (Mode::Halted, Mode::Halted));
}

#[test]
fn a_flattening_lasts_until_the_operator_resumes() {
    let mut world = run(World::ready(), "flatten | Idle |");
    let flattening = |world: &World| world.kernel.account().flattening;
    assert_eq!(modes(&world), (Mode::ReduceOnly, Mode::ReduceOnly));
    assert_eq!(flattening(&world), 1);
    world = run(world, "mode reduce | Idle |\nmode halted | Idle |");
    assert_eq!(flattening(&world), 1);
    world = run(world, "mode active | Idle |");
    assert_eq!(flattening(&world), 0);
    let none = Control::ZERO;
    assert_eq!(world.control(&none).code, Code::InvalidField);
    let child = Control {
        kind: ControlKind::Child,
        text: ascii("gateway restarted"),
        ..Control::ZERO
    };
    let told = world.control(&child);
    assert_eq!(
        (told.code, told.text.as_str()),
        (Code::Ok, "gateway restarted")
    );
}

#[test]
fn only_the_next_start_of_the_same_journal_is_taken() {
    let mut world = World::ready();
    let known = *world.kernel.epoch();
    let next = Epoch {
        incarnation: known.incarnation + 1,
        ..known
    };
    let refused = |world: &mut World, epoch: Epoch| {
        let code = world.apply(Input::Epoch(&epoch)).code;
        assert_eq!(*world.kernel.epoch(), known);
        assert_eq!(world.kernel.account().reconciled, 1);
        code
    };
    for epoch in [
        known,
        Epoch {
            incarnation: 0,
            ..next
        },
        Epoch {
            instance: ascii(""),
            ..next
        },
        Epoch {
            journal_id: known.journal_id + 1,
            ..next
        },
    ] {
        assert_eq!(refused(&mut world, epoch), Code::InvalidField);
    }
    assert_eq!(world.apply(Input::Epoch(&next)).code, Code::Ok);
    assert_eq!(*world.kernel.epoch(), next);
    let account = world.kernel.account();
    assert_eq!((account.reconciled, account.mode), (0, Mode::Halted));
    assert_eq!(account.capital_e8, 10_000 * E8);
    // Orders are named after the start that made them.
    world.wait(1_000);
    world.snapshot(&[], 10_000 * E8);
    let world = run(world, "enter long 1 | OrderRequested |");
    let id = world.order(0, OrderRole::Entry).client_order_id;
    assert_eq!(id.as_str(), "paper000000072-0-1-e0-1");
}

#[test]
fn a_boot_makes_old_times_due_and_new_ones_are_kept() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    world.now.mono_ns = 7 * MS;
    world.epoch(1);
    // The same boot: the deadline stands where it stood.
    assert_eq!(
        world.order(0, OrderRole::Entry).deadline_mono_ns,
        2_001 * MS
    );
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    world.now.mono_ns = 7 * MS;
    world.epoch(2);
    assert_eq!(world.kernel.next_deadline(), Some(7 * MS));
    let submit = world.kernel.unreported();
    assert_eq!(
        submit[0].deadline_mono_ns, 1,
        "an entry of the old clock is late"
    );
    world = run(world, "live | EntryWorking |\ncancel | EntryCancelling |");
    let due = world.order(0, OrderRole::Entry).deadline_mono_ns;
    assert_eq!(due, 1_007 * MS, "planned in the new clock");
    world.reload();
    let mut left = Vec::new();
    while let Some(due) = world.kernel.next_deadline().filter(|due| *due < 1_007 * MS) {
        left.push(due);
        world.now.mono_ns = world.now.mono_ns.max(due);
        world.apply(Input::Deadline);
    }
    assert!(left.iter().all(|due| *due <= 7 * MS), "{left:?}");
    assert_eq!(world.order(0, OrderRole::Entry).query_open, 0);
}

/// Answers whatever is open about an order without evidence; says what it was.
fn in_vain(world: &mut World, role: OrderRole) -> &'static str {
    let order = world.order(0, role);
    let (command_seq, kind) = if order.settle_open != 0 {
        (order.settle_open, "settle")
    } else if order.query_open != 0 {
        (order.query_open, "query")
    } else {
        return "";
    };
    world.report(&Report {
        kind: ReportKind::CommandDone,
        command_seq,
        ..Report::ZERO
    });
    kind
}

#[test]
fn questions_about_rows_and_figures_take_turns() {
    let mut world = check("enter long 1 | OrderRequested |\nfill 1 @ 100 | PositionOpen |");
    let mut asked = Vec::new();
    for _ in 0..60 {
        world.wait(1_000);
        let kind = in_vain(&mut world, OrderRole::Entry);
        if !kind.is_empty() {
            asked.push(kind);
        }
        if asked.len() == 5 {
            break;
        }
    }
    assert_eq!(asked, ["settle", "query", "settle", "query", "settle"]);
    assert_eq!(world.kernel.slot(0).unsettled, 1);
}

#[test]
fn a_deadline_before_its_time_does_nothing() {
    let mut world = check("enter long 1 | OrderRequested |");
    let before = world.order(0, OrderRole::Entry);
    let outcome = world.apply(Input::Deadline);
    assert_eq!((outcome.code, outcome.command_count), (Code::Duplicate, 0));
    assert_eq!(world.order(0, OrderRole::Entry), before);
    let queries = world.commands.iter();
    assert_eq!(queries.filter(|c| c.kind == CommandKind::Query).count(), 0);
}
