"""The strategy class is found by its path, with what it inherits; what is missing is named."""

import pytest

from pink_actors.errors import ConfigError
from pink_actors.policy import loading
from pink_actors.policy.demo import DemoStrategy


class Eager(DemoStrategy):
    """A strategy that is the demo but for its parameters."""


def test_a_strategy_may_inherit_how_it_decides() -> None:
    strategy = loading.load(f"{__name__}:Eager", {"hold_ms": 5})
    assert isinstance(strategy, Eager)
    assert strategy.settings.hold_ms == 5


def test_what_cannot_decide_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match="no class 'Market' with a decide"):
        loading.load("pink_actors.policy.strategy:Market", {})
    with pytest.raises(ConfigError, match="no module 'no_such'"):
        loading.load("no_such:Strategy", {})
    with pytest.raises(ConfigError, match="colour"):
        loading.load(f"{__name__}:Eager", {"colour": 1})
