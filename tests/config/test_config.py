"""The configuration: what is refused, in which words, and what reaches the children."""

import importlib
import os
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest

from pink_actors import config as configuration
from pink_actors.config import Config, load_resolved, parse, resolve, save, to_e8, with_instance
from pink_actors.errors import ConfigError

REFUSED = {
    "[risk]\nmax_slot = 3": "pink.toml: risk.max_slot: unknown key; did you mean `max_slots`?",
    "colour = 1": "pink.toml: colour: unknown key; known keys: symbols, instance, venue",
    '[risk]\nmax_slots = "a"': "pink.toml: risk.max_slots: Expected `int`, got `str`; correct",
    "[risk]\nmax_slots = 0": "pink.toml: risk.max_slots: Expected `int` >= 1",
    "[risk]\nmax_slots = 3.5": "pink.toml: risk.max_slots: Expected `int`",
    "[risk]\ndaily_loss = -1": "pink.toml: risk.daily_loss: must be above zero",
    "[risk]\ndaily_loss = 0": "pink.toml: risk.daily_loss: must be above zero",
    "[risk]\ndaily_loss = nan": "pink.toml: risk.daily_loss: must be a finite number",
    "[risk]\ndaily_loss = inf": "pink.toml: risk.daily_loss: must be a finite number",
    "[risk]\ndaily_loss = 1e30": "pink.toml: risk.daily_loss: must be a finite number up to",
    "[risk]\ndaily_loss = 0.123456789": "pink.toml: risk.daily_loss: has more than 8 decimals",
    "[risk]\nadopt = true": "pink.toml: risk.adopt: Expected `str`",
    '[venue]\nkind = "sandbox"': "pink.toml: venue.kind: Invalid enum value 'sandbox'",
    "[paper]\nport = 70000": "pink.toml: paper.port: Expected `int` <= 65535",
    "symbols = []": "pink.toml: symbols: Expected `array` of length >= 1",
    'symbols = ["BTC-USDT", "BTC-USDT"]': "names one symbol twice",
    f"symbols = {[f'S{number}-USDT' for number in range(257)]}": "symbols: Expected `array` of "
    "length <= 256",
    'symbols = ["btcusdt"]': "pink.toml: symbols[0]: Expected `str` matching regex",
    "risk = 3": "pink.toml: risk: Expected `object`, got `int`",
    "[risk\n": "correct the TOML syntax",
}


@pytest.mark.parametrize("text", REFUSED)
def test_flaw_g15_a_bad_value_is_refused_in_one_line_that_names_file_and_key(text: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse(text, "pink.toml")
    assert REFUSED[text] in str(refused.value)
    assert "\n" not in str(refused.value)
    assert refused.value.exit_code == 78


@pytest.mark.parametrize("name", ["", "a/b", "../x", "A", "a.b", "x" * 25, "a b", "a\0b"])
def test_flaw_g17_an_instance_name_that_could_name_another_object_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"instance\.name"):
        parse(f"[instance]\nname = {msgspec.json.encode(name).decode()}", "pink.toml")
    if name:
        with pytest.raises(ConfigError, match="--instance"):
            configuration.with_instance(Config(), name, None)


@pytest.mark.parametrize("name", ["a; DROP TABLE x", "a`b", "a-b", "1a", "a'b", ""])
def test_flaw_g20_a_database_name_that_carries_sql_is_refused(name: str) -> None:
    with pytest.raises(ConfigError, match=r"persistence\.database"):
        parse(f'[persistence]\ndatabase = "{name}"', "pink.toml")


def test_flaw_g16_j14_nothing_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = configuration.encode(parse("", "pink.toml"))
    for name in ("DEBUG", "PINK_DEBUG", "PINK_INSTANCE", "BINGX_API_KEY", "VENUE_KIND"):
        monkeypatch.setenv(name, "")
    assert configuration.encode(parse("", "pink.toml")) == before
    assert Config().log.level == "info"


def test_flaw_j11_h17_k20_k21_importing_changes_neither_path_nor_environment() -> None:
    path, environment = list(sys.path), dict(os.environ)
    importlib.reload(importlib.import_module("pink_actors.clock"))
    importlib.reload(importlib.import_module("pink_actors.supervisor.children"))
    assert sys.path == path
    assert dict(os.environ) == environment


def test_without_a_file_there_is_a_working_paper_instance() -> None:
    config = resolve(configuration.load(None), live=False)
    assert config.venue.kind == "paper"
    assert config.instance.name == "paper"
    assert config.symbols == ["BTC-USDT", "ETH-USDT"]


@pytest.mark.parametrize(("kind", "live"), [("live", False), ("paper", True), ("demo", True)])
def test_real_money_must_be_asked_for_twice(kind: str, live: bool) -> None:
    config = parse(f'[venue]\nkind = "{kind}"\ncredentials_file = "/k"', "pink.toml")
    with pytest.raises(ConfigError, match="needs both") as refused:
        resolve(config, live)
    assert refused.value.exit_code == 78


@pytest.mark.parametrize(("kind", "live"), [("live", True), ("demo", False)])
def test_flaw_j12_keys_that_are_missing_are_named_at_start(kind: str, live: bool) -> None:
    config = parse(f'[venue]\nkind = "{kind}"', "pink.toml")
    with pytest.raises(ConfigError, match=r"venue\.credentials_file: missing"):
        resolve(config, live)


def test_limits_that_the_kernel_cannot_keep_are_refused() -> None:
    for text, words in (
        ("max_order_notional = 91000000", "max_order_notional: above 90000000"),
        ("not_found_after_ms = 5000", "not_found_after_ms: must be above venue.recv_window_ms"),
    ):
        with pytest.raises(ConfigError, match=words):
            resolve(parse(f"[risk]\n{text}", "pink.toml"), live=False)
    with pytest.raises(ConfigError, match="order_rate_max: Expected `int` <= 256"):
        parse("[risk]\norder_rate_max = 257", "pink.toml")


def test_decimals_are_exact_and_reach_a_strategy_as_written() -> None:
    config = parse("[risk]\nprice_band = 0.1\n[policy.params]\nedge = 0.30\ndeep = true", "p")
    assert config.risk.price_band == Decimal("0.1")
    assert to_e8(config.risk.price_band) == 10_000_000
    assert config.policy.params == {"edge": "0.30", "deep": True}


def test_children_load_what_the_supervisor_resolved(tmp_path: Path) -> None:
    config = resolve(parse("[risk]\nmax_slots = 7\ndaily_loss = 12.5", "pink.toml"), live=False)
    path = configuration.save(config, tmp_path)
    assert configuration.load_resolved(tmp_path) == config
    assert path.stat().st_mode & 0o777 == 0o600
    assert configuration.config_hash(configuration.load_resolved(tmp_path)) == (
        configuration.config_hash(config)
    )


def test_the_hash_changes_with_any_value() -> None:
    changed = parse("[risk]\nmax_slots = 7", "pink.toml")
    assert configuration.config_hash(changed) != configuration.config_hash(Config())
    assert 0 < configuration.config_hash(changed) < 1 << 63


def test_a_resolved_file_of_another_build_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"colour": 1}', encoding="utf-8")
    with pytest.raises(ConfigError, match="colour: unknown key"):
        configuration.load_resolved(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        configuration.load_resolved(tmp_path / "nowhere")


@pytest.mark.parametrize("home", [None, "~/elsewhere", "here"])
def test_every_process_finds_the_same_home(
    home: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved = resolve(with_instance(Config(), "paper", home), live=False)
    place = resolved.directory
    # A child lives in the instance's directory, which is its home directory too.
    monkeypatch.setenv("HOME", str(place))
    monkeypatch.chdir(tmp_path)
    save(resolved, tmp_path)
    assert load_resolved(tmp_path).directory == place
    assert place.is_absolute()
