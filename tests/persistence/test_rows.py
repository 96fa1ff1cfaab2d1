"""From outcome to row: what stands in which table, as plain tables of expectations."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pink_actors.persistence import rows
from pink_actors.persistence.figures import Key
from pink_actors.persistence.tables import Schema
from pink_actors.shm_layout import (
    AccountStatus,
    Code,
    Effect,
    InputKind,
    OrderStatus,
    Outcome,
    ReportKind,
    Writer,
)
from tests.persistence.outcomes import (
    BLANK,
    E8,
    E12,
    ENTER,
    ENTRY_FILL,
    EXIT_FILL,
    FOREIGN,
    FREED,
    GAP,
    INCOME,
    MARK,
    SETTLED_FILL,
    outcome,
)

KEY = Key("paper", 7)
# Which tables beside `transitions` an input has a row in.
WHERE: tuple[tuple[Outcome, set[str]], ...] = (
    (ENTER, {"order_events", "position_state", "policy_events"}),
    (
        ENTRY_FILL,
        {"order_events", "trade_reconstruction", "position_state", "account_events"},
    ),
    (
        SETTLED_FILL,
        {
            "order_events",
            "fill_events",
            "fee_settled_events",
            "position_state",
            "account_events",
        },
    ),
    (
        EXIT_FILL,
        {
            "order_events",
            "trade_exit_legs",
            "trade_reconstruction",
            "position_state",
            "account_events",
        },
    ),
    (FREED, {"trade_events", "trade_reconstruction", "position_state"}),
    (INCOME, {"account_events", "trade_reconstruction"}),
    (GAP, {"anomaly_events"}),
    (FOREIGN, {"anomaly_events"}),
    (MARK, set()),
    (SETTLED_FILL._replace(code=Code.DUPLICATE), set()),
    (ENTER._replace(code=Code.MAX_SLOTS, client_order_id="", slot_id=0xFFFF), {"policy_events"}),
    (BLANK._replace(input=InputKind.EPOCH, source=Writer.KERNEL), {"status_snapshots"}),
    (BLANK._replace(report_kind=ReportKind.BALANCE), {"account_events"}),
)


@pytest.mark.parametrize(("told", "tables"), WHERE)
def test_an_outcome_has_rows_in_the_tables_it_concerns_and_in_no_other(
    told: Outcome, tables: set[str]
) -> None:
    built = Schema().build(KEY, 9, told._replace(seq=9).encode())
    assert {line.table.name for line in built.lines} == tables
    assert not built.refused


def test_every_outcome_has_exactly_one_transition_and_it_names_its_other_rows() -> None:
    schema = Schema()
    for seq in range(1, 31):
        built = schema.build(KEY, seq, outcome(seq).encode())
        cells = schema.transition_line(built).text.split("\t")
        named = {table.name for table in schema.families if int(cells[-1]) >> table.bit & 1}
        assert cells[2] == str(seq)
        assert named == {line.table.name for line in built.lines}


def test_flaw_e23_g21_a13_a_trade_has_the_exit_price_of_its_exit_fills() -> None:
    trade = rows.trade_event(KEY, FREED)
    assert trade is not None
    assert trade.entry_price == Decimal("50000.000000000000")
    assert trade.exit_price == Decimal("50400.000000000000")
    assert trade.net == Decimal("175.00000000")


def test_flaw_a5_e20_e22_g23_capital_is_what_the_kernel_held_at_that_input() -> None:
    event = rows.account_event(KEY, ENTRY_FILL)
    trade = rows.trade_event(KEY, FREED)
    assert event is not None and trade is not None
    assert event.capital == Decimal("9988.00000000")
    assert event.fee_change == Decimal("12.00000000")
    assert trade.capital_after == Decimal("10175.00000000")


def test_flaw_e21_a_fill_makes_up_no_decision() -> None:
    fills = (ENTRY_FILL, SETTLED_FILL, EXIT_FILL)
    assert [rows.policy_event(KEY, fill) for fill in fills] == [None, None, None]
    decided = rows.policy_event(KEY, ENTER)
    assert decided is not None
    assert (decided.intent_id, decided.decision, decided.text) == (77, "ENTER", "trend is up")


def test_flaw_a14_g22_the_leg_is_a_leg_and_the_bars_are_the_bars_of_the_strategy() -> None:
    leg = rows.trade_exit_leg(KEY, EXIT_FILL)
    decided = rows.policy_event(KEY, ENTER)
    assert leg is not None and decided is not None
    assert (leg.leg, leg.leg_count, decided.bars_held) == (0, 2, 4)


def test_flaw_a15_a_position_row_is_built_from_its_slot_and_not_from_the_account() -> None:
    state = rows.position_state(KEY, EXIT_FILL._replace(fees_e8=999 * E8, realised_e8=888 * E8))
    assert state is not None
    assert (state.fees, state.realised) == (Decimal("18.00000000"), Decimal("100.00000000"))
    assert (state.slot_id, state.stage, state.qty) == (
        3,
        "POSITION_OPEN",
        Decimal("0.25000000"),
    )


def test_flaw_g24_a_station_of_a_trade_always_names_the_trade() -> None:
    told = (ENTRY_FILL, EXIT_FILL, FREED, INCOME)
    stations = [rows.trade_reconstruction(KEY, one) for one in told]
    assert [one and (one.event, one.trade_id) for one in stations] == [
        ("ENTRY", "t-1"),
        ("PARTIAL", "t-1"),
        ("SETTLED", "t-1"),
        ("FUNDING", "t-1"),
    ]
    assert rows.trade_reconstruction(KEY, EXIT_FILL._replace(trade_id="")) is None


def test_flaw_g25_an_order_is_stored_whole() -> None:
    event = rows.order_event(KEY, ENTRY_FILL)
    assert event is not None
    assert event.venue_order_id == 2**60 + 1
    assert (event.role, event.order_side, event.order_kind) == ("ENTRY", "BUY", "MARKET")
    assert (event.qty, event.cum_qty) == (Decimal("0.50000000"), Decimal("0.50000000"))
    assert event.avg_price == Decimal("50000.000000000000")


def test_flaw_h4_g26_what_is_missing_is_null_and_a_true_zero_is_zero() -> None:
    order = rows.order_event(KEY, ENTER)
    account = rows.account_event(KEY, ENTRY_FILL)
    assert order is not None and account is not None
    assert (order.price, order.trigger_price, order.avg_price) == (None, None, None)
    assert order.cum_qty == Decimal(0)
    unknown = ENTRY_FILL._replace(
        wallet_e8=0, seed_e8=0, account_status=AccountStatus.UNKNOWN, delta_e8=5
    )
    silent = rows.account_event(KEY, unknown)
    assert silent is not None
    assert (silent.wallet, silent.delta) == (None, None)
    drained = rows.account_event(KEY, ENTRY_FILL._replace(wallet_e8=0))
    assert drained is not None and drained.wallet == Decimal(0)


def test_a_fill_row_is_the_venues_own_fill_and_not_what_it_changed() -> None:
    fill = rows.fill_event(KEY, SETTLED_FILL)
    settled = rows.fee_settled_event(KEY, SETTLED_FILL)
    assert fill is not None and settled is not None
    assert (fill.fill_id, fill.qty, fill.fee, fill.maker) == (
        "90001",
        Decimal("0.50000000"),
        Decimal("12.50000000"),
        True,
    )
    assert settled.fee_change == Decimal("0.50000000")
    assert settled.notional_change == Decimal("-0.00000001")


def test_an_exit_leg_has_figures_of_its_own_order_only() -> None:
    leg = rows.trade_exit_leg(KEY, EXIT_FILL)
    assert leg is not None
    assert (leg.cum_qty, leg.cum_notional, leg.cum_fee, leg.realised_change) == (
        Decimal("0.25000000"),
        Decimal("12600.00000000"),
        Decimal("6.00000000"),
        Decimal("100.00000000"),
    )


def test_a_slot_that_held_nothing_is_no_trade() -> None:
    empty = FREED._replace(slot_opened_qty_e8=0, effect=Effect.FREE_SLOT)
    assert rows.trade_event(KEY, empty) is None
    assert rows.trade_reconstruction(KEY, empty) is None


def test_an_order_without_a_status_is_no_order_event() -> None:
    assert rows.order_event(KEY, ENTER._replace(order_status=OrderStatus.NONE)) is None


def test_an_average_is_rounded_half_to_even_at_the_scale_of_prices() -> None:
    told = ENTRY_FILL._replace(order_cum_notional_e8=1, order_cum_qty_e8=3 * E12)
    event = rows.order_event(KEY, told)
    assert event is not None
    assert event.avg_price == Decimal("0.000000000000")
    third = rows.order_event(KEY, told._replace(order_cum_notional_e8=E8, order_cum_qty_e8=3 * E8))
    assert third is not None and third.avg_price == Decimal("0.333333333333")
