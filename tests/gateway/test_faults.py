"""What can go wrong on the way: no order is sent twice, and evidence decides what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from pink_actors.clock import NS_PER_MS
from pink_actors.shm_layout import (
    Code,
    Command,
    CommandKind,
    OrderKind,
    OrderRole,
    OrderSide,
    OrderStatus,
    Report,
    ReportKind,
)
from tests.gateway.stage import CLOCK, Paper, Stage, trading
from tests.waiting import wait_until

PLACE = "POST /openApi/swap/v2/trade/order"
ORDERS = 12


@pytest.fixture
def desk(instance: str, home: Path) -> Iterator[tuple[Stage, Paper]]:
    """A gateway that is ready."""
    with trading(instance, home) as (stage, paper):
        stage.start_gateway()
        yield stage, paper


def stop_order(stage: Stage, number: int) -> Command:
    """A stop loss of its own trigger price: a type that has no client id at the venue."""
    return stage.command(
        CommandKind.SUBMIT, role=OrderRole.STOP_LOSS, order_kind=OrderKind.STOP_MARKET,
        order_side=OrderSide.SELL, reduce_only=1, adds_risk=0, qty_e8=1_000_000,
        trigger_e12=(20_000 + number) * 10**12,
    )  # fmt: skip


def named_orders(paper: Paper) -> Counter[str]:
    """How often the venue took each client order id."""
    return Counter(str(row["client_order_id"]) for row in paper.ledger("order"))


def test_flaw_i11_a_lost_reply_is_resolved_by_a_query_and_never_by_a_second_send(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    stage.hold()
    paper.fault("reply_lost", endpoint=PLACE, count=ORDERS)
    entries = [stage.command(CommandKind.SUBMIT, qty_e8=1_000_000) for _ in range(ORDERS // 2)]
    stops = [stop_order(stage, number) for number in range(ORDERS // 2)]
    stage.give(*entries, *stops)
    for command in (*entries, *stops):
        assert stage.answer(command).kind is ReportKind.ORDER_UNKNOWN
        found = stage.ask_until(command, ReportKind.ORDER_STATE)
        assert found.client_order_id == command.client_order_id
        assert found.venue_order_id > 0
    orders = paper.ledger("order")
    assert len(orders) == 1 + ORDERS
    assert all(named_orders(paper)[command.client_order_id] == 1 for command in entries)
    triggers = Counter(str(row["stop_price"]) for row in orders if row["type"] == "STOP_MARKET")
    assert triggers == Counter(str(20_000 + number) for number in range(ORDERS // 2))
    wait_until(lambda: stage.stats().resolved_found == ORDERS, "the counters")
    assert stage.stats().unknown_outcomes == ORDERS


@pytest.mark.parametrize("conditional", [False, True])
def test_a_request_that_is_held_and_lands_after_the_first_query_is_found_later(
    desk: tuple[Stage, Paper], conditional: bool
) -> None:
    stage, paper = desk
    stage.hold()
    paper.fault("request_held", endpoint=PLACE, count=1, delay_ms=400)
    order = stop_order(stage, 7) if conditional else stage.command(CommandKind.SUBMIT)
    assert stage.do(order).kind is ReportKind.ORDER_UNKNOWN
    early = stage.do(stage.about(CommandKind.QUERY, order))
    assert early.kind is ReportKind.COMMAND_DONE
    stage.ask_until(order, ReportKind.ORDER_STATE)
    assert len(paper.ledger("order")) == 2


@pytest.mark.parametrize("fault", ["reply_lost", "request_held"])
def test_a_stop_of_which_nobody_told_is_never_taken_for_one_like_it_that_is_over(
    desk: tuple[Stage, Paper], fault: str
) -> None:
    stage, paper = desk
    stage.hold()
    first = stop_order(stage, 7)
    number = stage.do(first).venue_order_id
    gone = stage.do(stage.about(CommandKind.CANCEL, first, venue_order_id=number))
    assert gone.order_status is OrderStatus.CANCELLED
    # The kernel has forgotten the first by now: nothing but its end tells them apart.
    paper.fault(fault, endpoint=PLACE, count=1, delay_ms=400)
    second = stop_order(stage, 7)
    assert stage.do(second).kind is ReportKind.ORDER_UNKNOWN
    found = stage.ask_until(second, ReportKind.ORDER_STATE)
    assert found.order_status is OrderStatus.WORKING
    assert found.venue_order_id not in (0, number)


def test_flaw_h5_not_found_is_said_only_when_the_request_can_no_longer_land(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    paper.fault("request_lost", endpoint=PLACE, count=1)
    order = stage.command(CommandKind.SUBMIT)
    assert stage.do(order).kind is ReportKind.ORDER_UNKNOWN
    stage.ask_until(order, ReportKind.ORDER_NOT_FOUND)
    waited_ns = CLOCK.mono_ns() - order.created_mono_ns
    assert waited_ns >= 700 * NS_PER_MS
    assert paper.ledger("order") == []
    wait_until(lambda: stage.stats().resolved_absent == 1, "the counter")


@pytest.mark.parametrize("fault", ["http_5xx_after", "reply_garbled"])
def test_a_broken_reply_after_acceptance_is_an_unknown_outcome(
    desk: tuple[Stage, Paper], fault: str
) -> None:
    stage, paper = desk
    paper.fault(fault, endpoint=PLACE, count=1)
    order = stage.command(CommandKind.SUBMIT)
    assert stage.do(order).kind is ReportKind.ORDER_UNKNOWN
    stage.ask_until(order, ReportKind.ORDER_STATE)
    assert named_orders(paper) == Counter({order.client_order_id: 1})


@pytest.mark.parametrize("fault", ["http_5xx", "busy"])
def test_a_busy_venue_is_an_unknown_outcome_and_not_a_refusal(
    desk: tuple[Stage, Paper], fault: str
) -> None:
    stage, paper = desk
    paper.fault(fault, endpoint=PLACE, count=1)
    order = stage.command(CommandKind.SUBMIT)
    assert stage.do(order).kind is ReportKind.ORDER_UNKNOWN
    stage.ask_until(order, ReportKind.ORDER_NOT_FOUND)
    assert paper.ledger("order") == []


@pytest.mark.parametrize("fault", ["http_429", "rate_limited"])
def test_a_rate_limit_delays_an_order_and_loses_none(desk: tuple[Stage, Paper], fault: str) -> None:
    stage, paper = desk
    paper.fault(fault, endpoint=PLACE, count=2)
    order = stage.command(CommandKind.SUBMIT)
    assert stage.do(order).kind is ReportKind.ORDER_STATE
    assert named_orders(paper) == Counter({order.client_order_id: 1})
    wait_until(lambda: stage.stats().rate_limited == 2, "the counter")


def test_an_entry_that_the_rate_limit_holds_past_its_deadline_is_not_sent_late(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    paper.fault("rate_limited", endpoint=PLACE)
    late = stage.command(CommandKind.SUBMIT, deadline_mono_ns=CLOCK.mono_ns() + 700 * NS_PER_MS)
    report = stage.do(late)
    assert (report.kind, report.code) == (ReportKind.NOT_SENT, Code.DEADLINE_PASSED)
    paper.control(op="clear")
    exit_order = stage.command(CommandKind.SUBMIT)
    assert stage.do(exit_order).kind is ReportKind.ORDER_STATE
    assert named_orders(paper) == Counter({exit_order.client_order_id: 1})


def test_a_clock_that_is_off_is_set_and_the_order_goes_once(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    paper.control(op="skew", skew_ms=60_000)
    order = stage.command(CommandKind.SUBMIT)
    assert stage.do(order).kind is ReportKind.ORDER_STATE
    assert named_orders(paper) == Counter({order.client_order_id: 1})
    wait_until(lambda: stage.stats().clock_offset_ms > 55_000, "the offset")


def test_a_refusal_keeps_the_venues_code_and_words(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    paper.fault("refused", count=1)
    report = stage.do(stage.command(CommandKind.SUBMIT))
    assert (report.kind, report.code) == (ReportKind.ORDER_REFUSED, Code.VENUE_REFUSED)
    assert (report.venue_code, report.text) == (101204, "Insufficient margin")


def test_a_cancel_whose_reply_is_lost_ends_with_the_truth(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    stage.hold()
    resting = stop_order(stage, 1)
    stage.do(resting)
    paper.fault("reply_lost", endpoint="DELETE /openApi/swap/v2/trade/order", count=1)
    gone = stage.do(stage.about(CommandKind.CANCEL, resting))
    assert (gone.kind, gone.order_status) == (ReportKind.ORDER_STATE, OrderStatus.CANCELLED)


def test_flaw_o5_a_venue_that_does_not_answer_is_not_waited_for_for_ever(
    instance: str, home: Path
) -> None:
    with trading(instance, home, request_timeout_ms=200) as (stage, paper):
        stage.start_gateway()
        paper.fault("delay", endpoint="GET /openApi/swap/v2/trade/order", delay_ms=30_000)
        silent = stage.do(stage.command(CommandKind.QUERY))
        assert (silent.kind, silent.code) == (ReportKind.COMMAND_DONE, Code.UNRESOLVED)
        assert silent.text.startswith("ReadTimeout")


def test_flaw_e13_a_question_that_timed_out_is_never_answered_with_what_was_known_before(
    instance: str, home: Path
) -> None:
    with trading(instance, home, request_timeout_ms=200) as (stage, paper):
        stage.start_gateway()
        entry = stage.hold()

        def snapshot() -> list[Report]:
            asked = stage.command(CommandKind.RECONCILE)
            stage.give(asked)
            stage.until(
                lambda r: r.kind is ReportKind.SNAPSHOT_END and r.command_seq == asked.command_seq,
                "the end of the snapshot",
            )
            return stage.answers(asked)

        whole = {report.kind for report in snapshot()}
        assert {ReportKind.SNAPSHOT_POSITION, ReportKind.BALANCE} < whole
        paper.fault("delay", endpoint="GET", delay_ms=30_000)
        begin, end = snapshot()
        assert (begin.kind, begin.row_count) == (ReportKind.SNAPSHOT_BEGIN, 0)
        assert (end.complete, end.code) == (0, Code.UNRESOLVED)
        silent = stage.do(stage.about(CommandKind.QUERY, entry))
        assert (silent.kind, silent.has, silent.cum_qty_e8) == (ReportKind.COMMAND_DONE, 0, 0)


def test_a_reply_that_cannot_be_read_is_kept_for_inspection(desk: tuple[Stage, Paper]) -> None:
    stage, paper = desk
    paper.fault("reply_garbled", endpoint=PLACE, count=1)
    assert stage.do(stage.command(CommandKind.SUBMIT)).kind is ReportKind.ORDER_UNKNOWN
    (kept,) = stage.unread_dir.glob("gateway-unread-*.bin")
    assert kept.read_bytes().startswith(b"{")


def test_fills_that_do_not_add_up_are_not_told(desk: tuple[Stage, Paper]) -> None:
    stage, _ = desk
    entry = stage.command(CommandKind.SUBMIT)
    placed = stage.do(entry)
    wrong = stage.about(
        CommandKind.SETTLE, entry, venue_order_id=placed.venue_order_id,
        cum_qty_e8=entry.qty_e8 * 2, since_wall_ms=entry.created_wall_ns // 10**6,
    )  # fmt: skip
    report = stage.do(wrong)
    assert (report.kind, report.code) == (ReportKind.COMMAND_DONE, Code.SETTLE_MISMATCH)


def test_an_order_whose_client_id_the_venue_forgot_is_found_by_its_features(
    desk: tuple[Stage, Paper],
) -> None:
    stage, paper = desk
    paper.fault("client_id_dropped", count=2)
    first = stage.command(CommandKind.SUBMIT)
    assert stage.do(first).kind is ReportKind.ORDER_STATE
    told = stage.until(lambda r: r.kind is ReportKind.DIAGNOSTIC, "the diagnostic")
    assert told.code is Code.ECHO_DIFFERS
    assert told.text.startswith("echo: the echo carries no client id; order ")
    paper.fault("reply_lost", endpoint=PLACE, count=1)
    second = stage.command(CommandKind.SUBMIT, qty_e8=first.qty_e8 // 2)
    assert stage.do(second).kind is ReportKind.ORDER_UNKNOWN
    found = stage.ask_until(second, ReportKind.ORDER_STATE)
    assert found.client_order_id == second.client_order_id
    assert ReportKind.ORDER_NOT_FOUND not in {report.kind for report in stage.seen}
    assert [row["client_order_id"] for row in paper.ledger("order")] == ["", ""]
