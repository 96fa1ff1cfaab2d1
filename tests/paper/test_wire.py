"""What the wire shows of exact figures: rounded, signed and spelled as recorded."""

import msgspec

from pink_actors.paper import frames, wire
from pink_actors.paper.events import OrderEvent
from pink_actors.paper.fixed import exact_text, parse_price, parse_qty, rounded_text
from pink_actors.paper.request import Now
from pink_actors.paper.state import Order
from tests.paper.serving import at
from tests.paper.world import SYMBOL, World, check

NOW = Now(1_700_000_000_100, 1_600_000_000_000)


def last_order(world: World) -> Order:
    """The order the scenario spoke of last."""
    assert world.last is not None
    return world.last


def test_decimals_are_read_in_every_spelling_and_cut_not_rounded() -> None:
    assert parse_price("9.85e-06") == 9_850_000
    assert parse_price("1E3") == 10**15
    assert parse_price("0.0000000000019") == 1
    assert parse_qty("1.999999999") == 199_999_999
    assert parse_qty("-0.5") == -50_000_000
    for odd in ("", " ", "nan", "inf", "1e99", "--1", "1_000", "0x1", "\u0661", "1" * 41, "."):
        assert parse_qty(odd) is None, odd


def test_decimals_are_written_in_full_or_rounded_half_to_even() -> None:
    assert exact_text(-30_848_642, 8) == "-0.30848642"
    assert exact_text(50_000 * 10**12, 12) == "50000"
    assert [rounded_text(value, 8, 0) for value in (150_000_000, 250_000_000)] == ["2", "2"]
    assert rounded_text(-1, 8, 4) == "0.0000"
    assert rounded_text(5, 0, 2) == "5.00"


def test_an_order_shows_a_bound_for_its_price_and_rounded_averages() -> None:
    world = check("buy market 0.0333 | last FILLED 0.0333")
    order = last_order(world)
    row = wire.order_row(order, world.market.instrument, world.account)
    assert row["price"] == "51001.02000000"
    assert row["avgPrice"] == "50001.0"
    assert row["cumQuote"] == "1665"
    assert row["commission"] == "-0.832517"
    assert row["leverage"] == "20X"
    assert row["orderId"] == order.order_id > 2**53
    echo = wire.place_echo(order)
    assert (echo["price"], echo["avgPrice"], echo["executedQty"]) == (0, "0.00", "0.00")


def test_statuses_are_spelled_with_two_l_in_rest_and_one_in_the_stream() -> None:
    world = check("""
        buy limit 0.1 @ 49000 | open 1
        cancel                | open 0
    """)
    order = last_order(world)
    instrument = world.market.instrument
    assert wire.order_row(order, instrument, world.account)["status"] == "CANCELLED"
    frame = frames.order_frame(
        OrderEvent("main", order, "CANCELED", None), instrument, NOW, named=True
    )
    assert (at(frame, "o", "x"), at(frame, "o", "X")) == ("CANCELED", "CANCELED")


def test_a_stream_fill_carries_its_own_quantity_price_fee_and_trade() -> None:
    world = check("buy market 0.0333 | last FILLED 0.0333")
    event = next(
        x for x in world.exchange.events if isinstance(x, OrderEvent) and x.fill is not None
    )
    frame = frames.order_frame(event, world.market.instrument, NOW, named=True)
    assert at(frame, "o", "l") == "0.03330000"
    assert at(frame, "o", "L") == "50001.00000000"
    assert at(frame, "o", "n") == "-0.83251665"
    assert at(frame, "o", "td") == world.fills[0].trade_id
    assert at(frame, "o", "p") == "51001.02000000"
    assert frame["E"] == NOW.wall_ms
    assert isinstance(frame["T"], int)


def test_only_the_fill_history_is_exact() -> None:
    world = check("buy market 0.0333 | last FILLED 0.0333")
    fill, instrument = world.fills[0], world.market.instrument
    exact = wire.history_row(fill, instrument)
    rounded = wire.fill_row(fill, last_order(world), instrument)
    assert (exact["commission"], rounded["commission"]) == ("-0.83251665", "-0.8325")
    assert exact["tradeId"] == str(fill.trade_id)
    assert "tradeId" not in rounded
    assert str(exact["filledTm"]).endswith("Z")
    assert str(exact["filledTime"]).endswith("+0800")
    assert str(exact["filledTm"])[11:19] == str(exact["filledTime"])[11:19]


def test_a_short_is_unsigned_but_in_the_one_way_stream() -> None:
    one_way = check("sell market 0.2 | pos -0.2")
    hedged = check("sell market 0.2 short | short -0.2", World(hedge=True))
    for world, side, shown in ((one_way, "BOTH", "-0.20000000"), (hedged, "SHORT", "0.20000000")):
        position = world.account.position(SYMBOL, side)
        row = wire.position_row(position, world.account, world.market, world.account.wallet_e8)
        assert (row["positionAmt"], row["positionSide"]) == ("0.2000", "SHORT")
        frame = frames.position_row(position, world.account, world.market.mark_e12, 0)
        assert (frame["pa"], frame["ps"]) == (shown, side)
        assert msgspec.json.encode(row)
