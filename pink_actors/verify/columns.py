"""What each column must hold, in terms of the outcome it tells of; knows no row builder."""

from fractions import Fraction

from pink_actors.shm_layout import (
    AccountStatus,
    CommandKind,
    ControlKind,
    Outcome,
    ReportKind,
)
from pink_actors.verify.findings import AMOUNT, PRICE

NO_SLOT = 0xFFFF
TIMES = frozenset({"ts", "market_ts", "opened_ts"})


def _same(*names: str) -> dict[str, str]:
    """Columns that are called like the field."""
    return {name: name for name in names}


_TRADE = {"ts": "wall_ns", **_same("trade_id", "symbol")}
_CUM = {
    "cum_qty": "order_cum_qty_e8",
    "cum_notional": "order_cum_notional_e8",
    "cum_fee": "order_cum_fee_e8",
}
_SUMS = {"realised": "slot_realised_e8", "fees": "slot_fees_e8", "funding": "slot_funding_e8"}
_CHANGE = {"fee_change": "fill_fee_e8", "realised_change": "fill_realised_e8"}
_WALLET = {"capital": "capital_e8", "wallet": "wallet_e8", "delta": "judged_delta_e8"}
_WALLET["open_notional"] = "open_notional_e8"
# Column to field or fact. `row_tables` is checked apart; two words, the `event` of
# trade_reconstruction and the `anomaly` of anomaly_events, are the row builder's own.
TABLES: dict[str, dict[str, str]] = {
    "transitions": {
        **_TRADE,
        **_same("mono_ns", "source", "input", "report_kind", "control_kind", "input_id", "code"),
        **_same("accepted", "generation", "prev_stage", "stage", "fact", "effect", "mode"),
        **_same("kill_switch", "frozen", "account_status", "venue_code", "client_order_id"),
        **_same("venue_order_id", "fill_id", "commands", "state_hash", "text"),
        "slot_id": "slot",
        "market_ts": "market_ns",
    },
    "order_events": {
        **_TRADE,
        **_CUM,
        **_same("source", "event", "code", "venue_code", "generation", "client_order_id"),
        **_same("venue_order_id", "role", "order_side", "order_kind", "tif", "reduce_only"),
        **_same("leg", "attempt", "text"),
        "slot_id": "slot",
        "status": "order_status",
        "qty": "order_qty_e8",
        "price": "order_price_e12",
        "trigger_price": "order_trigger_e12",
        "avg_price": "order_average_e12",
    },
    "fill_events": {
        **_TRADE,
        **_same("fill_id", "client_order_id", "venue_order_id", "role", "order_side", "leg"),
        "maker": "maker",
        "qty": "fill_qty_e8",
        "price": "fill_price_e12",
        "fee": "amount_e8",
    },
    "fee_settled_events": {
        **_TRADE,
        **_CUM,
        **_CHANGE,
        **_same("client_order_id", "role"),
        "notional_change": "fill_notional_e8",
    },
    "trade_events": {
        **_TRADE,
        **_SUMS,
        **_same("generation", "leverage", "leg_count"),
        "opened_ts": "opened_ns",
        "side": "slot_side",
        "slot_id": "slot",
        "entry_qty": "slot_opened_qty_e8",
        "entry_notional": "slot_opened_notional_e8",
        "exit_qty": "slot_closed_qty_e8",
        "exit_notional": "slot_closed_notional_e8",
        "entry_price": "opened_average_e12",
        "exit_price": "closed_average_e12",
        "net": "net_e8",
        "legs_used": "leg_index",
        "capital_after": "capital_e8",
    },
    "trade_exit_legs": {
        **_TRADE,
        **_CUM,
        **_same("leg", "leg_count", "role", "client_order_id"),
        "side": "slot_side",
        "provenance": "fill_provenance",
        "realised_change": "fill_realised_e8",
        "remaining_qty": "slot_qty_e8",
    },
    "trade_reconstruction": {
        **_TRADE,
        **_SUMS,
        **_same("leverage", "client_order_id"),
        "side": "slot_side",
        "qty": "slot_qty_e8",
        "mark": "mark_e12",
        "opened_qty": "slot_opened_qty_e8",
        "opened_notional": "slot_opened_notional_e8",
        "closed_qty": "slot_closed_qty_e8",
        "closed_notional": "slot_closed_notional_e8",
        "entry_notional": "slot_entry_notional_e8",
    },
    "position_state": {
        **_TRADE,
        **_SUMS,
        **_same("slot_id", "generation", "stage", "leverage", "leg_index", "leg_count"),
        "side": "slot_side",
        "qty": "slot_qty_e8",
        "entry_price": "held_average_e12",
        "entry_notional": "slot_entry_notional_e8",
        "mark": "mark_e12",
        "opened_ts": "opened_ns",
    },
    "account_events": {
        **_TRADE,
        **_CHANGE,
        **_WALLET,
        **_same("event", "account_status", "frozen", "text"),
        "event_id": "fill_id",
        "amount": "moved_e8",
        "seed": "seed_e8",
        "realised": "realised_e8",
        "fees": "fees_e8",
        "funding": "funding_e8",
        "transfers": "transfers_e8",
        "adjustments": "adjustments_e8",
        "unrealised_estimate": "unrealised_e8",
        "peak_capital": "peak_capital_e8",
    },
    "policy_events": {
        **_TRADE,
        **_same("accepted", "code", "leverage", "bars_held", "reason_code", "mode", "text"),
        "intent_id": "input_id",
        "decision": "input",
        "side": "slot_side",
        "slot_id": "slot",
        "qty": "intent_qty_e8",
        "reference_price": "reference_price_e12",
        "mark": "mark_e12",
        "confidence": "confidence_e8",
    },
    "status_snapshots": {
        **_WALLET,
        **_same("event", "source", "code", "mode", "kill_switch", "frozen"),
        **_same("account_status", "text"),
        "ts": "wall_ns",
    },
    "anomaly_events": {
        **_TRADE,
        **_same("source", "code", "venue_code", "stage", "client_order_id", "venue_order_id"),
        "fill_id": "fill_id",
        "text": "text",
        "slot_id": "slot",
    },
}


def places_of(fact: str) -> int | None:
    """Decimals of a scaled figure; None for words, counts and times."""
    if fact.endswith("_e8"):
        return AMOUNT
    return PRICE if fact.endswith("_e12") else None


def expression(column: str) -> str:
    """How the column is asked for: times as nanoseconds, so that no digit is cut."""
    return f"toUnixTimestamp64Nano({column})" if column in TIMES else column


def facts(o: Outcome) -> dict[str, object]:
    """The fields of an outcome, and what follows from several of them."""
    named: dict[str, object] = o._asdict()
    unjudged = o.account_status is AccountStatus.UNKNOWN
    told = [kind for kind in (o.report_kind, o.control_kind) if kind.name != ControlKind.NONE.name]
    named |= {
        "accepted": o.code.name == "OK",
        "slot": None if o.slot_id == NO_SLOT else o.slot_id,
        "event": (told[0] if told else o.input).name,
        "commands": [CommandKind(kind).name for kind in o.command_kinds[: o.command_count]],
        "market_ns": o.market_ms * 10**6 or None,
        "opened_ns": o.slot_opened_wall_ns or None,
        "moved_e8": 0 if o.report_kind is ReportKind.FILL else o.amount_e8,
        "judged_delta_e8": 0 if unjudged else o.delta_e8,
        "net_e8": o.slot_realised_e8 - o.slot_fees_e8 - o.slot_funding_e8,
        "order_average_e12": _average(o.order_cum_notional_e8, o.order_cum_qty_e8),
        "opened_average_e12": _average(o.slot_opened_notional_e8, o.slot_opened_qty_e8),
        "closed_average_e12": _average(o.slot_closed_notional_e8, o.slot_closed_qty_e8),
        "held_average_e12": _average(o.slot_entry_notional_e8, o.slot_qty_e8),
    }
    return named


def _average(notional_e8: int, qty_e8: int) -> int:
    """Half to even, as `round` does; 0 where nothing was traded."""
    return round(Fraction(abs(notional_e8) * 10**PRICE, abs(qty_e8))) if qty_e8 else 0
