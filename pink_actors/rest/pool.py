"""Kept connections to the venue, each lent to one request at a time.

The HTTP library's own pool looks through all requests and connections twice for every request, in
scopes and events of a layer that serves several event loops; that cost an order more than all else
on its way.  Its connections are used as they are: how a request is written, a reply is read and a
proxy is passed is theirs.

Invariant: a connection is given again only after its last reply was read to the end and while
nothing has come on it since; everything else is closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpcore
from httpcore import AsyncConnectionInterface

# Requests under way together; so many connections are kept for each address at most.
CONNECTIONS_MAX: Final = 16


class Pool:
    """The connections of one process; `source` says how they are made and is asked nothing else."""

    def __init__(self, source: httpcore.AsyncConnectionPool, wait_s_max: float) -> None:
        self._source = source
        self._wait_s_max = wait_s_max
        self._places = asyncio.Semaphore(CONNECTIONS_MAX)
        self._idle: list[AsyncConnectionInterface] = []

    @asynccontextmanager
    async def lent(self, origin: httpcore.Origin) -> AsyncIterator[AsyncConnectionInterface]:
        """A connection to this address for one request; PoolTimeout if none is free in time."""
        await self._wait_for_place()
        try:
            connection = await self._taken(origin)
            try:
                yield connection
            finally:
                await self._give_back(connection)
        finally:
            self._places.release()

    async def close(self) -> None:
        """Ends what is kept; what is lent ends with its request."""
        while self._idle:
            await self._idle.pop().aclose()

    async def _wait_for_place(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self._wait_s_max):
                await self._places.acquire()
        except TimeoutError as error:
            raise httpcore.PoolTimeout(f"{CONNECTIONS_MAX} requests are under way") from error

    async def _taken(self, origin: httpcore.Origin) -> AsyncConnectionInterface:
        """The one used last, which the venue is least likely to be closing, or a new one."""
        for connection in reversed(self._idle):
            if connection.can_handle_request(origin):
                self._idle.remove(connection)
                if not connection.has_expired():
                    return connection
                await connection.aclose()
        return self._source.create_connection(origin)

    async def _give_back(self, connection: AsyncConnectionInterface) -> None:
        if connection.is_available():
            self._idle.append(connection)
        else:
            await connection.aclose()
        # Here it delays no request; an ended connection must not stay open for ever.
        expired = [one for one in self._idle if one.has_expired()]
        self._idle = [one for one in self._idle if one not in expired]
        for one in expired:
            await one.aclose()
