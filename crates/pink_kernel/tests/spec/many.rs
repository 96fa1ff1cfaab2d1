//! Every slot there is, open on a symbol of its own: what concerns one reaches it and no other.

use std::collections::BTreeMap;

use pink_kernel::{CELL_WORDS_MAX, CellRef, INSTRUMENTS_MAX, NONE, ORDERS_MAX, SLOTS_MAX, region};
use shm_layout::{Code, OrderRole, Stage};

use crate::bounds::set;
use crate::check::run;
use crate::world::{E8, E12, World};

type Cells = BTreeMap<CellRef, Vec<u64>>;

/// The symbol of the n-th slot; the first is the one that every world begins with.
fn symbol(slot: u16) -> String {
    if slot == 0 {
        "BTC-USDT".to_owned()
    } else {
        format!("S{slot}-USDT")
    }
}

/// A world that allows for all of it, and rules and marks of every symbol.
fn wide() -> World {
    let mut world = World::ready();
    world.check_every = 97;
    let widen = |c: &mut shm_layout::Control| (c.max_slots, c.order_rate_max) = (SLOTS_MAX, 256);
    assert_eq!(set(&mut world, widen), Code::Ok);
    for slot in 0..SLOTS_MAX {
        world.rules(&symbol(slot), E12 / 100, E8 / 1000, E8 / 1000, E8);
        world.mark(&symbol(slot), 100 * E12);
    }
    world.deadlines_at_once_max = 2_000;
    world
}

/// Slots entered on their symbols, longs and shorts in turn.
fn enter(mut world: World, slots: std::ops::Range<u16>) -> World {
    for slot in slots {
        let symbol = symbol(slot);
        let asks = if slot % 2 == 0 {
            "long 1 sl 95 tp 110"
        } else {
            "short 1 sl 105 tp 90"
        };
        let enter = format!("enter {asks} lev 10 id t{slot} sym {symbol} | OrderRequested |");
        world = run(world, &enter);
        assert_eq!(world.outcomes.last().unwrap().slot_id, slot);
    }
    world
}

/// The same, held and protected: 256 positions, 512 orders that rest.
fn protected() -> World {
    let mut world = enter(wide(), 0..SLOTS_MAX);
    for slot in 0..SLOTS_MAX {
        let fill = format!("fill 1 @ 100 fee 0 in {slot} | PositionOpen | code Ok");
        world = run(world, &fill);
    }
    world.settle_all();
    for slot in 0..SLOTS_MAX {
        let live = format!(
            "live of stop in {slot} | PositionOpen |\nlive of profit in {slot} | PositionOpen |"
        );
        world = run(world, &live);
        assert_eq!(world.kernel.slot(slot).unprotected, 0, "{slot}");
    }
    world.kernel.check().unwrap();
    world
}

fn cells(world: &World) -> Cells {
    let mut words = [0; CELL_WORDS_MAX];
    let every = world.kernel.cells();
    every
        .map(|cell| {
            let count = world.kernel.cell(cell, &mut words);
            (cell, words[..count].to_vec())
        })
        .collect()
}

/// Slots, orders and symbols that are not as they were.
fn changed(before: &Cells, world: &World) -> Vec<(u8, u16)> {
    let after = cells(world);
    let shared = [region::SLOTS, region::ORDERS, region::INSTRUMENTS];
    let differs = before
        .iter()
        .filter(|(cell, words)| shared.contains(&cell.region) && after[cell] != **words);
    differs.map(|(cell, _)| (cell.region, cell.index)).collect()
}

#[test]
fn all_slots_can_be_open_at_once_each_on_its_own_symbol_with_stop_and_take_profit() {
    let mut world = protected();
    assert_eq!(world.kernel.account().open_slots, 256);
    assert_eq!(world.kernel.account().open_notional_e8, 25_600 * E8);
    let resting = (0..ORDERS_MAX).filter(|at| world.kernel.order(*at).qty_e8 == E8);
    assert_eq!(resting.count(), 512);
    // Symbols are at their end, and so are slots; a symbol beyond the last has no rules.
    let told = world.rules("MORE-USDT", E12, E8, E8, 0);
    assert_eq!(told.code, Code::OutOfRange);
    world = run(
        world,
        "enter long 1 id more sym S9-USDT | - | code SymbolBusy",
    );
    // With everything protected there is room for a part as well as for the whole.
    run(
        world,
        "
        exit 0.5 id t7 sym S7-USDT   | ExitRequested | code Ok  asks 0.5
        exit id t255 sym S255-USDT   | ExitRequested | code Ok  asks 1
        ",
    );
}

#[test]
fn with_every_entry_resting_in_part_each_slot_still_gets_its_protection() {
    let mut world = enter(wide(), 0..SLOTS_MAX);
    for slot in 0..SLOTS_MAX {
        let part = format!("fill 0.5 @ 100 fee 0 in {slot} | EntryWorking | code Ok");
        world = run(world, &part);
    }
    world.wait(0);
    for slot in 0..SLOTS_MAX {
        let cell = world.kernel.slot(slot);
        let missing = [cell.entry_order, cell.stop_order, cell.profit_order].contains(&NONE);
        assert!(!missing, "slot {slot} has all three orders");
    }
    run(
        world,
        "exit id t200 sym S200-USDT | EntryCancelling | code Ok",
    );
}

#[test]
fn the_last_slot_opens_beside_all_others_though_none_of_them_is_settled() {
    let mut world = enter(wide(), 0..255);
    for slot in 0..255 {
        let fill =
            format!("fill 1 @ 100 fee 0 in {slot} | PositionOpen |\nwait 0 | PositionOpen |");
        world = run(world, &fill);
    }
    assert_eq!(world.kernel.account().unsettled_orders, 255);
    enter(world, 255..256);
}

#[test]
fn an_event_reaches_the_slot_that_owns_it_and_no_other() {
    let mut world = protected();
    for slot in [0, 1, 63, 64, 127, 128, 200, 255] {
        let place = world
            .kernel
            .place_of(&world.kernel.slot(slot).symbol)
            .unwrap();
        let stop = world.order_index(slot, OrderRole::StopLoss);
        let level = if slot % 2 == 0 { 95 } else { 105 };

        let before = cells(&world);
        world.mark(&symbol(slot), 101 * E12);
        let owns = [(region::SLOTS, slot), (region::INSTRUMENTS, place)];
        assert_eq!(changed(&before, &world), owns, "a mark of slot {slot}");

        let before = cells(&world);
        let part = format!("fill 0.4 @ {level} fee 0 of stop in {slot} | PositionOpen | size 0.6");
        world = run(world, &part);
        let mut owns = vec![
            (region::SLOTS, slot),
            (region::ORDERS, stop),
            (region::INSTRUMENTS, place),
        ];
        owns.sort_unstable();
        assert_eq!(changed(&before, &world), owns, "a fill of slot {slot}");
        assert!(
            world.effects.touched().len() <= 6,
            "and so is the journal's record"
        );
    }
    assert_eq!(usize::from(INSTRUMENTS_MAX), 256);
}

#[test]
fn every_slot_gets_out_and_is_settled_though_all_of_them_are_open() {
    let mut world = protected();
    let symbols: Vec<u16> = (0..SLOTS_MAX).collect();
    world = run(world, "flatten | - |");
    for slot in &symbols {
        let fill = format!("fill 1 @ 101 fee 0 of exit in {slot} | Closed | size 0");
        world = run(world, &fill);
    }
    world.wait(0);
    for slot in &symbols {
        let gone =
            format!("cancelled of stop in {slot} | Closed |\ncancelled of profit in {slot} | - |");
        world = run(world, &gone);
    }
    world.settle_all();
    let idle = |at: &u16| world.kernel.slot(*at).stage == Stage::Idle;
    assert!(symbols.iter().all(idle));
    let account = world.kernel.account();
    let open = (
        account.open_slots,
        account.open_notional_e8,
        account.margin_e8,
    );
    assert_eq!(open, (0, 0, 0));
    // Half of them were long and half short: what one won the other lost.
    assert_eq!((account.realised_e8, account.capital_e8), (0, 10_000 * E8));
    world.kernel.check().unwrap();
}
