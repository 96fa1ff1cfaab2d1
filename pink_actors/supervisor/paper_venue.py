"""The paper venue as its supervisor sees it: an address that stays, and a process that answers."""

import asyncio
import contextlib
import secrets
import socket
from pathlib import Path

import msgspec

from pink_actors.config import Config
from pink_actors.errors import ConfigError

HOST = "127.0.0.1"
ANSWER_TIMEOUT_S = 2.0
ANSWER_BYTES_MAX = 256
TIME_PATH = "/openApi/swap/v2/server/time"
HOLD_PATH = "/paper/hold"
WS_PATH = "/swap-market"
PORT_MIN = 20_000
PORT_MAX = 30_000
PORT_TRIES_MAX = 100


def addressed(config: Config, keep: bool = True) -> Config:
    """`config` with the venue's port, chosen once per instance, and its addresses."""
    port = config.paper.port or _kept_port(config.run_dir, keep)
    return msgspec.structs.replace(
        config,
        paper=msgspec.structs.replace(config.paper, port=port),
        venue=msgspec.structs.replace(
            config.venue,
            rest_url=f"http://{HOST}:{port}",
            ws_url=f"ws://{HOST}:{port}{WS_PATH}",
        ),
    )


def _kept_port(run_dir: Path, keep: bool) -> int:
    path = run_dir / "paper-port"
    try:
        text = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        port = free_port()
        if keep:
            path.write_text(f"{port}\n", encoding="ascii")
        return port
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise ConfigError(f"{path}: holds no port; remove the file for a new one")
    return int(text)


def free_port() -> int:
    """A port nobody listens on now, from a range the system hands to nobody by itself.

    A port that the system picked could go to a stranger before the venue binds it.
    """
    for _ in range(PORT_TRIES_MAX):
        port = PORT_MIN + secrets.randbelow(PORT_MAX - PORT_MIN)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise ConfigError(f"paper.port: no free port from {PORT_MIN} to {PORT_MAX}; name one")


async def answers(port: int) -> bool:
    """Whether something on the port tells the time as the venue does."""
    return await _asked("GET", TIME_PATH, port)


async def hold(port: int, api_key: str) -> bool:
    """Stops the market, so that nothing trades while its only member leaves."""
    return await _asked("POST", HOLD_PATH, port, f"X-BX-APIKEY: {api_key}\r\n")


async def _asked(method: str, path: str, port: int, headers: str = "") -> bool:
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(ANSWER_TIMEOUT_S):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                head = f"{method} {path} HTTP/1.0\r\nHost: {HOST}\r\nContent-Length: 0\r\n"
                writer.write(f"{head}{headers}\r\n".encode())
                await writer.drain()
                return b" 200 " in (await reader.read(ANSWER_BYTES_MAX)).split(b"\r\n", 1)[0]
            finally:
                writer.close()
    return False
