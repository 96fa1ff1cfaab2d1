"""The keys of a venue: given ones are judged, and a venue without any makes its own."""

import os
import secrets as randomness
from pathlib import Path

import msgspec

from pink_actors.errors import ConfigError
from pink_actors.paper.auth import ApiKey

KEYS_FILE = "keys.json"


def checked_keys(keys: list[ApiKey], where: str) -> list[ApiKey]:
    """The keys, or a refusal that never shows one: each opens one account and has a secret."""
    if not keys or any(not key.api_key or not key.api_secret for key in keys):
        raise ConfigError(
            f'{where}: holds no keys; write [{{"account": "...", "api_key": "...", '
            '"api_secret": "...", "balance": "..."}]'
        )
    owners: dict[str, str] = {}
    for key in keys:
        owner = owners.setdefault(key.api_key, key.account)
        if owner != key.account:
            raise ConfigError(
                f"{where}: accounts {owner} and {key.account} have the same api_key; "
                "give each its own"
            )
    if len(owners) < len(keys):
        raise ConfigError(f"{where}: holds the same api_key twice; remove one of the two")
    return keys


def make_directory(path: Path) -> None:
    """The directory of ledger and keys, for nobody else; it may exist."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        what = "is no directory" if isinstance(error, FileExistsError) else error.strerror
        raise ConfigError(f"--data {path}: cannot be used: {what}; choose another") from error


def make_keys(path: Path, accounts: list[str], balance: str) -> list[ApiKey]:
    """Keys of its own for a venue that was given none, kept beside the ledger, mode 0600."""
    known: list[ApiKey] = []
    try:
        known = msgspec.json.decode(path.read_bytes(), type=list[ApiKey])
    except (FileNotFoundError, NotADirectoryError):
        pass  # A new venue, or no place for one: making the directory tells.
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"{path}: cannot be read: {error}; remove it for new keys") from error
    missing = [name for name in accounts if name not in {key.account for key in known}]
    if missing:
        known += [
            ApiKey(name, randomness.token_hex(24), randomness.token_hex(32), balance)
            for name in missing
        ]
        make_directory(path.parent)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(known))
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error
    return known
