"""One WebSocket for as long as it lives: opened, read, answered, and ended when it falls silent."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidProxy, InvalidURI, WebSocketException

from pink_actors.errors import ConfigError
from pink_actors.venue.frames import FRAME_SIZE_MAX, PONG

OPEN_TIMEOUT_S: Final = 5.0
CLOSE_TIMEOUT_S: Final = 1.0
# The venue asks "Ping" every 5 s: three missed ones are a dead connection, whatever TCP says.
SILENCE_S_MAX: Final = 15.0
QUEUE_MAX: Final = 64
# Above our own limit, so that a frame between the two is counted and kept instead of a cut socket.
MESSAGE_SIZE_MAX: Final = 4 * FRAME_SIZE_MAX

Hear = Callable[[bytes], Awaitable[bool]]


class Ended(Exception):
    """The connection is over; the text says how."""


async def follow(
    url: str,
    proxy: str,
    opened: Callable[[ClientConnection], Awaitable[None]],
    hear: Hear,
    silence_s_max: float = SILENCE_S_MAX,
) -> None:
    """Hears one connection to its end and raises Ended; `hear` answers whether a Pong is due."""
    _check_address(url, "venue.ws_url")
    _check_address(proxy, "venue.proxy")
    try:
        async with connect(
            url,
            proxy=proxy or None,
            compression=None,
            ping_interval=None,
            open_timeout=OPEN_TIMEOUT_S,
            close_timeout=CLOSE_TIMEOUT_S,
            max_size=MESSAGE_SIZE_MAX,
            max_queue=QUEUE_MAX,
        ) as socket:
            await opened(socket)
            while True:
                async with asyncio.timeout(silence_s_max):
                    message = await socket.recv(decode=False)
                if await hear(message):
                    await socket.send(PONG)
    except TimeoutError as error:
        raise Ended(f"silent for {silence_s_max} s, or not opened in time") from error
    except (InvalidURI, InvalidProxy) as error:
        # Their own text holds the whole address, and with it the listen key or a password.
        raise ConfigError(
            f"venue.ws_url or venue.proxy: {error.msg}; correct the address"
        ) from None
    except ImportError:
        raise ConfigError(
            "venue.proxy: SOCKS is not supported, since that takes the packages socksio and "
            "python-socks; give an HTTP proxy as http://host:port"
        ) from None
    except (OSError, WebSocketException) as error:
        raise Ended(f"{type(error).__name__}: {error}") from error


def _check_address(url: str, setting: str) -> None:
    """A host or port that nobody can connect to is no outage; the text never shows the address."""
    try:
        parts = urlsplit(url)
        (parts.hostname or "").encode("idna")
        readable = (parts.port or 0) >= 0
    except ValueError:
        readable = False
    if not readable:
        raise ConfigError(f"{setting}: its host or port cannot be read; correct the address")
