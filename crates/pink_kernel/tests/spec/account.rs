//! Capital, wallet, freeze, anchor, income.

use shm_layout::{Code, CommandKind, Control, ControlKind, Has, Report, ReportKind, Side};

use crate::anchoring::{explained_by_nothing, income_told};
use crate::check::{check, run};
use crate::world::{E8, World, ascii};

fn income(world: &mut World, id: &str, kind: u8, amount_e8: i64) -> Code {
    let row = Report {
        kind: ReportKind::Income,
        has: Has::Amount.code(),
        income_kind: kind,
        fill_id: ascii(id),
        symbol: ascii("BTC-USDT"),
        position_side: Side::Long,
        amount_e8,
        venue_wall_ms: world.wall_ms() + 1,
        ..Report::ZERO
    };
    world.report(&row).code
}

#[test]
fn flaw_a5_a6_g23_capital_is_the_seed_and_what_was_booked() {
    check(
        "
        enter long 1             | OrderRequested | capital 10_000
        fill 1 @ 100 fee 0.05    | PositionOpen   | capital 9_999.95  paid 0.05
        mark 105                 | PositionOpen   | capital 9_999.95  unrealised 5
        exit                     | ExitRequested  |
        fill 1 @ 104 fee 0.052   | Closed         | capital 10_003.898  gross 4
        ",
    );
}

#[test]
fn no_leverage_enters_the_result() {
    check(
        "
        enter long 1 lev 10      | OrderRequested |
        fill 1 @ 100 fee 0       | PositionOpen   |
        exit                     | ExitRequested  |
        fill 1 @ 101 fee 0       | Closed         | gross 1
        ",
    );
}

#[test]
fn an_error_freezes_entries_and_only_entries_and_a_warning_unfreezes() {
    check(
        "
        enter long 1             | OrderRequested |
        fill 1 @ 100 fee 0       | PositionOpen   |
        settle                   | PositionOpen   |
        wait 5000                | PositionOpen   |
        snapshot long 1 @ 100 wallet 9975   | PositionOpen | status Error  frozen 1  delta -25
        enter long 1 id t2 sym BTC-USDT     | PositionOpen | code Frozen
        exit                     | ExitRequested  | code Ok
        refused                  | PositionOpen   |
        snapshot long 1 @ 100 wallet 9995   | PositionOpen | status Warn  frozen 0
        snapshot long 1 @ 100 wallet 10_000.005 | PositionOpen | status Ok  frozen 0
        ",
    );
}

#[test]
fn the_wallet_is_not_judged_while_an_order_is_unresolved() {
    check(
        "
        enter long 1             | OrderRequested |
        snapshot wallet 9_000    | OrderRequested | frozen 0  delta 0
        ",
    );
}

#[test]
fn a_small_difference_is_not_judged_while_figures_are_estimates() {
    check(
        "
        enter long 1             | OrderRequested |
        fill 1 @ 100 fee 0.05    | PositionOpen   |
        wait 5000                | PositionOpen   |
        snapshot long 1 @ 100 wallet 9999   | PositionOpen | status Ok  delta 0
        snapshot long 1 @ 100 wallet 9900   | PositionOpen | status Error  delta -99.95
        snapshot long 1 @ 100 wallet 9999   | PositionOpen | status Warn  delta -0.95
        ",
    );
}

#[test]
fn the_wallet_is_not_judged_while_a_resting_order_is_missing_from_the_snapshot() {
    check(
        "
        enter long 1 sl 90       | OrderRequested |
        fill 1 @ 100 fee 0       | PositionOpen   |
        settle                   | PositionOpen   |
        live of stop             | PositionOpen   |
        wait 5000                | PositionOpen   |
        snapshot long 1 @ 100 wallet 9970   | PositionOpen | status Ok  frozen 0
        ",
    );
}

#[test]
fn what_was_closed_outside_is_anchored_once_two_wallets_say_what_it_came_to() {
    let mut world = check(
        "
        enter long 1             | OrderRequested |
        fill 1 @ 100 fee 0       | PositionOpen   |
        settle                   | PositionOpen   |
        mark 105                 | PositionOpen   |
        wait 5000                | PositionOpen   |
        snapshot                 | StaleStateReconciling |
        wait 6000                | StaleStateReconciling |
        snapshot wallet 10_004   | Idle           | capital 10_005
        wait 61000               | Idle           |
        ",
    );
    for (wallet, told) in [
        ("10_004", "status Warn  delta -1  capital 10_005"),
        ("10_004.00008", "status Ok  delta 0  capital 10_004.00008"),
        (
            "10_003",
            "status Warn  delta -1.00008  capital 10_004.00008",
        ),
        (
            "10_003",
            "status Warn  delta -1.00008  capital 10_004.00008",
        ),
    ] {
        income_told(&mut world);
        world = run(world, &format!("snapshot wallet {wallet} | Idle | {told}"));
        world = run(world, "wait 61000 | Idle |");
    }
}

#[test]
fn flaw_l5_a_balance_without_a_wallet_changes_nothing() {
    let mut world = World::ready();
    let wallet = world.kernel.account().wallet_e8;
    let outcome = world.report(&Report {
        kind: ReportKind::Balance,
        ..Report::ZERO
    });
    assert_eq!(outcome.code, Code::InvalidField);
    assert_eq!(world.kernel.account().wallet_e8, wallet);
}

#[test]
fn flaw_l4_available_margin_is_what_the_venue_calls_so() {
    let mut world = World::ready();
    let has = Has::Wallet.code() | Has::Available.code();
    let kind = ReportKind::Balance;
    let (wallet_e8, available_e8) = (10_000 * E8, 7_000 * E8);
    world.report(&Report {
        kind,
        has,
        wallet_e8,
        available_e8,
        ..Report::ZERO
    });
    assert_eq!(world.kernel.account().available_e8, 7_000 * E8);
    assert_eq!(world.kernel.account().equity_e8, 0);
}

#[test]
fn income_is_booked_once_by_its_transaction_id() {
    let mut world = check("enter long 1 | OrderRequested |");
    assert_eq!(income(&mut world, "tx1", 1, -25_000_000), Code::Ok);
    assert_eq!(income(&mut world, "tx1", 1, -25_000_000), Code::Duplicate);
    world.restart();
    assert_eq!(income(&mut world, "tx1", 1, -25_000_000), Code::Duplicate);
    assert_eq!(income(&mut world, "tx2", 2, 50 * E8), Code::Ok);
    assert_eq!(world.kernel.slot(0).funding_e8, 25_000_000);
    run(
        world,
        "wait 0 | OrderRequested | funding 0.25  capital 10_049.75",
    );
}

#[test]
fn income_that_could_not_be_had_is_not_taken_for_told_and_asked_for_again() {
    let mut world = World::ready();
    let booked_to_ms = world.kernel.account().income_since_wall_ms;
    world.wait(60_000);
    let asked = |world: &World, after: u64| {
        let kind = CommandKind::Income;
        let mut found = world.commands.iter();
        found
            .find(|c| c.kind == kind && c.command_seq > after)
            .copied()
    };
    let done = |world: &mut World, command_seq: u64, code: Code| {
        world.report(&Report {
            kind: ReportKind::CommandDone,
            command_seq,
            code,
            ..Report::ZERO
        })
    };
    let first = asked(&world, 0).unwrap();
    assert_eq!(
        done(&mut world, first.command_seq, Code::Unresolved).code,
        Code::Unresolved
    );
    world.snapshot(&[], 10_000 * E8);
    assert_eq!(world.kernel.account().income_since_wall_ms, booked_to_ms);
    world.wait(2_000);
    let second = asked(&world, first.command_seq).unwrap();
    assert_eq!(second.since_wall_ms, first.since_wall_ms);
    assert_eq!(
        done(&mut world, second.command_seq, Code::Ok).code,
        Code::Ok
    );
    assert!(world.kernel.account().income_since_wall_ms > booked_to_ms);
}

#[test]
fn money_that_leaves_is_no_loss_of_the_day() {
    let mut world = World::ready();
    assert_eq!(income(&mut world, "tx1", 2, -6_000 * E8), Code::Ok);
    run(
        world,
        "enter long 1 | OrderRequested | code Ok  capital 4_000",
    );
}

#[test]
fn a_big_anchor_needs_the_operators_word_and_is_booked_as_an_adjustment() {
    let mut world = check("snapshot wallet 9_900 | Idle | frozen 1");
    let anchor = Control {
        kind: ControlKind::Anchor,
        ..Control::ZERO
    };
    explained_by_nothing(&mut world);
    assert_eq!(world.control(&anchor).code, Code::AnchorRefused);
    let word = Control {
        operator: 1,
        text: ascii("moved to savings"),
        ..anchor
    };
    let outcome = world.control(&word);
    assert_eq!((outcome.code, outcome.amount_e8), (Code::Ok, -100 * E8));
    assert_eq!(world.kernel.account().adjustments_e8, -100 * E8);
    run(
        world,
        "wait 0 | Idle | frozen 0  status Ok  capital 9_900  delta 0",
    );
}

#[test]
fn flaw_m13_trades_are_counted() {
    let world = check(
        "
        enter long 1    | OrderRequested |
        fill 1 @ 100    | PositionOpen   |
        exit            | ExitRequested  |
        fill 1 @ 100    | Closed         |
        settle          | Idle           |
        ",
    );
    assert_eq!(world.kernel.account().trades_closed, 1);
}
