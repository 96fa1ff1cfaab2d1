"""What somebody else traded on the account: positions still have to make sense to an operator."""

from pathlib import Path

import pytest

from pink_actors.shm_layout import AccountCell, Side, SlotCell
from pink_actors.verify import ledger, orders
from pink_actors.verify.findings import Findings, Report
from tests.verify.stores import sealed
from tests.verify.test_forced import E8, OWN, fill, line

ORDER = {"symbol": "BTC-USDT", "type": "MARKET", "qty": "1"}


def compared(tmp_path: Path, slot_qty_e8: int, closing: bool) -> Report:
    """A position of ours bought for 100, that an order of somebody else closed at 90."""
    lines = [
        line(1, "account", balance="1000"),
        line(2, "order", order_id=1, client_order_id=OWN, side="BUY", **ORDER),
        fill(
            3, 1, "BUY", "100", client_order_id=OWN, fee="1", position_after="1",
            wallet_after="999",
        ),
        line(4, "order", order_id=2, client_order_id="flatten-1-0", side="SELL", **ORDER),
    ]  # fmt: skip
    if closing:
        lines.append(
            fill(
                5, 2, "SELL", "90", client_order_id="flatten-1-0", fee="2", realised_pnl="-10",
                position_after="0", wallet_after="987",
            )
        )  # fmt: skip
    (tmp_path / ledger.FILE).write_text("".join(map(sealed, lines)), encoding="utf-8")
    findings = Findings()
    books = ledger.read(tmp_path, findings)
    question = orders.Question("checked", 7, complete=True, in_flight=set())
    matched = orders.match(books, {OWN: orders.JournalOrder()}, question, findings)
    assert len(matched.foreign) == 1
    slot = SlotCell.zero()._replace(
        symbol="BTC-USDT", side=Side.LONG, qty_e8=slot_qty_e8, entry_notional_e8=100 * slot_qty_e8
    )
    realised_e8 = 0 if slot_qty_e8 else -8 * E8  # the kernel's estimate of what the close gave
    account = AccountCell.zero()._replace(
        seed_e8=1_000 * E8, realised_e8=realised_e8, fees_e8=E8, capital_e8=999 * E8 + realised_e8
    )
    orders.compare_account(matched, orders.Final("slots", account, [slot]), findings)
    return findings.report("checked")


@pytest.mark.parametrize(("slot_qty_e8", "notes"), [(0, 1), (E8, 2)])
def test_a_slot_agrees_before_and_after_it_saw_that_others_closed_it(
    tmp_path: Path, slot_qty_e8: int, notes: int
) -> None:
    report = compared(tmp_path, slot_qty_e8, closing=True)
    assert report.agrees, report.to_text()
    assert report.notes[0] == "1 foreign orders traded: result and capital not compared"
    assert len(report.notes) == notes
    if slot_qty_e8:
        assert "foreign orders moved the position by -1, which no slot shows" in report.notes[1]


def test_a_slot_that_shows_neither_is_a_difference(tmp_path: Path) -> None:
    report = compared(tmp_path, E8 // 4, closing=True)
    assert [(one.field, one.found, one.expected) for one in report.differences] == [
        ("qty", "0.25", "0")
    ]


def test_a_foreign_order_that_never_traded_excuses_nothing(tmp_path: Path) -> None:
    assert compared(tmp_path, E8, closing=False).agrees
    wrong = compared(tmp_path, 0, closing=False)
    assert {one.field for one in wrong.differences} == {"qty", "realised", "capital"}
