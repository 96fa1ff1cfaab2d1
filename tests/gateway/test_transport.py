"""What may have left and what certainly has not, on a connection that fails in every way."""

from __future__ import annotations

import asyncio
import socket

import httpcore
import pytest

from pink_actors.rest.network import Network
from pink_actors.rest.pool import CONNECTIONS_MAX, Pool
from pink_actors.rest.transport import MAY_HAVE_LEFT, NEVER_LEFT, Held, Host, Transport, host
from pink_actors.shm_layout import Code
from tests.gateway.far_end import (
    FarEnd,
    Serve,
    answer,
    cut,
    drop,
    end_once,
    far_end,
    garble,
    hold,
    mute,
    reset,
    rude,
    talk,
    trickle,
)
from tests.waiting import wait_until_async

SHORT_S = 0.2
LONG_S = 20.0
TARGET = "/order?clientOrderId="


@pytest.fixture
def anyio_backend() -> tuple[str, dict[str, bool]]:
    """The event loop of the actors, whose way with sockets is its own."""
    return "asyncio", {"use_uvloop": True}


def at(port: int, scheme: str = "http") -> Host:
    """A port of this machine as the venue's address."""
    return host(f"{scheme}://127.0.0.1:{port}", "k", "venue.rest_url")


async def ask(transport: Transport, end: FarEnd, name: str) -> tuple[int, bytes]:
    """One order."""
    return await transport.round_trip("POST", at(end.port), TARGET + name)


def sent(end: FarEnd, name: str) -> int:
    """How often the far end was asked for this order."""
    return end.asked.count((TARGET + name).encode())


async def test_orders_one_after_the_other_take_the_same_connection() -> None:
    async with far_end(answer) as end:
        transport = Transport(LONG_S, "")
        for number in range(5):
            assert await ask(transport, end, f"{number}") == (200, b"{}")
        await transport.close()
    assert end.connections == 1
    assert [sent(end, f"{number}") for number in range(5)] == [1] * 5


@pytest.mark.parametrize(
    ("serve", "error"),
    [
        (hold, httpcore.ReadTimeout),
        (trickle, httpcore.ReadTimeout),
        (drop, httpcore.RemoteProtocolError),
        (cut, httpcore.RemoteProtocolError),
        (garble, httpcore.RemoteProtocolError),
        (reset, httpcore.ReadError),
    ],
)
async def test_flaw_i11_what_was_written_may_have_left_and_is_not_written_again(
    serve: Serve, error: type[Exception]
) -> None:
    async with far_end(serve) as end:
        transport = Transport(SHORT_S, "")
        with pytest.raises(error) as first:
            await ask(transport, end, "one")
        with pytest.raises(error):
            await ask(transport, end, "two")
        await transport.close()
    assert isinstance(first.value, MAY_HAVE_LEFT)
    assert not isinstance(first.value, NEVER_LEFT)
    assert (sent(end, "one"), sent(end, "two")) == (1, 1)
    # What a broken connection still has to say must not be the answer to the next order.
    assert end.connections == 2


@pytest.mark.parametrize("serve", [end_once, talk])
async def test_an_idle_connection_that_ended_or_spoke_is_not_taken_for_the_next_order(
    serve: Serve,
) -> None:
    async with far_end(serve) as end:
        transport = Transport(LONG_S, "")
        assert await ask(transport, end, "one") == (200, b"{}")
        end.go.set()
        await wait_until_async(lambda: end.open == 0 or end.said.is_set(), "the far end")
        assert await ask(transport, end, "two") == (200, b"{}")
        await transport.close()
    assert (end.connections, sent(end, "two")) == (2, 1)


async def test_a_request_that_was_given_up_takes_its_connection_with_it() -> None:
    async with far_end(hold) as end:
        transport = Transport(LONG_S, "")
        given_up = asyncio.create_task(ask(transport, end, "one"))
        await end.came.wait()
        given_up.cancel()
        await asyncio.wait([given_up])
        assert given_up.cancelled()
        end.go.set()
        assert await ask(transport, end, "two") == (200, b"{}")
        await transport.close()
    assert (end.connections, sent(end, "one"), sent(end, "two")) == (2, 1, 1)


async def lent(pool: Pool, end: FarEnd, name: str) -> bytes:
    """One order on a connection of the pool, however long its reply takes."""
    origin = httpcore.Origin(b"http", b"127.0.0.1", end.port)
    url = httpcore.URL(scheme=b"http", host=b"127.0.0.1", port=end.port, target=TARGET + name)
    async with pool.lent(origin) as connection:
        headers = [(b"Host", b"venue"), (b"Content-Length", b"0")]
        response = await connection.handle_async_request(
            httpcore.Request("POST", url, headers=headers)
        )
        body = await response.aread()
        await response.aclose()
    return body


async def test_a_request_that_finds_no_place_has_not_left_and_the_places_come_back() -> None:
    pool = Pool(httpcore.AsyncConnectionPool(network_backend=Network()), SHORT_S)
    async with far_end(hold) as end:
        names = [f"{number}" for number in range(CONNECTIONS_MAX)]
        under_way = [asyncio.create_task(lent(pool, end, name)) for name in names]
        await wait_until_async(lambda: len(end.asked) == CONNECTIONS_MAX, "all requests")
        with pytest.raises(httpcore.PoolTimeout) as full:
            await lent(pool, end, "late")
        assert sent(end, "late") == 0
        end.go.set()
        assert await asyncio.gather(*under_way) == [b"{}"] * CONNECTIONS_MAX
        assert await lent(pool, end, "late") == b"{}"
        await pool.close()
    assert isinstance(full.value, NEVER_LEFT)
    assert (end.connections, sent(end, "late")) == (CONNECTIONS_MAX, 1)


async def test_what_waited_for_a_connection_is_asked_about_right_before_it_is_written() -> None:
    """For seconds there is none; the kill switch may be thrown meanwhile."""
    said, asked = Code.OK, 0

    def gate() -> Code:
        nonlocal asked
        asked += 1
        return said

    async with far_end(hold) as end:
        transport = Transport(LONG_S, "")
        names = [f"{number}" for number in range(CONNECTIONS_MAX)]
        under_way = [asyncio.create_task(ask(transport, end, name)) for name in names]
        await wait_until_async(lambda: len(end.asked) == CONNECTIONS_MAX, "all requests")
        late = asyncio.create_task(transport.round_trip("POST", at(end.port), TARGET + "n", gate))
        await asyncio.sleep(0)
        assert asked == 0
        said = Code.KILL_SWITCH
        end.go.set()
        with pytest.raises(Held) as held:
            await late
        await asyncio.gather(*under_way)
        assert (held.value.code, asked, sent(end, "n")) == (Code.KILL_SWITCH, 1, 0)
        said = Code.OK
        assert await transport.round_trip("POST", at(end.port), TARGET + "n", gate) == (200, b"{}")
        await transport.close()
    assert (asked, sent(end, "n")) == (2, 1)


async def test_where_nobody_listens_nothing_has_left() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    transport = Transport(LONG_S, "")
    with pytest.raises(httpcore.ConnectError) as refused:
        await transport.round_trip("POST", at(port), TARGET)
    assert isinstance(refused.value, NEVER_LEFT)
    await transport.close()


async def test_where_nobody_takes_the_connection_nothing_has_left() -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        # One fills its queue; what comes then is not even answered.
        with socket.create_connection(("127.0.0.1", port)):
            transport = Transport(SHORT_S, "")
            with pytest.raises(httpcore.ConnectTimeout) as ignored:
                await transport.round_trip("POST", at(port), TARGET)
            await transport.close()
    assert isinstance(ignored.value, NEVER_LEFT)


@pytest.mark.parametrize(
    ("serve", "error"), [(mute, httpcore.ConnectTimeout), (rude, httpcore.ConnectError)]
)
async def test_where_tls_is_not_agreed_on_nothing_has_left(
    serve: Serve, error: type[Exception]
) -> None:
    async with far_end(serve) as end:
        transport = Transport(SHORT_S, "")
        with pytest.raises(error) as refused:
            await transport.round_trip("POST", at(end.port, "https"), TARGET)
        await transport.close()
    assert isinstance(refused.value, NEVER_LEFT)
