//! When the difference to the wallet may be booked, by a word or without one.

use shm_layout::{
    AccountStatus, Code, CommandKind, Control, ControlKind, Has, OrderRole, OrderStatus, Report,
    ReportKind, Side,
};

use crate::check::{check, run};
use crate::world::{E8, E12, World, ascii};

const HELD: &str = "
    enter long 1              | OrderRequested |
    fill 1 @ 100 fee 0        | PositionOpen   |
    settle                    | PositionOpen   |
    snapshot long 1 @ 100     | PositionOpen   | delta 0
";

fn anchor(world: &mut World) -> Code {
    let word = Control {
        kind: ControlKind::Anchor,
        operator: 1,
        text: ascii("counted by hand"),
        ..Control::ZERO
    };
    world.control(&word).code
}

/// Answers the last INCOME: there is no row.
pub fn income_told(world: &mut World) {
    let mut asked = world.commands.iter().rev();
    let command = asked.find(|c| c.kind == CommandKind::Income).copied();
    world.report(&Report {
        kind: ReportKind::CommandDone,
        command_seq: command.expect("an INCOME is open").command_seq,
        ..Report::ZERO
    });
}

/// Answers the open INCOME, and the one that is asked after what is known by now.
pub fn explained_by_nothing(world: &mut World) {
    income_told(world);
    world.wait(61_000);
    income_told(world);
}

/// What the account stream says of the wallet.
fn streamed(world: &mut World, wallet_e8: i64) {
    let outcome = world.report(&Report {
        kind: ReportKind::Balance,
        has: Has::Wallet.code(),
        wallet_e8,
        venue_wall_ms: world.wall_ms() + 5,
        ..Report::ZERO
    });
    assert_eq!(outcome.code, Code::Ok);
}

/// Lets time pass, then answers: no income, and a snapshot with this wallet.
fn judged(mut world: World, wallet: &str) -> World {
    world.wait(61_000);
    income_told(&mut world);
    run(world, &format!("snapshot wallet {wallet} | Idle |"))
}

fn adjusted(world: &World) -> (i64, i64, AccountStatus) {
    let account = world.kernel.account();
    (account.adjustments_e8, account.delta_e8, account.status)
}

#[test]
fn an_anchor_while_an_order_is_unknown_does_not_book_its_result_twice() {
    let mut world = run(
        check(HELD),
        "exit | ExitRequested |\nunknown | ExitRequested |",
    );
    // The venue has filled it at 109; the stream told the wallet before the order was found.
    streamed(&mut world, 10_009 * E8);
    assert_eq!(anchor(&mut world), Code::NotReconciled);
    let mut world = run(world, "fill 1 @ 109 fee 0 | Closed | capital 10_009");
    assert_eq!(
        anchor(&mut world),
        Code::NotReconciled,
        "older than the fill"
    );
    world = judged(run(world, "settle | Idle |"), "10_009.0099");
    explained_by_nothing(&mut world);
    assert_eq!(anchor(&mut world), Code::Ok);
    assert_eq!(world.kernel.account().adjustments_e8, 0, "they agree");
}

#[test]
fn an_anchor_waits_for_orders_that_the_last_snapshot_did_not_list() {
    let world = judged(World::ready(), "9_990");
    let mut world = judged(world, "9_990");
    let mut other = run(
        judged(judged(World::ready(), "9_990"), "9_990"),
        "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |",
    );
    assert_eq!(anchor(&mut other), Code::NotReconciled);
    assert_eq!(anchor(&mut world), Code::Ok);
    assert_eq!(world.kernel.account().adjustments_e8, -10 * E8);
}

#[test]
fn an_anchor_waits_for_the_rows_of_what_is_gone_it_may_have_traded_more_than_was_told() {
    let mut world = check(
        "
        enter long 10             | OrderRequested |
        fill 10 @ 100 fee 0       | PositionOpen   |
        settle                    | PositionOpen   |
        exit                      | ExitRequested  |
        fill 5 @ 109 fee 0        | ExitWorking    |
        cancelled                 | PositionOpen   | capital 10_045
        ",
    );
    // The other half traded too, which its end did not count: the wallet knows.
    for _ in 0..2 {
        world.wait(61_000);
        income_told(&mut world);
        world.snapshot(&[("BTC-USDT", Side::Long, 5 * E8, 100 * E12)], 10_090 * E8);
    }
    world.wait(61_000);
    income_told(&mut world);
    let account = world.kernel.account();
    let told = (account.delta_e8, account.unsettled_orders);
    assert_eq!(told, (45 * E8, 1));
    assert_eq!(anchor(&mut world), Code::NotReconciled);
    assert_eq!(world.kernel.account().adjustments_e8, 0);
}

#[test]
fn an_anchor_books_what_was_judged_and_nothing_that_came_since() {
    let mut world = run(
        World::ready(),
        "wait 5000 | Idle |\nsnapshot wallet 9_990 | Idle |",
    );
    // The income may still say what it is.
    assert_eq!(anchor(&mut world), Code::NotReconciled);
    let mut world = judged(world, "9_990");
    streamed(&mut world, 9_980 * E8);
    assert_eq!(anchor(&mut world), Code::NotReconciled);
    let mut world = judged(world, "9_990");
    // It was a transfer: capital has it by its row.
    let booked = world.report(&Report {
        kind: ReportKind::Income,
        has: Has::Amount.code(),
        income_kind: 2,
        fill_id: ascii("tx"),
        symbol: ascii("BTC-USDT"),
        position_side: Side::None,
        amount_e8: -10 * E8,
        venue_wall_ms: world.wall_ms(),
        ..Report::ZERO
    });
    assert_eq!(booked.code, Code::Ok);
    assert_eq!(anchor(&mut world), Code::NotReconciled);
    let world = judged(world, "9_990");
    assert_eq!(adjusted(&world), (0, 0, AccountStatus::Ok));
}

#[test]
fn a_small_difference_at_a_start_is_anchored_once() {
    let mut world = judged(check("restart | Idle |"), "10_005");
    assert_eq!(adjusted(&world), (0, 5 * E8, AccountStatus::Warn));
    world = judged(world, "10_005");
    assert_eq!(adjusted(&world), (5 * E8, 0, AccountStatus::Ok));
    let told = |o: &&shm_layout::Outcome| o.amount_e8 == 5 * E8;
    let outcome = world.outcomes.iter().find(told).expect("said");
    let reason = "ADJUSTMENT: found at the start, explained by nothing";
    assert_eq!(outcome.text.as_str(), reason);
    // What comes later did not come with the start.
    for _ in 0..3 {
        world = judged(world, "10_006");
    }
    assert_eq!(adjusted(&world), (5 * E8, E8, AccountStatus::Warn));
    world = judged(run(world, "restart | Idle |"), "10_006");
    assert_eq!(adjusted(&world), (5 * E8, E8, AccountStatus::Warn), "once");
    world = judged(world, "10_006");
    assert_eq!(adjusted(&world), (6 * E8, 0, AccountStatus::Ok));
}

#[test]
fn nothing_is_anchored_at_a_start_while_a_resting_order_is_booked_at_what_the_venue_rounds() {
    let world = check(
        "
        enter long 1 limit 99     | OrderRequested |
        live                      | EntryWorking   |
        fill 0.5 @ 99 fee 0       | EntryWorking   |
        restart                   | EntryWorking   |
        ",
    );
    let mut world = world;
    for _ in 0..3 {
        world.wait(61_000);
        income_told(&mut world);
        let entry = world.order(0, OrderRole::Entry);
        let listed = world.state_of(&entry, OrderStatus::Working);
        let held = [("BTC-USDT", Side::Long, E8 / 2, 99 * E12)];
        world.snapshot_rows(&held, &[listed], Some(10_005 * E8), true);
    }
    assert_eq!(adjusted(&world), (0, 5 * E8, AccountStatus::Warn));
    // By a word it can be; not while its cancel is in doubt.
    let mut other = check("enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |");
    for _ in 0..2 {
        other.wait(61_000);
        income_told(&mut other);
        let entry = other.order(0, OrderRole::Entry);
        let listed = other.state_of(&entry, OrderStatus::Working);
        other.snapshot_rows(&[], &[listed], Some(10_005 * E8), true);
    }
    let mut other = run(other, "cancel | EntryCancelling |");
    assert_eq!(anchor(&mut other), Code::NotReconciled);
    assert_eq!(anchor(&mut world), Code::Ok);
    assert_eq!(adjusted(&world), (5 * E8, 0, AccountStatus::Ok));
}

#[test]
fn a_difference_that_was_not_there_at_the_start_is_not_anchored() {
    let mut world = judged(check("restart | Idle |"), "10_000.009");
    for _ in 0..3 {
        world = judged(world, "10_005");
    }
    assert_eq!(adjusted(&world), (0, 5 * E8, AccountStatus::Warn));
}

#[test]
fn a_difference_at_a_start_is_anchored_when_it_stays_and_the_income_is_told() {
    let mut world = check("restart | Idle |");
    for nth in 1..4 {
        world = judged(world, &format!("10_00{nth}"));
        assert_eq!(
            adjusted(&world),
            (0, nth * E8, AccountStatus::Warn),
            "moves"
        );
    }
    let mut world = check("restart | Idle |");
    for _ in 0..3 {
        world = run(
            world,
            "wait 61000 | Idle |\nsnapshot wallet 10_005 | Idle |",
        );
        assert_eq!(adjusted(&world), (0, 5 * E8, AccountStatus::Warn), "untold");
    }
}

#[test]
fn a_big_difference_at_a_start_needs_the_operators_word() {
    let mut world = check("restart | Idle |");
    for _ in 0..3 {
        world = judged(world, "10_020");
        assert_eq!(adjusted(&world), (0, 20 * E8, AccountStatus::Error));
        assert_eq!(world.kernel.account().frozen, 1);
    }
    let wordless = Control {
        kind: ControlKind::Anchor,
        ..Control::ZERO
    };
    assert_eq!(world.control(&wordless).code, Code::AnchorRefused);
    assert_eq!(anchor(&mut world), Code::Ok);
    assert_eq!(adjusted(&world), (20 * E8, 0, AccountStatus::Ok));
    for _ in 0..3 {
        world = judged(world, "10_021");
    }
    assert_eq!(adjusted(&world), (20 * E8, E8, AccountStatus::Warn));
}

#[test]
fn an_anchor_waits_for_the_income_whatever_the_clock_did() {
    let mut world = check("wait 61000 | Idle |");
    income_told(&mut world);
    world.now.wall_ns -= 3_600_000_000_000;
    // Funding was charged; its row was not asked for since.
    let mut world = run(
        world,
        "wait 61000 | Idle |\nsnapshot wallet 9_995 | Idle | status Warn",
    );
    assert_eq!(anchor(&mut world), Code::NotReconciled);
    explained_by_nothing(&mut world);
    world.snapshot(&[], 9_995 * E8);
    assert_eq!(anchor(&mut world), Code::Ok);
}
