//! When the venue is asked for a snapshot, and which rows belong to the answer.

use shm_layout::{
    AdoptPolicy, Code, Command, CommandKind, Control, ControlKind, Has, OrderRole, OrderStatus,
    Report, ReportKind, Side, Stage,
};

use crate::check::{check, run};
use crate::world::{E8, E12, World, ascii, config};

fn count(world: &World, kind: CommandKind) -> usize {
    world.commands.iter().filter(|c| c.kind == kind).count()
}

fn hint(world: &mut World) {
    world.report(&Report {
        kind: ReportKind::AccountHint,
        ..Report::ZERO
    });
}

/// A RECONCILE that waits for its rows.
fn asked(world: &mut World) -> Command {
    if count(world, CommandKind::Reconcile) == 0 {
        world.wait(1_000);
        hint(world);
        world.wait(0);
    }
    let mut sent = world.commands.iter();
    *sent.rfind(|c| c.kind == CommandKind::Reconcile).unwrap()
}

fn row(command: &Command, kind: ReportKind) -> Report {
    Report {
        kind,
        command_seq: command.command_seq,
        asked_seq: command.asked_seq,
        ..Report::ZERO
    }
}

fn begin(world: &mut World) -> Command {
    let command = asked(world);
    let outcome = world.report(&row(&command, ReportKind::SnapshotBegin));
    assert_eq!(outcome.code, Code::Ok);
    command
}

#[test]
fn snapshots_are_asked_for_at_once_but_a_second_apart() {
    let mut world = World::ready();
    // The last question was asked just now.
    hint(&mut world);
    world.wait(500);
    hint(&mut world);
    world.wait(498);
    assert_eq!(count(&world, CommandKind::Reconcile), 0);
    world.wait(1);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
    // What happens while it is open is looked at again once it is answered.
    hint(&mut world);
    world.wait(300);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
    world.snapshot(&[], 10_000 * E8);
    world.wait(699);
    assert_eq!(count(&world, CommandKind::Reconcile), 0);
    world.wait(1);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
    world.snapshot(&[], 10_000 * E8);
    world.wait(5_000);
    assert_eq!(count(&world, CommandKind::Reconcile), 0);
    hint(&mut world);
    world.wait(0);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
}

#[test]
fn a_question_put_off_is_not_put_off_again_and_the_next_is_asked_in_time() {
    let mut world = World::ready();
    world.wait(59_998);
    assert_eq!(
        count(&world, CommandKind::Reconcile),
        0,
        "a minute after the last"
    );
    world.wait(2);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
    assert_eq!(count(&world, CommandKind::Income), 1);
    // No answer for a minute: asked anew.
    world.wait(59_999);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
    world.wait(1);
    assert_eq!(count(&world, CommandKind::Reconcile), 2);
}

#[test]
fn a_machine_that_just_started_asks_at_once() {
    let mut world = World::blank();
    world.kernel = pink_kernel::Kernel::new();
    world.now.mono_ns = 7;
    world.epoch(1);
    assert_eq!(world.kernel.next_deadline(), Some(7));
    world.wait(0);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
    assert_eq!(
        count(&world, CommandKind::Income),
        0,
        "no seed, no income to ask for"
    );
}

#[test]
fn income_that_could_not_all_be_had_is_asked_for_again_soon() {
    for (code, since_moves) in [(Code::Ok, true), (Code::VenueRefused, false)] {
        let mut world = World::ready();
        world.wait(60_000);
        let sent_ms = world.wall_ms();
        let mut open = world.commands.iter();
        let income = *open.find(|c| c.kind == CommandKind::Income).unwrap();
        world.wait(10);
        world.snapshot(&[], 10_000 * E8);
        let before = world.kernel.account().income_since_wall_ms;
        let outcome = world.report(&Report {
            code,
            ..row(&income, ReportKind::CommandDone)
        });
        let told = if since_moves {
            Code::Ok
        } else {
            Code::Unresolved
        };
        assert_eq!(outcome.code, told);
        let since = if since_moves { sent_ms } else { before };
        assert_eq!(world.kernel.account().income_since_wall_ms, since);
        world.commands.clear();
        world.wait(1_000);
        assert_eq!(
            count(&world, CommandKind::Income),
            usize::from(!since_moves)
        );
    }
}

#[test]
fn rows_belong_to_the_open_question_and_come_after_its_beginning() {
    let mut world = check("wait 2000 | Idle |");
    let command = asked(&mut world);
    for kind in [
        ReportKind::SnapshotPosition,
        ReportKind::SnapshotOrder,
        ReportKind::SnapshotEnd,
        ReportKind::Balance,
    ] {
        let code = world.report(&row(&command, kind)).code;
        assert_eq!(code, Code::StaleSnapshot, "{kind:?} before the beginning");
    }
    let begin = row(&command, ReportKind::SnapshotBegin);
    let other_seq = Report {
        asked_seq: begin.asked_seq + 1,
        ..begin
    };
    let other_command = Report {
        command_seq: begin.command_seq + 1,
        ..begin
    };
    for other in [other_seq, other_command] {
        assert_eq!(world.report(&other).code, Code::StaleSnapshot);
    }
    assert_eq!(world.report(&begin).code, Code::Ok);
    let end = Report {
        complete: 1,
        ..row(&command, ReportKind::SnapshotEnd)
    };
    let outcome = world.report(&end);
    assert_eq!((outcome.code, outcome.text.as_str()), (Code::Ok, ""));
    assert_eq!(
        world.report(&begin).code,
        Code::StaleSnapshot,
        "answered already"
    );
}

#[test]
fn the_seed_is_of_when_the_wallet_was_looked_at() {
    for told in [true, false] {
        let mut world = World::blank();
        world.control(&config());
        world.wait(0);
        let sent_ms = world.wall_ms();
        let command = asked(&mut world);
        world.wait(40);
        let asked_wall_ms = if told { world.wall_ms() } else { 0 };
        let in_answer = |kind| Report {
            asked_wall_ms,
            ..row(&command, kind)
        };
        world.report(&in_answer(ReportKind::SnapshotBegin));
        world.report(&Report {
            has: Has::Wallet.code(),
            wallet_e8: E8,
            ..in_answer(ReportKind::Balance)
        });
        world.report(&Report {
            complete: 1,
            row_count: 1,
            ..in_answer(ReportKind::SnapshotEnd)
        });
        let account = world.kernel.account();
        assert_eq!((account.seeded, account.seed_e8), (1, E8));
        let seen_ms = if told { sent_ms + 40 } else { sent_ms };
        assert_eq!(account.seed_wall_ms, seen_ms);
    }
}

#[test]
fn an_answer_that_is_not_whole_concludes_nothing_and_is_asked_for_again() {
    for (complete, row_count) in [(0, 1), (1, 0), (1, 2), (2, 1)] {
        let mut world = World::ready();
        let command = begin(&mut world);
        let position = Report {
            symbol: ascii("BTC-USDT"),
            position_side: Side::Long,
            qty_e8: E8,
            price_e12: E12,
            ..row(&command, ReportKind::SnapshotPosition)
        };
        assert_eq!(world.report(&position).code, Code::Ok);
        let seen = world.kernel.account().last_snapshot_seq;
        let end = Report {
            complete,
            row_count,
            ..row(&command, ReportKind::SnapshotEnd)
        };
        assert_eq!(world.report(&end).code, Code::StaleSnapshot);
        assert_eq!(world.kernel.account().last_snapshot_seq, seen);
        world.commands.clear();
        world.wait(1_000);
        assert_eq!(count(&world, CommandKind::Reconcile), 1);
    }
}

#[test]
fn a_row_of_a_position_names_side_size_and_a_known_symbol() {
    type Change = fn(&mut Report);
    let cases: [(Change, Code, u64); 5] = [
        (|_| (), Code::Ok, 1),
        (|r| r.qty_e8 = 0, Code::InvalidField, 0),
        (|r| r.qty_e8 = -1, Code::InvalidField, 0),
        (|r| r.position_side = Side::None, Code::InvalidField, 0),
        (|r| r.symbol = ascii("NIL-USDT"), Code::UnknownSymbol, 1),
    ];
    for (nth, (change, code, counted)) in cases.iter().enumerate() {
        let mut world = World::ready();
        let command = begin(&mut world);
        let mut position = Report {
            symbol: ascii("BTC-USDT"),
            position_side: Side::Short,
            qty_e8: E8,
            price_e12: E12,
            ..row(&command, ReportKind::SnapshotPosition)
        };
        change(&mut position);
        let anomalies = world.kernel.stats().anomalies;
        assert_eq!(world.report(&position).code, *code, "case {nth}");
        let again = world.kernel.stats().anomalies - anomalies;
        assert_eq!(again, *counted, "case {nth}");
        let foreign = if *code == Code::Ok { E8 } else { 0 };
        assert_eq!(world.kernel.instrument(0).foreign_qty_e8, foreign);
    }
}

#[test]
fn a_found_position_is_an_anomaly_once_and_again_when_its_size_changes() {
    let mut world = World::ready();
    let mut limits = config();
    limits.adopt = AdoptPolicy::Adopt;
    world.control(&limits);
    let mut counted = Vec::new();
    let before = world.kernel.stats().anomalies;
    // Four seconds apart: a size must stay the same for five to be taken over.
    for tenths in [10, 20, 20, 20] {
        world.wait(4_000);
        asked(&mut world);
        let found = ("BTC-USDT", Side::Long, E8 * tenths / 10, 100 * E12);
        world.snapshot(&[found], 10_000 * E8);
        let slot = world.kernel.slot(0);
        let taken = slot.stage == Stage::PositionOpen;
        counted.push((world.kernel.stats().anomalies - before, taken));
    }
    assert_eq!(counted, [(1, false), (2, false), (2, false), (2, true)]);
}

#[test]
fn an_order_that_is_listed_with_news_or_before_its_answer_is_asked_about() {
    type Change = fn(&mut Report);
    let cases: [(&str, Change, usize); 6] = [
        ("live | EntryWorking |", |_| (), 0),
        ("live | EntryWorking |", |r| r.cum_qty_e8 = 1, 1),
        (
            "live | EntryWorking |",
            |r| (r.cum_qty_e8, r.has) = (1, 0),
            0,
        ),
        ("wait 0 | OrderRequested |", |_| (), 1),
        ("unknown | OrderRequested |", |_| (), 1),
        (
            "fill 1 @ 99 fee 0 | PositionOpen |",
            |r| r.cum_qty_e8 += 1,
            0,
        ),
    ];
    for (nth, (so_far, change, asks)) in cases.iter().enumerate() {
        let mut world = check("wait 2000 | Idle |");
        let command = begin(&mut world);
        world = run(world, "enter long 1 limit 99 | OrderRequested |");
        world = run(world, so_far);
        let order = world.order(0, OrderRole::Entry);
        let before = count(&world, CommandKind::Query);
        let mut listed = Report {
            kind: ReportKind::SnapshotOrder,
            command_seq: command.command_seq,
            asked_seq: command.asked_seq,
            venue_order_id: 9,
            ..world.state_of(&order, OrderStatus::Working)
        };
        change(&mut listed);
        let outcome = world.report(&listed);
        assert_eq!((outcome.code, outcome.slot_id), (Code::Ok, 0), "case {nth}");
        assert_eq!(world.order(0, OrderRole::Entry).venue_order_id, 9);
        assert_eq!(
            count(&world, CommandKind::Query) - before,
            *asks,
            "case {nth}"
        );
    }
}

#[test]
fn somebody_elses_order_in_a_snapshot_is_left_alone() {
    let mut world = World::ready();
    let command = begin(&mut world);
    let theirs = Report {
        client_order_id: ascii("theirs"),
        venue_order_id: 3,
        ..row(&command, ReportKind::SnapshotOrder)
    };
    assert_eq!(world.report(&theirs).code, Code::ForeignOrder);
    assert_eq!(count(&world, CommandKind::Cancel), 0);
}

#[test]
fn a_gap_after_the_question_is_not_closed_by_its_answer() {
    let mut world = World::ready();
    world.wait(2_000);
    asked(&mut world);
    let gap = Report {
        kind: ReportKind::Gap,
        text: ascii("stream lost"),
        ..Report::ZERO
    };
    assert_eq!(world.report(&gap).text.as_str(), "stream lost");
    world.report(&gap);
    let outcome = world.snapshot(&[], 10_000 * E8);
    assert_eq!(outcome.text.as_str(), "");
    assert_eq!(world.kernel.stats().gaps_open, 2);
    world.wait(1_000);
    let outcome = world.snapshot(&[], 10_000 * E8);
    assert!(outcome.text.as_str().starts_with("GAP_RESOLVED"));
    let stats = world.kernel.stats();
    assert_eq!((stats.gaps_open, stats.gaps_resolved), (0, 2));
}

#[test]
fn while_entries_are_frozen_the_wallet_is_looked_at_more_often() {
    let mut world = World::ready();
    world.wait(2_000);
    asked(&mut world);
    world.snapshot(&[], 9_000 * E8);
    assert_eq!(world.kernel.account().frozen, 1);
    world.commands.clear();
    world.wait(4_999);
    assert_eq!(count(&world, CommandKind::Reconcile), 0);
    world.wait(1);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(world.kernel.account().frozen, 0);
    world.wait(59_999);
    assert_eq!(count(&world, CommandKind::Reconcile), 0);
    let control = Control {
        kind: ControlKind::Reconcile,
        ..Control::ZERO
    };
    world.control(&control);
    world.wait(0);
    assert_eq!(count(&world, CommandKind::Reconcile), 1);
}
