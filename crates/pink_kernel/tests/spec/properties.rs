//! Properties over random sizes, orders of arrival and repetitions.

use proptest::prelude::*;
use shm_layout::{Code, OrderRole, OrderStatus, Report, Side, SlotCell, Stage};

use crate::check::run;
use crate::words::shown;
use crate::world::{E8, E12, Fill, World};

/// A world for many inputs: all of it is checked now and then.
fn many() -> World {
    let mut world = World::ready();
    world.check_every = 16;
    world
}

fn opened(side: &str, qty_e8: i64, lot_e8: i64, legs: &[i64]) -> World {
    let mut world = many();
    world.rules("BTC-USDT", E12 / 100, lot_e8, lot_e8, 0);
    let ratios: Vec<String> = legs.iter().map(|ratio| shown(*ratio, 8)).collect();
    let qty = shown(qty_e8, 8);
    run(
        world,
        &format!(
            "enter {side} {qty} legs {} lev 10 | OrderRequested |
             fill {qty} @ 100 | PositionOpen |",
            ratios.join(",")
        ),
    )
}

/// What the next leg must ask for, by its own arithmetic: at least a lot, which is the minimum.
fn due(held: i64, ratio: i64, lot: i64, last: bool) -> i64 {
    if last {
        return held;
    }
    let lots = i128::from(held) * i128::from(ratio) / i128::from(E8) / i128::from(lot);
    i64::try_from(lots.max(1)).unwrap() * lot
}

/// States of an order after each of its fills: the last one finished it.
fn states(world: &mut World, role: OrderRole, parts: &[(i64, i64)]) -> Vec<Report> {
    let order = world.order(0, role);
    let lot = 100_000;
    let share = order.qty_e8 / i64::try_from(parts.len()).unwrap() / lot * lot;
    let mut facts = Vec::new();
    for (nth, (ticks, fee_e8)) in parts.iter().enumerate() {
        let last = nth + 1 == parts.len();
        let rest = order.qty_e8 - share * i64::try_from(nth).unwrap();
        let fill = Fill {
            qty_e8: if last { rest } else { share },
            price_e12: ticks * E12 / 100,
            fee_e8: *fee_e8,
        };
        world.fills.push((order.client_order_id, fill));
        let status = if last {
            OrderStatus::Filled
        } else {
            OrderStatus::Working
        };
        facts.push(world.state_of(&order, status));
    }
    facts
}

/// A slot without what depends on when things were told.
fn timeless(slot: &SlotCell) -> SlotCell {
    SlotCell {
        seq: 0,
        changed_wall_ns: 0,
        changed_mono_ns: 0,
        agenda_mono_ns: 0,
        hold_mono_ns: 0,
        opened_wall_ns: 0,
        snap_seq: 0,
        ..*slot
    }
}

/// A trade whose facts are told in this order, and what is left of it: each pick is a fact.
fn told(side: &str, entry: &[(i64, i64)], exit: &[(i64, i64)], picks: &[usize]) -> World {
    let mut world = run(
        many(),
        &format!("enter {side} 4 limit 100 | OrderRequested |"),
    );
    let mut facts = states(&mut world, OrderRole::Entry, entry);
    let middle = picks.len() / 2;
    for pick in &picks[..middle] {
        world.report(&facts[pick % facts.len()]);
    }
    let last = facts[entry.len() - 1];
    world.report(&last);
    world = run(world, "exit limit 101 | ExitRequested |");
    facts.extend(states(&mut world, OrderRole::Exit, exit));
    for pick in &picks[middle..] {
        // Rows of what is gone arrive in any order too, and again.
        let gone: Vec<u16> = (0..1024)
            .filter(|index| world.kernel.order(*index).settle_open != 0)
            .collect();
        for index in gone {
            let rows = world.rows_of(&world.kernel.order(index).clone());
            world.report(&rows[pick % rows.len()]);
        }
        world.report(&facts[pick % facts.len()]);
        world.wait(u64::try_from(pick % 700).unwrap());
    }
    world.report(&facts[facts.len() - 1]);
    world.settle_all();
    world
}

fn parts() -> impl Strategy<Value = Vec<(i64, i64)>> {
    prop::collection::vec((9_600_i64..10_400, -500_i64..90_000), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(ProptestConfig::default().cases / 5))]

    #[test]
    fn flaw_a3_g11_the_legs_add_up_to_the_entry(
        lots in 1_i64..60_000,
        lot in prop::sample::select(vec![1, 7, 100_000, E8 / 100, 3 * E8 / 10, E8]),
        legs in prop::collection::vec(1_i64..=E8, 1..=8),
        side in prop::sample::select(vec!["long", "short"]),
        parts in prop::collection::vec(1_i64..=100, 24),
    ) {
        let qty = (lots * lot).min(600 * E8) / lot * lot;
        let mut world = opened(side, qty, lot, &legs);
        let mut traded = 0;
        for part in parts.iter().chain([100].iter().cycle()).take(400) {
            let slot = *world.kernel.slot(0);
            let leg = usize::from(slot.leg_index);
            let expected = due(slot.qty_e8, legs[leg], lot, leg + 1 == legs.len());
            world = run(world, "exit | - |");
            prop_assert_eq!(world.last_code(), Code::Ok);
            prop_assert_eq!(world.order(0, OrderRole::Exit).qty_e8, expected);
            let asked = world.order(0, OrderRole::Exit).qty_e8;
            let some = (asked / lot * part / 100 * lot).max(asked % lot).max(lot.min(asked));
            traded += some;
            world = run(world, &format!("fill {} @ 101 | - |", shown(some, 8)));
            if some < asked {
                world = run(world, "cancelled of exit | PositionOpen |");
            }
            if world.kernel.slot(0).stage == Stage::Closed {
                break;
            }
        }
        let slot = world.kernel.slot(0);
        prop_assert_eq!((slot.stage, slot.qty_e8), (Stage::Closed, 0));
        prop_assert_eq!((traded, slot.closed_qty_e8, slot.opened_qty_e8), (qty, qty, qty));
        let brought = slot.closed_notional_e8 - slot.opened_notional_e8;
        let sign = if side == "long" { 1 } else { -1 };
        prop_assert_eq!(slot.realised_e8, sign * brought);
        prop_assert_eq!(slot.entry_notional_e8, 0);
    }

    #[test]
    fn any_order_and_repetition_of_the_same_facts_ends_the_same(
        entry in parts(),
        exit in parts(),
        picks in prop::collection::vec(0_usize..1_000, 0..60),
        side in prop::sample::select(vec!["long", "short"]),
    ) {
        let world = told(side, &entry, &exit, &picks);
        let plain = told(side, &entry, &exit, &[]);
        let (is, must) = (world.kernel.account(), plain.kernel.account());
        prop_assert_eq!(is.capital_e8, must.capital_e8);
        prop_assert_eq!(is.fees_e8, must.fees_e8);
        prop_assert_eq!(is.realised_e8, must.realised_e8);
        prop_assert_eq!(is.trades_closed, 1);
        for slot in 0..256 {
            let (is, must) = (world.kernel.slot(slot), plain.kernel.slot(slot));
            prop_assert_eq!(timeless(is), timeless(must));
        }
        // And both are what the fills themselves come to.
        let fees: i64 = world.fills.iter().map(|(_, fill)| fill.fee_e8).sum();
        let worth = |fills: &[(shm_layout::Ascii<40>, Fill)]| -> i128 {
            fills.iter().map(|(_, fill)| {
                i128::from(fill.qty_e8) * i128::from(fill.price_e12) / i128::from(E12)
            }).sum()
        };
        let (bought, sold) = world.fills.split_at(entry.len());
        let sign = if side == "long" { 1 } else { -1 };
        prop_assert_eq!(is.fees_e8, fees);
        prop_assert_eq!(i128::from(is.realised_e8), sign * (worth(sold) - worth(bought)));
        prop_assert_eq!(is.capital_e8, 10_000 * E8 + is.realised_e8 - fees);
    }

    #[test]
    fn the_same_snapshot_again_changes_nothing_more(
        stage in 0_usize..6,
        shown_lots in prop::collection::vec(0_i64..3, 4),
        listed in any::<bool>(),
        adopts in any::<bool>(),
        off_e8 in prop::sample::select(vec![0, 5_000, E8, 30 * E8]),
    ) {
        let mut world = many();
        world.rules("ETH-USDT", E12, E8 / 100, E8 / 100, 0);
        world.mark("ETH-USDT", 30 * E12);
        if adopts {
            let adopt = shm_layout::AdoptPolicy::Adopt;
            world.control(&shm_layout::Control { adopt, ..crate::world::config() });
        }
        let scenario = [
            "wait 1 | Idle |",
            "enter long 1 limit 99 | - |\nlive | EntryWorking |",
            "enter long 1 limit 99 | - |\nfill 0.5 @ 99 | EntryWorking |",
            "enter long 1 | - |\nfill 1 @ 100 | PositionOpen |\nsettle | - |",
            "enter long 1 | - |\nfill 1 @ 100 | - |\nsettle | - |\nexit limit 105 | - |
             live | ExitWorking |",
            "enter short 1 | - |\nfill 1 @ 100 | - |\nsettle | - |\nexit | - |
             fill 1 @ 99 | Closed |\nsettle | Idle |",
        ][stage];
        let mut world = run(world, scenario);
        world.wait(3_000);
        let half = |at: usize| shown_lots[at] * E8 / 2;
        let rows: Vec<_> = [
            ("BTC-USDT", Side::Long, half(0), 100 * E12),
            ("ETH-USDT", Side::Short, half(1), 30 * E12),
        ].into_iter().filter(|row| row.2 > 0).collect();
        let wallet = world.kernel.account().capital_e8 + off_e8;
        // Until everything it can tell is believed, and twice more.
        for _ in 0..8 {
            reconcile(&mut world, &rows, listed, wallet);
            world.wait(6_000);
        }
        let before = gist(&world);
        reconcile(&mut world, &rows, listed, wallet);
        prop_assert_eq!(&gist(&world), &before);
        reconcile(&mut world, &rows, listed, wallet);
        prop_assert_eq!(&gist(&world), &before);
    }
}

/// Asks, answers with these rows, and answers every question that follows as the venue would.
fn reconcile(world: &mut World, rows: &[(&str, Side, i64, i64)], listed: bool, wallet_e8: i64) {
    use shm_layout::{CommandKind, Control, ControlKind, ReportKind};
    let open = |world: &World, kind| world.commands.iter().any(|c| c.kind == kind);
    if !open(world, CommandKind::Reconcile) {
        let kind = ControlKind::Reconcile;
        world.control(&Control {
            kind,
            ..Control::ZERO
        });
        world.wait(1_000);
    }
    let slot = *world.kernel.slot(0);
    let live = [slot.entry_order, slot.exit_order].map(|index| *world.kernel.order(index));
    let states: Vec<Report> = live
        .iter()
        .filter(|order| listed && order.status == OrderStatus::Working)
        .map(|order| world.state_of(order, OrderStatus::Working))
        .collect();
    world.snapshot_rows(rows, &states, Some(wallet_e8), true);
    for index in 0..1024 {
        let order = *world.kernel.order(index);
        if order.query_open != 0 {
            let command_seq = order.query_open;
            let state = world.state_of(&order, order.status);
            world.report(&Report {
                command_seq,
                ..state
            });
        }
        if order.cancel_open != 0 {
            let command_seq = order.cancel_open;
            let state = world.state_of(&order, OrderStatus::Cancelled);
            world.report(&Report {
                command_seq,
                ..state
            });
        }
    }
    let incomes = world
        .commands
        .iter()
        .filter(|c| c.kind == CommandKind::Income);
    for command_seq in incomes.map(|c| c.command_seq).collect::<Vec<_>>() {
        let kind = ReportKind::CommandDone;
        world.report(&Report {
            kind,
            command_seq,
            ..Report::ZERO
        });
    }
    world.commands.retain(|c| c.kind == CommandKind::Reconcile);
    world.wait(0);
}

/// What a snapshot may change: positions, stages, orders, money, what was found.
fn gist(world: &World) -> Vec<String> {
    let mut gist = Vec::new();
    for at in 0..4 {
        gist.push(format!("{:?}", timeless(world.kernel.slot(at))));
        let symbol = world.kernel.instrument(at);
        gist.push(format!(
            "{:?} {}",
            symbol.found_qty_e8, symbol.foreign_qty_e8
        ));
        let order = world.kernel.order(at);
        gist.push(format!("{:?} {}", order.status, order.cum_qty_e8));
    }
    let account = world.kernel.account();
    gist.push(format!(
        "{} {} {} {:?} {} {}",
        account.capital_e8,
        account.delta_e8,
        account.open_notional_e8,
        account.status,
        account.frozen,
        account.margin_e8
    ));
    gist
}
