"""A process to be killed: stores the records of the story in one database, batch after batch."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.persistence.store import store


def main(arguments: list[str]) -> None:
    directory, last, batch = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    print(store(directory, last, batch), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
