//! The less common words of the venue and of the gateway: each has its one effect, or none.

use shm_layout::{
    Code, CommandKind, Control, ControlKind, Fact, Has, OrderRole, OrderStatus, Report, ReportKind,
};

use crate::check::{check, run};
use crate::world::{E8, World, ascii};

const HELD: &str = "
    enter long 1        | OrderRequested |
    fill 1 @ 100 fee 0  | PositionOpen   |
    settle              | PositionOpen   |
";

fn plain(kind: ReportKind) -> Report {
    Report {
        kind,
        symbol: ascii("BTC-USDT"),
        ..Report::ZERO
    }
}

fn code_of(world: &mut World, report: &Report) -> Code {
    world.report(report).code
}

#[test]
fn a_leverage_is_noted_for_its_symbol_only_when_it_was_told() {
    let mut world = check("wait 0 | Idle |");
    let told = Report {
        has: Has::Leverage.code(),
        leverage: 7,
        ..plain(ReportKind::Leverage)
    };
    assert_eq!(code_of(&mut world, &told), Code::Ok);
    assert_eq!(world.kernel.instrument(0).leverage, 7);
    let untold = Report { has: 0, ..told };
    assert_eq!(code_of(&mut world, &untold), Code::InvalidField);
    let elsewhere = Report {
        symbol: ascii("NIL-USDT"),
        ..told
    };
    assert_eq!(code_of(&mut world, &elsewhere), Code::UnknownSymbol);
    let mode = plain(ReportKind::PositionMode);
    assert_eq!(code_of(&mut world, &mode), Code::InvalidField);
    assert_eq!(world.kernel.instrument(0).leverage, 7);
}

#[test]
fn a_hint_asks_for_a_snapshot_and_a_diagnostic_is_only_counted() {
    let mut world = check(HELD);
    world.wait(2_000);
    world.commands.clear();
    assert_eq!(
        code_of(&mut world, &plain(ReportKind::AccountHint)),
        Code::Ok
    );
    world.wait(2_000);
    let asked = |world: &World| {
        let mut kinds = world.commands.iter().map(|command| command.kind);
        kinds.any(|kind| kind == CommandKind::Reconcile)
    };
    assert!(asked(&world));
    let said = Report {
        text: ascii("clock is off"),
        ..plain(ReportKind::Diagnostic)
    };
    let outcome = world.report(&said);
    assert_eq!(
        (outcome.code, outcome.text.as_str()),
        (Code::Ok, "clock is off")
    );
    assert_eq!(
        code_of(&mut world, &plain(ReportKind::None)),
        Code::InvalidField
    );
}

#[test]
fn a_command_that_ends_without_evidence_is_asked_again_later_each_time() {
    let mut world = check("enter long 1 | OrderRequested |");
    world.wait(1_100);
    let query = world.order(0, OrderRole::Entry).query_open;
    assert_ne!(query, 0, "the silent submit was asked about");
    let done = Report {
        command_seq: query,
        ..plain(ReportKind::CommandDone)
    };
    assert_eq!(code_of(&mut world, &done), Code::Ok);
    assert_eq!(world.order(0, OrderRole::Entry).query_open, 0);
    assert_eq!(code_of(&mut world, &done), Code::StaleFact);
    world.wait(2_000);
    assert_ne!(world.order(0, OrderRole::Entry).query_open, query);
    let about_nothing = Report {
        command_seq: 0,
        ..done
    };
    assert_eq!(code_of(&mut world, &about_nothing), Code::InvalidField);
}

#[test]
fn a_snapshot_that_could_not_be_fetched_concludes_nothing_and_is_asked_again() {
    let mut world = check(HELD);
    world.control(&Control {
        kind: ControlKind::Reconcile,
        ..Control::ZERO
    });
    world.wait(1_000);
    let asked = world
        .commands
        .iter()
        .rfind(|c| c.kind == CommandKind::Reconcile);
    let done = Report {
        command_seq: asked.unwrap().command_seq,
        ..plain(ReportKind::CommandDone)
    };
    let unreported = world.kernel.unreported();
    assert!(unreported.iter().any(|c| c.kind == CommandKind::Reconcile));
    assert!(unreported.iter().any(|c| c.kind == CommandKind::Income));
    assert_eq!(code_of(&mut world, &done), Code::Ok);
    world.commands.clear();
    world.wait(1_500);
    let run_again = |kind| world.commands.iter().any(|command| command.kind == kind);
    assert!(run_again(CommandKind::Reconcile));
    run(world, "wait 0 | PositionOpen | size 1");
}

#[test]
fn an_accepted_cancel_is_not_a_fact_about_the_order() {
    let world = check("enter long 1 limit 99 | OrderRequested |");
    run(
        world,
        "
        live                     | EntryWorking |
        cancel                   | EntryCancelling |
        cancel-taken             | EntryCancelling | code Ok
        unknown of entry         | EntryCancelling | code StaleFact
        cancelled of entry       | Idle |
        ",
    );
}

#[test]
fn a_cancel_of_unknown_result_is_asked_about() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    world = run(world, "live | EntryWorking |\ncancel | EntryCancelling |");
    let order = world.order(0, OrderRole::Entry);
    let unknown = Report {
        command_seq: order.cancel_open,
        client_order_id: order.client_order_id,
        ..plain(ReportKind::OrderUnknown)
    };
    assert_eq!(code_of(&mut world, &unknown), Code::Ok);
    world.wait(400);
    assert_ne!(world.order(0, OrderRole::Entry).query_open, 0);
}

#[test]
fn an_order_of_ours_that_was_given_up_and_lives_is_cancelled() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |");
    let order = world.order(0, OrderRole::Entry);
    world = run(world, "refused | Idle |");
    let alive = Report {
        client_order_id: order.client_order_id,
        order_status: OrderStatus::Working,
        venue_order_id: 77,
        ..plain(ReportKind::OrderState)
    };
    world.commands.clear();
    assert_eq!(code_of(&mut world, &alive), Code::TerminalState);
    assert_eq!(world.commands[0].kind, CommandKind::Cancel);
    assert_eq!(world.commands[0].client_order_id, order.client_order_id);
    let silent = Report {
        command_seq: 9_999,
        ..plain(ReportKind::CancelAccepted)
    };
    assert_eq!(code_of(&mut world, &silent), Code::StaleFact);
}

#[test]
fn a_position_that_stays_away_ends_an_exit_that_answers_nothing() {
    let mut world = check(HELD);
    world = run(
        world,
        "exit limit 101 | ExitRequested |\nlive | ExitWorking |",
    );
    let state = |world: &World| {
        let order = world.order(0, OrderRole::Exit);
        let mut state = world.state_of(&order, OrderStatus::Working);
        state.command_seq = order.query_open;
        state
    };
    let ask = Control {
        kind: ControlKind::Reconcile,
        ..Control::ZERO
    };
    for _ in 0..4 {
        world.wait(6_000);
        if !world
            .commands
            .iter()
            .any(|c| c.kind == CommandKind::Reconcile)
        {
            world.control(&ask);
            world.wait(1_100);
        }
        let listed = state(&world);
        world.snapshot_rows(&[], &[listed], Some(10_000 * E8), true);
        if world.kernel.slot(0).qty_e8 == 0 {
            break;
        }
        let listed = state(&world);
        world.report(&listed);
    }
    let facts: Vec<Fact> = world.outcomes.iter().map(|outcome| outcome.fact).collect();
    assert!(
        facts.contains(&Fact::ClosedOutside),
        "{:?}",
        world.kernel.slot(0)
    );
    assert_eq!(world.kernel.slot(0).qty_e8, 0);
    let sent = world
        .commands
        .iter()
        .rfind(|c| c.kind == CommandKind::Cancel);
    assert!(sent.is_some(), "the exit is not left on the book");
}

#[test]
fn a_position_grown_by_hand_is_taken_at_the_venues_price() {
    let world = check(HELD);
    let world = run(
        world,
        "
        snapshot long 3 @ 102    | StaleStateReconciling | fact Disagrees
        wait 5000                | StaleStateReconciling |
        snapshot long 3 @ 102    | PositionOpen | fact AgreesHeld  size 3  cost 306
        ",
    );
    assert_eq!(world.kernel.slot(0).opened_qty_e8, 3 * E8);
}

#[test]
fn limit_exits_and_named_sizes_must_be_the_venues() {
    let world = check(HELD);
    run(
        world,
        "
        exit limit 100.005       | PositionOpen | code Tick
        exit limit 150           | PositionOpen | code PriceBand
        exit 0.0005              | PositionOpen | code Lot
        exit 0.001               | PositionOpen | code MinQuantity
        residual                 | PositionOpen | code NotDust
        cancel                   | PositionOpen | code NoActiveOrder
        exit limit 101           | ExitRequested | code Ok
        residual                 | ExitRequested | code OrderInFlight
        exit slot 9              | ExitRequested | code NoSuchTrade
        exit slot 999            | ExitRequested | code NoSuchSlot
        ",
    );
}

#[test]
fn an_anchor_to_a_wallet_older_than_the_last_fill_is_refused() {
    let anchor = Control {
        kind: ControlKind::Anchor,
        operator: 1,
        text: ascii("counted by hand"),
        ..Control::ZERO
    };
    let mut world = check("enter long 1 | OrderRequested |\nfill 1 @ 100 fee 1 | PositionOpen |");
    let outcome = world.control(&anchor);
    assert_eq!(outcome.code, Code::NotReconciled);
    assert_eq!(world.kernel.account().adjustments_e8, 0);
    world = run(
        world,
        "settle | PositionOpen |\nsnapshot long 1 @ 100 wallet 9970 | PositionOpen |",
    );
    crate::anchoring::explained_by_nothing(&mut world);
    assert_eq!(world.control(&anchor).code, Code::Ok);
    assert_eq!(world.kernel.account().capital_e8, 9_970 * E8);
}
