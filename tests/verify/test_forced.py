"""What the venue closes by its own hand is no foreign order, and the anchored wallet counts."""

import json
from pathlib import Path

from pink_actors.shm_layout import AccountCell
from pink_actors.verify import ledger, orders
from pink_actors.verify.findings import Findings, Report
from tests.verify.stores import sealed

OWN = "checked00000007-0-1-e0-1"
E8 = 100_000_000


def line(seq: int, entry: str, **fields: object) -> str:
    return json.dumps({"t": entry, "seq": seq, "account": "main", **fields})


def fill(seq: int, order_id: int, side: str, price: str, **fields: object) -> str:
    return line(
        seq, "fill", order_id=order_id, symbol="BTC-USDT", position_side="BOTH", side=side,
        qty="1", price=price, trade_id=seq, **fields,
    )  # fmt: skip


def compared(tmp_path: Path, adjustments_e8: int) -> Report:
    """A position bought for 100 with a fee of 1, that the venue closed at 90 with a fee of 2."""
    order = {"symbol": "BTC-USDT", "type": "MARKET", "qty": "1"}
    lines = [
        line(1, "account", balance="1000"),
        line(2, "order", order_id=1, client_order_id=OWN, side="BUY", **order),
        fill(
            3, 1, "BUY", "100", client_order_id=OWN, fee="1", position_after="1",
            wallet_after="999",
        ),
        line(4, "order", order_id=2, side="SELL", **order),
        line(5, "liquidation", order_id=2, kind="ADL"),
        fill(
            6, 2, "SELL", "90", fee="2", realised_pnl="-10", position_after="0",
            wallet_after="987",
        ),
    ]  # fmt: skip
    (tmp_path / ledger.FILE).write_text("".join(map(sealed, lines)), encoding="utf-8")
    findings = Findings()
    books = ledger.read(tmp_path, findings)
    question = orders.Question("checked", 7, complete=True, in_flight=set())
    matched = orders.match(books, {OWN: orders.JournalOrder()}, question, findings)
    assert not matched.foreign
    booked = AccountCell.zero()._replace(
        seed_e8=1_000 * E8, realised_e8=-8 * E8, fees_e8=E8, adjustments_e8=adjustments_e8,
        capital_e8=991 * E8 + adjustments_e8,
    )  # fmt: skip
    orders.compare_account(matched, orders.Final("slots", booked, []), findings)
    return findings.report("checked")


def test_an_estimate_that_was_anchored_agrees_with_the_ledger(tmp_path: Path) -> None:
    report = compared(tmp_path, -4 * E8 + 5_000)
    assert report.agrees, report.to_text()
    assert report.notes == ["1 orders by the venue's own hand: result not compared"]


def test_an_estimate_that_was_not_anchored_is_a_difference(tmp_path: Path) -> None:
    report = compared(tmp_path, 0)
    assert [(one.field, one.found, one.expected) for one in report.differences] == [
        ("capital", "991", "987")
    ]
