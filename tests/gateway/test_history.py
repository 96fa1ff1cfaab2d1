"""Income and settled fills over more than the venue gives at once: all of it, or not called all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.income import income
from pink_actors.gateway.settle import settle
from pink_actors.shm_layout import Code, CommandKind, Report, ReportKind
from tests.gateway.scripted import Asked, Bench, scripted
from tests.gateway.stage import CLOCK

DAY_MS = 86_400_000
ORDER = 7
Row = dict[str, object]


def now_ms() -> int:
    return CLOCK.wall_ns() // NS_PER_MS


def funding(number: int, paid_ms: int, amount: str = "-0.1", **fields: object) -> Row:
    """A row of the income list."""
    return {
        "symbol": "BTC-USDT", "incomeType": "FUNDING_FEE", "income": amount, "asset": "USDT",
        "time": paid_ms, "tranId": str(number), **fields,
    }  # fmt: skip


def income_list(rows: list[Row]) -> Callable[[Asked], object]:
    """A venue that lists these, newest first, of at most a week at once."""

    def answer(asked: Asked) -> object:
        since_ms, until_ms = asked.span("startTime", "endTime")
        assert until_ms - since_ms <= 7 * DAY_MS
        found = [row for row in rows if since_ms <= int(str(row["time"])) <= until_ms]
        found.sort(key=lambda row: int(str(row["time"])), reverse=True)
        return found[: int(asked.params["limit"])]

    return answer


async def told(desk: Bench, since_ms: int) -> tuple[list[Report], Report]:
    """The income rows of one INCOME command, and how it ended."""
    command = desk.stage.command(CommandKind.INCOME, since_wall_ms=since_ms)
    await income(desk.rig.desk, Work(command, maybe_sent=False))
    desk.stage.drain()
    *rows, end = desk.stage.answers(command)
    assert end.kind is ReportKind.COMMAND_DONE
    return rows, end


async def test_income_of_many_weeks_is_told_whole_and_in_order(instance: str, home: Path) -> None:
    now = now_ms()
    rows = [funding(day, now - day * DAY_MS) for day in range(1, 40)]
    async with scripted(instance, home, income_list(rows)) as desk:
        found, end = await told(desk, now - 45 * DAY_MS)
        assert [int(row.fill_id) for row in found] == list(range(39, 0, -1))
        assert (end.complete, end.code) == (1, Code.OK)


@pytest.mark.parametrize(("fees", "whole"), [(999, True), (1200, False)])
async def test_more_rows_at_one_instant_than_a_page_are_not_called_all_and_hide_no_others(
    instance: str, home: Path, fees: int, whole: bool
) -> None:
    crowded = now_ms() - 3_600_000
    rows = [funding(10_000 + n, crowded, incomeType="TRADING_FEE") for n in range(fees)]
    rows += [funding(1, crowded - 60_000), funding(2, crowded - 2), funding(3, crowded + 60_000)]
    async with scripted(instance, home, income_list(rows)) as desk:
        found, end = await told(desk, crowded - 3_600_000)
        assert [row.fill_id for row in found] == ["1", "2", "3"]
        assert (end.complete, end.code) == (int(whole), Code.OK if whole else Code.UNRESOLVED)
        assert bool(desk.rig.told()) is not whole


async def test_where_a_part_cannot_be_had_the_rows_after_it_are_kept_back(
    instance: str, home: Path
) -> None:
    # The kernel asks next from the newest row it knows: what lies before would never be asked for.
    now = now_ms()
    rows = [funding(day, now - day * DAY_MS) for day in (1, 9, 16)]
    listed = income_list(rows)

    def answer(asked: Asked) -> object:
        since_ms, until_ms = asked.span("startTime", "endTime")
        broken = since_ms <= now - 9 * DAY_MS <= until_ms
        return {"what": 1} if broken else listed(asked)

    async with scripted(instance, home, answer) as desk:
        found, end = await told(desk, now - 18 * DAY_MS)
        assert [row.fill_id for row in found] == ["16"]
        assert (end.complete, end.code) == (0, Code.UNRESOLVED)


async def test_a_row_that_cannot_be_read_hides_no_other_and_is_told_once(
    instance: str, home: Path
) -> None:
    paid = now_ms() - 10_000
    rows = [funding(1, paid), funding(2, paid + 1, "much"), funding(3, paid + 2)]
    async with scripted(instance, home, income_list(rows)) as desk:
        for _ in range(2):
            found, end = await told(desk, paid - 10_000)
            assert [row.fill_id for row in found] == ["1", "3"]
            assert (end.complete, end.code) == (0, Code.UNRESOLVED)
        assert len(desk.rig.told()) == 1


async def test_one_transaction_of_two_symbols_or_two_kinds_is_several_rows(
    instance: str, home: Path
) -> None:
    paid = now_ms() - 1_000
    rows = [
        funding(5, paid), funding(5, paid, "-7", symbol="ETH-USDT"),
        funding(5, paid, "9", incomeType="ADL"),
    ]  # fmt: skip
    async with scripted(instance, home, income_list(rows)) as desk:
        found, end = await told(desk, paid - 10_000)
        amounts = {(row.symbol, row.income_kind): row.amount_e8 for row in found}
        assert amounts == {
            ("BTC-USDT", 1): -10_000_000, ("ETH-USDT", 1): -700_000_000,
            ("BTC-USDT", 4): 900_000_000,
        }  # fmt: skip
        assert end.complete == 1


@pytest.mark.parametrize(
    ("kind", "coin", "booked"),
    [
        ("paper", "USDT", True), ("paper", "USDC", False), ("paper", "", True),
        ("demo", "VST", True), ("demo", "USDC", False), ("live", "VST", False),
    ],
)  # fmt: skip
async def test_income_in_another_coin_is_told_once_and_not_booked(
    instance: str, home: Path, kind: str, coin: str, booked: bool
) -> None:
    paid = now_ms() - 1_000
    venue = income_list([funding(5, paid, asset=coin)])
    async with scripted(instance, home, venue, kind=kind) as desk:
        for _ in range(2):
            found, end = await told(desk, paid - 10_000)
            assert len(found) == booked
            assert end.complete == 1  # of our coin that was all
        texts = [text for _, text in desk.rig.told()]
        assert texts == ([] if booked else [f"FUNDING_FEE 5 is in {coin}: not booked"])


async def test_money_with_more_digits_than_ours_is_booked_and_told_once(
    instance: str, home: Path
) -> None:
    paid = now_ms() - 1_000
    rows = [funding(1, paid, "-0.30000000000000004"), funding(2, paid, "0.000000025")]
    async with scripted(instance, home, income_list(rows)) as desk:
        found, end = await told(desk, paid - 10_000)
        assert [row.amount_e8 for row in found] == [-30_000_000, 2]
        assert end.complete == 1
        (text,) = (text for _, text in desk.rig.told())
        assert text.startswith("income: -0.30000000000000004 was rounded")
        assert desk.rig.desk.tally.rounded == 2


def fill(number: int, filled_ms: int, **fields: object) -> Row:
    """A row of the fill history: a twentieth of a bitcoin."""
    when = datetime.fromtimestamp(filled_ms / 1000, UTC).isoformat(timespec="milliseconds")
    return {
        "symbol": "BTC-USDT", "volume": "0.05", "price": "10", "orderId": str(ORDER),
        "tradeId": str(number), "commission": "-0.01", "filledTime": when, **fields,
    }  # fmt: skip


def fill_list(rows: list[Row], *, total: bool = True) -> Callable[[Asked], object]:
    """A venue that lists these in pages, oldest first, of at most a week at once."""

    def answer(asked: Asked) -> object:
        since_ms, until_ms = asked.span("startTs", "endTs")
        assert until_ms - since_ms <= 7 * DAY_MS
        found = [
            row for row in rows
            if since_ms <= datetime.fromisoformat(str(row["filledTime"])).timestamp() * 1000
            <= until_ms
        ]  # fmt: skip
        size = int(asked.params["pageSize"])
        start = (int(asked.params["pageIndex"]) - 1) * size
        page: dict[str, object] = {"fill_history_orders": found[start : start + size]}
        return page | ({"total": len(found)} if total else {})

    return answer


async def settled(desk: Bench, fills: int, since_ms: int) -> list[Report]:
    """The answers to one SETTLE command of an order of so many fills."""
    command = desk.stage.command(
        CommandKind.SETTLE, venue_order_id=ORDER, cum_qty_e8=fills * 5_000_000,
        since_wall_ms=since_ms,
    )  # fmt: skip
    await settle(desk.rig.desk, Work(command, maybe_sent=False))
    desk.stage.drain()
    return desk.stage.answers(command)


async def test_an_order_that_filled_over_weeks_settles_with_all_its_rows(
    instance: str, home: Path
) -> None:
    now = now_ms()
    rows = [fill(1, now - 19 * DAY_MS), fill(2, now - 9 * DAY_MS), fill(3, now - 1_000)]
    async with scripted(instance, home, fill_list(rows)) as desk:
        found = await settled(desk, 3, now - 20 * DAY_MS)
        assert [(row.kind, row.fill_id) for row in found] == [
            (ReportKind.FILL, str(number)) for number in (1, 2, 3)
        ]


async def test_a_full_page_of_fills_is_not_the_last_where_no_total_is_told(
    instance: str, home: Path
) -> None:
    now = now_ms()
    rows = [fill(number, now - 5_000 + number) for number in range(1, 1_101)]
    async with scripted(instance, home, fill_list(rows, total=False)) as desk:
        found = await settled(desk, 1_100, now - 60_000)
        assert len(found) == 1_100
        assert {(row.kind, row.row_count) for row in found} == {(ReportKind.FILL, 1_100)}


@pytest.mark.parametrize("coin", ["USDT", "USDC"])
async def test_a_fee_in_another_coin_is_told_and_settles_nothing(
    instance: str, home: Path, coin: str
) -> None:
    now = now_ms()
    rows = [fill(1, now - 1_000, commissionAsset=coin)]
    async with scripted(instance, home, fill_list(rows)) as desk:
        (end,) = await settled(desk, 1, now - 60_000)
        if coin == "USDT":
            assert (end.kind, end.amount_e8) == (ReportKind.FILL, 1_000_000)
        else:
            assert (end.kind, end.code) == (ReportKind.COMMAND_DONE, Code.SETTLE_MISMATCH)
            assert [text for _, text in desk.rig.told()] == ["a fill's fee is in USDC, not in USDT"]
