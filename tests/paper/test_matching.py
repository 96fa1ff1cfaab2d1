"""Orders in the market: what fills, at what price, and what is left; the spread is 1 at 50,000."""

from pink_actors.paper.state import MarginUse, margin_use
from tests.paper.world import World, check


def test_a_market_order_takes_the_other_side_of_the_book() -> None:
    check("""
        buy market 0.01            | last FILLED 0.01, pos 0.01, at 50001, role taker
        sell market 0.01           | last FILLED 0.01, pos 0, at 49999
    """)


def test_a_large_market_order_walks_the_book_and_pays_for_it() -> None:
    world = check("buy market 9 | pos 9", World(balance="1000000"))
    prices = [fill.price for fill in world.fills]
    assert len(prices) > 2
    assert prices == sorted(set(prices))


def test_a_market_order_ends_where_its_bound_is_reached() -> None:
    world = World(balance="1000000000000")
    world.act("leverage 1")
    check("buy market 99999", world)
    assert world.last is not None and world.last.status == "CANCELLED"
    assert 0 < world.last.filled_e8 < world.last.qty_e8
    assert max(fill.price for fill in world.fills) <= world.last.accepted.price


def test_flaw_e25_a_limit_order_rests_and_fills_at_its_own_price_as_maker() -> None:
    check("""
        buy limit 0.5 @ 49000      | last PENDING 0, open 1, pos 0
        price 49000                | last PENDING 0
        price 48998                | last FILLED 0.5, pos 0.5, at 49000, role maker, open 0
    """)


def test_a_limit_order_through_the_market_fills_at_the_markets_price() -> None:
    check("buy limit 0.5 @ 51000 | last FILLED 0.5, at 50001, role taker")


def test_ioc_fills_what_it_can_and_ends() -> None:
    check("""
        buy limit 0.5 @ 49000 ioc  | last CANCELLED 0, open 0
        buy limit 0.5 @ 51000 ioc  | last FILLED 0.5
    """)
    world = World(balance="10000000")
    check("buy limit 30 @ 50001 ioc | open 0", world)
    assert world.last is not None and world.last.status == "CANCELLED"
    assert 0 < world.last.filled_e8 < world.last.qty_e8


def test_fok_fills_whole_or_not_at_all() -> None:
    check(
        """
        buy limit 30 @ 50001 fok   | last CANCELLED 0, pos 0
        buy limit 0.5 @ 50001 fok  | last FILLED 0.5, pos 0.5
    """,
        World(balance="10000000"),
    )


def test_post_only_is_refused_when_it_would_take_and_rests_otherwise() -> None:
    check("""
        buy limit 0.5 @ 50001 post | code 101215, open 0
        buy limit 0.5 @ 50000 post | code 0, last PENDING 0, open 1
    """)


def test_one_way_orders_reduce_then_turn_the_position() -> None:
    check("""
        buy market 0.3             | pos 0.3
        sell market 0.1            | pos 0.2
        sell market 0.5            | pos -0.3
        buy market 0.3             | pos 0
    """)


def test_hedge_positions_do_not_touch_each_other() -> None:
    check(
        """
        buy market 0.3 long        | long 0.3, short 0
        sell market 0.2 short      | long 0.3, short -0.2
        sell market 0.1 long       | long 0.2, short -0.2
        buy market 0.2 short       | long 0.2, short 0
    """,
        World(hedge=True),
    )


def test_flaw_j1_a_closing_order_trades_against_the_position() -> None:
    check(
        """
        sell market 0.3 short      | short -0.3
        sell market 0.3 long       | code 101205
        buy market 0.3 short       | short 0
    """,
        World(hedge=True),
    )


def test_reduce_only_closes_and_never_opens() -> None:
    check("""
        sell market 0.1 reduce     | code 101290, pos 0
        buy market 0.2             | pos 0.2
        sell market 0.3 reduce     | code 101290
        buy market 0.1 reduce      | code 101290
        sell limit 0.2 @ 50100 reduce | code 0, open 1
        sell market 0.15           | pos 0.05
        price 50102                | pos 0
        price 50103                | pos 0, open 0
    """)


def test_stops_fire_with_the_move_and_take_profits_against_it() -> None:
    check("""
        buy market 0.2                    | pos 0.2
        sell stopmarket 0.1 stop 49500    | last NEW 0, open 1
        sell tpmarket 0.1 stop 50500      | last NEW 0, open 2
        price 49501                       | open 2
        price 49500                       | open 1, pos 0.1
        price 50500                       | open 0, pos 0
    """)
    check("""
        sell market 0.2                   | pos -0.2
        buy stopmarket 0.1 stop 50500     | open 1
        buy tpmarket 0.1 stop 49500       | open 2
        price 49500                       | open 1, pos -0.1
        price 50500                       | open 0, pos 0
    """)


def test_a_stop_with_a_limit_rests_after_it_fired() -> None:
    check("""
        buy market 0.2                          | pos 0.2
        sell stoplimit 0.2 @ 49600 stop 49500   | last NEW 0
        price 49500                             | last PENDING 0, pos 0.2
        price 49602                             | last FILLED 0.2, pos 0
    """)


def test_close_position_takes_the_size_at_the_moment_it_fires() -> None:
    check("""
        buy market 0.2                          | pos 0.2
        sell stopmarket 0 stop 49500 close      | last NEW 0
        buy market 0.3                          | pos 0.5
        price 49500                             | pos 0, open 0
    """)


def test_a_trailing_stop_follows_and_fires_on_the_way_back() -> None:
    check("""
        buy market 0.2                    | pos 0.2
        sell trail 0.2 rate 0.01 reduce   | last NEW 0
        price 50000                       | pos 0.2
        price 52000                       | pos 0.2
        price 51500                       | pos 0.2
        price 51480                       | pos 0, last FILLED 0.2
    """)


def test_exits_that_an_order_carries_come_with_its_fill() -> None:
    check("""
        buy limit 0.2 @ 49000 sl 48000 tp 51000 | open 1
        price 48990                             | pos 0.2, open 2
        price 51000                             | pos 0, open 0
    """)


def test_a_flat_or_turned_position_takes_its_exits_with_it() -> None:
    check("""
        buy market 0.2                    | pos 0.2
        sell stopmarket 0.2 stop 49500    | open 1
        sell market 0.2                   | pos 0, open 0
        buy market 0.2                    | pos 0.2
        sell stopmarket 0.2 stop 49500    | open 1
        sell market 0.3                   | pos -0.1, open 0
    """)


def test_an_order_ends_once() -> None:
    check("""
        buy limit 0.1 @ 49000      | open 1
        cancel                     | code 0, last CANCELLED 0, open 0
        cancel                     | code 109421
        buy market 0.1             | last FILLED 0.1
        cancel                     | code 80018, pos 0.1
    """)


def test_flaw_m4_a_partly_filled_order_keeps_its_fill_when_it_is_cancelled() -> None:
    world = World(partial_share=1.0)
    world.act("buy limit 0.1 @ 51000")
    assert world.last is not None and world.last.status == "PARTIALLY_FILLED"
    filled = world.last.filled_e8
    assert 0 < filled < world.last.qty_e8
    world.act("cancel")
    assert (world.last.status, world.last.filled_e8) == ("CANCELLED", filled)
    assert world.account.position("BTC-USDT", "BOTH").qty_e8 == filled
    world.wait(10_000)
    assert world.last.filled_e8 == filled


def test_pieces_add_up_to_the_order_and_come_one_after_the_other() -> None:
    world = World(partial_share=1.0)
    world.act("buy market 0.1234")
    rounds = 0
    while world.account.open_orders and rounds < 200:
        world.wait(1_000)
        rounds += 1
    assert world.last is not None and world.last.status == "FILLED"
    assert sum(fill.qty for fill in world.fills) == world.last.qty_e8
    assert len(world.fills) > 1
    assert len({fill.trade_id for fill in world.fills}) == len(world.fills)
    assert len({fill.wall_ms for fill in world.fills}) == len(world.fills)


def test_working_orders_bind_margin_until_they_end() -> None:
    world = World()

    def use() -> MarginUse:
        return margin_use(world.account, world.exchange.marks())

    check("buy limit 0.4 @ 49000 | open 1", world)
    assert use().frozen_e8 == 980 * 10**8
    check("cancel | open 0", world)
    assert use().frozen_e8 == 0
    check("buy market 0.4 | pos 0.4", world)
    assert use().used_e8 == 1000_02 * 10**6
