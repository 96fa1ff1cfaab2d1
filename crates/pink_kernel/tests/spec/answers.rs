//! What an answer changes: questions end, cancels fail, doubts are kept, strangers stay strangers.

use shm_layout::{
    Code, CommandKind, Has, OrderRole, OrderStatus, PositionMode, Report, ReportKind, Stage,
};

use crate::check::{check, run};
use crate::world::{E8, E12, Fill, World, ascii};

type Change = fn(&mut Report);

const REQUESTED: &str = "enter long 1 limit 99 | OrderRequested |";
const RESTING: &str = "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |";
const CANCELLING: &str = "
    enter long 1 limit 99 | OrderRequested  |
    live                  | EntryWorking    |
    cancel                | EntryCancelling |
";

/// The entry's state as the venue would tell it, unasked.
fn state(world: &World, status: OrderStatus) -> Report {
    world.state_of(&world.order(0, OrderRole::Entry), status)
}

fn sent(world: &World, kind: CommandKind) -> usize {
    world.commands.iter().filter(|c| c.kind == kind).count()
}

#[test]
fn the_order_that_a_stop_turned_into_may_have_a_number_of_its_own() {
    let mut world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   |
        live of stop              | PositionOpen   |
        ",
    );
    let stop = world.order(0, OrderRole::StopLoss);
    let mut report = world.state_of(&stop, OrderStatus::Working);
    report.venue_order_id = 4_711;
    assert_eq!(world.report(&report).code, Code::Duplicate);
    assert_eq!(world.order(0, OrderRole::StopLoss).venue_order_id, 4_711);
}

/// Code, anomalies, whether the venue is asked for a snapshot.
fn stranger(change: Change) -> (Code, u64, bool) {
    let mut world = check("wait 0 | Idle |");
    let anomalies = world.kernel.stats().anomalies;
    let mut report = Report {
        kind: ReportKind::OrderState,
        order_status: OrderStatus::Working,
        symbol: ascii("BTC-USDT"),
        ..Report::ZERO
    };
    change(&mut report);
    let code = world.report(&report).code;
    world.wait(2_000);
    assert_eq!(sent(&world, CommandKind::Cancel), 0, "not ours to cancel");
    let counted = world.kernel.stats().anomalies - anomalies;
    (code, counted, sent(&world, CommandKind::Reconcile) > 0)
}

#[test]
fn a_report_about_nobodys_order_is_kept_as_what_it_is() {
    assert_eq!(
        stranger(|r| r.client_order_id = ascii("theirs")),
        (Code::ForeignOrder, 1, false)
    );
    assert_eq!(
        stranger(|r| (r.client_order_id, r.command_seq) = (ascii("theirs"), 9_999)),
        (Code::ForeignOrder, 1, false)
    );
    assert_eq!(stranger(|_| ()), (Code::Unresolved, 1, true));
    assert_eq!(
        stranger(|r| r.command_seq = 9_999),
        (Code::StaleFact, 0, false)
    );
}

#[test]
fn an_old_order_of_ours_is_a_duplicate_unless_it_lives() {
    let cases: [(Change, Code); 4] = [
        (|r| r.order_status = OrderStatus::Cancelled, Code::Duplicate),
        (|r| r.kind = ReportKind::OrderNotFound, Code::Duplicate),
        (
            |r| (r.command_seq, r.order_status) = (9_999, OrderStatus::Expired),
            Code::Duplicate,
        ),
        (|_| (), Code::TerminalState),
    ];
    for (nth, (change, code)) in cases.iter().enumerate() {
        let mut world = check(REQUESTED);
        let mut report = state(&world, OrderStatus::Working);
        world = run(world, "refused | Idle |");
        report.venue_order_id = 77;
        report.order_kind = shm_layout::OrderKind::Limit;
        report.position_side = shm_layout::Side::Long;
        change(&mut report);
        let anomalies = world.kernel.stats().anomalies;
        world.commands.clear();
        assert_eq!(world.report(&report).code, *code, "case {nth}");
        let lives = *code == Code::TerminalState;
        world.wait(2_000);
        assert_eq!(sent(&world, CommandKind::Reconcile), usize::from(lives));
        let counted = world.kernel.stats().anomalies - anomalies;
        assert_eq!(counted, u64::from(lives));
        if !lives {
            assert_eq!(world.commands, []);
            continue;
        }
        let cancel = world.commands[0];
        assert_eq!(
            (cancel.kind, cancel.slot_id),
            (CommandKind::Cancel, pink_kernel::NONE)
        );
        assert_eq!(
            (cancel.client_order_id, cancel.venue_order_id, cancel.symbol),
            (report.client_order_id, 77, report.symbol)
        );
        assert_eq!(
            (cancel.order_side, cancel.position_side, cancel.order_kind),
            (report.order_side, report.position_side, report.order_kind)
        );
        assert_eq!(cancel.position_mode, PositionMode::OneWay);
    }
}

#[test]
fn of_an_order_that_is_gone_nothing_is_asked_again() {
    let mut world = check("enter long 1 | OrderRequested |\nfill 1 @ 100 fee 0 | PositionOpen |");
    let mut report = state(&world, OrderStatus::Cancelled);
    report.has = 0;
    assert_eq!(world.report(&report).code, Code::StaleFact);
    assert_eq!(sent(&world, CommandKind::Query), 0);
    // What is gone does not come back to life by a late word.
    let late = state(&world, OrderStatus::Working);
    assert_eq!(world.report(&late).code, Code::Duplicate);
    assert_eq!(world.order(0, OrderRole::Entry).status, OrderStatus::Filled);
}

#[test]
fn a_corrected_fee_is_news_and_the_newest_time_of_the_venue_is_kept() {
    let mut world = check(RESTING);
    world = run(world, "fill 0.4 @ 99 fee 0.1 | EntryWorking | fees 0.1");
    let told = world.last_report.venue_wall_ms;
    world.fills[0].1.fee_e8 = E8 / 5;
    let mut report = state(&world, OrderStatus::Working);
    report.venue_wall_ms = told + 7;
    assert_eq!(world.report(&report).code, Code::Ok);
    assert_eq!(world.order(0, OrderRole::Entry).last_venue_ms, told + 7);
    world = run(world, "wait 0 | EntryWorking | fees 0.2  paid 0.2");
    report.venue_wall_ms = told + 9;
    assert_eq!(world.report(&report).code, Code::Duplicate);
    world.fills[0].1.fee_e8 = E8 / 4;
    let mut older = state(&world, OrderStatus::Working);
    older.venue_wall_ms = told + 3;
    assert_eq!(world.report(&older).code, Code::Ok);
    assert_eq!(world.order(0, OrderRole::Entry).last_venue_ms, told + 7);
}

#[test]
fn only_an_answer_after_the_refusal_says_that_a_cancel_failed() {
    let mut world = check(CANCELLING);
    let order = world.order(0, OrderRole::Entry);
    // Unasked, and asked while the cancel may still succeed.
    world = run(world, "live | EntryCancelling | code Duplicate");
    world.wait(1_000);
    let query = world.order(0, OrderRole::Entry).query_open;
    assert_ne!(query, 0);
    let mut answer = state(&world, OrderStatus::Working);
    answer.command_seq = query;
    let outcome = world.report(&answer);
    assert_eq!(
        (outcome.code, outcome.stage),
        (Code::Duplicate, Stage::EntryCancelling)
    );
    // Refused: an unasked word may be older than the refusal, the answer is not.
    world = run(world, "cancel-refused | EntryCancelling | sends query");
    answer.command_seq = 0;
    assert_eq!(world.report(&answer).stage, Stage::EntryCancelling);
    answer.command_seq = world.order(0, OrderRole::Entry).query_open;
    let outcome = world.report(&answer);
    assert_eq!(
        (outcome.code, outcome.stage),
        (Code::Ok, Stage::EntryWorking)
    );
    assert_eq!(
        world.order(0, OrderRole::Entry).client_order_id,
        order.client_order_id
    );
    run(world, "cancel | EntryCancelling | sends cancel");
}

#[test]
fn a_stop_whose_cancel_was_refused_is_cancelled_again() {
    let mut world = check(
        "
        enter long 1 sl 95        | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit
        live of stop              | PositionOpen   |
        exit 0.4                  | ExitRequested  |
        fill 0.4 @ 100            | PositionOpen   |
        wait 500                  | PositionOpen   | sends settle,settle,cancel
        cancel-refused of stop    | PositionOpen   | sends query
        ",
    );
    world = run(world, "live of stop | PositionOpen | code Ok");
    run(world, "wait 0 | PositionOpen | sends cancel");
}

#[test]
fn an_answer_without_news_puts_off_the_next_question_and_a_stray_word_does_not() {
    // A limit order that rests is not asked about for ever.
    let mut world = check(RESTING);
    world.wait(60_000);
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(sent(&world, CommandKind::Query), 1);
    let mut answer = state(&world, OrderStatus::Working);
    answer.command_seq = world.order(0, OrderRole::Entry).query_open;
    assert_eq!(world.report(&answer).code, Code::Duplicate);
    world.wait(30_000);
    assert_eq!(sent(&world, CommandKind::Query), 1);
    // A market order should be done by now, whatever is repeated of it.
    let mut world = check("enter long 1 | OrderRequested |\nlive | EntryWorking |");
    world.wait(600);
    let again = state(&world, OrderStatus::Working);
    assert_eq!(world.report(&again).code, Code::Duplicate);
    world.wait(399);
    assert_eq!(sent(&world, CommandKind::Query), 0);
    world.wait(1);
    assert_eq!(sent(&world, CommandKind::Query), 1);
}

fn about_entry(world: &World, kind: ReportKind) -> Report {
    let order = world.order(0, OrderRole::Entry);
    Report {
        kind,
        client_order_id: order.client_order_id,
        command_seq: order.submit_seq,
        ..Report::ZERO
    }
}

/// Stage and status after an absence that was asked for `asked_ms` after the submit left.
fn absent(world: &mut World, asked_ms: i64) -> (Code, Stage) {
    let order = world.order(0, OrderRole::Entry);
    let report = Report {
        command_seq: order.query_open,
        asked_wall_ms: order.created_wall_ns / 1_000_000 + asked_ms,
        ..about_entry(world, ReportKind::OrderNotFound)
    };
    let outcome = world.report(&report);
    (outcome.code, outcome.stage)
}

/// Tells a fill that is far from any price known, so that it is not believed.
fn hold(world: &mut World, qty_e8: i64, status: OrderStatus) -> Report {
    let id = world.order(0, OrderRole::Entry).client_order_id;
    let fill = Fill {
        qty_e8,
        price_e12: 150 * E12,
        fee_e8: 0,
    };
    world.fills.push((id, fill));
    let report = world.state_of(&world.order(0, OrderRole::Entry), status);
    assert_eq!(world.report(&report).code, Code::ImplausibleFill);
    report
}

#[test]
fn a_cancel_is_refused_by_the_answer_to_it_alone() {
    let mut world = check(REQUESTED);
    world = run(world, "live | EntryWorking |");
    let mut refusal = about_entry(&world, ReportKind::CancelRefused);
    for command_seq in [0, refusal.command_seq, 9_999] {
        refusal.command_seq = command_seq;
        assert_eq!(world.report(&refusal).code, Code::StaleFact);
    }
    assert_eq!(sent(&world, CommandKind::Query), 0);
    world = run(world, "cancel | EntryCancelling | sends cancel");
    refusal.command_seq = 0;
    assert_eq!(world.report(&refusal).code, Code::StaleFact);
    refusal.venue_code = 80_018;
    refusal.text = ascii("order not found");
    refusal.command_seq = world.order(0, OrderRole::Entry).cancel_open;
    let outcome = world.report(&refusal);
    assert_eq!((outcome.code, outcome.venue_code), (Code::Ok, 80_018));
    assert_eq!(outcome.text.as_str(), "order not found");
    assert_eq!(sent(&world, CommandKind::Query), 1);
}

#[test]
fn an_accepted_cancel_is_awaited_for_a_while_and_not_issued_again() {
    let mut world = check(REQUESTED);
    world = run(world, "live | EntryWorking |\ncancel | EntryCancelling |");
    let open = |world: &World| {
        let mut kinds = world.kernel.unreported().into_iter().map(|c| c.kind);
        kinds.any(|kind| kind == CommandKind::Cancel)
    };
    assert!(open(&world));
    world.wait(600);
    world = run(world, "cancel-taken | EntryCancelling | code Ok");
    assert!(!open(&world));
    world.wait(999);
    assert_eq!(sent(&world, CommandKind::Query), 0);
    world.wait(1);
    assert_eq!(sent(&world, CommandKind::Query), 1);
}

#[test]
fn a_wallet_told_by_the_stream_is_noted_without_a_snapshot() {
    let mut world = check("wait 0 | Idle |");
    let told = Report {
        kind: ReportKind::Balance,
        has: Has::Wallet.code(),
        wallet_e8: 9_990 * E8,
        venue_wall_ms: world.wall_ms() + 1,
        ..Report::ZERO
    };
    assert_eq!(world.report(&told).code, Code::Ok);
    assert_eq!(world.kernel.account().wallet_e8, 9_990 * E8);
    assert_eq!(world.kernel.account().capital_e8, 10_000 * E8);
}

#[test]
fn a_fill_that_is_not_believed_is_counted_once_and_proven_by_rows_or_not_at_all() {
    let mut world = check(REQUESTED);
    let anomalies = world.kernel.stats().anomalies;
    let mut report = hold(&mut world, E8, OrderStatus::Filled);
    assert_eq!(sent(&world, CommandKind::Query), 1);
    assert_eq!(sent(&world, CommandKind::Settle), 0);
    assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
    let smaller = Report {
        cum_qty_e8: E8 / 2,
        ..report
    };
    assert_eq!(world.report(&smaller).code, Code::ImplausibleFill);
    assert_eq!(world.order(0, OrderRole::Entry).held_qty_e8, E8);
    report.command_seq = world.order(0, OrderRole::Entry).query_open;
    assert_eq!(world.report(&report).code, Code::ImplausibleFill);
    assert_eq!(world.kernel.stats().anomalies, anomalies + 1);
    assert_eq!(sent(&world, CommandKind::Settle), 1);
    let settle = world.commands.last().unwrap();
    assert_eq!(settle.cum_qty_e8, E8);
    let order = world.order(0, OrderRole::Entry);
    assert_eq!(settle.since_wall_ms, order.created_wall_ns / 1_000_000);
    // Neither a refusal nor an absence undoes what may have traded.
    world = run(world, "refused | OrderRequested | code StaleFact");
    let order = world.order(0, OrderRole::Entry);
    let unfilled = Report {
        cum_qty_e8: 0,
        ..world.state_of(&order, OrderStatus::Working)
    };
    assert_eq!(world.report(&unfilled).code, Code::Ok);
    world.wait(9_000);
    let stays = (Code::StaleFact, Stage::EntryWorking);
    assert_eq!(absent(&mut world, 9_000), stays);
    assert_eq!(world.kernel.slot(0).qty_e8, 0);
}
