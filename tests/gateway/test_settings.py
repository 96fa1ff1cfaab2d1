"""What the gateway sets and asks besides orders: margin type, rules, addresses."""

from __future__ import annotations

import signal
from pathlib import Path

from pink_actors.clock import NS_PER_MS
from pink_actors.shm_layout import (
    ActorState,
    Code,
    CommandKind,
    OrderKind,
    OrderStatus,
    ReportKind,
    TimeInForce,
)
from pink_actors.supervisor.paper_venue import free_port
from tests.gateway.stage import CLOCK, SYMBOL, trading


def test_the_configured_margin_type_is_set_once(instance: str, home: Path) -> None:
    with trading(instance, home, margin_type="isolated") as (stage, paper):
        gateway = stage.start_gateway()
        first = [(row["symbol"], row["margin_type"]) for row in paper.ledger("margin_type")]
        assert first == [(SYMBOL, "ISOLATED"), ("ETH-USDT", "ISOLATED")]
        gateway.stop(signal.SIGTERM)
        stage.start_gateway()
        assert len(paper.ledger("margin_type")) == 2


def test_a_margin_type_that_the_venue_refuses_now_is_told_and_trading_goes_on(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, _):
        gateway = stage.start_gateway()
        stage.hold()
        gateway.stop(signal.SIGTERM)
        rest_url = stage.rest_url
        stage.configure(rest_url, rate_limits="off", margin_type="isolated")
        stage.start_gateway()
        told = stage.until(lambda r: r.kind is ReportKind.DIAGNOSTIC, "the diagnostic")
        assert (told.symbol, told.text[:23]) == (SYMBOL, "the margin type is CROS")
        assert stage.do(stage.command(CommandKind.SUBMIT)).kind is ReportKind.ORDER_STATE


def test_rules_are_asked_for_again_from_time_to_time(instance: str, home: Path) -> None:
    with trading(instance, home, rules_refresh_ms=100) as (stage, _):
        stage.start_gateway()
        for _ in range(3):
            stage.seen.clear()
            rules = stage.until(
                lambda r: r.kind is ReportKind.INSTRUMENT and r.symbol == SYMBOL, "rules"
            )
            assert rules.tick_e12 > 0


def test_an_order_given_before_the_rules_are_known_waits_for_them(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        paper.fault("http_5xx", endpoint="contracts")
        process = stage.start("gateway")
        stage.until_state(stage.gateway, process, ActorState.DEGRADED)
        resting = stage.command(
            CommandKind.SUBMIT, adds_risk=0, order_kind=OrderKind.LIMIT, tif=TimeInForce.GTC,
            price_e12=30_000 * 10**12,
        )  # fmt: skip
        late = stage.command(
            CommandKind.SUBMIT, symbol="ETH-USDT",
            deadline_mono_ns=CLOCK.mono_ns() + 300 * NS_PER_MS,
        )  # fmt: skip
        stage.give(resting, late)
        told = stage.answer(late)
        assert (told.kind, told.code) == (ReportKind.NOT_SENT, Code.DEADLINE_PASSED)
        assert stage.answers(resting) == []
        paper.control(op="clear")
        assert stage.answer(resting).order_status is OrderStatus.WORKING


def test_the_fallback_address_answers_questions_and_takes_no_orders(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        here = f"http://127.0.0.1:{paper.port}"
        nowhere = f"http://127.0.0.1:{free_port()}"
        stage.configure(nowhere, rate_limits="off", rest_fallback_url=here)
        process = stage.start("gateway")
        stage.until_state(stage.gateway, process, ActorState.DEGRADED)
        asked = stage.command(CommandKind.RECONCILE)
        stage.give(asked)
        end = stage.until(
            lambda r: r.kind is ReportKind.SNAPSHOT_END and r.command_seq == asked.command_seq,
            "the end of the snapshot",
        )
        assert end.complete == 1
        soon = CLOCK.mono_ns() + 500 * NS_PER_MS
        told = stage.do(stage.command(CommandKind.SUBMIT, deadline_mono_ns=soon))
        assert (told.kind, told.code) == (ReportKind.NOT_SENT, Code.DEADLINE_PASSED)
        assert paper.ledger("order") == []
        assert "answered_by_fallback" in process.text()


def test_a_venue_without_tls_where_tls_is_configured_gets_no_order_and_ends_nobody(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        there = f"https://127.0.0.1:{paper.port}"
        stage.configure(
            there, rate_limits="off", ws_url=f"wss://127.0.0.1:{paper.port}/swap-market"
        )
        gateway = stage.start("gateway")
        listener = stage.start("listener")
        stage.until_state(stage.gateway, gateway, ActorState.DEGRADED)
        stage.until_state(stage.listener, listener, ActorState.DEGRADED)
        soon = CLOCK.mono_ns() + 500 * NS_PER_MS
        told = stage.do(stage.command(CommandKind.SUBMIT, deadline_mono_ns=soon))
        assert (told.kind, told.code) == (ReportKind.NOT_SENT, Code.DEADLINE_PASSED)
        assert gateway.child.poll() is None and listener.child.poll() is None
        assert "no_answer" in gateway.text()
        assert paper.ledger("order") == []
