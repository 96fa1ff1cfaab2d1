//! What each command says: all the gateway knows of an order is in it.

use pink_kernel::NONE;
use shm_layout::{
    Command, CommandKind, Has, OrderKind, OrderRole, OrderSide, OrderStatus, PositionMode, Report,
    ReportKind, Side, TimeInForce,
};

use crate::check::{check, run};
use crate::world::{E8, E12, MS, World, ascii};

fn last(world: &World, kind: CommandKind) -> Command {
    *world.commands.iter().rfind(|c| c.kind == kind).unwrap()
}

/// What every command about the entry of this scenario says, sent now.
fn of_entry(world: &World) -> Command {
    let order = world.order(0, OrderRole::Entry);
    Command {
        role: OrderRole::Entry,
        order_side: OrderSide::Sell,
        position_side: Side::Short,
        order_kind: OrderKind::Limit,
        tif: TimeInForce::Gtc,
        position_mode: PositionMode::OneWay,
        leverage: 3,
        attempt: 1,
        generation: 1,
        created_mono_ns: world.now.mono_ns,
        created_wall_ns: world.now.wall_ns,
        venue_order_id: order.venue_order_id,
        client_order_id: order.client_order_id,
        symbol: ascii("BTC-USDT"),
        qty_e8: 2 * E8,
        price_e12: 101 * E12,
        trade_id: ascii("t1"),
        submitted_wall_ms: order.created_wall_ns / 1_000_000,
        ..Command::ZERO
    }
}

#[test]
fn every_command_about_an_order_says_all_of_it() {
    let world = World::ready();
    let (mono, wall, seq) = (world.now.mono_ns, world.now.wall_ns, world.seq);
    let mut world = run(world, "enter short 2 limit 101 lev 3 | OrderRequested |");
    let submit = Command {
        kind: CommandKind::Submit,
        command_seq: (seq + 1) * 8,
        asked_seq: seq + 1,
        adds_risk: 1,
        deadline_mono_ns: mono + 2_000 * MS,
        ..of_entry(&world)
    };
    assert_eq!(last(&world, CommandKind::Submit), submit);
    world = run(
        world,
        "live | EntryWorking |\nwait 7 | EntryWorking |\ncancel | EntryCancelling |",
    );
    let cancel = Command {
        kind: CommandKind::Cancel,
        command_seq: world.seq * 8,
        asked_seq: world.seq,
        ..of_entry(&world)
    };
    assert_ne!(cancel.venue_order_id, 0);
    assert_eq!(last(&world, CommandKind::Cancel), cancel);
    world = run(world, "cancel-refused | EntryCancelling | sends query");
    let query = Command {
        kind: CommandKind::Query,
        command_seq: world.seq * 8,
        asked_seq: world.seq,
        ..of_entry(&world)
    };
    assert_eq!(last(&world, CommandKind::Query), query);
    world = run(
        world,
        "fill 2 @ 101 | PositionOpen |\nwait 500 | PositionOpen | sends settle",
    );
    let settle = Command {
        kind: CommandKind::Settle,
        command_seq: world.seq * 8,
        asked_seq: world.seq,
        cum_qty_e8: 2 * E8,
        since_wall_ms: wall / 1_000_000,
        ..of_entry(&world)
    };
    assert_eq!(last(&world, CommandKind::Settle), settle);
    // A new process issues what is open again, word for word.
    world.restart();
    let again = world.kernel.unreported();
    let found = again.iter().find(|c| c.kind == CommandKind::Settle);
    let reissue = 1;
    let (created_mono_ns, created_wall_ns) = (mono, wall);
    let settle = Command {
        reissue,
        created_mono_ns,
        created_wall_ns,
        ..settle
    };
    assert_eq!(*found.unwrap(), settle);
}

#[test]
fn protection_and_exits_say_what_they_close() {
    let world = check(
        "
        enter long 1 sl 95 tp 110 lev 2 legs 0.5,1 | OrderRequested |
        fill 1 @ 100              | PositionOpen   |
        wait 0                    | PositionOpen   | sends submit,submit
        ",
    );
    let [.., stop, profit] = world.commands.as_slice() else {
        panic!()
    };
    for (order, role, kind, trigger, attempt) in [
        (
            stop,
            OrderRole::StopLoss,
            OrderKind::StopMarket,
            95 * E12,
            2,
        ),
        (
            profit,
            OrderRole::TakeProfit,
            OrderKind::TakeProfitMarket,
            110 * E12,
            3,
        ),
    ] {
        assert_eq!(
            (order.role, order.order_kind, order.trigger_e12),
            (role, kind, trigger)
        );
        assert_eq!(
            (order.attempt, order.leverage, order.qty_e8),
            (attempt, 2, E8)
        );
        assert_eq!((order.adds_risk, order.deadline_mono_ns), (0, 0));
        assert_eq!(
            (order.order_side, order.position_side),
            (OrderSide::Sell, Side::Long)
        );
        assert_eq!((order.tif, order.price_e12), (TimeInForce::None, 0));
    }
    let world = run(world, "exit limit 101 | ExitRequested | asks 0.5");
    let exit = last(&world, CommandKind::Submit);
    assert_eq!(
        (exit.role, exit.order_kind, exit.tif, exit.leg, exit.attempt),
        (OrderRole::Exit, OrderKind::Limit, TimeInForce::Gtc, 0, 4)
    );
    assert_eq!((exit.price_e12, exit.trigger_e12), (101 * E12, 0));
    assert_eq!((exit.reduce_only, exit.adds_risk), (1, 0));
    let world = run(
        world,
        "fill 0.5 @ 101 | PositionOpen |\nexit | ExitRequested | asks 0.5",
    );
    let exit = last(&world, CommandKind::Submit);
    assert_eq!(
        (exit.order_kind, exit.tif, exit.leg, exit.price_e12),
        (OrderKind::Market, TimeInForce::None, 1, 0)
    );
    let hedged = check(
        "
        hedge                    | - |
        enter short 1            | OrderRequested |
        fill 1 @ 100             | PositionOpen |
        exit                     | ExitRequested |
        ",
    );
    let exit = last(&hedged, CommandKind::Submit);
    assert_eq!(
        (exit.reduce_only, exit.order_side, exit.position_mode),
        (0, OrderSide::Buy, PositionMode::Hedge)
    );
}

#[test]
fn no_command_is_sent_twice_while_its_answer_is_awaited() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |");
    let hint = Report {
        kind: ReportKind::AccountHint,
        ..Report::ZERO
    };
    world.report(&hint);
    world.wait(1_100);
    // The snapshot does not list the entry: it is asked about, once.
    world.snapshot(&[], 10_000 * E8);
    let asked = |world: &World| {
        let queries = world.commands.iter();
        queries.filter(|c| c.kind == CommandKind::Query).count()
    };
    assert_eq!(asked(&world), 1);
    world.report(&hint);
    world.wait(900);
    world.wait(200);
    let open = world.order(0, OrderRole::Entry).query_open;
    world = run(world, "cancel | EntryCancelling | sends cancel");
    world = run(world, "cancel-refused | EntryCancelling | sends nothing");
    assert_eq!(world.order(0, OrderRole::Entry).query_open, open);
    assert_ne!(open, 0);
}

#[test]
fn a_snapshot_and_an_income_are_asked_for_from_where_they_are_known() {
    let mut world = World::ready();
    let seed_ms = world.kernel.account().seed_wall_ms;
    world.wait(60_000);
    let plain = |kind| Command {
        kind,
        slot_id: NONE,
        asked_seq: world.seq,
        created_mono_ns: world.now.mono_ns,
        created_wall_ns: world.now.wall_ns,
        ..Command::ZERO
    };
    let income = Command {
        command_seq: world.seq * 8,
        since_wall_ms: seed_ms,
        ..plain(CommandKind::Income)
    };
    let reconcile = Command {
        command_seq: world.seq * 8 + 1,
        ..plain(CommandKind::Reconcile)
    };
    assert_eq!(world.commands, [income, reconcile]);
    let again = world.kernel.unreported();
    let reissue = 1;
    let expected = [
        Command {
            reissue,
            created_mono_ns: 0,
            created_wall_ns: 0,
            ..income
        },
        Command {
            reissue,
            created_mono_ns: 0,
            created_wall_ns: 0,
            ..reconcile
        },
    ];
    assert_eq!(again, expected);
    // Rows before the newest are asked for again, ten minutes of them.
    world.commands.retain(|c| c.kind != CommandKind::Income);
    let row = |world: &World, at_ms: i64| Report {
        kind: ReportKind::Income,
        has: Has::Amount.code(),
        income_kind: 1,
        fill_id: ascii("tx"),
        symbol: ascii("BTC-USDT"),
        amount_e8: -1,
        venue_wall_ms: world.wall_ms() + at_ms,
        ..Report::ZERO
    };
    world.now.wall_ns += 1_000_000_000_000;
    let newest = row(&world, 0);
    world.report(&newest);
    world.report(&Report {
        kind: ReportKind::CommandDone,
        command_seq: income.command_seq,
        ..Report::ZERO
    });
    world.snapshot(&[], 10_000 * E8);
    world.wait(60_000);
    let since = last(&world, CommandKind::Income).since_wall_ms;
    assert_eq!(since, newest.venue_wall_ms - 600_000);
}

#[test]
fn an_order_that_no_slot_knows_is_cancelled_by_all_that_was_told_of_it() {
    let mut world = check("enter long 1 limit 99 | OrderRequested |\nrefused | Idle |");
    let id = world.outcomes.last().unwrap().client_order_id;
    let told = Report {
        kind: ReportKind::OrderState,
        client_order_id: id,
        order_status: OrderStatus::Working,
        order_side: OrderSide::Buy,
        position_side: Side::Long,
        order_kind: OrderKind::Limit,
        symbol: ascii("BTC-USDT"),
        venue_order_id: 77,
        ..Report::ZERO
    };
    world.report(&told);
    let cancel = Command {
        kind: CommandKind::Cancel,
        slot_id: NONE,
        command_seq: world.seq * 8,
        asked_seq: world.seq,
        created_mono_ns: world.now.mono_ns,
        created_wall_ns: world.now.wall_ns,
        order_side: OrderSide::Buy,
        position_side: Side::Long,
        order_kind: OrderKind::Limit,
        position_mode: PositionMode::OneWay,
        venue_order_id: 77,
        client_order_id: id,
        symbol: ascii("BTC-USDT"),
        ..Command::ZERO
    };
    assert_eq!(last(&world, CommandKind::Cancel), cancel);
}
