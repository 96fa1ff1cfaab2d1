"""Command line of the paper venue: reads and checks all arguments, then runs the actor."""

import argparse
import asyncio
import os
import sys
from ipaddress import ip_address
from pathlib import Path
from typing import NoReturn

import msgspec

from pink_actors import log as logging
from pink_actors.errors import EXIT_CLEAN, ConfigError, PinkError, UsageError
from pink_actors.paper.actor import PaperVenue, Setup
from pink_actors.paper.auth import ApiKey
from pink_actors.paper.fault_plan import read_plan
from pink_actors.paper.faults import FaultPlan
from pink_actors.paper.feed import read_candles
from pink_actors.paper.fixed import parse_qty
from pink_actors.paper.guide import ABOUT, guide
from pink_actors.paper.instrument import Instrument, catalogue
from pink_actors.paper.keys import KEYS_FILE, checked_keys, make_keys
from pink_actors.paper.readiness import Readiness
from pink_actors.paper.venue import Options
from pink_actors.runner import drive

KEYS_BYTES_MAX = 1 << 16
SPEED_MAX = 1_000_000.0


class Unwatched:
    """The paper venue is nobody's actor: it has no segment in which to say how it is."""

    def set_state(self, state: int) -> None:
        """Nobody reads it."""

    def beat(self, progress: int) -> None:
        """Nobody reads it."""


class Parser(argparse.ArgumentParser):
    """Refuses bad arguments with one line and the exit code of usage errors."""

    def error(self, message: str) -> NoReturn:
        """One line instead of a page."""
        raise UsageError(f"{self.prog}: {message}; see {self.prog} --help")


def main() -> None:
    """Entry point: what can be refused is refused in one line, before anything is told."""
    try:
        setup, readiness = _arranged(_parser().parse_args())
        actor = PaperVenue(setup, readiness.tell, _progress)
        host, port = actor.open()
        readiness.prepare(host, port)
    except PinkError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    except KeyboardInterrupt:
        # A long ledger was being read, and nobody was served yet: that is an orderly end.
        raise SystemExit(EXIT_CLEAN) from None
    log = logging.make("paper-venue", os.getpid(), "warning", [k.api_secret for k in setup.keys])
    raise SystemExit(drive(actor, Unwatched(), log, asyncio.Event()))


def _say(line: str) -> None:
    print(line, flush=True)


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _arranged(arguments: argparse.Namespace) -> tuple[Setup, Readiness]:
    readiness = Readiness(arguments.port_file, arguments.ready_fd, _say)
    readiness.check()
    return _setup(arguments), readiness


def _parser() -> Parser:
    parser = Parser(
        prog="pink-paper-venue",
        description=ABOUT,
        epilog=guide(),
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to listen on")
    add("--port", type=int, default=0, help="port to listen on; 0 takes a free one")
    add("--data", type=Path, required=True, help="directory of ledger and keys")
    add("--seed", type=int, default=1, help="seed of prices and partial fills")
    add("--symbols", default="BTC-USDT,ETH-USDT", help="markets, separated by commas")
    add("--candles", type=Path, help="candle file (.csv, .csv.xz) that the first symbol replays")
    add("--speed", default="1", help="market seconds per second, or max")
    add("--keys-fd", type=int, help="descriptor with the keys as JSON, instead of its own")
    add("--keys-file", type=Path, help="file with the keys as JSON, instead of its own")
    add("--accounts", default="main", help="accounts to make keys for when none are given")
    add("--balance", default="100000", help="first balance of accounts whose key names none")
    add("--rate-limits", choices=("on", "off"), default="on", help="the venue's request budgets")
    add("--partial-share", default="0.4", help="share of orders that fill in several pieces")
    add("--coin", choices=("USDT", "VST"), default="USDT", help="name of the margin coin")
    add("--faults", type=Path, help="fault plan (TOML)")
    add("--control", action="store_true", help="serve the test-only POST /paper/control")
    add("--port-file", type=Path, help="file to write the port to")
    add("--ready-fd", type=int, help="descriptor that gets a newline once the venue serves")
    return parser


def _setup(arguments: argparse.Namespace) -> Setup:
    _check_host(arguments.host)
    if not 0 <= arguments.port < 65536:
        raise UsageError(f"--port {arguments.port}: is no port; give 0 to 65535")
    balance = parse_qty(arguments.balance)
    if balance is None or balance < 0:
        raise UsageError(f"--balance {arguments.balance}: is no amount; give a decimal number")
    return Setup(
        host=arguments.host,
        port=arguments.port,
        data=arguments.data,
        instruments=_instruments(arguments.symbols),
        keys=_keys(arguments),
        candles=read_candles(arguments.candles) if arguments.candles is not None else [],
        speed=_speed(arguments.speed),
        plan=read_plan(arguments.faults) if arguments.faults is not None else FaultPlan(),
        options=Options(
            seed=arguments.seed,
            rate_limits=arguments.rate_limits == "on",
            control=arguments.control,
            coin=arguments.coin,
            partial_share=_share(arguments.partial_share),
        ),
    )


def _check_host(text: str) -> None:
    """An address and no name: to look one up could leave this machine."""
    if text == "localhost":
        return
    try:
        ip_address(text)
    except ValueError:
        raise UsageError(f"--host {text}: is no address; give one such as 127.0.0.1") from None


def _instruments(text: str) -> list[Instrument]:
    known = catalogue()
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in known:
            raise UsageError(f"--symbols: {name} is unknown; known are {', '.join(known)}")
    if not names:
        raise UsageError("--symbols: names no market; give at least one")
    return [known[name] for name in dict.fromkeys(names)]


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed <= SPEED_MAX:
        raise UsageError(f"--speed {text}: give a number above 0 up to {SPEED_MAX:.0f}, or max")
    return speed


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f"--partial-share {text}: give a number from 0 to 1")
    return share


def _keys(arguments: argparse.Namespace) -> list[ApiKey]:
    if arguments.keys_fd is not None:
        where = f"--keys-fd: descriptor {arguments.keys_fd}"
        try:
            with os.fdopen(arguments.keys_fd, "rb") as pipe:
                content = pipe.read(KEYS_BYTES_MAX)
        except OSError as error:
            raise ConfigError(f"{where}: cannot be read: {error.strerror}") from error
    elif arguments.keys_file is not None:
        where = f"--keys-file: {arguments.keys_file}"
        try:
            content = arguments.keys_file.read_bytes()[:KEYS_BYTES_MAX]
        except OSError as error:
            raise ConfigError(f"{where}: {error.strerror}") from error
    else:
        names = [name.strip() for name in arguments.accounts.split(",") if name.strip()]
        path = arguments.data / KEYS_FILE
        return checked_keys(make_keys(path, names or ["main"], arguments.balance), str(path))
    try:
        keys = msgspec.json.decode(content, type=list[ApiKey])
    except msgspec.DecodeError:
        keys = []
    return checked_keys(keys, where)


if __name__ == "__main__":
    main()
