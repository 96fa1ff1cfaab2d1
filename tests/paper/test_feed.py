"""Prices: a walk that its seed repeats, and candle files that are replayed or refused."""

import lzma
from pathlib import Path
from random import Random

import pytest

from pink_actors.paper.feed import CANDLE_MS, Candle, CandleFileError, Replay, Walk, read_candles
from pink_actors.paper.fixed import PRICE_ONE
from tests.paper.serving import KEYS, Client, at, served, size, until

HEADER = "timestamp,open,high,low,close,volume\n"
ROW = "2022-01-01 00:00:00.000000,100.0,110.0,95.0,105.0,12.5\n"
START_MS = 1_640_995_200_000


def test_a_seed_repeats_its_walk() -> None:
    def prices(seed: int) -> list[int]:
        walk = Walk(Random(seed), 50_000 * PRICE_ONE, PRICE_ONE // 10, 0)
        return [point.price_e12 for ms in range(100, 60_000, 100) for point in walk.points(ms)]

    assert prices(3) == prices(3) != prices(4)
    assert all(price % (PRICE_ONE // 10) == 0 for price in prices(3))
    assert len(set(prices(3))) > 100


def test_a_candle_is_walked_open_near_end_far_end_close() -> None:
    up = Candle(START_MS, 100, 110, 95, 105, 40)
    down = Candle(START_MS + CANDLE_MS, 105, 111, 90, 92, 40)
    replay = Replay([up, down], 1, 0)
    points = replay.points(START_MS + 2 * CANDLE_MS)
    assert [point.price_e12 for point in points] == [100, 95, 110, 105, 105, 111, 90, 92]
    assert replay.done
    assert replay.points(START_MS + 3 * CANDLE_MS) == []


def test_between_two_prices_of_a_candle_lies_a_straight_line() -> None:
    replay = Replay([Candle(START_MS, 100, 138, 100, 138, 4)], 1, 0)
    assert [p.price_e12 for p in replay.points(START_MS)] == [100]
    assert [p.price_e12 for p in replay.points(START_MS + 19_000)] == [100]
    assert [p.price_e12 for p in replay.points(START_MS + 28_500)] == [119]


def test_prices_between_two_ticks_are_traded_at_the_nearer_one() -> None:
    replay = Replay([Candle(START_MS, 1_004, 1_011, 3, 1_006, 4)], 10, 0)
    points = replay.points(START_MS + CANDLE_MS)
    assert [point.price_e12 for point in points] == [1_000, 10, 1_010, 1_010]


def test_a_replay_goes_on_from_a_market_time() -> None:
    candles = [
        Candle(START_MS + i * CANDLE_MS, 100 + i, 100 + i, 100 + i, 100 + i, 4) for i in range(5)
    ]
    replay = Replay(candles, 1, START_MS + 3 * CANDLE_MS)
    assert replay.points(START_MS + 3 * CANDLE_MS)[0].price_e12 == 103


@pytest.mark.parametrize("name", ["candles.csv", "candles.csv.xz"])
def test_candle_files_may_be_plain_or_packed(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    data = (HEADER + ROW + "1640995260000,105,106,104,104.5,3\n").encode()
    path.write_bytes(lzma.compress(data) if name.endswith(".xz") else data)
    candles = read_candles(path)
    assert [candle.open_ms for candle in candles] == [START_MS, START_MS + CANDLE_MS]
    assert candles[1].close_e12 == 1045 * PRICE_ONE // 10


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", ":1:"),
        ("time,price\n", ":1:"),
        (HEADER, "holds no candle"),
        (HEADER + "x\n", ":2:"),
        (HEADER + ROW + ROW, ":3:"),
        (HEADER + ROW.replace("95.0", "101"), ":2:"),
        (HEADER + ROW.replace("100.0", "-1"), ":2:"),
        (HEADER + ROW.replace("105.0", "nan"), ":2:"),
        (HEADER + ROW.replace("2022-01-01", "yesterday"), ":2:"),
        (HEADER + "1640995200,1,1,1,1,1\n1640995260,1,1,1,1,1\n", ":2: time 1640995200 .*seconds"),
        (HEADER + ROW + "1640995200060,1,1,1,1,1\n", ":3: 0.06 s after .* one minute"),
        (HEADER + ROW + "1640995261000,1,1,1,1,1\n", ":3: 61 s after .* one minute"),
        (
            HEADER + ROW + "1640995500000,1,1,1,1,1\n1640996100000,1,1,1,1,1\n",
            ":3: the candles are 5 minutes apart; only candles of one minute",
        ),
    ],
)
def test_a_bad_candle_file_is_refused_with_its_line(tmp_path: Path, text: str, where: str) -> None:
    path = tmp_path / "candles.csv"
    path.write_text(text)
    with pytest.raises(CandleFileError, match=where):
        read_candles(path)


def test_a_file_may_leave_minutes_out(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv"
    later = "".join(f"{START_MS + m * CANDLE_MS},1,1,1,1,1\n" for m in (1, 2, 9, 10))
    path.write_text(HEADER + ROW + later)
    assert len(read_candles(path)) == 5


def test_a_file_that_is_not_what_its_name_says_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv.xz"
    path.write_text(HEADER + ROW)
    with pytest.raises(CandleFileError, match="cannot be read"):
        read_candles(path)
    with pytest.raises(CandleFileError, match="cannot be read"):
        read_candles(tmp_path / "missing.csv")


async def test_a_replay_waits_for_a_listener_and_then_runs_in_market_time(tmp_path: Path) -> None:
    price = 46_000 * PRICE_ONE
    candles = [
        Candle(START_MS + i * CANDLE_MS, price, price + PRICE_ONE, price - PRICE_ONE, price, 4)
        for i in range(2_000)
    ]
    async with (
        served(tmp_path, candles=candles, speed=60_000) as base,
        Client(base, KEYS[0]) as client,
        client.stream() as stream,
    ):
        before = await client.get("v2/server/time")
        assert before.whole["marketTime"] == START_MS
        assert abs(int(str(at(before.data, "serverTime"))) - START_MS) > 365 * 86_400_000
        await client.place(side="BUY", type="MARKET", quantity="0.01")
        await stream.subscribe("BTC-USDT@kline_1m")
        opened: list[object] = []
        while len(opened) < 500:
            frame = await stream.next(topic="BTC-USDT@kline_1m")
            if "closed" in frame:
                opened.append(at(frame, "data", 0, "T"))
        assert opened == [START_MS + i * CANDLE_MS for i in range(500)]

        async def done() -> bool:
            return at(await client.stats(), "market", "done") is True

        await until(done, "the end of the replay")
        funded = await client.get("v2/user/income", incomeType="FUNDING_FEE")
        assert isinstance(funded.whole["data"], list)
        times = [int(str(at(row, "marketTime"))) for row in funded.whole["data"]]
        assert times
        assert all(time % (8 * 3_600_000) == 0 for time in times)
        assert len(set(times)) == len(times) == 4


async def test_a_file_that_is_used_up_says_so_and_pushes_no_empty_bars(tmp_path: Path) -> None:
    price = 46_000 * PRICE_ONE
    candles = [Candle(START_MS + i * CANDLE_MS, price, price, price, price, 4) for i in range(3)]

    async def done(client: Client) -> bool:
        return at(await client.stats(), "market", "done") is True

    async with (
        served(tmp_path, candles=candles, speed=60_000) as base,
        Client(base, KEYS[0]) as client,
        client.stream() as stream,
    ):
        assert at(await client.stats(), "market", "note") == ""
        await stream.subscribe("BTC-USDT@kline_1m")
        await until(lambda: done(client), "the end of the replay")
    told: list[str] = []
    async with (
        served(tmp_path, candles=candles, speed=60_000, told=told) as base,
        Client(base, KEYS[0]) as client,
        client.stream() as stream,
    ):
        assert len(told) == 1
        assert "used up" in told[0]
        assert "another --data" in told[0]
        assert "used up" in str(at(await client.stats(), "market", "note"))
        await stream.subscribe("BTC-USDT@kline_1m")
        await stream.subscribe("BTC-USDT@trade")
        await client.control(op="price", symbol="BTC-USDT", bp=10)
        frame = await stream.next(topic="BTC-USDT@kline_1m")
        assert size(frame["data"]) == 1
