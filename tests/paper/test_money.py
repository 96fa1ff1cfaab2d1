"""Wallets, fees, results, funding, liquidation: exact, and conserved over any session."""

from random import Random

from pink_actors.paper import entries as e
from pink_actors.paper.fixed import exact_text, fee_e8
from pink_actors.paper.position import Position, apply_fill
from pink_actors.paper.request import Now
from tests.paper.world import START_MS, SYMBOL, World, check, price_of, qty_of

HOUR_MS = 3_600_000


def test_fees_and_results_reach_the_wallet_to_the_last_digit() -> None:
    check("""
        buy market 0.1             | wallet 99997.49995
        price 51000                | wallet 99997.49995
        sell market 0.1            | wallet 100094.75, pos 0
    """)


def test_a_maker_pays_the_lower_fee() -> None:
    check("""
        buy limit 0.1 @ 49000      | wallet 100000
        price 48990                | wallet 99999.02
    """)


def test_a_fee_is_rounded_once_half_to_even() -> None:
    assert fee_e8(price_of("0.000001"), qty_of("1"), 50_000) == 0
    assert fee_e8(price_of("0.0001"), qty_of("1"), 50_000) == 5
    assert fee_e8(price_of("0.00001"), qty_of("1"), 50_000) == 0
    assert fee_e8(price_of("0.00003"), qty_of("1"), 50_000) == 2


def test_closing_in_many_parts_gives_what_closing_at_once_gives() -> None:
    rng = Random(7)
    whole, parts = Position(SYMBOL, "BOTH"), Position(SYMBOL, "BOTH")
    for _ in range(40):
        qty, price = rng.randint(1, 10**9), rng.randint(1, 10**16)
        apply_fill(whole, qty, price, 1, False)
        apply_fill(parts, qty, price, 1, False)
    total = apply_fill(whole, -whole.qty_e8, 7 * 10**15, 1, False).realised_e8
    summed = 0
    while parts.qty_e8:
        qty = min(parts.qty_e8, rng.randint(1, 10**9))
        summed += apply_fill(parts, -qty, 7 * 10**15, 1, False).realised_e8
    assert abs(total - summed) <= 100
    assert parts.cost_e20 == 0


def test_money_is_conserved_over_random_sessions() -> None:
    for seed in range(20):
        print("seed", seed)
        rng = Random(seed)
        world = World(hedge=bool(seed & 1), partial_share=0.5, seed=seed, balance="1000000")
        sides = ["long", "short"] if world.account.hedge else [""]
        for _ in range(300):
            qty = rng.randint(1, 5_000) / 10_000
            side = rng.choice(("buy", "sell"))
            mode = rng.choice(sides)
            world.act(
                rng.choice(
                    (
                        f"{side} market {qty} {mode}",
                        f"{side} limit {qty} @ {rng.randint(49_000, 51_000)} {mode}",
                        f"{side} stopmarket {qty} stop {rng.randint(49_000, 51_000)} {mode}",
                        f"price {rng.randint(49_000, 51_000)}",
                        f"wait {rng.randint(1, 2_000)}",
                        "cancel" if world.last is not None else "wait 1",
                    )
                )
            )
        adds_up(world)


def adds_up(world: World) -> None:
    """Wallet and positions are what the ledger's entries sum to, and all orders keep their size."""
    paid = sum(fill.realised_pnl - fill.fee for fill in world.fills)
    moved = sum(x.amount for x in world.entries if isinstance(x, e.MoneyMoved))
    opened = sum(x.balance for x in world.entries if isinstance(x, e.AccountOpened))
    assert world.account.wallet_e8 == opened + moved + paid
    for (symbol, side), position in world.account.positions.items():
        held = sum(
            fill.qty if fill.side == "BUY" else -fill.qty
            for fill in world.fills
            if (fill.symbol, fill.position_side) == (symbol, side)
        )
        assert position.qty_e8 == held
        assert side == "BOTH" or (held >= 0) == (side == "LONG") or held == 0
    for order in world.account.orders.values():
        filled = sum(f.qty for f in world.fills if f.order_id == order.order_id)
        assert order.filled_e8 == filled <= order.qty_e8


def test_funding_is_paid_at_the_hours_of_market_time() -> None:
    world = check("buy market 0.1 | pos 0.1")
    wallet = world.account.wallet_e8
    first = (START_MS // (8 * HOUR_MS) + 1) * 8 * HOUR_MS
    world.market.funding_rate_e8 = 10_000
    world.clockwork.advance(Now(START_MS + 20, first - 1))
    mark = world.market.mark_e12
    assert world.account.wallet_e8 == wallet
    world.clockwork.advance(Now(START_MS + 40, first))
    paid = [x for x in world.entries if isinstance(x, e.MoneyMoved)]
    assert [x.kind for x in paid] == ["FUNDING_FEE"]
    assert paid[0].market_ms == first
    assert 0 < -paid[0].amount < mark // 10**6
    world.clockwork.advance(Now(START_MS + 60, first + 24 * HOUR_MS))
    assert len([x for x in world.entries if isinstance(x, e.MoneyMoved)]) == 4
    adds_up(world)


def test_a_cross_position_is_liquidated_before_the_wallet_is_gone() -> None:
    world = World(balance="1000")
    check(
        """
        leverage 20                | code 0
        buy market 0.3             | pos 0.3
        buy limit 0.01 @ 40000     | open 1
        price 48000                | pos 0.3
        price 46800                | pos 0, open 0
    """,
        world,
    )
    forced = [x for x in world.entries if isinstance(x, e.Liquidated)]
    assert [x.kind for x in forced] == ["LIQUIDATION"]
    assert world.account.wallet_e8 >= 0
    adds_up(world)


def test_a_gap_beyond_bankruptcy_is_paid_by_the_insurance_fund() -> None:
    world = World(balance="1000")
    check(
        """
        buy market 0.3             | pos 0.3
        price 30000                | pos 0, wallet 0
    """,
        world,
    )
    assert "INSURANCE_CLEAR" in [x.kind for x in world.entries if isinstance(x, e.MoneyMoved)]
    adds_up(world)


def test_an_isolated_position_can_lose_its_own_collateral_only() -> None:
    world = World(balance="10000")
    check(
        """
        isolated                   | code 0
        leverage 50                | code 0
        buy market 0.5             | pos 0.5
        price 40000                | pos 0
    """,
        world,
    )
    lost = 10_000 * 10**8 - world.account.wallet_e8
    assert 500 * 10**8 <= lost <= 513 * 10**8, exact_text(lost, 8)
    adds_up(world)
