"""One request out, one answer back, over the connections that lie beneath httpx.

The client and the transport of httpx parse each URL anew and build objects that nobody here reads;
that costs more than everything else on an order's way to the wire.  The connections under them are
the same library's, with the same requests, timeouts and errors.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final, NamedTuple

import httpcore
import httpx

from pink_actors.errors import ConfigError, SecretsError
from pink_actors.rest.network import Network
from pink_actors.rest.pool import Pool
from pink_actors.shm_layout import Code
from pink_actors.venue.replies import BODY_SIZE_MAX
from pink_actors.venue.signing import API_KEY_HEADER

PORT_MAX: Final = 65_535
CONNECT_TIMEOUT_S: Final = 2.0
# A kept connection that the venue closes at the same moment costs an unknown outcome: end it first.
KEEP_ALIVE_S: Final = 10.0
# A reply that trickles in must not hold its lane for longer than a few answers may take.
TOTAL_PER_READ_TIMEOUT: Final = 3
# Raised before anything was written to a socket, so the request certainly never left.
NEVER_LEFT: Final = (
    httpcore.ConnectError,
    httpcore.ConnectTimeout,
    httpcore.PoolTimeout,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
)
# The request may have left and even been answered.
MAY_HAVE_LEFT: Final = (
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.TimeoutException,
)


# What the library tells right before it writes a request, once there is a connection.
WRITES_NOW: Final = "http11.send_request_headers.started"
Gate = Callable[[], Code]


class Held(Exception):
    """The gate said no at the last moment: the request never left."""

    def __init__(self, code: Code) -> None:
        super().__init__(code.name)
        self.code = code


class Host(NamedTuple):
    """One address of the venue and what every request to it carries."""

    scheme: bytes
    name: bytes
    port: int | None
    path: str
    headers: list[tuple[bytes, bytes]]


def host(url: str, api_key: str, setting: str) -> Host:
    """The address as the pool wants it; `setting` is what to correct where it is none."""
    try:
        parsed = httpx.URL(url.rstrip("/"))
    except httpx.InvalidURL as error:
        raise ConfigError(f"{setting}: {error}; give it as http://host:port") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ConfigError(f"{setting}: {url!r} is no address; give it as http://host:port")
    _check_name(parsed, setting)
    try:
        key = api_key.encode("ascii")
    except UnicodeEncodeError as error:
        raise SecretsError("the API key is not ASCII; correct the credentials file") from error
    headers = [
        (b"Host", parsed.netloc),
        (b"Accept", b"application/json"),
        (b"Accept-Encoding", b"identity"),
        (b"User-Agent", b"pink"),
        (b"X-SOURCE-KEY", b"PINK"),
        (API_KEY_HEADER.encode(), key),
    ]
    path = parsed.raw_path.decode("ascii").rstrip("/")
    return Host(parsed.raw_scheme, parsed.raw_host, parsed.port, path, headers)


class Transport:
    """The kept connections to the venue."""

    def __init__(self, timeout_s: float, proxy: str) -> None:
        connect_s = min(CONNECT_TIMEOUT_S, timeout_s)
        timeout = {"connect": connect_s, "read": timeout_s, "write": timeout_s}
        self._extensions: dict[str, Any] = {"timeout": timeout}
        self._total_s = TOTAL_PER_READ_TIMEOUT * timeout_s
        source = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            proxy=_proxy(proxy) if proxy else None,
            keepalive_expiry=KEEP_ALIVE_S,
            network_backend=Network(),
        )
        self._pool = Pool(source, timeout_s)

    async def close(self) -> None:
        """Ends all connections."""
        await self._pool.close()

    async def round_trip(
        self, method: str, to: Host, target: str, gate: Gate | None = None
    ) -> tuple[int, bytes]:
        """Status and body; raises one of NEVER_LEFT or of MAY_HAVE_LEFT, or Held by the gate.

        The gate is asked when there is a connection: to get one can take seconds.
        """
        url = httpcore.URL(
            scheme=to.scheme, host=to.name, port=to.port, target=(to.path + target).encode("ascii")
        )
        headers = to.headers
        if method in ("POST", "PUT"):
            headers = [*headers, (b"Content-Length", b"0")]
        extensions = self._extensions
        if gate is not None:
            extensions = {**extensions, "trace": asked_last(gate)}
        request = httpcore.Request(method, url, headers=headers, extensions=extensions)
        try:
            async with asyncio.timeout(self._total_s):
                return await self._answer(request)
        except TimeoutError as error:
            raise httpcore.ReadTimeout(f"no whole reply within {self._total_s:.0f} s") from error

    async def _answer(self, request: httpcore.Request) -> tuple[int, bytes]:
        async with self._pool.lent(request.url.origin) as connection:
            response = await connection.handle_async_request(request)
            try:
                content = bytearray()
                async for chunk in response.aiter_stream():
                    content += chunk
                    if len(content) > BODY_SIZE_MAX:
                        break  # Whoever reads it sees that it is too large, and keeps its start.
            finally:
                await response.aclose()
        return response.status, bytes(content)


def asked_last(gate: Gate) -> Callable[[str, dict[str, Any]], Coroutine[Any, Any, None]]:
    """Asks the gate where the request itself is written, and not for the way through a proxy."""

    async def trace(event: str, info: dict[str, Any]) -> None:
        if event == WRITES_NOW and info["request"].method != b"CONNECT":
            code = gate()
            if code is not Code.OK:
                raise Held(code)

    return trace


def _proxy(url: str) -> httpcore.Proxy:
    if url.lower().startswith("socks"):
        raise ConfigError(
            "venue.proxy: SOCKS is not supported, since that takes the packages socksio and "
            "python-socks; give an HTTP proxy as http://host:port"
        )
    try:
        parsed = httpx.Proxy(url)
    except (ValueError, httpx.InvalidURL) as error:
        raise ConfigError(f"venue.proxy: {error}; give it as http://host:port") from error
    if not parsed.url.host:
        raise ConfigError("venue.proxy: there is no host in it; give it as http://host:port")
    _check_name(parsed.url, "venue.proxy")
    return httpcore.Proxy(
        httpcore.URL(
            scheme=parsed.url.raw_scheme,
            host=parsed.url.raw_host,
            port=parsed.url.port,
            target=parsed.url.raw_path,
        ),
        auth=parsed.raw_auth,
        headers=parsed.headers.raw,
    )


def _check_name(url: httpx.URL, setting: str) -> None:
    """A host or port that nobody can connect to is found now and not by every request."""
    try:
        url.host.encode("idna")
    except UnicodeError as error:
        raise ConfigError(f"{setting}: {url.host[:64]!r} is no host name; correct it") from error
    if (url.port or 0) > PORT_MAX:
        raise ConfigError(f"{setting}: there is no port {url.port}; correct it")
