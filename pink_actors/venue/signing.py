"""Signatures: HMAC-SHA256 over the parameters in the order they are sent, un-encoded."""

from __future__ import annotations

import hmac
import re
from typing import Final
from urllib.parse import quote

API_KEY_HEADER: Final = "X-BX-APIKEY"
# The venue accepts at most this; a smaller window makes a delayed request die sooner.
RECV_WINDOW_MS_MAX: Final = 5000

# Nothing of this is encoded in a URL; most orders consist of nothing else.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_.~-]*")

Params = tuple[tuple[str, str], ...]


def signature(secret: str, params: Params) -> str:
    """The lower-case hexadecimal signature of these parameters."""
    return hmac.digest(secret.encode(), _joined(params).encode(), "sha256").hex()


def plain_query(params: Params) -> str:
    """The parameters as a query string; only values are encoded."""
    if _PLAIN.fullmatch("".join([value for _, value in params])):
        return _joined(params)
    return "&".join(f"{name}={quote(value, safe='')}" for name, value in params)


def signed_query(secret: str, params: Params, timestamp_ms: int, recv_window_ms: int) -> str:
    """The parameters, the time and the signature as a query string, the signature last."""
    dated = (
        *params,
        ("recvWindow", str(min(recv_window_ms, RECV_WINDOW_MS_MAX))),
        ("timestamp", str(timestamp_ms)),
    )
    return f"{plain_query(dated)}&signature={signature(secret, dated)}"


def _joined(params: Params) -> str:
    return "&".join([f"{name}={value}" for name, value in params])
