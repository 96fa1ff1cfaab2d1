"""The far end of a connection: a server that does with each request what the test says."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.waiting import wait_until_async

Serve = Callable[["FarEnd", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
HEAD_END = b"\r\n\r\n"
PIECE_SIZE = 64 * 1024


class FarEnd:
    """What it was asked, over how many connections, and what it waits for."""

    def __init__(self, serve: Serve) -> None:
        self._serve = serve
        self.asked: list[bytes] = []
        self.connections = 0
        self.protocols: list[str | None] = []
        # A server that waits is let go by the test, or at its end.
        self.go = asyncio.Event()
        self.came = asyncio.Event()
        self.said = asyncio.Event()
        self.port = 0
        self.open = 0

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client, to its end."""
        self.connections += 1
        self.open += 1
        tls = writer.get_extra_info("ssl_object")
        self.protocols.append(tls.selected_alpn_protocol() if tls else None)
        # The client may go at any moment, as the test wants.
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            await self._serve(self, reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        self.open -= 1

    async def request(self, reader: asyncio.StreamReader) -> bytes:
        """The next request, noted before anything is done about it."""
        head = await reader.readuntil(HEAD_END)
        self.asked.append(head.split(b" ", 2)[1])
        self.came.set()
        return head


@asynccontextmanager
async def far_end(serve: Serve, tls: ssl.SSLContext | None = None) -> AsyncIterator[FarEnd]:
    """It listens on a port of its own."""
    end = FarEnd(serve)
    server = await asyncio.start_server(end.connected, "127.0.0.1", 0, ssl=tls)
    end.port = server.sockets[0].getsockname()[1]
    try:
        yield end
    finally:
        server.close()
        end.go.set()
        await wait_until_async(lambda: end.open == 0, "the end of all connections")


def reply(body: bytes = b"{}", *, length: int | None = None, more: bytes = b"") -> bytes:
    """A reply; with another length than its own it is not whole."""
    size = len(body) if length is None else length
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (more, size, body)


async def answer(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers whatever it is asked."""
    while True:
        await end.request(reader)
        writer.write(reply())


async def hold(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Takes the request and says nothing until it is let go."""
    while True:
        await end.request(reader)
        await end.go.wait()
        writer.write(reply())


async def end_once(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers one request and ends the connection when it is let go."""
    await end.request(reader)
    writer.write(reply())
    await end.go.wait()
    writer.close()
    end.said.set()


async def drop(end: FarEnd, reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    """Takes the request and ends the connection."""
    await end.request(reader)


async def cut(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Ends the connection in the middle of its reply."""
    await end.request(reader)
    writer.write(reply(b"{", length=100))
    await writer.drain()


async def reset(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Resets the connection in the middle of its reply."""
    await end.request(reader)
    writer.write(reply(b"{", length=100))
    await writer.drain()
    connected = writer.get_extra_info("socket")
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def trickle(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A reply that never ends, a byte at a time."""
    await end.request(reader)
    writer.write(reply(b"", length=1_000_000))
    while not writer.is_closing():
        writer.write(b" ")
        await asyncio.sleep(0)  # To drain would wait for nobody, and nobody else would run.


async def garble(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says something that is no HTTP."""
    await end.request(reader)
    writer.write(b"\x00\x01\x02 what?\r\n\r\n")
    await end.go.wait()


async def talk(end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers, and says more than it was asked when it is let go."""
    await end.request(reader)
    writer.write(reply())
    await end.go.wait()
    writer.write(reply(b'{"msg":"of nobody"}'))
    await writer.drain()
    end.said.set()
    await reader.read()


async def mute(_: FarEnd, reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Listens, and never says anything."""
    await reader.read(-1)


async def rude(_: FarEnd, reader: asyncio.StreamReader, __: asyncio.StreamWriter) -> None:
    """Ends the connection as soon as something is said."""
    await reader.read(1)


def tunnel(port: int) -> Serve:
    """A proxy that opens tunnels, all of them to one port."""

    async def serve(
        end: FarEnd, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await end.request(reader)
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            back = asyncio.create_task(_pass_on(far_reader, writer))
            await _pass_on(reader, far_writer)
            await back
        finally:
            far_writer.close()

    return serve


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(PIECE_SIZE):
        writer.write(data)
    if writer.can_write_eof():
        writer.write_eof()


class Certificate:
    """A certificate that signs itself, for a name or an address."""

    def __init__(self, folder: Path, name: str) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = datetime.datetime.now(datetime.UTC)
        try:
            other_name: x509.GeneralName = x509.IPAddress(ipaddress.ip_address(name))
        except ValueError:
            other_name = x509.DNSName(name)
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([other_name]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )
        self._file = folder / f"{name}.pem"
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        self._file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))

    def server(self, *protocols: str) -> ssl.SSLContext:
        """What a server shows it with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._file)
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context

    def client(self) -> ssl.SSLContext:
        """What trusts it and nothing else."""
        return ssl.create_default_context(cafile=str(self._file))
