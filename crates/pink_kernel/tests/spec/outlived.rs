//! Evidence ends with its reason: what was contradicted, broken off or explained counts no more.

use shm_layout::{
    Code, CommandKind, Control, ControlKind, OrderRole, OrderStatus, Report, ReportKind, Side,
    Stage,
};

use crate::absence::absent;
use crate::check::{check, run};
use crate::world::{E8, E12, World, ascii};

const STOPPED: &str = "
    enter long 1 sl 95   | OrderRequested |
    fill 1 @ 100 fee 0   | PositionOpen   |
    settle               | PositionOpen   |
    live of stop         | PositionOpen   |
    wait 3000            | PositionOpen   |
";

pub fn ask(world: &mut World) {
    let mut sent = world.commands.iter();
    if !sent.any(|c| c.kind == CommandKind::Reconcile) {
        world.control(&Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        });
        world.wait(1_000);
    }
}

/// A whole snapshot: so many tenths are held, and the stop rests.
fn look(world: &mut World, tenths: i64) -> Stage {
    ask(world);
    let stop = world.order(0, OrderRole::StopLoss);
    let rests = world.state_of(&stop, OrderStatus::Working);
    let row = ("BTC-USDT", Side::Long, tenths * E8 / 10, 100 * E12);
    let positions: &[_] = if tenths == 0 { &[] } else { &[row] };
    let capital = world.kernel.account().capital_e8;
    world.snapshot_rows(positions, &[rests], Some(capital), true);
    world.kernel.slot(0).stage
}

/// An entry at work with 0.3 filled, of which the stream said 0.5 once.
fn told_more() -> World {
    let mut world = check(
        "
        enter long 1 limit 100 | OrderRequested |
        live                   | EntryWorking   |
        fill 0.3 @ 100 fee 0   | EntryWorking   |
        ",
    );
    let mut lie = world.state_of(&world.order(0, OrderRole::Entry), OrderStatus::Working);
    lie.cum_qty_e8 = E8 / 2;
    world.report(&lie);
    world
}

/// A whole snapshot without the entry, so that it is asked about.
fn unlisted(world: &mut World) {
    ask(world);
    world.snapshot_rows(&[], &[], None, true);
}

/// The open question about the entry is answered with the truth.
fn answered(world: &mut World) {
    let entry = world.order(0, OrderRole::Entry);
    assert_ne!(entry.query_open, 0, "asked about");
    let truth = world.state_of(&entry, OrderStatus::Working);
    world.report(&Report {
        command_seq: entry.query_open,
        ..truth
    });
}

/// An order that rests on the symbol and is nobody's here.
fn of_nobody_here() -> Report {
    Report {
        symbol: ascii("BTC-USDT"),
        client_order_id: ascii("somebody-else"),
        order_status: OrderStatus::Working,
        ..Report::ZERO
    }
}

#[test]
fn a_list_that_agrees_ends_a_difference_even_while_a_question_is_open() {
    let mut world = check(STOPPED);
    assert_eq!(look(&mut world, 0), Stage::StaleStateReconciling);
    // The question about the stop takes long, and meanwhile the venue lists the position again.
    world.wait(5_000);
    look(&mut world, 10);
    let mut world = run(world, "live of stop | StaleStateReconciling |");
    assert_eq!(world.order(0, OrderRole::StopLoss).query_open, 0);
    // One more list that misses it is the first one again.
    world.wait(5_000);
    assert_eq!(look(&mut world, 0), Stage::StaleStateReconciling);
    assert_eq!(world.kernel.slot(0).qty_e8, E8);
}

#[test]
fn less_that_was_proven_before_more_was_filled_asks_for_no_fewer_rows() {
    let mut world = told_more();
    for _ in 0..2 {
        world.wait(61_000);
        unlisted(&mut world);
        answered(&mut world);
    }
    let entry = world.order(0, OrderRole::Entry);
    assert_eq!((entry.less_proven, entry.less_qty_e8), (1, 3 * E8 / 10));
    let mut world = run(world, "fill 0.7 @ 100 fee 0 | PositionOpen | size 1");
    world.wait(600);
    let settle = world
        .commands
        .iter()
        .rfind(|c| c.kind == CommandKind::Settle);
    assert_eq!(settle.unwrap().cum_qty_e8, E8);
}

#[test]
fn an_answer_that_says_less_of_an_order_at_work_undoes_the_first_absence() {
    let mut world = told_more();
    world.wait(60_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
    unlisted(&mut world);
    answered(&mut world);
    world.wait(3_600_000);
    assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
}

#[test]
fn an_order_of_nobody_here_closes_its_symbol_whatever_became_of_a_later_snapshot() {
    let mut world = World::ready();
    let theirs = of_nobody_here();
    ask(&mut world);
    world.snapshot_rows(&[], &[theirs], Some(10_000 * E8), true);
    world = run(world, "enter long 1 | - | code SymbolBusy");
    ask(&mut world);
    world.snapshot_rows(&[], &[theirs], Some(10_000 * E8), false);
    run(world, "enter long 1 id t2 | - | code SymbolBusy");
}

#[test]
fn an_order_of_nobody_here_is_told_once_and_again_when_another_comes() {
    let mut world = World::ready();
    let theirs = of_nobody_here();
    let mut told = Vec::new();
    for rests in [true, true, false, true] {
        let before = world.kernel.stats().anomalies;
        ask(&mut world);
        let orders: &[Report] = if rests { &[theirs, theirs] } else { &[] };
        world.snapshot_rows(&[], orders, Some(10_000 * E8), true);
        told.push(world.kernel.stats().anomalies - before);
    }
    assert_eq!(told, [1, 0, 0, 1]);
}

#[test]
fn rows_of_an_answer_that_was_broken_off_count_no_more() {
    let mut world = check(STOPPED);
    ask(&mut world);
    let open = world
        .commands
        .iter()
        .rfind(|c| c.kind == CommandKind::Reconcile);
    let command = *open.unwrap();
    let row = |kind: ReportKind| Report {
        kind,
        command_seq: command.command_seq,
        asked_seq: command.asked_seq,
        ..Report::ZERO
    };
    // The gateway dies after the stop's row, and its successor does not find the stop any more.
    let stop = world.order(0, OrderRole::StopLoss);
    world.report(&row(ReportKind::SnapshotBegin));
    let listed = world.state_of(&stop, OrderStatus::Working);
    world.report(&Report {
        symbol: listed.symbol,
        client_order_id: listed.client_order_id,
        order_status: OrderStatus::Working,
        ..row(ReportKind::SnapshotOrder)
    });
    let held = [("BTC-USDT", Side::Long, E8, 100 * E12)];
    world.snapshot_rows(&held, &[], Some(10_000 * E8), true);
    world.wait(2_000);
    if world
        .commands
        .iter()
        .any(|c| c.kind == CommandKind::Reconcile)
    {
        world.snapshot_rows(&held, &[], Some(10_000 * E8), true);
    }
    let stop = world.order(0, OrderRole::StopLoss);
    assert_ne!(stop.query_open, 0, "not listed: asked about");
}

#[test]
fn a_clock_that_is_stepped_makes_no_difference_last() {
    let step = |ns: i64, apart_ms: u64| {
        let mut world = check(STOPPED);
        assert_eq!(look(&mut world, 0), Stage::StaleStateReconciling);
        let mut world = run(world, "live of stop | StaleStateReconciling |");
        world.now.wall_ns += ns;
        world.wait(apart_ms);
        look(&mut world, 0)
    };
    let hour_ns = 3_600_000_000_000;
    assert_eq!(step(0, 4_000), Stage::Closed);
    assert_eq!(step(hour_ns, 1_000), Stage::StaleStateReconciling);
    assert_eq!(step(-hour_ns, 4_000), Stage::Closed);
}

#[test]
fn a_clock_that_is_stepped_makes_no_order_absent_for_long() {
    let step = |ns: i64, apart_ms: u64| {
        let mut world = check(
            "
            enter long 1 limit 99 | OrderRequested |
            live                  | EntryWorking   |
            wait 7200000          | EntryWorking   |
            ",
        );
        assert_eq!(absent(&mut world, OrderRole::Entry), Code::Unresolved);
        world.now.wall_ns += ns;
        world.wait(apart_ms);
        absent(&mut world, OrderRole::Entry)
    };
    let hour_ns = 3_600_000_000_000;
    assert_eq!(step(0, 5_000), Code::Ok);
    assert_eq!(step(hour_ns, 1_000), Code::Unresolved);
    assert_eq!(step(-hour_ns, 5_000), Code::Ok);
}

#[test]
fn a_stop_that_may_not_be_replaced_is_not_cancelled_for_its_size() {
    // Disputed: no new stop is placed meanwhile.
    run(
        check(
            "
        enter long 1 sl 95 tp 110 | OrderRequested |
        fill 1 @ 100 fee 0        | PositionOpen   |
        settle                    | PositionOpen   |
        live of stop              | PositionOpen   |
        live of profit            | PositionOpen   |
        wait 5000                 | PositionOpen   |
        ",
        ),
        "
        snapshot                       | StaleStateReconciling |
        live of stop                   | StaleStateReconciling |
        fill 0.3 @ 110 fee 0 of profit | StaleStateReconciling | size 0.7
        wait 1000                      | StaleStateReconciling | sends nothing
        ",
    );
    // All is to be closed as soon as the entry is gone, and its cancel takes long.
    check(
        "
        enter long 1 limit 100 sl 95 | OrderRequested  |
        fill 0.5 @ 100 fee 0         | EntryWorking    |
        wait 0                       | EntryWorking    | sends submit
        live of stop                 | EntryWorking    |
        wait 6000                    | EntryWorking    |
        exit                         | EntryCancelling | sends cancel
        fill 0.2 @ 100 fee 0         | EntryCancelling | size 0.7
        wait 500                     | EntryCancelling | sends nothing
        ",
    );
}

#[test]
fn an_exit_reduces_only_unless_the_venue_is_known_to_hedge() {
    let mut world = World::blank();
    world.control(&crate::world::config());
    world.rules("BTC-USDT", E12 / 100, E8 / 1000, E8 / 1000, E8);
    world.mark("BTC-USDT", 100 * E12);
    world.control(&Control {
        kind: ControlKind::Flatten,
        ..Control::ZERO
    });
    let held = [("BTC-USDT", Side::Long, E8, 100 * E12)];
    for _ in 0..3 {
        world.wait(6_000);
        ask(&mut world);
        world.snapshot(&held, 10_000 * E8);
    }
    let mut sent = world.commands.iter();
    let exit = sent
        .find(|c| c.kind == CommandKind::Submit)
        .expect("closed");
    assert_eq!((exit.role, exit.reduce_only), (OrderRole::Exit, 1));
}

#[test]
fn a_clock_that_is_stepped_makes_no_answer_that_says_less_last() {
    let step = |ns: i64, apart_ms: u64| {
        let mut world = told_more();
        world.wait(61_000);
        unlisted(&mut world);
        answered(&mut world);
        assert_eq!(world.order(0, OrderRole::Entry).less_proven, 0);
        world.now.wall_ns += ns;
        world.wait(apart_ms);
        answered(&mut world);
        world.order(0, OrderRole::Entry).less_proven
    };
    let hour_ns = 3_600_000_000_000;
    assert_eq!(step(0, 5_000), 1);
    assert_eq!(step(hour_ns, 2_000), 0);
    assert_eq!(step(-hour_ns, 5_000), 1);
}

#[test]
fn what_an_entry_brings_while_all_is_being_closed_is_closed_as_well() {
    let closing = "
        enter long 1 limit 100 | OrderRequested  |
        fill 0.6 @ 100 fee 0   | EntryWorking    |
        cancel                 | EntryCancelling |
        cancelled              | PositionOpen    |
        exit                   | ExitRequested   | asks 0.6
        fill 0.1 @ 100 fee 0 of entry | ExitRequested | size 0.7
        fill 0.6 @ 100 fee 0 of exit  | PositionOpen  | size 0.1
    ";
    run(
        check(closing),
        "wait 0 | ExitRequested | asks 0.1  sends submit",
    );
    // A part that was asked for stays a part.
    let part = closing.replace("exit          ", "exit 0.5      ");
    let part = part.replace("asks 0.6", "asks 0.5").replace(
        "fill 0.6 @ 100 fee 0 of exit",
        "fill 0.5 @ 100 fee 0 of exit",
    );
    let part = part.replace("size 0.1", "size 0.2");
    run(check(&part), "wait 0 | PositionOpen |");
}

#[test]
fn what_an_entry_brings_after_the_stop_took_all_is_closed_whatever_exit_was_in_flight() {
    run(
        check(
            "
        enter long 1 limit 100 sl 95 | OrderRequested  |
        fill 0.6 @ 100 fee 0         | EntryWorking    |
        cancel                       | EntryCancelling |
        cancelled                    | PositionOpen    |
        wait 0                       | PositionOpen    |
        live of stop                 | PositionOpen    |
        exit 0.2 limit 105           | ExitRequested   |
        live                         | ExitWorking     |
        fill 0.6 @ 95 fee 0 of stop  | ExitCancelling  | size 0
        fill 0.1 @ 100 fee 0 of entry | ExitCancelling | size 0.1
        cancelled                    | PositionOpen    |
        ",
        ),
        "wait 0 | ExitRequested | asks 0.1  sends submit",
    );
}
