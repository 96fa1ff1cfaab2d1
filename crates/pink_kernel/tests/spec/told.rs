//! What every outcome tells of the account, and what an unknown worth forbids.

use shm_layout::{AdoptPolicy, CommandKind, Side, Stage};

use crate::check::run;
use crate::world::{E8, E12, World, config};

#[test]
fn every_outcome_tells_the_account_as_it_is_after_it() {
    let world = run(
        World::ready(),
        "
        enter long 1             | OrderRequested |
        fill 1 @ 100 fee 0.05    | PositionOpen   |
        mark 105                 | PositionOpen   |
        snapshot long 1 @ 100 wallet 9_900 | PositionOpen | status Error
        kill on                  | PositionOpen   |
        exit                     | ExitRequested  |
        fill 1 @ 104 fee 0.052   | Closed         |
        ",
    );
    let (told, is) = (world.outcomes.last().unwrap(), world.kernel.account());
    assert_eq!((told.mode, told.kill_switch), (is.mode, 1));
    assert_eq!((told.frozen, told.account_status), (1, is.status));
    assert_eq!(
        (told.capital_e8, told.seed_e8),
        (is.capital_e8, 10_000 * E8)
    );
    assert_eq!((told.realised_e8, told.fees_e8), (4 * E8, 10_200_000));
    assert_eq!((told.funding_e8, told.transfers_e8), (0, 0));
    assert_eq!((told.wallet_e8, told.delta_e8), (9_900 * E8, is.delta_e8));
    assert_eq!(told.peak_capital_e8, is.peak_capital_e8);
    assert_eq!((told.unrealised_e8, told.open_notional_e8), (0, 0));
    let marked = world.outcomes.iter().find(|o| o.unrealised_e8 != 0);
    let marked = marked.expect("a mark is told as well");
    assert_eq!(
        (marked.unrealised_e8, marked.open_notional_e8),
        (5 * E8, 105 * E8)
    );
}

#[test]
fn a_position_of_unknown_worth_takes_resting_entries_off_the_book() {
    let mut world = World::ready();
    world.rules("ETH-USDT", E12 / 100, E8 / 100, E8 / 100, 0);
    world.control(&shm_layout::Control {
        adopt: AdoptPolicy::Adopt,
        ..config()
    });
    world = run(
        world,
        "enter long 1 limit 99 | OrderRequested |\nlive | EntryWorking |",
    );
    let found = [("ETH-USDT", Side::Short, 2 * E8, 30 * E12)];
    for _ in 0..2 {
        world.wait(60_000);
        world.snapshot(&found, 10_000 * E8);
    }
    world.wait(0);
    assert_eq!(world.kernel.account().unmarked_slots, 1);
    assert_eq!(world.kernel.slot(0).stage, Stage::EntryCancelling);
    let mut sent = world.commands.iter();
    assert!(sent.any(|c| c.kind == CommandKind::Cancel));
}
