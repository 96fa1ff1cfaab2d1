"""Who asks: API keys, signatures over parameters in either order, and the age of a request."""

import hmac
from urllib.parse import unquote_plus

import msgspec

from pink_actors.paper.request import Refusal

RECV_WINDOW_MS = 5_000
FUTURE_MS_MAX = 60_000
PARAMS_MAX = 200

NO_SIGNATURE = Refusal(100412, "Null signature")
WRONG_KEY = Refusal(100413, "Incorrect apiKey, please check your valid api key")
MISMATCH = Refusal(
    100001,
    "Signature verification failed due to signature mismatch,please verify our authentication "
    "signature and ensure that the parameters are correct",
)
STALE = Refusal(100421, "Null timestamp or timestamp mismatch")
UNREADABLE = Refusal(100400, "the request parameters cannot be read")

Pairs = list[tuple[str, str]]


class ApiKey(msgspec.Struct):
    """One key pair and the account it opens; the balance counts when the account is new."""

    account: str
    api_key: str
    api_secret: str
    balance: str = "100000"


def sign(secret: str, text: str) -> str:
    """The lower-case hex HMAC-SHA256 of a parameter string."""
    return hmac.digest(secret.encode(), text.encode(), "sha256").hex()


def verify(secret: str, pairs: Pairs) -> Refusal | None:
    """Check the signature over the parameters as received, then as sorted."""
    given = next((value for name, value in pairs if name == "signature"), "")
    if not given:
        return NO_SIGNATURE
    rest = [f"{name}={value}" for name, value in pairs if name != "signature"]
    for ordered in (rest, sorted(rest)):
        expected = sign(secret, "&".join(ordered))
        if hmac.compare_digest(expected.encode(), given.lower().encode()):
            return None
    return MISMATCH


def check_time(params: dict[str, str], wall_ms: int) -> Refusal | None:
    """Refuse a request without a timestamp, too old, or from an absurd future."""
    text = params.get("timestamp", "")
    if not (text.isascii() and text.isdigit()) or len(text) > 16:
        return STALE
    asked = params.get("recvWindow", "")
    window = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 0
    window = min(window or RECV_WINDOW_MS, RECV_WINDOW_MS)
    age = wall_ms - int(text)
    return STALE if age > window or age < -FUTURE_MS_MAX else None


def query_pairs(query: str) -> Pairs:
    """Decode a query string or a form, in its order."""
    parts = [part.partition("=") for part in query.split("&", PARAMS_MAX)]
    if "%" not in query and "+" not in query:
        return [(name, value) for name, _, value in parts if name]
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in parts if name]


def body_pairs(body: bytes, content_type: str) -> Pairs | None:
    """Decode a form or JSON body; None when it is neither."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if content_type.startswith("application/json") or text[:1] == "{":
        return _json_pairs(text)
    return query_pairs(text)


def _json_pairs(text: str) -> Pairs | None:
    try:
        members = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return None
    pairs: Pairs = []
    for name, raw in members.items():
        value = bytes(raw).decode().strip()
        if value[:1] == '"':
            pairs.append((name, msgspec.json.decode(value, type=str)))
        else:
            pairs.append((name, value))
    return pairs
