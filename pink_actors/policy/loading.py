"""Finds the strategy class that the configuration names, and builds it."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import cast

from pink_actors.errors import ConfigError
from pink_actors.policy.strategy import ParamValue, Strategy, StrategyFactory


def load(path: str, params: Mapping[str, ParamValue]) -> Strategy:
    """The strategy at `package.module:Class`, or ConfigError that says what is missing."""
    module_name, _, class_name = path.partition(":")
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"policy.strategy: no module {error.name!r} for {path!r}; install it into the "
            "environment that pink-supervisor runs in"
        ) from error
    found: object = vars(module).get(class_name)
    if not isinstance(found, type) or not any("decide" in vars(base) for base in found.__mro__):
        raise ConfigError(
            f"policy.strategy: {module_name} has no class {class_name!r} with a decide() method; "
            "see Writing a strategy in README.md"
        )
    try:
        return cast(StrategyFactory, found)(params)
    except ValueError as error:
        raise ConfigError(f"policy.params: {error}") from error
