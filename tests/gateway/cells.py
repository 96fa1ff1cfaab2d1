"""The kernel's order cells, as the kernel would write them before the gateway sees a command."""

from __future__ import annotations

from pink_actors.shm_layout import ORDERS, Command, OrderCell, OrderStatus
from tests.gateway.stage import Stage


def await_answer(stage: Stage, command: Command, index: int = 0) -> None:
    """The order of a SUBMIT that is under way."""
    _write(stage, command, index, OrderStatus.REQUESTED, command.command_seq)


def note_answer(stage: Stage, command: Command, status: OrderStatus, index: int = 0) -> None:
    """The same order once its SUBMIT was answered."""
    _write(stage, command, index, status, 0)


def _write(
    stage: Stage, command: Command, index: int, status: OrderStatus, submit_open: int
) -> None:
    cell = OrderCell.zero()._replace(
        status=status, submit_open=submit_open, client_order_id=command.client_order_id,
        symbol=command.symbol,
    )  # fmt: skip
    stage.own.write(ORDERS, cell, index)
