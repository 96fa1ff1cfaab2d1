"""Takes possession of an instance: directories, lock, leftovers, addresses, segments."""

import os
import shutil
from pathlib import Path
from typing import NamedTuple

from pink_actors import config as configuration
from pink_actors import runner, shm
from pink_actors._native import OwnSegment, ZincError
from pink_actors.config import Config
from pink_actors.errors import ConfigError, PermanentError, PinkError
from pink_actors.shm_layout import Writer
from pink_actors.supervisor import keys, leftovers, paper_venue, sandbox
from pink_actors.supervisor.leftovers import WRITERS, TreeLock

DIRECTORY_MODE = 0o700


class Claim(NamedTuple):
    """What the supervisor of one instance holds for life."""

    config: Config
    lock: TreeLock
    segment: OwnSegment
    readers: dict[Writer, shm.Reader]
    secrets: bytes
    kept: list[str]


def claim(config: Config) -> Claim:
    """All of it or nothing: a refusal leaves the instance as it was found."""
    runner.check_layout()
    make_directories(config)
    lock = TreeLock(config.run_dir)
    try:
        return _claimed(config, lock)
    except ZincError as error:
        lock.release()
        raise PermanentError(str(error)) from error
    except PinkError:
        lock.release()
        raise


def _claimed(config: Config, lock: TreeLock) -> Claim:
    paper = config.venue.kind == "paper"
    if paper:
        config = paper_venue.addressed(config)
    secrets = keys.load(config)
    leftovers.clear_processes(config.run_dir, spare="paper" if paper else "")
    _empty(config.tmp_dir)
    configuration.save(config, config.run_dir)
    kept = leftovers.prepare_segments(config)
    try:
        for writer in WRITERS:
            _make_lock_file(sandbox.lock_path(config, writer))
        segment = OwnSegment.open(config.instance.name, Writer.SUPERVISOR, str(config.run_dir))
        readers = {writer: shm.Reader.attach(config.instance.name, writer) for writer in WRITERS}
    except BaseException:
        leftovers.remove_segments(config.instance.name)
        raise
    return Claim(config, lock, segment, readers, secrets, kept)


def make_directories(config: Config) -> None:
    """The instance's own directories, for nobody else to look into."""
    directories = (
        config.run_dir,
        config.log_dir,
        config.journal_dir,
        config.clickhouse_dir,
        config.paper_dir,
        config.unread_dir,
        config.tmp_dir,
    )
    for directory in directories:
        try:
            directory.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        except OSError as error:
            raise _unusable(directory, error.strerror or str(error)) from error
        if not os.access(directory, os.R_OK | os.W_OK | os.X_OK):
            raise _unusable(directory, "is not writable")


def _empty(directory: Path) -> None:
    shutil.rmtree(directory)
    directory.mkdir(mode=DIRECTORY_MODE)


def _unusable(directory: Path, why: str) -> ConfigError:
    return ConfigError(f"{directory}: {why}; make it yours or choose another --home")


def _make_lock_file(path: Path) -> None:
    # Children may write the lock file that exists, and create nothing beside it.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
