"""Two user sockets tell what one would: nothing twice, and nothing missing when one is cut."""

from __future__ import annotations

from decimal import Decimal
from itertools import accumulate
from pathlib import Path

from pink_actors.config import to_e8
from pink_actors.shm_layout import CommandKind, OrderStatus, ReportKind
from tests.gateway.stage import trading
from tests.listener.test_streams import Ears
from tests.waiting import wait_until

ROUNDS = 4
ORDER_FRAME = "ORDER_TRADE_UPDATE"


def test_one_of_two_sockets_is_cut_again_and_again_and_the_book_is_the_same(
    instance: str, home: Path
) -> None:
    with trading(instance, home, user_sockets=2) as (stage, paper):
        ear = Ears(stage)
        stage.start_gateway()
        orders = []
        for number in range(ROUNDS):
            wait_until(lambda: paper.statistics()["sockets"] == 3, "two user sockets, one market")
            if number:  # The first order is told by both to its end.
                paper.fault("socket_cut", endpoint=ORDER_FRAME, count=1)
            entry = stage.command(CommandKind.SUBMIT)
            orders.append(entry)
            assert stage.do(entry).kind is ReportKind.ORDER_STATE

            def filled(name: str = entry.client_order_id) -> bool:
                return any(
                    report.client_order_id == name and report.order_status is OrderStatus.FILLED
                    for report in ear.drain()
                )

            wait_until(filled, "the fill on the stream", 20.0)

            def cut(cuts: int = number) -> bool:
                return paper.struck("socket_cut") == cuts

            wait_until(cut, "one cut socket")
        told = [report for report in ear.drain() if report.kind is ReportKind.ORDER_STATE]
        for entry in orders:
            name = entry.client_order_id
            (order,) = [row for row in paper.ledger("order") if row["client_order_id"] == name]
            fills = [row for row in paper.ledger("fill") if row["order_id"] == order["order_id"]]
            heard = [
                report.cum_qty_e8
                for report in told
                if report.client_order_id == name and report.cum_qty_e8
            ]
            assert heard == list(accumulate(to_e8(Decimal(str(row["qty"]))) for row in fills))
        wait_until(lambda: ear.stats().order_events > len(told), "frames told by both")


def test_the_end_of_both_leaves_no_socket_and_gives_each_key_back(
    instance: str, home: Path
) -> None:
    with trading(instance, home, user_sockets=2) as (stage, paper):
        ear = Ears(stage)
        wait_until(lambda: paper.statistics()["sockets"] == 3, "both")
        assert ear.process.stop() == 0
        assert "task_left" not in ear.process.text()
        assert "listen_key_not_deleted" not in ear.process.text()
        wait_until(lambda: paper.statistics()["sockets"] == 0, "no socket left")
