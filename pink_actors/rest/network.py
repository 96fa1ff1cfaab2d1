"""Sockets for the HTTP library's pool, on which what is written leaves at once.

A transport of the event loop keeps what is written until the loop's next turn, and the layers that
the library puts on it make a task group, a scope and a timer for each step; an order waits for all
of that.  Here the first try is one system call.

Invariant: ConnectError and ConnectTimeout are raised by `connect_tcp` and `start_tls` alone, thus
before a request was written; whatever fails later is a ReadError, a WriteError or their timeouts.
"""

from __future__ import annotations

import asyncio
import select
import socket
import ssl
from collections.abc import Callable, Iterable
from typing import Final, TypeVar

import httpcore
from aiohappyeyeballs import start_connection
from httpcore import SOCKET_OPTION

# How long one of the venue's addresses has for itself before the next one is tried beside it.
NEXT_ADDRESS_AFTER_S: Final = 0.25
TLS_READ_SIZE_MAX: Final = 64 * 1024
R = TypeVar("R")


class Network(httpcore.AsyncNetworkBackend):
    """Where the pool gets its connections from."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connected within the timeout, by whichever address answers first."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                own = await loop.getaddrinfo(local_address, 0) if local_address else None
                connected = await start_connection(
                    found, local_addr_infos=own, happy_eyeballs_delay=NEXT_ADDRESS_AFTER_S
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"no connection to {host}:{port} in time") from error
        except (OSError, RuntimeError) as error:
            raise httpcore.ConnectError(str(error)) from error
        try:
            connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for option in socket_options or ():
                connected.setsockopt(*option)
        except OSError as error:
            connected.close()
            raise httpcore.ConnectError(str(error)) from error
        return PlainStream(connected)


class Stream(httpcore.AsyncNetworkStream):
    """What can be encrypted: a socket, a tunnel, or a proxy that is spoken to with TLS itself."""

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The same connection, encrypted, with a server that proved to be `server_hostname`."""
        return await _secured(self, ssl_context, server_hostname, timeout)


class PlainStream(Stream):
    """One connected socket."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._loop = asyncio.get_running_loop()
        self._readable = select.poll()
        self._readable.register(connected, select.POLLIN)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come; nothing once the other side has ended its."""
        if self._socket.fileno() < 0:
            raise httpcore.ReadError("the connection is closed")
        try:
            async with asyncio.timeout(timeout):
                return await self._loop.sock_recv(self._socket, max_bytes)
        except TimeoutError as error:
            raise httpcore.ReadTimeout("nothing came in time") from error
        except OSError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it is with the kernel, or this raises; then a part may have left."""
        if not buffer:
            return
        try:
            sent = self._sent(buffer)
            if sent < len(buffer):
                async with asyncio.timeout(timeout):
                    await self._loop.sock_sendall(self._socket, memoryview(buffer)[sent:])
        except TimeoutError as error:
            raise httpcore.WriteTimeout("not taken in time") from error
        except OSError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Ends the connection; once more does nothing."""
        self._socket.close()

    def get_extra_info(self, info: str) -> object:
        """What the pool asks for: an idle connection that is readable has been ended."""
        if info == "is_readable":
            return self._socket.fileno() < 0 or bool(self._readable.poll(0))
        return self._socket if info == "socket" else None

    def _sent(self, buffer: bytes) -> int:
        try:
            return self._socket.send(buffer)
        except BlockingIOError:
            return 0


class TlsStream(Stream):
    """TLS over any stream: over a socket, or over the tunnel that a proxy has opened."""

    def __init__(
        self, below: httpcore.AsyncNetworkStream, context: ssl.SSLContext, hostname: str | None
    ) -> None:
        self._below = below
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=hostname)

    async def shake_hands(self) -> None:
        """Keys are agreed on and the server's certificate is checked, or SSLError is raised."""
        await self._through(self._tls.do_handshake)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """What has come; nothing once the other side has ended its."""
        try:
            async with asyncio.timeout(timeout):
                return await self._through(lambda: self._tls.read(max_bytes))
        except TimeoutError as error:
            raise httpcore.ReadTimeout("nothing came in time") from error
        except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
            return b""  # The length of a reply is known otherwise; many servers say no goodbye.
        except ssl.SSLError as error:
            raise httpcore.ReadError(str(error)) from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it is with the stream below, or this raises; then a part may have left."""
        if not buffer:
            return
        try:
            async with asyncio.timeout(timeout):
                await self._through(lambda: self._tls.write(buffer))
        except TimeoutError as error:
            raise httpcore.WriteTimeout("not taken in time") from error
        except ssl.SSLError as error:
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        """Ends the connection; once more does nothing."""
        await self._below.aclose()

    def get_extra_info(self, info: str) -> object:
        """What the pool asks for; bytes that nobody asked for count as readable."""
        if info == "ssl_object":
            return self._tls
        if info == "is_readable" and (self._tls.pending() or self._incoming.pending):
            return True
        return self._below.get_extra_info(info)

    async def _through(self, step: Callable[[], R]) -> R:
        """Repeats a step, with what the other side sends, until it has all that it wants."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                await self._flush()
                data = await self._below.read(TLS_READ_SIZE_MAX)
                if data:
                    self._incoming.write(data)
                else:
                    self._incoming.write_eof()
            else:
                await self._flush()
                return done

    async def _flush(self) -> None:
        if self._outgoing.pending:
            await self._below.write(self._outgoing.read())


async def _secured(
    below: httpcore.AsyncNetworkStream,
    context: ssl.SSLContext,
    hostname: str | None,
    timeout: float | None,
) -> TlsStream:
    """A stream whose server is who it should be; one that is not is closed."""
    stream = TlsStream(below, context, hostname)
    agreed = False
    try:
        async with asyncio.timeout(timeout):
            await stream.shake_hands()
        agreed = True
    except TimeoutError as error:
        raise httpcore.ConnectTimeout("TLS was not agreed on in time") from error
    except (OSError, httpcore.NetworkError) as error:
        raise httpcore.ConnectError(f"TLS was not agreed on: {error}") from error
    finally:
        if not agreed:
            await below.aclose()
    return stream
