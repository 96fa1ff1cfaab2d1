"""The table of processes: what is started, in which order, with which rights and limits."""

import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from pink_actors.config import Config
from pink_actors.shm_layout import Mode, Writer

NS_PER_MS = 1_000_000
DNS_PORT = 53
PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


class Start(NamedTuple):
    """What one start of a child is made from; descriptors are inherited under the same number."""

    config: Config
    wake_fd: int | None
    secrets_fd: int | None


class Rights(NamedTuple):
    """What a child may touch besides its own segment and lock, and everybody's segments to read."""

    write_dirs: tuple[Path, ...] = ()
    read: tuple[Path, ...] = ()
    bind: tuple[int, ...] = ()
    connect: tuple[int, ...] = ()
    python: bool = True


class Child(NamedTuple):
    """One row. Times are milliseconds."""

    name: str
    writer: Writer  # NONE: it has no segment, and is READY when it answers on its port.
    after: tuple[str, ...]  # started once these are READY
    argv: Callable[[Start], list[str]]
    rights: Callable[[Config], Rights]
    critical: bool  # the tree is not ready without it
    on_fatal: Mode | None  # what the kernel lets through once this child is given up
    ready_timeout_ms: int
    watchdog_ms: int  # longest time without a heartbeat
    progress_ms: int | None  # longest time with input waiting and no progress
    stop_timeout_ms: int
    nofile: int
    wakes: bool = False  # takes the eventfd that the kernel rings for the gateway
    secrets: bool = False  # gets the venue's keys, by descriptor
    outlives: bool = False  # survives the supervisor, as a venue would


def program(name: str) -> str:
    """A native program of this environment; never looked up on PATH."""
    return str(Path(sysconfig.get_path("scripts")) / name)


def python_words(module: str, *arguments: str) -> list[str]:
    """A module of this package run by this interpreter."""
    # -P keeps the working directory out of the import path.
    return [sys.executable, "-P", "-m", module, *arguments]


def _actor(name: str) -> Callable[[Start], list[str]]:
    def argv(start: Start) -> list[str]:
        config = start.config
        words = python_words("pink_actors", name, "--instance", config.instance.name)
        words += ["--run-dir", str(config.run_dir)]
        if start.wake_fd is not None:
            words += ["--wake-fd", str(start.wake_fd)]
        if start.secrets_fd is not None:
            words += ["--secrets-fd", str(start.secrets_fd)]
        return words

    return argv


def _kernel(start: Start) -> list[str]:
    config = start.config
    words = [program("pink-kernel"), "--instance", config.instance.name]
    words += ["--run-dir", str(config.run_dir), "--journal-dir", str(config.journal_dir)]
    words += ["--segment-bytes", str(config.journal.segment_mib << 20)]
    if start.wake_fd is not None:
        words += ["--wake", f"gateway={start.wake_fd}"]
    return words


def _paper(start: Start) -> list[str]:
    config = start.config
    paper = config.paper
    words = python_words("pink_actors.paper.cli", "--data", str(config.paper_dir))
    words += ["--port", str(paper.port), "--seed", str(paper.seed), "--speed", paper.speed]
    words += ["--balance", str(paper.balance), "--symbols", ",".join(config.symbols)]
    words += ["--keys-fd", str(start.secrets_fd), "--rate-limits", config.venue.rate_limits]
    if paper.candles:
        words += ["--candles", paper.candles]
    if paper.faults_file:
        words += ["--faults", paper.faults_file]
    return [*words, "--control"] if paper.control else words


def _paper_rights(config: Config) -> Rights:
    files = (config.paper.candles, config.paper.faults_file)
    read = tuple(Path(file) for file in files if file)
    return Rights(write_dirs=(config.paper_dir,), read=read, bind=(config.paper.port,))


def _venue_ports(config: Config) -> tuple[int, ...]:
    venue = config.venue
    texts = (venue.rest_url, venue.rest_fallback_url, venue.ws_url, venue.proxy)
    urls = [urlsplit(text) for text in texts if text]
    ports = {url.port or PORTS[url.scheme] for url in urls}
    return tuple(sorted(ports if config.venue.kind == "paper" else ports | {DNS_PORT}))


def _venue_rights(config: Config) -> Rights:
    return Rights(write_dirs=(config.unread_dir,), connect=_venue_ports(config))


def _persistence_rights(config: Config) -> Rights:
    read = (config.journal_dir,)
    if config.persistence.url == "embedded":
        own = (config.clickhouse_dir, config.tmp_dir)
        return Rights(write_dirs=own, read=read, bind=(config.persistence.http_port,))
    url = urlsplit(config.persistence.url)
    return Rights(read=read, connect=(url.port or PORTS[url.scheme], DNS_PORT))


def _policy_rights(config: Config) -> Rights:
    return Rights(read=(Path(config.policy.path),) if config.policy.path else ())


CHILDREN: tuple[Child, ...] = (
    Child(
        name="paper",
        writer=Writer.NONE,
        after=(),
        argv=_paper,
        rights=_paper_rights,
        critical=True,
        on_fatal=Mode.HALTED,
        ready_timeout_ms=15_000,
        watchdog_ms=10_000,
        progress_ms=None,
        stop_timeout_ms=5_000,
        nofile=1024,
        secrets=True,
        outlives=True,
    ),
    Child(
        name="persistence",
        writer=Writer.PERSISTENCE,
        after=(),
        argv=_actor("persistence"),
        rights=_persistence_rights,
        critical=False,  # Trading goes on without it; the journal is the truth.
        on_fatal=None,
        ready_timeout_ms=60_000,
        watchdog_ms=30_000,
        progress_ms=None,  # A database that is down means lag and nothing else.
        stop_timeout_ms=20_000,
        nofile=4096,
    ),
    Child(
        name="kernel",
        writer=Writer.KERNEL,
        after=(),
        argv=_kernel,
        rights=lambda config: Rights(write_dirs=(config.journal_dir,), python=False),
        critical=True,
        on_fatal=None,  # No kernel, no commands: there is nobody left to tell.
        ready_timeout_ms=60_000,  # A long journal is replayed first.
        watchdog_ms=2_000,
        progress_ms=5_000,
        stop_timeout_ms=5_000,
        nofile=256,
        wakes=True,
    ),
    Child(
        name="listener",
        writer=Writer.LISTENER,
        after=("paper", "kernel"),
        argv=_actor("listener"),
        rights=_venue_rights,
        critical=True,
        on_fatal=Mode.REDUCE_ONLY,
        ready_timeout_ms=20_000,
        watchdog_ms=2_000,
        progress_ms=None,
        stop_timeout_ms=5_000,
        nofile=256,
        secrets=True,
    ),
    Child(
        name="gateway",
        writer=Writer.GATEWAY,
        after=("paper", "kernel"),
        argv=_actor("gateway"),
        rights=_venue_rights,
        critical=True,
        on_fatal=Mode.HALTED,
        ready_timeout_ms=20_000,
        watchdog_ms=2_000,
        progress_ms=60_000,  # A question too young to be answered may wait that long.
        stop_timeout_ms=8_000,
        nofile=256,
        wakes=True,
        secrets=True,
    ),
    Child(
        name="policy",
        writer=Writer.POLICY,
        after=("kernel", "gateway", "listener"),
        argv=_actor("policy"),
        rights=_policy_rights,
        critical=True,
        on_fatal=None,  # No policy, no new intents.
        ready_timeout_ms=20_000,
        watchdog_ms=2_000,
        progress_ms=None,
        stop_timeout_ms=5_000,
        nofile=256,
    ),
)


def children_of(config: Config) -> tuple[Child, ...]:
    """The rows that this configuration needs."""
    if config.venue.kind == "paper":
        return CHILDREN
    return tuple(
        child._replace(after=tuple(name for name in child.after if name != "paper"))
        for child in CHILDREN
        if child.name != "paper"
    )
