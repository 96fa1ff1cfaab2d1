//! What a snapshot may conclude: not before everything else is told, and not at first sight.

use shm_layout::{
    AdoptPolicy, CommandKind, Control, ControlKind, Fact, OrderRole, OrderStatus, Report, Side,
    Stage,
};

use crate::check::{check, run};
use crate::world::{E8, E12, World, config};

const HELD: &str = "
    enter long 1         | OrderRequested |
    fill 1 @ 100 fee 0   | PositionOpen   |
    settle               | PositionOpen   |
    wait 2000            | PositionOpen   |
";
const STOPPED: &str = "
    enter long 1 sl 95   | OrderRequested |
    fill 1 @ 100 fee 0   | PositionOpen   |
    settle               | PositionOpen   |
    wait 2000            | PositionOpen   |
";

fn ask(world: &mut World) {
    let mut sent = world.commands.iter();
    if !sent.any(|c| c.kind == CommandKind::Reconcile) {
        world.control(&Control {
            kind: ControlKind::Reconcile,
            ..Control::ZERO
        });
        world.wait(1_000);
    }
}

/// Every live order of slot 0 as the venue would list it.
fn listed(world: &World) -> Vec<Report> {
    let slot = world.kernel.slot(0);
    let orders = [slot.entry_order, slot.exit_order, slot.stop_order];
    let live = orders.iter().filter(|index| **index != pink_kernel::NONE);
    live.map(|index| world.state_of(world.kernel.order(*index), OrderStatus::Working))
        .collect()
}

/// Answers the open RECONCILE: so much is held, and these orders are open.
fn answer(world: &mut World, tenths: i64, orders: &[Report]) {
    let row = ("BTC-USDT", Side::Long, tenths * E8 / 10, 100 * E12);
    let positions: &[_] = if tenths == 0 { &[] } else { &[row] };
    let capital = world.kernel.account().capital_e8;
    world.snapshot_rows(positions, orders, Some(capital), true);
}

fn look(world: &mut World, tenths: i64) -> Stage {
    ask(world);
    let orders = listed(world);
    answer(world, tenths, &orders);
    world.kernel.slot(0).stage
}

fn noted(world: &World) -> i64 {
    let slot = world.kernel.slot(0);
    assert_eq!(slot.absent_seq == 0, slot.discrepancy_qty_e8 == 0);
    assert_eq!(slot.absent_seq == 0, slot.absent_since_wall_ns == 0);
    slot.discrepancy_qty_e8 * 10 / E8
}

#[test]
fn a_snapshot_that_agrees_touches_nothing() {
    let mut world = check(HELD);
    ask(&mut world);
    let before = world.outcomes.len();
    answer(&mut world, 10, &[]);
    // BEGIN, one position, the wallet, END, and one look at everything.
    assert_eq!(world.outcomes.len(), before + 5);
    let last = world.outcomes.last().unwrap();
    assert_eq!((last.slot_id, last.command_count), (pink_kernel::NONE, 0));
}

#[test]
fn nothing_is_concluded_from_a_snapshot_asked_before_the_last_event() {
    let mut world = check(HELD);
    ask(&mut world);
    world = run(
        world,
        "exit limit 105 | ExitRequested |\nfill 0.4 @ 105 | ExitWorking |",
    );
    let orders = listed(&world);
    answer(&mut world, 10, &orders);
    assert_eq!((noted(&world), world.effects.commands().len()), (0, 0));
    let mut world = run(world, "wait 2000 | ExitWorking |");
    look(&mut world, 10);
    assert_eq!(noted(&world), 4);
}

#[test]
fn nothing_is_concluded_while_a_command_about_the_slot_is_open() {
    // The stop's submit alone; then its query; then its cancel; then nothing.
    let mut world = check(STOPPED);
    let stop = world.order(0, OrderRole::StopLoss);
    assert_ne!(stop.submit_open, 0);
    ask(&mut world);
    let stop = world.order(0, OrderRole::StopLoss);
    assert_ne!(stop.query_open, 0, "asked about as it kept silent");
    answer(&mut world, 5, &[]);
    assert_eq!(noted(&world), 0);
    world = run(world, "live of stop | PositionOpen |");
    let stop = world.order(0, OrderRole::StopLoss);
    assert_eq!((stop.submit_open, stop.query_open != 0), (0, true));
    look(&mut world, 5);
    assert_eq!(noted(&world), 0, "a query");
    world = run(world, "live of stop | PositionOpen |");
    assert_eq!(world.order(0, OrderRole::StopLoss).query_open, 0);
    assert_eq!(look(&mut world, 5), Stage::StaleStateReconciling);
    assert_eq!(noted(&world), -5);
    // A submit alone.
    let mut world = check(
        "
        enter long 1 sl 95   | OrderRequested |
        fill 1 @ 100 fee 0   | PositionOpen   |
        settle               | PositionOpen   |
        ",
    );
    world = run(world, "live of stop | PositionOpen |\nwait 3000 | - |");
    let stop = world.order(0, OrderRole::StopLoss);
    let open = [stop.submit_open, stop.query_open, stop.cancel_open];
    assert_eq!(open, [0; 3]);
    world = run(
        world,
        "
        exit 0.5             | ExitRequested |
        fill 0.5 @ 100 fee 0 | PositionOpen  |
        wait 0               | PositionOpen  | sends cancel
        settle               | PositionOpen  |
        wait 2000            | PositionOpen  |
        live of stop         | PositionOpen  |
        ",
    );
    let stop = world.order(0, OrderRole::StopLoss);
    assert_ne!(stop.cancel_open, 0);
    look(&mut world, 3);
    assert_eq!(noted(&world), 0, "a cancel");
}

#[test]
fn nothing_is_concluded_while_a_fill_is_held() {
    let mut world = check(
        "
        enter long 1 limit 100 | OrderRequested |
        fill 0.4 @ 100         | EntryWorking   |
        wait 2000              | EntryWorking   |
        ",
    );
    let entry = world.order(0, OrderRole::Entry);
    let mut lie = world.state_of(&entry, OrderStatus::Working);
    (lie.cum_qty_e8, lie.avg_price_e12) = (E8 / 2, 200 * E12);
    world.report(&lie);
    lie.command_seq = world.order(0, OrderRole::Entry).query_open;
    world.report(&lie);
    let entry = world.order(0, OrderRole::Entry);
    assert_eq!((entry.query_open, entry.held_qty_e8), (0, E8 / 2));
    ask(&mut world);
    let entry = world.order(0, OrderRole::Entry);
    if entry.query_open != 0 {
        lie.command_seq = entry.query_open;
        world.report(&lie);
    }
    let orders = listed(&world);
    answer(&mut world, 5, &orders);
    assert_eq!(noted(&world), 0);
}

#[test]
fn a_difference_is_believed_when_it_is_the_same_for_long_enough() {
    // `look` asks, and answers a second later.
    let seen = |apart_ms: u64, then: i64| {
        let mut world = check(HELD);
        assert_eq!(look(&mut world, 5), Stage::StaleStateReconciling);
        assert_eq!(noted(&world), -5);
        world.wait(apart_ms);
        look(&mut world, then);
        let slot = world.kernel.slot(0);
        (slot.stage, slot.qty_e8 * 10 / E8)
    };
    let stale = Stage::StaleStateReconciling;
    assert_eq!(seen(3_999, 5), (stale, 10));
    assert_eq!(seen(4_000, 5), (Stage::PositionOpen, 5));
    assert_eq!(seen(4_000, 4), (stale, 10), "another difference");
    assert_eq!(seen(4_000, 10), (Stage::PositionOpen, 10), "none any more");
}

#[test]
fn another_difference_begins_to_last_anew_and_agreement_forgets_it() {
    let mut world = check(HELD);
    look(&mut world, 5);
    world.wait(3_000);
    look(&mut world, 4);
    assert_eq!(noted(&world), -6);
    world.wait(3_000);
    assert_eq!(look(&mut world, 4), Stage::StaleStateReconciling);
    world.wait(3_000);
    assert_eq!(look(&mut world, 4), Stage::PositionOpen);
    assert_eq!(
        (noted(&world), world.kernel.slot(0).qty_e8),
        (0, 4 * E8 / 10)
    );
    world.wait(2_000);
    look(&mut world, 3);
    assert_eq!(noted(&world), -1);
    world.wait(2_000);
    assert_eq!(look(&mut world, 4), Stage::PositionOpen);
    assert_eq!(noted(&world), 0);
    world.wait(4_000);
    look(&mut world, 3);
    assert_eq!(world.kernel.slot(0).qty_e8, 4 * E8 / 10, "seen once only");
}

#[test]
fn a_live_order_the_snapshot_does_not_list_is_asked_about_first() {
    let mut world = run(check(STOPPED), "live of stop | PositionOpen |");
    if world.order(0, OrderRole::StopLoss).query_open != 0 {
        world = run(world, "live of stop | PositionOpen |");
    }
    world.wait(3_000);
    for _ in 0..3 {
        ask(&mut world);
        world.commands.retain(|c| c.kind == CommandKind::Reconcile);
        answer(&mut world, 0, &[]);
        let asked = world.commands.iter();
        assert_eq!(asked.filter(|c| c.kind == CommandKind::Query).count(), 1);
        world = run(world, "live of stop | - |");
        world.wait(6_000);
    }
    // The position is away for long, yet the stop may be what happened: nothing is concluded.
    assert_eq!(world.kernel.slot(0).qty_e8, E8);
    look(&mut world, 0);
    assert_eq!(world.kernel.slot(0).qty_e8, 0);
    let closed = world.outcomes.iter().rfind(|o| o.fact == Fact::AgreesFlat);
    assert!(closed.is_some());
}

#[test]
fn rows_that_are_awaited_may_explain_a_difference() {
    let mut world = check(
        "
        enter long 1         | OrderRequested |
        fill 1 @ 100 fee 0   | PositionOpen   |
        wait 2000            | PositionOpen   |
        ",
    );
    for _ in 0..3 {
        look(&mut world, 5);
        world.wait(6_000);
    }
    assert_eq!((world.kernel.slot(0).qty_e8, noted(&world)), (E8, -5));
    world.settle_all();
    // The open question is older than the settling; the next one is not.
    look(&mut world, 5);
    look(&mut world, 5);
    assert_eq!(world.kernel.slot(0).qty_e8, E8 / 2);
}

#[test]
fn a_working_order_is_asked_before_its_position_is_given_up() {
    let entering = "
        enter long 1 limit 100 | OrderRequested |
        fill 0.4 @ 100 fee 0   | EntryWorking   |
        wait 2000              | EntryWorking   |
    ";
    let away = |tenths: i64| {
        let mut world = check(entering);
        for _ in 0..4 {
            if world.order(0, OrderRole::Entry).query_open != 0 {
                world = run(world, "live | - |");
            }
            if look(&mut world, tenths) != Stage::EntryWorking {
                break;
            }
            world.wait(6_000);
        }
        let slot = world.kernel.slot(0);
        (slot.stage, slot.qty_e8 * 10 / E8)
    };
    assert_eq!(away(0), (Stage::EntryCancelling, 0));
    // Less or more than known is not away: the order itself tells what it has traded.
    assert_eq!(away(2), (Stage::EntryWorking, 4));
    assert_eq!(away(7), (Stage::EntryWorking, 4));
    let mut once = check(entering);
    assert_eq!(look(&mut once, 0), Stage::EntryWorking, "seen once only");
    assert_ne!(once.order(0, OrderRole::Entry).query_open, 0);
}

#[test]
fn positions_are_found_on_every_symbol_and_side() {
    let mut world = World::ready();
    let symbols = ["ETH-USDT", "SOL-USDT", "XRP-USDT"];
    for symbol in symbols {
        world.rules(symbol, E12, E8 / 100, E8 / 100, 0);
        world.mark(symbol, 30 * E12);
    }
    world.control(&Control {
        adopt: AdoptPolicy::Adopt,
        ..config()
    });
    let found = [
        ("SOL-USDT", Side::Short, 2 * E8, 30 * E12),
        ("XRP-USDT", Side::Long, 3 * E8, 30 * E12),
    ];
    for _ in 0..2 {
        ask(&mut world);
        world.snapshot(&found, 10_000 * E8);
        world.wait(5_000);
    }
    let adopted = |at: u16| {
        let slot = world.kernel.slot(at);
        (
            slot.symbol.as_str(),
            slot.side,
            slot.qty_e8 / E8,
            slot.adopted,
        )
    };
    assert_eq!(adopted(0), ("SOL-USDT", Side::Short, 2, 1));
    assert_eq!(adopted(1), ("XRP-USDT", Side::Long, 3, 1));
    assert_eq!(world.kernel.slot(2).stage, Stage::Idle);
}
