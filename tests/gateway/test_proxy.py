"""A proxy on the way to the venue: REST and streams go through it."""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

import msgspec
import pytest
from websockets.asyncio.client import ClientConnection

from pink_actors import log as logging
from pink_actors.clock import NS_PER_MS, SystemClock
from pink_actors.config import Venue
from pink_actors.errors import ConfigError
from pink_actors.listener.stream_socket import Ended, follow
from pink_actors.rest.connection import Connection, Keys
from pink_actors.rest.kept import Kept
from tests.gateway.stage import API_KEY, API_SECRET

CLOCK = SystemClock()
# A name that no resolver knows: only a proxy can take a request there.
BEHIND = "venue.invalid"


class Proxy:
    """Answers in the venue's place what it is asked to fetch, and refuses tunnels."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client."""
        head = await reader.readuntil(b"\r\n\r\n")
        self.seen.append(head.split(b" HTTP", 1)[0].decode())
        body = b'{"code":0,"msg":"","data":{"serverTime":%d}}' % (CLOCK.wall_ns() // NS_PER_MS)
        status = b"403 No" if head.startswith(b"CONNECT") else b"200 OK"
        writer.write(b"HTTP/1.1 %s\r\nContent-Length: %d\r\n" % (status, len(body)))
        writer.write(b"Connection: close\r\n\r\n" + body)
        await writer.drain()
        writer.close()
        await writer.wait_closed()


async def opened(_: ClientConnection) -> None:
    """Never reached behind a proxy that refuses tunnels."""
    raise AssertionError("the stream went past its proxy")


async def hear(_: bytes) -> bool:
    """Never reached either."""
    return False


UNUSABLE = [
    ("", "socks5://127.0.0.1:1", "SOCKS is not supported"),
    ("", "SOCKS5h://user:secret-word@127.0.0.1:1", "SOCKS is not supported"),
    ("", "127.0.0.1:3128", "venue.proxy"),
    ("", "ftp://127.0.0.1:1", "venue.proxy"),
    ("", "http://", "venue.proxy"),
    ("", "http://a..b:1", "venue.proxy"),
    ("", "http://127.0.0.1:99999", "venue.proxy"),
    ("a..b", "", "venue"),
    ("a" * 70 + ".com", "", "venue"),
    ("127.0.0.1:99999", "", "venue"),
]


@pytest.mark.parametrize(("to", "proxy", "text"), UNUSABLE)
async def test_an_address_that_cannot_be_used_is_a_matter_of_the_configuration(
    home: Path, to: str, proxy: str, text: str
) -> None:
    log = logging.make("test", 1, stream=io.StringIO())
    to = to or "127.0.0.1:9"
    venue = msgspec.structs.replace(Venue(), rest_url=f"http://{to}", proxy=proxy)
    keys, kept = Keys(API_KEY, API_SECRET), Kept(home, "test", CLOCK, log)
    with pytest.raises(ConfigError, match=text) as rest:
        Connection(venue, keys, CLOCK, log, kept)
    with pytest.raises(ConfigError, match="venue") as stream:
        await follow(f"ws://{to}/swap-market?listenKey=secret-word", proxy, opened, hear)
    assert "secret-word" not in f"{rest.value} {stream.value}"


async def test_flaw_l9_requests_and_streams_go_through_the_configured_proxy(home: Path) -> None:
    log = logging.make("test", 1, stream=io.StringIO())
    proxy = Proxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    venue = msgspec.structs.replace(Venue(), rest_url=f"http://{BEHIND}", proxy=address)
    connection = Connection(
        venue, Keys(API_KEY, API_SECRET), CLOCK, log, Kept(home, "test", CLOCK, log)
    )
    try:
        assert await connection.set_clock()
        with pytest.raises(Ended, match="403"):
            await follow(f"ws://{BEHIND}/swap-market", address, opened, hear)
    finally:
        await connection.close()
        server.close()
    assert proxy.seen[0] == f"GET http://{BEHIND}/openApi/swap/v2/server/time"
    assert proxy.seen[1].startswith(f"CONNECT {BEHIND}:80")
