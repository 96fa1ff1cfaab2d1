"""A server that speaks ClickHouse's HTTP protocol over an embedded engine, and can lose answers.

`python -m tests.persistence.sql_server FOLDER PORT LOST` listens on loopback; of the inserts with
the numbers in LOST (such as 3,7) the rows are stored and the answer never leaves.
"""

from __future__ import annotations

import sys
from pathlib import Path

import chdb
from aiohttp import web


class Server:
    """One engine, one statement at a time."""

    def __init__(self, folder: Path, lost: set[int]) -> None:
        self._engine = chdb.connect(str(folder))
        self._lost = lost
        self._inserts = 0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = (await request.read()).decode()
        query = request.query.get("query", "")
        statement = "\n".join(part for part in (query, body) if part)
        parameters = {
            name.removeprefix("param_"): value
            for name, value in request.query.items()
            if name.startswith("param_")
        }
        try:
            result = self._engine.query(statement, "TabSeparated", params=parameters)
        except RuntimeError as error:
            code = str(error).partition("Code: ")[2].partition(".")[0]
            headers = {"X-ClickHouse-Exception-Code": code}
            return web.Response(status=500, text=str(error), headers=headers)
        if statement.lstrip().upper().startswith("INSERT"):
            self._inserts += 1
            if self._inserts in self._lost and request.transport is not None:
                request.transport.abort()
        headers = {"X-ClickHouse-Timezone": "UTC"}
        return web.Response(body=result.bytes() or b"", headers=headers)


def main(arguments: list[str]) -> None:
    folder, port = Path(arguments[0]), int(arguments[1])
    lost = {int(number) for number in arguments[2].split(",") if number}
    server = Server(folder, lost)
    app = web.Application(client_max_size=1 << 26)
    app.add_routes([web.get("/", server.answer), web.post("/", server.answer)])
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)


if __name__ == "__main__":
    main(sys.argv[1:])
