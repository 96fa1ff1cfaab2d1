"""The program: arguments, readiness, orderly ends, and a death that loses nothing."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from pink_actors.paper.auth import ApiKey
from pink_actors.paper.faults import FaultName
from tests.paper.serving import Client, at

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [sys.executable, "-m", "pink_actors.paper.cli"]


@contextmanager
def venue(data: Path, *more: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """The program, serving; it is ended when the test has not ended it."""
    reader, writer = os.pipe()
    port_file = data.parent / "port"
    process = subprocess.Popen(
        [
            *COMMAND,
            "--data",
            str(data),
            "--port-file",
            str(port_file),
            "--ready-fd",
            str(writer),
            *more,
        ],
        pass_fds=(writer,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    try:
        with os.fdopen(reader, "rb") as ready:
            assert ready.read() == b"\n", process.stderr
        yield process, f"http://127.0.0.1:{port_file.read_text().strip()}"
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate(timeout=10)


def own_key(data: Path) -> ApiKey:
    """The key that the venue made for itself."""
    path = data / "keys.json"
    assert path.stat().st_mode & 0o777 == 0o600
    return ApiKey(**json.loads(path.read_bytes())[0])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_says_when_it_serves_and_ends_in_order(tmp_path: Path, number: int) -> None:
    with venue(tmp_path / "data") as (process, base):
        assert httpx.get(f"{base}/openApi/swap/v2/server/time").json()["code"] == 0
        assert httpx.post(f"{base}/paper/control", json={"op": "clear"}).status_code == 404
        process.send_signal(number)
        assert process.wait(timeout=10) == 0
        assert process.stderr is not None and process.stderr.read() == b""


async def test_a_kill_loses_no_acknowledged_order(tmp_path: Path) -> None:
    data = tmp_path / "data"
    order = {"side": "BUY", "type": "LIMIT", "price": 80_000, "quantity": "0.001"}
    taken: list[object] = []
    for _ in range(3):
        with venue(data, "--rate-limits", "off") as (process, base):
            async with Client(base, own_key(data)) as client:
                listed = await client.get("v2/trade/openOrders")
                assert [at(row, "orderId") for row in _list(listed.data)] == taken
                for _ in range(20):
                    taken.append(at((await client.place(**order)).data, "order", "orderId"))
            process.kill()
            assert process.wait(timeout=10) == -signal.SIGKILL
    assert len(set(taken)) == 60


async def test_a_disk_that_refuses_ends_the_venue_and_loses_nothing_it_told(tmp_path: Path) -> None:
    data = tmp_path / "data"
    order = {"side": "BUY", "type": "LIMIT", "price": 80_000, "quantity": "0.001"}
    told: list[object] = []
    with venue(data, "--rate-limits", "off") as (process, base):
        room = (data / "ledger.jsonl").stat().st_size + 3_000
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, room))
        async with Client(base, own_key(data)) as client:
            with pytest.raises(httpx.TransportError):
                for _ in range(100):
                    told.append(at((await client.place(**order)).data, "order", "orderId"))
        assert process.wait(timeout=10) == 75
        assert process.stderr is not None
        assert b"make room" in process.stderr.read()
    assert told
    with venue(data) as (_, base):
        async with Client(base, own_key(data)) as client:
            kept = [
                at(row, "orderId") for row in _list((await client.get("v2/trade/openOrders")).data)
            ]
    assert kept[: len(told)] == told


def test_keys_come_by_descriptor_and_never_show(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    keys = [{"account": "a", "api_key": "the-key", "api_secret": "the-secret", "balance": "5"}]
    os.write(writer, json.dumps(keys).encode())
    os.close(writer)
    process = subprocess.Popen(
        [*COMMAND, "--data", str(tmp_path / "data"), "--keys-fd", str(reader)],
        pass_fds=(reader,),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.close(reader)
    ledger = tmp_path / "data" / "ledger.jsonl"
    assert process.stdout is not None
    assert process.stdout.readline().startswith(b"paper venue: http://")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0
    assert not (tmp_path / "data" / "keys.json").exists()
    assert b"the-secret" not in out + err + ledger.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--magic"], 64, "--help"),
        (["--port", "70000"], 64, "--port 70000"),
        (["--symbols", "XYZ-USDT"], 64, "BTC-USDT"),
        (["--speed", "-1"], 64, "--speed"),
        (["--balance", "much"], 64, "--balance"),
        (["--keys-file", "/nowhere/keys"], 78, "--keys-file"),
        (["--candles", "/nowhere/x.csv"], 78, "/nowhere/x.csv"),
        (["--faults", "/nowhere/plan.toml"], 78, "/nowhere/plan.toml"),
        (["--keys-fd", "77"], 78, "descriptor 77"),
        (["--data", "FILE"], 78, "FILE: cannot be used: is no directory; choose another"),
        (["--data", "FILE/below"], 78, "FILE/below: cannot be used"),
        (["--data", "FILE", "--keys-file", "KEYS"], 78, "FILE: cannot be used"),
        (["--port-file", "FILE/port"], 78, "--port-file"),
        (["--port-file", "/"], 78, "is a directory"),
        (["--ready-fd", "77"], 78, "--ready-fd 77: is no open descriptor"),
        (["--ready-fd", "-1"], 78, "--ready-fd -1"),
        (["--ready-fd", "0"], 78, "--ready-fd 0: cannot be written"),
        (["--host", "300.1.1.1"], 64, "--host 300.1.1.1: is no address; give one"),
        (["--host", "192.0.2.1"], 64, "give an address of this machine"),
        (["--keys-file", "TWINS"], 78, "accounts a and b have the same api_key"),
    ],
)
def test_bad_arguments_are_refused_in_one_line(
    tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    keys = [{"account": name, "api_key": "hidden-key", "api_secret": "hidden-too"} for name in "ab"]
    for name, content in (("FILE", []), ("KEYS", keys[:1]), ("TWINS", keys)):
        (tmp_path / name).write_text(json.dumps(content))
    with (tmp_path / "FILE").open("rb") as read_only:
        done = subprocess.run(
            [*COMMAND, "--data", "data", *arguments],
            capture_output=True,
            timeout=20,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdin=read_only,
        )
    assert done.returncode == code
    assert done.stdout == b""
    assert done.stderr.count(b"\n") == 1
    assert words in done.stderr.decode()
    assert b"hidden" not in done.stderr


def test_the_help_teaches_first_steps_and_names_every_fault() -> None:
    done = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    assert all(name.value in done.stdout for name in FaultName)
    for words in ("keys.json", "ccxt.pro.bingx", "[[fault]]", "--speed max", "exit codes"):
        assert words in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 100


def test_a_damaged_ledger_and_a_second_venue_are_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with venue(data):
        second = subprocess.run([*COMMAND, "--data", str(data)], capture_output=True, timeout=20)
        assert second.returncode == 75
        assert b"another venue" in second.stderr
        assert not second.stderr.startswith(b"{")
    (data / "ledger.jsonl").write_bytes(b"{}\n{}\n")
    third = subprocess.run([*COMMAND, "--data", str(data)], capture_output=True, timeout=20)
    assert third.returncode == 125
    assert b"ledger.jsonl:1" in third.stderr
    assert (third.stdout, third.stderr.count(b"\n")) == (b"", 1)


def test_a_port_that_is_taken_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        command = [*COMMAND, "--data", str(tmp_path / "data"), "--port", port]
        done = subprocess.run(command, capture_output=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr.count(b"\n")) == (75, b"", 1)
    assert b"choose another --port" in done.stderr


def _list(row: object) -> list[object]:
    found = at(row, "orders")
    assert isinstance(found, list)
    return found
