"""The flaw ledger beside the tests that name its rows; `scripts/flaws` is its command line."""

import argparse
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.tidy.tree import ROOT, files, name

LEDGER = ROOT / "tests" / "flaws.toml"
KINDS = ("test", "lint", "type", "gone", "open")
REASON_OF = {"lint": "rule", "type": "why", "gone": "why"}
FLAWS_COUNT = 254

# One form in both languages, so one expression finds them: the IDs lead, words follow.
NAMED = re.compile(r"\b(?:fn|def) (?:test_)?flaw((?:_[a-z]\d+)+)_[a-z]\w*\(")
ROW = re.compile(r'^([A-Z]\d+) = \{ (severity = ".*?", layer = ".*?"), by = "(\w+)",(.*)$')
REASON = re.compile(r' (?:rule|why) = ".*?",')


class Row(NamedTuple):
    """One flaw as the ledger has it."""

    severity: str
    layer: str
    by: str
    title: str
    rule: str = ""
    why: str = ""


def rows() -> dict[str, Row]:
    """The ledger by flaw ID."""
    text = LEDGER.read_text("utf-8")
    return {flaw: Row(**fields) for flaw, fields in tomllib.loads(text).items()}


def named_by_tests() -> dict[str, list[str]]:
    """Where each flaw ID leads the name of a test."""
    found: dict[str, list[str]] = {}
    for path in files(".rs", ".py", under=("crates", "tests", "shm_layout")):
        for match in NAMED.finditer(path.read_text("utf-8")):
            for flaw in match.group(1).upper().strip("_").split("_"):
                found.setdefault(flaw, []).append(name(path))
    return found


def synced(text: str, tested: set[str]) -> tuple[str, list[str]]:
    """The ledger with `test` where a test names the row and nowhere else, and what changed."""
    lines, changed = [], []
    for line in text.splitlines():
        match = ROW.match(line)
        if match:
            flaw, head, by, tail = match.groups()
            if flaw in tested and by != "test":
                line = f'{flaw} = {{ {head}, by = "test",{REASON.sub("", tail)}'
                changed.append(f"{flaw}: {by} -> test")
            elif flaw not in tested and by == "test":
                line = f'{flaw} = {{ {head}, by = "open",{tail}'
                changed.append(f"{flaw}: test -> open")
        lines.append(line)
    return "\n".join(lines) + "\n", changed


def counted() -> str:
    """A table of how many rows of each layer are kept out by what."""
    ledger = rows()
    cells = Counter((row.layer, row.by) for row in ledger.values())
    lines = [f"{'layer':<14}" + "".join(f"{kind:>6}" for kind in KINDS)]
    for layer in sorted({row.layer for row in ledger.values()}):
        lines.append(f"{layer:<14}" + "".join(f"{cells[layer, kind]:>6}" for kind in KINDS))
    sums = Counter(row.by for row in ledger.values())
    lines.append(f"{'all':<14}" + "".join(f"{sums[kind]:>6}" for kind in KINDS))
    return "\n".join(lines)


def main(arguments: list[str]) -> int:
    """Prints the counts, or brings the ledger in step with the tests."""
    parser = argparse.ArgumentParser(prog="scripts/flaws", description=__doc__)
    parser.add_argument("--sync", action="store_true", help="set `by` from the tests that exist")
    parser.add_argument("--open", action="store_true", help="list the rows still open")
    chosen = parser.parse_args(arguments)
    if chosen.sync:
        text, changed = synced(LEDGER.read_text("utf-8"), set(named_by_tests()))
        Path(LEDGER).write_text(text, "utf-8")
        print("\n".join(changed) or "nothing to change")
    if chosen.open:
        for flaw, row in rows().items():
            if row.by == "open":
                print(f"{flaw:<4} {row.severity:<9}{row.layer:<14}{row.title}")
    print(counted())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
