"""The configuration: typed sections, one-line refusals, and the resolved copy children load."""

import difflib
import hashlib
import os
import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from pink_actors.errors import ConfigError

SYMBOLS_MAX = 256
CONFIG_BYTES_MAX = 1 << 20
E8_DECIMALS = 8
E8_MAX = 92_000_000_000  # An i64 of 1e-8 units ends a little above.
ORDER_NOTIONAL_MAX = 90_000_000  # Of one order; the kernel's sums over all of them still fit.
DEAD_MAN_S_MIN = 10  # What the venue takes.
ORDER_RATE_MAX = 256  # Times of orders that the kernel remembers.

Name = Annotated[str, Meta(pattern=r"^[a-z0-9-]{1,24}$")]
Symbol = Annotated[str, Meta(pattern=r"^[A-Z0-9]{1,15}-[A-Z0-9]{1,8}$")]
Identifier = Annotated[str, Meta(pattern=r"^[a-zA-Z_][a-zA-Z0-9_]{0,62}$")]
ObjectPath = Annotated[str, Meta(pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$")]
Millis = Annotated[int, Meta(ge=1, le=86_400_000)]
VenueKind = Literal["paper", "demo", "live"]
Scalar = str | int | bool

_REST_URLS = {
    "demo": "https://open-api-vst.bingx.com",
    "live": "https://open-api.bingx.com",
}
_REST_FALLBACK_URLS = {
    "demo": "https://open-api-vst.bingx.pro",
    "live": "https://open-api.bingx.pro",
}
_WS_URLS = {
    "demo": "wss://vst-open-api-ws.bingx.com/swap-market",
    "live": "wss://open-api-swap.bingx.com/swap-market",
}


def to_e8(value: Decimal) -> int:
    """`value` in units of 1e-8, exactly; ValueError when it does not fit."""
    if not value.is_finite() or abs(value) > E8_MAX:
        raise ValueError(f"must be a finite number up to {E8_MAX}")
    scaled = value.scaleb(E8_DECIMALS)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"has more than {E8_DECIMALS} decimals")
    return int(scaled)


class Section(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file; a decimal in it must fit the integer scale of shared memory."""

    def __post_init__(self) -> None:
        for field in msgspec.structs.fields(self):
            value: object = getattr(self, field.name)
            if isinstance(value, Decimal):
                _checked_decimal(field.name, value)


def _checked_decimal(name: str, value: Decimal) -> None:
    try:
        scaled = to_e8(value)
    except ValueError as error:
        raise ValueError(f"`{name}` {error}") from error
    if scaled < 0 or (scaled == 0 and name not in ("spread", "taker_fee", "maker_fee")):
        raise ValueError(f"`{name}` must be above zero")


class Instance(Section, frozen=True):
    """Whose tree this is and where its state lies."""

    name: Name = "paper"
    home: str = "~/.local/state/pink"


class Venue(Section, frozen=True):
    """The exchange; paper, demo and live differ in addresses and keys only."""

    kind: VenueKind = "paper"
    rest_url: str = ""  # Empty: the known address of `kind`.
    ws_url: str = ""
    position_mode: Literal["one_way", "hedge"] = "one_way"
    credentials_file: str = ""  # JSON {"api_key","api_secret"}, mode 0600; demo and live only.
    recv_window_ms: Annotated[int, Meta(ge=100, le=5000)] = 5000
    request_timeout_ms: Millis = 5000
    rate_limits: Literal["on", "off"] = "on"  # "off" only for a venue that has none.
    proxy: str = ""  # http://host:port of a proxy on the way to the venue.
    rest_fallback_url: str = ""  # Asked instead, by questions only, while rest_url is not reached.
    margin_type: Literal["unchanged", "crossed", "isolated"] = "unchanged"
    rules_refresh_ms: Annotated[int, Meta(ge=100, le=86_400_000)] = 600_000
    # Cancels our orders if the gateway falls silent for so long; 0: off.  Never while a protection
    # order rests, since the venue would cancel that too.
    dead_man_s: Annotated[int, Meta(ge=0, le=120)] = 0
    user_sockets: Annotated[int, Meta(ge=1, le=2)] = 1  # Two say the same; what one loses, one has.


class Risk(Section, frozen=True):
    """Every limit the kernel checks before an order may leave; money in the margin coin."""

    max_slots: Annotated[int, Meta(ge=1, le=256)] = 8
    max_leverage: Annotated[int, Meta(ge=1, le=125)] = 5
    max_order_notional: Decimal = Decimal(2000)
    max_total_notional: Decimal = Decimal(10000)
    daily_loss: Decimal = Decimal(1000)
    drawdown: Decimal = Decimal(2000)
    price_band: Decimal = Decimal("0.05")
    divergence: Decimal = Decimal("0.02")
    fill_band: Decimal = Decimal("0.2")
    delta_warn: Decimal = Decimal("0.01")
    delta_error: Decimal = Decimal(20)
    order_rate_max: Annotated[int, Meta(ge=1, le=ORDER_RATE_MAX)] = 120
    order_rate_window_ms: Millis = 60_000
    ttl_ms_max: Millis = 60_000
    mark_age_ms_max: Millis = 5000
    submit_deadline_ms: Millis = 2000
    report_deadline_ms: Millis = 3000
    settle_after_ms: Millis = 500
    not_found_after_ms: Millis = 8000
    reconcile_interval_ms: Millis = 15_000
    flat_confirm_ms: Millis = 5000
    adopt: Literal["flag", "adopt"] = "flag"


class Policy(Section, frozen=True):
    """The strategy and its own parameters; decimals reach it as strings."""

    strategy: ObjectPath = "pink_actors.policy.demo:DemoStrategy"
    interval_ms: Annotated[int, Meta(ge=10, le=60_000)] = 50
    params: dict[Identifier, Scalar] = {}
    path: str = ""  # Directory a strategy of your own is imported from.


class Persistence(Section, frozen=True):
    """Where the rows go; `embedded` keeps ClickHouse inside the persistence process."""

    url: Annotated[str, Meta(pattern=r"^(embedded|https?://\S+)$")] = "embedded"
    database: Identifier = "pink"
    user: str = "default"
    password_file: str = ""  # 0600; only with a server.
    http_port: Annotated[int, Meta(ge=0, le=65535)] = 0  # Read-only SQL; 0: any free port.


class Journal(Section, frozen=True):
    """The kernel's record."""

    segment_mib: Annotated[int, Meta(ge=1, le=1024)] = 64


class Paper(Section, frozen=True):
    """The venue that needs no keys."""

    seed: Annotated[int, Meta(ge=0)] = 1
    balance: Decimal = Decimal(10000)
    port: Annotated[int, Meta(ge=0, le=65535)] = 0  # 0: a free port, kept for the instance.
    speed: Annotated[str, Meta(pattern=r"^(max|[0-9]+(\.[0-9]+)?)$")] = "1"  # Market time.
    candles: str = ""  # A candle file (.csv, .csv.xz) that the first symbol replays.
    faults_file: str = ""  # A plan of faults; see the paper venue.
    control: bool = False  # Serve the endpoint through which tests cause faults.


class Supervisor(Section, frozen=True):
    """Times of the process tree."""

    restarts_max: Annotated[int, Meta(ge=1, le=100)] = 5
    restart_window_ms: Millis = 60_000
    backoff_ms_min: Millis = 100
    backoff_ms_max: Millis = 5000
    drain_timeout_ms: Millis = 20_000
    sandbox: Literal["required", "off"] = "required"


class Log(Section, frozen=True):
    """How much the processes say."""

    level: Literal["debug", "info", "warning", "error"] = "info"


class Config(Section, frozen=True):
    """All of it. Every key has a default that makes a working paper instance."""

    symbols: Annotated[list[Symbol], Meta(min_length=1, max_length=SYMBOLS_MAX)] = msgspec.field(
        default_factory=lambda: ["BTC-USDT", "ETH-USDT"]
    )
    instance: Instance = Instance()
    venue: Venue = Venue()
    risk: Risk = Risk()
    policy: Policy = Policy()
    persistence: Persistence = Persistence()
    journal: Journal = Journal()
    paper: Paper = Paper()
    supervisor: Supervisor = Supervisor()
    log: Log = Log()

    def __post_init__(self) -> None:
        if len(set(self.symbols)) != len(self.symbols):
            raise ValueError("`symbols` names one symbol twice")

    @property
    def directory(self) -> Path:
        """`<home>/<instance>`."""
        return Path(self.instance.home).expanduser() / self.instance.name

    @property
    def run_dir(self) -> Path:
        """Locks, socket, latch and the resolved configuration."""
        return self.directory / "run"

    @property
    def log_dir(self) -> Path:
        """One file per process."""
        return self.directory / "log"

    @property
    def unread_dir(self) -> Path:
        """The newest frames of the venue that could not be read."""
        return self.directory / "unread"

    @property
    def journal_dir(self) -> Path:
        """The kernel's record."""
        return self.directory / "journal"

    @property
    def clickhouse_dir(self) -> Path:
        """All that the persistence process may write."""
        return self.directory / "clickhouse"

    @property
    def database_dir(self) -> Path:
        """The embedded database itself."""
        return self.clickhouse_dir / "data"

    @property
    def sql_credential(self) -> Path:
        """Address, user and password of the embedded database's read-only port; 0600."""
        return self.clickhouse_dir / "sql-credential.json"

    @property
    def tmp_dir(self) -> Path:
        """What a process may write and nobody misses; emptied at each start."""
        return self.directory / "tmp"

    @property
    def paper_dir(self) -> Path:
        """The paper venue's own ledger."""
        return self.directory / "paper"


def parse(text: str, source: str) -> Config:
    """Configuration from TOML; a refusal is one line: file, key, what is wrong, what to do."""
    try:
        # Decimals stay text until they become exact numbers: no float is ever made of them.
        document: dict[str, object] = tomllib.loads(text, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: {error}; correct the TOML syntax") from error
    try:
        return msgspec.convert(document, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{source}: {_explain(str(error))}") from error


def load(path: Path | None) -> Config:
    """Configuration of `path`, or the defaults where no file was named."""
    if path is None:
        return Config()
    try:
        if path.stat().st_size > CONFIG_BYTES_MAX:
            raise ConfigError(f"{path}: larger than {CONFIG_BYTES_MAX} bytes; name a pink.toml")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); check --config") from error
    return parse(text, str(path))


def with_instance(config: Config, name: str | None, home: str | None) -> Config:
    """`config` with what the command line says instead.

    The home becomes absolute here: children have another home directory and another folder.
    """
    given = config.instance
    place = Path(home or given.home).expanduser().absolute()
    told = {"name": name or given.name, "home": str(place)}
    try:
        instance = msgspec.convert(told, Instance)
    except msgspec.ValidationError as error:
        raise ConfigError(f"--instance {name}: {error}; use a-z, 0-9 and -, up to 24") from error
    return msgspec.structs.replace(config, instance=instance)


def resolve(config: Config, live: bool) -> Config:
    """`config` with addresses filled in and checked as a whole; live has to be asked for twice."""
    venue = config.venue
    if (venue.kind == "live") != live:
        raise ConfigError(
            'venue.kind: real money needs both venue.kind = "live" and --live; '
            f'here kind is "{venue.kind}" and --live is {"given" if live else "missing"}'
        )
    if venue.kind != "paper" and not venue.credentials_file:
        raise ConfigError(
            f'venue.credentials_file: missing; venue.kind = "{venue.kind}" needs a file of mode '
            '0600 holding {"api_key": "...", "api_secret": "..."}'
        )
    risk = config.risk
    if risk.delta_warn >= risk.delta_error:
        raise ConfigError("risk.delta_warn: must be below risk.delta_error; lower it")
    if risk.max_order_notional > ORDER_NOTIONAL_MAX:
        raise ConfigError(f"risk.max_order_notional: above {ORDER_NOTIONAL_MAX}; lower it")
    if risk.not_found_after_ms <= venue.recv_window_ms:
        # Until then a request that is still on its way may be accepted.
        raise ConfigError("risk.not_found_after_ms: must be above venue.recv_window_ms; raise it")
    if 0 < venue.dead_man_s < DEAD_MAN_S_MIN:
        raise ConfigError(f"venue.dead_man_s: 0 for off, or {DEAD_MAN_S_MIN} to 120; correct it")
    if config.supervisor.backoff_ms_min > config.supervisor.backoff_ms_max:
        raise ConfigError("supervisor.backoff_ms_min: above backoff_ms_max; lower it")
    if venue.kind == "paper":
        return config
    return msgspec.structs.replace(
        config,
        venue=msgspec.structs.replace(
            venue,
            rest_url=venue.rest_url or _REST_URLS[venue.kind],
            rest_fallback_url=venue.rest_fallback_url
            or ("" if venue.rest_url else _REST_FALLBACK_URLS[venue.kind]),
            ws_url=venue.ws_url or _WS_URLS[venue.kind],
        ),
    )


def encode(config: Config) -> bytes:
    """The resolved configuration as JSON. It holds paths of secrets, never secrets."""
    return msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n"


def config_hash(config: Config) -> int:
    """63 bits that change with any value; zero never occurs."""
    digest = hashlib.sha256(msgspec.json.encode(config, order="deterministic")).digest()
    return (int.from_bytes(digest[:8], "little") >> 1) | 1


def save(config: Config, run_dir: Path) -> Path:
    """Writes `<run>/config.json` whole or not at all."""
    path = run_dir / "config.json"
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(encode(config))
    partial.replace(path)
    return path


def load_resolved(run_dir: Path) -> Config:
    """What a child reads: the configuration its supervisor resolved."""
    path = run_dir / "config.json"
    try:
        return msgspec.json.decode(path.read_bytes(), type=Config)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error}); use pink-supervisor up") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: {_explain(str(error))}") from error


def _explain(message: str) -> str:
    """msgspec's message turned into `key: what is wrong; what to do`."""
    what, _, where = message.partition(" - at `$")
    key = re.sub(r"^\.|`$", "", where)
    of_field = re.match(r"`(\w+)` (.+)", what)
    if of_field is not None:
        key, what = f"{key}.{of_field.group(1)}".lstrip("."), of_field.group(2)
    unknown = re.match(r"Object contains unknown field `(.+)`", what)
    if unknown is None:
        return f"{key or 'top level'}: {what}; correct the value or remove the key for its default"
    name = unknown.group(1)
    known = _keys_of(key)
    near = difflib.get_close_matches(name, known, n=1)
    advice = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(known)}"
    return f"{f'{key}.' if key else ''}{name}: unknown key; {advice}"


def _keys_of(path: str) -> list[str]:
    found: object = Config()
    for part in filter(None, path.split(".")):
        found = getattr(found, part)
    if not isinstance(found, Section):
        return []
    return [field.name for field in msgspec.structs.fields(found)]
