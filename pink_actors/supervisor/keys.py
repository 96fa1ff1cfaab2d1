"""The venue's keys: read from a file nobody else can read, handed on by descriptor, not kept."""

import os
import secrets
import stat
from pathlib import Path

import msgspec

from pink_actors.config import Config
from pink_actors.errors import SecretsError

KEYS_BYTES_MAX = 4096
KEY_BYTES = 32


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """As in the file; never shown."""

    api_key: str
    api_secret: str

    def __repr__(self) -> str:
        return "Keys(***)"


class PaperAccount(msgspec.Struct, frozen=True):
    """One account of the paper venue."""

    account: str
    api_key: str
    api_secret: str
    balance: str

    def __repr__(self) -> str:
        return "PaperAccount(***)"


def load(config: Config) -> bytes:
    """The keys as the JSON that children read. Paper's are made once per instance."""
    if config.venue.kind == "paper":
        path = config.run_dir / "paper-keys.json"
        if not path.exists():
            _make(path)
    else:
        path = Path(config.venue.credentials_file).expanduser()
    return _checked(path)


def _make(path: Path) -> None:
    content = msgspec.json.encode(Keys(secrets.token_hex(KEY_BYTES), secrets.token_hex(KEY_BYTES)))
    partial = path.with_suffix(".partial")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    partial.replace(path)


def _checked(path: Path) -> bytes:
    wanted = '{"api_key": "...", "api_secret": "..."}'
    try:
        file = path.open("rb")
    except OSError as error:
        raise SecretsError(f"{path}: {error.strerror}; write {wanted} there, mode 0600") from error
    with file:
        status = os.fstat(file.fileno())
        if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.getuid():
            raise SecretsError(f"{path}: others may read the keys; chmod 600 it and own it")
        content = file.read(KEYS_BYTES_MAX)
    try:
        keys = msgspec.json.decode(content, type=Keys)
    except msgspec.DecodeError:
        # The decoder's message may quote the keys.
        raise SecretsError(f"{path}: is not {wanted}; correct it") from None
    if not keys.api_key or not keys.api_secret:
        raise SecretsError(f"{path}: a key is empty; fill in both")
    return msgspec.json.encode(keys)


def for_paper(content: bytes, config: Config) -> bytes:
    """The same keys as the list of accounts that the paper venue opens."""
    keys = msgspec.json.decode(content, type=Keys)
    balance = str(config.paper.balance)
    return msgspec.json.encode([PaperAccount("main", keys.api_key, keys.api_secret, balance)])


def api_key(content: bytes) -> str:
    """The half of them that names the account."""
    return msgspec.json.decode(content, type=Keys).api_key


def descriptor(content: bytes) -> int:
    """The reading end of a pipe that holds the keys and nothing after them."""
    reader, writer = os.pipe()
    os.write(writer, content)  # Far less than a pipe takes without a reader.
    os.close(writer)
    return reader
