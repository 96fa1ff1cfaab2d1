"""Read-only SQL over ClickHouse's HTTP protocol on loopback, for the embedded database.

`clickhouse/sql-credential.json` (0600) of the instance holds url, user and password. The engine's
own `readonly=1` is the wall: the reader's connection takes it as its last setting. `query_guard`
stands before it.
"""

import hmac
import os
import queue
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import msgspec
from aiohttp import BasicAuth, web

from pink_actors.persistence.query_guard import STATEMENT_BYTES_MAX, refusal
from pink_actors.persistence.worker import JobError, Worker

HOST = "127.0.0.1"
USER = "pink"
LIMITS = {
    "max_execution_time": 20,
    "max_threads": 1,
    "max_memory_usage": 512 << 20,
    "max_result_bytes": 128 << 20,
}
DEFAULT_FORMAT = "TabSeparated"
# A question that still runs when the process ends is not answered any more.
SHUTDOWN_S_MAX = 0.2
IDENTIFIER = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,62}$")
ERROR_CODE = re.compile(r"Code: (\d+)")
READONLY = 164
NOT_IMPLEMENTED = 48
AUTHENTICATION_FAILED = 516
TOO_MANY_QUERIES = 202
# As ClickHouse maps them; whatever is not here is 500.
HTTP_STATUS = {
    READONLY: 403,
    AUTHENTICATION_FAILED: 403,
    NOT_IMPLEMENTED: 501,
    TOO_MANY_QUERIES: 503,
    60: 404,
    81: 404,
    62: 400,
    47: 400,
    46: 400,
    36: 400,
    159: 408,
}


class SqlError(JobError):
    """What the engine or this port answers instead of a result."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Question(NamedTuple):
    """One statement with what belongs to it."""

    statement: str
    database: str
    format: str
    parameters: dict[str, str]


class Credential(msgspec.Struct, frozen=True):
    """How to get in; the same for the life of the run directory."""

    url: str
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Credential(url={self.url!r}, user={self.user!r}, password=***)"


class Answering(Protocol):
    """The part of a chdb connection that is used."""

    def query(self, sql: str, format: str, params: dict[str, str]) -> "Bytes":
        """Runs one statement."""
        ...

    def close(self) -> None:
        """Ends the connection."""
        ...


class Bytes(Protocol):
    """A result of it."""

    def bytes(self) -> bytes | None:
        """The formatted rows."""
        ...


class Reader:
    """The second connection to the engine; lives on the reader's thread."""

    def __init__(self, directory: Path, database: str) -> None:
        # The import starts an engine, for which a process that writes to a server has no directory.
        import chdb

        # The writer's client opens the real path, and the engine compares paths letter by letter.
        self._connection: Answering = chdb.connect(os.path.realpath(directory))
        self._database = database
        for name, value in LIMITS.items():
            self._connection.query(f"SET {name} = {value}", DEFAULT_FORMAT, {})
        self._connection.query(f"USE {database}", DEFAULT_FORMAT, {})
        self._connection.query("SET readonly = 1", DEFAULT_FORMAT, {})

    def ask(self, question: Question) -> bytes:
        """The result, or SqlError."""
        try:
            if question.database != self._database:
                self._connection.query(f"USE {question.database}", DEFAULT_FORMAT, {})
                self._database = question.database
            result = self._connection.query(
                question.statement, question.format, question.parameters
            )
        except RuntimeError as error:
            found = ERROR_CODE.search(str(error))
            raise SqlError(int(found.group(1)) if found else 1002, str(error)) from error
        return result.bytes() or b""

    def close(self) -> None:
        """Ends the connection."""
        self._connection.close()


class SqlEndpoint:
    """The port; started once the database is open."""

    def __init__(self, reader: Reader, worker: Worker, database: str) -> None:
        self._reader = reader
        self._worker = worker
        self._database = database
        self._password = ""
        self._runner: web.AppRunner | None = None

    async def start(self, credential: Path, port: int) -> int:
        """Listens and leaves the credential; the port, where it may that of the last start."""
        kept = read_credential(credential)
        self._password = kept.password if kept is not None else secrets.token_urlsafe(24)
        app = web.Application(client_max_size=STATEMENT_BYTES_MAX)
        app.add_routes(
            [web.get("/ping", _ping), web.get("/", self._answer), web.post("/", self._answer)]
        )
        self._runner = web.AppRunner(
            app, access_log=None, handle_signals=False, shutdown_timeout=SHUTDOWN_S_MAX
        )
        await self._runner.setup()
        wanted = port or (int(kept.url.rsplit(":", 1)[1]) if kept is not None else 0)
        bound = await self._bind(self._runner, wanted)
        _write_credential(credential, Credential(f"http://{HOST}:{bound}", USER, self._password))
        return bound

    async def close(self) -> None:
        """Stops listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _bind(self, runner: web.AppRunner, wanted: int) -> int:
        for port in (wanted, 0):
            try:
                site = web.TCPSite(runner, HOST, port, reuse_address=True)
                await site.start()
            except OSError:
                # Somebody else has the port of last time: any other serves.
                if port == 0:
                    raise
                continue
            break
        address: tuple[str, int] = runner.addresses[0]
        return address[1]

    async def _answer(self, request: web.Request) -> web.Response:
        try:
            self._authenticate(request)
            if request.method == "GET" and "query" not in request.query:
                return web.Response(text="Ok.\n")
            question = await self._question(request)
            body = await self._worker.submit(lambda: self._reader.ask(question))
        except queue.Full:
            return _refused(SqlError(TOO_MANY_QUERIES, "too many queries wait already"))
        except SqlError as error:
            return _refused(error)
        headers = {"X-ClickHouse-Timezone": "UTC", "X-ClickHouse-Format": question.format}
        return web.Response(body=body, headers=headers, content_type="text/plain")

    def _authenticate(self, request: web.Request) -> None:
        user, password = _given(request)
        right = hmac.compare_digest(password.encode(), self._password.encode())
        if not right or user != USER:
            raise SqlError(
                AUTHENTICATION_FAILED,
                "user and password are in clickhouse/sql-credential.json of the instance",
            )

    async def _question(self, request: web.Request) -> Question:
        if request.content_type.startswith("multipart/"):
            raise SqlError(NOT_IMPLEMENTED, "no form data and no external tables here")
        if request.headers.get("Content-Encoding", "identity") != "identity":
            raise SqlError(NOT_IMPLEMENTED, "no compressed bodies here")
        body = (await request.read()).decode("utf-8", "replace")
        # As in ClickHouse: the statement is the parameter and the body, one after the other.
        statement = "\n".join(part for part in (request.query.get("query", ""), body) if part)
        why = refusal(statement)
        if why:
            raise SqlError(READONLY, why)
        database = request.query.get("database", "") or self._database
        wanted = request.query.get("default_format", DEFAULT_FORMAT)
        form = request.headers.get("X-ClickHouse-Format", wanted)
        if IDENTIFIER.match(database) is None or IDENTIFIER.match(form) is None:
            raise SqlError(NOT_IMPLEMENTED, "database or format is no plain name")
        return Question(statement, database, form, _parameters(request.query))


async def _ping(_: web.Request) -> web.Response:
    return web.Response(text="Ok.\n")


def _parameters(query: Mapping[str, str]) -> dict[str, str]:
    return {
        name.removeprefix("param_"): value
        for name, value in query.items()
        if name.startswith("param_")
    }


def _given(request: web.Request) -> tuple[str, str]:
    """User and password by any of the three ways that ClickHouse knows."""
    authorization = request.headers.get("Authorization", "")
    if authorization:
        try:
            basic = BasicAuth.decode(authorization)
        except ValueError as error:
            raise SqlError(AUTHENTICATION_FAILED, "only basic authentication") from error
        return basic.login, basic.password
    headers = request.headers
    return (
        headers.get("X-ClickHouse-User", request.query.get("user", "")),
        headers.get("X-ClickHouse-Key", request.query.get("password", "")),
    )


def _refused(error: SqlError) -> web.Response:
    text = str(error)
    if not text.startswith("Code: "):
        text = f"Code: {error.code}. DB::Exception: {text}"
    return web.Response(
        status=HTTP_STATUS.get(error.code, 500),
        text=f"{text}\n",
        headers={"X-ClickHouse-Exception-Code": str(error.code)},
    )


def read_credential(path: Path) -> Credential | None:
    """What an earlier process left, if nobody else can have read or changed it."""
    try:
        if path.stat().st_mode & 0o077:
            return None
        return msgspec.json.decode(path.read_bytes(), type=Credential)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _write_credential(path: Path, credential: Credential) -> None:
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.encode(credential))
    partial.replace(path)
