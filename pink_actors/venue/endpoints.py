"""Every REST endpoint PINK calls, as data: method, path, rate, is a repeat harmless."""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple


class Access(IntEnum):
    """What a request must carry."""

    PUBLIC = 0  # nothing
    KEY = 1  # the API key header
    SIGNED = 2  # key header, timestamp and signature


class Endpoint(NamedTuple):
    """One endpoint; `per_second` is the smaller of its rates per account and per address."""

    name: str
    method: str
    path: str
    access: Access
    per_second: int
    repeatable: bool  # True: sending it again changes nothing more


# Order of trust for rates: where the sheet gives two figures the smaller one holds.
SERVER_TIME: Final = Endpoint(
    "server_time", "GET", "/openApi/swap/v2/server/time", Access.PUBLIC, 1, True
)
CONTRACTS: Final = Endpoint(
    "contracts", "GET", "/openApi/swap/v2/quote/contracts", Access.PUBLIC, 1, True
)
BALANCE: Final = Endpoint("balance", "GET", "/openApi/swap/v3/user/balance", Access.SIGNED, 3, True)
POSITIONS: Final = Endpoint(
    "positions", "GET", "/openApi/swap/v2/user/positions", Access.SIGNED, 3, True
)
INCOME: Final = Endpoint("income", "GET", "/openApi/swap/v2/user/income", Access.SIGNED, 2, True)
OPEN_ORDERS: Final = Endpoint(
    "open_orders", "GET", "/openApi/swap/v2/trade/openOrders", Access.SIGNED, 3, True
)
ALL_ORDERS: Final = Endpoint(
    "all_orders", "GET", "/openApi/swap/v2/trade/allOrders", Access.SIGNED, 3, True
)
QUERY_ORDER: Final = Endpoint(
    "query_order", "GET", "/openApi/swap/v2/trade/order", Access.SIGNED, 2, True
)
FILL_HISTORY: Final = Endpoint(
    "fill_history", "GET", "/openApi/swap/v2/trade/fillHistory", Access.SIGNED, 2, True
)
PLACE_ORDER: Final = Endpoint(
    "place_order", "POST", "/openApi/swap/v2/trade/order", Access.SIGNED, 3, False
)
CANCEL_ORDER: Final = Endpoint(
    "cancel_order", "DELETE", "/openApi/swap/v2/trade/order", Access.SIGNED, 3, True
)
SET_LEVERAGE: Final = Endpoint(
    "set_leverage", "POST", "/openApi/swap/v2/trade/leverage", Access.SIGNED, 2, True
)
MARGIN_TYPE: Final = Endpoint(
    "margin_type", "GET", "/openApi/swap/v2/trade/marginType", Access.SIGNED, 2, True
)
SET_MARGIN_TYPE: Final = Endpoint(
    "set_margin_type", "POST", "/openApi/swap/v2/trade/marginType", Access.SIGNED, 2, True
)
CANCEL_ALL: Final = Endpoint(
    "cancel_all", "DELETE", "/openApi/swap/v2/trade/allOpenOrders", Access.SIGNED, 2, True
)
CANCEL_ALL_AFTER: Final = Endpoint(
    "cancel_all_after", "POST", "/openApi/swap/v2/trade/cancelAllAfter", Access.SIGNED, 1, True
)
POSITION_MODE: Final = Endpoint(
    "position_mode", "GET", "/openApi/swap/v1/positionSide/dual", Access.SIGNED, 2, True
)
SET_POSITION_MODE: Final = Endpoint(
    "set_position_mode", "POST", "/openApi/swap/v1/positionSide/dual", Access.SIGNED, 2, True
)
CREATE_LISTEN_KEY: Final = Endpoint(
    "create_listen_key", "POST", "/openApi/user/auth/userDataStream", Access.KEY, 2, True
)
EXTEND_LISTEN_KEY: Final = Endpoint(
    "extend_listen_key", "PUT", "/openApi/user/auth/userDataStream", Access.KEY, 2, True
)
DELETE_LISTEN_KEY: Final = Endpoint(
    "delete_listen_key", "DELETE", "/openApi/user/auth/userDataStream", Access.KEY, 2, True
)

ENDPOINTS: Final = (
    SERVER_TIME, CONTRACTS, BALANCE, POSITIONS, INCOME, OPEN_ORDERS, ALL_ORDERS, QUERY_ORDER,
    FILL_HISTORY, PLACE_ORDER, CANCEL_ORDER, SET_LEVERAGE, MARGIN_TYPE, SET_MARGIN_TYPE, CANCEL_ALL,
    CANCEL_ALL_AFTER, POSITION_MODE, SET_POSITION_MODE,
    CREATE_LISTEN_KEY, EXTEND_LISTEN_KEY, DELETE_LISTEN_KEY,
)  # fmt: skip
