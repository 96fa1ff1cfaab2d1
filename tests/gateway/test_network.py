"""The connections themselves: TLS, tunnels, more than a socket takes at once, and their ends."""

from __future__ import annotations

import asyncio
import socket
import ssl
from pathlib import Path
from typing import Any

import httpcore
import pytest

from pink_actors.rest.network import Network
from pink_actors.rest.pool import Pool
from pink_actors.rest.transport import (
    MAY_HAVE_LEFT,
    NEVER_LEFT,
    Gate,
    Transport,
    asked_last,
    host,
)
from pink_actors.shm_layout import Code
from tests.gateway.far_end import (
    Certificate,
    FarEnd,
    answer,
    drop,
    end_once,
    far_end,
    hold,
    reply,
    tunnel,
)
from tests.waiting import wait_until_async

SHORT_S = 0.2
VENUE = "venue.test"
HERE = "127.0.0.1"
# Many times what the buffers of a connection on this machine hold.
LARGE = bytes(range(256)) * (256 * 1024)
SECURE: dict[str, Any] = {"timeout": {"connect": 20.0, "read": 20.0, "write": 20.0}}


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The event loop of the actors, whose way with sockets is its own."""
    return "asyncio", {"use_uvloop": True}


def pool_of(context: ssl.SSLContext, proxy: httpcore.Proxy | None = None) -> Pool:
    """Connections as the gateway has them, but with trust in the test's certificate."""
    source = httpcore.AsyncConnectionPool(
        ssl_context=context, proxy=proxy, network_backend=Network()
    )
    return Pool(source, SHORT_S)


async def ask(pool: Pool, name: str, port: int, gate: Gate | None = None) -> bytes:
    """One request over TLS, and the body of its answer."""
    origin = httpcore.Origin(b"https", name.encode(), port)
    url = httpcore.URL(scheme=b"https", host=name.encode(), port=port, target=b"/order")
    async with pool.lent(origin) as connection:
        headers = [(b"Host", name.encode()), (b"Content-Length", b"0")]
        extensions = {**SECURE, "trace": asked_last(gate)} if gate else SECURE
        request = httpcore.Request("POST", url, headers=headers, extensions=extensions)
        response = await connection.handle_async_request(request)
        body = await response.aread()
        await response.aclose()
    return body


async def large(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A reply of many TLS records."""
    while True:
        await end.request(reader)
        writer.write(reply(LARGE))


async def test_replies_of_any_size_come_over_one_encrypted_connection(home: Path) -> None:
    shown = Certificate(home, HERE)
    async with far_end(large, shown.server("h2", "http/1.1")) as end:
        pool = pool_of(shown.client())
        for _ in range(3):
            assert await ask(pool, HERE, end.port) == LARGE
        await pool.close()
    assert (end.connections, end.protocols) == (1, ["http/1.1"])


async def test_an_encrypted_connection_that_ended_while_idle_is_not_taken_again(home: Path) -> None:
    shown = Certificate(home, HERE)
    async with far_end(end_once, shown.server()) as end:
        pool = pool_of(shown.client())
        assert await ask(pool, HERE, end.port) == b"{}"
        end.go.set()
        await end.said.wait()
        assert await ask(pool, HERE, end.port) == b"{}"
        await pool.close()
    assert (end.connections, len(end.asked)) == (2, 2)


async def test_an_encrypted_request_whose_reply_never_came_may_have_left(home: Path) -> None:
    shown = Certificate(home, HERE)
    async with far_end(drop, shown.server()) as end:
        pool = pool_of(shown.client())
        with pytest.raises(httpcore.RemoteProtocolError) as ended:
            await ask(pool, HERE, end.port)
        await pool.close()
    assert isinstance(ended.value, MAY_HAVE_LEFT)
    assert end.asked == [b"/order"]


async def test_a_server_of_another_name_hears_nothing_of_the_order(home: Path) -> None:
    shown = Certificate(home, "somebody.else")
    async with far_end(answer, shown.server()) as end:
        pool = pool_of(shown.client())
        with pytest.raises(httpcore.ConnectError, match="certificate is not valid for") as refused:
            await ask(pool, HERE, end.port)
        await pool.close()
    assert isinstance(refused.value, NEVER_LEFT)
    assert end.asked == []


async def test_a_server_that_nobody_vouches_for_hears_nothing_of_the_order(home: Path) -> None:
    shown = Certificate(home, HERE)
    async with far_end(answer, shown.server()) as end:
        transport = Transport(20.0, "")
        to = host(f"https://{HERE}:{end.port}", "k", "venue.rest_url")
        with pytest.raises(httpcore.ConnectError, match="self-signed") as refused:
            await transport.round_trip("POST", to, "/order")
        await transport.close()
    assert isinstance(refused.value, NEVER_LEFT)
    assert end.asked == []


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("named", [VENUE, "somebody.else"])
async def test_flaw_l9_a_tunnel_ends_at_the_venue_and_nowhere_else(
    home: Path, scheme: str, named: str
) -> None:
    venue, door = Certificate(home, named), Certificate(home, HERE)
    asked = 0

    def gate() -> Code:
        nonlocal asked
        asked += 1
        return Code.OK

    async with (
        far_end(answer, venue.server()) as end,
        far_end(tunnel(end.port), door.server() if scheme == "https" else None) as way,
    ):
        address = httpcore.URL(f"{scheme}://{HERE}:{way.port}")
        trusted = door.client() if scheme == "https" else None
        pool = pool_of(venue.client(), httpcore.Proxy(address, ssl_context=trusted))
        if named == VENUE:
            assert [await ask(pool, VENUE, 443, gate) for _ in range(2)] == [b"{}"] * 2
        else:
            with pytest.raises(httpcore.ConnectError, match="certificate") as refused:
                await ask(pool, VENUE, 443, gate)
            assert isinstance(refused.value, NEVER_LEFT)
        await pool.close()
    assert way.asked == [b"venue.test:443"]
    assert end.asked == ([b"/order"] * 2 if named == VENUE else [])
    # The gate is asked about what leaves, not about the way there.
    assert asked == len(end.asked)


async def swallow(end: FarEnd, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Waits, and then hears all of it."""
    await end.go.wait()
    end.asked.append(await reader.readexactly(len(LARGE)))
    end.said.set()


@pytest.mark.parametrize("encrypted", [False, True])
async def test_what_no_socket_takes_at_once_goes_piece_by_piece_or_is_late(
    home: Path, encrypted: bool
) -> None:
    shown = Certificate(home, HERE)
    async with far_end(swallow, shown.server() if encrypted else None) as end:
        for timeout_s in (20.0, SHORT_S):
            stream = await Network().connect_tcp(HERE, end.port, 20.0)
            if encrypted:
                stream = await stream.start_tls(shown.client(), HERE, 20.0)
            writing = asyncio.create_task(stream.write(LARGE, timeout_s))
            if timeout_s == SHORT_S:
                with pytest.raises(httpcore.WriteTimeout) as late:
                    await writing
                assert isinstance(late.value, MAY_HAVE_LEFT)
            else:
                end.go.set()
                await writing
                await end.said.wait()
                end.go.clear()
            await stream.aclose()
    assert end.asked == [LARGE]


async def test_a_closed_connection_says_so_and_is_no_end_of_a_reply() -> None:
    async with far_end(hold) as end:
        stream = await Network().connect_tcp(HERE, end.port, 20.0)
        assert not stream.get_extra_info("is_readable")
        await stream.aclose()
        await stream.aclose()
        assert stream.get_extra_info("is_readable")
        with pytest.raises(httpcore.ReadError):
            await stream.read(1, 20.0)
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"x", 20.0)
        await wait_until_async(lambda: end.connections == 1, "the far end to take it")


async def test_a_connection_has_the_address_and_the_options_it_was_asked_for() -> None:
    keep = (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    async with far_end(hold) as end:
        stream = await Network().connect_tcp(HERE, end.port, 20.0, "127.0.0.2", [keep])
        made = stream.get_extra_info("socket")
        assert made.getsockname()[0] == "127.0.0.2"
        assert made.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        # An order must not wait for the acknowledgement of what was sent before it.
        assert made.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1
        await stream.aclose()
        with pytest.raises(httpcore.ConnectError) as refused:
            await Network().connect_tcp(HERE, end.port, 20.0, socket_options=[(-1, -1, 1)])
        await wait_until_async(lambda: end.connections == 2, "the far end to take them")
    assert isinstance(refused.value, NEVER_LEFT)
