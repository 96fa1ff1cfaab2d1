"""Every refusal of an order, with the code a client sees; nothing of it reaches the ledger."""

import pytest

from pink_actors.paper.request import NewOrder
from tests.paper.world import SYMBOL, World

ONE_WAY = [
    ("buy market 0", 109400),
    ("buy market 0.00001", 101400),
    ("buy limit 0.0001 @ 5500", 101400),
    ("buy limit 0.1", 109400),
    ("buy limit 0.1 @ 70000", 101211),
    ("sell limit 0.1 @ 100", 101211),
    ("buy limit 0.1 @ 100", 101211),
    ("buy market 0.1 long", 109400),
    ("sell market 0.1 reduce", 101290),
    ("sell stopmarket 0.1 stop 49000", 101205),
    ("buy stopmarket 0.1", 109400),
    ("buy market 90", 101204),
    ("buy market 0 close", 109400),
    ("sell trail 0.1", 109400),
    ("sell trail 0.1 rate 1.5", 109400),
    ("buy limit 0.1 @ 50001 post", 101215),
]
HEDGED = [
    ("buy market 0.1", 109400),
    ("sell market 0.1 long", 101205),
    ("buy market 0.1 short", 101205),
    ("buy market 0.1 long reduce", 109400),
    ("sell stopmarket 0.1 stop 49000 long", 101205),
]


@pytest.mark.parametrize(("line", "code"), ONE_WAY)
def test_flaw_i5_one_way_refusals_have_their_codes(line: str, code: int) -> None:
    refused(World(), line, code)


@pytest.mark.parametrize(("line", "code"), HEDGED)
def test_flaw_i5_hedge_refusals_have_their_codes(line: str, code: int) -> None:
    refused(World(hedge=True), line, code)


def test_flaw_i5_a_client_id_is_taken_once_for_ever() -> None:
    world = World()
    world.act("buy limit 0.1 @ 49000 id one")
    world.act("cancel")
    refused(world, "buy limit 0.1 @ 49000 id one", 101481)
    assert world.exchange.stats.duplicates_refused == 1


def test_flaw_i5_stops_are_limited_by_the_position_and_by_the_side_of_the_price() -> None:
    world = World()
    world.act("buy market 0.2")
    refused(world, "sell stopmarket 0.3 stop 49000", 110424)
    refused(world, "sell stopmarket 0.1 stop 50500", 110412)
    refused(world, "sell tpmarket 0.1 stop 49000", 110412)
    world.act("sell stopmarket 0.15 stop 49000")
    refused(world, "sell stopmarket 0.1 stop 49000", 110424)


def test_flaw_i5_hedge_closes_are_limited_by_the_position() -> None:
    world = World(hedge=True)
    world.act("buy market 0.2 long")
    refused(world, "sell market 0.3 long", 110203)


def test_flaw_i5_unknown_words_are_refused() -> None:
    for order in (
        NewOrder("XYZ-USDT", "BUY", "MARKET", qty_e8=10**8),
        NewOrder(SYMBOL, "HOLD", "MARKET", qty_e8=10**8),
        NewOrder(SYMBOL, "BUY", "MAGIC", qty_e8=10**8),
        NewOrder(SYMBOL, "BUY", "MARKET", qty_e8=10**8, time_in_force="GTD"),
        NewOrder(SYMBOL, "BUY", "MARKET", qty_e8=10**8, working_type="INDEX_PRICE"),
        NewOrder(SYMBOL, "BUY", "MARKET", qty_e8=10**8, client_order_id="x" * 41),
    ):
        world = World()
        world.place(order)
        assert world.code in (109400, 109425), order
        assert len(world.entries) == 1


def test_flaw_i5_there_is_a_limit_of_resting_orders() -> None:
    world = World()
    for _ in range(200):
        world.act("buy limit 0.001 @ 49000")
    refused(world, "buy limit 0.001 @ 49000", 101419)


def test_a_close_of_the_whole_rest_is_taken_below_the_minimum() -> None:
    world = World()
    world.act("buy market 0.0001")
    world.act("sell market 0.0001 reduce")
    assert world.code == 0


def refused(world: World, line: str, code: int) -> None:
    """The line is refused with this code and leaves no trace in the ledger."""
    before = len(world.entries)
    world.act(line)
    assert world.code == code
    assert len(world.entries) == before
