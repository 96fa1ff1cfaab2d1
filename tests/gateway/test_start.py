"""Starting: keys, a venue that is away, and the position mode."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from pink_actors.errors import EXIT_CONFIG
from pink_actors.shm_layout import (
    ActorState,
    CommandKind,
    OrderSide,
    PositionMode,
    ReportKind,
    Side,
)
from tests.gateway.stage import API_SECRET, Paper, Process, trading


def test_missing_keys_end_the_gateway_with_one_line(instance: str, home: Path) -> None:
    with trading(instance, home) as (stage, _):
        process = Process(
            ["pink_actors", "gateway", "--instance", instance, "--run-dir", str(stage.run_dir)],
            stage.log_dir / "keyless",
        )
        assert process.ended() == EXIT_CONFIG
        assert "--secrets-fd is missing" in process.text()


@pytest.mark.parametrize(
    "keys",
    [
        {"api_key": "another-key-12345", "api_secret": API_SECRET},
        {"api_key": "k" * 32, "api_secret": "another-secret-12345"},
    ],
)
def test_keys_that_the_venue_refuses_end_the_gateway_and_show_nowhere(
    instance: str, home: Path, keys: dict[str, str]
) -> None:
    with trading(instance, home) as (stage, _):
        process = stage.start("gateway", json.dumps(keys).encode())
        assert process.ended() == EXIT_CONFIG
        text = process.text()
        assert "the venue refuses the API key" in text
        assert not any(value in text for value in keys.values())


def test_flaw_g35_a_venue_that_is_away_is_asked_again_until_it_is_there(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        paper.process.stop(signal.SIGKILL)
        process = stage.start("gateway")
        stage.until_state(stage.gateway, process, ActorState.DEGRADED)
        assert stage.do(stage.command(CommandKind.SUBMIT)).kind is ReportKind.NOT_SENT
        again = Paper(paper.data, "--port", str(paper.port))
        try:
            stage.until_state(stage.gateway, process, ActorState.READY)
            placed = stage.do(stage.command(CommandKind.SUBMIT))
            assert placed.kind is ReportKind.ORDER_STATE
        finally:
            again.process.stop(signal.SIGKILL)


def test_hedge_mode_is_set_on_a_flat_account_and_orders_name_their_side(
    instance: str, home: Path
) -> None:
    with trading(instance, home, position_mode="hedge") as (stage, paper):
        stage.start_gateway()
        mode = stage.until(lambda r: r.kind is ReportKind.POSITION_MODE, "the mode")
        assert mode.position_mode is PositionMode.HEDGE
        hedge = PositionMode.HEDGE
        for side, order_side in ((Side.LONG, OrderSide.BUY), (Side.SHORT, OrderSide.SELL)):
            entry = stage.command(
                CommandKind.SUBMIT, position_side=side, order_side=order_side, position_mode=hedge
            )
            assert stage.do(entry).kind is ReportKind.ORDER_STATE
            stage.filled(entry)
        closing = stage.command(
            CommandKind.SUBMIT, position_side=Side.LONG, order_side=OrderSide.SELL,
            reduce_only=1, adds_risk=0, position_mode=hedge,
        )  # fmt: skip
        assert stage.do(closing).kind is ReportKind.ORDER_STATE
        sides = [(row["side"], row["position_side"]) for row in paper.ledger("order")]
        assert sides == [("BUY", "LONG"), ("SELL", "SHORT"), ("SELL", "LONG")]


def test_the_mode_of_an_account_that_holds_something_is_left_alone(
    instance: str, home: Path
) -> None:
    with trading(instance, home) as (stage, paper):
        gateway = stage.start_gateway()
        assert stage.do(stage.command(CommandKind.SUBMIT)).kind is ReportKind.ORDER_STATE
        gateway.stop()
        stage.configure(f"http://127.0.0.1:{paper.port}", rate_limits="off", position_mode="hedge")
        stage.seen.clear()
        stage.start_gateway()
        mode = stage.until(lambda r: r.kind is ReportKind.POSITION_MODE, "the mode")
        assert mode.position_mode is PositionMode.ONE_WAY
        said = stage.until(lambda r: r.kind is ReportKind.DIAGNOSTIC, "a word about it")
        assert "HEDGE is configured" in said.text
        assert [row["hedge"] for row in paper.ledger("mode")] == []


@pytest.mark.parametrize(
    ("leverage", "kind"), [(0, ReportKind.ORDER_REFUSED), (3, ReportKind.NOT_SENT)]
)
def test_an_order_refused_for_the_position_mode_makes_the_gateway_ask_for_it(
    instance: str, home: Path, leverage: int, kind: ReportKind
) -> None:
    with trading(instance, home, position_mode="hedge") as (stage, paper):
        stage.start_gateway()
        stage.until(lambda r: r.kind is ReportKind.POSITION_MODE, "the mode")
        stage.seen.clear()
        # The kernel was told hedge mode; an order in the words of one-way mode is refused.
        wrong = stage.command(
            CommandKind.SUBMIT, position_mode=PositionMode.ONE_WAY, leverage=leverage
        )
        refused = stage.do(wrong)
        assert (refused.kind, refused.venue_code) == (kind, 109400)
        mode = stage.until(lambda r: r.kind is ReportKind.POSITION_MODE, "the mode again")
        assert mode.position_mode is PositionMode.HEDGE
        assert paper.ledger("order") == []


def test_an_orderly_end_is_clean(instance: str, home: Path) -> None:
    with trading(instance, home) as (stage, _):
        process = stage.start_gateway()
        assert process.stop() == 0
        assert "task_left" not in process.text()
        assert stage.gateway.header().state == ActorState.STOPPED
