"""Records become views: unknown figures stay unknown, ages stand beside what can go stale."""

import msgspec

from pink_actors.monitor import view
from pink_actors.monitor.lines import alive, mode_line, money_lines, plain
from pink_actors.monitor.view import Snapshot
from pink_actors.shm_layout import (
    AccountCell,
    ActorState,
    ChildCell,
    Code,
    InputKind,
    Mode,
    OrderSide,
    Outcome,
    ReportKind,
    Side,
    SlotCell,
    Stage,
    TreeCell,
)

SECOND = 1_000_000_000
NOW = 1_000 * SECOND


def snapshot(beat_age_s: int, tree: TreeCell | None = None) -> Snapshot:
    child = ChildCell.zero()._replace(name="kernel", pid=7, state=ActorState.READY, last_exit=-9)
    supervisor = (ActorState.READY.value, 5, 1, NOW - beat_age_s * SECOND, 3)
    slot = SlotCell.zero()._replace(
        stage=Stage.POSITION_OPEN,
        side=Side.SHORT,
        symbol="FET-USDT",
        qty_e8=202_000 * 10**8,
        entry_notional_e8=37_935_60000000,
        changed_mono_ns=NOW - 3 * SECOND,
    )
    account = AccountCell.zero()._replace(mode=Mode.ACTIVE, frozen=1)
    cell = tree or TreeCell.zero()._replace(instance="t", venue="paper", ready=1)
    return Snapshot(
        schema_version=1,
        wall_ns=0,
        instance="t",
        tree=view.tree_view(cell, NOW),
        processes=[
            view.process_view("supervisor", None, supervisor, NOW),
            view.process_view("kernel", child, None, NOW),
        ],
        account=view.account_view(account, NOW, NOW),
        slots=view.slot_views([SlotCell.zero(), slot], NOW),
        orders=[],
        journal=None,
        marks=[],
        counters={},
        events=[],
    )


def test_flaw_h4_a_wallet_nobody_told_is_unknown_and_not_zero() -> None:
    account = view.account_view(AccountCell.zero(), NOW, NOW)
    assert (account.wallet, account.capital, account.delta) == (None, None, None)
    assert money_lines(account)[0].startswith("capital ?  wallet ? (? ago)  delta ? UNKNOWN")
    told = AccountCell.zero()._replace(wallet_seq=9, wallet_e8=0)
    assert view.account_view(told, NOW, NOW).wallet == "0"


def test_amounts_are_exact_text() -> None:
    assert view.amount(1) == "0.00000001"
    assert view.amount(-150_000_000) == "-1.5"
    assert view.amount(10**8 * 1000) == "1000"
    assert view.price(97_012_500_000_000_000) == "97012.5"
    assert view.price(0) is None


def test_idle_slots_are_left_out_and_the_entry_price_is_cost_per_unit() -> None:
    (slot,) = snapshot(0).slots
    assert (slot.side, slot.entry_price, slot.changed_age_ms) == ("SHORT", "0.1878", 3_000)


def test_a_position_without_its_stop_and_dust_are_named_beside_the_stage() -> None:
    cell = SlotCell.zero()._replace(stage=Stage.POSITION_OPEN, side=Side.LONG, symbol="A-USDT")
    for changed, words in (
        (cell, "POSITION_OPEN"),
        (cell._replace(unprotected=1), "POSITION_OPEN NO STOP"),
        (cell._replace(dust=1, unprotected=1), "POSITION_OPEN NO STOP DUST"),
    ):
        shown = msgspec.structs.replace(snapshot(0), slots=view.slot_views([changed], NOW))
        row = next(line for line in plain(shown).splitlines() if "A-USDT" in line)
        assert f"  {words}  " in row


def test_a_tree_whose_supervisor_does_not_beat_is_shown_as_dead() -> None:
    assert alive(snapshot(1))
    assert "READY" in mode_line(snapshot(1))
    assert not alive(snapshot(5))
    line = mode_line(snapshot(5))
    assert "DEAD TREE" in line and "pink-supervisor up goes on" in line


def test_the_mode_line_names_freeze_and_kill_switch() -> None:
    tree = TreeCell.zero()._replace(instance="t", kill_switch=1, kill_switch_text="news")
    line = mode_line(snapshot(0, tree))
    assert "FROZEN" in line and "KILL SWITCH (news)" in line


def test_plain_text_holds_every_table_and_json_comes_back_the_same() -> None:
    taken = snapshot(0)
    shown = plain(taken)
    assert all(word in shown for word in ("Processes", "Slots", "Orders", "Prices", "Events"))
    assert "signal 9" in shown
    assert msgspec.json.decode(msgspec.json.encode(taken), type=Snapshot) == taken


def test_a_fill_a_move_and_a_refusal_are_events_and_a_mark_is_not() -> None:
    fill = Outcome.zero()._replace(
        report_kind=ReportKind.FILL,
        order_side=OrderSide.BUY,
        fill_qty_e8=50_000_000,
        fill_price_e12=100 * 10**12,
        amount_e8=2_500_000,
    )
    shown = view.event_view(fill)
    assert shown is not None and shown.detail == "BUY 0.5 @ 100 fee 0.025 (NONE)"
    move = view.event_view(Outcome.zero()._replace(stage=Stage.CLOSED))
    assert move is not None and move.detail == "IDLE > CLOSED"
    refusal = view.event_view(Outcome.zero()._replace(input=InputKind.ENTER, code=Code.FROZEN))
    assert refusal is not None and (refusal.what, refusal.code) == ("ENTER", "FROZEN")
    assert view.event_view(Outcome.zero()._replace(input=InputKind.MARK_PRICE)) is None


def test_flaw_k3_an_order_that_came_to_nothing_is_a_line_with_the_venues_words() -> None:
    outcome = Outcome.zero()._replace(
        report_kind=ReportKind.ORDER_REFUSED,
        prev_stage=Stage.ORDER_REQUESTED,
        client_order_id="paper1-0-1-e0-1",
        venue_code=101204,
        text="Insufficient margin",
    )
    shown = view.event_view(outcome)
    assert shown is not None
    assert shown.what == "ORDER_REFUSED"
    assert shown.detail == "NONE paper1-0-1-e0-1: 101204 Insufficient margin"
    unsent = outcome._replace(
        report_kind=ReportKind.NOT_SENT, venue_code=0, text="", code=Code.DEADLINE_PASSED
    )
    told = view.event_view(unsent)
    assert told is not None and (told.what, told.code) == ("NOT_SENT", "DEADLINE_PASSED")
