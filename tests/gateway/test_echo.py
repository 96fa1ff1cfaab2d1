"""What the venue says of an order is compared with what was commanded, and nothing is assumed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pink_actors.gateway.cancel import cancel
from pink_actors.gateway.inbox import Work
from pink_actors.gateway.query import query
from pink_actors.gateway.submit import submit
from pink_actors.shm_layout import (
    Code,
    Command,
    CommandKind,
    Has,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    Report,
    ReportKind,
    TimeInForce,
)
from tests.gateway.scripted import Asked, Bench, refusal, scripted
from tests.gateway.stage import CLOCK, Stage

NUMBER = 1_970_374_651_259_388_001
PRICE_E12 = 40_000 * 10**12
Words = dict[str, object]


def row(asked: Asked, **words: object) -> Words:
    """An order as it was asked for, but for these words."""
    told = {"quantity": "0.1", "side": "BUY", "type": "LIMIT", "price": "40000", **asked.params}
    return {
        "orderId": NUMBER, "symbol": "BTC-USDT", "side": told["side"], "positionSide": "BOTH",
        "type": told["type"], "price": told["price"], "quantity": told["quantity"],
        "stopPrice": told.get("stopPrice", ""), "executedQty": "0", "avgPrice": "0",
        "timeInForce": told.get("timeInForce", "GTC"), "status": "PENDING",
        "clientOrderId": told.get("clientOrderId", ""),
        "reduceOnly": told.get("reduceOnly") == "true", **words,
    }  # fmt: skip


class Venue:
    """Takes an order and understands some words of it otherwise."""

    def __init__(self, **words: object) -> None:
        self.words = words
        self.order: Words = {}
        self.cancel_says: bytes | None = None

    def __call__(self, asked: Asked) -> bytes | object:
        """The answer to one request."""
        if asked.method == "POST":
            self.order = row(asked, **self.words)
        elif asked.method == "DELETE":
            if self.cancel_says is not None:
                return self.cancel_says
            self.order["status"] = "CANCELLED"
        return {"order": self.order}


def limit(stage: Stage) -> Command:
    """A reduce-only PostOnly exit."""
    return stage.command(
        CommandKind.SUBMIT, role=OrderRole.EXIT, order_kind=OrderKind.LIMIT, adds_risk=0,
        tif=TimeInForce.POST_ONLY, price_e12=PRICE_E12, reduce_only=1, deadline_mono_ns=0,
    )  # fmt: skip


async def placed(bench: Bench, command: Command) -> list[Report]:
    """What is reported of a submit."""
    await submit(bench.rig.desk, Work(command, maybe_sent=False))
    return bench.told()


def odd(reports: list[Report]) -> list[tuple[Code, str]]:
    """The diagnostics among them."""
    return [(r.code, r.text) for r in reports if r.kind is ReportKind.DIAGNOSTIC]


def last(reports: list[Report]) -> Report:
    """The answer, which comes last."""
    assert reports[-1].kind is not ReportKind.DIAGNOSTIC
    return reports[-1]


GRAVE: list[tuple[str, Words]] = [
    ("price", {"price": 41000}),
    ("quantity", {"quantity": 0.0999}),
    ("reduce only", {"reduceOnly": False}),
    ("position side", {"positionSide": "SHORT"}),
]


@pytest.mark.parametrize(("what", "words"), GRAVE)
async def test_an_order_that_rests_as_nobody_asked_is_taken_off_the_book(
    instance: str, home: Path, what: str, words: Words
) -> None:
    async with scripted(instance, home, Venue(**words)) as bench:
        command = limit(bench.stage)
        told = await placed(bench, command)
        ((code, text),) = odd(told)
        assert (code, text.startswith(f"echo: {what} is")) == (Code.ECHO_DIFFERS, True)
        end = last(told)
        assert (end.kind, end.order_status) == (ReportKind.ORDER_STATE, OrderStatus.CANCELLED)
        assert (end.command_seq, end.venue_order_id) == (command.command_seq, NUMBER)
        assert end.has & Has.CUM_QTY and end.cum_qty_e8 == 0
        assert (bench.count("POST"), bench.count("DELETE")) == (1, 1)
        assert bench.rig.desk.tally.echo_differences == 1


async def test_what_was_traded_before_it_was_withdrawn_is_told(instance: str, home: Path) -> None:
    class Traded(Venue):
        """Trades a part before the cancel."""

        def __call__(self, asked: Asked) -> bytes | object:
            """The answer to one request."""
            answer = super().__call__(asked)
            if asked.method == "DELETE":
                self.order |= {"executedQty": "0.04", "avgPrice": "41000"}
            return answer

    async with scripted(instance, home, Traded(price=41000)) as bench:
        end = last(await placed(bench, limit(bench.stage)))
        assert (end.order_status, end.cum_qty_e8) == (OrderStatus.CANCELLED, 4_000_000)


async def test_what_cannot_be_withdrawn_is_unknown_and_never_taken_as_asked(
    instance: str, home: Path
) -> None:
    venue = Venue(price=41000)
    venue.cancel_says = refusal(109403, "risk control")
    async with scripted(instance, home, venue) as bench:
        end = last(await placed(bench, limit(bench.stage)))
        assert (end.kind, end.code) == (ReportKind.ORDER_UNKNOWN, Code.UNRESOLVED)
        assert "not withdrawn: price is" in end.text


async def test_an_order_found_after_a_lost_reply_is_compared_as_well(
    instance: str, home: Path
) -> None:
    venue = Venue(price=41000)
    async with scripted(instance, home, venue) as bench:
        command = limit(bench.stage)
        asked = Asked("POST", "", {"clientOrderId": command.client_order_id, "reduceOnly": "true"})
        venue.order = row(asked, price=41000)
        await submit(bench.rig.desk, Work(command, maybe_sent=True))
        assert last(bench.told()).order_status is OrderStatus.CANCELLED
        assert (bench.count("POST"), bench.count("DELETE")) == (0, 1)


async def test_another_time_in_force_is_told_and_the_order_stays(instance: str, home: Path) -> None:
    async with scripted(instance, home, Venue(timeInForce="GTC")) as bench:
        told = await placed(bench, limit(bench.stage))
        assert odd(told)[0][1].startswith("echo: time in force is GTC")
        assert last(told).order_status is OrderStatus.WORKING
        assert bench.count("DELETE") == 0


async def test_a_stop_at_another_level_is_told_and_protects_all_the_same(
    instance: str, home: Path
) -> None:
    async with scripted(instance, home, Venue(stopPrice="29000", status="NEW")) as bench:
        stop = bench.stage.command(
            CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
            order_side=OrderSide.SELL, trigger_e12=30_000 * 10**12, reduce_only=1, adds_risk=0,
        )  # fmt: skip
        told = await placed(bench, stop)
        assert [code for code, _ in odd(told)] == [Code.ECHO_DIFFERS]
        assert last(told).order_status is OrderStatus.WORKING
        assert bench.count("DELETE") == 0


async def test_an_order_of_the_other_side_under_our_id_is_withdrawn_and_unknown(
    instance: str, home: Path
) -> None:
    async with scripted(instance, home, Venue(side="SELL")) as bench:
        told = await placed(bench, limit(bench.stage))
        assert odd(told)[0][1].startswith("echo: side is SELL")
        assert last(told).kind is ReportKind.ORDER_UNKNOWN
        assert bench.count("DELETE") == 1


async def test_an_order_of_somebody_else_in_the_answer_is_left_alone_and_unknown(
    instance: str, home: Path
) -> None:
    async with scripted(instance, home, Venue(clientOrderId="somebody")) as bench:
        told = await placed(bench, limit(bench.stage))
        assert odd(told)[0][1].startswith("echo: client id is somebody")
        assert last(told).kind is ReportKind.ORDER_UNKNOWN
        assert bench.count("DELETE") == 0


@pytest.mark.parametrize("kind", [OrderKind.MARKET, OrderKind.STOP_MARKET])
async def test_an_order_whose_quantity_was_cut_is_ours_at_every_later_question(
    instance: str, home: Path, kind: OrderKind
) -> None:
    async with scripted(instance, home, Venue(quantity="0.0999")) as bench:
        command = bench.stage.command(
            CommandKind.SUBMIT, order_kind=kind, trigger_e12=30_000 * 10**12, adds_risk=0,
            reduce_only=1,
        )  # fmt: skip
        told = await placed(bench, command)
        assert odd(told)[0][1].startswith("echo: quantity is 9990000e-8")
        assert last(told).order_status is OrderStatus.WORKING
        for _ in range(2):
            later = bench.stage.about(CommandKind.QUERY, command, venue_order_id=NUMBER)
            await query(bench.rig.desk, Work(later, maybe_sent=False))
            (answer,) = bench.told()  # The oddity was told already.
            assert (answer.kind, answer.order_status) == (
                ReportKind.ORDER_STATE, OrderStatus.WORKING
            )  # fmt: skip
            # The kernel takes another quantity than it commanded for somebody else's order.
            assert not answer.has & Has.QTY


async def test_a_cancel_that_is_answered_by_another_order_tells_nothing_of_ours(
    instance: str, home: Path
) -> None:
    class Confused(Venue):
        """Cancels the order and tells of another."""

        def __call__(self, asked: Asked) -> bytes | object:
            """The answer to one request."""
            answer = super().__call__(asked)
            if asked.method == "DELETE":
                other = {"orderId": 4242, "symbol": "ETH-USDT", "clientOrderId": "someone"}
                return {"order": {**self.order, **other}}
            return answer

    async with scripted(instance, home, Confused()) as bench:
        command = limit(bench.stage)
        assert last(await placed(bench, command)).order_status is OrderStatus.WORKING
        await cancel(
            bench.rig.desk,
            Work(bench.stage.about(CommandKind.CANCEL, command, venue_order_id=NUMBER), False),
        )
        told = bench.told()
        assert odd(told) == [
            (Code.FOREIGN_ORDER, "cancel answered by order 4242: symbol is ETH-USDT")
        ]
        end = last(told)
        assert (end.order_status, end.venue_order_id, end.symbol) == (
            OrderStatus.CANCELLED, NUMBER, "BTC-USDT"
        )  # fmt: skip
        assert bench.asked[-1].method == "GET"


async def test_words_that_nobody_knows_stay_unknown_and_are_told(instance: str, home: Path) -> None:
    venue = Venue(status="SUSPENDED", timeInForce="WEIRD")
    async with scripted(instance, home, venue) as bench:
        command = bench.stage.command(CommandKind.SUBMIT, adds_risk=0)
        told = await placed(bench, command)
        assert [code for code, _ in odd(told)] == [Code.UNKNOWN_WORD]
        assert odd(told)[0][1].startswith("status SUSPENDED, time in force WEIRD")
        assert (last(told).order_status, last(told).text) == (OrderStatus.UNKNOWN, "SUSPENDED")
        later = bench.stage.about(CommandKind.QUERY, command, venue_order_id=NUMBER)
        await query(bench.rig.desk, Work(later, maybe_sent=False))
        (answer,) = bench.told()
        assert answer.order_status is OrderStatus.UNKNOWN


REFUSALS = [
    (80012, "request timed out, please check your position", ReportKind.ORDER_UNKNOWN),
    (80001, "rpc timed out, invalid response", ReportKind.ORDER_UNKNOWN),
    (80012, "order not exist", ReportKind.ORDER_UNKNOWN),
    (80012, "margin is not enough", ReportKind.ORDER_REFUSED),
]


@pytest.mark.parametrize(("code", "text", "kind"), REFUSALS)
async def test_flaw_f18_an_order_is_told_refused_only_in_words_that_refuse(
    instance: str, home: Path, code: int, text: str, kind: ReportKind
) -> None:
    async with scripted(instance, home, lambda _: refusal(code, text)) as bench:
        command = bench.stage.command(CommandKind.SUBMIT, deadline_mono_ns=CLOCK.mono_ns() + 10**10)
        end = last(await placed(bench, command))
        assert (end.kind, end.venue_code) == (kind, code)
