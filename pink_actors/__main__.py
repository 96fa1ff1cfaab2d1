"""`python -m pink_actors NAME ...`: one process, one actor."""

import argparse
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pink_actors import runner
from pink_actors.shm_layout import Writer


class Entry(NamedTuple):
    """Where an actor's class lies; imported only in its own process."""

    writer: Writer
    module: str
    actor: str


ACTORS = {
    "gateway": Entry(Writer.GATEWAY, "pink_actors.gateway.actor", "GatewayActor"),
    "listener": Entry(Writer.LISTENER, "pink_actors.listener.actor", "ListenerActor"),
    "persistence": Entry(Writer.PERSISTENCE, "pink_actors.persistence.actor", "PersistenceActor"),
    "policy": Entry(Writer.POLICY, "pink_actors.policy.actor", "PolicyActor"),
}


def main(arguments: list[str] | None = None) -> int:
    """The exit code of the actor named first."""
    parser = argparse.ArgumentParser("python -m pink_actors", description=__doc__)
    parser.add_argument("name", choices=sorted(ACTORS))
    parser.add_argument("--instance", required=True)
    parser.add_argument("--run-dir", required=True, type=Path)
    parser.add_argument("--wake-fd", type=int, help="eventfd that the kernel rings")
    parser.add_argument("--secrets-fd", type=int, help="descriptor holding the keys as JSON")
    given = parser.parse_args(arguments)
    entry = ACTORS[given.name]
    launch = runner.Launch(
        given.name, entry.writer, given.instance, given.run_dir, given.wake_fd, given.secrets_fd
    )
    build: Callable[[runner.Context], runner.Actor] = importlib.import_module(
        entry.module
    ).__dict__[entry.actor]
    return runner.run(launch, build)


if __name__ == "__main__":
    sys.exit(main())
