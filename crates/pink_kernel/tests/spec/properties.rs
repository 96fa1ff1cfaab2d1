//! Properties over random sizes, orders of arrival and repetitions.

use proptest::prelude::*;
use shm_layout::{Code, OrderRole, OrderStatus, Report, Stage};

use crate::check::run;
use crate::world::{E8, E12, Fill, World};

fn opened(qty_e8: i64, lot_e8: i64, legs: &[i64]) -> World {
    let mut world = World::ready();
    world.rules("BTC-USDT", E12 / 100, lot_e8, lot_e8, 0);
    let ratios: Vec<String> = legs
        .iter()
        .map(|ratio| crate::words::shown(*ratio, 8))
        .collect();
    let qty = crate::words::shown(qty_e8, 8);
    run(
        world,
        &format!(
            "enter long {qty} legs {} lev 10 | OrderRequested |
             fill {qty} @ 100 | PositionOpen |",
            ratios.join(",")
        ),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn flaw_a3_g11_the_legs_add_up_to_the_entry(
        lots in 8_i64..50_000,
        lot in prop::sample::select(vec![E8 / 1000, E8 / 100, E8 / 10]),
        legs in prop::collection::vec(1_000_000_i64..=E8, 1..=8),
    ) {
        let qty = (lots * lot).min(600 * E8) / lot * lot;
        let mut world = opened(qty, lot, &legs);
        let mut asked = 0;
        for _ in 0..legs.len() {
            let before = world.seq;
            world = run(world, "exit | - |");
            if world.last_code() == Code::MinQuantity {
                // Too small a share: the strategy names the rest itself.
                world = run(world, &format!("exit {} | ExitRequested |", 1_000_000));
            }
            prop_assert!(world.seq > before);
            let order = world.order(0, OrderRole::Exit);
            asked += order.qty_e8;
            let qty = crate::words::shown(order.qty_e8, 8);
            world = run(world, &format!("fill {qty} @ 101 | - |"));
            if world.kernel.slot(0).stage == Stage::Closed {
                break;
            }
        }
        prop_assert_eq!(asked, qty);
        prop_assert_eq!(world.kernel.slot(0).stage, Stage::Closed);
        let gain = i64::try_from(i128::from(qty) * i128::from(E12) / i128::from(E12)).unwrap();
        prop_assert_eq!(world.kernel.slot(0).realised_e8, gain);
    }

    #[test]
    fn any_order_and_repetition_of_the_same_facts_ends_the_same(
        order in prop::collection::vec(0_usize..6, 0..40),
        prices in prop::collection::vec(9_500_i64..10_500, 6),
    ) {
        let mut world = opened(4 * E8, E8 / 1000, &[E8 / 2, E8]);
        world.settle_all();
        world = run(world, "exit limit 105 | ExitRequested |");
        let exit = world.order(0, OrderRole::Exit);
        let mut facts: Vec<Report> = Vec::new();
        for (nth, price) in prices.iter().enumerate() {
            let last = nth == 5;
            let third = exit.qty_e8 / 6 / 100_000 * 100_000;
            let qty_e8 = if last { exit.qty_e8 - 5 * third } else { third };
            let fill = Fill { qty_e8, price_e12: price * E12 / 100, fee_e8: 1_000 + price };
            world.fills.push((exit.client_order_id, fill));
            let status = if last { OrderStatus::Filled } else { OrderStatus::Working };
            facts.push(world.state_of(&exit, status));
        }
        for at in order {
            world.report(&facts[at]);
        }
        world.report(&facts[5]);
        world.settle_all();
        let slot = world.kernel.slot(0);
        let brought: i128 = prices.iter().zip(world.fills_of(&exit.client_order_id)).map(|(_, f)| {
            i128::from(f.qty_e8) * i128::from(f.price_e12) / i128::from(E12)
        }).sum();
        prop_assert_eq!(slot.stage, Stage::PositionOpen);
        prop_assert_eq!(i128::from(slot.realised_e8), brought - i128::from(exit.qty_e8) * 100);
        let fees: i64 = world.fills.iter().map(|(_, fill)| fill.fee_e8).sum();
        prop_assert_eq!(slot.fees_e8, fees);
        prop_assert_eq!(world.kernel.account().capital_e8, 10_000 * E8 + slot.realised_e8 - fees);
    }
}
